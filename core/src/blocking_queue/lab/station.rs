//! Somebody at the queue: what it does, and what it will do next.

use super::Seen;
use super::event::Party;
use super::frame::{Item, MOST_STRETCHES, Stretch, WorkerState};
use super::pace::Pace;
use crate::blocking_queue::Who;
use crate::sim::{Span, Ticket, Time};
use std::sync::Arc;

/// A worker, or a command of the visitor's that is not answered yet.
#[derive(Clone, Debug)]
pub(super) struct Station {
    pub(super) party: Party,
    /// None for a command.
    pub(super) pace: Option<Pace>,
    pub(super) state: WorkerState,
    pub(super) since: Time,
    /// What it does next by itself.
    pub(super) due: Option<Ticket>,
    /// When it will not wait any longer.
    pub(super) patience: Option<Ticket>,
    pub(super) pause: Option<Pause>,
    /// Since when it has waited, and as which of all who had to wait.
    pub(super) waiting: Option<(Time, u64)>,
    /// What it has seen, between two steps.
    pub(super) seen: Option<Seen>,
    pub(super) hand: Option<Item>,
    /// How many more items a producer has made already.
    pub(super) burst: u16,
    /// How many it has begun to make.
    pub(super) made: u64,
    pub(super) done: u64,
    pub(super) parks: u64,
    pub(super) parked: Span,
    pub(super) lane: Arc<Vec<Stretch>>,
}

/// What is left of what was due when it was paused.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pause {
    pub(super) due: Option<Span>,
    pub(super) patience: Option<Span>,
}

impl Station {
    pub(super) fn new(party: Party, pace: Option<Pace>, state: WorkerState, now: Time) -> Self {
        Station {
            party,
            pace,
            state,
            since: now,
            due: None,
            patience: None,
            pause: None,
            waiting: None,
            seen: None,
            hand: None,
            burst: 0,
            made: 0,
            done: 0,
            parks: 0,
            parked: Span::ZERO,
            lane: Arc::new(vec![Stretch { from: now, state, is_paused: false }]),
        }
    }

    /// It does something else from now on.
    pub(super) fn turn(&mut self, state: WorkerState, now: Time) {
        (self.state, self.since) = (state, now);
        self.note(now);
    }

    /// What it does, or whether it is paused, has changed.
    pub(super) fn note(&mut self, now: Time) {
        let lane = Arc::make_mut(&mut self.lane);
        // What lasted for no time is not seen.
        lane.retain(|it| it.from < now);
        let stretch = Stretch { from: now, state: self.state, is_paused: self.pause.is_some() };
        let same = |it: &Stretch| (it.state, it.is_paused) == (stretch.state, stretch.is_paused);
        if !lane.last().is_some_and(same) {
            lane.push(stretch);
        }
        if lane.len() > MOST_STRETCHES {
            lane.remove(0);
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, WorkerState::Parked | WorkerState::Woken)
    }

    pub(super) fn is_up(&self) -> bool {
        !matches!(self.state, WorkerState::Down | WorkerState::Ended)
    }

    /// It waits no longer; the time until now is counted.
    pub(super) fn unpark(&mut self, now: Time) {
        if let Some((since, _)) = self.waiting.take() {
            self.parked = self.parked + now.since(since);
        }
    }
}

const CALLS: u64 = 1 << 32;

impl Party {
    /// The number by which the queue knows it.
    pub(super) fn who(self) -> Who {
        Who(match self {
            Party::Producer(number) => number.into(),
            Party::Consumer(number) => 256 + u64::from(number),
            Party::Putter(call) => CALLS + 2 * call,
            Party::Taker(call) => CALLS + 2 * call + 1,
        })
    }

    /// Whose number that is.
    pub(super) fn of(Who(number): Who) -> Party {
        match number.checked_sub(CALLS) {
            Some(call) if call % 2 == 0 => Party::Putter(call / 2),
            Some(call) => Party::Taker(call / 2),
            None if number < 256 => Party::Producer(number as u8),
            None => Party::Consumer((number - 256) as u8),
        }
    }
}
