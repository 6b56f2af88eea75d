//! A client that says exactly what a test has it say, and a server with a chat to say it to.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use playground_core::chat::wire::{ClientMessage, Joined, Message, Position, Run, ServerMessage};
use playground_core::chat::{Rate, SessionId};
use playground_server::Config;
use playground_server::chat::{Chat, ChatConfig};
use playground_server::closing::Closing;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::{self, WebSocket};

use crate::running::{DEADLINE, Server, with_page};

/// A server with a chat of its own.
pub(crate) struct ChatServer {
    pub(crate) server: Server,
    _folder: TempDir,
}

impl ChatServer {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut ChatConfig)) -> Self {
        let folder = TempDir::new().unwrap();
        let server = serve(folder.path(), change);
        Self { server, _folder: folder }
    }

    pub(crate) fn talker(&self, name: &str) -> Talker {
        Talker::named(self.server.address, name)
    }
}

/// A server with the chat of this folder. Nobody is slowed down unless the test says so.
pub(crate) fn serve(folder: &Path, change: impl FnOnce(&mut ChatConfig)) -> Server {
    let mut config = ChatConfig::default();
    config.settings.limits.messages = Rate { per_second: 1_000_000, burst: 1_000_000 };
    config.settings.limits.requests = Rate { per_second: 1_000_000, burst: 1_000_000 };
    change(&mut config);
    let folder = folder.to_owned();
    Server::start_made(async move || {
        let closing = Closing::new();
        let chat = Chat::start(&folder, config, closing.clone()).await;
        Config { chat: Some(chat), closing, ..with_page() }
    })
}

/// A client. Everything it is told is looked at in order; what a test does not wait for is passed over.
pub(crate) struct Talker {
    pub(crate) socket: WebSocket<TcpStream>,
    pub(crate) name: String,
    pub(crate) session: SessionId,
    /// The messages of a run that has come, but for those that were looked at.
    run: VecDeque<Arc<Message>>,
}

/// How a conversation ended: the close code and its reason, or none if the stream just broke.
pub(crate) type End = Option<(u16, String)>;

pub(crate) fn open(address: SocketAddr, origin: Option<&str>) -> Result<WebSocket<TcpStream>, u16> {
    let mut request = format!("ws://{address}/ws/chat").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_nodelay(true).unwrap();
    match client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn hello(name: &str) -> ClientMessage {
    ClientMessage::Hello { v: 1, name: name.into(), secret: secret(name), last: None }
}

pub(crate) fn secret(name: &str) -> Arc<str> {
    format!("the secret of {name}").into()
}

impl Talker {
    /// Connected, and nothing said.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let socket = open(address, None).unwrap();
        Self { socket, name: String::new(), session: SessionId(0), run: VecDeque::new() }
    }

    /// Welcomed under a name.
    pub(crate) fn named(address: SocketAddr, name: &str) -> Self {
        let mut talker = Self::connect(address);
        talker.say(&hello(name));
        talker.welcomed();
        talker
    }

    /// Waits for the welcome; the code with which the last session was cut.
    pub(crate) fn welcomed(&mut self) -> Option<u16> {
        self.expect(|talker, message| match message {
            ServerMessage::Welcome { name, session, cut, .. } => {
                talker.name = name.to_string();
                talker.session = session;
                Some(cut)
            }
            _ => None,
        })
    }

    pub(crate) fn say(&mut self, message: &ClientMessage) {
        self.say_text(&serde_json::to_string(message).unwrap());
    }

    pub(crate) fn say_text(&mut self, text: &str) {
        self.socket.send(tungstenite::Message::text(text)).unwrap();
    }

    pub(crate) fn join(&mut self, room: &str) -> Joined {
        self.join_after(room, None)
    }

    pub(crate) fn join_after(&mut self, room: &str, after: Option<Position>) -> Joined {
        self.say(&ClientMessage::Join { room: room.into(), after });
        self.joined(room)
    }

    pub(crate) fn joined(&mut self, room: &str) -> Joined {
        self.expect(|_, message| match message {
            ServerMessage::Joined(joined) if &*joined.room == room => Some(joined),
            _ => None,
        })
    }

    pub(crate) fn send(&mut self, room: &str, id: &str, text: &str) {
        let (room, id, text) = (room.into(), id.into(), text.into());
        self.say(&ClientMessage::Send { room, id, text, since: None });
    }

    pub(crate) fn whisper(&mut self, to: &str, id: &str, text: &str) {
        let (to, id, text) = (to.into(), id.into(), text.into());
        self.say(&ClientMessage::Private { to, id, text, since: None });
    }

    /// What comes next, whatever it is, each message of a run by itself; how the conversation ended, if it has.
    pub(crate) fn next(&mut self) -> Result<ServerMessage, End> {
        // Pings keep coming while nothing else does.
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(message) = self.run.pop_front() {
                return Ok(ServerMessage::Messages(Run::of(message)));
            }
            assert!(Instant::now() < deadline, "nothing but pings comes");
            match self.socket.read() {
                Ok(tungstenite::Message::Text(text)) => {
                    match serde_json::from_str(&text).unwrap() {
                        ServerMessage::Messages(run) => self.run.extend(run),
                        message => return Ok(message),
                    }
                }
                Ok(tungstenite::Message::Close(frame)) => {
                    // Lets the library send its answer.
                    while self.socket.read().is_ok() {}
                    return Err(frame.map(|it| (it.code.into(), it.reason.to_string())));
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if is_timeout(&error) => panic!("nothing comes"),
                Err(_) => return Err(None),
            }
        }
    }

    /// Passes over what comes until it is what is looked for.
    pub(crate) fn expect<T>(
        &mut self,
        mut wanted: impl FnMut(&mut Self, ServerMessage) -> Option<T>,
    ) -> T {
        loop {
            let message = self.next().unwrap_or_else(|end| panic!("it ended: {end:?}"));
            if let Some(found) = wanted(self, message) {
                return found;
            }
        }
    }

    pub(crate) fn message(&mut self) -> Arc<Message> {
        self.expect(|_, message| match message {
            ServerMessage::Messages(run) => run.into_iter().next(),
            _ => None,
        })
    }

    pub(crate) fn ack(&mut self, id: &str) -> playground_core::chat::wire::Ack {
        self.expect(|_, message| match message {
            ServerMessage::Ack(ack) if &*ack.id == id => Some(ack),
            _ => None,
        })
    }

    /// Waits for a refusal: its reason.
    pub(crate) fn refused(&mut self) -> playground_core::chat::Refusal {
        self.expect(|_, message| match message {
            ServerMessage::Refused { reason, .. } => Some(reason),
            _ => None,
        })
    }

    /// Passes over everything until the conversation ends.
    pub(crate) fn end(&mut self) -> End {
        loop {
            if let Err(end) = self.next() {
                return end;
            }
        }
    }

    /// Everything that was said to this client before it asked and was answered: what is not among it was not said.
    pub(crate) fn everything_so_far(&mut self) -> Vec<ServerMessage> {
        self.say(&ClientMessage::Rooms);
        let mut everything = Vec::new();
        self.expect(|_, message| match message {
            ServerMessage::Rooms { .. } => Some(()),
            message => {
                everything.push(message);
                None
            }
        });
        everything
    }

    /// Breaks the connection without a word.
    pub(crate) fn cut(self) {
        self.socket.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
