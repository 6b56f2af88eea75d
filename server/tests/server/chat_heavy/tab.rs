//! A tab: the core's client on a real socket, in a thread of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use playground_core::chat::wire::{Ack, Message, ServerMessage};
use playground_core::chat::{Client, ClientInput, ClientOutput, Farewell, Patience, Saved};
use playground_core::sim::{Rng, Span, Time};

use super::socket::{Received, Socket};

/// As in a page, but for the delays before it connects again.
const PATIENCE: Patience = Patience {
    first_delay: Span::from_ms(10),
    longest_delay: Span::from_ms(200),
    ..Patience::REAL
};
/// After so long at most it looks up from its socket.
const LOOK_UP: Duration = Duration::from_millis(20);

pub(super) struct Tab {
    client: Client,
    socket: Option<Socket>,
    connect_at: Option<Instant>,
    wake_at: Option<Time>,
    started: Instant,
    rng: Rng,
    /// Every acknowledgement that came, by id.
    pub(super) acknowledged: BTreeMap<Arc<str>, Ack>,
    pub(super) connections: u32,
    /// The server of the last connection, and how many acknowledgements came on it.
    server: Option<SocketAddr>,
    acknowledged_here: usize,
}

impl Tab {
    /// Has the rooms joined as soon as there is a server.
    pub(super) fn open(name: &str, rooms: &[&str], seed: u64) -> Self {
        let saved = Saved {
            name: name.into(),
            secret: secret(name),
            rooms: rooms.iter().map(|room| (*room).into()).collect(),
            ..Saved::default()
        };
        let mut tab = Self {
            client: Client::new(saved, format!("tab-{seed}").into(), PATIENCE, None),
            socket: None,
            connect_at: None,
            wake_at: None,
            started: Instant::now(),
            rng: Rng::new(seed),
            acknowledged: BTreeMap::new(),
            connections: 0,
            server: None,
            acknowledged_here: 0,
        };
        tab.handle(ClientInput::Reconnect);
        tab
    }

    pub(super) fn say(&mut self, thread: &str, text: &str) {
        self.handle(ClientInput::Say { thread: thread.into(), text: text.into() });
    }

    /// How many acknowledgements this server has given since this tab is connected to it.
    pub(super) fn acknowledged_by(&self, server: SocketAddr) -> usize {
        if self.server == Some(server) { self.acknowledged_here } else { 0 }
    }

    /// How many messages are not known to be stored.
    pub(super) fn unsent(&self) -> usize {
        self.client.outbox().iter().filter(|outgoing| outgoing.stored.is_none()).count()
    }

    /// Whether it has ever been in the channel.
    pub(super) fn has_joined(&self, channel: &str) -> bool {
        self.client.position(channel).is_some()
    }

    pub(super) fn position(&self, channel: &str) -> u64 {
        self.client.position(channel).map_or(0, |position| position.seq)
    }

    pub(super) fn messages(&self, channel: &str) -> Vec<Arc<Message>> {
        self.client.messages(channel).cloned().collect()
    }

    /// Does what is due, waits a little for something to come, and takes that.
    pub(super) fn turn(&mut self, address: SocketAddr) {
        let now = Instant::now();
        if self.connect_at.is_some_and(|at| at <= now) {
            self.connect_at = None;
            self.socket = Socket::open(address).ok();
            let is_open = self.socket.is_some();
            self.connections += u32::from(is_open);
            self.server = Some(address);
            self.acknowledged_here = 0;
            self.handle(match is_open {
                true => ClientInput::Opened,
                false => ClientInput::Closed(Farewell::Broken),
            });
        }
        if self.wake_at.is_some_and(|at| at <= self.now()) {
            self.wake_at = None;
            self.handle(ClientInput::Tick);
        }
        let Some(socket) = &mut self.socket else {
            let until = self.connect_at.unwrap_or(now + LOOK_UP);
            return std::thread::park_timeout(until.saturating_duration_since(now));
        };
        match socket.receive(now + LOOK_UP) {
            Received::Nothing => {}
            Received::Message(message) => {
                if let ServerMessage::Ack(ack) = &message {
                    self.acknowledged.insert(ack.id.clone(), ack.clone());
                    self.acknowledged_here += 1;
                }
                assert!(!matches!(message, ServerMessage::Refused { .. }), "{message:?}");
                self.handle(ClientInput::Message(message));
            }
            Received::Over(code) => {
                self.socket = None;
                let farewell = code.map_or(Farewell::Broken, Farewell::from_code);
                self.handle(ClientInput::Closed(farewell));
            }
        }
    }

    fn now(&self) -> Time {
        Time(self.started.elapsed().as_micros() as u64)
    }

    fn handle(&mut self, input: ClientInput) {
        let mut todo = Vec::new();
        self.client.handle(self.now(), input, &mut todo);
        for output in todo {
            match output {
                ClientOutput::Send(message) => {
                    // If that fails, reading will say so.
                    if let Some(socket) = &mut self.socket {
                        let _ = socket.send(&message);
                    }
                }
                ClientOutput::Connect { attempt, retry } => {
                    let delay = PATIENCE.delay(attempt, retry, &mut self.rng);
                    self.connect_at = Some(Instant::now() + Duration::from_micros(delay.0));
                }
                ClientOutput::Disconnect => panic!("the server does not answer"),
                ClientOutput::Save => {}
                ClientOutput::WakeAt(time) => self.wake_at = Some(time),
            }
        }
    }
}

pub(super) fn secret(name: &str) -> Arc<str> {
    format!("the secret of {name}").into()
}
