//! The figures of the story: each a run of its own, and one knob that begins another.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::readout::Readout;
use super::runs;
use super::sentences::Teller;
use super::shards::Shards;
use crate::components::Choice;
use crate::player::{PlayerBar, Start, use_player};
use playground_core::unique_id::lab::Lab;
use playground_core::unique_id::scenarios::Named;
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// Who numbers the posts.
    Numbering,
    /// How many places the wheel of the sequence has.
    Wheel,
    /// What keeps a number from having two holders.
    Leasing,
    /// What a worker does when its clock has stepped back.
    Policy,
}

impl Knob {
    /// All of them, in the order of the story.
    #[cfg(test)]
    const ALL: [Knob; 4] = [Knob::Numbering, Knob::Wheel, Knob::Leasing, Knob::Policy];

    fn label(self) -> &'static str {
        match self {
            Knob::Numbering => "Posts are numbered by",
            Knob::Wheel => "The sequence has",
            Knob::Leasing => "Worker numbers come from",
            Knob::Policy => "A worker whose clock has gone back",
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Numbering => "Users write posts that are stored on four shards",
            Knob::Wheel => "A worker that uses up the sequence of a millisecond",
            Knob::Leasing => "Two workers, one after the other with the same number",
            Knob::Policy => "A worker whose clock is set back while it makes IDs",
        }
    }

    /// What it can be turned to.
    fn options(self) -> &'static [&'static str] {
        match self {
            Knob::Numbering => &["a counter in each shard", "workers, with IDs of three parts"],
            Knob::Wheel => &["3 bits: eight IDs a millisecond", "12 bits: 4,096 IDs a millisecond"],
            Knob::Leasing => &[
                "a registry that leases windows of time stamps",
                "a file: everybody is number 0",
                "a registry, but workers do not look at the end of their window",
                "a registry that renews for whoever asks",
            ],
            Knob::Policy => &[
                "waits until it is there again",
                "refuses",
                "goes on from its last ID",
                "does not notice",
            ],
        }
    }

    /// The run that it begins.
    fn run(self, position: usize) -> Named {
        match self {
            Knob::Numbering => runs::numbering(position),
            Knob::Wheel => runs::wheel(position),
            Knob::Leasing => runs::leasing(position),
            Knob::Policy => runs::policy(position),
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
    let teller = Teller::of(&frame);
    let view = player.view(|events| teller.sentence(events));
    let options: Vec<AttrValue> = knob.options().iter().map(|it| AttrValue::from(*it)).collect();
    html! {
        <div class="unique-id-experiment" data-knob={format!("{knob:?}")}>
            <PlayedFigure player={player.clone()} label={knob.picture()} />
            <Shards frame={frame.clone()} />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="unique-id-caption">{ view.caption }</p>
            <Choice label={knob.label()} {options} chosen={Some(*position)} {on_change} />
            <Readout {frame} />
            <Broken {player} is_quiet={true} />
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
            assert!(positions > 1, "{knob:?}");
            let runs: Vec<_> = (0..positions).map(|position| knob.run(position).run).collect();
            assert!(runs.windows(2).all(|pair| pair[0] != pair[1]), "{knob:?}");
        }
    }
}
