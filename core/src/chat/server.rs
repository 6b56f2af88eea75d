//! The server as a node: gates, rooms, people and inboxes together, over simulated connections and a
//! simulated disk. The real server does the same with tasks, sockets and files.

mod carry;
mod link;
mod store;

use super::node::{Body, ChatNode, Command, Event, LinkId, Packet, Record, Timer, Transport};
use super::stream::{Stream, Watch};
use super::wire::{ClientMessage, RoomInfo, ServerMessage};
use super::{
    Channel, ChannelInput, Clock, Farewell, Gate, People, PeopleInput, Refusal, Route, SessionId,
    Settings,
};
use crate::sim::{Input, NodeId, Outbox, Span, Time};
use link::Link;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::Store;

/// When a run starts, in milliseconds since 1970.
pub const EPOCH_MS: u64 = 1_764_106_000_000;

/// What the simulated server is told before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// What is allowed, and how much is remembered.
    pub settings: Arc<Settings>,
    /// What carries its messages.
    pub transport: Transport,
    /// How many packets may be sent to a tab that have not been read there.
    pub queue: u32,
    /// How long it waits for hello.
    pub hello: Span,
    /// How often it asks a connection for a sign of life, and how long it waits for one.
    pub ping: Span,
    /// How long a packet may be missing before the connection is taken for broken.
    pub gap: Span,
}

/// The server.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatServer {
    config: ServerConfig,
    starts: u32,
    /// The epoch of channels that are new since this start.
    epoch: u64,
    people: People,
    rooms: BTreeMap<Arc<str>, Channel>,
    store: Store,
    links: BTreeMap<LinkId, Link>,
    sessions: BTreeMap<SessionId, LinkId>,
    /// Who has entered a channel: a room, or an inbox.
    entered: BTreeMap<Arc<str>, BTreeSet<SessionId>>,
    next_session: u64,
}

pub(super) fn clock(now: Time) -> Clock {
    Clock { now, unix_ms: EPOCH_MS + now.0 / 1_000 }
}

impl ChatServer {
    pub(super) fn recover(config: &ServerConfig, log: &[Record]) -> Self {
        let starts = log.iter().filter(|it| **it == Record::Started).count() as u32;
        let store = Store::recover(log);
        let settings = config.settings.clone();
        let room = |name: &Arc<str>| {
            let channel = Channel::recover(settings.clone(), name.clone(), store.recovered(name));
            (name.clone(), channel)
        };
        ChatServer {
            starts,
            epoch: 0,
            people: store.people(settings.clone(), 0),
            rooms: store.rooms().map(room).collect(),
            store,
            links: BTreeMap::new(),
            sessions: BTreeMap::new(),
            entered: BTreeMap::new(),
            next_session: 1,
            config: config.clone(),
        }
    }

    /// The rooms.
    pub fn rooms(&self) -> impl Iterator<Item = &Channel> {
        self.rooms.values()
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The sessions, with the connection of each, and how many packets have not been read there.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, LinkId, u32)> {
        self.links.iter().map(|(id, link)| (link.gate.session(), *id, link.unread()))
    }

    /// Whether somebody is in a room, or online, without a connection.
    pub fn has_ghosts(&self) -> bool {
        let rooms = self.rooms.values().flat_map(Channel::sessions);
        let people = self.people.iter().flat_map(|(_, sessions, _)| sessions.iter().copied());
        let inboxes = self.people.iter().flat_map(|(_, _, inbox)| inbox.sessions());
        rooms.chain(people).chain(inboxes).any(|it| !self.sessions.contains_key(&it))
    }

    pub(super) fn handle(&mut self, now: Time, input: Input<ChatNode>, out: &mut Outbox<ChatNode>) {
        match input {
            Input::Start => {
                out.append(Record::Started);
                self.starts += 1;
                // Only now it is known what time it is.
                self.epoch = clock(now).unix_ms;
                self.people = self.store.people(self.config.settings.clone(), self.epoch);
                out.report(Event::Recovered(self.store.messages()));
            }
            Input::Message { from, message } => self.arrived(now, from, message, out),
            Input::Timer(Timer::Room(room)) => {
                let mut effects = Vec::new();
                if let Some(channel) = self.rooms.get_mut(&room) {
                    channel.tick(clock(now), &mut effects);
                }
                self.carry_out(now, &room, effects, out);
            }
            Input::Timer(Timer::Hello(id)) => {
                if self.links.get(&id).is_some_and(|it| it.gate.name().is_none()) {
                    self.cut(now, id, Farewell::NoHello, out);
                }
            }
            Input::Timer(Timer::Ping(id)) => self.ping(now, id, out),
            Input::Timer(Timer::Gap(id)) | Input::Command(Command::Broken(id)) => {
                self.drop_link(now, id, None, out);
            }
            Input::Timer(_) | Input::Command(_) => {}
        }
    }

    fn arrived(&mut self, now: Time, from: NodeId, packet: Packet, out: &mut Outbox<ChatNode>) {
        let id = LinkId { tab: from, number: packet.link };
        if packet.body == Body::Open && !self.links.contains_key(&id) {
            self.open(now, id, packet.number, out);
            return;
        }
        let Some(link) = self.links.get_mut(&id) else {
            if !matches!(packet.body, Body::Reset | Body::Close(_)) {
                let Packet { link, number, .. } = packet;
                out.send(from, Packet { link, number, body: Body::Reset });
            }
            return;
        };
        if packet.body == Body::Reset {
            return self.drop_link(now, id, None, out);
        }
        link.is_pinged = false;
        let ready = link.stream.accept(packet.number, packet.body);
        match link.stream.watch(!ready.is_empty()) {
            Watch::Start => out.wake_after(self.config.gap, Timer::Gap(id)),
            Watch::Stop => out.cancel(Timer::Gap(id)),
            Watch::Keep => {}
        }
        for body in ready {
            match body {
                Body::ToServer(message) => self.receive(now, id, message, out),
                Body::Read(read) | Body::Pong(read) => {
                    if let Some(link) = self.links.get_mut(&id) {
                        link.read = link.read.max(read);
                    }
                }
                Body::Close(_) => self.drop_link(now, id, None, out),
                _ => {}
            }
        }
    }

    fn open(&mut self, now: Time, id: LinkId, number: u32, out: &mut Outbox<ChatNode>) {
        let session = SessionId(u64::from(self.starts) * 1_000 + self.next_session);
        self.next_session += 1;
        let gate = Gate::new(self.config.settings.clone(), session, clock(now));
        let mut stream = Stream::new(self.config.transport, id.number);
        stream.accept(number, Body::Open);
        out.send(id.tab, stream.wrap(Body::Opened));
        out.wake_after(self.config.hello, Timer::Hello(id));
        out.wake_after(self.config.ping, Timer::Ping(id));
        out.report(Event::SessionOpened(session, id));
        self.links.insert(id, Link { gate, stream, read: 0, is_pinged: false });
        self.sessions.insert(session, id);
    }

    fn ping(&mut self, now: Time, id: LinkId, out: &mut Outbox<ChatNode>) {
        let Some(link) = self.links.get_mut(&id) else { return };
        if link.is_pinged {
            return self.cut(now, id, Farewell::Silent, out);
        }
        link.is_pinged = true;
        out.send(id.tab, link.stream.wrap(Body::Ping));
        out.wake_after(self.config.ping, Timer::Ping(id));
    }

    fn receive(
        &mut self,
        now: Time,
        id: LinkId,
        message: ClientMessage,
        out: &mut Outbox<ChatNode>,
    ) {
        let mut routes = Vec::new();
        if let Some(link) = self.links.get_mut(&id) {
            link.gate.receive(clock(now), Some(message), now.0, &mut routes);
        }
        self.follow(now, id, routes, out);
    }

    fn follow(&mut self, now: Time, id: LinkId, routes: Vec<Route>, out: &mut Outbox<ChatNode>) {
        for route in routes {
            match route {
                Route::People(input) => self.ask_people(now, input, out),
                Route::Room { room, input } => self.ask_room(now, id, room, input, out),
                Route::Rooms => {
                    let rooms = self.list();
                    self.give(now, id, ServerMessage::Rooms { rooms }, out);
                }
                Route::Answer(message) => self.give(now, id, message, out),
                Route::Cut(farewell) => self.cut(now, id, farewell, out),
            }
        }
    }

    fn list(&self) -> Vec<RoomInfo> {
        let info = |it: &Channel| RoomInfo {
            room: it.name().clone(),
            people: it.people() as u32,
            head: it.head(),
        };
        let mut rooms: Vec<RoomInfo> = self.rooms.values().map(info).collect();
        rooms.sort_by_key(|it| std::cmp::Reverse(it.people));
        rooms.truncate(self.config.settings.limits.people_named as usize);
        rooms
    }

    fn ask_people(&mut self, now: Time, input: PeopleInput, out: &mut Outbox<ChatNode>) {
        let mut effects = Vec::new();
        self.people.handle(clock(now), input, &mut effects);
        self.carry_out_for_people(now, effects, out);
    }

    fn ask_room(
        &mut self,
        now: Time,
        id: LinkId,
        room: Arc<str>,
        input: ChannelInput,
        out: &mut Outbox<ChatNode>,
    ) {
        let is_open = self.rooms.contains_key(&room);
        let most = self.config.settings.limits.rooms as usize;
        let refusal = match &input {
            _ if is_open => None,
            ChannelInput::Join { .. } if self.rooms.len() < most => {
                out.append(Record::Opened(room.clone(), self.epoch));
                self.store.open(room.clone(), self.epoch);
                let stored = self.store.recovered(&room);
                let settings = self.config.settings.clone();
                let channel = Channel::recover(settings, room.clone(), stored);
                self.rooms.insert(room.clone(), channel);
                None
            }
            ChannelInput::Join { .. } => Some(Refusal::NoMoreRooms),
            _ => Some(Refusal::NotJoined),
        };
        if let Some(reason) = refusal {
            if let Some(message) = super::channel::refusal_of(&input, &room, reason) {
                self.give(now, id, message, out);
            }
            return;
        }
        let mut effects = Vec::new();
        if let Some(channel) = self.rooms.get_mut(&room) {
            channel.handle(clock(now), input, &mut effects);
        }
        self.carry_out(now, &room, effects, out);
    }
}
