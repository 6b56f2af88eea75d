//! The figures of the story that need a wire: each a run of its own, and one knob that begins another.

use super::figure::PlayedFigure;
use super::log::{Log, rows_of};
use super::sentences::describe;
use crate::components::{Choice, Slider};
use crate::player::{PlayerBar, Start, use_player};
use playground_core::sim::{Run, Time};
use playground_core::websocket::lab::{Action, Lab, Scenario};
use playground_core::websocket::{CloseCode, Role};
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// In how many frames a message is sent.
    Fragments,
    /// How the connection ends.
    Ending,
}

const PIECES: [u32; 5] = [1, 2, 3, 4, 5];
const TEXT: &str = "Grüße: πάντα ῥεῖ";
/// The connection is open and still.
const STILL_MS: u64 = 1_900;
const ENDINGS: [&str; 5] = [
    "the client closes with 1000",
    "the server closes with 1001",
    "both close at once",
    "the client breaks a rule",
    "somebody pulls the cable",
];

impl Knob {
    /// The run that a position begins, and how long that is worth watching.
    fn run(self, position: usize) -> (Run<Lab>, Time) {
        let (client, server) = (Role::Client, Role::Server);
        let close = |by, code, reason: &str| Action::Close { by, code, reason: reason.to_owned() };
        let actions = match (self, position) {
            (Knob::Fragments, position) => {
                let pieces = PIECES.get(position).copied().unwrap_or(1);
                let text = TEXT.to_owned();
                vec![(STILL_MS, Action::SendPieces { by: client, text, pieces, ping: pieces > 1 })]
            }
            (Knob::Ending, 0) => vec![(STILL_MS, close(client, CloseCode::NORMAL, "done"))],
            (Knob::Ending, 1) => vec![(STILL_MS, close(server, CloseCode::GOING_AWAY, "restart"))],
            (Knob::Ending, 2) => vec![
                (STILL_MS, close(client, CloseCode::NORMAL, "")),
                (STILL_MS + 200, close(server, CloseCode::NORMAL, "")),
            ],
            (Knob::Ending, 3) => {
                let mistake = playground_core::websocket::lab::Mistake::ReservedOpcode;
                vec![(STILL_MS, Action::Misbehave { by: client, mistake })]
            }
            (Knob::Ending, _) => vec![
                (STILL_MS, Action::SendText { by: client, text: "Are you there?".to_owned() }),
                (STILL_MS + 400, Action::Cut),
            ],
        };
        let actions = actions.into_iter().map(|(ms, action)| (Time::from_ms(ms), action));
        let run = Run { scenario: Scenario::default(), seed: 1, actions: actions.collect() };
        (run, Time::from_ms(STILL_MS + 3_200))
    }

    fn first(self) -> usize {
        if self == Knob::Fragments { 2 } else { 0 }
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Fragments => "A message in fragments, and its echo",
            Knob::Ending => "The end of a connection",
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
        let (run, until) = knob.run(knob.first());
        Start::<Lab>::playing(run, until)
    });
    let turn = {
        let (player, position) = (player.clone(), position.clone());
        Callback::from(move |number: usize| {
            position.set(number);
            let (run, until) = knob.run(number);
            player.load(run, until);
        })
    };
    let view = player.view(describe);
    let frame = player.frame();
    let on_pieces =
        turn.reform(|pieces: u32| PIECES.iter().position(|it| *it == pieces).unwrap_or(0));
    let endings: Vec<AttrValue> = ENDINGS.iter().map(|it| AttrValue::from(*it)).collect();
    html! {
        <div class="websocket-experiment" data-knob={format!("{knob:?}")}>
            <PlayedFigure player={player.clone()} label={knob.picture()} />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="websocket-caption">{ view.caption }</p>
            if knob == Knob::Fragments {
                <Slider label="Frames" steps={PIECES.to_vec()} value={PIECES[*position]} on_change={on_pieces} />
            } else {
                <Choice label="How it ends" options={endings} chosen={Some(*position)} on_change={turn} />
            }
            <Log rows={rows_of(&frame)} label="What went over the wire" empty="Nothing yet." />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};
    use playground_core::websocket::lab::{Ending, Frame};

    fn at_the_end(knob: Knob, position: usize) -> Frame {
        let (run, until) = knob.run(position);
        let transcript = replay(&run, until, 10_000);
        assert!(transcript.violations.is_empty(), "{knob:?} {position}");
        transcript.state.frame(until)
    }

    #[test]
    fn a_message_comes_back_in_one_piece_whatever_the_number_of_its_frames() {
        for position in 0..PIECES.len() {
            let frame = at_the_end(Knob::Fragments, position);
            let echoes = frame.client.delivered.iter().filter(|it| *it.payload == *TEXT.as_bytes());
            assert_eq!(echoes.count(), 1, "{position}");
        }
    }

    #[test]
    fn every_ending_is_the_one_it_is_called() {
        let endings: Vec<Option<Ending>> = (0..ENDINGS.len())
            .map(|position| at_the_end(Knob::Ending, position).ending.map(|(_, ending)| ending))
            .collect();
        let clean = Some(Ending::Clean);
        assert_eq!(endings, [clean, clean, clean, Some(Ending::AfterFailure), Some(Ending::Cut)]);
    }
}
