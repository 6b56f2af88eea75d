//! Who talks to whom, and what is under way between them.

use super::exchange::Served;
use super::stamp::Stamp;
use crate::sim::Time;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Somebody on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A reader, by number in [`Scenario::readers`](super::Scenario::readers).
    Reader(u8),
    /// A cache server: the city's number in [`Scenario::edges`](super::Scenario::edges), and the server's in it.
    Edge(u8, u8),
    /// The cache that stands between the edges and the origin.
    Shield,
    /// Where everything comes from.
    Origin,
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Reader(reader) => write!(f, "reader {reader}"),
            Node::Edge(edge, shard) => write!(f, "edge {edge}.{shard}"),
            Node::Shield => f.write_str("shield"),
            Node::Origin => f.write_str("origin"),
        }
    }
}

/// A request for an item, with its real header fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ask {
    pub(super) item: u16,
    pub(super) headers: HeaderMap,
}

/// A response, with its real header fields, and in place of a body what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) item: u16,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The bytes of its body; 0 if there is none.
    pub(super) bytes: u64,
    /// Where the content comes from; none if a cache made the answer up, as a 504.
    pub(super) stamp: Option<Stamp>,
    /// Out of what the last cache on its way answered; none from the origin.
    pub(super) served: Option<Served>,
}

/// What is under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// A step of opening a connection: SYN, SYN-ACK, ClientHello, ServerHello, from 0 on.
    Handshake(u8),
    Ask(Ask),
    Answer(Answer),
    /// The connection is broken, or nobody listens.
    Reset,
    /// Forget an item, or everything.
    Purge(u32),
    /// That is done.
    Purged(u32),
}

/// A message on its way. A body has a length: its head arrives before its tail.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flight {
    pub(super) from: Node,
    pub(super) to: Node,
    /// The call that it belongs to; 0 for purges.
    pub(super) call: u64,
    pub(super) message: Message,
    pub(super) sent_at: Time,
    pub(super) head_at: Time,
    pub(super) tail_at: Time,
    /// The flight that brings the bytes which this one passes on.
    pub(super) source: Option<u64>,
    /// The click in whose course it goes.
    pub(super) exchange: Option<u64>,
    /// Whether its head has arrived.
    pub(super) has_arrived: bool,
    /// Whether its sender died before it had sent everything.
    pub(super) is_cut: bool,
}

/// A request whose answer somebody waits for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) caller: Node,
    pub(super) callee: Node,
    pub(super) purpose: Purpose,
}

/// On whose behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A reader's request.
    Exchange(u64),
    /// A cache's fetch.
    Fetch(u64),
}
