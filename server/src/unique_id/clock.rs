//! The clock of the ID service: the system's, set off on purpose where somebody wants to see what happens then.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use playground_core::unique_id::snowflake::Clock;

/// The system's clock, off by so much.
#[derive(Debug)]
pub(super) struct ServiceClock {
    offset_ms: AtomicI64,
}

impl ServiceClock {
    pub(super) fn new(offset_ms: i64) -> Self {
        Self { offset_ms: AtomicI64::new(offset_ms) }
    }

    /// By how many milliseconds it is ahead of the system's.
    pub(super) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    pub(super) fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }
}

impl Clock for ServiceClock {
    fn unix_ms(&self) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        ms.saturating_add_signed(self.offset_ms())
    }
}
