//! Who talks to whom, and what about.

use super::super::lease::{Holder, Lease, LeaseRefusal};
use crate::sim::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// The registry of worker numbers.
    Registry,
    /// A worker, by its place in the list.
    Worker(u8),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Registry => f.write_str("registry"),
            Node::Worker(worker) => write!(f, "worker {worker}"),
        }
    }
}

/// What a worker and the registry tell each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A worker wants a number.
    Acquire {
        /// Which start of which worker.
        holder: Holder,
        /// What its clock shows, in milliseconds since 1970.
        clock_ms: u64,
    },
    /// A worker wants to keep its number.
    Renew {
        /// Which start of which worker.
        holder: Holder,
        /// What it holds.
        lease: Lease,
        /// What its clock shows.
        clock_ms: u64,
    },
    /// A worker gives its number back.
    Release {
        /// The number.
        number: u16,
        /// The epoch of its lease.
        epoch: u64,
        /// The latest stamp that it has handed out with it.
        last_ms: Option<u64>,
    },
    /// The registry grants or extends a lease.
    Granted(Lease),
    /// The registry refuses.
    Refused(LeaseRefusal),
}

/// A message under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) from: Node,
    pub(super) to: Node,
    /// The worker's call that it belongs to.
    pub(super) call: u64,
    pub(super) message: Message,
    pub(super) sent_at: Time,
    pub(super) arrives_at: Time,
}
