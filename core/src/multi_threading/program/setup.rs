//! How often a program is run, by how many threads, and the limits of both.

use super::Program;
use crate::multi_threading::process::MOST_CELLS;
use serde::{Deserialize, Serialize};

/// The most rounds of a thread in a process that is looked at step by step.
pub const MOST_ITERATIONS: u32 = 100;
/// The most rounds of all threads together in a run that nobody looks at.
pub const MOST_ROUNDS: u32 = 1_000_000;

/// A program, and how often it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The program.
    pub program: Program,
    /// How many threads run it, 1 to [`MOST_THREADS`](crate::multi_threading::process::MOST_THREADS), or as many as it allows.
    pub threads: u8,
    /// How many rounds each of them does.
    pub iterations: u32,
}

impl Default for Setup {
    /// Two threads add one to a counter, once each.
    fn default() -> Self {
        Setup { program: Program::Counter, threads: 2, iterations: 1 }
    }
}

impl Setup {
    /// The nearest set-up that can be looked at step by step: a link may say anything.
    pub fn clamped(self) -> Self {
        let threads = self.threads.clamp(1, self.program.most_threads());
        let slots = (MOST_CELLS as u32 - 1) / u32::from(threads);
        let most = if self.program.is_queue() { slots } else { MOST_ITERATIONS };
        Setup { threads, iterations: self.iterations.clamp(1, most), ..self }
    }

    /// The nearest set-up that can be run without being looked at: up to [`MOST_ROUNDS`] in all.
    pub fn clamped_unseen(self) -> Self {
        let threads = self.threads.clamp(1, self.program.most_threads());
        let iterations = self.iterations.clamp(1, MOST_ROUNDS / u32::from(threads));
        Setup { threads, iterations, ..self }
    }

    /// The rounds of all threads together.
    pub fn rounds(self) -> u32 {
        u32::from(self.threads) * self.iterations
    }

    /// How many seats there are: for half of those who want one, and at least one.
    pub fn seats(self) -> u32 {
        (self.rounds() / 2).max(1)
    }
}
