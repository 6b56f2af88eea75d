//! Real time in the core's units.

use std::time::{Duration, Instant, SystemTime};

use playground_core::sim::{NodeId, Time};

/// How often the two clocks of the system are read to find a moment at which they were read together.
const READINGS: usize = 8;

/// Tells the time in microseconds since an epoch that several processes share. It never goes back while a
/// process lives, even when the system's clock is set.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    /// How long after the epoch.
    offset: Duration,
}

impl Clock {
    /// A clock that counts from `epoch`; from now if that is in the future.
    ///
    /// The nodes' clocks are drawn in one picture, so the two readings that make one must lie close together: a
    /// process that is paused between them would be late for as long as it lives.
    pub fn since(epoch: SystemTime) -> Self {
        let reading = || {
            let before = Instant::now();
            let offset = SystemTime::now().duration_since(epoch).unwrap_or_default();
            let took = before.elapsed();
            (took, Clock { started: before + took / 2, offset })
        };
        let mut closest = reading();
        for _ in 1..READINGS {
            closest = std::cmp::min_by_key(closest, reading(), |(took, _)| *took);
        }
        closest.1
    }

    /// The time.
    pub fn now(&self) -> Time {
        let since_epoch = self.offset + self.started.elapsed();
        Time(u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX))
    }

    /// When the runtime's clock shows this time; at once for the past, in a year at most.
    pub(super) fn instant(&self, time: Time) -> tokio::time::Instant {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        let since_start = Duration::from_micros(time.0).saturating_sub(self.offset);
        tokio::time::Instant::from_std(
            self.started + since_start.min(YEAR + self.started.elapsed()),
        )
    }

    /// Where a node begins to number its messages: no other node and none of its former lives has used these
    /// numbers, since a node sends less than one message in a microsecond. Lasts for nine years from the epoch.
    pub(crate) fn first_flight(&self, node: NodeId) -> u64 {
        u64::from(node.0) << 48 | (self.now().0 & ((1 << 48) - 1))
    }
}
