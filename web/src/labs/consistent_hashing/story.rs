//! The story: one idea a section, one knob a figure.

use super::counters::Counters;
use super::figure::RingFigure;
use super::page::VIRTUAL_NODES;
use crate::components::{Glyph, Section, Sign, Slider};
use crate::player::{Command, Start, use_player};
use playground_core::consistent_hashing::lab::{Frame, Moved};
use playground_core::consistent_hashing::{Action, Event, Lab, Scenario, ShardId};
use playground_core::sim::{Run, Time};
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    html! {
        <>
            <Section id="why" title="Why not simply count through?" figure={html! { <Figure knob={Knob::Shards} /> }}>
                <p>{ "Spread coats over cloakrooms by the number on the ticket: ticket 17, five rooms, 17 modulo 5, \
                      room 2. Everybody can work out where a coat hangs, without a list. Then a sixth room opens, \
                      and 17 modulo 6 is 5. Nearly every coat hangs in the wrong room." }</p>
                <p>{ "A key stays only if its hash gives the same rest for both numbers. From " }<var>{ "n" }</var>
                   { " to " }<var>{ "n" }</var>{ " + 1 shards that happens to one key in " }<var>{ "n" }</var>
                   { " + 1. For a cache this means that almost everything is missing at once, just when there was \
                      enough load to buy another server." }</p>
                <p>{ "Change the number of shards and compare the two counters." }</p>
            </Section>
            <Section id="ring" title="A circle instead of a row" figure={html! { <Figure knob={Knob::Turn} /> }}>
                <p>{ "Take a clock face with 2" }<sup>{ "64" }</sup>{ " minutes. Hash the name of each shard, such as " }
                   { shard(0) }{ " or " }{ shard(1) }{ ", and put the shard there. Hash a key, and it stands on the \
                   face too: the fine marks outside the ring. A key belongs to the first shard clockwise." }</p>
                <p>{ "Now a shard that moves touches only its neighbours: the keys between where it stood and where \
                      it stands change hands with the next shard, and nobody else notices. The dots below a shard are \
                      the keys it carries, so a long pile is a busy shard." }</p>
                <p>{ "Turn " }{ shard(0) }{ " around the face and watch which piles grow." }</p>
            </Section>
            <Section id="virtual-nodes" title="Many small arcs are fairer than one"
                figure={html! { <Figure knob={Knob::VirtualNodes} /> }}>
                <p>{ "Five darts thrown at a circle do not cut it into five equal parts. With one point each, the load \
                      of a shard strays from the mean by about the mean itself." }</p>
                <p>{ "So each shard throws many darts: its " }<em>{ "virtual nodes" }</em>{ ", the hashes of A#0, A#1, \
                      A#2 and so on. Long and short arcs average out. Lamping and Veach give the standard error of the load as \
                      99.8 % of the mean for 1 point a shard, 31.5 % for 10, 9.97 % for 100 and 3.16 % for 1,000 \
                      (arXiv 1406.2294)." }</p>
                <p>{ "The price is memory, and a longer search. Slide, and see where it stops paying." }</p>
            </Section>
            <Section id="crash" title="What happens when one dies" figure={html! { <Figure knob={Knob::Down} /> }}>
                <p>{ "A shard that leaves in good order hands its keys over. One that crashes takes them along: the \
                      keys are loaded again from the database in the middle, which is the moment at which databases \
                      fall over." }</p>
                <p>{ "With one point a shard, the next one clockwise inherits everything and may be the next to die. \
                      With virtual nodes each of the others inherits a little. Keys of shards that live do not move \
                      at all." }</p>
            </Section>
            <Section id="world" title="In the world" figure={html! { <Figure knob={Knob::Weight} /> }}>
                <p>{ "Karger and others described the ring in 1997, for caches of the early web. Amazon's Dynamo (SOSP 2007) \
                      made it the way to split a database and gave stronger machines more virtual nodes: the \
                      weight that you can set here. Cassandra and Riak followed; memcached's clients use it under \
                      the name ketama." }</p>
                <p>{ "It is not the only way. Where shards are numbered and only the last one ever leaves, jump hash needs no \
                      memory. Where every machine knows all others anyway, rendezvous hashing needs no ring. What they \
                      share is the promise: as few keys as possible change hands." }</p>
            </Section>
        </>
    }
}

fn shard(number: u32) -> Html {
    let name = playground_core::consistent_hashing::lab::shard_name(ShardId(number));
    html! { <span class="consistent-hashing-noun"><Glyph sign={Sign::nth(number)} />{ format!(" shard {name}") }</span> }
}

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knob {
    Shards,
    Turn,
    VirtualNodes,
    Down,
    Weight,
}

impl Knob {
    fn label(self) -> &'static str {
        match self {
            Knob::Shards => "Shards",
            Knob::Turn => "Shard A stands at",
            Knob::VirtualNodes => "Virtual nodes per shard",
            Knob::Down => "Shards down",
            Knob::Weight => "Weight of shard A",
        }
    }

    fn unit(self) -> &'static str {
        if self == Knob::Turn { "°" } else { "" }
    }

    fn steps(self) -> Vec<u32> {
        match self {
            Knob::Shards => (1..=12).collect(),
            Knob::Turn => (0..360).step_by(5).collect(),
            Knob::VirtualNodes => VIRTUAL_NODES.to_vec(),
            Knob::Down => (0..=4).collect(),
            Knob::Weight => (1..=8).collect(),
        }
    }

    fn scenario(self) -> Scenario {
        let five = Scenario::default();
        match self {
            Knob::Shards => Scenario { virtual_nodes: 12, ..five },
            Knob::Turn => Scenario { shards: 4, ..five },
            Knob::VirtualNodes => Scenario { keys: 200, ..five },
            Knob::Down => Scenario { virtual_nodes: 6, ..five },
            Knob::Weight => Scenario { virtual_nodes: 10, ..five },
        }
    }

    fn value(self, frame: &Frame) -> u32 {
        let first = frame.shards().first();
        match self {
            Knob::Shards => frame.shards().len() as u32,
            Knob::Turn => {
                let point = frame.points().iter().find(|point| point.shard == ShardId(0));
                let degrees = point.map_or(0.0, |it| super::geometry::degrees(it.position));
                (degrees / 5.0).round() as u32 * 5 % 360
            }
            Knob::VirtualNodes => frame.virtual_nodes,
            Knob::Down => frame.shards().iter().filter(|shard| !shard.is_up).count() as u32,
            Knob::Weight => first.map_or(1, |shard| shard.weight),
        }
    }

    /// What has to be done to get from a frame to a value of the knob.
    fn actions(self, frame: &Frame, value: u32) -> Vec<Action> {
        let now = self.value(frame);
        let a = ShardId(0);
        match self {
            Knob::Shards if value > now => {
                (now..value).map(|_| Action::AddShard { weight: 1 }).collect()
            }
            Knob::Shards => {
                let last = frame.shards().iter().rev().take((now - value) as usize);
                last.map(|shard| Action::RemoveShard { shard: shard.id }).collect()
            }
            Knob::Turn => {
                let turn = (value * 65_536 / 360) as u16;
                vec![Action::PlacePoint { shard: a, virtual_node: 0, turn }]
            }
            Knob::VirtualNodes => vec![Action::SetVirtualNodes { virtual_nodes: value }],
            Knob::Down => {
                let crash = frame.shards().iter().filter(|shard| shard.is_up).map(|shard| shard.id);
                let back = frame.shards().iter().rev().filter(|shard| !shard.is_up);
                if value > now {
                    let more = (value - now) as usize;
                    crash.take(more).map(|shard| Action::CrashShard { shard }).collect()
                } else {
                    let fewer = back.take((now - value) as usize);
                    fewer.map(|shard| Action::RestartShard { shard: shard.id }).collect()
                }
            }
            Knob::Weight => vec![Action::SetWeight { shard: a, weight: value }],
        }
    }
}

#[derive(Properties, PartialEq)]
struct FigureProps {
    knob: Knob,
}

/// A figure of the story: a run of its own and one knob.
#[component]
fn Figure(props: &FigureProps) -> Html {
    let knob = props.knob;
    let player = use_player(|| Start::<Lab> {
        run: Run::new(knob.scenario(), 1),
        until: Time::ZERO,
        moment: None,
        plays: true,
        loops: false,
    });
    let frame = player.frame();
    let value = knob.value(&frame);
    let turn = use_state(Moved::default);
    let on_change = {
        let (player, turn) = (player.clone(), turn.clone());
        Callback::from(move |value: u32| {
            let mut moved = Moved::default();
            for action in knob.actions(&player.frame(), value) {
                for event in player.act(action) {
                    if let Event::KeysMoved(more) = event {
                        moved.ring += more.ring;
                        moved.modulo += more.modulo;
                    }
                }
            }
            turn.set(moved);
        })
    };
    let on_restart = player.on_command().reform(|_: MouseEvent| Command::Restart);
    html! {
        <div class="consistent-hashing-story-figure">
            <RingFigure player={player.clone()} />
            <Counters {frame} turn={Some(*turn)} has_totals={false} />
            <div class="figure-controls">
                <Slider label={knob.label()} steps={knob.steps()} {value} {on_change} unit={knob.unit()} />
                <button class="consistent-hashing-replay-button" onclick={on_restart}>{ "Play again" }</button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Rng, Simulation};

    #[test]
    fn every_knob_gets_where_it_is_turned_to() {
        for knob in [Knob::Shards, Knob::Turn, Knob::VirtualNodes, Knob::Down, Knob::Weight] {
            let mut lab = Lab::new(&knob.scenario(), Rng::new(1));
            let mut steps = knob.steps();
            steps.extend(knob.steps().into_iter().rev());
            for value in steps {
                for action in knob.actions(&lab.frame(Time::ZERO), value) {
                    lab.act(Time::ZERO, action);
                }
                assert_eq!(knob.value(&lab.frame(Time::ZERO)), value, "{knob:?}");
            }
        }
    }
}
