//! What survives the server: everything that it has acknowledged, whatever killed it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use playground_core::chat::wire::{ClientMessage, Position};
use playground_core::chat::{Farewell, Refusal};
use serde_json::Value;
use tempfile::TempDir;

use super::tab::Tab;
use super::talker::{Talker, hello};
use crate::process::{Running, command};
use crate::running::DEADLINE;

fn chat_command(dir: &TempDir) -> Command {
    let mut command = command(dir);
    command.args(["--chat-rate", "1000000"]);
    command
}

/// The texts of a room, as the API tells them, from the first to the last.
fn history(running: &Running, room: &str) -> Vec<String> {
    let (mut texts, mut before) = (Vec::new(), u64::MAX >> 12);
    loop {
        let page = running.get(&format!("/api/chat/rooms/{room}/messages?before={before}"));
        let page: Value = serde_json::from_str(&page).unwrap();
        let messages = page["messages"].as_array().unwrap();
        let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
        texts.splice(0..0, messages.iter().map(text));
        if page["more"] == false {
            return texts;
        }
        before = messages[0]["seq"].as_u64().unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_server_that_is_killed_again_and_again_keeps_what_it_acknowledged_once_and_in_order() {
    const MESSAGES: usize = 400;
    let dir = TempDir::new().unwrap();
    let mut running = Running::start(&mut chat_command(&dir));
    let address = running.address;
    let mut tabs: Vec<Tab> = ["Ada", "Bob"]
        .map(|name| Tab::new(address, name, &name.to_lowercase(), "lobby"))
        .into_iter()
        .collect();
    for number in 1..=MESSAGES {
        for tab in &mut tabs {
            let text = format!("{} {number}", tab.client.name());
            tab.say("lobby", &text);
        }
    }
    let mut kills = 0;
    for signal in ["-KILL", "-TERM", "-KILL", "-KILL"] {
        let enough = (kills + 1) * MESSAGES / 6;
        while tabs.iter().any(|tab| tab.acknowledged.len() < enough) {
            tabs.iter_mut().for_each(Tab::turn);
        }
        running.signal(signal);
        running.wait();
        kills += 1;
        let listen = address.to_string();
        running = Running::start(chat_command(&dir).args(["--listen", &listen]));
    }
    for tab in &mut tabs {
        tab.until("all said", |tab| tab.client.outbox().is_empty());
        assert!(tab.connections > kills, "{} connections", tab.connections);
    }
    let texts = history(&running, "lobby");
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "nothing twice");
    for tab in &tabs {
        let name = tab.client.name();
        let own: Vec<_> = texts.iter().filter(|text| text.starts_with(&**name)).cloned().collect();
        let said: Vec<_> = (1..=MESSAGES).map(|number| format!("{name} {number}")).collect();
        assert_eq!(own, said, "everything, in the order in which it was said");
    }
}

#[cfg(unix)]
#[test]
fn positions_and_retries_outlive_a_restart() {
    let dir = TempDir::new().unwrap();
    let running = Running::start(&mut chat_command(&dir));
    let mut ada = Talker::named(running.address, "Ada");
    let epoch = ada.join("lobby").epoch;
    ada.join("@Ada");
    for number in 1..=10 {
        ada.send("lobby", &format!("a{number}"), &number.to_string());
    }
    ada.ack("a10");
    ada.whisper("Ada", "p1", "note");
    ada.ack("p1");
    running.signal("-KILL");
    running.wait();

    let running = Running::start(&mut chat_command(&dir));
    let mut thief = Talker::connect(running.address);
    let ClientMessage::Hello { v, name, last, .. } = hello("Ada") else { unreachable!() };
    thief.say(&ClientMessage::Hello { v, name, secret: "another secret!!".into(), last });
    assert_eq!(thief.refused(), Refusal::NameTaken, "names outlive a restart");
    let mut ada = Talker::named(running.address, "Ada");
    let joined = ada.join_after("lobby", Some(Position { epoch, seq: 7 }));
    assert!(joined.recovered);
    assert_eq!(joined.messages.iter().map(|it| it.seq).collect::<Vec<_>>(), [8, 9, 10]);
    ada.send("lobby", "a10", "10");
    let ack = ada.ack("a10");
    assert_eq!((ack.seq, ack.is_retry), (10, true));
    let inbox = ada.join("@Ada");
    assert_eq!(&*inbox.messages[0].text, "note");
    ada.whisper("Ada", "p1", "note");
    assert!(ada.ack("p1").is_retry);
}

#[cfg(unix)]
#[test]
fn a_lost_store_is_admitted() {
    let dir = TempDir::new().unwrap();
    let running = Running::start(&mut chat_command(&dir));
    let mut ada = Talker::named(running.address, "Ada");
    ada.join("lobby");
    ada.send("lobby", "a1", "one");
    ada.send("lobby", "a2", "two");
    let epoch = ada.join("lobby").epoch;
    ada.ack("a2");
    running.signal("-KILL");
    running.wait();
    fs::remove_dir_all(dir.path().join("data/chat")).unwrap();

    let running = Running::start(&mut chat_command(&dir));
    let mut ada = Talker::named(running.address, "Ada");
    let joined = ada.join_after("lobby", Some(Position { epoch, seq: 1 }));
    assert!(!joined.recovered && joined.epoch != epoch, "{joined:?}");
    assert_eq!((joined.head, joined.messages.len()), (0, 0));
}

#[test]
fn a_second_server_on_the_same_data_serves_everything_but_the_chat() {
    let dir = TempDir::new().unwrap();
    let first = Running::start(&mut chat_command(&dir));
    let second = Running::start(&mut chat_command(&dir));
    assert!(second.get("/healthz").contains("ok"));
    let (code, reason) = Talker::connect(second.address).end().unwrap();
    assert_eq!(code, Farewell::TryAgainLater.code());
    assert!(reason.contains("cannot run"), "{reason}");
    let error = ureq::get(format!("http://{}/api/chat/rooms", second.address)).call();
    assert!(matches!(error, Err(ureq::Error::StatusCode(503))), "{error:?}");
    // The first one goes on.
    let mut ada = Talker::named(first.address, "Ada");
    ada.join("lobby");
    ada.send("lobby", "a1", "hi");
    ada.ack("a1");
}

#[test]
fn a_damaged_store_leaves_the_rest_of_the_server_up() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("data/chat");
    fs::create_dir_all(&folder).unwrap();
    for damage in [b"no database at all".repeat(1000), vec![0; 100_000]] {
        fs::write(folder.join("history.redb"), damage).unwrap();
        let running = Running::start(&mut chat_command(&dir));
        assert!(running.get("/healthz").contains("ok"));
        let (code, _) = Talker::connect(running.address).end().unwrap();
        assert_eq!(code, Farewell::TryAgainLater.code());
    }
}

/// The system lets no file grow beyond a bound, which is how a full disk looks.
#[cfg(unix)]
#[test]
fn on_a_full_disk_nothing_is_acknowledged_that_is_not_stored_and_reading_goes_on() {
    let dir = TempDir::new().unwrap();
    let server = chat_command(&dir);
    let mut limited = Command::new("sh");
    // In blocks of 512 bytes; the system would kill who passes the bound unless that is ignored.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" --chat-rate 1000000"]);
    limited.arg(server.get_program()).current_dir(dir.path());
    for (name, value) in server.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let running = Running::start(&mut limited);
    let mut ada = Talker::named(running.address, "Ada");
    ada.join("lobby");
    let mut acknowledged = 0;
    // It takes some hundred of these to fill it.
    let end = loop {
        let number = acknowledged + 1;
        assert!(number < 2000, "the disk is never full");
        ada.send("lobby", &format!("a{number}"), &"x".repeat(1900));
        let mut acked = false;
        let end = loop {
            match ada.next() {
                Ok(playground_core::chat::wire::ServerMessage::Ack(_)) => acked = true,
                Ok(_) => {}
                Err(end) => break Some(end),
            }
            if acked {
                break None;
            }
        };
        match end {
            None => acknowledged = number,
            Some(end) => break end,
        }
    };
    assert_eq!(end.map(|end| end.0), Some(Farewell::StoreFailed.code()));
    assert!(running.get("/healthz").contains("ok"));
    assert_eq!(history_seen(&running), acknowledged);
    running.signal("-KILL");
    running.wait();

    // With room on the disk again, everything that was acknowledged is there, and the chat goes on.
    let running = Running::start(&mut chat_command(&dir));
    assert!(history(&running, "lobby").len() >= acknowledged);
    let mut ada = Talker::named(running.address, "Ada");
    ada.join("lobby");
    ada.send("lobby", "b1", "there is room");
    ada.ack("b1");
}

/// Waits until the history can be read, which takes a moment after a failure: how many messages it has.
#[cfg(unix)]
fn history_seen(running: &Running) -> usize {
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        let answer = ureq::get(format!("http://{}/api/chat/rooms", running.address)).call();
        if answer.is_ok() {
            let path = "/api/chat/rooms/lobby/messages?limit=1";
            if ureq::get(format!("http://{}{path}", running.address)).call().is_ok() {
                return history(running, "lobby").len();
            }
        }
        assert!(std::time::Instant::now() < deadline, "the history cannot be read");
        std::thread::yield_now();
    }
}
