//! What can be set up and done in the lab.

use super::wire::Node;
use crate::unique_id::snowflake::{ClockPolicy, Field, FieldOrder, Layout};
use serde::{Deserialize, Serialize};

/// The most workers of a run.
pub const MOST_WORKERS: u8 = 8;
/// The most worker numbers: five bits.
pub const MOST_NUMBERS: u16 = 32;
/// The most shards that posts are stored on.
pub const MOST_SHARDS: u8 = 8;
/// The most IDs that are asked for at once.
pub const MOST_COUNT: u16 = 10_000;
/// The most requests a second that come by themselves.
pub const MOST_PER_SECOND: u32 = 50;
/// The longest that anything may last or differ, in milliseconds of the workers' clocks.
pub const MOST_MS: u32 = 10_000_000;
/// The most that a millisecond is slowed down.
pub const MOST_SLOW_MOTION: u32 = 10_000;

/// What is there at the start. Every duration is in milliseconds as the clocks of the workers count them,
/// each of which takes `slow_motion` milliseconds of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// How many workers there are, 1 to [`MOST_WORKERS`].
    pub workers: u8,
    /// How many of them are started at once; the others are down until somebody restarts them.
    pub running: u8,
    /// How the bits of an ID are divided. The sequence stands at the end, so that IDs of one millisecond follow each
    /// other; else it is the classical one.
    pub layout: Layout,
    /// How many worker numbers the registry has to lease: 1 to [`MOST_NUMBERS`], as far as the layout has room.
    pub numbers: u16,
    /// What a worker does when its clock has stepped back.
    pub policy: ClockPolicy,
    /// How far ahead a lease reserves, 2 to [`MOST_MS`]; it is renewed after a third of that.
    pub lease_ms: u32,
    /// By how much a worker's clock may differ from the registry's.
    pub most_skew_ms: u32,
    /// The shortest and the longest time of a message.
    pub latency_ms: (u32, u32),
    /// How long the registry's disk takes to make a lease durable.
    pub write_ms: u32,
    /// For how long a client waits for its IDs.
    pub patience_ms: u32,
    /// The workers' clocks, by number; those that are missing are right.
    pub clocks: Vec<ClockSetting>,
    /// What a clock that is right shows at the start, in milliseconds since 1970.
    pub start_unix_ms: u64,
    /// How many milliseconds of the run one of a right clock takes, 1 to [`MOST_SLOW_MOTION`].
    pub slow_motion: u32,
    /// On how many shards the posts are stored whose IDs these are, by `user_id % shards`; 0 if nobody stores any.
    pub shards: u8,
    /// What is asked for without anybody's clicking.
    pub traffic: Traffic,
    /// What is done wrong.
    pub mistake: Option<Mistake>,
}

/// How a worker's clock differs from a right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSetting {
    /// By how many milliseconds it is ahead at the start; behind if negative.
    pub offset_ms: i32,
    /// How fast it goes: 1,000 is right, 0 is a clock that stands; up to 10,000.
    pub permille: u32,
}

/// Requests that come by themselves, spread over the workers that are up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// How many in a second of the run, up to [`MOST_PER_SECOND`].
    pub per_second: u32,
    /// For how many IDs each, 1 to [`MOST_COUNT`].
    pub count: u16,
}

/// A classical mistake that can be made, to see what it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// No registry: every worker is configured with the same number.
    OneNumber,
    /// The sequence is not reset with the millisecond, and wraps wherever it is.
    SequenceRunsOn,
    /// The time stamp counts seconds.
    Seconds,
    /// The parts are put together with OR, and a sequence that is too large is not masked.
    WithoutMask,
    /// Nobody notices when the clock steps back.
    ClockTrusted,
    /// A lease begins at the beginning of time, not at the high-water mark of the one before.
    HighWaterForgotten,
    /// A worker does not look whether its lease still holds.
    LeaseNotLookedAt,
    /// The registry renews for whoever names the number, of whatever epoch.
    NoFencing,
    /// The registry answers before its disk has written.
    AnswerBeforeWrite,
    /// Each shard numbers its posts by itself.
    AutoIncrement,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 10] = [
        Mistake::OneNumber,
        Mistake::SequenceRunsOn,
        Mistake::Seconds,
        Mistake::WithoutMask,
        Mistake::ClockTrusted,
        Mistake::HighWaterForgotten,
        Mistake::LeaseNotLookedAt,
        Mistake::NoFencing,
        Mistake::AnswerBeforeWrite,
        Mistake::AutoIncrement,
    ];
}

/// What a visitor can do. A worker is its place in the list, from 0 on, not the number it leases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A client asks a worker for IDs.
    Ask {
        /// Which worker.
        worker: u8,
        /// How many, 1 to [`MOST_COUNT`].
        count: u16,
    },
    /// A user writes a post: whichever worker is next makes its ID, and it is stored on the user's shard.
    Post {
        /// Whose.
        user: u64,
    },
    /// A node dies. What the registry has written stays; a worker forgets everything.
    Crash {
        /// Which one.
        node: Node,
    },
    /// A node that is down starts.
    Restart {
        /// Which one.
        node: Node,
    },
    /// A worker stops as it should: it gives its number back.
    Stop {
        /// Which one.
        worker: u8,
    },
    /// A worker's process stands still, as in a long garbage collection. Its clock goes on.
    Pause {
        /// Which one.
        worker: u8,
        /// For how many milliseconds; none until it is resumed.
        ms: Option<u32>,
    },
    /// A worker's process goes on.
    Resume {
        /// Which one.
        worker: u8,
    },
    /// A clock is set.
    StepClock {
        /// Whose.
        node: Node,
        /// By how many milliseconds forward; back if negative.
        by_ms: i32,
    },
    /// A clock goes faster or slower from now on.
    SetRate {
        /// Whose.
        node: Node,
        /// 1,000 is right, 0 stands still; up to 10,000.
        permille: u32,
    },
    /// The link between a worker and the registry is cut.
    Cut {
        /// Which worker.
        worker: u8,
    },
    /// It is mended.
    Mend {
        /// Which worker.
        worker: u8,
    },
    /// An operator declares the holder of a number dead.
    Revoke {
        /// Which number.
        number: u16,
    },
    /// A message under way is lost.
    Drop {
        /// Its number.
        flight: u64,
    },
    /// A message under way takes longer.
    Delay {
        /// Its number.
        flight: u64,
        /// By how many milliseconds.
        ms: u32,
    },
    /// Workers treat a clock that steps back otherwise from now on.
    SetPolicy {
        /// How.
        policy: ClockPolicy,
    },
    /// More or less is asked for by itself.
    SetTraffic {
        /// How much.
        traffic: Traffic,
    },
}

/// 2026-01-01T00:00:00Z.
pub(in crate::unique_id) const NEW_YEAR_2026_UNIX_MS: u64 = 1_767_225_600_000;

impl Default for Scenario {
    /// Three workers with right clocks and leases of 60 ms, a hundred times slower than they are.
    fn default() -> Self {
        Scenario {
            workers: 3,
            running: 3,
            layout: Layout::CLASSICAL,
            numbers: MOST_NUMBERS,
            policy: ClockPolicy::Wait { at_most_ms: 10 },
            lease_ms: 60,
            most_skew_ms: 1_000,
            latency_ms: (4, 6),
            write_ms: 2,
            patience_ms: 150,
            clocks: Vec::new(),
            start_unix_ms: NEW_YEAR_2026_UNIX_MS,
            slow_motion: 100,
            shards: 0,
            traffic: Traffic::default(),
            mistake: None,
        }
    }
}

impl Scenario {
    /// The nearest scenario within the limits: a link may say anything.
    pub fn clamped(&self) -> Self {
        let mut it = self.clone();
        it.workers = it.workers.clamp(1, MOST_WORKERS);
        it.running = it.running.min(it.workers);
        let room = it.layout.most(Field::Worker).saturating_add(1);
        it.numbers = it.numbers.clamp(1, MOST_NUMBERS).min(room.min(u64::from(u16::MAX)) as u16);
        it.policy = clamped_policy(it.policy);
        if it.layout.spec().order != FieldOrder::WorkerFirst {
            it.layout = Layout::CLASSICAL;
        }
        it.lease_ms = it.lease_ms.clamp(2, MOST_MS);
        it.most_skew_ms = it.most_skew_ms.min(MOST_MS);
        let shortest = it.latency_ms.0.min(MOST_MS);
        it.latency_ms = (shortest, it.latency_ms.1.clamp(shortest, MOST_MS));
        it.write_ms = it.write_ms.min(MOST_MS);
        it.patience_ms = it.patience_ms.clamp(1, MOST_MS);
        it.clocks.truncate(usize::from(it.workers));
        for clock in &mut it.clocks {
            clock.offset_ms = clamped_step(clock.offset_ms);
            clock.permille = clock.permille.min(10_000);
        }
        // From 1970 to long after the classical layout's end.
        it.start_unix_ms = it.start_unix_ms.min(1 << 43);
        it.slow_motion = it.slow_motion.clamp(1, MOST_SLOW_MOTION);
        it.shards = it.shards.min(MOST_SHARDS);
        it.traffic = it.traffic.clamped();
        it
    }

    /// How the clock of a worker is set at the start.
    pub fn clock(&self, worker: u8) -> ClockSetting {
        let set = self.clocks.get(usize::from(worker)).copied();
        set.unwrap_or(ClockSetting { offset_ms: 0, permille: 1_000 })
    }
}

/// A policy within the limits.
pub(super) fn clamped_policy(policy: ClockPolicy) -> ClockPolicy {
    let most = |ms: u64| ms.min(MOST_MS.into());
    match policy {
        ClockPolicy::Wait { at_most_ms } => ClockPolicy::Wait { at_most_ms: most(at_most_ms) },
        ClockPolicy::Refuse => ClockPolicy::Refuse,
        ClockPolicy::Borrow { at_most_ms } => ClockPolicy::Borrow { at_most_ms: most(at_most_ms) },
    }
}

impl Traffic {
    pub(super) fn clamped(self) -> Self {
        Traffic {
            per_second: self.per_second.min(MOST_PER_SECOND),
            count: self.count.clamp(1, MOST_COUNT),
        }
    }
}

/// A step of a clock within the limits.
pub(super) fn clamped_step(by_ms: i32) -> i32 {
    let most = MOST_MS as i32;
    by_ms.clamp(-most, most)
}
