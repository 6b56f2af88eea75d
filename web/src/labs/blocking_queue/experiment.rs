//! The figures of the story: each a run of its own, and one knob that begins another.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::lanes::Lanes;
use super::readout::{Little, Readout};
use super::runs::{self, LOADS, MISTAKES, POLICIES, SHELVES};
use super::sentences::told;
use super::stays::Stays;
use super::words::{mistake_text, policy_text};
use crate::components::Choice;
use crate::player::{PlayerBar, Start, use_player};
use playground_core::blocking_queue::lab::Lab;
use playground_core::sim::Named;
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// How many items fit on the shelf.
    Shelf,
    /// How many consumers there are.
    Hands,
    /// What happens without room.
    Full,
    /// Bursts or overload, and the size of the queue.
    Bursts,
    /// How busy the consumer is.
    Load,
    /// What is done wrong.
    Mistake,
}

impl Knob {
    /// All of them, in the order of the story.
    #[cfg(test)]
    const ALL: [Knob; 6] =
        [Knob::Shelf, Knob::Hands, Knob::Full, Knob::Bursts, Knob::Load, Knob::Mistake];

    fn label(self) -> &'static str {
        match self {
            Knob::Shelf => "The shelf has",
            Knob::Hands => "Consumers",
            Knob::Full => "Without room",
            Knob::Bursts => "Items come",
            Knob::Load => "The consumer is busy for",
            Knob::Mistake => "The mistake",
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Shelf => "Two producers and two consumers with a shelf between them",
            Knob::Hands => "Two producers, and more or fewer consumers",
            Knob::Full => "A queue whose producers are too fast for its consumer",
            Knob::Bursts => "A producer that brings many items at once, or too many",
            Knob::Load => "A consumer whose items come at random",
            Knob::Mistake => "Threads at a queue that is written wrong",
        }
    }

    /// What it can be turned to.
    fn options(self) -> Vec<AttrValue> {
        match self {
            Knob::Shelf => SHELVES.iter().map(|it| places_text(*it)).collect(),
            Knob::Hands => ["one", "two", "three", "four"].map(AttrValue::from).to_vec(),
            Knob::Full => POLICIES.iter().map(|it| policy_text(*it).into()).collect(),
            Knob::Bursts => [
                "six at once, before a queue of two",
                "six at once, before a queue of eight",
                "too fast, before a queue of two",
                "too fast, before a queue of eight",
            ]
            .map(AttrValue::from)
            .to_vec(),
            Knob::Load => LOADS.iter().map(|it| format!("{it} % of its time").into()).collect(),
            Knob::Mistake => std::iter::once(None)
                .chain(MISTAKES.map(Some))
                .map(|it| mistake_text(it).into())
                .collect(),
        }
    }

    /// The run that it begins.
    fn run(self, position: usize) -> Named<Lab> {
        match self {
            Knob::Shelf => runs::shelf(position),
            Knob::Hands => runs::hands(position),
            Knob::Full => runs::full(position),
            Knob::Bursts => runs::bursts(position),
            Knob::Load => runs::load(position),
            Knob::Mistake => runs::broken(position),
        }
    }

    /// Where it stands at first.
    fn first(self) -> usize {
        match self {
            Knob::Shelf | Knob::Load => 2,
            Knob::Mistake => 1,
            Knob::Hands | Knob::Full | Knob::Bursts => 0,
        }
    }
}

fn places_text(places: u16) -> AttrValue {
    if places == 1 { "one place".into() } else { format!("{places} places").into() }
}

/// Which figure.
#[derive(Properties, PartialEq)]
pub struct ExperimentProps {
    /// Its knob.
    pub knob: Knob,
}

/// A figure of the story.
#[component]
pub fn Experiment(props: &ExperimentProps) -> Html {
    let knob = props.knob;
    let position = use_state(|| knob.first());
    let player = use_player(|| {
        let Named { run, until, .. } = knob.run(knob.first());
        Start::<Lab>::playing(run, until)
    });
    let on_change = {
        let (player, position) = (player.clone(), position.clone());
        Callback::from(move |number: usize| {
            position.set(number);
            let Named { run, until, .. } = knob.run(number);
            player.load(run, until);
        })
    };
    let frame = player.frame();
    let view = player.view(told);
    html! {
        <div class="blocking-queue-experiment" data-knob={format!("{knob:?}")}>
            <PlayedFigure player={player.clone()} label={knob.picture()} />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="blocking-queue-caption">{ view.caption }</p>
            <Choice label={knob.label()} options={knob.options()} chosen={Some(*position)} {on_change} />
            if matches!(knob, Knob::Hands | Knob::Full | Knob::Bursts) {
                <Lanes frame={frame.clone()} />
            }
            if knob == Knob::Load {
                <Stays frame={frame.clone()} />
                <Little frame={frame.clone()} />
            }
            if knob != Knob::Mistake {
                <Readout {frame} />
            }
            <Broken {player} is_quiet={knob != Knob::Mistake} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_knob_has_positions_and_each_a_run() {
        for knob in Knob::ALL {
            let positions = knob.options().len();
            assert!(positions > 1 && knob.first() < positions, "{knob:?}");
            let runs: Vec<_> = (0..positions).map(|position| knob.run(position).run).collect();
            assert!(runs.windows(2).all(|pair| pair[0] != pair[1]), "{knob:?}");
        }
    }
}
