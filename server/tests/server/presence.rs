//! The presence socket: what it says, who may open it, and how it ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use playground_server::Config;
use playground_server::app::Limits;
use playground_server::presence::Presence;
use playground_server::serve::Patience;
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

use crate::running::{Server, with_page};

fn open(server: &Server, origin: Option<&str>) -> Result<WebSocket<TcpStream>, u16> {
    let uri = format!("ws://{}/ws/server", server.address);
    let mut request = uri.into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    match client(request, server.connect()) {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::HandshakeError::Failure(Error::Http(answer))) => {
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

fn next_presence(socket: &mut WebSocket<TcpStream>) -> Presence {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

/// Reads until the server closes, and returns the code that it gives.
fn close_code(socket: &mut WebSocket<TcpStream>) -> CloseCode {
    loop {
        match socket.read() {
            Ok(Message::Close(Some(frame))) => return frame.code,
            Ok(_) => {}
            Err(error) => panic!("no close frame: {error}"),
        }
    }
}

fn beating(heartbeat: Duration) -> Config {
    Config { limits: Limits { heartbeat, ..Limits::default() }, ..with_page() }
}

#[test]
fn hello_tells_which_server_and_which_page() {
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let server = Server::start(with_page());
    let mut socket = open(&server, None).unwrap();
    let Message::Text(text) = socket.read().unwrap() else { panic!("not a text message") };
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["type"], "hello");
    assert_eq!(value["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(value["page"], server.get("/").header("etag"));
    assert_eq!(
        value["labs"],
        serde_json::json!([
            "multi_threading",
            "blocking_queue",
            "websocket",
            "chat",
            "two_phase_commit",
            "unique_id",
            "cdn",
            "consistent_hashing"
        ])
    );
    let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    assert!((before..=after).contains(&value["started_at_ms"].as_u64().unwrap()), "{value}");
    assert_eq!(value.as_object().unwrap().len(), 5);
}

#[test]
fn without_a_page_hello_says_so() {
    let server = Server::start(Config::default());
    let mut socket = open(&server, None).unwrap();
    assert!(matches!(next_presence(&mut socket), Presence::Hello { page: None, .. }));
}

#[test]
fn heartbeats_go_on_while_pings_are_answered() {
    let server = Server::start(beating(Duration::from_millis(200)));
    let mut socket = open(&server, None).unwrap();
    assert!(matches!(next_presence(&mut socket), Presence::Hello { .. }));
    let mut last = 0;
    // A server that does not hear the answers hangs up after two.
    for _ in 0..4 {
        match next_presence(&mut socket) {
            Presence::Heartbeat { uptime_ms } => {
                assert!(uptime_ms > last);
                last = uptime_ms;
            }
            hello => panic!("{hello:?}"),
        }
    }
}

#[test]
fn who_does_not_answer_pings_is_let_go() {
    let server = Server::start(beating(Duration::from_millis(20)));
    let mut stream = server.connect();
    let request = "GET /ws/server HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\
                   Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut everything = Vec::new();
    // Bounded, since a server that does not let go would go on for ever.
    stream.take(1024).read_to_end(&mut everything).unwrap();
    let text = String::from_utf8_lossy(&everything);
    assert!(text.starts_with("HTTP/1.1 101 "), "{text}");
    assert_eq!(text.matches("heartbeat").count(), 2, "{text}");
}

#[test]
fn only_the_pages_own_origin_may_connect() {
    let server = Server::start(with_page());
    let own = format!("http://{}", server.address);
    for origin in [own.as_str(), "http://localhost:8080", "http://127.0.0.1:8080"] {
        assert!(open(&server, Some(origin)).is_ok(), "{origin}");
    }
    for origin in ["http://elsewhere.example", "null", "https://localhost.example:8080"] {
        assert_eq!(open(&server, Some(origin)).err(), Some(403), "{origin}");
    }

    let public = Server::start(Config { listens_on_loopback: false, ..with_page() });
    let own = format!("http://{}", public.address);
    assert!(open(&public, Some(&own)).is_ok());
    assert_eq!(open(&public, Some("http://localhost:8080")).err(), Some(403));
}

#[test]
fn large_messages_end_the_conversation() {
    let server = Server::start(with_page());
    let mut socket = open(&server, None).unwrap();
    socket.send(Message::text("a".repeat(4096))).unwrap();
    socket.send(Message::Ping("still there?".into())).unwrap();
    while !matches!(socket.read().unwrap(), Message::Pong(_)) {}
    socket.send(Message::text("a".repeat(4097))).unwrap();
    assert_eq!(close_code(&mut socket), CloseCode::Policy);
}

#[test]
fn a_client_that_closes_is_answered() {
    let server = Server::start(with_page());
    let mut socket = open(&server, None).unwrap();
    socket.close(None).unwrap();
    loop {
        match socket.read() {
            Ok(_) => {}
            Err(Error::ConnectionClosed) => break,
            Err(error) => panic!("not a clean end: {error}"),
        }
    }
}

#[test]
fn a_stopping_server_says_that_it_goes_away() {
    let patience = Patience { grace: Duration::from_secs(600), ..Patience::default() };
    let mut server = Server::start_with(with_page(), Router::new(), patience);
    let mut sockets = [open(&server, None).unwrap(), open(&server, None).unwrap()];
    for socket in &mut sockets {
        assert!(matches!(next_presence(socket), Presence::Hello { .. }));
    }
    server.ask_to_stop();
    for socket in &mut sockets {
        assert_eq!(close_code(socket), CloseCode::Away);
        // Lets the library send its answer, for which the server waits.
        while socket.read().is_ok() {}
    }
    server.join();
}
