//! How numbers are dealt out to workers: a range for each, pieces like cards, or pieces for whoever comes next.
//!
//! Large numbers take longer than small ones, so that equal ranges are unequal work, and whoever has the last range
//! is last. Dealing like cards mends that as long as all workers are equally fast. A counter that all share mends it
//! whatever happens, for the price of asking: one `fetch_add` a piece where memory is shared, a message and its answer
//! where it is not.

use super::job::Job;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How numbers are dealt out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Split {
    /// Each worker has one range, all equally long.
    Static,
    /// Pieces are dealt like cards: with three workers, the first has pieces 0, 3, 6 …
    Interleaved {
        /// The numbers of a piece.
        size: u64,
    },
    /// Whoever is free takes the next piece.
    Chunks {
        /// The numbers of a piece.
        size: u64,
    },
}

/// A part of the numbers that one worker goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which one, from 0.
    pub index: u32,
    /// Its numbers.
    pub numbers: Range<u64>,
}

impl Job {
    /// How many pieces there are.
    pub fn pieces(&self) -> u32 {
        let pieces = match self.split {
            Split::Static => u64::from(self.workers),
            Split::Interleaved { size } | Split::Chunks { size } => {
                self.up_to.div_ceil(size.max(1))
            }
        };
        u32::try_from(pieces).unwrap_or(u32::MAX)
    }

    /// A piece; none beyond the last one. All of them together are the numbers from 1 to the bound, each once.
    pub fn piece(&self, index: u32) -> Option<Piece> {
        if index >= self.pieces() {
            return None;
        }
        let at = u64::from(index);
        let (first, end) = match self.split {
            Split::Static => {
                let workers = u128::from(self.workers);
                // Their product with the bound may be more than 64 bits hold.
                let border = |at: u64| (u128::from(self.up_to) * u128::from(at) / workers) as u64;
                (border(at), border(at + 1))
            }
            Split::Interleaved { size } | Split::Chunks { size } => {
                let size = size.max(1);
                (at * size, (at * size).saturating_add(size).min(self.up_to))
            }
        };
        Some(Piece { index, numbers: first + 1..end + 1 })
    }
}

/// The pieces that come to one worker, one after the other.
#[derive(Clone, Debug)]
pub struct Pieces {
    job: Job,
    /// The next one that is the worker's own, unless it has to ask.
    next: u32,
}

impl Pieces {
    /// Those of a worker, the first of which is number 0.
    pub fn new(job: &Job, worker: u32) -> Self {
        Pieces { job: *job, next: worker }
    }

    /// The next piece; none when there is nothing left to do.
    ///
    /// `take` adds 1 to the counter that all workers share, and returns what it was before: `fetch_add` of an atomic,
    /// `Atomics.add`, or a message to whoever counts. It is called only where pieces are [`Split::Chunks`].
    pub fn next_with(&mut self, take: impl FnOnce() -> u32) -> Option<Piece> {
        let index = match self.job.split {
            Split::Chunks { .. } => take(),
            // A range for each is dealing as many pieces as there are workers.
            Split::Static | Split::Interleaved { .. } => {
                let own = self.next;
                self.next = own.saturating_add(self.job.workers);
                own
            }
        };
        self.job.piece(index)
    }
}
