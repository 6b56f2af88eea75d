//! `/ws/raw`: a page writes bytes to the echo endpoint, and reaches nothing else.

use std::net::TcpStream;

use playground_core::websocket::Opcode;
use playground_core::websocket::wire::{RawEnd, RawMessage};
use playground_server::websocket::Patience;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::{farewell, frame, patient, request, tungstenite};
use crate::running::{Server, with_page};

/// A page, and what has come back to it so far.
struct Page {
    socket: WebSocket<TcpStream>,
    received: Vec<u8>,
}

impl Page {
    fn open(server: &Server) -> Self {
        let socket = tungstenite(server.address, "/ws/raw");
        let mut page = Self { socket, received: Vec::new() };
        assert_eq!(page.until_told(), RawMessage::Connected);
        page
    }

    fn send(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).unwrap();
    }

    fn reconnect(&mut self) {
        self.socket.send(Message::text(r#"{"type":"reconnect"}"#)).unwrap();
        self.received.clear();
        while self.until_told() != RawMessage::Connected {}
        self.received.clear();
    }

    /// Reads up to what the server tells about the connection.
    fn until_told(&mut self) -> RawMessage {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Binary(bytes) => self.received.extend(bytes),
                _ => {}
            }
        }
    }

    fn until_received(&mut self, end: &[u8]) {
        self.until(|received| received.ends_with(end));
    }

    fn until(&mut self, is_enough: impl Fn(&[u8]) -> bool) {
        while !is_enough(&self.received) {
            match self.socket.read().unwrap() {
                Message::Binary(bytes) => self.received.extend(bytes),
                Message::Text(text) => {
                    panic!("{text} after {}", String::from_utf8_lossy(&self.received))
                }
                _ => {}
            }
        }
    }
}

#[test]
fn bytes_pass_unchanged_in_both_directions() {
    let server = Server::start(with_page());
    let mut page = Page::open(&server);
    // A handshake in many pieces is one as well.
    for piece in request("/ws/echo", "").as_bytes().chunks(7) {
        page.send(piece);
    }
    page.until_received(b"\r\n\r\n");
    assert!(page.received.starts_with(b"HTTP/1.1 101 Switching Protocols\r\n"));
    page.send(&frame(Opcode::Text, b"Hello"));
    page.until_received(b"\x81\x05Hello");
    page.send(b"\x81\x05Hello");
    page.until_received(&farewell(1002, "a client must mask its frames"));
    assert_eq!(page.until_told(), RawMessage::Ended { how: RawEnd::Eof });

    page.reconnect();
    let early = [request("/ws/echo", "").as_bytes(), &frame(Opcode::Text, b"again")].concat();
    page.send(&early);
    page.until_received(b"\x81\x05again");
}

#[test]
fn nothing_but_the_echo_is_reached() {
    let server = Server::start(with_page());
    let mut page = Page::open(&server);
    for path in ["/", "/healthz", "/ws/raw", "/ws/tap", "/ws/server", "/api/two-phase-commit/state"]
    {
        page.send(
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
        assert_eq!(page.until_told(), RawMessage::Ended { how: RawEnd::Eof });
        let answer = String::from_utf8_lossy(&page.received).into_owned();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        page.reconnect();
    }
    page.send(request("/ws/echo", "Origin: http://evil.example\r\n").as_bytes());
    page.until_received(b"}");
    assert!(page.received.starts_with(b"HTTP/1.1 403 "));
}

#[test]
fn a_message_of_a_mebibyte_goes_through_and_more_than_four_do_not() {
    let server = Server::start(with_page());
    let mut page = Page::open(&server);
    page.send(request("/ws/echo", "").as_bytes());
    page.until_received(b"\r\n\r\n");
    let bytes = frame(Opcode::Binary, &vec![7; 1 << 20]);
    let (front, back) = bytes.split_at(1 << 19);
    page.send(front);
    page.send(back);
    let before = page.received.len();
    page.until(|received| received.len() == before + 10 + (1 << 20));
    for _ in 0..8 {
        page.send(front);
    }
    let ended = page.until_told();
    assert_eq!(ended, RawMessage::Ended { how: RawEnd::Limit });
}

#[test]
fn a_connection_has_its_time() {
    let raw = std::time::Duration::from_millis(50);
    let server = Server::start(patient(Patience { raw, ..Patience::default() }));
    let mut page = Page::open(&server);
    for _ in 0..2 {
        assert_eq!(page.until_told(), RawMessage::Ended { how: RawEnd::Timeout });
        // What comes too late goes nowhere, and the page may have another one.
        page.send(b"late");
        page.reconnect();
    }
}

#[test]
fn a_page_that_leaves_takes_its_connection_with_it() {
    let mut server = Server::start(with_page());
    let page = Page::open(&server);
    drop(page);
    let mut page = Page::open(&server);
    page.send(request("/ws/echo", "").as_bytes());
    page.until_received(b"\r\n\r\n");
    server.ask_to_stop();
    // The echo at the other end says so, too.
    loop {
        match page.socket.read().unwrap() {
            Message::Close(Some(frame)) => break assert_eq!(u16::from(frame.code), 1001),
            Message::Binary(bytes) => assert_eq!(bytes[..], farewell(1001, "the server stops")),
            _ => {}
        }
    }
    while page.socket.read().is_ok() {}
    server.join();
}

#[test]
fn other_requests_are_refused() {
    let server = Server::start(with_page());
    let mut page = Page::open(&server);
    page.socket.send(Message::text("hello")).unwrap();
    loop {
        if let Message::Close(Some(frame)) = page.socket.read().unwrap() {
            assert_eq!(u16::from(frame.code), 1003);
            break;
        }
    }
}

#[test]
fn sessions_are_counted() {
    let server = Server::start(with_page());
    let mut pages: Vec<_> = (0..64).map(|_| Page::open(&server)).collect();
    let answer = server.status_line(
        request("/ws/raw", "")
            .replace("Connection: Upgrade", "Connection: Upgrade, close")
            .as_bytes(),
    );
    assert_eq!(answer, "HTTP/1.1 503 Service Unavailable");
    pages.pop().unwrap().socket.close(None).unwrap();
    // Its place is free once the server has noticed.
    let deadline = std::time::Instant::now() + crate::running::DEADLINE;
    loop {
        let mut peer = super::Peer::connect(server.address);
        peer.send(request("/ws/raw", "").as_bytes());
        if peer.head().starts_with("HTTP/1.1 101 ") {
            break;
        }
        assert!(std::time::Instant::now() < deadline);
    }
}
