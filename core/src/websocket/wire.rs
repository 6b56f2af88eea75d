//! What the page and the server tell each other about connections that are watched, as JSON.
//!
//! - `/ws/tap` tells of every byte of another connection of the same page: [`TapMessage`]. The page opens
//!   the tap, reads its id, and opens `/ws/echo?tap=<id>`; it then sees that connection's HTTP handshake and
//!   every frame of both directions, which JavaScript never does.
//! - `/ws/raw` opens a TCP connection to the server's own echo endpoint, and to nothing else. Binary messages
//!   are bytes, written and read as they are; text messages are [`RawRequest`] to the server and
//!   [`RawMessage`] from it. The page sends the HTTP handshake itself.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Which way bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Direction {
    /// The other one.
    pub const fn reverse(self) -> Self {
        match self {
            Direction::ToServer => Direction::ToClient,
            Direction::ToClient => Direction::ToServer,
        }
    }
}

/// What the tap tells. Times are microseconds since the connection that is watched was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TapMessage {
    /// The first message: which id a connection must name to be watched here.
    Ready {
        /// Random, and good for one connection.
        id: String,
    },
    /// A connection that named the id was accepted.
    Opened {
        /// When, always 0.
        at_us: u64,
    },
    /// Bytes went by.
    Bytes {
        /// Which way.
        direction: Direction,
        /// When the server read or wrote them.
        at_us: u64,
        /// The bytes, in base64.
        #[serde(with = "in_base64")]
        bytes: Vec<u8>,
    },
    /// Bytes went by that are not told, since this tap was read too slowly.
    LeftOut {
        /// Which way.
        direction: Direction,
        /// When the first of them did.
        at_us: u64,
        /// How many.
        bytes: u64,
    },
    /// The connection ended. After this, a new id is told for the next one.
    Ended {
        /// When.
        at_us: u64,
    },
}

/// What the page asks of `/ws/raw` in a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RawRequest {
    /// End the TCP connection, if there is one, and open another.
    Reconnect,
}

/// What `/ws/raw` tells in a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RawMessage {
    /// A fresh TCP connection is open; the first bytes are the page's.
    Connected,
    /// That connection has ended.
    Ended {
        /// How.
        how: RawEnd,
    },
}

/// How a TCP connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawEnd {
    /// The other side finished sending.
    Eof,
    /// The other side reset it.
    Reset,
    /// It was open for too long.
    Timeout,
    /// It carried more than it may.
    Limit,
}

/// Bytes as a string in JSON.
mod in_base64 {
    use super::*;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}
