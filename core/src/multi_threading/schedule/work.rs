//! How much work is in a number, on average: in closed form, without doing the work.
//!
//! **Trial division.** A number n is still being divided when it comes to the odd divisor d if no smaller prime has
//! divided it. Of all numbers that is the share (1 − 1/2)(1 − 1/3)(1 − 1/5)…, over the primes below d, as long as d is
//! not above the square root of n. The sum of those shares over all odd d up to √n is the mean number of divisions.
//! By primes only, it is the same sum over the primes d.
//!
//! **Sieve.** A prime p crosses out the share 1/p of the numbers of the wheel, from p² on.
//!
//! In all three cases a divisor d adds a constant to each number from d² on. So the work up to a number n is a sum of
//! (n + 1 − d²) times that constant, which two prefix sums yield.

use crate::multi_threading::primes::segmented::LARGEST_LAID;
use crate::multi_threading::primes::{Method, primes_up_to};
use std::ops::Range;

/// One, in the fixed-point numbers below.
const ONE: u64 = 1 << 32;
/// What a number costs that is not divided at all, in divisions: telling that it is even.
const LOOK: u64 = ONE / 4;
/// The crossings of a number without regard to those primes: laying patterns over its bit, and counting it.
const COPY: u64 = ONE / 60;
/// What it costs to find where a prime's multiples begin, in crossings: once for each slice.
const BEGIN: u64 = 35;

/// How much work is in the numbers up to a bound, for a method. A unit of work is a division, or a crossing out.
#[derive(Clone, Debug)]
pub struct Work {
    method: Method,
    /// What each number costs whatever it is.
    base: u64,
    /// By divisors: the square, the sum of what these and all smaller divisors add, and the sum of those, each
    /// multiplied by the square before which it adds nothing.
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    square: u64,
    adds: u128,
    missed: u128,
}

impl Work {
    /// For numbers up to a bound.
    pub fn new(method: Method, up_to: u64) -> Self {
        let root = up_to.isqrt() as u32;
        let primes = primes_up_to(root);
        let (base, added) = match method {
            Method::TrialDivision => (LOOK, by_all(root, &primes)),
            Method::ByPrimes => (LOOK, by_primes(&primes)),
            Method::Segmented => (COPY, by_crossing_out(&primes)),
        };
        let (mut adds, mut missed) = (0, 0);
        let steps = added.into_iter().map(|(divisor, added)| {
            let square = u64::from(divisor).pow(2);
            adds += u128::from(added);
            missed += u128::from(added) * u128::from(square);
            Step { square, adds, missed }
        });
        Work { method, base, steps: steps.collect() }
    }

    /// The work in a range of numbers, in thousandths of a unit, a worker's looking up from it after each
    /// [slice](Method::slice) included.
    pub fn of(&self, numbers: &Range<u64>) -> u64 {
        if numbers.is_empty() {
            return 0;
        }
        let units = self.below(numbers.end) - self.below(numbers.start);
        let slices = (numbers.end - numbers.start).div_ceil(self.method.slice());
        let begin = match self.method {
            Method::TrialDivision | Method::ByPrimes => 0,
            Method::Segmented => {
                u128::from(slices * BEGIN) * self.divisors_below(numbers.end) as u128
            }
        };
        ((units * 1_000 / u128::from(ONE)) + begin * 1_000) as u64
    }

    /// How many divisors have a square below a number.
    fn divisors_below(&self, number: u64) -> usize {
        self.steps.partition_point(|step| step.square < number)
    }

    /// The work in all numbers below one, in fixed point.
    fn below(&self, number: u64) -> u128 {
        let divided = match self.divisors_below(number).checked_sub(1) {
            None => 0,
            Some(last) => {
                let Step { adds, missed, .. } = self.steps[last];
                u128::from(number) * adds - missed
            }
        };
        u128::from(number) * u128::from(self.base) + divided
    }
}

/// What is left of a share once the multiples of a prime are gone.
fn without(share: u64, prime: u32) -> u64 {
    (u128::from(share) * u128::from(prime - 1) / u128::from(prime)) as u64
}

/// The odd divisors, and the share of numbers that each of them divides.
fn by_all(root: u32, primes: &[u32]) -> Vec<(u32, u64)> {
    let mut left = ONE / 2;
    let mut primes = primes.iter().skip(1).peekable();
    let odd = (3..=root).step_by(2).map(|divisor| {
        let share = left;
        if primes.next_if(|prime| **prime == divisor).is_some() {
            left = without(left, divisor);
        }
        (divisor, share)
    });
    odd.collect()
}

/// The odd primes, and the share of numbers that each of them divides.
fn by_primes(primes: &[u32]) -> Vec<(u32, u64)> {
    let mut left = ONE / 2;
    let odd = primes.iter().skip(1).map(|&prime| {
        let share = left;
        left = without(left, prime);
        (prime, share)
    });
    odd.collect()
}

/// The primes that are crossed out one by one, and the share of numbers that each of them crosses out.
fn by_crossing_out(primes: &[u32]) -> Vec<(u32, u64)> {
    let wheel = |prime: u32| ONE * 8 / 30 / u64::from(prime);
    primes
        .iter()
        .filter(|prime| **prime > LARGEST_LAID)
        .map(|&prime| (prime, wheel(prime)))
        .collect()
}
