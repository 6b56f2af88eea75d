//! Both sides of a connection: messages, pongs, the closing handshake and failures.

use playground_core::sim::Rng;
use playground_core::websocket::{
    CloseCode, DecodeError, Decoder, Endpoint, Event, Frame, Limits, Opcode, Role, SendError, State,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn pair() -> (Endpoint, Endpoint) {
    (Endpoint::client(Limits::default(), Rng::new(1)), Endpoint::server(Limits::default()))
}

/// Carries over what waits to be written, and returns what it meant.
fn carry(from: &mut Endpoint, to: &mut Endpoint) -> Vec<Event> {
    to.receive(&from.take_outgoing());
    std::iter::from_fn(|| to.next_event()).collect()
}

/// The frames that wait to be written.
fn frames(from: &mut Endpoint) -> Vec<(Opcode, Vec<u8>)> {
    let mut decoder = Decoder::new(from.role().peer(), Limits::default());
    decoder.feed(&from.take_outgoing());
    let next = || {
        let frame = decoder.next_frame().expect("an endpoint sends what is valid")?;
        Some((frame.opcode, frame.payload.to_vec()))
    };
    std::iter::from_fn(next).collect()
}

fn client_frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Frame { fin, opcode, mask: Some([9, 8, 7, 6]), payload }.encode(&mut out);
    out
}

fn closed(code: CloseCode) -> Event {
    Event::Closed { code: Some(code), reason: String::new() }
}

#[test]
fn messages_arrive_as_they_were_sent() {
    let (mut client, mut server) = pair();
    client.send_text("hé").expect("open");
    client.send_binary(&[0, 255]).expect("open");
    client.send(false, Opcode::Text, "é".as_bytes().split_at(1).0).expect("open");
    client.send_ping(b"p").expect("open");
    client.send(true, Opcode::Continuation, "é".as_bytes().split_at(1).1).expect("open");
    let events = carry(&mut client, &mut server);
    let expected = [
        Event::Text("hé".into()),
        Event::Binary(vec![0, 255]),
        Event::Ping(b"p".to_vec()),
        Event::Text("é".into()),
    ];
    assert_eq!(events, expected);
    assert_eq!(carry(&mut server, &mut client), [Event::Pong(b"p".to_vec())]);
    assert_eq!((client.heap_bytes(), server.heap_bytes()), (0, 0), "nothing is under way");
}

#[test]
fn an_empty_message_is_a_message() {
    let (mut client, mut server) = pair();
    client.send_text("").expect("open");
    client.send(false, Opcode::Binary, b"").expect("open");
    client.send(true, Opcode::Continuation, b"").expect("open");
    let events = carry(&mut client, &mut server);
    assert_eq!(events, [Event::Text(String::new()), Event::Binary(Vec::new())]);
}

#[test]
fn a_close_is_answered_with_its_code_and_ends_both_sides() {
    let (mut client, mut server) = pair();
    client.close(CloseCode(4001), "bye").expect("open");
    assert_eq!(client.state(), State::Closing);
    let events = carry(&mut client, &mut server);
    assert_eq!(events, [Event::Closed { code: Some(CloseCode(4001)), reason: "bye".into() }]);
    assert_eq!(server.state(), State::Closed);
    assert_eq!(carry(&mut server, &mut client), [closed(CloseCode(4001))]);
    assert_eq!(client.state(), State::Closed);
    assert!(client.outgoing().is_empty(), "an answer is not answered");
}

#[test]
fn a_close_without_a_code_is_answered_without_one() {
    let mut server = Endpoint::server(Limits::default());
    server.receive(&client_frame(true, Opcode::Close, b""));
    assert_eq!(server.next_event(), Some(Event::Closed { code: None, reason: String::new() }));
    assert_eq!(server.take_outgoing(), [0x88, 0]);
}

#[test]
fn closes_that_cross_are_each_others_answer() {
    let (mut client, mut server) = pair();
    client.close(CloseCode::NORMAL, "").expect("open");
    server.close(CloseCode::GOING_AWAY, "").expect("open");
    let to_server = client.take_outgoing();
    assert_eq!(carry(&mut server, &mut client), [closed(CloseCode::GOING_AWAY)]);
    server.receive(&to_server);
    assert_eq!(server.next_event(), Some(closed(CloseCode::NORMAL)));
    assert!(client.outgoing().is_empty() && server.outgoing().is_empty());
}

#[test]
fn between_our_close_and_the_answer_messages_still_arrive_and_pings_are_answered() {
    let mut server = Endpoint::server(Limits::default());
    server.close(CloseCode::NORMAL, "").expect("open");
    server.take_outgoing();
    server.receive(&client_frame(true, Opcode::Text, b"late"));
    server.receive(&client_frame(true, Opcode::Ping, b"p"));
    assert_eq!(server.next_event(), Some(Event::Text("late".into())));
    assert_eq!(server.next_event(), Some(Event::Ping(b"p".to_vec())));
    assert_eq!(frames(&mut server), [(Opcode::Pong, b"p".to_vec())]);
    assert_eq!(server.send_text("x"), Err(SendError::Closed));
    assert_eq!(server.close(CloseCode::NORMAL, ""), Err(SendError::Closed));
}

#[test]
fn after_the_peers_close_everything_is_ignored() {
    let mut server = Endpoint::server(Limits::default());
    let after = [
        client_frame(false, Opcode::Text, b"half"),
        client_frame(true, Opcode::Close, &[3, 232]),
        client_frame(true, Opcode::Ping, b"p"),
        client_frame(true, Opcode::Continuation, b"rest"),
        vec![0xff; 10],
    ];
    server.receive(&after.concat());
    assert_eq!(server.next_event(), Some(closed(CloseCode::NORMAL)));
    assert_eq!(server.next_event(), None);
    server.receive(&[0xff; 10]);
    assert_eq!(server.next_event(), None);
    assert_eq!(frames(&mut server), [(Opcode::Close, vec![3, 232])]);
    assert_eq!(server.heap_bytes(), 0);
}

#[test]
fn a_broken_rule_is_told_with_its_code_after_everything_before_it() {
    let limits = Limits { frame_bytes: 1_000, message_bytes: 1_000 };
    for (bytes, code) in [
        (vec![0xc1, 0x80], 1002),
        (vec![0x81, 0x01, b'a'], 1002),
        (client_frame(true, Opcode::Text, &[0xff]), 1007),
        (client_frame(true, Opcode::Binary, &[0; 1_001]), 1009),
    ] {
        let mut server = Endpoint::server(limits);
        server.receive(&[client_frame(true, Opcode::Ping, b"p"), bytes].concat());
        assert_eq!(server.next_event(), Some(Event::Ping(b"p".to_vec())));
        let Some(Event::Failed(error)) = server.next_event() else { panic!("it must fail") };
        assert_eq!(error.close_code(), CloseCode(code));
        assert_eq!((server.next_event(), server.state()), (None, State::Closed));
        let reason = error.to_string();
        let payload = [&u16::to_be_bytes(code), reason.as_bytes()].concat();
        let expected = [(Opcode::Pong, b"p".to_vec()), (Opcode::Close, payload)];
        assert_eq!(frames(&mut server), expected);
    }
}

/// 6.4 of Autobahn's cases: the rest of the frame is never needed.
#[test]
fn text_fails_in_the_middle_of_a_frame() {
    let mut server = Endpoint::server(Limits::default());
    let bytes = client_frame(true, Opcode::Text, "κόσμε\u{10ffff}rest".as_bytes());
    let mut broken = bytes.clone();
    broken[6 + 10 + 1] ^= 0xff;
    server.receive(&broken[..6 + 10 + 1]);
    assert_eq!(server.next_event(), None);
    server.receive(&broken[6 + 10 + 1..][..1]);
    assert_eq!(server.next_event(), Some(Event::Failed(DecodeError::TextNotUtf8)));
}

#[test]
fn ten_pings_get_ten_pongs_and_a_flood_costs_no_memory() {
    let mut server = Endpoint::server(Limits::default());
    for number in 0..10u8 {
        server.receive(&client_frame(true, Opcode::Ping, &[number]));
        while server.next_event().is_some() {}
    }
    let pongs: Vec<_> = (0..10u8).map(|number| (Opcode::Pong, vec![number])).collect();
    assert_eq!(frames(&mut server), pongs);
    for number in 0..100_000u32 {
        server.receive(&client_frame(true, Opcode::Ping, &number.to_be_bytes()));
        while server.next_event().is_some() {}
        assert!(server.heap_bytes() < 10_000, "{}", server.heap_bytes());
    }
    assert!(server.outgoing().len() < 5_000);
    let before = frames(&mut server);
    assert_eq!(before.first(), Some(&(Opcode::Pong, 0u32.to_be_bytes().to_vec())));
    let newest = (Opcode::Pong, 99_999u32.to_be_bytes().to_vec());
    assert_eq!(frames(&mut server), [newest], "the newest is answered as soon as there is room");
    assert_eq!(server.heap_bytes(), 0);
}

#[test]
fn what_must_not_be_sent_is_not() {
    let (mut client, _) = pair();
    let long = [0; 126];
    assert_eq!(client.send_ping(&long), Err(SendError::LongControl));
    let forbidden = CloseCode::NO_STATUS;
    assert_eq!(client.close(forbidden, ""), Err(SendError::ForbiddenCloseCode(forbidden)));
    let reason = "a".repeat(124);
    assert_eq!(client.close(CloseCode::NORMAL, &reason), Err(SendError::LongControl));
    assert_eq!(client.state(), State::Open);
    assert!(client.outgoing().is_empty());
    client.close(CloseCode::NORMAL, &reason[..123]).expect("it just fits");
}

#[test]
fn a_client_masks_every_frame_with_another_key() {
    let (mut client, mut server) = pair();
    client.send_text("same").expect("open");
    let first = client.take_outgoing();
    client.send_text("same").expect("open");
    let second = client.take_outgoing();
    assert_eq!((first[1] & 0x80, second[1] & 0x80), (0x80, 0x80));
    assert_ne!(first[2..], second[2..]);
    server.send_text("same").expect("open");
    assert_eq!(server.take_outgoing(), b"\x81\x04same");
    assert_eq!(Role::Client.peer(), Role::Server);
}
