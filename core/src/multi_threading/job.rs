//! What is to be counted, by how many workers, and how it is dealt out: what the page, its workers and the server
//! agree on.

use super::primes::Method;
use super::split::Split;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use thiserror::Error;

/// Counting the primes from 1 to a bound, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The last number that is looked at: at least [`Job::LEAST_UP_TO`], at most [`Method::most_up_to`].
    pub up_to: u64,
    /// How many workers there are, see [`Job::WORKERS`].
    pub workers: u32,
    /// How each of them counts.
    pub method: Method,
    /// How the numbers are dealt out.
    pub split: Split,
}

/// Why a job cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JobError {
    /// Too few or too many workers.
    #[error("there can be 1 to 8 workers, not {0}")]
    Workers(u32),
    /// The bound is too small, or too large for the method.
    #[error("primes are counted up to {least} at least and {most} at most with this method")]
    UpTo {
        /// The smallest bound.
        least: u64,
        /// The largest bound.
        most: u64,
    },
    /// The pieces are too small.
    #[error("a piece has {least} numbers at least, so that there are not too many pieces")]
    PieceSize {
        /// The smallest piece of this job, in numbers.
        least: u64,
    },
}

impl Job {
    /// How many workers there can be.
    pub const WORKERS: RangeInclusive<u32> = 1..=8;
    /// The smallest bound.
    pub const LEAST_UP_TO: u64 = 1_000;
    /// The fewest numbers of a piece.
    pub const LEAST_PIECE: u64 = 1_000;
    /// The most pieces.
    pub const MOST_PIECES: u64 = 100_000;

    /// Whether it can be done.
    ///
    /// # Errors
    /// See [`JobError`].
    pub fn check(&self) -> Result<(), JobError> {
        if !Self::WORKERS.contains(&self.workers) {
            return Err(JobError::Workers(self.workers));
        }
        let most = self.method.most_up_to();
        if !(Self::LEAST_UP_TO..=most).contains(&self.up_to) {
            return Err(JobError::UpTo { least: Self::LEAST_UP_TO, most });
        }
        let least = self.least_piece();
        match self.split {
            Split::Interleaved { size } | Split::Chunks { size } if size < least => {
                Err(JobError::PieceSize { least })
            }
            _ => Ok(()),
        }
    }

    /// The smallest piece, in numbers.
    pub fn least_piece(&self) -> u64 {
        Self::LEAST_PIECE.max(self.up_to.div_ceil(Self::MOST_PIECES))
    }
}

impl Default for Job {
    /// The classical one: up to 10,000,000 by trial division, two workers with a half each.
    fn default() -> Self {
        Job { up_to: 10_000_000, workers: 2, method: Method::TrialDivision, split: Split::Static }
    }
}
