//! Clients that break the rules: of frames, of the protocol, of manners. Nobody else notices.

use std::io::{Read, Write};

use playground_core::chat::wire::ClientMessage;
use playground_core::chat::{Farewell, Rate, Refusal};
use tokio_tungstenite::tungstenite;

use super::talker::{ChatServer, Talker, open};

/// What a neighbour sees of it: nothing.
fn still_talks(ada: &mut Talker, id: &str) {
    ada.send("lobby", id, "still here");
    ada.ack(id);
}

#[test]
fn broken_frames_are_answered_with_the_close_code_that_they_deserve() {
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    let cases: [(&[u8], u16); 5] = [
        (b"\x81\x02hi", 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),
        (b"\x81\xff\0\0\0\0\x40\0\0\0\0\0\0\0", 1009),
        (b"\x89\xfe\0\x7e\0\0\0\0", 1002),
    ];
    for (number, (frame, code)) in cases.into_iter().enumerate() {
        let mut talker = chat.talker(&format!("Breaker {number}"));
        talker.join("lobby");
        talker.socket.get_mut().write_all(frame).unwrap();
        assert_eq!(talker.end().map(|end| end.0), Some(code), "{frame:x?}");
        still_talks(&mut ada, &format!("a{number}"));
    }
}

#[test]
fn thousands_of_malformed_messages_end_one_conversation_after_the_other_and_no_other() {
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    let deep = "[".repeat(5_000);
    let garbage =
        ["", "{", "null", "{\"type\":7}", "{\"type\":\"send\",\"room\":[]}", &deep, "\u{0}"];
    for round in 0..20 {
        let mut talker = chat.talker(&format!("Garbler {round}"));
        let mut garbled = 0;
        let end = loop {
            let text = garbage[garbled % garbage.len()];
            if garbled % 2 == 0 {
                let sent = talker.socket.send(tungstenite::Message::text(text));
                assert!(sent.is_ok() || garbled > 50, "{sent:?}");
            } else {
                let _ = talker.socket.send(tungstenite::Message::binary(text.as_bytes().to_vec()));
            }
            garbled += 1;
            match talker.next() {
                Ok(playground_core::chat::wire::ServerMessage::Refused { reason, .. }) => {
                    assert_eq!(reason, Refusal::Malformed, "{text}");
                }
                Ok(other) => panic!("{other:?}"),
                Err(end) => break end,
            }
        };
        assert_eq!(end.unwrap().0, Farewell::Malformed.code());
        still_talks(&mut ada, &format!("a{round}"));
    }
}

#[test]
fn a_flood_is_refused_and_then_cut_and_the_others_go_on() {
    let rate = Rate { per_second: 5, burst: 20 };
    let chat = ChatServer::start_with(|config| config.settings.limits.messages = rate);
    let (mut ada, mut flood) = (chat.talker("Ada"), chat.talker("Flood"));
    ada.join("lobby");
    flood.join("lobby");
    let (mut refused, mut number) = (0, 0);
    let end = loop {
        number += 1;
        let (room, id, text) = ("lobby".into(), format!("f{number}").into(), "spam".into());
        let spam = ClientMessage::Send { room, id, text, since: None };
        let spam = tungstenite::Message::text(serde_json::to_string(&spam).unwrap());
        // Fails once it is cut, which reading tells.
        let _ = flood.socket.send(spam);
        let next = flood.next();
        match next {
            Ok(playground_core::chat::wire::ServerMessage::Refused {
                reason,
                retry_after_ms,
                ..
            }) => {
                assert_eq!(reason, Refusal::RateLimited);
                assert!(retry_after_ms.is_some());
                refused += 1;
            }
            Ok(_) => {}
            Err(end) => break end,
        }
    };
    assert_eq!(end.unwrap().0, Farewell::Flood.code());
    assert!(refused > 20, "{refused}");
    still_talks(&mut ada, "a1");
}

#[test]
fn a_page_from_elsewhere_may_not_listen() {
    let chat = ChatServer::start();
    let address = chat.server.address;
    assert!(open(address, Some(&format!("http://{address}"))).is_ok());
    for origin in ["http://elsewhere.example", "null"] {
        assert_eq!(open(address, Some(origin)).err(), Some(403), "{origin}");
    }
}

#[test]
fn a_plain_request_is_told_that_this_is_a_websocket() {
    let chat = ChatServer::start();
    let answer = chat.server.get("/ws/chat");
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

#[test]
fn bytes_behind_the_handshake_are_the_first_frames() {
    let chat = ChatServer::start();
    let mut stream = chat.server.connect();
    let mut request = b"GET /ws/chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        .to_vec();
    // A close frame, masked with zeros, in the same packet.
    request.extend(b"\x88\x82\0\0\0\0\x03\xe8");
    stream.write_all(&request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 101 "));
    assert!(answer.ends_with(b"\x88\x02\x03\xe8"), "{}", answer.escape_ascii());
}
