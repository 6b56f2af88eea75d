//! What an edge has done, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use playground_core::cdn::wire::EdgeStats;

use super::edge::Edge;

/// Counters of one edge; what each counts is said in [`EdgeStats`].
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) requests: AtomicU64,
    pub(super) hits: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) misses: AtomicU64,
    pub(super) joined: AtomicU64,
    pub(super) revalidated: AtomicU64,
    pub(super) passed: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) origin_requests: AtomicU64,
    pub(super) bytes_served: AtomicU64,
    pub(super) bytes_fetched: AtomicU64,
}

impl Edge {
    /// What it has done, and what it has.
    pub(super) fn stats(&self) -> EdgeStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        let (entries, stored_bytes) = self.index.totals();
        EdgeStats {
            name: self.name.clone(),
            requests: read(&counts.requests),
            hits: read(&counts.hits),
            stale: read(&counts.stale),
            misses: read(&counts.misses),
            joined: read(&counts.joined),
            revalidated: read(&counts.revalidated),
            passed: read(&counts.passed),
            failed: read(&counts.failed),
            origin_requests: read(&counts.origin_requests),
            bytes_served: read(&counts.bytes_served),
            bytes_fetched: read(&counts.bytes_fetched),
            entries,
            stored_bytes,
            memory_bytes: self.chunks.memory_used(),
            memory_capacity: self.chunks.memory_capacity(),
            disk_capacity: self.chunks.disk_capacity(),
        }
    }
}
