//! The client: what a tab knows, and how it gets back to knowing it after whatever has happened.
//!
//! The page runs it on the live socket, the lab on a simulated network. It never shows a message twice
//! or out of order, and it never loses one that was typed: what is not known to be stored is in the
//! outbox, which its caller keeps over a reload ([`Client::saved`]).
//!
//! ```
//! use playground_core::chat::{Client, ClientInput, ClientOutput, Patience, Saved};
//! use playground_core::sim::{Rng, Time};
//!
//! let saved = Saved { name: "Ada".into(), secret: "0123456789abcdef".into(), ..Saved::default() };
//! let mut client = Client::new(saved, "t1".into(), Patience::REAL, None);
//! let mut todo = Vec::new();
//! client.handle(Time::ZERO, ClientInput::Join { room: "lobby".into() }, &mut todo);
//! client.handle(Time::ZERO, ClientInput::Reconnect, &mut todo);
//! assert!(todo.contains(&ClientOutput::Connect { attempt: 0, retry: playground_core::chat::Retry::Soon }));
//! ```

mod connection;
mod conversation;
mod hearing;
mod input;
mod outbox;
mod saved;
mod saying;
mod timers;
mod trace;
mod view;

pub use connection::Connection;
pub use conversation::Membership;
pub use input::{ClientInput, ClientOutput, Patience};
pub use outbox::Outgoing;
pub use saved::Saved;
pub use trace::Trace;
pub use view::{Line, ThreadView, Tick};

use super::wire::{ClientMessage, Message, Position, RoomInfo, ServerInfo, ServerMessage};
use super::{Farewell, Limits, Refusal, SessionId, Without, names};
use crate::sim::{Span, Time};
use conversation::Conversation;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How far a person has read a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Reading {
    /// Everything up to here has been seen; none before the first page.
    seen: Option<Position>,
    unread: u32,
    first_unread: Option<u64>,
    /// Who is typing, and since when.
    typing: BTreeMap<Arc<str>, Time>,
    /// When the server was told that this person types.
    typed_at: Option<Time>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    patience: Patience,
    without: Option<Without>,
    name: Arc<str>,
    secret: Arc<str>,
    /// What the ids of this tab begin with; another one after each reload.
    tab: Arc<str>,
    next_id: u64,
    connection: Connection,
    session: Option<SessionId>,
    limits: Option<Limits>,
    /// The server, as it has said in the last welcome.
    server: Option<ServerInfo>,
    /// Whether the log that the servers share is said to be away.
    is_bus_away: bool,
    /// Why the server refused the name.
    rejected: Option<Refusal>,
    /// How the last connection ended.
    farewell: Option<Farewell>,
    /// Why the server cut the last session, as it said afterwards.
    cut: Option<Farewell>,
    /// When the last sign of life came, and when one was asked for.
    heard_at: Time,
    probed_at: Option<Time>,
    conversations: BTreeMap<Arc<str>, Conversation>,
    readings: BTreeMap<Arc<str>, Reading>,
    outbox: Vec<Outgoing>,
    drafts: BTreeMap<Arc<str>, Arc<str>>,
    looking: Option<Arc<str>>,
    rooms: Vec<RoomInfo>,
    traces: VecDeque<Trace>,
    /// Since when something has been seen that is not saved: that is not worth a write a message.
    unsaved_since: Option<Time>,
    /// The tick that the caller has been asked for.
    wake_at: Option<Time>,
}

impl Client {
    /// A client that is not connected; say [`ClientInput::Reconnect`] to begin.
    ///
    /// `tab` is what the ids of its messages begin with: visible ASCII, at most 40 characters, and never
    /// the same twice, also not after a reload or in a duplicated tab. `without` is for the lab.
    pub fn new(saved: Saved, tab: Arc<str>, patience: Patience, without: Option<Without>) -> Self {
        let rooms = saved.rooms.into_iter().map(|room| (room, Conversation::default()));
        let seen = saved
            .seen
            .into_iter()
            .map(|(thread, seen)| (thread, Reading { seen: Some(seen), ..Reading::default() }));
        Client {
            patience,
            without,
            name: saved.name,
            secret: saved.secret,
            tab,
            next_id: 1,
            connection: Connection::Down { attempt: 0 },
            session: saved.session,
            limits: None,
            server: None,
            is_bus_away: false,
            rejected: None,
            farewell: None,
            cut: None,
            heard_at: Time::ZERO,
            probed_at: None,
            conversations: rooms.collect(),
            readings: seen.collect(),
            outbox: saved.outbox,
            drafts: saved.drafts,
            looking: None,
            rooms: Vec::new(),
            traces: VecDeque::new(),
            unsaved_since: None,
            wake_at: None,
        }
    }

    /// What survives a reload.
    pub fn saved(&self) -> Saved {
        let rooms = self.conversations.keys().filter(|it| names::owner_of(it).is_none());
        let seen = self.readings.iter().filter_map(|(thread, it)| Some((thread.clone(), it.seen?)));
        Saved {
            name: self.name.clone(),
            secret: self.secret.clone(),
            session: self.session,
            rooms: rooms.cloned().collect(),
            outbox: self.outbox.iter().filter(|it| it.stored.is_none()).cloned().collect(),
            drafts: self.drafts.clone(),
            seen: seen.collect(),
        }
    }

    /// The person's name; empty before there is one.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// How the connection is.
    pub fn connection(&self) -> Connection {
        self.connection
    }

    /// The session, since the first welcome: of the open connection, or of the last one.
    pub fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// What the server allows, since the first welcome.
    pub fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }

    /// The server of the open connection, or of the last one, if it has said its name.
    pub fn server(&self) -> Option<&ServerInfo> {
        self.server.as_ref()
    }

    /// Whether what is said reaches the log that the servers share: yes, unless the server of the open
    /// connection has said otherwise.
    pub fn bus_works(&self) -> bool {
        !self.is_bus_away
    }

    /// Why the server refused the name, until there is another one.
    pub fn rejected(&self) -> Option<Refusal> {
        self.rejected
    }

    /// How the last connection ended, until the next is welcomed.
    pub fn farewell(&self) -> Option<Farewell> {
        self.farewell
    }

    /// Why the server had cut the session before this one, as it said in its welcome.
    pub fn cut(&self) -> Option<Farewell> {
        self.cut
    }

    /// The thread that the person looks at.
    pub fn looks_at(&self) -> Option<&Arc<str>> {
        self.looking.as_ref()
    }

    /// The rooms that there are, as far as asked.
    pub fn rooms(&self) -> &[RoomInfo] {
        &self.rooms
    }

    /// What is unsent or unacknowledged, in the order in which it was said.
    pub fn outbox(&self) -> &[Outgoing] {
        &self.outbox
    }

    /// The way of the last own messages, the oldest first.
    pub fn traces(&self) -> impl DoubleEndedIterator<Item = &Trace> {
        self.traces.iter()
    }

    /// The channels that it hears or wants to hear: rooms, and the own inbox once welcomed.
    pub fn channels(&self) -> impl Iterator<Item = &Arc<str>> {
        self.conversations.keys()
    }

    /// The messages of a channel, a room or one's own inbox, in the order in which they are shown.
    pub fn messages(&self, channel: &str) -> impl Iterator<Item = &Arc<Message>> {
        self.conversations.get(channel).into_iter().flat_map(|it| it.messages.iter())
    }

    /// The position in a channel.
    pub fn position(&self, channel: &str) -> Option<Position> {
        self.conversations.get(channel)?.position
    }

    /// The channel of a thread: the room, or one's own inbox.
    pub fn channel_of(&self, thread: &str) -> Arc<str> {
        match names::owner_of(thread) {
            Some(_) => names::inbox_of(&self.name),
            None => thread.into(),
        }
    }

    /// The thread in which a message is shown.
    pub fn thread_of(&self, message: &Message) -> Arc<str> {
        match &message.to {
            None => message.room.clone(),
            Some(to) if message.from == self.name => names::inbox_of(to),
            Some(_) => names::inbox_of(&message.from),
        }
    }

    /// Takes one input and adds what is to be done, in order.
    pub fn handle(&mut self, now: Time, input: ClientInput, out: &mut Vec<ClientOutput>) {
        match input {
            ClientInput::Opened => self.opened(now, out),
            ClientInput::Message(message) => self.heard(now, message, out),
            ClientInput::Closed(farewell) => self.closed(farewell, out),
            ClientInput::Tick => {}
            ClientInput::Name { name, secret } => self.rename(name, secret, out),
            ClientInput::Reconnect => self.reconnect(out),
            ClientInput::Join { room } => self.join(now, room, out),
            ClientInput::Leave { room } => self.leave(room, out),
            ClientInput::Say { thread, text } => self.say(now, thread, text, out),
            ClientInput::Draft { thread, text } => self.draft(now, thread, text, out),
            ClientInput::Retry { id } => self.retry(now, &id, out),
            ClientInput::Discard { id } => {
                self.outbox.retain(|it| it.id != id || it.stored.is_some());
                self.pump(now, out);
                out.push(ClientOutput::Save);
            }
            ClientInput::Look { thread } => self.look(thread, out),
            ClientInput::Older { thread } => self.older(now, &thread, out),
            ClientInput::Rooms => self.request(ClientMessage::Rooms, out),
        }
        self.due(now, out);
        if self.wake_at.is_some_and(|at| at <= now) {
            self.wake_at = None;
        }
        let wake_at = self.next_wake(now).map(|at| at.max(now + Span::from_ms(1)));
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            out.extend(wake_at.map(ClientOutput::WakeAt));
        }
    }

    /// Asks for something that needs no answer, if there is anybody to ask.
    fn request(&self, message: ClientMessage, out: &mut Vec<ClientOutput>) {
        if self.connection == Connection::Up {
            out.push(ClientOutput::Send(message));
        }
    }

    fn heard(&mut self, now: Time, message: ServerMessage, out: &mut Vec<ClientOutput>) {
        self.heard_at = now;
        self.probed_at = None;
        match message {
            ServerMessage::Welcome { name, session, cut, limits, server, .. } => {
                if matches!(self.connection, Connection::Greeting { .. }) {
                    (self.server, self.is_bus_away) = (server, false);
                }
                self.welcomed(now, name, session, cut, limits, out);
            }
            ServerMessage::Bus { works } => self.is_bus_away = !works,
            ServerMessage::Joined(joined) => self.joined(now, joined, out),
            ServerMessage::Messages(run) => {
                run.into_iter().for_each(|message| self.message(now, message, out));
            }
            ServerMessage::Ack(ack) => self.acknowledged(now, &ack, out),
            ServerMessage::Refused { request, room, id, reason, retry_after_ms } => {
                let again = retry_after_ms.map(|ms| now + Span::from_ms(ms));
                self.refused(now, request, room, id, (reason, again), out);
            }
            ServerMessage::Presence { room, name, online, count } => {
                if let Some(it) = self.conversations.get_mut(&room) {
                    it.people.retain(|other| *other != name);
                    if online {
                        let place = it.people.partition_point(|other| *other < name);
                        it.people.insert(place, name);
                    }
                    it.count = count;
                }
            }
            ServerMessage::People { room, people, count } => {
                if let Some(it) = self.conversations.get_mut(&room) {
                    (it.people, it.count) = (people, count);
                }
            }
            ServerMessage::Typing { room, name } => {
                if name != self.name && self.conversations.contains_key(&room) {
                    self.readings.entry(room).or_default().typing.insert(name, now);
                }
            }
            ServerMessage::Delivered { room, seq, by } => self.delivered(now, &room, seq, by),
            ServerMessage::History { room, before, messages, more } => {
                if let Some(it) = self.conversations.get_mut(&room) {
                    it.prepend(before, messages, more);
                }
            }
            ServerMessage::Rooms { rooms } => {
                for it in &rooms {
                    self.compare(now, it, out);
                }
                self.rooms = rooms;
            }
            ServerMessage::Unknown => {}
        }
    }

    fn look(&mut self, thread: Option<Arc<str>>, out: &mut Vec<ClientOutput>) {
        if self.looking == thread {
            return;
        }
        if let Some(before) = self.looking.take().and_then(|it| self.readings.get_mut(&it)) {
            before.first_unread = None;
        }
        if let Some(thread) = &thread {
            let position = self.position(&self.channel_of(thread));
            let reading = self.readings.entry(thread.clone()).or_default();
            reading.unread = 0;
            reading.seen = position.or(reading.seen);
            out.push(ClientOutput::Save);
        }
        self.looking = thread;
    }

    fn older(&mut self, now: Time, thread: &str, out: &mut Vec<ClientOutput>) {
        let room = self.channel_of(thread);
        let limit = self.limits.as_ref().map_or(50, |it| it.page_messages);
        let is_up = self.connection == Connection::Up;
        let Some(it) = self.conversations.get_mut(&room) else { return };
        let first = it.messages.front().map(|first| first.seq);
        if let (true, true, None, Some(before)) = (is_up, it.has_older, it.loading, first) {
            it.loading = Some((before, now));
            out.push(ClientOutput::Send(ClientMessage::History { room, before, limit }));
        }
    }

    fn draft(&mut self, now: Time, thread: Arc<str>, text: Arc<str>, out: &mut Vec<ClientOutput>) {
        if text.is_empty() {
            self.drafts.remove(&thread);
        } else {
            let is_room = names::owner_of(&thread).is_none();
            let membership = self.conversations.get(&thread).map(|it| it.membership);
            let reading = self.readings.entry(thread.clone()).or_default();
            let is_news = reading.typed_at.is_none_or(|at| at + self.patience.typing_every <= now);
            if is_room && is_news && membership == Some(Membership::Joined) {
                reading.typed_at = Some(now);
                out.push(ClientOutput::Send(ClientMessage::Typing { room: thread.clone() }));
            }
            self.drafts.insert(thread, text);
        }
        out.push(ClientOutput::Save);
    }
}
