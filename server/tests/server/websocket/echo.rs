//! `/ws/echo`: messages come back, and each broken rule is answered with the close frame that it deserves.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use axum::Router;
use playground_core::websocket::Opcode;
use playground_server::serve;
use playground_server::websocket::Patience;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, client::client_with_config};

use super::{Peer, farewell, frame, part, patient, request, tungstenite};
use crate::running::{DEADLINE, Server, with_page};

#[test]
fn messages_of_every_length_class_come_back() {
    let server = Server::start(with_page());
    let mut socket = tungstenite(server.address, "/ws/echo");
    for length in [0, 1, 125, 126, 65_535, 65_536, 1 << 20] {
        for message in [Message::text("ä".repeat(length / 2)), Message::binary(vec![7; length])] {
            socket.send(message.clone()).unwrap();
            assert_eq!(socket.read().unwrap(), message);
        }
    }
    socket.close(None).unwrap();
    assert!(matches!(socket.read(), Ok(Message::Close(None))));
    assert!(matches!(socket.read(), Err(Error::ConnectionClosed)), "a clean end");
}

#[test]
fn sixteen_mebibytes_come_back_and_more_is_refused() {
    let server = Server::start(with_page());
    let stream = server.connect();
    let config =
        WebSocketConfig::default().max_message_size(Some(64 << 20)).max_frame_size(Some(64 << 20));
    let uri = format!("ws://{}/ws/echo", server.address);
    let (mut socket, _) = client_with_config(uri, stream, Some(config)).unwrap();
    let message = Message::binary(vec![7; 16 << 20]);
    socket.send(message.clone()).unwrap();
    assert!(socket.read().unwrap() == message);

    let mut peer = Peer::open(server.address, "/ws/echo");
    // In pieces that are each within the limit.
    peer.send(&part(false, Opcode::Binary, &vec![7; 16 << 20]));
    peer.send(&part(false, Opcode::Continuation, &[7; 65_536]));
    peer.send(&part(true, Opcode::Continuation, &[7]));
    let reason = "a message of at least 16842753 bytes exceeds the limit of 16842752";
    assert_eq!(peer.rest(), farewell(1009, reason));
}

#[test]
fn a_slow_reader_misses_nothing() {
    let server = Server::start(with_page());
    let mut peer = Peer::open(server.address, "/ws/echo");
    let mut sender = peer.0.try_clone().unwrap();
    const MESSAGES: u32 = 20_000;
    let message = |number: u32| [&number.to_be_bytes()[..], &[7; 996]].concat();
    let sending = std::thread::spawn(move || {
        // Much more than any buffers on the way hold, so that this waits for the reader.
        for number in 0..MESSAGES {
            sender.write_all(&frame(Opcode::Binary, &message(number))).unwrap();
        }
    });
    for number in 0..MESSAGES {
        let expected = [&[0x82, 126, 3, 232], &message(number)[..]].concat();
        assert!(peer.exactly(expected.len()) == expected, "message {number}");
    }
    sending.join().unwrap();
}

#[test]
fn many_large_messages_at_once_are_put_off() {
    let server = Server::start(with_page());
    // Each begins a message of 16 MiB and does not end it.
    let mut bytes = frame(Opcode::Binary, &vec![7; 16 << 20]);
    bytes.pop();
    let mut peers: Vec<_> = (0..16).map(|_| Peer::open(server.address, "/ws/echo")).collect();
    for peer in &mut peers {
        peer.send(&bytes);
        peer.0.set_nonblocking(true).unwrap();
    }
    // Whichever comes last is told so.
    let deadline = Instant::now() + DEADLINE;
    let mut told = Vec::new();
    while told.is_empty() {
        assert!(Instant::now() < deadline, "all were taken");
        for peer in &mut peers {
            // An error means that nothing has come yet.
            let _ = peer.0.read_to_end(&mut told);
        }
        std::thread::yield_now();
    }
    assert!(told.starts_with(&farewell(1013, "too many large messages are on their way")));
    // Small ones go on, and once the others are gone, so do large ones.
    let mut small = Peer::open(server.address, "/ws/echo");
    small.send(&frame(Opcode::Text, b"small"));
    assert_eq!(small.exactly(7), b"\x81\x05small");
    drop(peers);
    let mut large = tungstenite(server.address, "/ws/echo");
    large.send(Message::binary(vec![7; 1 << 20])).unwrap();
    assert_eq!(large.read().unwrap().len(), 1 << 20);
}

#[test]
fn what_is_sent_behind_the_request_is_not_lost() {
    let server = Server::start(with_page());
    let mut peer = Peer::connect(server.address);
    let together = [request("/ws/echo", "").as_bytes(), &frame(Opcode::Text, b"early")].concat();
    peer.send(&together);
    assert!(peer.head().starts_with("HTTP/1.1 101 "));
    assert_eq!(peer.exactly(7), b"\x81\x05early");
}

#[test]
fn a_ping_between_fragments_is_answered_between_them() {
    let server = Server::start(with_page());
    let mut peer = Peer::open(server.address, "/ws/echo");
    peer.send(&part(false, Opcode::Text, "é".as_bytes().split_at(1).0));
    peer.send(&frame(Opcode::Ping, b"here?"));
    assert_eq!(peer.exactly(7), b"\x8a\x05here?");
    peer.send(&part(true, Opcode::Continuation, "é".as_bytes().split_at(1).1));
    assert_eq!(peer.exactly(4), b"\x81\x02\xc3\xa9");
    peer.send(&frame(Opcode::Close, &[3, 232]));
    assert_eq!(peer.rest(), b"\x88\x02\x03\xe8");
}

#[test]
fn broken_rules_are_answered_with_the_close_frame_they_deserve() {
    let server = Server::start(with_page());
    let gibibyte: &[u8] = &[0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4];
    let cases: &[(&[u8], u16, &str)] = &[
        (b"\x81\x05Hello", 1002, "a client must mask its frames"),
        (b"\x91\x80\0\0\0\0", 1002, "reserved bits 001 are set, but no extension uses them"),
        (b"\x83\x80\0\0\0\0", 1002, "opcode 3 is reserved"),
        (b"\x09\x80\0\0\0\0", 1002, "a control frame must not be fragmented"),
        (b"\x80\x80\0\0\0\0", 1002, "there is no message to continue"),
        (b"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 1002, "the message under way must be finished first"),
        (b"\x89\xfe\0\x7e\0\0\0\0", 1002, "a control frame must not carry more than 125 bytes"),
        (b"\x82\xfe\0\x7d\0\0\0\0", 1002, "125 is not written in as few bytes as possible"),
        (b"\x88\x81\0\0\0\0\x03", 1002, "one byte is only half a close code"),
        (b"\x88\x82\0\0\0\0\x03\xed", 1002, "close code 1005 must not be sent"),
        (b"\x81\x81\0\0\0\0\xff", 1007, "the text is not UTF-8"),
        // The overlong form of a slash is known for wrong before the frame is complete.
        (b"\x81\xfe\x10\0\0\0\0\0\xc0\xaf", 1007, "the text is not UTF-8"),
        (b"\x88\x83\0\0\0\0\x03\xe8\xff", 1007, "the reason is not UTF-8"),
        (gibibyte, 1009, "a frame of 1073741824 bytes exceeds the limit of 16842752"),
    ];
    for (bytes, code, reason) in cases {
        let mut peer = Peer::open(server.address, "/ws/echo");
        peer.send(bytes);
        assert_eq!(peer.rest(), farewell(*code, reason), "{code} {reason}");
    }
    // Nobody else has noticed.
    let mut peer = Peer::open(server.address, "/ws/echo");
    peer.send(&frame(Opcode::Text, b"still fine"));
    assert_eq!(peer.exactly(12), b"\x81\x0astill fine");
}

#[test]
fn the_close_frame_arrives_even_while_the_client_goes_on_sending() {
    let server = Server::start(with_page());
    let mut peer = Peer::open(server.address, "/ws/echo");
    let mut sender = peer.0.try_clone().unwrap();
    let sending = std::thread::spawn(move || {
        let megabyte = [&[0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4], &[7; 1 << 20][..]];
        sender.write_all(&megabyte.concat()).unwrap();
    });
    sending.join().unwrap();
    let reason = "a frame of 1073741824 bytes exceeds the limit of 16842752";
    assert_eq!(peer.rest(), farewell(1009, reason));
}

#[test]
fn who_does_not_answer_a_ping_is_told_and_let_go() {
    let ping = Duration::from_millis(50);
    assert_eq!(Patience::default().ping, Duration::from_secs(20));
    let server = Server::start(patient(Patience { ping, ..Patience::default() }));
    let mut peer = Peer::open(server.address, "/ws/echo");
    let expected =
        [b"\x89\x0cstill there?", &farewell(1008, "pings must be answered")[..]].concat();
    assert_eq!(peer.rest(), expected);
    // Talking is no answer.
    let mut peer = Peer::open(server.address, "/ws/echo");
    for _ in 0..2 {
        peer.send(&frame(Opcode::Text, b"a"));
    }
    let rest = peer.rest();
    assert!(rest.ends_with(&farewell(1008, "pings must be answered")), "{rest:?}");
}

#[test]
fn who_sends_and_never_reads_is_let_go() {
    let ping = Duration::from_millis(50);
    let server = Server::start(patient(Patience { ping, ..Patience::default() }));
    let mut peer = Peer::open(server.address, "/ws/echo");
    let messages = frame(Opcode::Binary, &[7; 10_000]).repeat(20);
    peer.0.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    let deadline = Instant::now() + DEADLINE;
    // First the server takes no more of it; then it parts, though its close frame finds no room either.
    let error = loop {
        assert!(Instant::now() < deadline, "it may stay for ever");
        match peer.0.write(&messages) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => break error.kind(),
        }
    };
    assert!(matches!(error, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error:?}");
}

#[test]
fn who_answers_pings_may_stay() {
    // Long enough for a client on a busy machine to answer in.
    let ping = Duration::from_secs(1);
    let server = Server::start(patient(Patience { ping, ..Patience::default() }));
    let mut socket = tungstenite(server.address, "/ws/echo");
    for _ in 0..3 {
        assert_eq!(socket.read().unwrap(), Message::Ping("still there?".into()));
    }
    socket.send(Message::text("I am")).unwrap();
    while socket.read().unwrap() != Message::text("I am") {}
}

#[test]
fn a_stopping_server_says_that_it_goes_away() {
    let patience = serve::Patience { grace: DEADLINE * 10, ..serve::Patience::default() };
    let mut server = Server::start_with(with_page(), Router::new(), patience);
    let mut answering = tungstenite(server.address, "/ws/echo");
    let mut silent = Peer::open(server.address, "/ws/echo");
    server.ask_to_stop();
    match answering.read() {
        Ok(Message::Close(Some(frame))) => assert_eq!(frame.code, CloseCode::Away),
        other => panic!("no close frame: {other:?}"),
    }
    assert!(matches!(answering.read(), Err(Error::ConnectionClosed)));
    assert_eq!(silent.rest(), farewell(1001, "the server stops"));
    server.join();
}
