//! Counting primes: the classical job for workers, because it is easy to say, easy to cut and hard to cut fairly.
//!
//! Three ways, from the textbook's to the one that is used: dividing by every odd number up to the square root,
//! dividing by primes only, and crossing out multiples in a [segmented sieve](segmented) that stays in the cache.
//! Up to 10,000,000 they need about 870 million divisions, 280 million, and 1.8 million crossings.

pub mod segmented;
pub mod trial;

use segmented::Segmented;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use thiserror::Error;

/// How primes are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each number is divided by every odd number up to its square root.
    TrialDivision,
    /// Each number is divided by the primes up to its square root, which are found beforehand.
    ByPrimes,
    /// The multiples of each prime are crossed out, a stretch at a time.
    Segmented,
}

impl Method {
    /// From the textbook's to the fastest.
    pub const ALL: [Method; 3] = [Method::TrialDivision, Method::ByPrimes, Method::Segmented];

    /// The largest bound: what takes about a minute on one core.
    pub fn most_up_to(self) -> u64 {
        match self {
            Method::TrialDivision | Method::ByPrimes => 100_000_000,
            Method::Segmented => 10_000_000_000,
        }
    }

    /// After how many numbers a worker looks up from its work, tells how far it is, and whether it is still wanted:
    /// a few milliseconds of work at most.
    pub fn slice(self) -> u64 {
        match self {
            Method::TrialDivision => 1 << 13,
            Method::ByPrimes => 1 << 15,
            Method::Segmented => segmented::SEGMENT_NUMBERS,
        }
    }

    /// A piece of work cut in slices, in order.
    pub fn slices(self, numbers: Range<u64>) -> Slices {
        Slices { left: numbers, slice: self.slice() }
    }
}

/// The slices of a piece of work.
#[derive(Clone, Debug)]
pub struct Slices {
    left: Range<u64>,
    slice: u64,
}

impl Iterator for Slices {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        if self.left.is_empty() {
            return None;
        }
        let end = self.left.start.saturating_add(self.slice).min(self.left.end);
        let slice = self.left.start..end;
        self.left.start = end;
        Some(slice)
    }
}

/// A bound that is too large for a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("primes are counted up to {most} at most with this method")]
pub struct TooLarge {
    /// The largest bound.
    pub most: u64,
}

/// Counts primes, range after range. Each worker has one of its own.
#[derive(Clone, Debug)]
pub struct Counter {
    up_to: u64,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    TrialDivision,
    /// The odd primes up to the bound's square root.
    ByPrimes(Vec<u32>),
    Segmented(Segmented),
}

impl Counter {
    /// For ranges up to a bound. Finds the primes up to its square root where the method needs them.
    ///
    /// # Errors
    /// If the bound is above [`Method::most_up_to`].
    pub fn new(method: Method, up_to: u64) -> Result<Self, TooLarge> {
        let most = method.most_up_to();
        if up_to > most {
            return Err(TooLarge { most });
        }
        let way = match method {
            Method::TrialDivision => Way::TrialDivision,
            Method::ByPrimes => {
                // Even numbers are sorted out without the 2.
                let primes = primes_up_to(up_to.isqrt() as u32).into_iter().skip(1);
                Way::ByPrimes(primes.collect())
            }
            Method::Segmented => Way::Segmented(Segmented::new(up_to)),
        };
        Ok(Counter { up_to, way })
    }

    /// How many primes are in a range; numbers above the bound are not looked at.
    pub fn count(&mut self, numbers: Range<u64>) -> u64 {
        let numbers = numbers.start..numbers.end.min(self.up_to + 1);
        if numbers.is_empty() {
            return 0;
        }
        // The bounds of the first two methods are far below 2^32, where division is twice as fast.
        let small = || numbers.start as u32..numbers.end as u32;
        match &mut self.way {
            Way::TrialDivision => trial::count(small()),
            Way::ByPrimes(primes) => trial::count_by(primes, small()),
            Way::Segmented(sieve) => sieve.count(numbers),
        }
    }
}

/// How many primes there are up to a power of ten from 10 to 10^10 (OEIS A006880); of other bounds nothing is known.
pub fn known(up_to: u64) -> Option<u64> {
    const COUNTS: [u64; 10] =
        [4, 25, 168, 1_229, 9_592, 78_498, 664_579, 5_761_455, 50_847_534, 455_052_511];
    let exponent = up_to.checked_ilog10()?;
    let place = usize::try_from(exponent).ok()?.checked_sub(1)?;
    COUNTS.get(place).copied().filter(|_| 10_u64.pow(exponent) == up_to)
}

/// The primes up to a limit, in order: the sieve of Eratosthenes over the odd numbers.
pub fn primes_up_to(limit: u32) -> Vec<u32> {
    if limit < 2 {
        return Vec::new();
    }
    // Place i stands for 2 i + 1, and place 0 for the 2.
    let mut is_prime = vec![true; (limit as usize).div_ceil(2)];
    let root = limit.isqrt() as usize;
    for prime in (3..=root).step_by(2) {
        if is_prime[prime / 2] {
            // Smaller multiples have smaller factors, and two odd multiples are 2 p apart.
            is_prime[prime * prime / 2..].iter_mut().step_by(prime).for_each(|it| *it = false);
        }
    }
    let odd = (1..).step_by(2).zip(is_prime).filter_map(|(n, is_prime)| is_prime.then_some(n));
    odd.map(|n: u32| n.max(2)).collect()
}
