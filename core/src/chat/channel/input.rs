//! What a channel is asked, and what it is recovered from.

use crate::chat::wire::{Message, Position};
use crate::chat::{Bounds, Passing, Published, ServerId, SessionId, Submitted};
use std::sync::Arc;

/// What a channel is asked. The [`Gate`](crate::chat::Gate) makes them and has checked names, ids and texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelInput {
    /// See [`ClientMessage::Join`](crate::chat::wire::ClientMessage::Join).
    Join {
        /// Whose connection.
        session: SessionId,
        /// The person's name, as it was welcomed.
        name: Arc<str>,
        /// What it has read already.
        after: Option<Position>,
    },
    /// The session leaves, or is gone; one that is not in the channel may leave too.
    Leave {
        /// Whose connection.
        session: SessionId,
    },
    /// See [`ClientMessage::Send`](crate::chat::wire::ClientMessage::Send).
    Send {
        /// Whose connection.
        session: SessionId,
        /// The idempotency key.
        id: Arc<str>,
        /// The text.
        text: Arc<str>,
        /// The position at the first attempt.
        since: Option<Position>,
        /// When it had been read from the connection, for [`Timing::received_us`](crate::chat::wire::Timing).
        received_us: u64,
    },
    /// See [`ClientMessage::Typing`](crate::chat::wire::ClientMessage::Typing).
    Typing {
        /// Whose connection.
        session: SessionId,
    },
    /// See [`ClientMessage::History`](crate::chat::wire::ClientMessage::History).
    History {
        /// Whose connection.
        session: SessionId,
        /// The messages wanted are those right before this number.
        before: u64,
        /// At most so many.
        limit: u32,
    },
    /// See [`ClientMessage::Received`](crate::chat::wire::ClientMessage::Received).
    Received {
        /// Whose connection.
        session: SessionId,
        /// The number of the last message.
        seq: u64,
    },
    /// The shared log has answered a submission. This and all below is for a channel that follows; one that
    /// keeps its own order takes no notice.
    Submitted(Submitted),
    /// The shared log has this message: from a publication or from a refill, in any order, any number of
    /// times.
    Published(Published),
    /// The refill that was asked for is through; what the log has now.
    Refilled(Bounds),
    /// What the log has now, read after the answer to the last such reading was handed in, and after
    /// whatever was still published on a connection that has been lost: told every few seconds, and when that
    /// connection is back. That is how a lost publication shows behind which nothing comes.
    Head(Bounds),
    /// Another server has told something. Never this one.
    Elsewhere {
        /// Which one.
        server: ServerId,
        /// What.
        passing: Passing,
    },
    /// Everybody who is at another server, from its register: in place of what was known, unless something
    /// newer is.
    Present {
        /// Which one.
        server: ServerId,
        /// The version of its register.
        version: u64,
        /// Who is there.
        people: Vec<Arc<str>>,
    },
    /// Another server has no register: it has stopped, or has died. To be told also of a server that has no
    /// register but of which something was heard since the last such reading.
    ServerGone {
        /// Which one.
        server: ServerId,
    },
}

/// What the store has of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Which history: a number that no other store, lost or not, has used for this channel. The time at
    /// which the channel was stored first will do, in milliseconds since 1970. Below 2⁵³.
    pub epoch: u64,
    /// The number of the last message ever stored; 0 if there is none. A trimmed store must still know.
    pub head: u64,
    /// The oldest number that is stored; at most `head` + 1.
    pub oldest: u64,
    /// The last messages, in order: as many as [`Settings::window_messages`](crate::chat::Settings). Fewer are allowed, but a
    /// retry is recognised only by what is here.
    pub recent: Vec<Arc<Message>>,
}
