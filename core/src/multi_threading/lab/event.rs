//! What happens in the lab.

use super::action::Scheduler;
use crate::multi_threading::instruction::Word;
use crate::multi_threading::process::Effect;
use crate::multi_threading::promise::Promise;

/// Something that happened. Threads, instructions, rounds, cells and locks are counted from 0 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Another thread goes on than before.
    Switched {
        /// Which one stands still.
        from: u8,
        /// Which one goes on.
        to: u8,
    },
    /// A thread did an instruction, or tried to and waits now.
    Stepped {
        /// Which one.
        thread: u8,
        /// Its instruction.
        instruction: u8,
        /// Its round.
        round: u32,
        /// What came of it.
        effect: Effect,
    },
    /// A thread wrote over what another one had written and it had not seen: that update is lost.
    Overwrote {
        /// Which one.
        thread: u8,
        /// What.
        cell: u32,
        /// Whose update is lost.
        whose: u8,
    },
    /// A lock was given back, and a thread that waits for it may try again.
    Woken {
        /// Which one.
        thread: u8,
        /// What it waited for.
        lock: u8,
    },
    /// A thread has completed its last round.
    Finished {
        /// Which one.
        thread: u8,
    },
    /// A promise is broken, for the first time.
    Broke {
        /// Which one.
        promise: Promise,
    },
    /// Threads wait for each other in a ring: each for a lock that the next one holds.
    Deadlocked {
        /// The ring.
        threads: Vec<u8>,
    },
    /// Every thread has finished, or is dead.
    Ended {
        /// What the updates come to.
        expected: Word,
        /// What the cells say.
        actual: Word,
    },
    /// The scheduler passes a thread over.
    Paused {
        /// Which one.
        thread: u8,
    },
    /// It does so no more.
    Resumed {
        /// Which one.
        thread: u8,
    },
    /// A thread died.
    Killed {
        /// Which one.
        thread: u8,
        /// The locks that nobody will ever give back.
        orphaned: Vec<u8>,
    },
    /// Somebody else decides which thread goes on.
    SchedulerSet {
        /// Who.
        scheduler: Scheduler,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}
