//! What the server and its node processes tell each other, beside the messages of the protocol.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use playground_core::sim::{ClusterEvent, Time};
use playground_core::two_phase_commit::wire::{Damage, InDoubt, NodeState, OrderReport};
use playground_core::two_phase_commit::{CrashPoint, Order, Place, TransactionId, TwoPhaseNode};
use serde::{Deserialize, Serialize};

/// The body of `POST /peers`: where the nodes are, as far as it has changed.
pub type Addresses = BTreeMap<Place, SocketAddr>;

/// The body of `POST /arm`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arm {
    /// When to die; none to live on.
    pub(crate) at: Option<CrashPoint>,
}

/// A line of the body of `POST /orders/stream`, server to coordinator.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Submission {
    /// The server's number of it.
    pub(crate) request: u64,
    /// What somebody wants.
    pub(crate) order: Order,
}

/// A line of the answer to `POST /orders/stream`: that an order has its id, how it ended, or that it
/// was not taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The server's number of it.
    pub(crate) request: u64,
    /// What became of it so far; none if the coordinator has not taken it, since it has too much to do.
    pub(crate) report: Option<OrderReport>,
}

/// The answer to `GET /state`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// How many events the process has had; those are all in here, and no others.
    pub(crate) events: u64,
    /// Coordinator: how many times it has started.
    pub(crate) epoch: Option<u32>,
    /// The process and what it holds.
    pub(crate) node: NodeState,
    /// What it is in doubt about.
    pub(crate) in_doubt: Vec<InDoubt>,
    /// The last orders that it can tell of, the oldest first: a coordinator all of its own, a participant those
    /// that it has decided alone.
    pub(crate) orders: Vec<OrderReport>,
    /// What operators have done against decisions.
    pub(crate) damage: Vec<(TransactionId, Damage)>,
}

/// The answer to `GET /orders/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Knowledge {
    /// What is known of the order; none if nothing is.
    pub(crate) report: Option<OrderReport>,
    /// Coordinator: how many times it has started.
    pub(crate) epoch: Option<u32>,
}

/// A line of the answer to `GET /events`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// Something happened.
    Event {
        /// How many events there have been, with this one.
        number: u64,
        /// When, in microseconds since the server started.
        at: Time,
        /// What.
        what: ClusterEvent<TwoPhaseNode>,
    },
    /// The log has grown, or a death was arranged.
    Log {
        /// Its length, in bytes.
        bytes: u64,
        /// How many fdatasync calls the process has made.
        forces: u64,
        /// When the process is going to die.
        armed: Option<CrashPoint>,
    },
    /// How many events there have been when the reader began to read: whoever knows of fewer has missed some.
    /// Comes behind those from the start of the process.
    Count(u64),
}
