//! People at different servers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use playground_core::chat::wire::{ClientMessage, Joined, Position, ServerMessage};
use playground_core::chat::{Farewell, Rate, Refusal};
use serde_json::Value;

use super::pair::Pair;
use crate::chat::talker::{Talker, hello};
use crate::running::DEADLINE;

const LOBBY: &str = "lobby";

/// Waits until exactly these people are seen in the lobby; `joined` is what was seen first.
fn sees(talker: &mut Talker, joined: Joined, wanted: &[&str]) {
    let mut people: BTreeSet<String> = joined.people.iter().map(|name| name.to_string()).collect();
    while !people.iter().eq(wanted) {
        talker.expect(|_, message| {
            match message {
                ServerMessage::Presence { room, name, online, .. } if &*room == LOBBY => {
                    match online {
                        true => people.insert(name.to_string()),
                        false => people.remove(&*name),
                    };
                }
                ServerMessage::People { people: told, .. } => {
                    people = told.iter().map(|name| name.to_string()).collect();
                }
                _ => return None,
            }
            Some(())
        });
    }
}

/// Waits until something is so that is asked for again and again.
fn until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it is never so");
    }
}

#[test]
fn messages_of_both_servers_are_in_one_order() {
    const EACH: usize = 50;
    let pair = Pair::start();
    let mut talkers = [pair.talker(0, "Ada"), pair.talker(1, "Bob")];
    for talker in &mut talkers {
        talker.join(LOBBY);
    }
    for number in 0..EACH {
        for (talker, name) in talkers.iter_mut().zip(["a", "b"]) {
            talker.send(LOBBY, &format!("{name}{number}"), &format!("{number}"));
        }
    }
    let [mut of_ada, of_bob] = talkers.map(|mut talker| {
        let messages: Vec<_> = (0..2 * EACH).map(|_| talker.message()).collect();
        for number in 0..EACH {
            let id = format!("{}{number}", &talker.name.to_lowercase()[..1]);
            let place = messages.iter().find(|message| *message.id == *id);
            assert!(place.is_some(), "{id}");
        }
        messages
    });
    assert_eq!(of_ada, of_bob);
    for (message, seq) in of_ada.iter().zip(1..) {
        assert_eq!(message.seq, seq);
    }
    // What each has said is in the order of saying.
    of_ada.sort_by_key(|message| message.from.clone());
    let texts: Vec<usize> = of_ada.iter().map(|message| message.text.parse().unwrap()).collect();
    assert!(texts.into_iter().eq((0..EACH).chain(0..EACH)));
}

#[test]
fn a_server_says_which_one_it_is() {
    let pair = Pair::start();
    for (server, name) in pair.servers.iter().zip(["ash", "birch"]) {
        let mut talker = Talker::connect(server.address);
        talker.say(&hello("Ada"));
        let info = talker.expect(|_, message| match message {
            ServerMessage::Welcome { server, .. } => Some(server.unwrap()),
            _ => None,
        });
        assert_eq!(&*info.name, name);
        let bus = info.bus.unwrap();
        assert!(bus.starts_with("redis ") || bus.starts_with("valkey "), "{bus}");
        let health: Value = server.get("/healthz").json();
        assert_eq!(health["redis"]["works"], true, "{health}");
        assert_eq!(health["redis"]["version"], *bus, "{health}");
    }
}

#[test]
fn who_comes_who_types_and_who_goes_is_seen_at_the_other_server() {
    let pair = Pair::start();
    let mut ada = pair.talker(0, "Ada");
    let alone = ada.join(LOBBY);
    let mut bob = pair.talker(1, "Bob");
    let joined = bob.join(LOBBY);
    sees(&mut bob, joined, &["Ada", "Bob"]);
    sees(&mut ada, alone, &["Ada", "Bob"]);
    bob.say(&ClientMessage::Typing { room: LOBBY.into() });
    let typist = ada.expect(|_, message| match message {
        ServerMessage::Typing { name, .. } => Some(name),
        _ => None,
    });
    assert_eq!(&*typist, "Bob");
    // A second tab at the other server is not another person.
    let mut second = pair.talker(0, "Bob");
    let both = second.join(LOBBY);
    assert_eq!(both.count, 2);
    bob.say(&ClientMessage::Leave { room: LOBBY.into() });
    let mut eve = pair.talker(1, "Eve");
    let joined = eve.join(LOBBY);
    sees(&mut eve, joined, &["Ada", "Bob", "Eve"]);
    sees(&mut ada, both.clone(), &["Ada", "Bob", "Eve"]);
    second.cut();
    let all = Joined { people: ["Ada", "Bob", "Eve"].map(Into::into).into(), ..both };
    sees(&mut ada, all.clone(), &["Ada", "Eve"]);
    sees(&mut eve, all, &["Ada", "Eve"]);
}

#[test]
fn the_second_tick_comes_from_readers_at_the_other_server() {
    let pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    ada.join(LOBBY);
    bob.join(LOBBY);
    ada.send(LOBBY, "a1", "hi");
    let seq = bob.message().seq;
    bob.say(&ClientMessage::Received { room: LOBBY.into(), seq });
    let readers = ada.expect(|_, message| match message {
        ServerMessage::Delivered { seq: delivered, by, .. } if delivered == seq => Some(by),
        _ => None,
    });
    assert_eq!(readers, 1);
}

#[test]
fn a_private_message_reaches_the_other_server_and_every_tab_of_the_sender() {
    let pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    let mut second = pair.talker(1, "Ada");
    for (talker, inbox) in [(&mut ada, "@Ada"), (&mut second, "@Ada"), (&mut bob, "@Bob")] {
        talker.join(inbox);
    }
    // Capitals do not matter.
    ada.whisper("bob", "a1", "psst");
    let ack = ada.ack("a1");
    assert_eq!((&*ack.room, ack.seq), ("@Ada", 1));
    for (talker, room) in [(&mut second, "@Ada"), (&mut bob, "@Bob")] {
        let message = talker.message();
        assert_eq!((&*message.room, message.seq, &*message.text), (room, 1, "psst"));
        assert_eq!((&*message.from, message.to.as_deref()), ("Ada", Some("Bob")));
    }
    // The same once more, at the other server: it is known.
    second.whisper("Bob", "a1", "psst");
    let again = second.ack("a1");
    assert_eq!((again.seq, again.at_ms, again.is_retry), (ack.seq, ack.at_ms, true));
    bob.say(&ClientMessage::Received { room: "@Bob".into(), seq: 1 });
    ada.expect(|_, message| match message {
        ServerMessage::Delivered { seq: 1, by: 1, .. } => Some(()),
        _ => None,
    });
    ada.whisper("Nobody", "a2", "psst");
    assert_eq!(ada.refused(), Refusal::NoSuchPerson);
}

#[test]
fn correspondents_at_different_servers_see_whether_the_other_is_online() {
    let pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    ada.join("@Ada");
    bob.join("@Bob");
    ada.whisper("Bob", "a1", "psst");
    bob.message();
    let online = |talker: &mut Talker, who: &str, is_online: bool| {
        talker.expect(|_, message| match message {
            ServerMessage::Presence { room, name, online, .. }
                if room.starts_with('@') && &*name == who && online == is_online =>
            {
                Some(())
            }
            _ => None,
        });
    };
    bob.cut();
    online(&mut ada, "Bob", false);
    let mut bob = pair.talker(1, "Bob");
    let joined = bob.join("@Bob");
    assert_eq!(joined.people, [Arc::from("Ada")]);
    online(&mut ada, "Bob", true);
}

#[test]
fn a_name_is_taken_on_every_server() {
    let pair = Pair::start();
    pair.talker(0, "Ada");
    let mut thief = Talker::connect(pair.servers[1].address);
    let ClientMessage::Hello { v, last, .. } = hello("Ada") else { unreachable!() };
    let secret = "not the secret of Ada".into();
    thief.say(&ClientMessage::Hello { v, name: "ADA".into(), secret, last });
    assert_eq!(thief.refused(), Refusal::NameTaken);
    assert_eq!(thief.end().map(|(code, _)| code), Some(Farewell::Name.code()));
    // Whoever has the secret has the name, as it was used first.
    let mut ada = Talker::connect(pair.servers[1].address);
    ada.say(&hello("Ada"));
    ada.welcomed();
    assert_eq!(ada.name, "Ada");
}

#[test]
fn what_is_sent_once_more_at_the_other_server_is_known() {
    let pair = Pair::start();
    let mut ada = pair.talker(0, "Ada");
    ada.join(LOBBY);
    ada.send(LOBBY, "a1", "hi");
    let ack = ada.ack("a1");
    ada.cut();
    let mut ada = pair.talker(1, "Ada");
    let joined = ada.join(LOBBY);
    assert_eq!((joined.head, joined.messages.len()), (1, 1));
    ada.send(LOBBY, "a1", "hi");
    let again = ada.ack("a1");
    assert_eq!((again.seq, again.at_ms, again.is_retry), (ack.seq, ack.at_ms, true));
    ada.send(LOBBY, "a2", "hi");
    assert_eq!(ada.ack("a2").seq, 2);
}

#[test]
fn who_resumes_at_the_other_server_has_missed_nothing() {
    let pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    let Joined { epoch, .. } = ada.join(LOBBY);
    bob.join(LOBBY);
    ada.cut();
    for id in ["b1", "b2", "b3"] {
        bob.send(LOBBY, id, id);
    }
    bob.ack("b3");
    let mut ada = pair.talker(1, "Ada");
    let joined = ada.join_after(LOBBY, Some(Position { epoch, seq: 1 }));
    assert!(joined.recovered);
    let ids: Vec<&str> = joined.messages.iter().map(|message| &*message.id).collect();
    assert_eq!(ids, ["b2", "b3"]);
}

#[test]
fn a_person_has_one_rate_on_all_servers() {
    let pair = Pair::start_with(|config| {
        config.settings.limits.messages = Rate { per_second: 1, burst: 5 };
    });
    let (mut here, mut there) = (pair.talker(0, "Ada"), pair.talker(1, "Ada"));
    here.join(LOBBY);
    there.join(LOBBY);
    for number in 0..5 {
        here.send(LOBBY, &format!("a{number}"), "hi");
    }
    here.ack("a4");
    // The connection there has said nothing yet. Time goes on, so a sixth may be let through, but not all of them.
    let mut waits = Vec::new();
    for number in 5..10 {
        there.send(LOBBY, &format!("a{number}"), "hi");
        let wait = there.expect(|_, message| match message {
            ServerMessage::Ack(_) => Some(None),
            ServerMessage::Refused { reason, retry_after_ms, .. } => {
                assert_eq!(reason, Refusal::RateLimited);
                Some(retry_after_ms)
            }
            _ => None,
        });
        waits.extend(wait);
    }
    assert!(waits.len() >= 3 && waits.iter().all(|wait| (1..=1_000).contains(wait)), "{waits:?}");
}

#[test]
fn rooms_and_their_history_are_the_same_at_every_server() {
    let pair = Pair::start();
    let mut ada = pair.talker(0, "Ada");
    ada.join(LOBBY);
    ada.send(LOBBY, "a1", "hi");
    ada.ack("a1");
    let mut eve = pair.talker(1, "Eve");
    until(|| {
        eve.say(&ClientMessage::Rooms);
        let rooms = eve.expect(|_, message| match message {
            ServerMessage::Rooms { rooms } => Some(rooms),
            _ => None,
        });
        rooms.iter().map(|it| (&*it.room, it.people, it.head)).eq([(LOBBY, 1, 1)])
    });
    for server in &pair.servers {
        let rooms: Value = server.get("/api/chat/rooms").json();
        assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1, "{rooms}");
        assert_eq!(rooms["rooms"][0]["people"], 1, "{rooms}");
        let page: Value = server.get("/api/chat/rooms/lobby/messages").json();
        assert_eq!(page["messages"][0]["text"], "hi", "{page}");
        assert_eq!(server.get("/api/chat/rooms/nowhere/messages").status, 404);
        assert_eq!(server.get("/api/chat/rooms/@Ada/messages").status, 404);
    }
}

#[test]
fn old_messages_are_read_page_by_page_at_the_other_server() {
    let pair = Pair::start_with(|config| {
        config.settings.window_messages = 8;
        config.settings.limits.page_messages = 10;
    });
    let mut ada = pair.talker(0, "Ada");
    let Joined { epoch, .. } = ada.join(LOBBY);
    for number in 1..=100 {
        ada.send(LOBBY, &format!("a{number}"), &format!("{number}"));
    }
    ada.ack("a100");
    let mut bob = pair.talker(1, "Bob");
    bob.join(LOBBY);
    bob.say(&ClientMessage::History { room: LOBBY.into(), before: 51, limit: 10 });
    let texts: Vec<_> = bob.expect(|_, message| match message {
        ServerMessage::History { messages, more, .. } => {
            assert!(more);
            Some(messages.iter().map(|message| message.text.parse::<u64>().unwrap()).collect())
        }
        _ => None,
    });
    assert!(texts.into_iter().eq(41..=50));
    // Who has been away for longer than the window reaches resumes from the log.
    let mut bob = pair.talker(1, "Bob");
    let mut position = Position { epoch, seq: 20 };
    loop {
        let joined = bob.join_after(LOBBY, Some(position));
        assert!(joined.recovered, "{joined:?}");
        for message in &joined.messages {
            assert_eq!(message.seq, position.seq + 1);
            position.seq = message.seq;
        }
        if !joined.more {
            break;
        }
    }
    assert_eq!(position.seq, 100);
}

/// A publication may be lost: the number of the next shows it, or what the log says now and then.
#[test]
fn what_was_published_while_a_server_did_not_listen_comes_all_the_same() {
    let pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    ada.join(LOBBY);
    bob.join(LOBBY);
    let mut open: Vec<String> = (0..20).map(|number| format!("a{number}")).collect();
    while !open.is_empty() {
        for id in &open {
            pair.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
            ada.send(LOBBY, id, "hi");
        }
        // What is not heard again is not taken either: it is sent once more.
        for _ in 0..open.len() {
            let taken = ada.expect(|_, message| match message {
                ServerMessage::Ack(ack) => Some(Some(ack.id)),
                ServerMessage::Refused { reason: Refusal::StoreFailed, .. } => Some(None),
                _ => None,
            });
            open.retain(|id| taken.as_deref() != Some(id));
        }
    }
    let heard = (0..20).map(|_| bob.message().seq);
    assert!(heard.eq(1..=20));
}
