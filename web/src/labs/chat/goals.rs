//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::chat::{Action, Connection, Farewell, Frame, Hop, Path, TabView};
use playground_core::sim::{NodeId, Span, Time};

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal {
        id: "retry",
        text: "Have a message sent twice and stored once: lose what the server answers.",
    },
    Goal {
        id: "resume",
        text: "Take a tab off the network while somebody speaks, and bring it back with nothing missing.",
    },
    Goal {
        id: "crash",
        text: "Kill the server after a message has reached its disk and before its author knows.",
    },
    Goal {
        id: "slow",
        text: "Let a tab read so slowly that the server cuts it off, and let it catch up.",
    },
    Goal { id: "broken", text: "Leave numbers, ids or resuming out, and break a promise." },
];

/// Longer than this a message does not take to a tab that is there.
const LATE: Span = Span::from_ms(2_500);

/// What is looked at: the reader's own actions, and what came of them.
pub struct Evidence<'a> {
    /// What the reader did in this run, and when; not what a scenario brought along.
    pub own: &'a [(Time, Action)],
    /// The present.
    pub frame: &'a Frame,
    /// The invariants that do not hold now.
    pub broken: usize,
}

/// Tells whether a goal is reached.
type Test = fn(&Evidence) -> bool;

/// The goals that are reached by now.
pub fn reached(evidence: &Evidence) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 5] = [
        ("retry", sent_twice_stored_once),
        ("resume", back_and_whole),
        ("crash", died_with_a_secret),
        ("slow", cut_and_caught_up),
        ("broken", broken_without),
    ];
    checks.into_iter().filter(|(_, is_reached)| is_reached(evidence)).map(|(id, _)| id).collect()
}

/// When the reader did such a thing, if by now.
fn did(evidence: &Evidence, what: impl Fn(&Action) -> bool) -> Option<Time> {
    let now = evidence.frame.now;
    evidence.own.iter().find(|(at, action)| *at <= now && what(action)).map(|(at, _)| *at)
}

fn when(path: &Path, what: impl Fn(Hop) -> bool) -> Option<Time> {
    path.hops.iter().find(|(_, hop)| what(*hop)).map(|(at, _)| *at)
}

fn sent_twice_stored_once(evidence: &Evidence) -> bool {
    let is_fault = |action: &Action| {
        matches!(
            action,
            Action::Cut { .. }
                | Action::Offline { .. }
                | Action::Drop { .. }
                | Action::SetNetwork { .. }
                | Action::Crash { .. }
        )
    };
    let Some(since) = did(evidence, is_fault) else { return false };
    let is_known =
        |path: &&Path| when(path, |hop| hop == Hop::KnownRetry).is_some_and(|at| at > since);
    evidence.frame.scenario.without.is_none()
        && evidence.frame.paths.iter().any(|path| is_known(&path))
}

fn is_back(tab: &TabView) -> bool {
    tab.is_open && tab.is_online && tab.reads && tab.connection == Connection::Up
}

fn back_and_whole(evidence: &Evidence) -> bool {
    let frame = evidence.frame;
    let is_whole = |tab: &TabView| {
        let node = tab.node;
        let left = did(
            evidence,
            |action| matches!(action, Action::Offline { tab, .. } | Action::Cut { tab } if *tab == node),
        );
        let Some(left) = left else { return false };
        is_back(tab) && frame.paths.iter().any(|path| missed_and_shown(path, node, left))
    };
    evidence.broken == 0 && frame.scenario.without.is_none() && frame.tabs.iter().any(is_whole)
}

/// Whether somebody else's message was stored while a tab was away, and shown there once it was back.
fn missed_and_shown(path: &Path, node: NodeId, left: Time) -> bool {
    let stored = when(path, |hop| hop == Hop::Stored);
    let shown = when(path, |hop| hop == Hop::Shown(node));
    let Some((stored, shown)) = stored.zip(shown) else { return false };
    path.tab != node && stored > left && shown.since(stored) > LATE
}

fn died_with_a_secret(evidence: &Evidence) -> bool {
    let Some(died) = did(evidence, |action| matches!(action, Action::Crash { .. })) else {
        return false;
    };
    let Frame { server, paths, .. } = evidence.frame;
    let is_secret = |path: &Path| {
        let written = when(path, |hop| hop == Hop::Appended);
        let known = when(path, |hop| matches!(hop, Hop::KnownRetry | Hop::Shown(_)));
        // Nobody heard of it before the server was back.
        let is_late =
            written.zip(known).is_some_and(|(written, known)| known.since(written) > LATE);
        is_late && written.is_some_and(|at| at + LATE > died) && path.seq.is_some()
    };
    server.is_up && server.starts > 1 && paths.iter().any(is_secret)
}

fn cut_and_caught_up(evidence: &Evidence) -> bool {
    evidence.frame.tabs.iter().any(|tab| {
        let stopped = did(evidence, |action| {
            matches!(action, Action::SetReading { tab: it, reads: false } if *it == tab.node)
        });
        stopped.is_some() && is_back(tab) && tab.cut == Some(Farewell::Slow)
    })
}

fn broken_without(evidence: &Evidence) -> bool {
    evidence.frame.scenario.without.is_some()
        && evidence.broken > 0
        && did(evidence, |_| true).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::chat::{Lab, scenarios};
    use playground_core::sim::{Run, Simulation, Timeline};

    /// What is reached on the way through a run, if the reader did all of it, or none.
    fn on_the_way(run: Run<Lab>, until: Time, is_own: bool) -> Vec<&'static str> {
        let mut timeline = Timeline::new(run);
        let mut all = Vec::new();
        while timeline.now() < until && timeline.step() {
            let run = timeline.run().clone();
            let frame = timeline.state().frame(timeline.now());
            let own = if is_own { run.actions.as_slice() } else { &[] };
            let broken = timeline.broken_invariants().count();
            all.extend(reached(&Evidence { own, frame: &frame, broken }));
            all.sort_unstable();
            all.dedup();
        }
        all
    }

    #[test]
    fn each_goal_is_reached_by_the_runs_that_show_it_and_none_by_watching() {
        let named = [
            (scenarios::retry(), "retry"),
            (scenarios::offline(), "resume"),
            (scenarios::server_dies(), "crash"),
            (scenarios::slow_consumer(), "slow"),
            (scenarios::without_resume(), "broken"),
        ];
        for (named, goal) in named {
            let watched = on_the_way(named.run.clone(), named.until, false);
            assert!(watched.is_empty(), "{} reaches {watched:?} by itself", named.name);
            let own = on_the_way(named.run, named.until, true);
            assert!(own.contains(&goal), "{} does not reach {goal}: {own:?}", named.name);
        }
    }

    #[test]
    fn a_plain_message_reaches_nothing() {
        let named = scenarios::message();
        assert!(on_the_way(named.run, named.until, true).is_empty());
    }
}
