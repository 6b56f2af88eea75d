//! What a channel asks its owner to do, in order, and the words for it.

#[cfg(doc)]
use super::wire::Run;
use super::wire::{Ack, Joined, Message, ServerMessage};
use super::{Farewell, Passing, Submission};
use crate::sim::Time;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A connection, as the server numbers them. A number is not used twice while the server runs, nor by any
/// two servers that share their channels. Below 2⁵³.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub u64);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// What time it is: both clocks come with every input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    /// Since the server started; never goes back. For rates and time-outs.
    pub now: Time,
    /// Milliseconds since 1970, for people to read. May jump.
    pub unix_ms: u64,
}

/// What is to be done for a channel, strictly in order.
///
/// The owner keeps one queue of effects a channel (one for all inboxes) and may go on handling inputs
/// while the head of the queue waits for the disk: that is what makes group commit possible. What comes
/// behind a [`Effect::Store`] must not be performed before that is durable. Then everything that
/// anybody was told is in the store, and a restart forgets nothing that was told.
///
/// If storing fails, drop the channel with its queue, cut its members with
/// [`Farewell::StoreFailed`], and recover it from the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make this message durable, as number `seq` of the channel. Nothing behind it is performed
    /// earlier.
    Store(Arc<Message>),
    /// Give this to every session that has entered and not left: one value, so encode it once. It is
    /// `messages`, `presence`, `people` or `typing`. Messages come one by one; [`Run::join`] those that
    /// are given together.
    ToEveryone(ServerMessage),
    /// Give this to one session, behind everything that it was given before.
    ToSession(SessionId, ServerMessage),
    /// Tell the sender that the message is stored. The owner knows when: it fills in
    /// [`Timing::stored_us`](super::wire::Timing) and `fanned_out_us`, and sends it as
    /// [`ServerMessage::Ack`].
    Ack(SessionId, Ack),
    /// Give this to the session, and from here on what goes to everyone. It has seen everything up to
    /// [`Joined::head`].
    Enter(SessionId, Joined),
    /// From here on, what goes to everyone does not go to this session.
    Exit(SessionId),
    /// Answer from the store: read the messages and give the session [`Read::answer`] of them.
    Read(SessionId, Read),
    /// Forget the messages before this number. Needs not be durable, and may be put off.
    Trim {
        /// The oldest number that is kept.
        keep_from: u64,
    },
    /// Call [`Channel::tick`](super::Channel::tick) at this time or soon after. A later one replaces it.
    WakeAt(Time),
    /// Close a connection.
    Cut(SessionId, Farewell),
    /// Hand this to the shared log; its answer comes back as
    /// [`ChannelInput::Submitted`](super::ChannelInput). Only of a channel that follows, as all below.
    Submit(Submission),
    /// Read the shared log behind this number: each message is a
    /// [`ChannelInput::Published`](super::ChannelInput), in order, and then there is one
    /// [`ChannelInput::Refilled`](super::ChannelInput). Answers come in the order of
    /// asking. If the log cannot be read, there is none; the channel asks again after the next
    /// [`ChannelInput::Head`](super::ChannelInput).
    Refill {
        /// The last number that is here.
        after: u64,
    },
    /// Tell the other servers, best effort; presence also by this server's register.
    Tell(Passing),
    /// The history in the shared log is another one than that which members have seen: cut everybody with
    /// [`Farewell::StoreFailed`], drop the channel, and open it anew for whoever comes. Nothing follows.
    Lost,
}

/// A question to the store about older messages than the channel keeps in memory.
///
/// Ask for the messages of the channel with numbers from `from` to `to`, both included, in order, and
/// stop when there are enough: at most `limit` messages and about `bytes` bytes of texts, at least one
/// message. Stop at the *end* of what is read in one go: resuming reads forwards from `from`, history
/// backwards from `to`; see [`Read::is_backwards`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The first number.
    pub from: u64,
    /// The last number.
    pub to: u64,
    /// At most so many messages.
    pub limit: usize,
    /// At most about so many bytes of texts and names; one message is always allowed.
    pub bytes: u64,
    /// What it is for.
    pub(super) purpose: Purpose,
}

/// What is read for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A part of what a reader has missed.
    Resume { room: Arc<str>, epoch: u64, head: u64 },
    /// A page of history.
    History { room: Arc<str>, before: u64, oldest: u64 },
}

impl Read {
    /// Whether it wants the last messages of the range if not all of them fit, instead of the first.
    pub fn is_backwards(&self) -> bool {
        matches!(self.purpose, Purpose::History { .. })
    }

    /// The answer, from the messages that were read: in ascending order.
    ///
    /// If the store has trimmed them meanwhile, so that none is left or the first is not the one asked
    /// for, the answer to a resume is honest: the reader asks again, and is told.
    pub fn answer(self, messages: Vec<Arc<Message>>) -> ServerMessage {
        match self.purpose {
            Purpose::Resume { room, epoch, head } => {
                let recovered = messages.first().is_some_and(|first| first.seq == self.from);
                let messages = if recovered { messages } else { Vec::new() };
                ServerMessage::Joined(Joined {
                    room,
                    epoch,
                    head,
                    recovered,
                    more: true,
                    has_older: true,
                    messages,
                    people: Vec::new(),
                    count: 0,
                })
            }
            Purpose::History { room, before, oldest } => {
                let first = messages.first().map_or(0, |first| first.seq);
                ServerMessage::History { room, before, messages, more: first > oldest }
            }
        }
    }
}
