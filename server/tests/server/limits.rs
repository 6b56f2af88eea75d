//! Clients that send too much, too slowly, or nothing at all; and what a stopping server owes the others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use playground_server::Config;
use playground_server::app::{AppState, Limits};
use playground_server::connections::{Bounds, Connections};
use playground_server::problem::Problem;
use playground_server::serve::Patience;
use tokio::sync::Semaphore;

use crate::running::{DEADLINE, Server, with_page};

async fn length(body: Bytes) -> String {
    body.len().to_string()
}

fn counting() -> Router<AppState> {
    Router::new().route("/api/length", post(length))
}

/// Waits until a handler has added a permit.
fn wait_for(arrivals: &Semaphore) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let arrived = async { tokio::time::timeout(DEADLINE, arrivals.acquire()).await };
    runtime.block_on(arrived).unwrap().unwrap().forget();
}

#[test]
fn bodies_are_limited_and_the_refusal_arrives() {
    let server = Server::start_with(with_page(), counting(), Patience::default());
    let limit = Limits::default().body_bytes;
    let fits = server.request("POST", "/api/length", &[], &vec![b'a'; limit]);
    assert_eq!((fits.status, fits.body), (200, limit.to_string().into_bytes()));
    for too_much in [limit + 1, 2 * limit] {
        let answer = server.request("POST", "/api/length", &[], &vec![b'a'; too_much]);
        assert_eq!(answer.status, 413);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json::<Problem>().title, "Payload Too Large");
    }
}

#[test]
fn a_body_of_undeclared_length_is_limited_too() {
    let limits = Limits { body_bytes: 8, ..Limits::default() };
    let config = Config { limits, ..with_page() };
    let server = Server::start_with(config, counting(), Patience::default());
    let head = "POST /api/length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    let fits = format!("{head}8\r\naaaaaaaa\r\n0\r\n\r\n");
    assert_eq!(server.status_line(fits.as_bytes()), "HTTP/1.1 200 OK");
    let too_much = format!("{head}8\r\naaaaaaaa\r\n1\r\na\r\n0\r\n\r\n");
    assert_eq!(server.status_line(too_much.as_bytes()), "HTTP/1.1 413 Payload Too Large");
}

#[test]
fn a_client_that_asks_first_need_not_send_a_body_in_vain() {
    let server = Server::start_with(with_page(), counting(), Patience::default());
    let head = "POST /api/length HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\
                Content-Length: 10000000\r\n\r\n";
    assert_eq!(server.status_line(head.as_bytes()), "HTTP/1.1 413 Payload Too Large");
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let limits = Limits { api_timeout: Duration::from_millis(50), ..Limits::default() };
    let config = Config { limits, ..with_page() };
    let server = Server::start_with(config, counting(), Patience::default());
    let started = b"POST /api/length HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
    assert_eq!(server.status_line(started), "HTTP/1.1 408 Request Timeout");
}

#[test]
fn a_head_that_does_not_come_is_given_up() {
    let patience = Patience { head: Duration::from_millis(50), ..Patience::default() };
    let server = Server::start_with(with_page(), Router::new(), patience);
    for started in ["", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        let mut stream = server.connect();
        stream.write_all(started.as_bytes()).unwrap();
        let mut rest = Vec::new();
        // Reading to the end within the deadline is the point: the server hangs up.
        stream.read_to_end(&mut rest).unwrap();
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_stopping_server_finishes_what_is_in_flight() {
    static ARRIVED: Semaphore = Semaphore::const_new(0);
    static MAY_ANSWER: Semaphore = Semaphore::const_new(0);
    async fn waits() -> &'static str {
        ARRIVED.add_permits(1);
        let _permit = MAY_ANSWER.acquire().await.unwrap();
        "answered"
    }
    let more = Router::new().route("/api/waits", get(waits));
    let mut server = Server::start_with(with_page(), more, Patience::default());
    let mut in_flight = server.connect();
    in_flight.write_all(b"GET /api/waits HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    wait_for(&ARRIVED);

    server.ask_to_stop();
    // Nobody else gets in any more: the port is free while the request is still unanswered.
    let deadline = std::time::Instant::now() + DEADLINE;
    while std::net::TcpListener::bind(server.address).is_err() {
        assert!(std::time::Instant::now() < deadline, "the server still listens");
        std::thread::yield_now();
    }
    MAY_ANSWER.add_permits(1);
    let mut answer = String::new();
    in_flight.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("answered"), "{answer}");
    server.join();
}

#[test]
fn a_stopping_server_does_not_wait_for_idle_connections() {
    let patience = Patience { head: DEADLINE * 10, grace: DEADLINE * 10, ..Patience::default() };
    let server = Server::start_with(with_page(), Router::new(), patience);
    let mut silent = server.connect();
    let mut kept_open = server.connect();
    kept_open.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert_eq!(kept_open.read(&mut [0]).unwrap(), 1);
    server.join();
    for stream in [&mut silent, &mut kept_open] {
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn a_stopping_server_does_not_wait_for_ever() {
    static ARRIVED: Semaphore = Semaphore::const_new(0);
    async fn never() -> &'static str {
        ARRIVED.add_permits(1);
        std::future::pending().await
    }
    let patience = Patience { grace: Duration::from_millis(50), ..Patience::default() };
    let limits = Limits { api_timeout: DEADLINE * 10, ..Limits::default() };
    let config = Config { limits, ..with_page() };
    let more = Router::new().route("/api/never", get(never));
    let server = Server::start_with(config, more, patience);
    let mut stuck = server.connect();
    stuck.write_all(b"GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    wait_for(&ARRIVED);
    server.join();
}

/// Whether a connection is served; whether it is one too many otherwise.
fn is_admitted(stream: &mut TcpStream) -> bool {
    // The server may have refused it before.
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut begin = [0; 13];
    stream.read_exact(&mut begin).unwrap();
    match &begin {
        b"HTTP/1.1 200 " => true,
        b"HTTP/1.1 503 " => {
            let mut rest = String::new();
            stream.read_to_string(&mut rest).unwrap();
            let (head, body) = rest.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("retry-after: 5"), "{head}");
            assert!(head.contains("content-type: application/problem+json"), "{head}");
            assert_eq!(serde_json::from_str::<Problem>(body).unwrap().status, 503);
            false
        }
        other => panic!("{}", String::from_utf8_lossy(other)),
    }
}

/// Waits until the server has noticed that a connection is gone.
fn wait_for_room(server: &Server) -> TcpStream {
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        let mut stream = server.connect();
        if is_admitted(&mut stream) {
            return stream;
        }
        assert!(std::time::Instant::now() < deadline, "no room");
    }
}

#[test]
fn connections_are_counted_for_their_whole_life() {
    let connections = Connections::new(Bounds { per_address: 1, total: 1000 });
    let patience = Patience { head: DEADLINE * 10, ..Patience::default() };
    let server = Server::start_bounded(with_page(), Router::new(), patience, connections.clone());
    // Silent ones, those that are kept open, and WebSockets on both kinds of codec.
    let mut held = Vec::new();
    for index in 0..16 {
        let mut stream = server.connect();
        let path = match index % 4 {
            0 => "/ws/echo",
            1 => "/ws/server",
            _ => "/healthz",
        };
        if index % 4 < 3 {
            let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                           Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n{upgrade}");
            stream.write_all(request.as_bytes()).unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 1);
        }
        held.push(stream);
    }
    for _ in 0..3 {
        assert!(!is_admitted(&mut server.connect()));
    }
    assert_eq!(connections.open(), 16);
    // Each that goes makes room for one, whatever it was.
    let mut newcomers = Vec::new();
    for stream in held {
        drop(stream);
        newcomers.push(wait_for_room(&server));
        assert!(!is_admitted(&mut server.connect()));
    }
    server.join();
    assert_eq!(connections.open(), 0);
}

#[test]
fn connections_are_bounded_in_all() {
    let connections = Connections::new(Bounds { per_address: 1000, total: 2 });
    let server =
        Server::start_bounded(with_page(), Router::new(), Patience::default(), connections);
    let mut held = [server.connect(), server.connect()];
    assert!(held.iter_mut().all(is_admitted));
    assert!(!is_admitted(&mut server.connect()));
    drop(held);
    wait_for_room(&server);
}
