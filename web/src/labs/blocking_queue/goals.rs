//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::blocking_queue::lab::{
    Action, Answer, Ask, Frame, Party, Side, Worker, WorkerState,
};
use playground_core::sim::{Span, Time};

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal { id: "full", text: "Have every producer parked at once, because the queue is full." },
    Goal {
        id: "waited",
        text: "Dequeue from an empty queue, wait in line, and be handed an item.",
    },
    Goal {
        id: "drained",
        text: "Close a queue that is not empty, and see the last item reach a consumer.",
    },
    Goal {
        id: "little",
        text: "Change the capacity or somebody’s pace, let 15 seconds pass, and have both sides of Little’s law agree within 5\u{a0}%.",
    },
    Goal {
        id: "broken",
        text: "Choose a mistake in the sandbox, and catch it breaking a promise.",
    },
];

/// What is looked at: the visitor's own actions, and what came of them.
pub struct Evidence<'a> {
    /// What the visitor did in this run, and when; not what a scenario brought along.
    pub own: &'a [(Time, Action)],
    /// The present.
    pub frame: &'a Frame,
}

/// Tells whether a goal is reached.
type Test = fn(&Evidence) -> bool;

/// How long a queue is to be left alone before Little's law is looked at.
const ALONE: Span = Span::from_ms(15_000);
/// How far both sides of the law may be apart.
const AGREES: f64 = 0.05;

/// The goals that are reached by now.
pub fn reached(evidence: &Evidence) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 5] = [
        ("full", all_producers_parked),
        ("waited", waited_and_was_handed_an_item),
        ("drained", closed_and_drained),
        ("little", both_sides_agree),
        ("broken", promise_broken),
    ];
    checks.into_iter().filter(|(_, is_reached)| is_reached(evidence)).map(|(id, _)| id).collect()
}

fn all_producers_parked(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let mut here = frame.producers.iter().filter(|it| it.state != WorkerState::Down).peekable();
    frame.mistake.is_none()
        && here.peek().is_some()
        && here.all(|it| it.state == WorkerState::Parked && it.worker.side() == Side::Putting)
}

fn waited_and_was_handed_an_item(evidence: &Evidence) -> bool {
    let mut asked = evidence.own.iter().filter(|(_, action)| *action == Action::Dequeue);
    asked.any(|(at, _)| {
        evidence.frame.calls.iter().any(|call| {
            let is_it = call.ask == Ask::Dequeue && call.asked_at == *at;
            let waited = |(answered, answer): &(Time, Answer)| {
                *answered > *at && matches!(answer, Answer::Taken(_))
            };
            is_it && call.answer.as_ref().is_some_and(waited)
        })
    })
}

fn closed_and_drained(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let closed = evidence.own.iter().find(|(_, action)| *action == Action::Close);
    frame.mistake.is_none()
        && frame.is_closed
        && frame.items.is_empty()
        && closed.is_some_and(|(at, _)| {
            let is_consumer = |by: Party| matches!(by.worker(), Some(Worker::Consumer(_)));
            frame.passed.iter().any(|it| it.taken_at > *at && is_consumer(it.by))
        })
}

fn both_sides_agree(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let changes =
        |action: &Action| matches!(action, Action::SetCapacity { .. } | Action::SetPace { .. });
    let changed = evidence.own.iter().rev().find(|(_, action)| changes(action));
    let is_settled = changed.is_some_and(|(at, _)| frame.now.since(*at) >= ALONE);
    let is_measured = frame.inside.left >= 5;
    frame.mistake.is_none()
        && is_settled
        && is_measured
        && frame.inside.little().is_some_and(|it| it.error() <= AGREES)
}

fn promise_broken(evidence: &Evidence) -> bool {
    evidence.frame.mistake.is_some()
        && !evidence.frame.broken.is_empty()
        && !evidence.own.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::lab::{Lab, Mistake};
    use playground_core::blocking_queue::scenarios;
    use playground_core::sim::{Run, Simulation, Timeline};

    /// What is reached on the way through a run, if the visitor did all of it, or none.
    fn on_the_way(run: Run<Lab>, until: Time, is_own: bool) -> Vec<&'static str> {
        let mut timeline = Timeline::new(run);
        let mut all = Vec::new();
        while timeline.now() < until && timeline.step() {
            let frame = timeline.state().frame(timeline.now());
            let run = timeline.run();
            let own: Vec<_> =
                run.actions.iter().filter(|it| is_own && it.0 <= frame.now).cloned().collect();
            if !own.is_empty() {
                all.extend(reached(&Evidence { own: &own, frame: &frame }));
            }
            all.sort_unstable();
            all.dedup();
        }
        all
    }

    fn with(actions: &[(u64, Action)], until_ms: u64) -> Vec<&'static str> {
        let mut run = scenarios::opening().run;
        run.actions = actions.iter().map(|(ms, it)| (Time::from_ms(*ms), it.clone())).collect();
        on_the_way(run, Time::from_ms(until_ms), true)
    }

    #[test]
    fn each_goal_is_reached_by_doing() {
        let slow = Action::SetCapacity { capacity: 1 };
        let stand = |number| Action::Pause { worker: Worker::Consumer(number) };
        assert!(with(&[(1, slow.clone()), (2, stand(0)), (3, stand(1))], 20_000).contains(&"full"));
        assert!(with(&[(1, Action::Dequeue)], 20_000).contains(&"waited"));
        assert!(with(&[(9_000, Action::Close)], 60_000).contains(&"drained"));
        assert!(with(&[(1, Action::SetCapacity { capacity: 4 })], 60_000).contains(&"little"));
    }

    #[test]
    fn a_mistake_is_caught_by_those_who_do_something() {
        let named = scenarios::of_mistake(Mistake::IfForWhile);
        let mut run = named.run;
        run.actions.push((Time::ZERO, Action::Peek));
        run.actions.sort_by_key(|(at, _)| *at);
        assert!(on_the_way(run, named.until, true).contains(&"broken"));
    }

    #[test]
    fn watching_reaches_nothing() {
        let named = scenarios::opening();
        assert!(on_the_way(named.run, named.until, false).is_empty());
    }
}
