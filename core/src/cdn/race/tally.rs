//! Requests and hits, counted: in total, and window by window.

use serde::{Deserialize, Serialize};

/// The most windows that are kept: a chart has no more pixels to spare.
pub const MOST_WINDOWS: usize = 256;
/// How many requests a window has at first.
const FIRST_LENGTH: u64 = 1_000;

/// Requests and those that were hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many requests there were.
    pub requests: u64,
    /// How many of them were hits.
    pub hits: u64,
    /// How many bytes were asked for.
    pub bytes: u64,
    /// How many of them came from the cache.
    pub hit_bytes: u64,
}

impl Tally {
    /// The share of requests that were hits, 0 to 1; 0 without requests.
    pub fn hit_ratio(&self) -> f64 {
        share(self.hits, self.requests)
    }

    /// The share of bytes that came from the cache, 0 to 1; 0 without requests.
    pub fn byte_hit_ratio(&self) -> f64 {
        share(self.hit_bytes, self.bytes)
    }

    pub(super) fn count(&mut self, bytes: u64, is_hit: bool) {
        self.requests += 1;
        self.bytes += bytes;
        if is_hit {
            self.hits += 1;
            self.hit_bytes += bytes;
        }
    }

    fn with(self, other: Tally) -> Tally {
        Tally {
            requests: self.requests + other.requests,
            hits: self.hits + other.hits,
            bytes: self.bytes + other.bytes,
            hit_bytes: self.hit_bytes + other.hit_bytes,
        }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Tallies of windows of equal length. When there are too many, every two become one.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    length: u64,
    tallies: Vec<Tally>,
}

impl Windows {
    pub(super) fn new() -> Self {
        Windows { length: FIRST_LENGTH, tallies: Vec::new() }
    }

    /// How many requests a full window has.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The latest last, which may not be full yet.
    pub(super) fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    pub(super) fn count(&mut self, bytes: u64, is_hit: bool) {
        let is_full = |last: &Tally| last.requests >= self.length;
        if self.tallies.last().is_none_or(is_full) {
            if self.tallies.len() == MOST_WINDOWS {
                self.merge();
            }
            self.tallies.push(Tally::default());
        }
        if let Some(last) = self.tallies.last_mut() {
            last.count(bytes, is_hit);
        }
    }

    fn merge(&mut self) {
        let pairs = self.tallies.chunks(2);
        self.tallies = pairs.filter_map(|pair| pair.iter().copied().reduce(Tally::with)).collect();
        self.length *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_become_too_many_are_merged_and_still_add_up() {
        let mut windows = Windows::new();
        let mut total = Tally::default();
        let mut count = |windows: &mut Windows, requests: u64| {
            for request in 0..requests {
                windows.count(request, request % 3 == 0);
                total.count(request, request % 3 == 0);
            }
            assert_eq!(windows.tallies().iter().copied().reduce(Tally::with), Some(total));
        };
        count(&mut windows, 256_000);
        assert_eq!((windows.length(), windows.tallies().len()), (1_000, 256));
        count(&mut windows, 500);
        assert_eq!((windows.length(), windows.tallies().len()), (2_000, 129));
        let (last, full) = windows.tallies().split_last().unwrap();
        assert!(full.iter().all(|window| window.requests == 2_000));
        assert_eq!(last.requests, 500);
    }
}
