//! Why a request was not granted: typed, so that a client can branch.

use super::wire::{Request, ServerMessage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use thiserror::Error;

/// Why a request was not granted. On the wire it is its name in snake case.
///
/// A newer server may have reasons that this client does not know: they arrive as
/// [`Refusal::Unknown`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Error,
)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It was no JSON, or a field is missing or of the wrong type.
    #[error("this is not a message of the protocol")]
    Malformed,
    /// The server does not know this type of message.
    #[error("the server does not know this type of message")]
    UnknownType,
    /// The server speaks another version of the protocol.
    #[error("the server speaks another version of the protocol")]
    Version,
    /// Everything but `hello` comes after `hello`.
    #[error("say hello first")]
    HelloFirst,
    /// A connection is one person's for its whole life.
    #[error("this connection belongs to somebody else")]
    SaidHello,
    /// See [`Limits::name_chars`](super::Limits::name_chars).
    #[error("a name has 1 to 32 visible characters, none of them @ or # at the start")]
    BadName,
    /// Somebody else, with another secret, has this name.
    #[error("the name is taken")]
    NameTaken,
    /// See [`Limits::secret_chars`](super::Limits::secret_chars).
    #[error("a secret has 16 to 128 characters")]
    BadSecret,
    /// See [`Limits::name_chars`](super::Limits::name_chars).
    #[error("a room has a name like a person's")]
    BadRoom,
    /// See [`Limits::id_chars`](super::Limits::id_chars).
    #[error("a message's id has 1 to 64 visible ASCII characters")]
    BadId,
    /// There is nothing to send.
    #[error("the text is empty")]
    EmptyText,
    /// See [`Limits::text_chars`](super::Limits::text_chars).
    #[error("the text is too long")]
    TextTooLong,
    /// See [`Limits::rooms_a_session`](super::Limits::rooms_a_session).
    #[error("this tab is in as many rooms as it may be")]
    TooManyRooms,
    /// See [`Limits::rooms`](super::Limits::rooms): no new ones are opened.
    #[error("there are as many rooms as there may be")]
    NoMoreRooms,
    /// See [`Limits::members`](super::Limits::members).
    #[error("the room is full")]
    RoomFull,
    /// See [`Limits::sessions_a_person`](super::Limits::sessions_a_person).
    #[error("this person has as many tabs open as it may")]
    TooManySessions,
    /// See [`Limits::people`](super::Limits::people): everybody known is online.
    #[error("there are as many people as there may be")]
    NoMorePeople,
    /// Only members may do that.
    #[error("join the room first")]
    NotJoined,
    /// An inbox is open to its owner only.
    #[error("this is somebody else's inbox")]
    Forbidden,
    /// Nobody has that name.
    #[error("nobody has that name")]
    NoSuchPerson,
    /// More messages than [`Limits::messages`](super::Limits::messages) allows: try again after
    /// `retry_after_ms`.
    #[error("too many messages at once")]
    RateLimited,
    /// A retry that comes so late that nobody can tell any more whether the first attempt was
    /// stored: send it under a new id if it is missing.
    #[error("this comes too late to know whether it has been sent before")]
    TooLate,
    /// The history cannot be written at the moment, for instance because the disk is full: try again after
    /// `retry_after_ms`.
    #[error("the history cannot be written at the moment")]
    StoreFailed,
    /// A reason that this version of the protocol does not know.
    #[error("the server says no, for a reason unknown here")]
    #[serde(other)]
    Unknown,
}

/// A refusal, and when to try again where that can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Why.
    pub reason: Refusal,
    /// In how many milliseconds the same request may be granted; none if it never will be as it is.
    pub retry_after_ms: Option<u64>,
}

impl From<Refusal> for Denial {
    fn from(reason: Refusal) -> Self {
        Denial { reason, retry_after_ms: None }
    }
}

impl Denial {
    /// What the client is told.
    pub fn of(
        self,
        request: Request,
        room: Option<Arc<str>>,
        id: Option<Arc<str>>,
    ) -> ServerMessage {
        let Denial { reason, retry_after_ms } = self;
        ServerMessage::Refused { request, room, id, reason, retry_after_ms }
    }
}
