//! `/ws/tap`: whoever holds an id sees every byte of the connection that names it.

use std::net::TcpStream;

use playground_core::websocket::Opcode;
use playground_core::websocket::wire::{Direction, TapMessage};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::{Peer, frame, request, tungstenite};
use crate::running::{Server, with_page};

fn next(tap: &mut WebSocket<TcpStream>) -> TapMessage {
    loop {
        if let Message::Text(text) = tap.read().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

fn ready(tap: &mut WebSocket<TcpStream>) -> String {
    match next(tap) {
        TapMessage::Ready { id } => id,
        other => panic!("{other:?}"),
    }
}

/// Everything up to the end of the connection: the bytes of both directions, told and left out.
fn until_ended(tap: &mut WebSocket<TcpStream>) -> ([Vec<u8>; 2], [u64; 2]) {
    assert_eq!(next(tap), TapMessage::Opened { at_us: 0 });
    let (mut told, mut left_out, mut last) = ([vec![], vec![]], [0, 0], 0);
    loop {
        match next(tap) {
            TapMessage::Bytes { direction, at_us, bytes } => {
                assert!(!bytes.is_empty());
                assert!(at_us >= last, "{at_us} after {last}");
                last = at_us;
                told[direction as usize].extend(bytes);
            }
            TapMessage::LeftOut { direction, bytes, .. } => left_out[direction as usize] += bytes,
            TapMessage::Ended { at_us } => {
                assert!(at_us >= last);
                return (told, left_out);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn every_byte_is_told_the_handshake_and_the_farewell_included() {
    let server = Server::start(with_page());
    let mut tap = tungstenite(server.address, "/ws/tap");
    let id = ready(&mut tap);
    let mut peer = Peer::connect(server.address);
    // An earlier request on the same connection is nobody's business.
    peer.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let head = peer.head();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    peer.exactly(length.parse().unwrap());

    let request = request(&format!("/ws/echo?tap={id}"), "X-Mine: yes\r\n");
    let early = frame(Opcode::Text, b"early");
    peer.send(&[request.as_bytes(), &early].concat());
    let mut received = peer.head().into_bytes();
    received.extend(peer.exactly(7));
    let close = frame(Opcode::Close, b"\x03\xe8bye");
    peer.send(&close);
    received.extend(peer.rest());

    let (told, left_out) = until_ended(&mut tap);
    let sent = [request.as_bytes(), &early, &close].concat();
    assert_eq!(
        String::from_utf8_lossy(&told[Direction::ToServer as usize]),
        String::from_utf8_lossy(&sent)
    );
    assert_eq!(told[Direction::ToClient as usize], received);
    assert_eq!(left_out, [0, 0]);

    // And the next connection, under a new id.
    let another = ready(&mut tap);
    assert_ne!(another, id);
    let mut peer = Peer::open(server.address, &format!("/ws/echo?tap={another}"));
    peer.send(b"\x81\x05Hello");
    let answer = peer.rest();
    drop(peer);
    let (told, _) = until_ended(&mut tap);
    assert!(told[0].ends_with(b"\r\n\r\n\x81\x05Hello"));
    assert!(told[1].ends_with(&answer) && answer.starts_with(&[0x88, 31, 3, 234]), "{answer:?}");
}

#[test]
fn an_id_is_good_for_one_connection() {
    let server = Server::start(with_page());
    let mut tap = tungstenite(server.address, "/ws/tap");
    let id = ready(&mut tap);
    let _first = Peer::open(server.address, &format!("/ws/echo?tap={id}"));
    for id in [id.as_str(), "guessed", ""] {
        let mut peer = Peer::connect(server.address);
        peer.send(request(&format!("/ws/echo?tap={id}"), "").as_bytes());
        let head = peer.head();
        assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    }
}

#[test]
fn a_slow_tap_does_not_slow_what_it_watches_and_learns_what_it_missed() {
    let server = Server::start(with_page());
    let mut tap = tungstenite(server.address, "/ws/tap");
    let id = ready(&mut tap);
    let mut watched = tungstenite(server.address, &format!("/ws/echo?tap={id}"));
    // Nobody reads the tap while this goes to and fro; more than any buffers on the way hold.
    let megabyte = Message::binary(vec![7; 1 << 20]);
    let mut passed = 0;
    for _ in 0..32 {
        watched.send(megabyte.clone()).unwrap();
        assert!(watched.read().unwrap() == megabyte);
        passed += (1 << 20) + 10;
    }
    watched.close(None).unwrap();
    while watched.read().is_ok() {}
    let (told, left_out) = until_ended(&mut tap);
    for direction in [0, 1] {
        assert!(left_out[direction] > 0, "{left_out:?}");
        let seen = told[direction].len() as u64 + left_out[direction];
        // Frames, and the handshake of some hundred bytes.
        assert!((passed..passed + 2048).contains(&seen), "{seen} of {passed}");
    }
}
