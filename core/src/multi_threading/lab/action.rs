//! What can be set up and done in the lab.

use crate::multi_threading::program::Setup;
use serde::{Deserialize, Serialize};

/// The longest that an instruction may take, in milliseconds.
pub const MOST_STEP_MS: u32 = 10_000;

/// What is there at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The program, and how many threads run it how often.
    pub setup: Setup,
    /// Who decides which thread goes on.
    pub scheduler: Scheduler,
    /// How long an instruction takes, 1 to [`MOST_STEP_MS`]; nothing to a thread that the visitor steps.
    pub step_ms: u32,
}

/// Who decides which thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scheduler {
    /// The visitor.
    ByHand,
    /// Each in turn, so many instructions at a time, at least 1; whoever has to wait is passed over.
    Turns {
        /// The quantum.
        instructions: u16,
    },
    /// Chance, decided by the seed: before each instruction with this probability, in millionths, and whenever the thread
    /// cannot go on, one of all threads that can is drawn, each with the same probability. 1,000,000 draws before every
    /// instruction.
    Random {
        /// The probability.
        switch_ppm: u32,
    },
}

/// What a visitor can do. Threads are counted from 0 on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A thread does its next instruction.
    Step {
        /// Which one.
        thread: u8,
    },
    /// The scheduler passes a thread over from now on.
    Pause {
        /// Which one.
        thread: u8,
    },
    /// It does so no more.
    Resume {
        /// Which one.
        thread: u8,
    },
    /// A thread dies where it is. The locks that it holds stay locked.
    Kill {
        /// Which one.
        thread: u8,
    },
    /// Somebody else decides from now on.
    SetScheduler {
        /// Who.
        scheduler: Scheduler,
    },
}

impl Default for Scenario {
    /// Two threads without a lock, and chance before every instruction.
    fn default() -> Self {
        Scenario {
            setup: Setup::default(),
            scheduler: Scheduler::Random { switch_ppm: 500_000 },
            step_ms: 600,
        }
    }
}

impl Scenario {
    /// The nearest scenario within the limits: a link may say anything.
    pub fn clamped(self) -> Self {
        Scenario {
            setup: self.setup.clamped(),
            scheduler: self.scheduler.clamped(),
            step_ms: self.step_ms.clamp(1, MOST_STEP_MS),
        }
    }
}

impl Scheduler {
    pub(in crate::multi_threading) fn clamped(self) -> Self {
        match self {
            Scheduler::ByHand => Scheduler::ByHand,
            Scheduler::Turns { instructions } => {
                Scheduler::Turns { instructions: instructions.max(1) }
            }
            Scheduler::Random { switch_ppm } => {
                Scheduler::Random { switch_ppm: switch_ppm.min(1_000_000) }
            }
        }
    }
}
