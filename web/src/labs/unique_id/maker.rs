//! The core's generator with the clock of this page: what it makes is counted and timed.

use playground_core::unique_id::snowflake::{ClockPolicy, Generator, Id, Layout, Next};
use std::collections::VecDeque;

/// The worker number of this page.
const WORKER: u16 = 5;
/// How far the clock may go back before this page makes no more.
const PATIENCE_MS: u64 = 5_000;
/// So many milliseconds are remembered.
pub const MOST_SHARES: usize = 40;

/// How many IDs a millisecond had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Which one, since 1970.
    pub unix_ms: u64,
    /// How many.
    pub count: u32,
}

/// Makes IDs and remembers how it went.
pub struct Maker {
    generator: Option<Generator>,
    last: Option<Id>,
    total: u64,
    is_rising: bool,
    shares: VecDeque<Share>,
    batch: (u64, u64),
    /// How many were made at full speed, and in how many milliseconds; none if the last ones were made by a click.
    run: Option<(u64, u64)>,
}

/// The clock of this page: milliseconds since 1970.
fn unix_ms() -> u64 {
    js_sys::Date::now() as u64
}

impl Maker {
    /// One that has made nothing.
    pub fn new() -> Self {
        let policy = ClockPolicy::Wait { at_most_ms: PATIENCE_MS };
        Maker {
            // The number fits: there are 32.
            generator: Generator::new(Layout::CLASSICAL, WORKER, policy).ok(),
            last: None,
            total: 0,
            is_rising: true,
            shares: VecDeque::new(),
            batch: (0, 0),
            run: None,
        }
    }

    /// The next ID under the clock of this moment; none if there is none now.
    fn next(&mut self, now_ms: u64) -> Option<Id> {
        match self.generator.as_mut()?.next(now_ms) {
            Ok(Next::Made(id)) => Some(id),
            _ => None,
        }
    }

    fn note(&mut self, id: Id) {
        self.is_rising &= self.last.is_none_or(|last| last < id);
        self.last = Some(id);
        self.total += 1;
        let unix_ms = Layout::CLASSICAL.unix_ms(id);
        match self.shares.back_mut() {
            Some(share) if share.unix_ms == unix_ms => share.count += 1,
            _ => {
                if self.shares.len() == MOST_SHARES {
                    self.shares.pop_front();
                }
                self.shares.push_back(Share { unix_ms, count: 1 });
            }
        }
    }

    /// Makes so many, waiting for the clock where the sequence is used up.
    pub fn make(&mut self, count: u32) {
        self.run = None;
        self.shares.clear();
        let before = self.total;
        let end_ms = unix_ms() + PATIENCE_MS;
        while self.total - before < u64::from(count) {
            let now_ms = unix_ms();
            if now_ms > end_ms {
                break;
            }
            if let Some(id) = self.next(now_ms) {
                self.note(id);
            }
        }
        self.batch = (self.total - before, self.shares.len() as u64);
        if let (Some(last), Some(first)) = (self.shares.back(), self.shares.front())
            && self.shares.len() < MOST_SHARES
        {
            self.batch.1 = last.unix_ms - first.unix_ms + 1;
        }
    }

    /// Begins to measure.
    pub fn begin(&mut self) {
        self.run = Some((0, 0));
        self.shares.clear();
    }

    /// Makes as many as it can in so many milliseconds, whole ones: in a part of one, the share of a second would be
    /// measured wrongly.
    pub fn run_for(&mut self, slice_ms: u64) {
        let begun_at = unix_ms();
        let mut first_ms = begun_at;
        while first_ms == begun_at {
            first_ms = unix_ms();
        }
        let before = self.total;
        let mut now_ms = first_ms;
        // A clock that is set back ends the slice, too.
        while (first_ms..first_ms + slice_ms).contains(&now_ms) {
            if let Some(id) = self.next(now_ms) {
                self.note(id);
            }
            now_ms = unix_ms();
        }
        if let Some((made, ms)) = &mut self.run {
            *made += self.total - before;
            *ms += now_ms.saturating_sub(first_ms);
        }
    }

    /// How many IDs a second there were at full speed; none if the last ones were made by a click.
    pub fn per_second(&self) -> Option<u64> {
        let (made, ms) = self.run?;
        (made * 1_000).checked_div(ms)
    }

    /// How many the last click made, and over how many milliseconds.
    pub fn last_batch(&self) -> (u64, u64) {
        self.batch
    }

    /// The last ID.
    pub fn last(&self) -> Option<Id> {
        self.last
    }

    /// How many there were.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether each was greater than the one before.
    pub fn is_rising(&self) -> bool {
        self.is_rising
    }

    /// How far the wheel has turned.
    pub fn used(&self) -> u32 {
        self.last.map_or(0, |id| Layout::CLASSICAL.decompose(id).sequence + 1)
    }

    /// The last milliseconds, the newest last.
    pub fn shares(&self) -> Vec<Share> {
        self.shares.iter().copied().collect()
    }
}
