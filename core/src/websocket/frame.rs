//! Frames, and how they are written (RFC 6455, section 5.2).
//!
//! ```text
//!  0 1 2 3  4 5 6 7   0  1 2 3 4 5 6 7
//! ┌─┬─┬─┬─┬────────┐ ┌─┬──────────────┐ ┌─ ─ ─ ─ ─ ─ ─ ─ ┐ ┌─ ─ ─ ─ ─ ─ ┐ ┌─────────┐
//! │F│R│R│R│ opcode │ │M│    length    │   0, 2 or 8 bytes     0 or 4 bytes   │ payload │
//! │I│S│S│S│        │ │A│ ≤ 125, 126 or│ │  of length, if   │ │ of mask, if │ │         │
//! │N│V│V│V│        │ │S│ 127          │    126 or 127          M is set      │         │
//! └─┴─┴─┴─┴────────┘ └─┴──────────────┘ └─ ─ ─ ─ ─ ─ ─ ─ ┘ └─ ─ ─ ─ ─ ─ ┘ └─────────┘
//! ```

use super::mask;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// Who we are. A client masks its frames and a server does not; each insists that the other does its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Opened the connection.
    Client,
    /// Accepted it.
    Server,
}

impl Role {
    /// Who is at the other end.
    pub const fn peer(self) -> Self {
        match self {
            Role::Client => Role::Server,
            Role::Server => Role::Client,
        }
    }
}

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opcode {
    /// The message under way goes on.
    Continuation,
    /// A message of UTF-8 text begins.
    Text,
    /// A message of bytes begins.
    Binary,
    /// The sender sends nothing more.
    Close,
    /// The receiver is to answer with a pong.
    Ping,
    /// The answer to a ping, or a sign of life.
    Pong,
}

impl Opcode {
    /// Every opcode that has a meaning, by its number.
    pub const ALL: [Opcode; 6] = [
        Opcode::Continuation,
        Opcode::Text,
        Opcode::Binary,
        Opcode::Close,
        Opcode::Ping,
        Opcode::Pong,
    ];

    /// The number on the wire, from 0 to 15.
    pub const fn number(self) -> u8 {
        match self {
            Opcode::Continuation => 0,
            Opcode::Text => 1,
            Opcode::Binary => 2,
            Opcode::Close => 8,
            Opcode::Ping => 9,
            Opcode::Pong => 10,
        }
    }

    /// The opcode of this number; none if the number is reserved.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => return None,
        })
    }

    /// Whether it is a close, ping or pong: short, never in fragments, and allowed between those of a message.
    pub const fn is_control(self) -> bool {
        self.number() >= 8
    }
}

/// A frame whose payload is in the clear and lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Whether the message ends with this frame.
    pub fin: bool,
    /// What it is for.
    pub opcode: Opcode,
    /// The key with which the payload is masked on the wire; none if it is not.
    pub mask: Option<[u8; 4]>,
    /// What it carries, not masked.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// Writes the frame behind what is in `out` already.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let header = encode_header(self.fin, self.opcode, self.mask, self.payload.len() as u64);
        out.reserve(header.len() + self.payload.len());
        out.extend_from_slice(&header);
        let begin = out.len();
        out.extend_from_slice(self.payload);
        if let Some(key) = self.mask {
            mask(key, 0, &mut out[begin..]);
        }
    }
}

/// The bytes before a payload, at most 14, on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderBytes {
    bytes: [u8; 14],
    length: u8,
}

impl Deref for HeaderBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The bytes that stand before a payload of `payload_bytes` bytes, with its length in as few bytes as possible.
///
/// A server that sends one payload to many clients writes these once and then the payload as it is. The
/// highest bit of a length must be 0; lengths beyond are not refused here, since no payload is as long.
pub const fn encode_header(
    fin: bool,
    opcode: Opcode,
    mask: Option<[u8; 4]>,
    payload_bytes: u64,
) -> HeaderBytes {
    let mut bytes = [0; 14];
    bytes[0] = (fin as u8) << 7 | opcode.number();
    let mut length = match payload_bytes {
        0..=125 => {
            bytes[1] = payload_bytes as u8;
            2
        }
        126..=0xffff => {
            bytes[1] = 126;
            [bytes[2], bytes[3]] = (payload_bytes as u16).to_be_bytes();
            4
        }
        _ => {
            bytes[1] = 127;
            let long = payload_bytes.to_be_bytes();
            let mut index = 0;
            while index < 8 {
                bytes[2 + index] = long[index];
                index += 1;
            }
            10
        }
    };
    if let Some(key) = mask {
        bytes[1] |= 0x80;
        let mut index = 0;
        while index < 4 {
            bytes[length + index] = key[index];
            index += 1;
        }
        length += 4;
    }
    HeaderBytes { bytes, length: length as u8 }
}
