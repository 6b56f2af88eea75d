//! A client's socket on the core's codec, blocking.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use playground_core::chat::wire::{ClientMessage, ServerMessage};
use playground_core::sim::Rng;
use playground_core::websocket::{Endpoint, Event, Limits};

use crate::running::DEADLINE;

/// An open WebSocket to `/ws/chat`.
pub(super) struct Socket {
    pub(super) stream: TcpStream,
    endpoint: Endpoint,
    buffer: Vec<u8>,
}

/// What came, or did not.
#[derive(Debug)]
pub(super) enum Received {
    Message(ServerMessage),
    /// Nothing in the time given.
    Nothing,
    /// The connection is over, with this close code if there was one.
    Over(Option<u16>),
}

impl Socket {
    /// An error means that nobody is there, or not for long enough.
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        let (stream, rest) = handshake(address)?;
        let mut endpoint = Endpoint::client(Limits::default(), Rng::new(address.port().into()));
        endpoint.receive(&rest);
        Ok(Self { stream, endpoint, buffer: vec![0; 64 * 1024] })
    }

    pub(super) fn send(&mut self, message: &ClientMessage) -> io::Result<()> {
        self.send_text(&serde_json::to_string(message).unwrap())
    }

    pub(super) fn send_text(&mut self, text: &str) -> io::Result<()> {
        // After a close frame there is nobody to send to, as when the connection is broken.
        self.endpoint.send_text(text).map_err(|_| ErrorKind::BrokenPipe)?;
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = self.endpoint.take_outgoing();
        self.stream.write_all(&bytes)
    }

    /// The next message, if one comes until then.
    pub(super) fn receive(&mut self, until: Instant) -> Received {
        loop {
            while let Some(event) = self.endpoint.next_event() {
                match event {
                    Event::Text(text) => {
                        let message = serde_json::from_str(&text);
                        let message = message.unwrap_or_else(|error| panic!("{error}: {text}"));
                        return Received::Message(message);
                    }
                    Event::Closed { code, .. } => {
                        // The server may be gone already.
                        let _ = self.flush();
                        return Received::Over(code.map(|code| code.0));
                    }
                    Event::Ping(_) | Event::Pong(_) => {}
                    Event::Binary(_) | Event::Failed(_) => panic!("{event:?}"),
                }
            }
            if self.flush().is_err() {
                return Received::Over(None);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Received::Nothing;
            }
            self.stream.set_read_timeout(Some(left.max(Duration::from_millis(1)))).unwrap();
            match self.stream.read(&mut self.buffer) {
                Ok(0) => return Received::Over(None),
                Ok(read) => self.endpoint.receive(&self.buffer[..read]),
                Err(error) if is_timeout(&error) => return Received::Nothing,
                Err(_) => return Received::Over(None),
            }
        }
    }

    /// The next message that is of interest; others are dropped.
    pub(super) fn wait_for<T>(
        &mut self,
        what: &str,
        mut interest: impl FnMut(ServerMessage) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.receive(deadline) {
                Received::Message(message) => {
                    if let Some(found) = interest(message) {
                        return found;
                    }
                }
                ended => panic!("waited in vain for {what}: {ended:?}"),
            }
        }
    }
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A connection that has become a WebSocket, and what has come on it already.
pub(super) fn handshake(address: SocketAddr) -> io::Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    let request = format!(
        "GET /ws/chat HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Origin: http://{address}\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => head.extend_from_slice(&buffer[..read]),
        }
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = head.split_off(end + 4);
            assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
            return Ok((stream, rest));
        }
    }
}
