//! What is asked of the owner of names and inboxes, and what that owner asks to be done.

use crate::chat::wire::{Message, Position, ServerMessage};
use crate::chat::{ChannelInput, Effect, Farewell, SessionId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked. The [`Gate`](crate::chat::Gate) makes them and has checked names, ids and texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleInput {
    /// See [`ClientMessage::Hello`](crate::chat::wire::ClientMessage::Hello).
    Hello {
        /// Whose connection.
        session: SessionId,
        /// The name.
        name: Arc<str>,
        /// The secret.
        secret: Arc<str>,
        /// The session of the last connection.
        last: Option<SessionId>,
    },
    /// A connection is gone, whoever ended it; of one that never said hello, nothing follows.
    Gone {
        /// Which one.
        session: SessionId,
        /// Why the server cut it, if it did.
        cut: Option<Farewell>,
    },
    /// See [`ClientMessage::Private`](crate::chat::wire::ClientMessage::Private).
    Private {
        /// Whose connection.
        session: SessionId,
        /// The receiver's name.
        to: Arc<str>,
        /// The idempotency key.
        id: Arc<str>,
        /// The text.
        text: Arc<str>,
        /// The position in the sender's inbox at the first attempt.
        since: Option<Position>,
        /// When it had been read from the connection.
        received_us: u64,
    },
    /// Something about the inbox of the session's own person.
    Inbox {
        /// Whose connection.
        session: SessionId,
        /// What: to join, leave, page, or say what has arrived.
        input: ChannelInput,
    },
}

/// That a name is somebody's. JSON or any other format will do for storing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The name, as it was used first.
    pub name: Arc<str>,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// When the person was seen last, in milliseconds since 1970; an hour more or less.
    pub seen_ms: u64,
}

/// What is to be done, strictly in order, from one queue: see [`Effect`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleEffect {
    /// Make this durable in place of the claim of that name, if there is one. Nothing behind it is
    /// performed earlier. An inbox that is new has the epoch that [`People::recover`] was given; store
    /// it.
    ///
    /// [`People::recover`]: crate::chat::People::recover
    Claim(Claim),
    /// Delete the claim of this name and the inbox, durably together with the [`PeopleEffect::Claim`]
    /// that follows: whoever takes the name next must not read what was meant for another.
    Forget(Arc<str>),
    /// Make these messages durable in one step, all or none, each in the inbox that
    /// [`Message::room`] says. Nothing behind it is performed earlier.
    Store(Vec<Arc<Message>>),
    /// Give this to one session, behind everything that it was given before.
    ToSession(SessionId, ServerMessage),
    /// Close a connection, behind everything that it was given before.
    Cut(SessionId, Farewell),
    /// Something for the inbox of this name: everyone is who has entered this inbox. Never
    /// [`Effect::Store`] and never [`Effect::WakeAt`].
    Inbox(Arc<str>, Effect),
}
