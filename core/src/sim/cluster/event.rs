//! What happens in a cluster.

use crate::sim::{Durability, Machine, NodeId, Time};
use serde::{Deserialize, Serialize};

/// A message under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight<Message> {
    /// The number of the message among all copies ever sent.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// What it says.
    pub message: Message,
    /// When it left.
    pub sent_at: Time,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    /// The network lost it by chance.
    Chance,
    /// The link is cut.
    Partition,
    /// The receiver is down.
    ReceiverDown,
    /// Somebody took it off the wire.
    Dropped,
}

/// What happened in a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "snake_case",
    bound(
        serialize = "M::Message: Serialize, M::Record: Serialize, M::Timer: Serialize, \
                     M::Event: Serialize",
        deserialize = "M::Message: Deserialize<'de>, M::Record: Deserialize<'de>, \
                       M::Timer: Deserialize<'de>, M::Event: Deserialize<'de>"
    )
)]
pub enum ClusterEvent<M: Machine> {
    /// A node booted from its log.
    Started(NodeId),
    /// A node died; the records that were not durable are gone.
    Crashed {
        /// Which node.
        node: NodeId,
        /// How many records it lost.
        lost_records: usize,
    },
    /// A copy of a message left.
    Sent(Flight<M::Message>),
    /// A message arrived.
    Delivered(Flight<M::Message>),
    /// A message did not arrive.
    Lost(Flight<M::Message>, LossReason),
    /// A record was written to the log.
    Appended {
        /// By whom.
        node: NodeId,
        /// The record.
        record: M::Record,
        /// Whether the node waits until it is durable.
        durability: Durability,
    },
    /// All records so far are durable, or so the disk says.
    Forced(NodeId),
    /// A timer fired.
    Fired(NodeId, M::Timer),
    /// A machine told the world something.
    Reported(NodeId, M::Event),
    /// A command reached a node that is down.
    Refused(NodeId),
}
