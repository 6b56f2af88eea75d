//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::multi_threading::lab::{Action, Frame, Scheduler, ThreadState};
use playground_core::multi_threading::process::Effect;
use playground_core::multi_threading::program::Program;
use playground_core::sim::Time;

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal { id: "lost", text: "Step two threads by hand so that an update is lost." },
    Goal {
        id: "kept",
        text: "Take the program with a lock, let a thread run into it by hand, and finish with nothing lost.",
    },
    Goal {
        id: "retried",
        text: "Let a compare-and-swap fail, and the same thread succeed after that.",
    },
    Goal { id: "deadlock", text: "Bring threads into a deadlock, step by step." },
    Goal {
        id: "orphaned",
        text: "Kill a thread that holds a lock, and let another one wait for it for ever.",
    },
];

/// What is looked at: the reader's own actions, and what came of them.
pub struct Evidence<'a> {
    /// What the reader did in this run, and when; not what a scenario brought along.
    pub own: &'a [(Time, Action)],
    /// The present.
    pub frame: &'a Frame,
}

/// Tells whether a goal is reached.
type Test = fn(&Evidence) -> bool;

/// The goals that are reached by now.
pub fn reached(evidence: &Evidence) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 5] = [
        ("lost", lost_by_hand),
        ("kept", kept_by_a_lock),
        ("retried", retried),
        ("deadlock", deadlocked_by_hand),
        ("orphaned", orphaned),
    ];
    checks.into_iter().filter(|(_, is_reached)| is_reached(evidence)).map(|(id, _)| id).collect()
}

/// Whether the reader has stepped so many threads.
fn stepped(evidence: &Evidence, least: usize) -> bool {
    let mut threads: Vec<u8> = Vec::new();
    for (_, action) in evidence.own {
        if let Action::Step { thread } = action
            && !threads.contains(thread)
        {
            threads.push(*thread);
        }
    }
    threads.len() >= least && evidence.frame.scheduler == Scheduler::ByHand
}

fn lost_by_hand(evidence: &Evidence) -> bool {
    stepped(evidence, 2) && evidence.frame.turns.iter().any(|turn| turn.overwrote.is_some())
}

fn kept_by_a_lock(evidence: &Evidence) -> bool {
    let Frame { scenario, turns, tally, is_over, threads, .. } = evidence.frame;
    let is_locked = matches!(
        scenario.setup.program,
        Program::CounterLocked | Program::SeatsLocked | Program::AppendLocked
    );
    let has_waited = turns.iter().any(|turn| matches!(turn.effect, Effect::Blocked { .. }));
    let all_finished = threads.iter().all(|it| it.state == ThreadState::Finished);
    stepped(evidence, 2) && is_locked && has_waited && *is_over && all_finished && tally.lost() == 0
}

fn retried(evidence: &Evidence) -> bool {
    let turns = &evidence.frame.turns;
    let mut failed: Vec<u8> = Vec::new();
    for turn in turns.iter() {
        match turn.effect {
            Effect::NotSwapped { .. } => failed.push(turn.thread),
            Effect::Swapped { .. } if failed.contains(&turn.thread) => return stepped(evidence, 1),
            _ => {}
        }
    }
    false
}

fn deadlocked_by_hand(evidence: &Evidence) -> bool {
    stepped(evidence, 2) && !evidence.frame.deadlocked.is_empty()
}

fn orphaned(evidence: &Evidence) -> bool {
    let threads = &evidence.frame.threads;
    let killed = |thread: u8| {
        let is_own = |(_, action): &(Time, Action)| *action == Action::Kill { thread };
        evidence.own.iter().any(is_own)
    };
    threads.iter().any(|waiting| {
        let ThreadState::Waiting { lock, .. } = waiting.state else { return false };
        let owner = threads.iter().find(|it| it.holds.contains(&lock));
        owner.is_some_and(|it| it.state == ThreadState::Killed && killed(it.thread))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::{Lab, Scenario};
    use playground_core::multi_threading::program::Setup;
    use playground_core::multi_threading::scenarios;
    use playground_core::sim::{Run, Simulation, Timeline};

    /// What is reached on the way through a run, if the reader did all of it, or none.
    fn on_the_way(run: Run<Lab>, until: Time, is_own: bool) -> Vec<&'static str> {
        let mut timeline = Timeline::new(run);
        let mut all = Vec::new();
        while timeline.now() < until && timeline.step() {
            let run = timeline.run().clone();
            let frame = timeline.state().frame(timeline.now());
            let own = if is_own { run.actions.as_slice() } else { &[] };
            all.extend(reached(&Evidence { own, frame: &frame }));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Two threads of a program, stepped in this order.
    fn stepped(program: Program, order: &[u8]) -> (Run<Lab>, Time) {
        let setup = Setup { program, threads: 2, iterations: 1 };
        let scenario = Scenario { setup, scheduler: Scheduler::ByHand, ..Scenario::default() };
        let steps = order.iter().map(|thread| Action::Step { thread: *thread });
        let actions = (1..).map(|step| Time::from_ms(step * 100)).zip(steps).collect();
        (Run { scenario, seed: 1, actions }, Time::from_ms(60_000))
    }

    #[test]
    fn every_goal_can_be_reached_by_hand() {
        let reach = |program, order: &[u8]| {
            let (run, until) = stepped(program, order);
            on_the_way(run, until, true)
        };
        assert_eq!(reach(Program::Counter, &[0, 1, 0, 0, 1, 1]), ["lost"]);
        assert_eq!(reach(Program::CounterLocked, &[0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1]), ["kept"]);
        assert_eq!(reach(Program::CounterSwapped, &[0, 1, 1, 1, 0, 0, 0, 0, 0]), ["retried"]);
        assert_eq!(reach(Program::Transfer, &[0, 1, 0, 1]), ["deadlock"]);
        let (mut run, until) = stepped(Program::CounterLocked, &[0, 0]);
        run.actions.push((Time::from_ms(5_000), Action::Kill { thread: 0 }));
        run.actions.push((Time::from_ms(6_000), Action::Step { thread: 1 }));
        assert_eq!(on_the_way(run, until, true), ["orphaned"]);
    }

    #[test]
    fn nothing_is_reached_by_watching() {
        for named in scenarios::all() {
            let watched = on_the_way(named.run, named.until, false);
            assert!(watched.is_empty(), "{} reaches {watched:?} by itself", named.name);
        }
    }

    #[test]
    fn one_after_the_other_reaches_nothing() {
        let (run, until) = stepped(Program::Counter, &[0, 0, 0, 1, 1, 1]);
        assert!(on_the_way(run, until, true).is_empty());
    }
}
