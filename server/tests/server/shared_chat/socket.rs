//! A client's socket on the core's codec, for many clients in few threads.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use playground_core::chat::wire::{ClientMessage, ServerMessage};
use playground_core::sim::Rng;
use playground_core::websocket::{Endpoint, Event, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An open WebSocket to `/ws/chat`.
pub(super) struct Socket {
    stream: TcpStream,
    endpoint: Endpoint,
    buffer: Vec<u8>,
}

/// What came.
#[derive(Debug)]
pub(super) enum Received {
    Message(ServerMessage),
    /// The connection is over, with this close code if there was one.
    Over(Option<u16>),
}

impl Socket {
    /// An error means that nobody is there.
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET /ws/chat HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        let mut buffer = vec![0; 16 << 10];
        let rest = loop {
            match stream.read(&mut buffer).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => head.extend_from_slice(&buffer[..read]),
            }
            if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
                break head.split_off(end + 4);
            }
        };
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
        let mut endpoint = Endpoint::client(Limits::default(), Rng::new(address.port().into()));
        endpoint.receive(&rest);
        Ok(Self { stream, endpoint, buffer })
    }

    /// Sends it with the next [`Socket::receive`].
    pub(super) fn send(&mut self, message: &ClientMessage) {
        // After a close frame there is nobody to send to; receiving says so.
        let _ = self.endpoint.send_text(&serde_json::to_string(message).unwrap());
    }

    /// The next message. Safe to cancel: what has come is kept.
    pub(super) async fn receive(&mut self) -> Received {
        loop {
            while let Some(event) = self.endpoint.next_event() {
                match event {
                    Event::Text(text) => {
                        let message = serde_json::from_str(&text);
                        return Received::Message(
                            message.unwrap_or_else(|e| panic!("{e}: {text}")),
                        );
                    }
                    Event::Closed { code, .. } => return Received::Over(code.map(|code| code.0)),
                    Event::Ping(_) | Event::Pong(_) => {}
                    Event::Binary(_) | Event::Failed(_) => panic!("{event:?}"),
                }
            }
            if self.write().await.is_err() {
                return Received::Over(None);
            }
            match self.stream.read(&mut self.buffer).await {
                Ok(0) | Err(_) => return Received::Over(None),
                Ok(read) => self.endpoint.receive(&self.buffer[..read]),
            }
        }
    }

    /// Writes what is to be sent; what is written is not written again, wherever this is cancelled.
    async fn write(&mut self) -> io::Result<()> {
        while !self.endpoint.outgoing().is_empty() {
            let written = self.stream.write(self.endpoint.outgoing()).await?;
            self.endpoint.outgoing().drain(..written);
        }
        Ok(())
    }
}
