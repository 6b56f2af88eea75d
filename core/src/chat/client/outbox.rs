//! What has been said and is not known to be stored: kept until it is, in the order of saying.
//!
//! Of each channel one message at a time is under way. So they are stored in the order in which they
//! were said, even if one of them is refused for a while, or the network loses or doubles them.

use crate::chat::wire::{ClientMessage, Position};
use crate::chat::{Refusal, names};
use crate::sim::Time;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A message on its way to being stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outgoing {
    /// The idempotency key.
    pub id: Arc<str>,
    /// The thread.
    pub thread: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// The position in the channel when it was sent for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Position>,
    /// Why the server does not take it, if it does not: it is not sent again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// When it was sent on this connection; none if it has not been.
    #[serde(skip)]
    pub sent_at: Option<Time>,
    /// How often it has been sent on this connection.
    #[serde(skip)]
    pub(super) tries: u32,
    /// Not to be sent earlier, because the server asked for it.
    #[serde(skip)]
    pub(super) not_before: Time,
    /// Its number, once it is acknowledged and has not yet come back as a message.
    #[serde(skip)]
    pub stored: Option<u64>,
}

impl Outgoing {
    pub(super) fn new(id: Arc<str>, thread: Arc<str>, text: Arc<str>) -> Self {
        Outgoing {
            id,
            thread,
            text,
            since: None,
            refused: None,
            sent_at: None,
            tries: 0,
            not_before: Time::ZERO,
            stored: None,
        }
    }

    /// Whether it has yet to be stored.
    pub(super) fn is_open(&self) -> bool {
        self.stored.is_none() && self.refused.is_none()
    }

    /// The channel it will be stored in, as its author sees it.
    pub(super) fn channel(&self, inbox: &Arc<str>) -> Arc<str> {
        match names::owner_of(&self.thread) {
            Some(_) => inbox.clone(),
            None => self.thread.clone(),
        }
    }

    pub(super) fn message(&self) -> ClientMessage {
        let (id, text, since) = (self.id.clone(), self.text.clone(), self.since);
        match names::owner_of(&self.thread) {
            Some(to) => ClientMessage::Private { to: to.into(), id, text, since },
            None => ClientMessage::Send { room: self.thread.clone(), id, text, since },
        }
    }

    /// The connection is gone, and with it whatever was under way.
    pub(super) fn disconnected(&mut self) {
        self.sent_at = None;
        self.tries = 0;
    }
}
