//! tungstenite at the other end: what one writes the other reads, from the handshake on.

use playground_core::sim::Rng;
use playground_core::websocket::handshake::{Head, Opening, accept, check_response};
use playground_core::websocket::{CloseCode, EchoServer, Endpoint, Event, Limits, Opcode, State};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::{Bytes, Message, WebSocket, protocol};

/// A stream whose other end is in the hands of the test.
#[derive(Default)]
struct Wire {
    to_them: VecDeque<u8>,
    from_them: Vec<u8>,
    /// How many bytes they get at once.
    chop: usize,
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(self.chop.max(1));
        match self.to_them.read(&mut into[..length]) {
            Ok(0) => Err(io::ErrorKind::WouldBlock.into()),
            other => other,
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.from_them.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Say {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
}

fn say() -> impl Strategy<Value = Say> {
    let long = (65_000usize..67_000).prop_map(|length| vec![1; length]);
    prop_oneof![
        4 => "\\PC{0,60}".prop_map(Say::Text),
        3 => vec(any::<u8>(), 0..300).prop_map(Say::Binary),
        1 => long.prop_map(Say::Binary),
        2 => vec(any::<u8>(), 0..=125).prop_map(Say::Ping),
    ]
}

/// Cuts a message where it is told to; every place is allowed, also within a character.
fn cut(bytes: &[u8], cuts: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    let begins = [0].into_iter().chain(places.iter().copied());
    let ends = places.iter().copied().chain([bytes.len()]);
    begins.zip(ends).map(|(begin, end)| bytes[begin..end].to_vec()).collect()
}

fn message(say: &Say) -> Message {
    match say {
        Say::Text(text) => Message::text(text.clone()),
        Say::Binary(bytes) => Message::binary(bytes.clone()),
        Say::Ping(payload) => Message::Ping(payload.clone().into()),
    }
}

fn event(say: &Say) -> Event {
    match say {
        Say::Text(text) => Event::Text(text.clone()),
        Say::Binary(bytes) => Event::Binary(bytes.clone()),
        Say::Ping(payload) => Event::Ping(payload.clone()),
    }
}

fn parts(say: &Say) -> (Opcode, &[u8]) {
    match say {
        Say::Text(text) => (Opcode::Text, text.as_bytes()),
        Say::Binary(bytes) => (Opcode::Binary, bytes),
        Say::Ping(payload) => (Opcode::Ping, payload),
    }
}

/// Messages with pings that go between the fragments of the message before them, and the order in which
/// they must arrive: such a ping overtakes its message.
type Conversation = Vec<(Say, Vec<prop::sample::Index>, Option<Vec<u8>>)>;

fn conversation() -> impl Strategy<Value = Conversation> {
    let between = prop::option::of(vec(any::<u8>(), 0..=125));
    vec((say(), vec(any::<prop::sample::Index>(), 0..4), between), 0..8)
}

fn expected(conversation: &Conversation) -> Vec<Say> {
    let mut said = Vec::new();
    for (say, cuts, between) in conversation {
        let is_cut = !cuts.is_empty() && !matches!(say, Say::Ping(_));
        said.extend(between.clone().filter(|_| is_cut).map(Say::Ping));
        said.push(say.clone());
    }
    said
}

fn role(is_server: bool) -> protocol::Role {
    if is_server { protocol::Role::Server } else { protocol::Role::Client }
}

fn ours(is_server: bool) -> Endpoint {
    let limits = Limits::default();
    if is_server { Endpoint::server(limits) } else { Endpoint::client(limits, Rng::new(7)) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_read_what_we_write(talk in conversation(), we_serve in any::<bool>(), chop in 1usize..2_000) {
        let mut us = ours(we_serve);
        for (say, cuts, between) in &talk {
            let (opcode, payload) = parts(say);
            if opcode == Opcode::Ping {
                us.send_ping(payload).expect("open");
                continue;
            }
            let pieces = cut(payload, cuts);
            for (number, piece) in pieces.iter().enumerate() {
                let opcode = if number == 0 { opcode } else { Opcode::Continuation };
                us.send(number + 1 == pieces.len(), opcode, piece).expect("open");
                if let (0, false, Some(ping)) = (number, cuts.is_empty(), between) {
                    us.send_ping(ping).expect("open");
                }
            }
        }
        us.close(CloseCode(4_321), "done").expect("open");
        let wire = Wire { to_them: us.take_outgoing().into(), chop, ..Wire::default() };
        let mut them = WebSocket::from_raw_socket(wire, role(!we_serve), None);
        for say in expected(&talk) {
            prop_assert_eq!(them.read().expect("a message"), message(&say));
        }
        let Ok(Message::Close(Some(close))) = them.read() else { panic!("they are told") };
        prop_assert_eq!((u16::from(close.code), close.reason.as_str()), (4_321, "done"));
        them.flush().ok();
        us.receive(&them.get_ref().from_them);
        let pings = expected(&talk).into_iter().filter(|say| matches!(say, Say::Ping(_))).count();
        let pongs = std::iter::from_fn(|| us.next_event()).filter(|it| matches!(it, Event::Pong(_)));
        // They answer the newest ping only, as they may.
        prop_assert!(pongs.count() <= pings);
        prop_assert_eq!(us.state(), State::Closed, "their answer has come");
    }

    #[test]
    fn we_read_what_they_write(talk in conversation(), we_serve in any::<bool>(), chop in 1usize..2_000) {
        let mut them = WebSocket::from_raw_socket(Wire::default(), role(!we_serve), None);
        for (say, cuts, between) in &talk {
            let (opcode, payload) = parts(say);
            if opcode == Opcode::Ping || cuts.is_empty() {
                them.write(message(say)).expect("it is buffered");
                continue;
            }
            let pieces = cut(payload, cuts);
            for (number, piece) in pieces.iter().enumerate() {
                let kind = if opcode == Opcode::Text { Data::Text } else { Data::Binary };
                let kind = OpCode::Data(if number == 0 { kind } else { Data::Continue });
                let piece = Bytes::copy_from_slice(piece);
                let frame = Frame::message(piece, kind, number + 1 == pieces.len());
                them.write(Message::Frame(frame)).expect("it is buffered");
                if let (0, Some(ping)) = (number, between) {
                    them.write(Message::Ping(ping.clone().into())).expect("it is buffered");
                }
            }
        }
        them.close(None).expect("it is written");
        let mut us = ours(we_serve);
        let mut events = Vec::new();
        for piece in them.get_ref().from_them.chunks(chop) {
            us.receive(piece);
            events.extend(std::iter::from_fn(|| us.next_event()));
        }
        let mut all: Vec<Event> = expected(&talk).iter().map(event).collect();
        all.push(Event::Closed { code: None, reason: String::new() });
        prop_assert_eq!(events, all);
    }

    #[test]
    fn keys_are_answered_alike(nonce in any::<[u8; 16]>()) {
        let opening = Opening { host: "h".into(), path: "/".into(), origin: None, nonce };
        let ours = accept(&opening.key()).expect("a key of ours").accept;
        let theirs = tungstenite::handshake::derive_accept_key(opening.key().as_bytes());
        prop_assert_eq!(ours, theirs);
    }
}

/// A stream to our echo server, which answers as soon as it is written to.
struct ToEcho(EchoServer, VecDeque<u8>);

impl Read for ToEcho {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.1.read(into) {
            Ok(0) => Err(io::ErrorKind::WouldBlock.into()),
            other => other,
        }
    }
}

impl Write for ToEcho {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // As much as a small segment, so that heads and frames are cut.
        let length = bytes.len().min(100);
        self.0.receive(&bytes[..length]);
        self.1.extend(self.0.take_outgoing());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn their_client_talks_to_our_server_from_the_first_byte() {
    let stream = ToEcho(EchoServer::new(Limits::default()), VecDeque::new());
    let (mut them, response) = tungstenite::client("ws://localhost:3000/ws/echo", stream)
        .unwrap_or_else(|error| panic!("the handshake is done at once: {error}"));
    assert_eq!(response.status(), 101);
    them.send(Message::text("héllo")).expect("it is written");
    assert_eq!(them.read().expect("the echo"), Message::text("héllo"));
    them.send(Message::Ping(Bytes::from_static(b"p"))).expect("it is written");
    assert_eq!(them.read().expect("the pong"), Message::Pong(Bytes::from_static(b"p")));
    them.close(None).expect("it is written");
    assert_eq!(them.read().expect("the answer"), Message::Close(None));
    assert!(them.get_ref().0.is_over());
}

#[test]
fn our_client_talks_to_their_server_from_the_first_byte() {
    let opening = Opening {
        host: "localhost:3000".into(),
        path: "/chat".into(),
        origin: Some("http://localhost:3000".into()),
        nonce: [9; 16],
    };
    let wire = Wire { to_them: opening.encode().into(), chop: 50, ..Wire::default() };
    let Ok(mut them) = tungstenite::accept(wire) else { panic!("the handshake is done at once") };
    let answer = std::mem::take(&mut them.get_mut().from_them);
    let head = Head::read(&answer).expect("it is a head").expect("it is whole");
    let status = head.status().expect("it is a response");
    assert_eq!(check_response(&opening.key(), status, head.fields()), Ok(()));
    let mut us = ours(false);
    us.send_text("héllo").expect("open");
    them.get_mut().to_them.extend(us.take_outgoing());
    assert_eq!(them.read().expect("the text"), Message::text("héllo"));
}
