//! What is counted: requests and answers, percentiles, and a sample a second.

use super::exchange::{Outcome, Served};
use super::wire::Answer;
use crate::sim::Time;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many seconds of history are kept.
const MOST_SAMPLES: usize = 600;

/// What has been counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests of readers.
    pub asked: u64,
    /// … that have ended with a whole answer.
    pub answered: u64,
    /// … that have ended otherwise.
    pub failed: u64,
    /// … answered by their edge with a fresh copy.
    pub hits: u64,
    /// … answered by their edge with a stale copy.
    pub stale: u64,
    /// … answered by their edge with a copy that was just validated.
    pub revalidated: u64,
    /// … that joined another's fetch at their edge.
    pub joined: u64,
    /// … for which their edge had to fetch.
    pub misses: u64,
    /// Requests that reached the origin.
    pub origin_requests: u64,
    /// … answered by it with 304, without a body.
    pub origin_not_modified: u64,
    /// Bytes of bodies sent by the origin.
    pub origin_bytes: u64,
    /// Bytes of bodies sent to readers.
    pub reader_bytes: u64,
    /// Requests answered by the shield, and how many of them out of what it had.
    pub shield: (u64, u64),
    /// Copies evicted.
    pub evicted: u64,
    /// Answers whose content was no longer the origin's when they were sent.
    pub outdated: u64,
}

/// Percentiles of what readers waited, in microseconds of the Earth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// To the first byte: 50, 90 and 99 percent of the answers were as fast.
    pub first_byte_us: [u64; 3],
    /// To the last byte.
    pub last_byte_us: [u64; 3],
    /// To the first byte, of answers out of what the edge had.
    pub hit_us: [u64; 3],
    /// To the first byte, of the others.
    pub miss_us: [u64; 3],
    /// How many answers that is.
    pub count: u64,
}

/// What was counted in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Which second of the run.
    pub second: u32,
    /// Answers readers got.
    pub answers: u32,
    /// … out of what their edge had.
    pub hits: u32,
    /// Requests that reached the origin.
    pub origin: u32,
    /// Exchanges that failed.
    pub failed: u32,
    /// The sum of the waits for the first byte, in microseconds of the Earth.
    pub first_byte_us: u64,
}

/// How often each wait was seen, in steps of 100 microseconds.
#[derive(Clone, Debug, Default)]
struct Waits {
    seen: BTreeMap<u32, u32>,
    count: u64,
}

impl Waits {
    fn add(&mut self, us: u64) {
        *self.seen.entry((us / 100) as u32).or_default() += 1;
        self.count += 1;
    }

    /// What 50, 90 and 99 percent of the waits do not exceed.
    fn percentiles(&self) -> [u64; 3] {
        [50, 90, 99].map(|percent| {
            let rank = (self.count * percent).div_ceil(100);
            let mut passed = 0;
            let found = self.seen.iter().find(|(_, seen)| {
                passed += u64::from(**seen);
                passed >= rank
            });
            found.map_or(0, |(step, _)| u64::from(*step) * 100)
        })
    }
}

/// Everything that is counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) totals: Totals,
    pub(super) history: Arc<Vec<Sample>>,
    first: Waits,
    last: Waits,
    hit: Waits,
    miss: Waits,
}

impl Counts {
    fn sample(&mut self, now: Time) -> Option<&mut Sample> {
        let second = (now.0 / 1_000_000) as u32;
        let history = Arc::make_mut(&mut self.history);
        if history.last().is_none_or(|it| it.second != second) {
            if history.len() == MOST_SAMPLES {
                history.remove(0);
            }
            history.push(Sample { second, ..Sample::default() });
        }
        history.last_mut()
    }

    pub(super) fn origin_asked(&mut self, now: Time) {
        self.totals.origin_requests += 1;
        if let Some(sample) = self.sample(now) {
            sample.origin += 1;
        }
    }

    pub(super) fn origin_answered(&mut self, answer: &Answer) {
        self.totals.origin_not_modified += u64::from(answer.status == 304);
        self.totals.origin_bytes += answer.bytes;
    }

    pub(super) fn shield_served(&mut self, is_hit: bool) {
        self.totals.shield.0 += 1;
        self.totals.shield.1 += u64::from(is_hit);
    }

    /// A reader's request has ended, after these microseconds of the Earth to the first byte and the last.
    pub(super) fn finished(
        &mut self,
        now: Time,
        outcome: Outcome,
        (first_us, last_us): (u64, u64),
        bytes: u64,
    ) {
        let totals = &mut self.totals;
        let Outcome::Answered(served) = outcome else {
            totals.failed += 1;
            if let Some(sample) = self.sample(now) {
                sample.failed += 1;
            }
            return;
        };
        totals.answered += 1;
        totals.reader_bytes += bytes;
        match served {
            Served::Hit => totals.hits += 1,
            Served::StaleWhileRevalidate | Served::StaleIfError => totals.stale += 1,
            Served::Revalidated => totals.revalidated += 1,
            Served::Joined => totals.joined += 1,
            Served::Miss | Served::Pass | Served::Error => totals.misses += 1,
        }
        let is_hit = served.is_hit();
        self.first.add(first_us);
        self.last.add(last_us);
        if is_hit {
            self.hit.add(first_us)
        } else {
            self.miss.add(first_us)
        }
        if let Some(sample) = self.sample(now) {
            sample.answers += 1;
            sample.hits += u32::from(is_hit);
            sample.first_byte_us += first_us;
        }
    }

    pub(super) fn latency(&self) -> Latency {
        Latency {
            first_byte_us: self.first.percentiles(),
            last_byte_us: self.last.percentiles(),
            hit_us: self.hit.percentiles(),
            miss_us: self.miss.percentiles(),
            count: self.first.count,
        }
    }
}
