//! What a client has of one channel: messages without gaps, and how it gets there.

use crate::chat::wire::{Joined, Message, Position};
use crate::chat::{Refusal, Without};
use crate::sim::Time;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The most messages of a channel that are kept; older ones can be fetched again.
const MOST: usize = 5_000;

/// Whether a client hears a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Membership {
    /// Not now: the connection is down.
    Away,
    /// It has asked to.
    Joining {
        /// With which position.
        after: Option<Position>,
        /// When.
        at: Time,
        /// How often in a row.
        tries: u32,
    },
    /// It does.
    Joined,
    /// The server does not let it in, and why. It asks again at that time, if there is one.
    Refused(Refusal, Option<Time>),
}

/// What a client has of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Conversation {
    /// In the order in which they are shown; without gaps, unless that is switched off.
    pub(super) messages: VecDeque<Arc<Message>>,
    /// Everything up to here has been taken; none before the first `joined`.
    pub(super) position: Option<Position>,
    pub(super) membership: Membership,
    pub(super) has_older: bool,
    /// Up to which number older messages have been asked for, and when.
    pub(super) loading: Option<(u64, Time)>,
    pub(super) people: Vec<Arc<str>>,
    pub(super) count: u32,
    /// At how many people own messages have arrived, by number.
    pub(super) delivered: BTreeMap<u64, u32>,
    /// What the server has been told to have arrived, and when.
    pub(super) received: (u64, Time),
    /// The last message of somebody else.
    pub(super) last_foreign: u64,
    /// How many messages were taken, ever.
    pub(super) taken: u64,
    /// How many messages came a second time and were dropped.
    pub(super) doubles: u64,
    /// How often something was missing and was asked for.
    pub(super) gaps: u64,
    /// How often a position turned out to be of no use.
    pub(super) resets: u64,
}

impl Default for Conversation {
    fn default() -> Self {
        Conversation {
            messages: VecDeque::new(),
            position: None,
            membership: Membership::Away,
            has_older: false,
            loading: None,
            people: Vec::new(),
            count: 0,
            delivered: BTreeMap::new(),
            received: (0, Time::ZERO),
            last_foreign: 0,
            taken: 0,
            doubles: 0,
            gaps: 0,
            resets: 0,
        }
    }
}

/// What to do about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Verdict {
    /// It is the next one.
    Take,
    /// It is known already, or will come again.
    Drop,
    /// Something before it is missing.
    Missing,
}

impl Conversation {
    pub(super) fn judge(&self, message: &Message, without: Option<Without>) -> Verdict {
        if without == Some(Without::SequenceNumbers) {
            return Verdict::Take;
        }
        if self.membership != Membership::Joined {
            return Verdict::Drop;
        }
        let position = self.position.map_or(0, |it| it.seq);
        match message.seq.checked_sub(position + 1) {
            None => Verdict::Drop,
            Some(0) => Verdict::Take,
            Some(_) => Verdict::Missing,
        }
    }

    /// Takes a message as the next one.
    pub(super) fn push(&mut self, message: Arc<Message>, epoch: u64) {
        // Without sequence numbers it may be an old one.
        let seq = message.seq.max(self.position.map_or(0, |it| it.seq));
        self.position = Some(Position { epoch, seq });
        self.taken += 1;
        self.messages.push_back(message);
        if self.messages.len() > MOST {
            self.messages.pop_front();
            self.has_older = true;
        }
    }

    /// Forgets everything in favour of the newest page.
    pub(super) fn reset(&mut self, joined: &Joined) {
        self.messages.clear();
        self.delivered.clear();
        self.loading = None;
        self.has_older = joined.has_older;
        self.last_foreign = 0;
        self.received = (0, self.received.1);
        self.position = None;
    }

    /// Puts older messages in front, if they belong there.
    pub(super) fn prepend(&mut self, before: u64, messages: Vec<Arc<Message>>, more: bool) {
        if self.loading.is_none_or(|(it, _)| it != before) {
            return;
        }
        self.loading = None;
        let first = self.messages.front().map(|it| it.seq);
        let fits = first == Some(before) && messages.last().is_none_or(|it| it.seq + 1 == before);
        if fits {
            self.has_older = more;
            for message in messages.into_iter().rev() {
                self.messages.push_front(message);
            }
        }
    }

    /// Whether a message of this id, by this person, is shown.
    pub(super) fn has(&self, from: &str, id: &str) -> bool {
        self.messages.iter().rev().any(|it| *it.from == *from && *it.id == *id)
    }

    /// The connection is gone.
    pub(super) fn disconnected(&mut self) {
        self.membership = Membership::Away;
        self.loading = None;
        self.people.clear();
        self.count = 0;
        self.received = (0, Time::ZERO);
    }
}
