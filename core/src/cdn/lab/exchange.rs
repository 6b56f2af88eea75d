//! A reader's request, its way, and how it ended: plain data for the picture.

use super::super::caching::Freshness;
use super::wire::Node;
use crate::sim::Time;

/// A reader's request and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Its number.
    pub id: u64,
    /// Who.
    pub reader: u8,
    /// What.
    pub item: u16,
    /// When it was asked.
    pub asked_at: Time,
    /// When the first byte came.
    pub first_byte_at: Option<Time>,
    /// When the last byte came, or was given up, and how it ended.
    pub end: Option<(Time, Outcome)>,
    /// The same in microseconds of the Earth: to the first byte, and to the end.
    pub took_us: (Option<u64>, Option<u64>),
    /// Its way, in order.
    pub hops: Vec<(Time, Hop)>,
    /// The version it got.
    pub version: Option<u32>,
}

/// A station on a request's way.
#[derive(Clone, Debug, PartialEq)]
pub enum Hop {
    /// A message left.
    Sent {
        /// Its number.
        flight: u64,
        /// From whom.
        from: Node,
        /// To whom.
        to: Node,
        /// Its head, as it is on the wire.
        head: Head,
    },
    /// A cache looked, and this is what it found.
    Looked {
        /// Which cache.
        at: Node,
        /// What it found.
        found: Found,
        /// How old its copy is and how long it is fresh, with every term, if it has one.
        freshness: Option<Freshness>,
    },
    /// A cache stored a copy.
    Stored {
        /// Which cache.
        at: Node,
    },
    /// A cache does not store the answer.
    NotStored {
        /// Which cache.
        at: Node,
        /// Why not.
        why: String,
    },
    /// Something failed.
    Failed {
        /// Whose request.
        caller: Node,
        /// To whom.
        callee: Node,
        /// How: a reset, or no answer for too long.
        why: &'static str,
    },
}

/// The head of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The request line or the status line; empty for what is not HTTP.
    pub line: String,
    /// The fields, in order.
    pub fields: Vec<(String, String)>,
}

/// What a cache found when it looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A fresh copy.
    Hit,
    /// A stale copy that may be served while it is validated.
    Stale,
    /// A copy that has to be validated first.
    MustValidate,
    /// Nothing.
    Miss,
    /// Nothing, but a fetch under way to join.
    Joined,
    /// Lately this could not be shared: everybody asks alone.
    Pass,
}

/// Out of what a cache answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Served {
    /// A fresh copy.
    Hit,
    /// A stale copy, validated meanwhile.
    StaleWhileRevalidate,
    /// A stale copy, since the origin fails.
    StaleIfError,
    /// A copy that was just validated.
    Revalidated,
    /// A fetch that another request had begun.
    Joined,
    /// A fetch of its own.
    Miss,
    /// A fetch of its own that nobody may share.
    Pass,
    /// Nothing: 502 or 504.
    Error,
}

impl Served {
    /// Whether the cache did not have to ask anybody first.
    pub fn is_hit(self) -> bool {
        matches!(self, Served::Hit | Served::StaleWhileRevalidate)
    }
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a whole answer, out of what its edge answered.
    Answered(Served),
    /// With an answer that says that something failed: its status.
    Failed(u16),
    /// With half an answer.
    Cut,
    /// The reader lost patience, or found no edge.
    GivenUp,
}
