//! The WebSockets on the core's own codec, met by clients of every kind: bytes by hand, tungstenite, and the
//! commands that a visitor copies.

mod commands;
mod echo;
mod handshake;
#[cfg(target_os = "linux")]
mod memory;
mod raw;
mod tap;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use playground_core::websocket::{Frame, Opcode};
use playground_server::Config;
use playground_server::app::Limits;
use playground_server::websocket::Patience;
use tokio_tungstenite::tungstenite::WebSocket;
use tokio_tungstenite::tungstenite::client::client;

use crate::running::{DEADLINE, with_page};

/// The key and its answer in RFC 6455 section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The request that opens a WebSocket, with further header lines.
fn request(path: &str, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{more}\r\n"
    )
}

/// A client that writes and reads bytes as they are.
struct Peer(TcpStream);

impl Peer {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Self(stream)
    }

    /// With the handshake done.
    fn open(address: SocketAddr, path: &str) -> Self {
        let mut peer = Self::connect(address);
        peer.send(request(path, "").as_bytes());
        let head = peer.head();
        assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
        peer
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// The head of an answer, up to the empty line.
    fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(self.exactly(1));
        }
        String::from_utf8(head).unwrap()
    }

    fn exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Everything up to the end.
    fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        bytes
    }
}

/// A frame as a client sends it.
fn frame(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    part(true, opcode, payload)
}

/// A frame that may be followed by more of its message.
fn part(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame { fin, opcode, mask: Some([0x37, 0xfa, 0x21, 0x3d]), payload }.encode(&mut bytes);
    bytes
}

/// A close frame as the server sends it.
fn farewell(code: u16, reason: &str) -> Vec<u8> {
    let length = u8::try_from(2 + reason.len()).unwrap();
    [&[0x88, length], &code.to_be_bytes()[..], reason.as_bytes()].concat()
}

/// Another implementation of the protocol.
fn tungstenite(address: SocketAddr, path: &str) -> WebSocket<TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream.set_nodelay(true).unwrap();
    client(format!("ws://{address}{path}"), stream).unwrap().0
}

fn patient(websocket: Patience) -> Config {
    Config { limits: Limits { websocket, ..Limits::default() }, ..with_page() }
}
