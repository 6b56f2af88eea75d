//! Readers that do not read.

use playground_core::chat::Farewell;
use playground_core::chat::wire::{ClientMessage, Position, ServerMessage};

use tokio_tungstenite::tungstenite::Message;

use super::talker::{ChatServer, Talker, secret};

/// More than the system keeps for a connection at both of its ends.
const FLOOD_BYTES: usize = 24 << 20;
const TEXT_CHARS: usize = 16_000;

#[test]
fn a_slow_reader_is_cut_the_others_lose_nothing_and_it_is_told_why_when_it_resumes() {
    let chat = ChatServer::start_with(|config| {
        config.settings.limits.text_chars = TEXT_CHARS as u32;
        config.window_bytes = 1 << 20;
    });
    let mut slow = chat.talker("Slow");
    let epoch = slow.join("lobby").epoch;
    let (mut writer, mut reader) = (chat.talker("Writer"), chat.talker("Reader"));
    writer.join("lobby");
    reader.join("lobby");
    let text = "x".repeat(TEXT_CHARS);
    let messages = (FLOOD_BYTES / TEXT_CHARS) as u64;
    for seq in 1..=messages {
        writer.send("lobby", &format!("w{seq}"), &text);
        if seq % 8 == 0 {
            writer.ack(&format!("w{seq}"));
            for _ in 0..8 {
                reader.message();
            }
        }
    }
    let mut last = 0;
    // What it still gets is in order and whole, then it ends: with the reason, if there was room for it.
    let end = loop {
        match slow.next() {
            Ok(ServerMessage::Messages(run)) => {
                let message = run.iter().next().unwrap();
                assert_eq!((message.seq, message.text.len()), (last + 1, TEXT_CHARS));
                last = message.seq;
            }
            Ok(_) => {}
            Err(end) => break end,
        }
    };
    assert!(last < messages, "it was cut");
    assert!(end.is_none_or(|(code, _)| code == Farewell::Slow.code()));

    let mut back = Talker::connect(chat.server.address);
    back.say(&ClientMessage::Hello {
        v: 1,
        name: "Slow".into(),
        secret: secret("Slow"),
        last: Some(slow.session),
    });
    assert_eq!(back.welcomed(), Some(Farewell::Slow.code()));
    let mut position = Position { epoch, seq: last };
    loop {
        let joined = back.join_after("lobby", Some(position));
        assert!(joined.recovered);
        for message in &joined.messages {
            assert_eq!(message.seq, position.seq + 1);
            position.seq = message.seq;
        }
        if !joined.more {
            break;
        }
    }
    assert_eq!(position.seq, messages);
}

#[test]
fn who_asks_without_reading_the_answers_waits_for_them_and_hurts_nobody() {
    const PAGES: usize = 200;
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    for number in 0..100 {
        ada.send("lobby", &format!("a{number}"), &"x".repeat(2000));
    }
    ada.ack("a99");
    let mut greedy = chat.talker("Greedy");
    greedy.join("lobby");
    // The answers are more than the systems of both and the server keep for one connection.
    for _ in 0..PAGES {
        greedy.say(&ClientMessage::History { room: "lobby".into(), before: 101, limit: 100 });
    }
    // Everybody else goes on talking meanwhile.
    for number in 0..50 {
        ada.send("lobby", &format!("b{number}"), "still here");
        ada.ack(&format!("b{number}"));
    }
    let mut pages = 0;
    while pages < PAGES {
        match greedy.socket.read().unwrap() {
            Message::Text(text) if text.starts_with("{\"type\":\"history\"") => {
                assert!(text.len() > 100_000, "{}", text.len());
                pages += 1;
            }
            Message::Close(frame) => panic!("{frame:?} after {pages} pages"),
            _ => {}
        }
    }
    greedy.send("lobby", "g1", "thank you");
    greedy.ack("g1");
}
