//! A tab as the page has it: the core's own client on a real socket, which it opens again by itself.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use playground_core::chat::wire::{Message, ServerMessage};
use playground_core::chat::{Client, ClientInput, ClientOutput, Farewell, Patience, Saved};
use playground_core::sim::{Span, Time};
use tokio_tungstenite::tungstenite::{self, WebSocket};

use super::talker::{open, secret};
use crate::running::DEADLINE;

/// How long it listens before it looks at its clock again.
const TURN: Duration = Duration::from_millis(20);

pub(super) struct Tab {
    pub(super) client: Client,
    address: SocketAddr,
    socket: Option<WebSocket<TcpStream>>,
    /// When to connect.
    connect_at: Option<Instant>,
    wake_at: Option<Time>,
    started: Instant,
    /// What it was shown of a room, each message once, in order.
    pub(super) heard: Vec<Arc<Message>>,
    /// The ids that were acknowledged.
    pub(super) acknowledged: Vec<Arc<str>>,
    pub(super) connections: usize,
}

impl Tab {
    /// A tab that is in a room, or will be.
    pub(super) fn new(address: SocketAddr, name: &str, tab: &str, room: &str) -> Self {
        let saved = Saved { name: name.into(), secret: secret(name), ..Saved::default() };
        // A test has no time for a browser's patience, but no less for the server's.
        let patience = Patience {
            first_delay: Span::from_ms(10),
            longest_delay: Span::from_ms(200),
            ..Patience::REAL
        };
        let mut tab = Tab {
            client: Client::new(saved, tab.into(), patience, None),
            address,
            socket: None,
            connect_at: None,
            wake_at: None,
            started: Instant::now(),
            heard: Vec::new(),
            acknowledged: Vec::new(),
            connections: 0,
        };
        tab.handle(ClientInput::Join { room: room.into() });
        tab.handle(ClientInput::Reconnect);
        tab
    }

    pub(super) fn say(&mut self, room: &str, text: &str) {
        self.handle(ClientInput::Say { thread: room.into(), text: text.into() });
    }

    /// Takes part until something is so.
    pub(super) fn until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + 4 * DEADLINE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "not {what}: {:?}", self.client.connection());
            self.turn();
        }
    }

    /// Breaks the connection, whatever is on it.
    pub(super) fn cut(&mut self) {
        if let Some(socket) = &self.socket {
            // It may be gone already.
            let _ = socket.get_ref().shutdown(Shutdown::Both);
        }
    }

    /// Waits a moment for whatever comes, and does what is due.
    pub(super) fn turn(&mut self) {
        if self.wake_at.is_some_and(|at| at <= self.now()) {
            self.wake_at = None;
            self.handle(ClientInput::Tick);
        }
        if self.connect_at.is_some_and(|at| at <= Instant::now()) {
            self.connect_at = None;
            self.connect();
        }
        let Some(socket) = &mut self.socket else {
            std::thread::park_timeout(TURN);
            return;
        };
        match socket.read() {
            Ok(tungstenite::Message::Text(text)) => {
                let message: ServerMessage = serde_json::from_str(&text).unwrap();
                if let ServerMessage::Ack(ack) = &message {
                    self.acknowledged.push(ack.id.clone());
                }
                self.handle(ClientInput::Message(message));
            }
            Ok(tungstenite::Message::Close(frame)) => {
                let code = frame.map_or(1006, |frame| frame.code.into());
                self.closed(Farewell::from_code(code));
            }
            Ok(_) => {}
            Err(tungstenite::Error::Io(error)) if is_timeout(&error) => {}
            Err(_) => self.closed(Farewell::Broken),
        }
    }

    fn connect(&mut self) {
        // The server may be away.
        match TcpStream::connect(self.address) {
            Ok(probe) => drop(probe),
            Err(_) => return self.closed(Farewell::Broken),
        }
        let opened = std::panic::catch_unwind(|| open(self.address, None));
        match opened {
            Ok(Ok(socket)) => {
                socket.get_ref().set_read_timeout(Some(TURN)).unwrap();
                self.socket = Some(socket);
                self.connections += 1;
                self.handle(ClientInput::Opened);
            }
            _ => self.closed(Farewell::Broken),
        }
    }

    fn closed(&mut self, farewell: Farewell) {
        self.socket = None;
        self.handle(ClientInput::Closed(farewell));
    }

    fn now(&self) -> Time {
        Time(self.started.elapsed().as_micros() as u64)
    }

    fn handle(&mut self, input: ClientInput) {
        let mut outputs = Vec::new();
        self.client.handle(self.now(), input, &mut outputs);
        for output in outputs {
            match output {
                ClientOutput::Send(message) => {
                    let text = serde_json::to_string(&message).unwrap();
                    if let Some(socket) = &mut self.socket {
                        // If it breaks, reading tells.
                        let _ = socket.send(tungstenite::Message::text(text));
                    }
                }
                ClientOutput::Connect { .. } => {
                    self.connect_at = Some(Instant::now() + Duration::from_millis(10));
                }
                ClientOutput::Disconnect => {
                    self.cut();
                    self.closed(Farewell::Broken);
                }
                ClientOutput::Save => {}
                ClientOutput::WakeAt(time) => self.wake_at = Some(time),
            }
        }
    }

    /// Notes what is shown of a room that was not shown before.
    pub(super) fn note(&mut self, room: &str) {
        let last = self.heard.last().map_or(0, |message| message.seq);
        let new = self.client.messages(room).filter(|message| message.seq > last).cloned();
        self.heard.extend(new.collect::<Vec<_>>());
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
