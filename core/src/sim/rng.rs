//! Seeded randomness that is part of the state: cloning a state clones its future.
//!
//! The generator is xoshiro256++ (Blackman and Vigna, 2018) from `rand_xoshiro`, which promises that
//! its values stay. The draws on top are ours, because the ranges of `rand` may change their values
//! from release to release, and a shared link must replay for ever.

use super::Span;
use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A seeded random number generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The generator of this seed, the same on every platform.
    pub fn new(seed: u64) -> Self {
        Rng(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A generator of its own, so that drawing more in one part of a model moves nothing in another.
    pub fn fork(&mut self) -> Self {
        Rng::new(self.next_u64())
    }

    /// 64 uniform bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform number from 0 to `bound` − 1; 0 if `bound` is 0.
    ///
    /// Lemire's multiplication with rejection (arXiv 1805.10941): exactly uniform.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// A uniform span from `min` to `max`, both included; `min` if `max` is not longer.
    pub fn span(&mut self, min: Span, max: Span) -> Span {
        match max.0.checked_sub(min.0) {
            None | Some(0) => min,
            Some(u64::MAX) => Span(self.next_u64()),
            Some(width) => Span(min.0 + self.below(width + 1)),
        }
    }

    /// True with a probability of `ppm` millionths; 1,000,000 and more is always.
    pub fn chance(&mut self, ppm: u32) -> bool {
        // No draw for a certainty: a network without faults consumes no randomness.
        match ppm {
            0 => false,
            1_000_000.. => true,
            ppm => self.below(1_000_000) < u64::from(ppm),
        }
    }

    /// One of the items, uniformly; none of an empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }
}
