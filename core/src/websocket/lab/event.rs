//! What happens in the lab.

use super::super::annotate::What;
use super::super::handshake::{HandshakeError, ResponseError};
use super::super::{CloseCode, DecodeError, Opcode, Role};
use super::Mistake;

/// What happens in the lab. Who did it is `by`, who noticed it is `at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The client opened a TCP connection.
    Connected {
        /// Which one of the run, from 1.
        connection: u32,
    },
    /// A head or a frame was written, whole or up to where a mistake leaves it.
    Sent {
        /// Who.
        by: Role,
        /// What.
        what: What,
    },
    /// A segment arrived.
    Arrived {
        /// Where.
        at: Role,
        /// Its number.
        chunk: u64,
        /// How many bytes.
        bytes: u32,
    },
    /// The server took the request.
    RequestAccepted {
        /// The client's key.
        key: String,
        /// The answer to it.
        accept: String,
    },
    /// The server refused the request.
    RequestRefused {
        /// Why.
        error: HandshakeError,
    },
    /// The server has waited long enough for the request, and ends the connection.
    PatienceLost,
    /// The client took the response: both sides may send.
    Opened,
    /// The client refused the response.
    ResponseRefused {
        /// Why.
        error: ResponseError,
    },
    /// A message, ping or pong was read.
    Received {
        /// By whom.
        at: Role,
        /// Text, binary, ping or pong.
        opcode: Opcode,
        /// How many bytes.
        bytes: u32,
    },
    /// A close frame was read.
    CloseReceived {
        /// By whom.
        at: Role,
        /// Its code, if it has one.
        code: Option<CloseCode>,
        /// Its reason.
        reason: String,
    },
    /// A broken rule was noticed, and told.
    Failed {
        /// By whom.
        at: Role,
        /// Which one.
        error: DecodeError,
        /// With which code it is told.
        code: CloseCode,
    },
    /// A rule was broken on purpose.
    Misbehaved {
        /// Who.
        by: Role,
        /// Which one.
        mistake: Mistake,
    },
    /// A bit was flipped on its way.
    Flipped {
        /// The segment's number.
        chunk: u64,
        /// Which bit of it.
        bit: u32,
    },
    /// A segment was lost, and is sent again.
    Lost {
        /// The segment's number.
        chunk: u64,
    },
    /// The TCP connection has ended.
    Ended {
        /// How.
        ending: Ending,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// How a TCP connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// After close frames both ways.
    Clean,
    /// After a handshake that failed.
    NoHandshake,
    /// After a broken rule.
    AfterFailure,
    /// In the middle: whoever asks is told code 1006.
    Cut,
}
