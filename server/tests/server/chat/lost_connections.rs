//! Connections that break, again and again, in the midst of everything.

use std::time::Duration;

use playground_core::chat::Farewell;
use playground_core::chat::wire::ClientMessage;
use playground_core::sim::Rng;

use super::tab::Tab;
use super::talker::{ChatServer, Talker, hello, secret};

#[test]
fn a_reader_that_is_cut_off_again_and_again_misses_nothing_and_hears_nothing_twice() {
    const MESSAGES: u64 = 3000;
    let chat = ChatServer::start();
    let address = chat.server.address;
    let mut reader = Tab::new(address, "Reader", "r", "lobby");
    reader.until("in the room", |tab| tab.client.position("lobby").is_some());
    let writing = std::thread::spawn(move || {
        let mut writer = Talker::named(address, "Writer");
        writer.join("lobby");
        for number in 1..=MESSAGES {
            writer.send("lobby", &format!("w{number}"), &format!("{number} {}", "x".repeat(200)));
            // Not so far ahead that this one would be a slow consumer itself.
            if number % 50 == 0 {
                writer.ack(&format!("w{number}"));
            }
        }
    });
    let mut rng = Rng::new(1);
    let mut next_cut = 20;
    reader.until("told everything", |tab| {
        tab.client.position("lobby").is_some_and(|position| position.seq >= 1)
    });
    while reader.heard.len() < MESSAGES as usize {
        let before = reader.heard.len();
        reader.until("told more", |tab| {
            tab.client.messages("lobby").last().is_some_and(|last| last.seq > before as u64)
        });
        reader.note("lobby");
        if reader.heard.len() >= next_cut && reader.connections < 60 {
            next_cut = reader.heard.len() + 1 + rng.below(80) as usize;
            reader.cut();
        }
    }
    writing.join().unwrap();
    let seqs: Vec<u64> = reader.heard.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=MESSAGES).collect::<Vec<_>>());
    for message in &reader.heard {
        assert!(message.text.starts_with(&format!("{} ", message.seq)));
    }
    // How many depends on how much comes at once.
    assert!(reader.connections > 10, "{} connections", reader.connections);
}

#[test]
fn a_writer_that_is_cut_off_again_and_again_says_everything_once_and_in_order() {
    const MESSAGES: usize = 200;
    let chat = ChatServer::start();
    let mut writer = Tab::new(chat.server.address, "Writer", "w", "lobby");
    for number in 1..=MESSAGES {
        writer.say("lobby", &number.to_string());
    }
    let mut rng = Rng::new(2);
    let mut next_cut = 3;
    while !writer.client.outbox().is_empty() {
        writer.turn();
        if MESSAGES - writer.client.outbox().len() >= next_cut {
            next_cut += 1 + rng.below(8) as usize;
            writer.cut();
        }
    }
    assert!(writer.connections > 10, "{} connections", writer.connections);
    let mut fresh = chat.talker("Fresh");
    let mut before = fresh.join("lobby").head + 1;
    let mut texts = Vec::new();
    while before > 1 {
        fresh.say(&ClientMessage::History { room: "lobby".into(), before, limit: 100 });
        let page = fresh.expect(|_, message| match message {
            playground_core::chat::wire::ServerMessage::History { messages, .. } => Some(messages),
            _ => None,
        });
        before = page[0].seq;
        texts.splice(0..0, page.iter().map(|message| message.text.to_string()));
    }
    assert_eq!(texts, (1..=MESSAGES).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn who_does_not_answer_pings_is_cut_and_no_ghost() {
    let chat = ChatServer::start_with(|config| config.beat = Duration::from_millis(250));
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    let mut ghost = chat.talker("Ghost");
    ghost.join("lobby");
    // Ada answers pings while she waits; the other one does not read, so it does not answer.
    let gone = ada.expect(|_, message| match message {
        playground_core::chat::wire::ServerMessage::Presence { name, online: false, .. } => {
            Some(name)
        }
        _ => None,
    });
    assert_eq!(&*gone, "Ghost");
    assert_eq!(ghost.end().unwrap().0, Farewell::Silent.code());
    let mut back = Talker::connect(chat.server.address);
    back.say(&ClientMessage::Hello {
        v: 1,
        name: "Ghost".into(),
        secret: secret("Ghost"),
        last: Some(ghost.session),
    });
    assert_eq!(back.welcomed(), Some(Farewell::Silent.code()), "it is told why");
}

#[test]
fn who_never_says_hello_is_cut() {
    let chat = ChatServer::start_with(|config| config.beat = Duration::from_millis(20));
    let mut nobody = Talker::connect(chat.server.address);
    assert_eq!(nobody.end().unwrap().0, Farewell::NoHello.code());
}

#[test]
fn a_stopping_server_says_that_it_goes_away_and_keeps_what_it_acknowledged() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut server = super::talker::serve(folder.path(), |_| {});
    let mut ada = Talker::named(server.address, "Ada");
    ada.join("lobby");
    ada.send("lobby", "a1", "before");
    let ack = ada.ack("a1");
    server.ask_to_stop();
    let (code, reason) = ada.end().unwrap();
    assert_eq!(code, Farewell::GoingAway.code());
    assert!(reason.contains("connect again"), "{reason}");
    server.join();

    let server = super::talker::serve(folder.path(), |_| {});
    let mut ada = Talker::connect(server.address);
    ada.say(&hello("Ada"));
    ada.welcomed();
    let joined = ada.join("lobby");
    assert_eq!(joined.messages.len(), 1);
    assert_eq!((&*joined.messages[0].text, joined.messages[0].at_ms), ("before", ack.at_ms));
}
