//! What one thread tells another without ever waiting for it: a ring of entries, written by one and read by one.

use super::{LINE, SharedMemory};

/// How many entries were written.
const WRITTEN: usize = 0;
/// How many entries found no room.
const MISSED: usize = 1;
/// How many entries were read; on a cache line of its own.
const READ: usize = LINE;
const ENTRIES: usize = 2 * LINE;

/// A journal with entries of so many words each.
///
/// The writer never waits: if the reader is away for long, entries are missed, and counted.
#[derive(Debug)]
pub struct Journal<'m, M, const WORDS: usize> {
    memory: &'m M,
    base: usize,
    capacity: u32,
}

impl<'m, M: SharedMemory, const WORDS: usize> Journal<'m, M, WORDS> {
    /// How many words a journal for so many unread entries takes.
    pub const fn words(capacity: u32) -> usize {
        (ENTRIES + capacity.next_power_of_two() as usize * WORDS).next_multiple_of(LINE)
    }

    /// The journal in the words from `base`, which are 0 at first. It holds as many unread entries as the next power
    /// of two from `capacity`.
    pub fn new(memory: &'m M, base: usize, capacity: u32) -> Self {
        // Then counters may wrap around.
        Journal { memory, base, capacity: capacity.next_power_of_two() }
    }

    /// Writes an entry; false if there is no room for it.
    pub fn try_write(&self, entry: [u32; WORDS]) -> bool {
        let written = self.memory.load(self.base + WRITTEN);
        if written.wrapping_sub(self.memory.load(self.base + READ)) >= self.capacity {
            return false;
        }
        let at = self.entry(written);
        for (word, value) in entry.into_iter().enumerate() {
            self.memory.plain_store(at + word, value);
        }
        self.memory.store(self.base + WRITTEN, written.wrapping_add(1));
        true
    }

    /// Writes an entry, or counts it as missed.
    pub fn write(&self, entry: [u32; WORDS]) {
        if !self.try_write(entry) {
            self.memory.add(self.base + MISSED, 1);
        }
    }

    /// How many entries were missed so far.
    pub fn missed(&self) -> u32 {
        self.memory.load(self.base + MISSED)
    }

    /// Reads what was written since the last time, in order.
    pub fn read(&self, mut each: impl FnMut([u32; WORDS])) {
        let mut read = self.memory.load(self.base + READ);
        let written = self.memory.load(self.base + WRITTEN);
        while read != written {
            let at = self.entry(read);
            each(std::array::from_fn(|word| self.memory.plain_load(at + word)));
            read = read.wrapping_add(1);
        }
        self.memory.store(self.base + READ, read);
    }

    fn entry(&self, number: u32) -> usize {
        self.base + ENTRIES + (number & (self.capacity - 1)) as usize * WORDS
    }
}
