//! A state of the checked queue, small enough for millions of them.

use super::super::lab::{Side, Worker};
use super::{Check, MOST_THREADS};

const SIDE: usize = MOST_THREADS as usize;

/// Where a thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Phase {
    /// About to do something with the queue; it wants the lock.
    Outside,
    /// It has notified before it has changed anything, and wants the lock.
    Announced,
    /// It has the lock, and looks next.
    Inside,
    /// It has the lock again after waiting, and does not look.
    Back,
    /// It has seen, without a lock, that it could go on, and changes the queue next.
    Seen,
    /// It has seen, without a lock, that it could not go on, and waits next.
    Turning,
    /// It is in a wait set, without the lock.
    Waiting,
    /// It has been woken, and wants the lock.
    Woken,
    /// Its time is over, and it wants the lock to look once more.
    Late,
    /// It has the lock, looks for the last time, and leaves if there is nothing.
    LastLook,
    /// It has changed the queue, and notifies next.
    Changed,
    /// It has notified, and gives the lock back next.
    Leaving,
    /// It is done.
    Done,
}

impl Phase {
    /// Whether it has the lock; where there is none, whether it would have it.
    pub const fn has_lock(self) -> bool {
        matches!(
            self,
            Phase::Inside | Phase::Back | Phase::LastLook | Phase::Changed | Phase::Leaving
        )
    }
}

/// A thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thread {
    /// Where it is.
    pub phase: Phase,
    /// How many items a producer has still to put in.
    pub left: u8,
}

/// A state of the queue and its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckState {
    producers: [Thread; SIDE],
    consumers: [Thread; SIDE],
    /// How many items are inside.
    pub length: u8,
    /// How many have been taken out.
    pub taken: u8,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether something went in where there was no room.
    pub is_overfull: bool,
    /// Whether something was taken that was not there.
    pub took_nothing: bool,
    pub(super) spurious_left: u8,
    pub(super) impatient_left: u8,
}

impl CheckState {
    pub(super) fn new(check: &Check) -> Self {
        let thread = |place: usize, threads: u8, left: u8| match place < usize::from(threads) {
            true => Thread { phase: Phase::Outside, left },
            false => Thread { phase: Phase::Done, left: 0 },
        };
        CheckState {
            producers: std::array::from_fn(|it| thread(it, check.producers, check.items)),
            consumers: std::array::from_fn(|it| thread(it, check.consumers, 0)),
            length: 0,
            taken: 0,
            is_closed: false,
            is_overfull: false,
            took_nothing: false,
            spurious_left: check.spurious,
            impatient_left: check.impatient,
        }
    }

    /// A thread; one that there is not is done.
    pub fn thread(&self, worker: Worker) -> Thread {
        let place = usize::from(worker.number()) % SIDE;
        match worker.side() {
            Side::Putting => self.producers[place],
            Side::Taking => self.consumers[place],
        }
    }

    pub(super) fn thread_mut(&mut self, worker: Worker) -> &mut Thread {
        let place = usize::from(worker.number()) % SIDE;
        match worker.side() {
            Side::Putting => &mut self.producers[place],
            Side::Taking => &mut self.consumers[place],
        }
    }

    /// Whether somebody has the lock.
    pub fn is_locked(&self) -> bool {
        self.producers.iter().chain(&self.consumers).any(|it| it.phase.has_lock())
    }

    /// Whether a promise has been broken for good.
    pub fn is_broken(&self) -> bool {
        self.is_overfull || self.took_nothing
    }

    /// Whether those of a side could go on.
    pub(super) fn could(&self, side: Side, capacity: u8) -> bool {
        match side {
            Side::Putting => self.length < capacity && !self.is_closed,
            Side::Taking => self.length > 0,
        }
    }

    /// A thread is through, and begins with the next item.
    pub(super) fn finish(&mut self, worker: Worker) {
        let thread = self.thread_mut(worker);
        thread.left = thread.left.saturating_sub(1);
        let is_done = worker.side() == Side::Putting && thread.left == 0;
        thread.phase = if is_done { Phase::Done } else { Phase::Outside };
    }

    /// The same state with the threads of each side in an order of their own.
    pub(super) fn sorted(&self, check: &Check) -> Self {
        let mut it = *self;
        it.producers[..usize::from(check.producers)].sort_unstable();
        it.consumers[..usize::from(check.consumers)].sort_unstable();
        it
    }
}
