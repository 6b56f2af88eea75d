//! A worker's desk: what it is doing and since when, what it is to do, and its journal.

use super::layout::Layout;
use super::pace::Pace;
use crate::shared_memory::{Journal, LINE, SharedMemory};
use serde::{Deserialize, Serialize};
use std::cell::Cell;

/// What a worker is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It has not begun.
    #[default]
    Absent,
    /// It is at the queue, and runs.
    Working,
    /// It makes the next item, or works on the last one: between two visits to the queue.
    Resting,
    /// It is parked, because there is no room for its item.
    ParkedFull,
    /// It is parked, because there is no item.
    ParkedEmpty,
    /// It was told to pause.
    Paused,
    /// It has gone home.
    Finished,
    /// It was killed.
    Dead,
}

impl Doing {
    const ALL: [Doing; 8] = [
        Doing::Absent,
        Doing::Working,
        Doing::Resting,
        Doing::ParkedFull,
        Doing::ParkedEmpty,
        Doing::Paused,
        Doing::Finished,
        Doing::Dead,
    ];

    fn from_word(word: u32) -> Self {
        Self::ALL.get(word as usize).copied().unwrap_or_default()
    }

    /// Whether it waits at the queue.
    pub fn is_parked(self) -> bool {
        matches!(self, Doing::ParkedFull | Doing::ParkedEmpty)
    }
}

/// One of the things that go through the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Item {
    /// The worker that has put it in, or the visitor: up to 15.
    pub producer: u32,
    /// Which of its items it is, from 0, and after [`Item::NUMBERS`] from 0 again.
    pub number: u32,
}

impl Item {
    /// How many items of a producer have different numbers.
    pub const NUMBERS: u32 = 1 << 28;

    pub(super) fn to_word(self) -> u32 {
        (self.producer << 28) | (self.number % Self::NUMBERS)
    }

    pub(super) fn from_word(word: u32) -> Self {
        Item { producer: word >> 28, number: word % Self::NUMBERS }
    }
}

/// What a worker has written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It has put an item in.
    Stored,
    /// It has taken an item out.
    Taken {
        /// How long the item was inside, in microseconds.
        wait_us: u32,
    },
    /// It has to wait, and is about to be parked.
    Parked,
    /// It waits no more.
    WentOn {
        /// How long it has waited, in microseconds.
        waited_us: u32,
    },
}

/// Unread entries of a journal: a tenth of a second of 5,000 items a second, or what comes while a page is looked away
/// from for a moment.
pub(super) const JOURNAL: u32 = 1_024;
/// Kind, time, item, and how long.
pub(super) const ENTRY_WORDS: usize = 4;
/// For who has no item in hand: no worker has this number.
const NO_ITEM: u32 = u32::MAX;

// What the worker writes.
const DOING: usize = 0;
const SINCE_MS: usize = 1;
const DONE: usize = 2;
const OUT_OF_ORDER: usize = 3;
const TOOK: usize = 4;
const HOLDS: usize = 5;
const PARKS: usize = 6;
// What others write, on a cache line of its own.
const VERSION: usize = LINE;
const PAUSED: usize = LINE + 1;
const PERIOD_US: usize = LINE + 2;
const BURST: usize = LINE + 3;
/// Not 0 if it was killed: the millisecond in which it was.
const KILLED_MS: usize = LINE + 4;
pub(super) const DESK_WORDS: usize = 2 * LINE;

/// A desk, as its worker, or somebody who looks on, has it before them.
pub(super) struct Desk<'m, M> {
    memory: &'m M,
    at: usize,
    stop_at: usize,
    journal: Journal<'m, M, ENTRY_WORDS>,
    /// What the worker itself knows that it has written.
    doing: Cell<Doing>,
}

impl<'m, M: SharedMemory> Desk<'m, M> {
    pub(super) fn new(memory: &'m M, layout: &Layout, worker: u32) -> Self {
        Desk {
            memory,
            at: layout.desk_at(worker),
            stop_at: layout.stop_at(),
            journal: Journal::new(memory, layout.journal_at(worker), JOURNAL),
            doing: Cell::default(),
        }
    }

    pub(super) fn memory(&self) -> &'m M {
        self.memory
    }

    /// The worker does something else from now on.
    pub(super) fn turn(&self, doing: Doing, now_us: u64) {
        if self.doing.replace(doing) != doing {
            self.store(SINCE_MS, (now_us / 1_000) as u32);
            self.store(DOING, doing as u32);
        }
    }

    /// What it does, and since which millisecond.
    pub(super) fn doing(&self) -> (Doing, u32) {
        let killed_ms = self.load(KILLED_MS);
        if killed_ms != 0 {
            // Whatever it writes itself before it notices.
            return (Doing::Dead, killed_ms);
        }
        (Doing::from_word(self.load(DOING)), self.load(SINCE_MS))
    }

    /// What it has in its hands from now on.
    pub(super) fn hold(&self, item: Option<Item>) {
        // So that a word of 0 is none.
        self.memory
            .plain_store(self.at + HOLDS, item.map_or(NO_ITEM, Item::to_word).wrapping_add(1));
    }

    pub(super) fn holds(&self) -> Option<Item> {
        let word = self.load(HOLDS).wrapping_sub(1);
        (word != NO_ITEM).then(|| Item::from_word(word))
    }

    pub(super) fn has_parked(&self) {
        self.memory.add(self.at + PARKS, 1);
    }

    pub(super) fn parks(&self) -> u32 {
        self.load(PARKS)
    }

    /// How many items it has put in or taken out so far.
    pub(super) fn set_done(&self, items: u32) {
        self.memory.plain_store(self.at + DONE, items);
    }

    /// So many more.
    pub(super) fn did(&self, items: u32) {
        self.memory.add(self.at + DONE, items);
    }

    pub(super) fn done(&self) -> u32 {
        self.load(DONE)
    }

    pub(super) fn took_by_hand(&self) {
        self.memory.add(self.at + TOOK, 1);
    }

    pub(super) fn taken_by_hand(&self) -> u32 {
        self.load(TOOK)
    }

    pub(super) fn is_out_of_order(&self) {
        self.memory.add(self.at + OUT_OF_ORDER, 1);
    }

    pub(super) fn out_of_order(&self) -> u32 {
        self.load(OUT_OF_ORDER)
    }

    pub(super) fn note(&self, at_us: u64, what: What, item: Option<Item>) {
        let (kind, us) = match what {
            What::Stored => (0, 0),
            What::Taken { wait_us } => (1, wait_us),
            What::Parked => (2, 0),
            What::WentOn { waited_us } => (3, waited_us),
        };
        self.journal.write([kind, at_us as u32, item.map_or(NO_ITEM, Item::to_word), us]);
    }

    /// What was written down since the last time; moments as the lower 32 bits of their microseconds.
    pub(super) fn read(&self, mut each: impl FnMut(u32, What, Option<Item>)) {
        self.journal.read(|[kind, at_us, item, us]| {
            let what = match kind {
                0 => What::Stored,
                1 => What::Taken { wait_us: us },
                2 => What::Parked,
                _ => What::WentOn { waited_us: us },
            };
            each(at_us, what, (item != NO_ITEM).then(|| Item::from_word(item)));
        });
    }

    pub(super) fn missed(&self) -> u32 {
        self.journal.missed()
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        self.store(PERIOD_US, pace.period_us);
        self.store(BURST, pace.burst.max(1));
        self.call();
    }

    pub(super) fn pace(&self) -> Pace {
        Pace { period_us: self.load(PERIOD_US), burst: self.load(BURST).max(1) }
    }

    pub(super) fn set_paused(&self, is_paused: bool) {
        self.store(PAUSED, u32::from(is_paused));
        self.call();
    }

    pub(super) fn is_paused(&self) -> bool {
        self.load(PAUSED) != 0
    }

    pub(super) fn is_to_stop(&self) -> bool {
        self.memory.load(self.stop_at) != 0 || self.is_killed()
    }

    /// It was killed. A browser lets a worker go on for some seconds before it ends it in the middle of something; so
    /// it is told besides, and does nothing more.
    pub(super) fn kill(&self, now_us: u64) {
        self.store(KILLED_MS, ((now_us / 1_000) as u32).max(1));
        self.call();
    }

    pub(super) fn is_killed(&self) -> bool {
        self.load(KILLED_MS) != 0
    }

    /// Has the worker look at what it is to do.
    pub(super) fn call(&self) {
        self.memory.add(self.at + VERSION, 1);
        self.memory.notify(self.at + VERSION, u32::MAX);
    }

    pub(super) fn version(&self) -> u32 {
        self.load(VERSION)
    }

    /// Sleeps until it is called again, or for so many milliseconds.
    pub(super) fn sleep(&self, version: u32, at_most_ms: Option<f64>) {
        self.memory.wait(self.at + VERSION, version, at_most_ms);
    }

    fn load(&self, word: usize) -> u32 {
        self.memory.load(self.at + word)
    }

    fn store(&self, word: usize, value: u32) {
        self.memory.store(self.at + word, value);
    }
}
