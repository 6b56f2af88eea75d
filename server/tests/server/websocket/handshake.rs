//! The opening handshake, and every request that is none.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use axum::Router;
use playground_server::problem::Problem;
use playground_server::serve::{HEAD_LIMIT, Patience};

use super::{ACCEPT, KEY, Peer, request};
use crate::running::{DEADLINE, Server, with_page};

/// The head of an answer and, unless it is an upgrade, the problem in its body.
fn answer(server: &Server, request: &str) -> (String, Option<Problem>) {
    let mut peer = Peer::connect(server.address);
    peer.send(request.as_bytes());
    let head = peer.head();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let body = peer.exactly(length.map_or(0, |length| length.parse().unwrap()));
    (head, (!body.is_empty()).then(|| serde_json::from_slice(&body).unwrap()))
}

#[test]
fn the_key_is_answered() {
    let server = Server::start(with_page());
    let (head, _) = answer(&server, &request("/ws/echo", ""));
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
    assert!(head.contains("\r\nupgrade: websocket\r\n"), "{head}");
    assert!(head.contains("\r\nconnection: Upgrade\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nsec-websocket-accept: {ACCEPT}\r\n")), "{head}");
    let names: Vec<_> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["upgrade", "connection", "sec-websocket-accept", "date", ""], "{head}");
}

#[test]
fn requests_that_open_nothing_are_told_why() {
    let server = Server::start(with_page());
    let whole = request("/ws/echo", "");
    let key = format!("Sec-WebSocket-Key: {KEY}\r\n");
    for (request, status, detail) in [
        (whole.replace(KEY, "c2hvcnQ="), 400, "Sec-WebSocket-Key must be 16 bytes in base64"),
        (whole.replace(KEY, "?"), 400, "Sec-WebSocket-Key must be 16 bytes in base64"),
        (whole.replace(&key, ""), 400, "there must be a header Sec-WebSocket-Key"),
        (whole.replace(&key, &key.repeat(2)), 400, "there must be one header Sec-WebSocket-Key"),
        (
            whole.replace("Version: 13", "Version: 8"),
            426,
            "Sec-WebSocket-Version must be 13, not 8",
        ),
        (whole.replace("Upgrade: websocket", "Upgrade: h2c"), 426, "Upgrade must name websocket"),
        (whole.replace("Connection: Upgrade", "A: b"), 400, "Connection must name Upgrade"),
        ("GET /ws/echo HTTP/1.1\r\nHost: a\r\n\r\n".into(), 426, "Upgrade must name websocket"),
    ] {
        let (head, problem) = answer(&server, &request);
        let problem = problem.unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{request}{head}");
        assert!(head.contains("content-type: application/problem+json"), "{head}");
        assert_eq!(problem.status, status);
        assert!(problem.detail.contains(detail), "{problem:?}");
        assert_eq!(head.contains("sec-websocket-version: 13\r\n"), status == 426, "{head}");
    }
    let (head, _) = answer(&server, &whole.replace("GET ", "POST "));
    assert!(head.starts_with("HTTP/1.1 405 ") && head.contains("allow: GET"), "{head}");
    let (head, _) = answer(&server, &whole.replace("HTTP/1.1", "HTTP/1.0"));
    assert!(head.starts_with("HTTP/1.0 505 "), "{head}");
}

#[test]
fn only_the_pages_own_origin_may_connect() {
    let server = Server::start(with_page());
    for path in ["/ws/echo", "/ws/tap", "/ws/raw"] {
        let own = format!("Origin: http://{}\r\n", server.address);
        let (head, _) = answer(&server, &request(path, &own));
        assert!(head.starts_with("HTTP/1.1 101 "), "{path}: {head}");
        let (_, problem) = answer(&server, &request(path, "Origin: http://evil.example\r\n"));
        assert_eq!(problem.unwrap().status, 403, "{path}");
    }
}

#[test]
fn a_head_of_16_kib_is_read_and_a_larger_one_refused() {
    let server = Server::start(with_page());
    let bare = request("/ws/echo", "X: \r\n").len();
    let padded =
        |length: usize| request("/ws/echo", &format!("X: {}\r\n", "a".repeat(length - bare)));
    assert_eq!(padded(HEAD_LIMIT).len(), 16 * 1024);
    let (head, _) = answer(&server, &padded(HEAD_LIMIT));
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    for too_large in [HEAD_LIMIT + 1, 20 * 1024, 1 << 20] {
        let mut peer = Peer::connect(server.address);
        // Of a megabyte, the server reads no more than it must, so the rest may be refused.
        let _ = peer.0.write_all(padded(too_large).as_bytes());
        let head = peer.head();
        assert!(head.starts_with("HTTP/1.1 431 "), "{too_large}: {head}");
    }
}

#[test]
fn a_silent_or_slow_handshake_is_cut() {
    assert_eq!(Patience::default().head, Duration::from_secs(5));
    let patience = Patience { head: Duration::from_millis(50), ..Patience::default() };
    let server = Server::start_with(with_page(), Router::new(), patience);
    let mut silent = Peer::connect(server.address);
    assert_eq!(silent.rest(), b"", "there is no request to answer");

    let mut slow = Peer::connect(server.address);
    let mut sender = slow.0.try_clone().unwrap();
    let writing = std::thread::spawn(move || {
        // A byte at a time, and never enough: what counts is the whole head, not the last byte.
        for _ in 0..HEAD_LIMIT / 2 {
            if sender.write_all(b"X").is_err() {
                return;
            }
            std::thread::yield_now();
        }
    });
    let mut answer = String::new();
    // The server may be gone before all of what was sent in vain has arrived.
    let _ = slow.0.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    writing.join().unwrap();

    let deadline = Instant::now() + DEADLINE;
    let answer = loop {
        let mut begun = Peer::connect(server.address);
        // On a busy machine, even this much may come too late.
        let _ = begun.0.write_all(b"GET /ws/echo HTTP/1.1\r\nHost: a\r\n");
        let answer = String::from_utf8(begun.rest()).unwrap();
        if !answer.is_empty() {
            break answer;
        }
        assert!(Instant::now() < deadline, "never answered");
    };
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{head}");
    assert_eq!(serde_json::from_str::<Problem>(body).unwrap().status, 408);
}
