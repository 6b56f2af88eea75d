//! The rules that a peer can break, each with the close code that it deserves.

use super::CloseCode;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A rule of RFC 6455 that the peer broke. Nothing after it can be understood: the connection has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecodeError {
    /// A reserved bit is set, and no extension that would use it was agreed on (section 5.2).
    #[error("reserved bits {bits:03b} are set, but no extension uses them")]
    ReservedBits {
        /// RSV1, RSV2 and RSV3, from the highest of three bits to the lowest.
        bits: u8,
    },
    /// Opcodes 3 to 7 and 11 to 15 have no meaning yet (section 5.2).
    #[error("opcode {opcode} is reserved")]
    ReservedOpcode {
        /// The opcode.
        opcode: u8,
    },
    /// A close, ping or pong says that more of it follows (section 5.5).
    #[error("a control frame must not be fragmented")]
    FragmentedControl,
    /// A continuation, but no message is under way (section 5.4).
    #[error("there is no message to continue")]
    NothingToContinue,
    /// A new message begins before the one under way has ended (section 5.4).
    #[error("the message under way must be finished first")]
    MessageUnfinished,
    /// A client's frame without a mask (section 5.1).
    #[error("a client must mask its frames")]
    Unmasked,
    /// A server's frame with a mask (section 5.1).
    #[error("a server must not mask its frames")]
    Masked,
    /// The payload of a control frame is longer than 125 bytes (section 5.5).
    #[error("a control frame must not carry more than 125 bytes")]
    LongControl,
    /// The length would have fitted into fewer bytes (section 5.2).
    #[error("{bytes} is not written in as few bytes as possible")]
    LengthNotMinimal {
        /// The length of the payload.
        bytes: u64,
    },
    /// The highest bit of a 64-bit length is set (section 5.2).
    #[error("the highest bit of a length must be 0")]
    LengthTooLong,
    /// The frame says that it is longer than we accept (section 10.4).
    #[error("a frame of {bytes} bytes exceeds the limit of {limit}")]
    FrameTooBig {
        /// The length of its payload, as it claims.
        bytes: u64,
        /// The most we accept.
        limit: u64,
    },
    /// The fragments of a message add up to more than we accept (section 10.4).
    #[error("a message of at least {bytes} bytes exceeds the limit of {limit}")]
    MessageTooBig {
        /// The length of all fragments so far, with the one that has just begun.
        bytes: u64,
        /// The most we accept.
        limit: u64,
    },
    /// Text that is not UTF-8 (section 8.1).
    #[error("the text is not UTF-8")]
    TextNotUtf8,
    /// The reason for a close is not UTF-8 (section 5.5.1).
    #[error("the reason is not UTF-8")]
    ReasonNotUtf8,
    /// The payload of a close is one byte, which is half a code (section 5.5.1).
    #[error("one byte is only half a close code")]
    HalfACloseCode,
    /// A close carries a code that must not be sent (section 7.4).
    #[error("close code {code} must not be sent")]
    ForbiddenCloseCode {
        /// The code.
        code: CloseCode,
    },
}

impl DecodeError {
    /// What to tell the peer: 1002 (protocol error), 1007 (not UTF-8) or 1009 (too big).
    pub const fn close_code(&self) -> CloseCode {
        match self {
            Self::TextNotUtf8 | Self::ReasonNotUtf8 => CloseCode::INVALID_PAYLOAD,
            Self::FrameTooBig { .. } | Self::MessageTooBig { .. } => CloseCode::TOO_BIG,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }

    /// Where RFC 6455 has the rule.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::ReservedBits { .. }
            | Self::ReservedOpcode { .. }
            | Self::LengthNotMinimal { .. }
            | Self::LengthTooLong => "5.2",
            Self::FragmentedControl | Self::LongControl => "5.5",
            Self::NothingToContinue | Self::MessageUnfinished => "5.4",
            Self::Unmasked | Self::Masked => "5.1",
            Self::FrameTooBig { .. } | Self::MessageTooBig { .. } => "10.4",
            Self::TextNotUtf8 => "8.1",
            Self::ReasonNotUtf8 | Self::HalfACloseCode => "5.5.1",
            Self::ForbiddenCloseCode { .. } => "7.4",
        }
    }
}
