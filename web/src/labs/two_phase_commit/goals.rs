//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::sim::{LossReason, NodeId, Time};
use playground_core::two_phase_commit::{
    Action, ArrowEnd, COORDINATOR, Event, Flaw, Frame, Happening, OrderState, Outcome, Vote,
};

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal {
        id: "doubt",
        text: "Kill or cut off the coordinator so that both services are left in doubt.",
    },
    Goal { id: "lost", text: "Lose a message on its way, and have the order commit all the same." },
    Goal { id: "promise", text: "Kill a participant after its vote, and let it keep its promise." },
    Goal { id: "damage", text: "Resolve a transaction by hand, and do damage." },
    Goal { id: "broken", text: "Break a promise of a broken variant with a single crash." },
];

/// What is looked at: the reader's own actions, and what came of them.
pub struct Evidence<'a> {
    /// What the reader did in this run, and when; not what a scenario brought along.
    pub own: &'a [(Time, Action)],
    /// The present.
    pub frame: &'a Frame,
    /// What the nodes get wrong.
    pub flaw: Flaw,
    /// The invariants that do not hold now.
    pub broken: usize,
}

/// Tells whether a goal is reached.
type Test = fn(&Evidence) -> bool;

/// The goals that are reached by now.
pub fn reached(evidence: &Evidence) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 5] = [
        ("doubt", both_in_doubt),
        ("lost", lost_and_committed),
        ("promise", promise_kept),
        ("damage", damage_done),
        ("broken", broken_by_one_crash),
    ];
    checks.into_iter().filter(|(_, is_reached)| is_reached(evidence)).map(|(id, _)| id).collect()
}

/// Whether the reader had done such a thing by now.
fn did(evidence: &Evidence, what: impl Fn(&Action) -> bool) -> bool {
    evidence.own.iter().any(|(at, action)| *at <= evidence.frame.now && what(action))
}

fn crashed(evidence: &Evidence, id: NodeId) -> bool {
    did(evidence, |action| matches!(action, Action::Crash { node, .. } if *node == id))
}

fn both_in_doubt(evidence: &Evidence) -> bool {
    let cut = |action: &Action| matches!(action, Action::Isolate { nodes } if nodes.contains(&COORDINATOR));
    let Some((coordinator, participants)) = evidence.frame.nodes.split_first() else {
        return false;
    };
    let is_own = (!coordinator.is_up && crashed(evidence, COORDINATOR))
        || (coordinator.is_isolated && did(evidence, cut));
    let mut doubts = participants.iter().map(|node| &node.doubts);
    let Some(first) = doubts.next() else { return false };
    is_own
        && first
            .iter()
            .any(|(tx, _, _)| doubts.clone().all(|other| other.iter().any(|(it, _, _)| it == tx)))
}

fn lost_and_committed(evidence: &Evidence) -> bool {
    let lossy = |action: &Action| {
        matches!(action, Action::Drop { .. } | Action::SetNetwork { loss: 1.., .. })
    };
    let Frame { arrows, orders, .. } = evidence.frame;
    let own_since = evidence.own.iter().find(|(_, action)| lossy(action)).map(|(at, _)| *at);
    let Some(since) = own_since else { return false };
    arrows.iter().any(|arrow| {
        let by_reader = matches!(
            arrow.end,
            Some((at, ArrowEnd::Lost(LossReason::Dropped | LossReason::Chance))) if at >= since
        );
        let committed =
            |tx| orders.iter().any(|it| it.tx == Some(tx) && it.state == OrderState::Committed);
        by_reader && committed(arrow.message.tx())
    })
}

fn promise_kept(evidence: &Evidence) -> bool {
    let marks = &evidence.frame.marks;
    let kept = |id: NodeId| {
        let mut voted = Vec::new();
        let mut outlived = Vec::new();
        for mark in marks.iter().filter(|mark| mark.node == id) {
            match &mark.what {
                Happening::Reported(Event::Voted { tx, vote: Vote::Yes }) => voted.push(*tx),
                Happening::Crashed { .. } => outlived.append(&mut voted),
                Happening::Reported(Event::Resolved {
                    tx,
                    outcome: Outcome::Committed,
                    by_operator: false,
                }) => {
                    if outlived.contains(tx) {
                        return true;
                    }
                    voted.retain(|it| it != tx);
                }
                _ => {}
            }
        }
        false
    };
    let participants = evidence.frame.nodes.iter().skip(1).map(|node| node.id);
    participants.filter(|id| crashed(evidence, *id)).any(kept)
}

fn damage_done(evidence: &Evidence) -> bool {
    did(evidence, |action| matches!(action, Action::Resolve { .. }))
        && evidence.frame.orders.iter().any(|order| order.damage)
}

fn broken_by_one_crash(evidence: &Evidence) -> bool {
    let is_crash = |what: &Happening| matches!(what, Happening::Crashed { .. });
    let crashes = evidence.frame.marks.iter().filter(|mark| is_crash(&mark.what)).count();
    evidence.flaw != Flaw::None
        && evidence.broken > 0
        && crashes == 1
        && did(evidence, |action| matches!(action, Action::Crash { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Run, Simulation, Timeline};
    use playground_core::two_phase_commit::{Lab, scenarios};

    /// What is reached on the way through a run, if the reader did all of it, or none.
    fn on_the_way(run: Run<Lab>, until: Time, is_own: bool) -> Vec<&'static str> {
        let mut timeline = Timeline::new(run);
        let mut all = Vec::new();
        while timeline.now() < until {
            if !timeline.step() {
                break;
            }
            let run = timeline.run().clone();
            let frame = timeline.state().frame(timeline.now());
            let own = if is_own { run.actions.as_slice() } else { &[] };
            let broken = timeline.broken_invariants().count();
            let flaw = run.scenario.flaw;
            let evidence = Evidence { own, frame: &frame, flaw, broken };
            all.extend(
                reached(&evidence).into_iter().filter(|id| !all.contains(id)).collect::<Vec<_>>(),
            );
        }
        all
    }

    #[test]
    fn every_goal_can_be_reached_and_none_by_watching() {
        let named = scenarios::all().into_iter().chain(scenarios::broken());
        let mut all = Vec::new();
        for named in named {
            let watched = on_the_way(named.run.clone(), named.until, false);
            assert!(watched.is_empty(), "{} reaches {watched:?} by itself", named.name);
            all.extend(on_the_way(named.run, named.until, true));
        }
        for goal in GOALS {
            assert!(all.contains(&goal.id), "{} is out of reach: {all:?}", goal.text);
        }
    }

    #[test]
    fn a_plain_order_reaches_nothing() {
        let named = scenarios::burger();
        assert!(on_the_way(named.run, named.until, true).is_empty());
    }
}
