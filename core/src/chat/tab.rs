//! A tab as a node: the client, a connection, and a browser's storage that survives a reload.

use super::node::{
    Body, ChatNode, Command, Event, LinkId, Packet, Record, SERVER, Timer, Transport,
};
use super::stream::{Stream, Watch};
use super::wire::ServerMessage;
use super::{Client, ClientInput, ClientOutput, Connection, Farewell, Patience, Saved, Without};
use crate::sim::{Input, NodeId, Outbox, Rng, Span, Time};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many packets a tab reads before it says so.
const READ_EVERY: u32 = 4;

/// What a tab is told before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabConfig {
    /// Its node.
    pub node: NodeId,
    /// The person's name.
    pub name: Arc<str>,
    /// The rooms that it joins at the very start.
    pub rooms: Vec<Arc<str>>,
    /// What carries its messages.
    pub transport: Transport,
    /// How long it waits.
    pub patience: Patience,
    /// How long a packet may be missing before the connection is taken for broken.
    pub gap: Span,
    /// What is left out.
    pub without: Option<Without>,
}

/// A connection that a tab has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TabLink {
    id: LinkId,
    stream: Stream,
    is_open: bool,
    /// How many packets have been read, and how many the server knows of.
    read: u32,
    told: u32,
    /// What has arrived and has not been read.
    buffer: VecDeque<Body>,
}

/// A tab.
#[derive(Clone, Debug, PartialEq)]
pub struct Tab {
    config: TabConfig,
    starts: u32,
    links: u32,
    client: Client,
    link: Option<TabLink>,
    reads: bool,
    rng: Rng,
    saved: Saved,
    /// When it will connect.
    connects_at: Option<Time>,
}

impl Tab {
    pub(super) fn recover(config: &TabConfig, log: &[Record]) -> Self {
        let starts = log.iter().filter(|it| **it == Record::Started).count() as u32;
        let saved = log.iter().rev().find_map(|it| match it {
            Record::Saved(saved) => Some(saved.clone()),
            _ => None,
        });
        let saved = saved.unwrap_or_else(|| Saved {
            name: config.name.clone(),
            secret: format!("the secret of {}", config.name).into(),
            rooms: config.rooms.clone(),
            ..Saved::default()
        });
        let tab = format!("{}.{}", config.node, starts + 1);
        Tab {
            starts,
            links: 0,
            client: Client::new(saved.clone(), tab.into(), config.patience, config.without),
            link: None,
            reads: true,
            rng: Rng::new((u64::from(config.node.0) << 32) | u64::from(starts)),
            saved,
            connects_at: None,
            config: config.clone(),
        }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it reads what arrives.
    pub fn reads(&self) -> bool {
        self.reads
    }

    /// How many packets have arrived and have not been read.
    pub fn buffered(&self) -> usize {
        self.link.as_ref().map_or(0, |it| it.buffer.len())
    }

    /// The connection, open or being opened.
    pub fn link(&self) -> Option<LinkId> {
        self.link.as_ref().map(|it| it.id)
    }

    /// When it will try to connect.
    pub fn connects_at(&self) -> Option<Time> {
        self.connects_at
    }

    pub(super) fn handle(&mut self, now: Time, input: Input<ChatNode>, out: &mut Outbox<ChatNode>) {
        match input {
            Input::Start => {
                out.append(Record::Started);
                self.tell(now, ClientInput::Reconnect, out);
            }
            Input::Message { message, .. } => self.arrived(now, message, out),
            Input::Timer(Timer::Connect) => self.connect(out),
            Input::Timer(Timer::Answer) => self.broken(now, out),
            Input::Timer(Timer::Gap(id)) if self.link() == Some(id) => self.broken(now, out),
            Input::Timer(_) => self.tell(now, ClientInput::Tick, out),
            Input::Command(Command::Client(input)) => self.tell(now, input, out),
            Input::Command(Command::SetReading(reads)) => {
                self.reads = reads;
                self.read(now, out);
            }
            Input::Command(Command::Broken(id)) if self.link() == Some(id) => self.broken(now, out),
            Input::Command(Command::Broken(_)) => {}
        }
    }

    fn connect(&mut self, out: &mut Outbox<ChatNode>) {
        self.connects_at = None;
        self.links += 1;
        let number = self.starts * 1_000 + self.links;
        let mut stream = Stream::new(self.config.transport, number);
        out.send(SERVER, stream.wrap(Body::Open));
        out.wake_after(self.config.patience.answer, Timer::Answer);
        self.link = Some(TabLink {
            id: LinkId { tab: self.config.node, number },
            stream,
            is_open: false,
            read: 0,
            told: 0,
            buffer: VecDeque::new(),
        });
    }

    fn arrived(&mut self, now: Time, packet: Packet, out: &mut Outbox<ChatNode>) {
        let own = self.link.as_mut().filter(|it| it.id.number == packet.link);
        let Some(link) = own else {
            if !matches!(packet.body, Body::Reset | Body::Close(_)) {
                let Packet { link, number, .. } = packet;
                out.send(SERVER, Packet { link, number, body: Body::Reset });
            }
            return;
        };
        if packet.body == Body::Reset {
            return self.broken(now, out);
        }
        let ready = link.stream.accept(packet.number, packet.body);
        match link.stream.watch(!ready.is_empty()) {
            Watch::Start => out.wake_after(self.config.gap, Timer::Gap(link.id)),
            Watch::Stop => out.cancel(Timer::Gap(link.id)),
            Watch::Keep => {}
        }
        link.buffer.extend(ready);
        self.read(now, out);
    }

    /// Reads what has arrived, if it reads.
    fn read(&mut self, now: Time, out: &mut Outbox<ChatNode>) {
        while self.reads {
            let Some(link) = self.link.as_mut() else { return };
            let Some(body) = link.buffer.pop_front() else { break };
            link.read += 1;
            if self.config.transport == Transport::Raw {
                link.read = link.stream.arrived();
            }
            match body {
                Body::Opened if !link.is_open => {
                    link.is_open = true;
                    out.cancel(Timer::Answer);
                    self.tell(now, ClientInput::Opened, out);
                }
                Body::ToTab(message) => self.hear(now, &message, out),
                Body::Ping => {
                    link.told = link.read;
                    out.send(SERVER, link.stream.wrap(Body::Pong(link.read)));
                }
                Body::Close(code) => return self.ended(now, Farewell::from_code(code), out),
                _ => {}
            }
        }
        let Some(link) = self.link.as_mut() else { return };
        if self.reads && link.read >= link.told + READ_EVERY {
            link.told = link.read;
            out.send(SERVER, link.stream.wrap(Body::Read(link.read)));
        }
    }

    fn broken(&mut self, now: Time, out: &mut Outbox<ChatNode>) {
        self.ended(now, Farewell::Broken, out);
    }

    fn ended(&mut self, now: Time, farewell: Farewell, out: &mut Outbox<ChatNode>) {
        let Some(link) = self.link.take() else { return };
        out.cancel(Timer::Answer);
        out.cancel(Timer::Gap(link.id));
        out.report(Event::Disconnected(farewell));
        self.tell(now, ClientInput::Closed(farewell), out);
    }

    /// Hands a message to the client, and reports what it makes of it.
    fn hear(&mut self, now: Time, message: &ServerMessage, out: &mut Outbox<ChatNode>) {
        let report = match message {
            ServerMessage::Welcome { session, cut, .. } => {
                Some(Event::Connected(*session, cut.map(Farewell::from_code)))
            }
            ServerMessage::Joined(it) => Some(Event::Joined {
                room: it.room.clone(),
                recovered: it.recovered,
                messages: it.messages.len(),
            }),
            ServerMessage::Ack(ack) => Some(Event::Acknowledged {
                id: ack.id.clone(),
                seq: ack.seq,
                is_retry: ack.is_retry,
            }),
            ServerMessage::Delivered { room, seq, by } => {
                Some(Event::Delivered { room: room.clone(), seq: *seq, by: *by })
            }
            ServerMessage::Refused { reason, .. } => Some(Event::Refused(*reason)),
            _ => None,
        };
        let room: Option<Arc<str>> = match message {
            ServerMessage::Joined(it) => Some(it.room.clone()),
            ServerMessage::Messages(run) => Some(run.room().clone()),
            _ => None,
        };
        let before = room.as_ref().map(|room| self.client.counts(room));
        self.tell(now, ClientInput::Message(message.clone()), out);
        if let Some(report) = report {
            out.report(report);
        }
        if let (Some(room), Some(before)) = (room, before) {
            let after = self.client.counts(&room);
            let came = match message {
                ServerMessage::Messages(run) => run.len(),
                ServerMessage::Joined(it) => it.messages.len(),
                _ => 0,
            };
            let new = (after.taken - before.taken).min(came as u64) as usize;
            let shown: Vec<_> = self.client.messages(&room).cloned().collect();
            shown[shown.len().saturating_sub(new)..]
                .iter()
                .for_each(|it| out.report(Event::Shown(it.clone())));
            if after.doubles > before.doubles {
                out.report(Event::DroppedDouble(room.clone()));
            }
            if after.gaps > before.gaps {
                out.report(Event::NoticedGap(room));
            }
        }
        if let Some(reason) = self.client.rejected() {
            out.report(Event::Rejected(reason));
        }
    }

    /// Tells the client something and does what it asks.
    fn tell(&mut self, now: Time, input: ClientInput, out: &mut Outbox<ChatNode>) {
        let mut outputs = Vec::new();
        self.client.handle(now, input, &mut outputs);
        for output in outputs {
            match output {
                ClientOutput::Send(message) => {
                    if let Some(link) = self.link.as_mut().filter(|it| it.is_open) {
                        out.send(SERVER, link.stream.wrap(Body::ToServer(message)));
                    }
                }
                ClientOutput::Connect { attempt, retry } => {
                    let delay = self.config.patience.delay(attempt, retry, &mut self.rng);
                    // Whoever comes for the first time does not wait.
                    let delay = if attempt == 0 && self.links == 0 { Span::ZERO } else { delay };
                    self.connects_at = Some(now + delay);
                    out.wake_after(delay, Timer::Connect);
                }
                ClientOutput::Disconnect => {
                    if let Some(link) = self.link.as_mut() {
                        let close = Body::Close(Farewell::Normal.code());
                        out.send(SERVER, link.stream.wrap(close));
                    }
                    self.broken(now, out);
                }
                ClientOutput::Save => {
                    let saved = self.client.saved();
                    if saved != self.saved {
                        self.saved = saved.clone();
                        out.append(Record::Saved(saved));
                    }
                }
                ClientOutput::WakeAt(at) => out.wake_after(at.since(now), Timer::Wake),
            }
        }
        if self.client.connection() == Connection::Ended {
            self.connects_at = None;
            out.cancel(Timer::Connect);
        }
    }
}
