//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::sim::Time;
use playground_core::unique_id::lab::{Action, Frame, MadeRun, Node};
use playground_core::unique_id::snowflake::ClockPolicy;

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal {
        id: "full",
        text: "Have a worker use up the sequence of a millisecond, and wait for the next one.",
    },
    Goal {
        id: "back",
        text: "Set a worker’s clock back, and have it make another ID that nobody has made before.",
    },
    Goal {
        id: "borrow",
        text: "Have a worker write a time into an ID that its own clock has not reached.",
    },
    Goal {
        id: "heir",
        text: "Have a worker get the number of another one that is dead, cut off or stands still, and use it.",
    },
    Goal { id: "twice", text: "Choose a mistake in the sandbox, and catch the same ID twice." },
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

/// The goals that are reached by now.
pub fn reached(evidence: &Evidence) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 5] = [
        ("full", sequence_used_up),
        ("back", goes_on_after_a_step_back),
        ("borrow", ahead_of_its_clock),
        ("heir", number_has_another_holder),
        ("twice", same_id_twice),
    ];
    checks.into_iter().filter(|(_, is_reached)| is_reached(evidence)).map(|(id, _)| id).collect()
}

/// The runs of IDs that a worker made in a time.
fn made_by(frame: &Frame, worker: u8) -> impl Iterator<Item = &MadeRun> {
    frame.made.iter().filter(move |run| run.worker == worker)
}

fn sequence_used_up(evidence: &Evidence) -> bool {
    let asks = |action: &Action| matches!(action, Action::Ask { .. } | Action::SetTraffic { .. });
    evidence.frame.totals.exhausted > 0 && evidence.own.iter().any(|(_, action)| asks(action))
}

fn goes_on_after_a_step_back(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let is_sound = frame.scenario.mistake.is_none() && frame.totals.duplicates == 0;
    is_sound
        && evidence.own.iter().any(|(at, action)| match action {
            Action::StepClock { node: Node::Worker(worker), by_ms: ..0 } => {
                made_by(frame, *worker).any(|run| run.at <= *at)
                    && made_by(frame, *worker).any(|run| run.at > *at)
            }
            _ => false,
        })
}

fn ahead_of_its_clock(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let is_own = evidence.own.iter().any(|(_, action)| {
        matches!(action, Action::StepClock { .. } | Action::SetPolicy { .. } | Action::Ask { .. })
    });
    is_own
        && matches!(frame.policy, ClockPolicy::Borrow { .. })
        && frame.scenario.mistake.is_none()
        && frame.made.iter().any(|run| frame.layout.unix_ms(run.first) > run.clock_ms)
}

fn number_has_another_holder(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let gone = |action: &Action| match action {
        Action::Crash { node: Node::Worker(worker) }
        | Action::Stop { worker }
        | Action::Cut { worker }
        | Action::Pause { worker, .. } => Some(*worker),
        _ => None,
    };
    let number_of = |run: &MadeRun| frame.layout.decompose(run.first).worker;
    frame.scenario.mistake.is_none()
        && evidence.own.iter().filter_map(|(at, action)| Some((at, gone(action)?))).any(
            |(at, former)| {
                let before = made_by(frame, former).filter(|run| run.at <= *at).last();
                before.is_some_and(|before| {
                    let heirs =
                        frame.made.iter().filter(|run| run.at > *at && run.worker != former);
                    heirs.map(number_of).any(|number| number == number_of(before))
                })
            },
        )
}

fn same_id_twice(evidence: &Evidence) -> bool {
    evidence.frame.scenario.mistake.is_some()
        && evidence.frame.totals.duplicates > 0
        && !evidence.own.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Run, Simulation, Timeline};
    use playground_core::unique_id::lab::{Lab, Mistake};
    use playground_core::unique_id::scenarios;

    /// What is reached on the way through a run, if the visitor did all of it, or none.
    fn on_the_way(run: Run<Lab>, until: Time, is_own: bool) -> Vec<&'static str> {
        let mut timeline = Timeline::new(run);
        let mut all = Vec::new();
        while timeline.now() < until && timeline.step() {
            let run = timeline.run().clone();
            let frame = timeline.state().frame(timeline.now());
            let own: Vec<_> =
                run.actions.iter().filter(|it| is_own && it.0 <= frame.now).cloned().collect();
            all.extend(reached(&Evidence { own: &own, frame: &frame }));
            all.sort_unstable();
            all.dedup();
        }
        all
    }

    #[test]
    fn each_goal_is_reached_by_the_runs_that_show_it_and_none_by_watching() {
        let named = [
            (scenarios::full_millisecond(), "full"),
            (scenarios::step_back_waits(), "back"),
            (scenarios::step_back_borrowed(), "borrow"),
            (scenarios::sleeper(), "heir"),
            (scenarios::of_mistake(Mistake::OneNumber), "twice"),
        ];
        for (named, goal) in named {
            let watched = on_the_way(named.run.clone(), named.until, false);
            assert!(watched.is_empty(), "{} reaches {watched:?} by itself", named.name);
            let own = on_the_way(named.run, named.until, true);
            assert!(own.contains(&goal), "{} does not reach {goal}: {own:?}", named.name);
        }
    }

    #[test]
    fn asking_for_a_few_ids_reaches_nothing() {
        let named = scenarios::opening();
        assert_eq!(on_the_way(named.run, named.until, true), Vec::<&str>::new());
    }
}
