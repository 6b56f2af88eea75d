//! Every rule of RFC 6455 that a frame can break, as bytes that break it.

use super::super::{CloseCode, Frame, Opcode, Role, close_payload, encode_header};
use serde::{Deserialize, Serialize};

/// A rule to break. The mask, where one is due, is right except in the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// A client that does not mask, or a server that does.
    WrongMasking,
    /// A reserved bit.
    ReservedBit,
    /// A reserved opcode.
    ReservedOpcode,
    /// A ping that says that more of it follows.
    FragmentedPing,
    /// A ping of 126 bytes.
    LongPing,
    /// A continuation of nothing.
    LoneContinuation,
    /// A message that begins within another.
    UnfinishedMessage,
    /// A length of 5 written in 16 bits.
    PaddedLength,
    /// A length with the highest bit set.
    HugeLength,
    /// A frame that claims a gibibyte.
    Gibibyte,
    /// Text that is not UTF-8.
    InvalidText,
    /// A close with half a code.
    HalfACode,
    /// A close with code 1005, which is never sent.
    ForbiddenCode,
    /// A close whose reason is not UTF-8.
    InvalidReason,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 14] = [
        Mistake::WrongMasking,
        Mistake::ReservedBit,
        Mistake::ReservedOpcode,
        Mistake::FragmentedPing,
        Mistake::LongPing,
        Mistake::LoneContinuation,
        Mistake::UnfinishedMessage,
        Mistake::PaddedLength,
        Mistake::HugeLength,
        Mistake::Gibibyte,
        Mistake::InvalidText,
        Mistake::HalfACode,
        Mistake::ForbiddenCode,
        Mistake::InvalidReason,
    ];

    /// The close code that it deserves.
    pub const fn close_code(self) -> CloseCode {
        match self {
            Mistake::Gibibyte => CloseCode::TOO_BIG,
            Mistake::InvalidText | Mistake::InvalidReason => CloseCode::INVALID_PAYLOAD,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }

    /// Bytes that break the rule, if the sender is `by` and no message is under way. `key` is used where a
    /// mask is due.
    pub fn bytes(self, by: Role, key: [u8; 4]) -> Vec<u8> {
        let mask = (by == Role::Client).then_some(key);
        let frame = |fin, opcode, payload: &[u8]| {
            let mut out = Vec::new();
            Frame { fin, opcode, mask, payload }.encode(&mut out);
            out
        };
        let text = frame(true, Opcode::Text, b"Hello");
        match self {
            Mistake::WrongMasking => {
                let mask = if mask.is_none() { Some(key) } else { None };
                let mut out = Vec::new();
                Frame { fin: true, opcode: Opcode::Text, mask, payload: b"Hello" }.encode(&mut out);
                out
            }
            Mistake::ReservedBit => with_first(text, 0xc1),
            Mistake::ReservedOpcode => with_first(text, 0x83),
            Mistake::FragmentedPing => frame(false, Opcode::Ping, b"Hello"),
            Mistake::LongPing => frame(true, Opcode::Ping, &[b'.'; 126]),
            Mistake::LoneContinuation => frame(true, Opcode::Continuation, b"Hello"),
            Mistake::UnfinishedMessage => [frame(false, Opcode::Text, b"Hel"), text].concat(),
            Mistake::PaddedLength => {
                let (head, rest) = text.split_at(2);
                [&[head[0], head[1] & 0x80 | 126, 0, 5], rest].concat()
            }
            Mistake::HugeLength => encode_header(true, Opcode::Binary, mask, u64::MAX).to_vec(),
            Mistake::Gibibyte => {
                let header = encode_header(true, Opcode::Binary, mask, 1 << 30);
                [&header[..], &[0; 16]].concat()
            }
            Mistake::InvalidText => frame(true, Opcode::Text, b"Hell\xffo"),
            Mistake::HalfACode => frame(true, Opcode::Close, &[3]),
            Mistake::ForbiddenCode => {
                frame(true, Opcode::Close, &close_payload(CloseCode::NO_STATUS, "bye"))
            }
            Mistake::InvalidReason => {
                let code = CloseCode::NORMAL.0.to_be_bytes();
                frame(true, Opcode::Close, &[&code[..], b"by\xffe"].concat())
            }
        }
    }
}

fn with_first(mut frame: Vec<u8>, first: u8) -> Vec<u8> {
    frame[0] = first;
    frame
}
