//! How fast a worker works.

use serde::{Deserialize, Serialize};

/// So many items at once, and then a rest that makes up for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// How long an item takes, in microseconds: to be made, or to be worked on. 0 is as fast as it goes.
    pub period_us: u32,
    /// How many items come at once, at least 1.
    pub burst: u32,
}

impl Pace {
    /// As fast as it goes.
    pub const FLAT_OUT: Pace = Pace { period_us: 0, burst: 1 };

    /// So many items a second, one at a time; flat out for 0.
    pub const fn per_second(items: u32) -> Self {
        match 1_000_000_u32.checked_div(items) {
            Some(period_us) => Pace { period_us, burst: 1 },
            None => Pace::FLAT_OUT,
        }
    }

    /// How long the rest after a burst is, in microseconds.
    pub(super) fn rest_us(self) -> u64 {
        u64::from(self.period_us) * u64::from(self.burst.max(1))
    }
}
