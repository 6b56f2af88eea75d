//! Real time in the core's units.

use std::time::{Duration, Instant, SystemTime};

use playground_core::sim::{NodeId, Time};

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
    pub fn since(epoch: SystemTime) -> Self {
        let offset = SystemTime::now().duration_since(epoch).unwrap_or_default();
        Clock { started: Instant::now(), offset }
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
    pub(super) fn first_flight(&self, node: NodeId) -> u64 {
        u64::from(node.0) << 48 | (self.now().0 & ((1 << 48) - 1))
    }
}
