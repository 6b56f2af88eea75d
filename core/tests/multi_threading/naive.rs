//! All interleavings by running through every one of them in the lab, to compare the clever way with.

use playground_core::multi_threading::lab::{Action, Event, Lab, Scenario, Scheduler, ThreadState};
use playground_core::multi_threading::process::Effect;
use playground_core::multi_threading::program::Setup;
use playground_core::sim::{Rng, Simulation, Time};
use std::collections::BTreeMap;

/// What becomes of all interleavings.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Counted {
    pub(super) total: u128,
    /// Those in which a promise was broken at some moment.
    pub(super) broken: u128,
    pub(super) broken_share: f64,
    /// How many there are of an end, and how probable it is: whether it is a deadlock, what is lost, what is there.
    pub(super) ends: BTreeMap<(bool, u32, i32), (u128, f64)>,
}

/// Runs through all of them, one after the other.
pub(super) fn count(setup: Setup) -> Counted {
    let scenario = Scenario { setup, scheduler: Scheduler::ByHand, ..Scenario::default() };
    let mut counted = Counted::default();
    follow(&Lab::new(&scenario, Rng::new(0)), 1.0, &mut counted);
    counted
}

fn follow(lab: &Lab, share: f64, counted: &mut Counted) {
    let frame = lab.frame(Time::ZERO);
    let mut next = Vec::new();
    for thread in frame.threads.iter().filter(|it| it.state == ThreadState::Ready) {
        let mut after = lab.clone();
        let events = after.act(Time::ZERO, Action::Step { thread: thread.thread });
        let is_blocked =
            |it: &Event| matches!(it, Event::Stepped { effect: Effect::Blocked { .. }, .. });
        // Who only begins to wait has done nothing.
        if !events.iter().any(is_blocked) {
            next.push(after);
        }
    }
    if next.is_empty() {
        let is_broken = !frame.broken.is_empty();
        counted.total += 1;
        if is_broken {
            counted.broken += 1;
            counted.broken_share += share;
        }
        let key = (!frame.is_over, frame.tally.lost(), frame.tally.actual);
        let (count, probability) = counted.ends.entry(key).or_default();
        *count += 1;
        *probability += share;
    }
    let each = share / next.len() as f64;
    next.iter().for_each(|it| follow(it, each, counted));
}
