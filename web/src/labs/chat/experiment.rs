//! The figures of the story: each a run of its own, and one knob that begins another.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::ledger::Ledger;
use super::sentences::Teller;
use crate::components::{Choice, Slider};
use crate::player::{PlayerBar, Start, use_player};
use playground_core::chat::scenarios::{self, Named};
use playground_core::chat::{Action, LOBBY, Lab, Scenario};
use playground_core::sim::{NodeId, Run, Time};
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// What the network does, and whether there are numbers.
    Order,
    /// What is lost, and whether there are ids.
    Retry,
    /// Whether whoever comes back says how far it had read.
    Resume,
    /// When the server dies.
    Crash,
    /// How much the server keeps for a slow reader.
    Slow,
}

/// How many packets the server can keep for a tab.
const QUEUES: [u32; 5] = [6, 10, 16, 30, 60];

/// The runs of a knob, each with its name there.
type Runs = &'static [(&'static str, fn() -> Named)];

const ORDER: Runs = &[
    ("packets come twice and overtake", scenarios::doubles),
    ("packets get lost", scenarios::gap),
    ("nobody looks at the numbers", scenarios::without_sequence_numbers),
];
const RETRY: Runs = &[
    ("every answer is lost", scenarios::retry),
    ("the connection breaks before the answer", scenarios::lost_ack),
    ("every answer is lost, and ids are not remembered", scenarios::without_idempotency),
];
const RESUME: Runs = &[
    ("says how far it had read", scenarios::offline),
    ("the same, after a long time", scenarios::long_absence),
    ("just joins again", scenarios::without_resume),
];
const CRASH: Runs = &[
    ("once the message is stored, before anybody is told", scenarios::server_dies),
    ("while the message is on its way", dies_early),
    ("and its disk had lied", scenarios::lying_disk),
];

/// The server dies before a message has reached it.
fn dies_early() -> Named {
    let lobby = || LOBBY.to_owned();
    let actions = [
        (3_000, Action::Say { tab: NodeId(1), thread: lobby(), text: "Too early.".to_owned() }),
        (3_200, Action::Crash { after_outputs: 0 }),
        (6_500, Action::Restart),
    ];
    Named::new("dies-early", "The server dies before", Scenario::default(), &actions, 16_000)
}

impl Knob {
    fn label(self) -> &'static str {
        match self {
            Knob::Order => "What goes wrong",
            Knob::Retry => "What goes wrong",
            Knob::Resume => "Whoever comes back",
            Knob::Crash => "The server dies",
            Knob::Slow => "The server keeps for a reader",
        }
    }

    /// What it can be turned to; of [`Knob::Slow`], it is a number.
    fn runs(self) -> Runs {
        match self {
            Knob::Order => ORDER,
            Knob::Retry => RETRY,
            Knob::Resume => RESUME,
            Knob::Crash => CRASH,
            Knob::Slow => &[],
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Order => "Four tabs on a bad network",
            Knob::Retry => "A message whose fate its sender does not know",
            Knob::Resume => "Cleo is away while the others talk",
            Knob::Crash => "The server dies and comes back",
            Knob::Slow => "Bob’s second tab does not read for a while",
        }
    }

    /// The run that it begins, and how long that is worth watching.
    fn run(self, position: usize) -> (Run<Lab>, Time) {
        let Some((_, run)) = self.runs().get(position) else { return slow(position) };
        let Named { run, until, .. } = run();
        (run, until)
    }
}

fn slow(position: usize) -> (Run<Lab>, Time) {
    let Named { mut run, until, .. } = scenarios::slow_consumer();
    run.scenario.queue = QUEUES.get(position).copied().unwrap_or(QUEUES[0]);
    (run, until)
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
    let position = use_state(|| 0_usize);
    let player = use_player(|| {
        let (run, until) = knob.run(0);
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
    let frame = player.frame();
    let teller = Teller::of(&frame);
    let view = player.view(|events| teller.sentence(events));
    let on_queue = turn.reform(|queue| QUEUES.iter().position(|it| *it == queue).unwrap_or(0));
    let options: Vec<AttrValue> = knob.runs().iter().map(|(name, _)| (*name).into()).collect();
    html! {
        <div class="chat-experiment" data-knob={format!("{knob:?}")}>
            <PlayedFigure player={player.clone()} label={knob.picture()} has_ledger={false} />
            <Ledger frame={frame.clone()} />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="chat-caption">{ view.caption }</p>
            if knob == Knob::Slow {
                <Slider label={knob.label()} unit="packets" steps={QUEUES.to_vec()} value={QUEUES[*position]}
                    on_change={on_queue} />
            } else {
                <Choice label={knob.label()} {options} chosen={Some(*position)} on_change={turn} />
            }
            <Broken {player} is_quiet={knob == Knob::Slow} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::chat::{Farewell, Frame};
    use playground_core::sim::{Simulation, replay};

    fn at_the_end(knob: Knob, position: usize) -> (Frame, Vec<&'static str>) {
        let (run, until) = knob.run(position);
        let transcript = replay(&run, until, 100_000);
        let broken = transcript.violations.iter().map(|it| it.invariant).collect();
        (transcript.state.frame(until), broken)
    }

    fn texts(frame: &Frame, tab: usize) -> Vec<String> {
        let lobby = frame.tabs[tab].threads.iter().find(|it| &*it.thread == LOBBY);
        lobby.map_or(Vec::new(), |it| it.lines.iter().map(|line| line.text.to_string()).collect())
    }

    #[test]
    fn only_the_last_position_breaks_a_promise() {
        for knob in [Knob::Order, Knob::Retry, Knob::Resume, Knob::Crash] {
            for position in 0..knob.runs().len() {
                let (frame, broken) = at_the_end(knob, position);
                let is_last = position + 1 == knob.runs().len();
                assert_eq!(broken.is_empty(), !is_last, "{knob:?} {position}: {broken:?}");
                if !is_last {
                    let all: Vec<_> = (0..4).map(|tab| texts(&frame, tab)).collect();
                    assert!(!all[0].is_empty(), "{knob:?} {position}: nothing was said");
                    assert!(all.iter().all(|it| *it == all[0]), "{knob:?} {position}: {all:?}");
                }
            }
        }
    }

    #[test]
    fn a_lost_answer_is_asked_for_again() {
        let (frame, _) = at_the_end(Knob::Retry, 0);
        assert_eq!(frame.total.retries_known, 1);
        let (frame, _) = at_the_end(Knob::Retry, 2);
        assert_eq!(texts(&frame, 1).len(), 2);
    }

    #[test]
    fn a_slow_reader_is_cut_unless_there_is_room_for_everything() {
        let cut = |position| at_the_end(Knob::Slow, position).0.tabs[2].cut;
        assert_eq!(cut(0), Some(Farewell::Slow));
        assert_eq!(cut(QUEUES.len() - 1), None);
    }
}
