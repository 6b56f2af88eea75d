//! What passes between servers that have the same channels, and the log that keeps the order for all of them.
//!
//! With one server, a channel's one owner gives the numbers. With several, each has a follower of the
//! channel ([`Channel::follow`](super::Channel::follow)), and the numbers come from a **shared log**: it takes
//! [`Submission`]s one after the other, and publishes what it has numbered to all servers. A publication
//! may be lost, come twice or late: the number says what is missing, and the log has it.
//!
//! Who is there, and who types, is no part of the history: servers pass it on to each other ([`Passing`]),
//! best effort, and each keeps a register of its own people that expires with it.

mod order;

pub use order::SharedOrder;

use super::wire::{Message, Position};
use super::{Denial, SessionId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A server that shares its channels with others. Each start of a process has another one, so that what
/// a server said before it died is never taken for what it says now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerId(pub Arc<str>);

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A message that wants a number. The log answers each with [`Submission::answered`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose connection the answer is for.
    pub session: SessionId,
    /// The sender: with `id` the idempotency key.
    pub from: Arc<str>,
    /// The receiver of a private message, as the sender wrote the name: capitals may differ. None for a
    /// room. A private message is numbered in two inboxes in one step; a retry is known by the sender's.
    pub to: Option<Arc<str>>,
    /// The sender's id of it.
    pub id: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// The sender's position in the room, or in the own inbox, at the first attempt.
    pub since: Option<Position>,
    /// When it had been read from the connection: see [`Timing`](super::wire::Timing).
    pub received_us: u64,
}

impl Submission {
    /// The answer to it.
    pub fn answered(&self, outcome: Result<Placed, Denial>) -> Submitted {
        let Submission { session, to, id, received_us, .. } = self;
        let (session, to, id, received_us) = (*session, to.clone(), id.clone(), *received_us);
        Submitted { session, to, id, received_us, outcome }
    }
}

/// What the shared log has answered to a [`Submission`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Whose connection it is for.
    pub session: SessionId,
    /// The receiver of a private message.
    pub to: Option<Arc<str>>,
    /// The sender's id of it.
    pub id: Arc<str>,
    /// When it had been read from the connection.
    pub received_us: u64,
    /// Where it is in the log; or that it is not there, and why. If nobody knows whether it is, because the
    /// log went away meanwhile: [`Refusal::StoreFailed`](super::Refusal::StoreFailed) with a time to try
    /// again after. A retry with the same id is safe.
    pub outcome: Result<Placed, Denial>,
}

/// Where a message is in the log: for a private one, in the sender's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Placed {
    /// In which history.
    pub epoch: u64,
    /// Its number.
    pub seq: u64,
    /// When it was numbered, in milliseconds since 1970.
    pub at_ms: u64,
    /// Whether it had been there already.
    pub is_retry: bool,
}

/// What the shared log has of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bounds {
    /// Which history. A later one always has a higher epoch.
    pub epoch: u64,
    /// The number of its last message; 0 if there has never been one.
    pub head: u64,
    /// The oldest number that is kept; `head` + 1 if none is.
    pub oldest: u64,
}

/// A message as the shared log publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// In which history it has its number.
    pub epoch: u64,
    /// The message.
    pub message: Arc<Message>,
}

/// What a server tells the others about a channel, or about people. Nobody waits for it, and it may be
/// lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Passing {
    /// A person has come, who was not at this server. The server's register names the person from here on.
    Came {
        /// Who.
        name: Arc<str>,
        /// Which version of the register this makes: higher than all before it of this channel and server.
        version: u64,
    },
    /// A person has no connection to this server any more. The register no longer names the person.
    Went {
        /// Who.
        name: Arc<str>,
        /// Which version of the register this makes.
        version: u64,
    },
    /// Somebody is typing.
    Typing {
        /// Who.
        name: Arc<str>,
    },
    /// How far the people of this server have read, in place of what it said before.
    Received {
        /// Numbers in ascending order, and at how many of the people this one is the last that has arrived.
        counts: Vec<(u64, u32)>,
    },
    /// Private messages have arrived at their receiver, whose server says so.
    Arrived {
        /// The sender and the id of each.
        messages: Vec<(Arc<str>, Arc<str>)>,
    },
    /// Something that this version does not know.
    #[serde(other)]
    Unknown,
}
