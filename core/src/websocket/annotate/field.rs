//! A field of a frame or of a head: a run of bits with a name, a value and a rule.

use super::super::handshake::Purpose;
use super::super::{DecodeError, Opcode};
use std::ops::Range;

/// A run of bits with a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is for.
    pub kind: FieldKind,
    /// Which bits, counted from the highest of the piece's first byte, from 0.
    pub bits: Range<usize>,
    /// What it says: `1`, `text`, `65536`, `37 fa 21 3d`, the value of a header.
    pub value: String,
    /// Whether it breaks the rule.
    pub is_broken: bool,
}

impl Field {
    /// The bytes in which its bits are.
    pub fn bytes(&self) -> Range<usize> {
        self.bits.start / 8..self.bits.end.div_ceil(8)
    }
}

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// The message ends with this frame.
    Fin,
    /// Reserved for extensions; their number, 1 to 3.
    Reserved(u8),
    /// What the frame is for.
    Opcode,
    /// The payload is masked.
    Masked,
    /// The length of the payload, or where to find it.
    Length,
    /// The length, if seven bits are not enough.
    LongLength,
    /// The masking key.
    MaskingKey,
    /// What the frame carries.
    Payload,
    /// Why a connection is closed.
    CloseCode,
    /// The same in words.
    CloseReason,
    /// A line of the HTTP head, with its end.
    Line(Purpose),
}

impl FieldKind {
    /// What RFC 6455 calls it.
    pub const fn name(self) -> &'static str {
        match self {
            FieldKind::Fin => "FIN",
            FieldKind::Reserved(1) => "RSV1",
            FieldKind::Reserved(2) => "RSV2",
            FieldKind::Reserved(_) => "RSV3",
            FieldKind::Opcode => "opcode",
            FieldKind::Masked => "MASK",
            FieldKind::Length => "payload length",
            FieldKind::LongLength => "extended payload length",
            FieldKind::MaskingKey => "masking key",
            FieldKind::Payload => "payload",
            FieldKind::CloseCode => "status code",
            FieldKind::CloseReason => "reason",
            FieldKind::Line(purpose) => purpose.name(),
        }
    }

    /// The rule that it must keep, in a sentence.
    pub const fn rule(self) -> &'static str {
        match self {
            FieldKind::Fin => {
                "1 in the last frame of a message, 0 if more of it follows; a control frame is never cut."
            }
            FieldKind::Reserved(_) => {
                "0 unless both sides have agreed on an extension that uses it."
            }
            FieldKind::Opcode => {
                "0 continues a message, 1 begins text, 2 begins bytes; 8 closes, 9 pings, 10 answers a ping; \
                 the others are reserved."
            }
            FieldKind::Masked => "1 in every frame from a client, 0 in every frame from a server.",
            FieldKind::Length => {
                "Up to 125 the length itself; 126 says that it follows in 2 bytes, 127 in 8. At most 125 in a \
                 control frame."
            }
            FieldKind::LongLength => {
                "The length, highest byte first, in as few bytes as possible; its highest bit is 0."
            }
            FieldKind::MaskingKey => "4 bytes that nobody can predict, others for every frame.",
            FieldKind::Payload => {
                "Byte i of a masked payload is byte i of the content XOR byte i mod 4 of the key. Text is UTF-8."
            }
            FieldKind::CloseCode => {
                "1000 to 4999, except those that are only reported and never sent."
            }
            FieldKind::CloseReason => "UTF-8, at most 123 bytes.",
            FieldKind::Line(purpose) => purpose.rule(),
        }
    }

    /// The section of RFC 6455 that has it.
    pub const fn section(self) -> &'static str {
        match self {
            FieldKind::MaskingKey | FieldKind::Masked => "5.3",
            FieldKind::CloseCode => "7.4",
            FieldKind::CloseReason => "5.5.1",
            FieldKind::Line(Purpose::StatusLine | Purpose::Accept) => "4.2.2",
            FieldKind::Line(_) => "4.1",
            _ => "5.2",
        }
    }

    /// Whether this field is the one that breaks a rule.
    pub(super) fn breaks(self, error: &DecodeError, has_long_length: bool) -> bool {
        match error {
            DecodeError::ReservedBits { bits } => {
                matches!(self, FieldKind::Reserved(number) if bits >> (3 - number) & 1 == 1)
            }
            DecodeError::ReservedOpcode { .. }
            | DecodeError::NothingToContinue
            | DecodeError::MessageUnfinished => self == FieldKind::Opcode,
            DecodeError::FragmentedControl => self == FieldKind::Fin,
            DecodeError::Unmasked | DecodeError::Masked => self == FieldKind::Masked,
            DecodeError::LongControl => self == FieldKind::Length,
            DecodeError::LengthNotMinimal { .. } | DecodeError::LengthTooLong => {
                self == FieldKind::LongLength
            }
            DecodeError::FrameTooBig { .. } | DecodeError::MessageTooBig { .. } => {
                self == if has_long_length { FieldKind::LongLength } else { FieldKind::Length }
            }
            DecodeError::TextNotUtf8 => self == FieldKind::Payload,
            DecodeError::ReasonNotUtf8 => self == FieldKind::CloseReason,
            DecodeError::HalfACloseCode | DecodeError::ForbiddenCloseCode { .. } => {
                self == FieldKind::CloseCode
            }
        }
    }
}

/// What an opcode is called, with its number.
pub(super) fn opcode_name(number: u8) -> String {
    let name = match Opcode::from_number(number) {
        Some(Opcode::Continuation) => "continuation",
        Some(Opcode::Text) => "text",
        Some(Opcode::Binary) => "binary",
        Some(Opcode::Close) => "close",
        Some(Opcode::Ping) => "ping",
        Some(Opcode::Pong) => "pong",
        None => "reserved",
    };
    format!("{number}: {name}")
}
