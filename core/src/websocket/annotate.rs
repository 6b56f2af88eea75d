//! Bytes explained: which bits are which field, what they say, and which of them breaks a rule.
//!
//! A [`Watcher`] is fed with what one side sends, as it goes by, and cuts it into [`Piece`]s: the head of the
//! handshake, then frames. Unlike the [`Decoder`](super::Decoder), it goes on after a broken rule: whoever
//! flips a bit wants to see what the bytes look like now.

mod field;
mod handshake;
mod layout;
mod watcher;

pub use field::{Field, FieldKind};
pub use watcher::Watcher;

use super::DecodeError;
use super::handshake::HandshakeError;
use std::sync::Arc;

/// A head or a frame, whole or as far as it has arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Where its first byte is in everything that this side has sent over the connection, from 0.
    pub offset: u64,
    /// The bytes on the wire.
    pub bytes: Arc<[u8]>,
    /// The payload of a frame without its mask; empty for a head.
    pub clear: Arc<[u8]>,
    /// What the bits mean: every bit belongs to one field, in order.
    pub fields: Arc<[Field]>,
    /// What it is.
    pub what: What,
    /// The first rule that it breaks.
    pub error: Option<Broken>,
    /// Whether all its bytes are there.
    pub is_whole: bool,
    /// Whether the receiver does not look at it, because of a close frame or a broken rule before.
    pub is_ignored: bool,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// The client's HTTP request.
    Request,
    /// The server's HTTP response.
    Response,
    /// A frame of whose first bytes something is missing.
    Begun,
    /// A frame.
    Frame(FrameOutline),
}

/// What the first bytes of a frame say, be it allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameOutline {
    /// Whether the message ends with it.
    pub fin: bool,
    /// The number of its opcode, perhaps a reserved one.
    pub opcode: u8,
    /// The masking key, if it is masked.
    pub mask: Option<[u8; 4]>,
    /// How many bytes stand before the payload.
    pub header_bytes: usize,
    /// How many bytes of payload it claims to have.
    pub payload_bytes: u64,
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// One of those for frames.
    Frame(DecodeError),
    /// One of those for the request.
    Handshake(HandshakeError),
}

impl Piece {
    /// The field to which a bit belongs; bits are counted from the highest of the first byte, from 0.
    pub fn field_at(&self, bit: usize) -> Option<&Field> {
        let after = self.fields.partition_point(|field| field.bits.end <= bit);
        self.fields.get(after).filter(|field| field.bits.contains(&bit))
    }

    /// What its first bytes say, if it is a frame.
    pub fn outline(&self) -> Option<FrameOutline> {
        match self.what {
            What::Frame(outline) => Some(outline),
            _ => None,
        }
    }
}
