//! A token bucket: so many a second in the long run, so many at once.

use super::{Denial, Rate, Refusal};
use crate::sim::Time;

/// A token is a million parts, so that a microsecond refills whole parts at any rate.
const TOKEN: u64 = 1_000_000;

/// A token bucket, in integers: refilled continuously, at most up to its burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// In millionths of a token.
    parts: u64,
    /// When `parts` was right.
    at: Time,
}

impl Bucket {
    /// A full bucket.
    pub fn full(rate: Rate, now: Time) -> Self {
        Bucket { parts: u64::from(rate.burst) * TOKEN, at: now }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`] with the time until there is one, if there is none.
    pub fn take(&mut self, rate: Rate, now: Time) -> Result<(), Denial> {
        // A microsecond brings `per_second` millionths.
        let refill = now.since(self.at).0.saturating_mul(u64::from(rate.per_second));
        let most = u64::from(rate.burst) * TOKEN;
        self.parts = self.parts.saturating_add(refill).min(most);
        self.at = self.at.max(now);
        if self.parts >= TOKEN {
            self.parts -= TOKEN;
            return Ok(());
        }
        let wait_us = (TOKEN - self.parts).div_ceil(u64::from(rate.per_second).max(1));
        let retry_after_ms = Some(wait_us.div_ceil(1_000).max(1));
        Err(Denial { reason: Refusal::RateLimited, retry_after_ms })
    }
}
