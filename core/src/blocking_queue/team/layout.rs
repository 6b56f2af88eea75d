//! Where everything is: words for all, then a desk for each worker and for the visitor, their journals, the queue, and
//! a bit for each item.

use super::status::{DESK_WORDS, ENTRY_WORDS, JOURNAL};
use super::{Queue, QueueTeam};
use crate::shared_memory::{Journal, LINE, NativeMemory, SharedMemory, Teamwork};

/// Not 0 once everybody is to go home.
const STOP: usize = 0;
/// How many producers have brought everything.
const PRODUCERS_DONE: usize = 1;
/// How many items were seen that nobody had seen.
const SEEN: usize = 2;
/// How many items were seen that somebody had seen.
const DOUBLED: usize = 3;

/// The places of a run's words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    desks: usize,
    capacity: u32,
    bits: usize,
}

impl Layout {
    pub(super) fn new(team: &QueueTeam) -> Self {
        Layout {
            desks: team.workers() as usize + 1,
            capacity: team.capacity,
            bits: team.items.unwrap_or(0).div_ceil(32) as usize,
        }
    }

    pub(super) fn words(&self) -> usize {
        self.bits_at() + self.bits
    }

    pub(super) fn stop_at(&self) -> usize {
        STOP
    }

    pub(super) fn producers_done_at(&self) -> usize {
        PRODUCERS_DONE
    }

    pub(super) fn seen_at(&self) -> usize {
        SEEN
    }

    pub(super) fn doubled_at(&self) -> usize {
        DOUBLED
    }

    pub(super) fn desk_at(&self, worker: u32) -> usize {
        LINE + worker as usize * DESK_WORDS
    }

    pub(super) fn journal_at(&self, worker: u32) -> usize {
        self.desk_at(self.desks as u32) + worker as usize * Self::JOURNAL_WORDS
    }

    pub(super) fn queue_at(&self) -> usize {
        self.journal_at(self.desks as u32)
    }

    /// A bit for each item of a run that ends.
    pub(super) fn bits_at(&self) -> usize {
        self.queue_at() + Queue::<NativeMemory>::words(self.capacity).next_multiple_of(LINE)
    }

    pub(super) fn bit_words(&self) -> usize {
        self.bits
    }

    pub(super) fn queue<'m, M: SharedMemory>(&self, memory: &'m M) -> Queue<'m, M> {
        Queue::attach(memory, self.queue_at())
    }

    const JOURNAL_WORDS: usize = Journal::<NativeMemory, ENTRY_WORDS>::words(JOURNAL);
}
