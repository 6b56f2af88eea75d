//! What is asked of the owner of names and inboxes, and what that owner asks to be done.

use crate::chat::wire::{Message, Position, ServerMessage};
use crate::chat::{
    ChannelInput, Denial, Effect, Farewell, Passing, Recovered, ServerId, SessionId,
};
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
    /// The answer to [`PeopleEffect::Register`]. This and all below is for people who follow a shared log;
    /// others take no notice.
    Registered {
        /// The name, as it was asked for.
        name: Arc<str>,
        /// The claim as it is kept, which may write the name otherwise, and the inbox; or why not:
        /// [`Refusal::NameTaken`](crate::chat::Refusal::NameTaken),
        /// [`Refusal::NoMorePeople`](crate::chat::Refusal::NoMorePeople), or
        /// [`Refusal::StoreFailed`](crate::chat::Refusal::StoreFailed) while the log is away.
        outcome: Result<(Claim, Recovered), Denial>,
    },
    /// News of an inbox that is open here, from the shared log: submitted, published, refilled, head. News
    /// of one that is not open are dropped.
    Log {
        /// The owner's name.
        name: Arc<str>,
        /// What.
        input: ChannelInput,
    },
    /// Another server has told something about people. Never this one.
    Elsewhere {
        /// Which one.
        server: ServerId,
        /// What.
        passing: Passing,
    },
    /// Everybody who is online at another server: see [`ChannelInput::Present`].
    Present {
        /// Which one.
        server: ServerId,
        /// The version of its register.
        version: u64,
        /// Who is online there.
        people: Vec<Arc<str>>,
    },
    /// Another server has no register: see [`ChannelInput::ServerGone`].
    ServerGone {
        /// Which one.
        server: ServerId,
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
    /// [`Effect::Store`], [`Effect::WakeAt`], [`Effect::Tell`] or [`Effect::Lost`].
    Inbox(Arc<str>, Effect),
    /// Have the shared log keep this claim, or learn whose the name is; if it is this one's, open the inbox.
    /// The answer comes back as [`PeopleInput::Registered`]. One at a time for a name. Only of people who
    /// follow, as all below.
    Register(Claim),
    /// Nobody of this name is at this server any more: close the inbox. Only of one that was opened; for the
    /// same name there may be another [`PeopleEffect::Register`] right behind it.
    Release(Arc<str>),
    /// Tell the other servers about people, best effort; presence also by this server's register.
    Tell(Passing),
}
