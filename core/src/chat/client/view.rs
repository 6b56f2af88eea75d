//! What is drawn of a client: plain data.

use super::conversation::Conversation;
use super::{Client, Membership};
use crate::chat::wire::Position;
use crate::chat::{Refusal, names};
use std::sync::Arc;

/// How far a message of one's own has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tick {
    /// The server does not take it.
    Refused(Refusal),
    /// It is in the outbox.
    Waiting,
    /// It is under way.
    Sent,
    /// The server has it, durably.
    Stored,
    /// It has arrived at so many other people.
    Delivered(u32),
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in its channel, once it is stored and has come.
    pub seq: Option<u64>,
    /// The sender's id of it: with `from` a key for drawing.
    pub id: Arc<str>,
    /// The sender.
    pub from: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// When it was stored, in milliseconds since 1970.
    pub at_ms: Option<u64>,
    /// How far it has come; none of somebody else's.
    pub tick: Option<Tick>,
}

/// A thread as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadView {
    /// A room's name, or `@` and a person's.
    pub thread: Arc<str>,
    /// Its channel: the room, or one's own inbox.
    pub channel: Arc<str>,
    /// The messages, and behind them what is in the outbox.
    pub lines: Vec<Line>,
    /// Whether it is heard.
    pub membership: Membership,
    /// What the client has of the channel.
    pub position: Option<Position>,
    /// How many messages of others have not been seen.
    pub unread: u32,
    /// The first of them, where a line is drawn; stays while one looks at the thread.
    pub first_unread: Option<u64>,
    /// Whether older messages can be fetched.
    pub has_older: bool,
    /// Whether they are being fetched.
    pub is_loading: bool,
    /// Who is there; in a private thread the other person, if online.
    pub people: Vec<Arc<str>>,
    /// How many people are there; may be more than are named.
    pub count: u32,
    /// Who is typing.
    pub typing: Vec<Arc<str>>,
    /// What is in the text field.
    pub draft: Arc<str>,
    /// How many messages came a second time and were dropped.
    pub doubles: u64,
    /// How often something was missing and was asked for.
    pub gaps: u64,
    /// How often a position was of no use, so that messages may have been missed.
    pub resets: u64,
}

impl Client {
    /// The rooms that are joined or to be joined, then everybody with whom there are private messages,
    /// each in the order of names.
    pub fn threads(&self) -> Vec<Arc<str>> {
        let mut rooms: Vec<Arc<str>> = self.conversations.keys().cloned().collect();
        rooms.retain(|it| names::owner_of(it).is_none());
        let private = self.readings.keys().chain(self.outbox.iter().map(|it| &it.thread));
        // The thread with oneself is there only if one has written to oneself.
        let own = names::inbox_of(&self.name);
        let has_notes = self.messages(&own).any(|it| it.to.as_ref() == Some(&it.from))
            || self.outbox.iter().any(|it| it.thread == own);
        let is_shown = |it: &&Arc<str>| names::owner_of(it).is_some() && (has_notes || **it != own);
        let private = private.filter(is_shown);
        let private: std::collections::BTreeSet<_> = private.cloned().collect();
        rooms.into_iter().chain(private).collect()
    }

    /// A thread to be drawn; an empty one, if there is nothing.
    pub fn view(&self, thread: &str) -> ThreadView {
        let channel = self.channel_of(thread);
        let none = Conversation::default();
        let conversation = self.conversations.get(&channel).unwrap_or(&none);
        let other = names::owner_of(thread);
        let belongs = |it: &crate::chat::wire::Message| *self.thread_of(it) == *thread;
        let messages = conversation.messages.iter().filter(|it| other.is_none() || belongs(it));
        let mut lines: Vec<Line> = messages.map(|it| self.line(it, conversation)).collect();
        let outbox = self.outbox.iter().filter(|it| *it.thread == *thread);
        lines.extend(outbox.map(|it| Line {
            seq: None,
            id: it.id.clone(),
            from: self.name.clone(),
            text: it.text.clone(),
            at_ms: None,
            tick: Some(match (it.refused, it.stored, it.sent_at) {
                (Some(reason), _, _) => Tick::Refused(reason),
                (_, Some(_), _) => Tick::Stored,
                (_, _, Some(_)) => Tick::Sent,
                _ => Tick::Waiting,
            }),
        }));
        let people = conversation.people.iter();
        let people = people.filter(|it| other.is_none_or(|other| ***it == *other));
        let people: Vec<Arc<str>> = people.cloned().collect();
        let reading = self.readings.get(thread);
        ThreadView {
            thread: thread.into(),
            lines,
            membership: conversation.membership,
            position: conversation.position,
            unread: reading.map_or(0, |it| it.unread),
            first_unread: reading.and_then(|it| it.first_unread),
            has_older: conversation.has_older,
            is_loading: conversation.loading.is_some(),
            count: if other.is_some() { people.len() as u32 } else { conversation.count },
            people,
            typing: reading.map_or(Vec::new(), |it| it.typing.keys().cloned().collect()),
            draft: self.drafts.get(thread).cloned().unwrap_or_default(),
            doubles: conversation.doubles,
            gaps: conversation.gaps,
            resets: conversation.resets,
            channel,
        }
    }

    fn line(&self, message: &crate::chat::wire::Message, conversation: &Conversation) -> Line {
        let tick = match conversation.delivered.get(&message.seq) {
            Some(by) => Tick::Delivered(*by),
            None => Tick::Stored,
        };
        Line {
            seq: Some(message.seq),
            id: message.id.clone(),
            from: message.from.clone(),
            text: message.text.clone(),
            at_ms: Some(message.at_ms),
            tick: (message.from == self.name).then_some(tick),
        }
    }

    /// How many messages have not been seen, in all threads.
    pub fn unread(&self) -> u32 {
        self.readings.values().map(|it| it.unread).sum()
    }
}

/// How often what has happened in a channel, for whoever watches a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::chat) struct Counts {
    pub(in crate::chat) taken: u64,
    pub(in crate::chat) doubles: u64,
    pub(in crate::chat) gaps: u64,
}

impl Client {
    pub(in crate::chat) fn counts(&self, channel: &str) -> Counts {
        let counts =
            |it: &Conversation| Counts { taken: it.taken, doubles: it.doubles, gaps: it.gaps };
        self.conversations.get(channel).map(counts).unwrap_or_default()
    }
}
