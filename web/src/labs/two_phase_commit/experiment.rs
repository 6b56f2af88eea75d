//! The figures of the story: each a run of its own, and one knob that begins another.

use super::cost::CostLine;
use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::page::describer;
use super::sequence::Sequence;
use super::setup::flaw_text;
use super::waiting::{Answered, Locked};
use crate::components::{Choice, Slider, use_seen};
use crate::player::{Player, PlayerBar, Start, use_player};
use playground_core::sim::{NodeId, Run, Time};
use playground_core::two_phase_commit::{
    Action, COORDINATOR, CrashAt, CrashPoint, Flaw, Good, Lab, Order, Outcome, Scenario,
    TransactionId, scenarios,
};
use yew::prelude::*;

/// What the one knob of a figure turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// What is ordered.
    Order,
    /// Which kind of transaction it is.
    Kind,
    /// When the inventory dies.
    ParticipantDies,
    /// When the coordinator dies.
    CoordinatorDies,
    /// What is wrong.
    Mistake,
    /// How long a message takes, in milliseconds.
    Distance,
}

const INVENTORY: NodeId = NodeId(1);
const DELIVERY: NodeId = NodeId(2);
const FIRST: TransactionId = TransactionId { epoch: 1, number: 1 };
/// When the coordinator of the fourth figure comes back.
const BACK_MS: u64 = 12_000;
/// When the operator loses patience.
const IMPATIENT_MS: u64 = 7_000;

/// The moments at which the inventory can die over a commit.
const PARTICIPANT_POINTS: [CrashPoint; 6] = [
    CrashPoint::BeforePrepared,
    CrashPoint::AfterPrepared,
    CrashPoint::AfterVote,
    CrashPoint::BeforeCommitted,
    CrashPoint::AfterCommitted,
    CrashPoint::AfterAcknowledgement,
];

/// What happens to the coordinator, and meanwhile: its words, its point, and whether an operator acts.
const COORDINATOR_ENDS: [(&str, CrashPoint, Option<Outcome>); 5] = [
    ("when all votes are in", CrashPoint::BeforeDecision, None),
    ("when it has forced its decision", CrashPoint::AfterDecision, None),
    ("when it has told one of the two", CrashPoint::AfterCommit, None),
    (
        "having decided, and an operator aborts at Delivery",
        CrashPoint::AfterDecision,
        Some(Outcome::Aborted),
    ),
    (
        "having decided, and an operator commits at Delivery",
        CrashPoint::AfterDecision,
        Some(Outcome::Committed),
    ),
];

/// How far apart the machines can be.
const DISTANCES: [u32; 7] = [50, 100, 200, 400, 800, 1_600, 3_000];

impl Knob {
    fn label(self) -> &'static str {
        match self {
            Knob::Order => "What is ordered",
            Knob::Kind => "The transaction",
            Knob::ParticipantDies => "The inventory dies",
            Knob::CoordinatorDies => "The coordinator dies",
            Knob::Mistake => "What is wrong",
            Knob::Distance => "A message takes",
        }
    }

    /// What it can be turned to; of [`Knob::Distance`], numbers.
    fn options(self) -> Vec<AttrValue> {
        let texts = |texts: &[&'static str]| texts.iter().map(|it| AttrValue::from(*it)).collect();
        match self {
            Knob::Order => texts(&[
                "one burger",
                "five pizzas, of which there are three",
                "two drinks",
                "a fourth order, for two couriers",
                "a bill between two friends",
            ]),
            Knob::Kind => texts(&[
                "a commit of two participants",
                "an abort",
                "a question: nothing changes",
                "one participant: the order is picked up",
            ]),
            Knob::ParticipantDies => texts(&PARTICIPANT_POINTS.map(CrashPoint::words)),
            Knob::CoordinatorDies => texts(&COORDINATOR_ENDS.map(|it| it.0)),
            Knob::Mistake => {
                let flaws = Flaw::ALL.map(|flaw| AttrValue::from(flaw_text(flaw)));
                flaws.into_iter().chain([AttrValue::from("the inventory's disk lies")]).collect()
            }
            Knob::Distance => DISTANCES.iter().map(|ms| AttrValue::from(ms.to_string())).collect(),
        }
    }

    /// Where it stands at first.
    fn first(self) -> usize {
        if self == Knob::Distance { 3 } else { 0 }
    }

    /// The run that it begins, and how long that is worth watching.
    fn run(self, position: usize) -> (Run<Lab>, Time) {
        let named = match self {
            Knob::Order => match position {
                0 => scenarios::burger(),
                1 => scenarios::pizzas(),
                2 => scenarios::drinks(),
                3 => scenarios::no_courier(),
                _ => scenarios::bill(),
            },
            Knob::Kind => match position {
                0 => scenarios::burger(),
                1 => scenarios::pizzas(),
                2 => scenarios::quote(),
                _ => scenarios::pick_up(),
            },
            Knob::ParticipantDies => return participant_dies(position),
            Knob::CoordinatorDies => return coordinator_dies(position),
            Knob::Mistake => {
                let of_flaw = Flaw::ALL.get(position).and_then(|flaw| scenarios::of_flaw(*flaw));
                of_flaw.unwrap_or_else(scenarios::lying_disk)
            }
            Knob::Distance => return far_apart(position),
        };
        (named.run, named.until)
    }

    fn picture(self) -> &'static str {
        match self {
            Knob::Order => "An order among a coordinator, an inventory and a delivery service",
            Knob::Kind => "One transaction",
            Knob::ParticipantDies => "The inventory dies and comes back",
            Knob::CoordinatorDies => "The coordinator dies and comes back",
            Knob::Mistake => "A protocol with a mistake",
            Knob::Distance => "A commit over a distance",
        }
    }
}

fn run_of(scenario: Scenario, actions: &[(u64, Action)], until_ms: u64) -> (Run<Lab>, Time) {
    let actions = actions.iter().map(|(ms, action)| (Time::from_ms(*ms), action.clone())).collect();
    (Run { scenario, seed: 1, actions }, Time::from_ms(until_ms))
}

fn burger() -> Action {
    Action::Submit { order: Order::delivered(Good::Burger, 1) }
}

fn participant_dies(position: usize) -> (Run<Lab>, Time) {
    let point = PARTICIPANT_POINTS.get(position).copied().unwrap_or(CrashPoint::AfterVote);
    let actions = [
        (300, Action::Crash { node: INVENTORY, at: CrashAt::Point(point) }),
        (500, burger()),
        (6_500, Action::Restart { node: INVENTORY }),
    ];
    run_of(Scenario::default(), &actions, 12_000)
}

fn coordinator_dies(position: usize) -> (Run<Lab>, Time) {
    let (_, point, operator) =
        COORDINATOR_ENDS.get(position).copied().unwrap_or(COORDINATOR_ENDS[0]);
    let mut actions = vec![
        (300, Action::Crash { node: COORDINATOR, at: CrashAt::Point(point) }),
        (500, burger()),
    ];
    if let Some(outcome) = operator {
        actions.push((IMPATIENT_MS, Action::Resolve { node: DELIVERY, tx: FIRST, outcome }));
    }
    actions.push((BACK_MS, Action::Restart { node: COORDINATOR }));
    run_of(Scenario::default(), &actions, BACK_MS + 5_000)
}

fn far_apart(position: usize) -> (Run<Lab>, Time) {
    let ms = DISTANCES.get(position).copied().unwrap_or(400);
    let scenario = Scenario { latency_ms: (ms, ms), ..Scenario::default() };
    run_of(scenario, &[(300, burger())], 300 + 4 * u64::from(ms) + 1_500)
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
    let frame = player.frame();
    let world = frame.scenario.as_ref().map(|it| it.world).unwrap_or_default();
    let view = player.view(describer(world));
    let is_distance = knob == Knob::Distance;
    let on_distance = turn.reform(|ms| DISTANCES.iter().position(|it| *it == ms).unwrap_or(0));
    html! {
        <div class="two-phase-commit-experiment" data-knob={format!("{knob:?}")}>
            if knob == Knob::Kind {
                <PlayedSequence player={player.clone()} />
            } else {
                <PlayedFigure player={player.clone()} label={knob.picture()} has_sequence={false} />
            }
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="two-phase-commit-caption">{ view.caption }</p>
            if is_distance {
                <Slider label={knob.label()} unit="ms" steps={DISTANCES.to_vec()} value={DISTANCES[*position]}
                    on_change={on_distance} />
                <Answered frame={frame.clone()} />
            } else {
                <Choice label={knob.label()} options={knob.options()} chosen={Some(*position)} on_change={turn} />
            }
            if matches!(knob, Knob::Order | Knob::Kind) {
                <CostLine frame={frame.clone()} />
            }
            if matches!(knob, Knob::ParticipantDies | Knob::CoordinatorDies) {
                <Locked frame={frame.clone()} />
            }
            <Broken {player} is_quiet={knob != Knob::Mistake} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PlayedSequenceProps {
    player: Player<Lab>,
}

/// The sequence alone: where it is the order of messages that matters, nodes only take room.
#[component]
fn PlayedSequence(props: &PlayedSequenceProps) -> Html {
    let root = use_node_ref();
    use_seen(&root, &props.player);
    html! { <div ref={root}><Sequence frame={props.player.frame()} /></div> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};
    use playground_core::two_phase_commit::{Frame, OrderState};

    const KNOBS: [Knob; 6] = [
        Knob::Order,
        Knob::Kind,
        Knob::ParticipantDies,
        Knob::CoordinatorDies,
        Knob::Mistake,
        Knob::Distance,
    ];

    fn at_the_end(knob: Knob, position: usize) -> (Frame, Vec<&'static str>) {
        let (run, until) = knob.run(position);
        let transcript = replay(&run, until, 100_000);
        let broken = transcript.violations.iter().map(|it| it.invariant).collect();
        (transcript.state.frame(until), broken)
    }

    #[test]
    fn every_order_is_over_when_its_run_is() {
        for knob in KNOBS {
            for position in 0..knob.options().len() {
                let (frame, broken) = at_the_end(knob, position);
                assert_eq!(
                    broken.is_empty(),
                    knob != Knob::Mistake,
                    "{knob:?} {position}: {broken:?}"
                );
                if knob != Knob::Mistake {
                    let is_over = |state| !matches!(state, OrderState::Waiting);
                    assert!(frame.orders.iter().all(|it| is_over(it.state)), "{knob:?} {position}");
                    let doubts = frame.nodes.iter().map(|node| node.doubts.len()).sum::<usize>();
                    assert_eq!(doubts, 0, "{knob:?} {position}: somebody stays in doubt");
                }
            }
        }
    }

    #[test]
    fn only_the_wrong_guess_does_damage() {
        for position in 0..COORDINATOR_ENDS.len() {
            let (frame, _) = at_the_end(Knob::CoordinatorDies, position);
            let is_damaged = frame.orders.iter().any(|order| order.damage);
            assert_eq!(is_damaged, position == 3, "{position}");
        }
    }
}
