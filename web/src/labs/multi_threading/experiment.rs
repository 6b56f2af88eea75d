//! The figures of the story: each a run of its own, and one knob that begins another.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::outcome::Outcome;
use super::runs;
use super::sentences::Teller;
use crate::components::Choice;
use crate::player::{PlayerBar, Start, use_player};
use playground_core::multi_threading::lab::Lab;
use playground_core::multi_threading::program::Program;
use playground_core::multi_threading::scenarios::Named;
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// What guards a counter.
    Counter,
    /// What guards the last seat.
    Check,
    /// In which order two locks are taken.
    Locks,
}

impl Knob {
    fn label(self) -> &'static str {
        match self {
            Knob::Counter => "The counter is guarded by",
            Knob::Check => "The seats are guarded by",
            Knob::Locks => "Each takes",
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Counter => "Two threads that add to one counter",
            Knob::Check => "Two threads that want the last seat",
            Knob::Locks => "Two threads that move money between two accounts",
        }
    }

    /// What it can be turned to.
    fn programs(self) -> &'static [(Program, &'static str)] {
        match self {
            Knob::Counter => &runs::COUNTERS,
            Knob::Check => &runs::SEATS,
            Knob::Locks => &runs::TRANSFERS,
        }
    }

    /// The run that it begins.
    fn run(self, position: usize) -> Named {
        runs::of(self.programs(), position)
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
    let position = use_state(|| 0);
    let player = use_player(|| {
        let Named { run, until, .. } = knob.run(0);
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
    let teller = Teller(&frame);
    let view = player.view(|events| teller.sentence(events));
    let options: Vec<AttrValue> =
        knob.programs().iter().map(|(_, name)| AttrValue::from(*name)).collect();
    html! {
        <div class="multi-threading-experiment" data-knob={format!("{knob:?}")}>
            <PlayedFigure player={player.clone()} label={knob.picture()} />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="multi-threading-caption">{ view.caption }</p>
            <Choice label={knob.label()} {options} chosen={Some(*position)} {on_change} />
            <Outcome frame={frame.clone()} />
            <Broken {frame} is_quiet={true} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn what_is_not_guarded_breaks_and_everything_else_keeps_its_promises() {
        for knob in [Knob::Counter, Knob::Check, Knob::Locks] {
            for (position, (program, name)) in knob.programs().iter().enumerate() {
                let named = knob.run(position);
                assert_eq!(named.run.scenario.setup.program, *program);
                let state = replay::<Lab>(&named.run, named.until, 100_000).state;
                let frame = state.frame(named.until);
                assert_eq!(frame.broken.is_empty(), position > 0, "{knob:?}, {name}");
                let is_done = frame.is_over || !frame.deadlocked.is_empty();
                assert!(is_done, "{knob:?}, {name} is not over when its run is");
            }
        }
    }
}
