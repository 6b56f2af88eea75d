//! What the server and the page tell each other about queues that the server's threads fill and empty, as JSON: a
//! request, and its answer as lines (NDJSON), each as soon as there is something to tell.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use thiserror::Error;

/// The body of `POST /api/blocking-queue/run`: what is not said is as by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunRequest {
    /// Which queue.
    pub queue: QueueKind,
    /// How many threads put, see [`RunRequest::THREADS`].
    pub producers: u32,
    /// How many threads take: only one with [`QueueKind::Std`].
    pub consumers: u32,
    /// How many items there is room for, see [`RunRequest::CAPACITY`].
    pub capacity: u32,
    /// How many items go through in all, see [`RunRequest::ITEMS`].
    pub items: u64,
}

/// A queue that the server has.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// A mutex and two condition variables.
    #[default]
    Textbook,
    /// The same, and whoever waits is served in order.
    Fair,
    /// An array with a number for each slot; threads park only when they must.
    Fast,
    /// `std::sync::mpsc::sync_channel`, which has one consumer.
    Std,
}

/// Why a run cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RunError {
    /// Too few or too many threads.
    #[error("there can be 1 to 8 producers and 1 to 8 consumers")]
    Threads,
    /// Several threads cannot take from it.
    #[error("std's sync_channel has one consumer")]
    OneConsumer,
    /// No room, or too much.
    #[error("the capacity can be 1 to 65536")]
    Capacity,
    /// Too few or too many.
    #[error("1000 to 20000000 items can go through")]
    Items,
}

impl QueueKind {
    /// All of them.
    pub const ALL: [QueueKind; 4] =
        [QueueKind::Textbook, QueueKind::Fair, QueueKind::Fast, QueueKind::Std];
}

impl RunRequest {
    /// How many producers there can be, and how many consumers.
    pub const THREADS: RangeInclusive<u32> = 1..=8;
    /// How many items there can be room for.
    pub const CAPACITY: RangeInclusive<u32> = 1..=65_536;
    /// How many items can go through.
    pub const ITEMS: RangeInclusive<u64> = 1_000..=20_000_000;

    /// Whether it can be.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn check(&self) -> Result<(), RunError> {
        if !(Self::THREADS.contains(&self.producers) && Self::THREADS.contains(&self.consumers)) {
            return Err(RunError::Threads);
        }
        if self.queue == QueueKind::Std && self.consumers != 1 {
            return Err(RunError::OneConsumer);
        }
        if !Self::CAPACITY.contains(&self.capacity) {
            return Err(RunError::Capacity);
        }
        if !Self::ITEMS.contains(&self.items) {
            return Err(RunError::Items);
        }
        Ok(())
    }

    /// How many items a producer puts, the first of which is number 0: as many as any other one, or one more.
    pub fn items_of(&self, producer: u32) -> u64 {
        let producers = u64::from(self.producers.max(1));
        self.items / producers + u64::from(u64::from(producer) < self.items % producers)
    }
}

impl Default for RunRequest {
    /// A million items through the textbook's queue for 64, from two producers to two consumers.
    fn default() -> Self {
        RunRequest {
            queue: QueueKind::Textbook,
            producers: 2,
            consumers: 2,
            capacity: 64,
            items: 1_000_000,
        }
    }
}

/// A line of the answer. The first is [`RunEvent::Started`], the last one of the other two, unless the connection
/// breaks before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEvent {
    /// The threads have been started.
    Started {
        /// What was asked for.
        request: RunRequest,
        /// How many threads can run at the same moment on the server, as far as it knows.
        cores: u32,
    },
    /// How things stand, a few times a second.
    Progress {
        /// Since the beginning, in microseconds.
        elapsed_us: u64,
        /// How many items each producer has put, about.
        put: Vec<u64>,
        /// How many items each consumer has taken, about.
        taken: Vec<u64>,
    },
    /// All items have gone through.
    Finished {
        /// How long that took, in microseconds, the threads' start included.
        elapsed_us: u64,
        /// How many items went through in a second.
        items_per_second: u64,
        /// How long items took from one thread to another; none if nothing was measured.
        latency: Option<Latency>,
        /// What became of all the items.
        audit: Audit,
    },
    /// It has been broken off.
    Failed {
        /// Why, as a sentence for the visitor.
        why: String,
    },
}

/// How long items took from a producer's call to put them to the end of a consumer's call to take them, in
/// nanoseconds. Each is one of the times themselves; every [`Latency::EVERY`]th item of a producer is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// How many items were measured.
    pub samples: u64,
    /// Half of them took so long at most.
    pub p50_ns: u64,
    /// … 90 of 100.
    pub p90_ns: u64,
    /// … 99 of 100.
    pub p99_ns: u64,
    /// … 999 of 1,000.
    pub p999_ns: u64,
    /// The longest time.
    pub most_ns: u64,
}

impl Latency {
    /// Which items are measured: reading the clock for all of them would be most of the work.
    pub const EVERY: u64 = 64;
}

/// What became of the items: each of them is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// How many were taken.
    pub taken: u64,
    /// How many were put and never taken.
    pub lost: u64,
    /// How many were taken again.
    pub doubled: u64,
    /// How many came to a consumer after a later one of the same producer.
    pub out_of_order: u64,
}

impl Audit {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        (self.lost, self.doubled, self.out_of_order) == (0, 0, 0)
    }
}
