//! What can be set up and done in the lab.

use super::super::{CloseCode, Limits, Role};
use super::Mistake;
use crate::sim::Span;
use serde::{Deserialize, Serialize};

/// The longest text of an action, in bytes.
pub const MOST_TEXT_BYTES: usize = 4_000;
/// The longest message of bytes of an action, and the highest limit of the receivers.
pub const MOST_BINARY_BYTES: u32 = 70_000;
/// The most bytes that an action puts on the wire as they are.
pub const MOST_RAW_BYTES: usize = 4_000;
const MOST_MS: u32 = 10_000;
/// What Ethernet leaves of a packet for TCP's payload.
const MOST_CHUNK_BYTES: u32 = 1_460;

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// How long a byte is on the wire, in milliseconds.
    pub latency_ms: u32,
    /// The most bytes of a segment, 1 to 1,460: what is written is cut into such pieces.
    pub chunk_bytes: u32,
    /// How long after each other segments arrive that were sent together, in milliseconds, at least 1.
    pub gap_ms: u32,
    /// The most bytes of a message that either side takes.
    pub limit_bytes: u32,
    /// How the handshake goes wrong, if it does.
    pub greeting: Greeting,
}

impl Default for Scenario {
    /// 800 ms a way, so that it can be seen; messages up to 66,000 bytes.
    fn default() -> Self {
        Scenario {
            latency_ms: 800,
            chunk_bytes: MOST_CHUNK_BYTES,
            gap_ms: 60,
            limit_bytes: 66_000,
            greeting: Greeting::Proper,
        }
    }
}

impl Scenario {
    /// The same within the limits of a run.
    pub fn clamped(&self) -> Self {
        Scenario {
            latency_ms: self.latency_ms.min(MOST_MS),
            chunk_bytes: self.chunk_bytes.clamp(1, MOST_CHUNK_BYTES),
            gap_ms: self.gap_ms.clamp(1, MOST_MS),
            limit_bytes: self.limit_bytes.min(MOST_BINARY_BYTES),
            greeting: self.greeting,
        }
    }

    pub(super) fn limits(&self) -> Limits {
        let bytes = u64::from(self.limit_bytes);
        Limits { frame_bytes: bytes, message_bytes: bytes }
    }

    pub(super) fn latency(&self) -> Span {
        Span::from_ms(u64::from(self.latency_ms))
    }

    pub(super) fn gap(&self) -> Span {
        Span::from_ms(u64::from(self.gap_ms))
    }
}

/// How the client and the server open the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Greeting {
    /// As they should.
    #[default]
    Proper,
    /// The client's key is too short.
    ShortKey,
    /// The client asks for version 8.
    OldVersion,
    /// The client asks for no upgrade: an ordinary request.
    NoUpgrade,
    /// The server's answer is that to another key, such as a cache would give.
    StaleAnswer,
}

/// What a reader can do. Bytes beyond the limits of a run are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Send a text in one frame.
    SendText {
        /// Who.
        by: Role,
        /// What.
        text: String,
    },
    /// Send so many bytes in one frame.
    SendBinary {
        /// Who.
        by: Role,
        /// How many.
        bytes: u32,
    },
    /// Send a text in several frames at once.
    SendPieces {
        /// Who.
        by: Role,
        /// What. It is cut anywhere, also within a character.
        text: String,
        /// How many frames, at least 1.
        pieces: u32,
        /// Whether a ping goes between the first and the second.
        ping: bool,
    },
    /// Let the client send one frame of a text: the first begins it, the others continue it.
    SendFragment {
        /// This part.
        text: String,
        /// Whether the text ends with it.
        fin: bool,
    },
    /// Send a ping.
    Ping {
        /// Who.
        by: Role,
    },
    /// Send a close frame.
    Close {
        /// Who.
        by: Role,
        /// Why.
        code: CloseCode,
        /// In words.
        reason: String,
    },
    /// Break a rule.
    Misbehave {
        /// Who.
        by: Role,
        /// Which one.
        mistake: Mistake,
    },
    /// Put bytes on the wire as they are.
    SendBytes {
        /// Who.
        by: Role,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Flip a bit of a segment that is on its way.
    FlipBit {
        /// The segment's number.
        chunk: u64,
        /// Which bit, counted from the highest of the first byte, from 0.
        bit: u32,
    },
    /// Lose a segment that is on its way: TCP sends it again, and everything behind it waits.
    Lose {
        /// The segment's number.
        chunk: u64,
    },
    /// Cut the connection: no close frame, and what is on its way is lost.
    Cut,
    /// Open another connection, once this one has ended.
    Reconnect,
}
