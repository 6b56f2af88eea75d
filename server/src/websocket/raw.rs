//! `/ws/raw`: a TCP connection for a page, which has none: what the page sends in binary messages goes as it is to
//! the echo endpoint of this server and nowhere else, and what comes back goes to the page.
//!
//! The connection leads to a listener that lives for this one connection and serves `/ws/echo` alone: through
//! it nobody reaches what only this machine may do.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::Response;
use playground_core::websocket::wire::{RawEnd, RawMessage, RawRequest};
use playground_core::websocket::{CloseCode, Limits};
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Message, Socket, Upgrade};
use crate::app::AppState;
use crate::connections::{Bounds, Connections, Permit};
use crate::problem::AppError;
use crate::serve::{self, converse};

/// How many sessions there may be: in all, and from one address on another machine.
const BOUNDS: Bounds = Bounds { per_address: 8, total: 64 };
/// The largest message of a page, in bytes.
const LIMITS: Limits = Limits { frame_bytes: 1 << 20, message_bytes: 1 << 20 };
/// How many bytes a connection may carry in each direction.
const LINE_BYTES: usize = 4 << 20;
/// How many connections a session may make, one after the other, and how fast.
const MOST_LINES: u32 = 1_000;
const LINE_PAUSE: Duration = Duration::from_millis(20);
/// How much is read at once, in bytes.
const CHUNK: usize = 16 * 1024;

/// The sessions that there are.
pub(crate) fn sessions() -> Connections {
    Connections::new(BOUNDS)
}

pub(crate) async fn connect(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    upgrade: Upgrade,
) -> Result<Response, AppError> {
    let place = state.websocket().raw_sessions.admit(peer.ip()).map_err(|_| AppError::Refused {
        status: StatusCode::SERVICE_UNAVAILABLE,
        detail: "Too many raw connections are open; try again later.".into(),
    })?;
    Ok(upgrade.on_open(move |opened| async move {
        let socket = Socket::new(opened, LIMITS, state.limits().websocket, None)
            .within(&state.websocket().budget);
        let mut session = Session { socket, line: None, state };
        session.converse().await;
        session.socket.part().await;
        drop(place);
    }))
}

/// A page and its connection.
struct Session {
    socket: Socket,
    line: Option<Line>,
    state: AppState,
}

/// A TCP connection to the echo endpoint.
struct Line {
    stream: TcpStream,
    /// What the page has sent and the stream has not taken yet.
    unsent: Vec<u8>,
    /// How many bytes it may still carry.
    to_server: usize,
    to_client: usize,
    until: Instant,
}

impl Session {
    async fn converse(&mut self) -> Option<()> {
        for _ in 0..MOST_LINES {
            match Line::open(&self.state).await {
                Ok(line) => self.line = Some(line),
                Err(error) => {
                    tracing::warn!(%error, "cannot open a raw connection");
                    self.socket.close(CloseCode::TRY_AGAIN_LATER, "no connection can be opened");
                    return None;
                }
            }
            self.tell(RawMessage::Connected);
            self.until_reconnect().await?;
        }
        self.socket.close(CloseCode::POLICY_VIOLATION, "enough connections for one session");
        None
    }

    /// Carries bytes both ways until the page asks for another connection; none once the page leaves.
    async fn until_reconnect(&mut self) -> Option<()> {
        loop {
            // Only what the page has taken makes room for more.
            self.socket.flush().await?;
            let is_sending = self.line.as_ref().is_some_and(|line| !line.unsent.is_empty());
            tokio::select! {
                moved = carry(&mut self.line) => match moved {
                    Ok(Some(bytes)) => self.socket.send(&Message::Binary(bytes)),
                    Ok(None) => {}
                    Err(how) => {
                        self.line = None;
                        self.tell(RawMessage::Ended { how });
                    }
                },
                // More is read from the page only when the stream has taken what came before.
                said = self.socket.next(), if !is_sending => match said? {
                    Message::Binary(bytes) => {
                        if let Some(line) = &mut self.line {
                            line.unsent = bytes;
                        }
                    }
                    Message::Text(text) => match serde_json::from_str(&text) {
                        Ok(RawRequest::Reconnect) => return Some(()),
                        Err(_) => {
                            let reason = "text messages are requests, such as {\"type\":\"reconnect\"}";
                            self.socket.close(CloseCode::UNSUPPORTED_DATA, reason);
                            return None;
                        }
                    },
                },
            }
        }
    }

    fn tell(&mut self, message: RawMessage) {
        let text = serde_json::to_string(&message).expect("wire types are always JSON");
        self.socket.send(&Message::Text(text));
    }
}

/// Moves bytes until some have come back, or all that the page has sent has gone; never ends without a line.
/// Safe to cancel.
async fn carry(line: &mut Option<Line>) -> Result<Option<Vec<u8>>, RawEnd> {
    match line {
        Some(line) => timeout_at(line.until, line.carry()).await.unwrap_or(Err(RawEnd::Timeout)),
        None => std::future::pending().await,
    }
}

impl Line {
    /// Listens for one connection, makes it, and serves it.
    async fn open(state: &AppState) -> io::Result<Self> {
        let opening = Instant::now();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let stream = TcpStream::connect(listener.local_addr()?).await?;
        let own = stream.local_addr()?;
        let accepted = loop {
            // Somebody else may have been faster.
            match listener.accept().await? {
                (accepted, peer) if peer == own => break accepted,
                (stranger, _) => drop(stranger),
            }
        };
        stream.set_nodelay(true)?;
        // Gone when dropped, instead of waiting for stray packets: a page may make many of them.
        stream.set_zero_linger()?;
        let app: Router = super::echo_alone(state);
        let (permit, guest) = (Permit::of_the_server(), state.closing().guest());
        let patience = serve::Patience::default();
        tokio::spawn(converse(accepted, own, permit, app, guest, patience));
        sleep_until(opening + LINE_PAUSE).await;
        let until = opening + state.limits().websocket.raw;
        Ok(Self { stream, unsent: Vec::new(), to_server: LINE_BYTES, to_client: LINE_BYTES, until })
    }

    async fn carry(&mut self) -> Result<Option<Vec<u8>>, RawEnd> {
        loop {
            let interest = match self.unsent.is_empty() {
                true => Interest::READABLE,
                false => Interest::READABLE | Interest::WRITABLE,
            };
            let ready = self.stream.ready(interest).await.map_err(|_| RawEnd::Reset)?;
            if ready.is_writable() && !self.unsent.is_empty() {
                self.send()?;
                if self.unsent.is_empty() {
                    return Ok(None);
                }
            }
            if ready.is_readable()
                && let Some(bytes) = self.receive()?
            {
                return Ok(Some(bytes));
            }
        }
    }

    fn send(&mut self) -> Result<(), RawEnd> {
        if self.unsent.len() > self.to_server {
            return Err(RawEnd::Limit);
        }
        match self.stream.try_write(&self.unsent) {
            Ok(count) => {
                self.to_server -= count;
                self.unsent.drain(..count);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            // What the other side said before it went is still to be read, and then that it is gone.
            Err(_) => {
                self.unsent.clear();
                Ok(())
            }
        }
    }

    fn receive(&mut self) -> Result<Option<Vec<u8>>, RawEnd> {
        let mut chunk = [0; CHUNK];
        match self.stream.try_read(&mut chunk) {
            Ok(0) => Err(RawEnd::Eof),
            Ok(count) if count > self.to_client => Err(RawEnd::Limit),
            Ok(count) => {
                self.to_client -= count;
                Ok(Some(chunk[..count].to_vec()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(_) => Err(RawEnd::Reset),
        }
    }
}
