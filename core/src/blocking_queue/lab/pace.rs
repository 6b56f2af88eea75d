//! How long work takes: a mean, and how the single times lie around it.

use super::action::MOST_MS;
use crate::sim::{Rng, Span};
use serde::{Deserialize, Serialize};

/// How long a worker takes for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// On average, in milliseconds: 1 to [`MOST_MS`].
    pub mean_ms: u32,
    /// How the times differ.
    pub spread: Spread,
}

/// How times lie around their mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// All the same.
    Steady,
    /// Evenly from half the mean to one and a half of it.
    Uniform,
    /// Exponentially: how long it will still take does not depend on how long it has taken. Arrivals of this kind are a
    /// Poisson process, the classical assumption of queueing theory.
    Memoryless,
}

impl Pace {
    /// Always the same time.
    pub const fn steady(mean_ms: u32) -> Self {
        Pace { mean_ms, spread: Spread::Steady }
    }

    /// From half the mean to one and a half of it.
    pub const fn uniform(mean_ms: u32) -> Self {
        Pace { mean_ms, spread: Spread::Uniform }
    }

    /// Exponentially distributed times.
    pub const fn memoryless(mean_ms: u32) -> Self {
        Pace { mean_ms, spread: Spread::Memoryless }
    }

    /// The nearest pace within the limits.
    pub(super) fn clamped(self) -> Self {
        Pace { mean_ms: self.mean_ms.clamp(1, MOST_MS), ..self }
    }

    /// A time for `items` items at once: at least a microsecond, so that time goes on.
    pub(super) fn draw(self, items: u16, rng: &mut Rng) -> Span {
        let mean = Span::from_ms(self.mean_ms.into()) * items.into();
        let drawn = match self.spread {
            Spread::Steady => mean,
            Spread::Uniform => rng.span(Span(mean.0 / 2), Span(mean.0 + mean.0 / 2)),
            Spread::Memoryless => exponential(mean, rng),
        };
        drawn.max(Span(1))
    }
}

/// An exponentially distributed time, by von Neumann's comparison of uniform numbers ("Various techniques used in
/// connection with random digits", 1951): no logarithm, whose last bit depends on the library.
///
/// Numbers are drawn as long as each is less than the one before. If an odd number of them were (the first counts), the
/// first is the fraction; otherwise the whole part grows by one and all begins anew.
fn exponential(mean: Span, rng: &mut Rng) -> Span {
    for whole in 0_u64.. {
        let first = rng.next_u64();
        let (mut last, mut falling) = (first, 1_u32);
        loop {
            let next = rng.next_u64();
            if next >= last {
                break;
            }
            (last, falling) = (next, falling + 1);
        }
        if falling % 2 == 1 {
            let fraction = (u128::from(mean.0) * u128::from(first)) >> u64::BITS;
            return mean * whole + Span(fraction as u64);
        }
    }
    unreachable!("a whole part that does not fit in 64 bits")
}
