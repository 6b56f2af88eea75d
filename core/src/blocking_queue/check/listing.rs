//! The lines of the program that the checked threads run, and on which of them a thread is.

use super::super::lab::{Mistake, Side};
use super::Phase;

/// What a thread of a side runs again and again: its lines, as they are with a mistake or without one.
pub fn listing(side: Side, mistake: Option<Mistake>) -> Vec<&'static str> {
    let is_put = side == Side::Putting;
    let pick = |put: &'static str, take: &'static str| if is_put { put } else { take };
    let is_shared = mistake == Some(Mistake::SharedCondition);
    let look = match mistake {
        Some(Mistake::IfForWhile) => pick("if queue is full", "if queue is empty"),
        _ => pick("while queue is full", "while queue is empty"),
    };
    let wait = match mistake {
        _ if is_shared => "    wait(changed)",
        Some(Mistake::TimeoutSwallows) if !is_put => "    wait(not_empty) or return on time-out",
        _ => pick("    wait(not_full)", "    wait(not_empty)"),
    };
    let change = pick("put item in", "take item out");
    let notify = match mistake {
        _ if is_shared => "notify_one(changed)",
        Some(Mistake::NotifyOnEdge) => {
            pick("if it was empty: notify_one(not_empty)", "if it was full: notify_one(not_full)")
        }
        _ => pick("notify_one(not_empty)", "notify_one(not_full)"),
    };
    match mistake {
        Some(Mistake::NoLock) => vec![look, wait, change, notify],
        Some(Mistake::NotifyBeforeChange) => vec![notify, "lock", look, wait, change, "unlock"],
        _ => vec!["lock", look, wait, change, notify, "unlock"],
    }
}

impl Phase {
    /// The line that the thread is about to run or to end, by its place in the [`listing`]; none if it is done.
    pub fn line(self, mistake: Option<Mistake>) -> Option<usize> {
        let before = usize::from(mistake == Some(Mistake::NotifyBeforeChange));
        let line = match (self, mistake) {
            (Phase::Done, _) => return None,
            (Phase::Outside, Some(Mistake::NotifyBeforeChange)) => 0,
            (Phase::Outside, Some(Mistake::NoLock)) => 0,
            (Phase::Seen, _) => 2,
            (Phase::Turning | Phase::Waiting | Phase::Woken, Some(Mistake::NoLock)) => 1,
            (Phase::Changed, Some(Mistake::NoLock)) => 3,
            (Phase::Outside | Phase::Announced, _) => before,
            (Phase::Inside | Phase::LastLook, _) => before + 1,
            (Phase::Waiting | Phase::Woken | Phase::Late | Phase::Turning, _) => before + 2,
            (Phase::Back, _) => before + 3,
            (Phase::Changed, _) => before + 4,
            (Phase::Leaving, _) => 5,
        };
        Some(line)
    }
}
