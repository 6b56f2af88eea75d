//! The figures of the story: each a run of its own, and one knob that begins another.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::readout::Readout;
use super::runs;
use super::sentences::Teller;
use crate::components::{Choice, Slider, grouped};
use crate::player::{PlayerBar, Start, use_player};
use playground_core::cdn::scenarios::Named;
use playground_core::cdn::{Lab, places::City};
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// Where the edge stands.
    Stand,
    /// Who asks second.
    Second,
    /// For how long the page is fresh.
    Lifetime,
    /// Whether misses become one fetch.
    Collapsing,
    /// What is done when the page changes.
    Change,
    /// What the origin had said before it died.
    Promise,
    /// How much a cache holds.
    Capacity,
}

const SECOND: [&str; 4] = [
    "a neighbour, at the same edge",
    "the same reader",
    "a reader of another edge",
    "the same reader, once the copy is stale",
];
const COLLAPSING: [&str; 3] =
    ["join the fetch that is under way", "ask for themselves", "join it, and edges ask a shield"];
const CHANGE: [&str; 3] =
    ["nothing: it is fresh for an hour", "nothing: it is fresh for 4 s", "a purge"];

impl Knob {
    fn label(self) -> &'static str {
        match self {
            Knob::Stand => "The only edge stands in",
            Knob::Second => "The second request comes from",
            Knob::Lifetime => "The page is fresh for",
            Knob::Collapsing => "Requests that miss",
            Knob::Change => "What is done about the copies",
            Knob::Promise => "The origin had said",
            Knob::Capacity => "A cache server holds",
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Stand => "A reader in Rotorua, one edge, and the origin in Madrid",
            Knob::Second => "Two requests for the same page",
            Knob::Lifetime => "A copy in Auckland, and the shield in London that it came from",
            Knob::Collapsing => "Ten readers ask four times each at the same moment",
            Knob::Change => "The page changes while three edges hold copies",
            Knob::Promise => "The origin dies, and a reader in Rotorua asks",
            Knob::Capacity => "Readers ask for pictures by themselves",
        }
    }

    /// What it can be turned to; none if these are numbers.
    fn options(self) -> Vec<AttrValue> {
        let texts = |texts: &[&'static str]| texts.iter().map(|it| AttrValue::from(*it)).collect();
        match self {
            Knob::Stand => runs::STANDS
                .iter()
                .map(|city| {
                    let km = grouped(u64::from(city.km_to(City::Rotorua)));
                    format!("{}, {km} km away", city.name()).into()
                })
                .collect(),
            Knob::Second => texts(&SECOND),
            Knob::Collapsing => texts(&COLLAPSING),
            Knob::Change => texts(&CHANGE),
            Knob::Promise => {
                runs::promises().iter().map(|(text, _)| AttrValue::from(*text)).collect()
            }
            Knob::Lifetime | Knob::Capacity => Vec::new(),
        }
    }

    /// The numbers it can be turned to, with their unit; none if these are words.
    fn steps(self) -> Option<(&'static [u32], &'static str)> {
        match self {
            Knob::Lifetime => Some((&runs::LIFETIMES, "s")),
            Knob::Capacity => Some((&runs::CAPACITIES, "KiB")),
            _ => None,
        }
    }

    /// Where it stands at first.
    fn first(self) -> usize {
        match self {
            Knob::Lifetime | Knob::Capacity => 2,
            _ => 0,
        }
    }

    /// The run that it begins.
    fn run(self, position: usize) -> Named {
        let number = |numbers: &[u32]| numbers.get(position).copied().unwrap_or(numbers[0]);
        match self {
            Knob::Stand => runs::distance(position),
            Knob::Second => runs::steps(position),
            Knob::Lifetime => runs::ageing(number(&runs::LIFETIMES)),
            Knob::Collapsing => runs::stampede(position),
            Knob::Change => runs::change(position),
            Knob::Promise => runs::origin_dies(position),
            Knob::Capacity => runs::full(number(&runs::CAPACITIES)),
        }
    }
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
    let turn = {
        let (player, position) = (player.clone(), position.clone());
        Callback::from(move |number: usize| {
            position.set(number);
            let Named { run, until, .. } = knob.run(number);
            player.load(run, until);
        })
    };
    let frame = player.frame();
    let teller = Teller::of(&frame);
    let view = player.view(|events| teller.sentence(events));
    let control = match knob.steps() {
        Some((steps, unit)) => {
            let value = steps.get(*position).copied().unwrap_or_default();
            let on_change =
                turn.reform(move |value| steps.iter().position(|it| *it == value).unwrap_or(0));
            html! { <Slider label={knob.label()} {unit} steps={steps.to_vec()} {value} {on_change} /> }
        }
        None => html! {
            <Choice label={knob.label()} options={knob.options()} chosen={Some(*position)} on_change={turn} />
        },
    };
    html! {
        <div class="cdn-experiment" data-knob={format!("{knob:?}")}>
            <PlayedFigure player={player.clone()} label={knob.picture()} />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="cdn-caption">{ view.caption }</p>
            { control }
            <Readout {knob} {frame} />
            <Broken {player} is_quiet={true} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_knob_has_positions_and_each_a_run() {
        let knobs = [
            Knob::Stand,
            Knob::Second,
            Knob::Lifetime,
            Knob::Collapsing,
            Knob::Change,
            Knob::Promise,
            Knob::Capacity,
        ];
        for knob in knobs {
            let positions = knob.steps().map_or(knob.options().len(), |(steps, _)| steps.len());
            assert!(positions > 1 && knob.first() < positions, "{knob:?}");
            let runs: Vec<_> = (0..positions).map(|position| knob.run(position).run).collect();
            assert!(runs.windows(2).all(|pair| pair[0] != pair[1]), "{knob:?}");
        }
    }
}
