//! A race for primes on shared words: the counter of pieces, and for each worker what it did when.

use crate::multi_threading::job::Job;
use crate::multi_threading::race::{Counted, Frame};
use crate::multi_threading::worker::{self, Surroundings};
use crate::shared_memory::{Journal, LINE, NativeMemory, SharedMemory, Teamwork};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Not 0 once everybody is to go home.
const STOP: usize = 0;
/// The next piece, where everybody takes them from one counter; on a cache line of its own.
const NEXT: usize = LINE;
const DESKS: usize = 2 * LINE;

/// Whether a worker has done everything.
const IS_DONE: usize = 0;
/// How many pieces it has begun.
const PIECES: usize = 1;
/// What it has counted since its last entry, and whether it is there.
const HAS_LAST: usize = 2;
const LAST: usize = 3;
const DESK_WORDS: usize = LINE;

/// From when to when, which piece, from which number to which (lower and upper bits), how many numbers were looked at,
/// how many were prime.
const ENTRY_WORDS: usize = 9;
const JOURNAL: u32 = 512;
const JOURNAL_WORDS: usize = Journal::<NativeMemory, ENTRY_WORDS>::words(JOURNAL);

/// What takes less is told together with what comes after it.
const SHORT_US: u64 = 250;

/// Counting primes side by side: the first worker is number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrimesTeam {
    /// What is to be counted, by how many, and how it is dealt out.
    pub job: Job,
}

impl Teamwork for PrimesTeam {
    type Reader = PrimesReader;
    type Reading = Frame;

    fn workers(&self) -> u32 {
        self.job.workers
    }

    fn words(&self) -> usize {
        journal_at(self.job.workers, self.job.workers)
    }

    fn prepare(&self, _memory: &impl SharedMemory) {}

    fn work<M: SharedMemory>(&self, worker: u32, memory: &M, now_us: &impl Fn() -> u64) {
        let journal = Journal::new(memory, journal_at(self.job.workers, worker), JOURNAL);
        let mut desk =
            Desk { memory, at: desk_at(worker), now_us, journal, pending: None, piece: None };
        // A bound that is too large for the method leaves nothing to count.
        let _ = worker::work(&self.job, worker, &mut desk);
        desk.finish();
    }

    fn stop(&self, memory: &impl SharedMemory) {
        memory.store(STOP, 1);
    }

    /// Nobody waits for anybody: what it has not counted stays uncounted.
    fn bury(&self, _memory: &impl SharedMemory, _worker: u32, _now_us: u64) {}

    fn read(
        &self,
        reader: &mut PrimesReader,
        memory: &impl SharedMemory,
        now_us: u64,
        is_over: bool,
    ) -> Frame {
        let frame = reader.frame.get_or_insert_with(|| Frame::new(&self.job));
        for (worker, lane) in (0..).zip(&mut frame.lanes).filter(|(_, lane)| !lane.is_done) {
            let desk = desk_at(worker);
            // Before the journal is read: then everything is in it, or in the desk's last words.
            let is_done = memory.load(desk + IS_DONE) != 0;
            let at = journal_at(self.job.workers, worker);
            let mut count = |words| {
                let Entry { counted, from_us, until_us } = Entry::from_words(words);
                lane.count(counted, from_us, until_us);
            };
            Journal::new(memory, at, JOURNAL).read(&mut count);
            if is_done && memory.load(desk + HAS_LAST) != 0 {
                count(std::array::from_fn(|word| memory.load(desk + LAST + word)));
            }
            lane.pieces = memory.load(desk + PIECES);
            lane.is_done = is_done;
        }
        if is_over || frame.lanes.iter().all(|lane| lane.is_done) {
            // When the last one had finished, and not when somebody looked.
            let end_us = frame.lanes.iter().map(|lane| lane.finished_us()).max().unwrap_or(0);
            frame.finish(end_us);
        } else {
            frame.wait_until(now_us);
        }
        frame.clone()
    }
}

/// The race, as far as it was seen.
#[derive(Clone, Debug, Default)]
pub struct PrimesReader {
    frame: Option<Frame>,
}

/// A worker's surroundings on shared words. It writes down what was counted when, together where it would be too much
/// otherwise.
struct Desk<'m, M, C> {
    memory: &'m M,
    at: usize,
    now_us: &'m C,
    journal: Journal<'m, M, ENTRY_WORDS>,
    pending: Option<Entry>,
    /// Which one was begun last.
    piece: Option<u32>,
}

impl<M: SharedMemory, C: Fn() -> u64> Surroundings for Desk<'_, M, C> {
    fn now_us(&mut self) -> u64 {
        (self.now_us)()
    }

    fn take(&mut self) -> u32 {
        self.memory.add(NEXT, 1)
    }

    fn tell(&mut self, counted: Counted, from_us: u64, until_us: u64) -> ControlFlow<()> {
        self.write(Entry { counted, from_us, until_us });
        match self.memory.load(STOP) {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

impl<M: SharedMemory, C> Desk<'_, M, C> {
    fn write(&mut self, entry: Entry) {
        if self.piece.replace(entry.counted.piece) != Some(entry.counted.piece) {
            self.memory.add(self.at + PIECES, 1);
        }
        let Some(pending) = &mut self.pending else {
            self.pending = Some(entry);
            return;
        };
        // Whoever looks on may be away for a while; then two entries become one.
        let is_short = pending.until_us - pending.from_us < SHORT_US;
        if !is_short && self.journal.try_write(pending.to_words()) {
            *pending = entry;
        } else {
            pending.until_us = entry.until_us;
            pending.counted.join(&entry.counted);
        }
    }

    /// Nothing more comes. The last entry stands on the desk: the journal may be full.
    fn finish(self) {
        if let Some(pending) = self.pending {
            for (word, value) in pending.to_words().into_iter().enumerate() {
                self.memory.plain_store(self.at + LAST + word, value);
            }
            self.memory.store(self.at + HAS_LAST, 1);
        }
        self.memory.store(self.at + IS_DONE, 1);
    }
}

/// What was counted from when to when.
struct Entry {
    counted: Counted,
    from_us: u64,
    until_us: u64,
}

impl Entry {
    fn to_words(&self) -> [u32; ENTRY_WORDS] {
        let Counted { piece, ref numbers, counted, found } = self.counted;
        [
            self.from_us as u32,
            self.until_us as u32,
            piece,
            numbers.start as u32,
            (numbers.start >> 32) as u32,
            numbers.end as u32,
            (numbers.end >> 32) as u32,
            counted as u32,
            found as u32,
        ]
    }

    /// Races last minutes, not the hour after which microseconds do not fit in a word any more.
    fn from_words(words: [u32; ENTRY_WORDS]) -> Self {
        let [from_us, until_us, piece, start, start_upper, end, end_upper, counted, found] =
            words.map(u64::from);
        let numbers = start | start_upper << 32..end | end_upper << 32;
        let counted = Counted { piece: piece as u32, numbers, counted, found };
        Entry { counted, from_us, until_us }
    }
}

fn desk_at(worker: u32) -> usize {
    DESKS + worker as usize * DESK_WORDS
}

fn journal_at(workers: u32, worker: u32) -> usize {
    desk_at(workers) + worker as usize * JOURNAL_WORDS
}
