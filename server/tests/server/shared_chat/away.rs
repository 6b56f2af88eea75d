//! Redis is away, or comes back as another one.

use playground_core::chat::wire::{ClientMessage, Position, ServerMessage};
use playground_core::chat::{Farewell, Refusal};
use playground_engines::{Durability, Redis};
use serde_json::Value;

use super::pair::Pair;
use crate::chat::talker::{Talker, hello};
use crate::running::Server;

const LOBBY: &str = "lobby";

/// Passes over everything until it is told that Redis works, or that it does not.
fn told_of_the_bus(talker: &mut Talker, works: bool) {
    talker.expect(|_, message| (message == ServerMessage::Bus { works }).then_some(()));
}

/// Says hello again and again, until it is welcome.
fn welcomed_soon(server: &Server, name: &str) -> Talker {
    loop {
        let mut talker = Talker::connect(server.address);
        talker.say(&hello(name));
        let answer = loop {
            match talker.next() {
                Ok(ServerMessage::Welcome { name, session, .. }) => break Ok((name, session)),
                Ok(_) => {}
                Err(end) => break Err(end),
            }
        };
        match answer {
            Ok((name, session)) => {
                (talker.name, talker.session) = (name.to_string(), session);
                return talker;
            }
            Err(end) => {
                let code = end.expect("a reason").0;
                assert_eq!(code, Farewell::TryAgainLater.code());
            }
        }
    }
}

#[test]
fn a_server_starts_without_redis_and_finds_it_when_it_comes() {
    let mut redis = Redis::start(Durability::Forced).unwrap();
    redis.kill().unwrap();
    let mut pair = Pair::start_at(redis, |_| {});
    let server = &pair.servers[0];
    let health: Value = server.get("/healthz").json();
    assert_eq!((&health["status"], &health["redis"]["works"]), (&"ok".into(), &false.into()));
    let metrics = || String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics().contains("\nredis_up 0\n"), "{}", metrics());
    let mut early = Talker::connect(server.address);
    early.say(&hello("Ada"));
    assert_eq!(early.end().unwrap().0, Farewell::TryAgainLater.code());
    assert_eq!(server.get("/api/chat/rooms/lobby/messages").status, 503);
    pair.redis.start_again().unwrap();
    let mut ada = welcomed_soon(&pair.servers[0], "Ada");
    let metrics = pair.servers[0].get("/metrics").body;
    assert!(String::from_utf8(metrics).unwrap().contains("\nredis_up 1\n"));
    ada.join(LOBBY);
    ada.send(LOBBY, "a1", "hi");
    assert_eq!(ada.ack("a1").seq, 1);
}

#[test]
fn while_redis_is_away_members_are_told_and_keep_their_place() {
    let mut pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    for talker in [&mut ada, &mut bob] {
        talker.join(LOBBY);
    }
    ada.send(LOBBY, "a1", "before");
    ada.ack("a1");
    assert_eq!(bob.message().seq, 1);
    pair.redis.kill().unwrap();
    told_of_the_bus(&mut ada, false);
    told_of_the_bus(&mut bob, false);
    ada.send(LOBBY, "a2", "during");
    let (reason, retry) = ada.expect(|_, message| match message {
        ServerMessage::Refused { reason, retry_after_ms, .. } => Some((reason, retry_after_ms)),
        _ => None,
    });
    assert_eq!(reason, Refusal::StoreFailed);
    assert!(retry.is_some());
    // What is in memory can be read all the while.
    ada.say(&ClientMessage::History { room: LOBBY.into(), before: 2, limit: 10 });
    let read = ada.expect(|_, message| match message {
        ServerMessage::History { messages, .. } => Some(messages.len()),
        _ => None,
    });
    assert_eq!(read, 1);
    pair.redis.start_again().unwrap();
    told_of_the_bus(&mut ada, true);
    told_of_the_bus(&mut bob, true);
    ada.send(LOBBY, "a2", "after");
    assert_eq!(ada.ack("a2").seq, 2);
    let message = bob.message();
    assert_eq!((message.seq, &*message.text), (2, "after"));
}

/// Nothing is pretended: the positions that people have are of no use in the new history, and they are told so.
#[test]
fn a_history_that_is_lost_begins_again_under_another_epoch() {
    let pair = Pair::start();
    let (mut ada, mut bob) = (pair.talker(0, "Ada"), pair.talker(1, "Bob"));
    let before = ada.join(LOBBY);
    bob.join(LOBBY);
    for id in ["a1", "a2"] {
        ada.send(LOBBY, id, id);
        ada.ack(id);
    }
    pair.command(&["FLUSHALL"]);
    for talker in [&mut ada, &mut bob] {
        assert_eq!(talker.end().unwrap().0, Farewell::StoreFailed.code());
    }
    let mut ada = welcomed_soon(&pair.servers[0], "Ada");
    let position = Position { epoch: before.epoch, seq: 2 };
    let joined = ada.join_after(LOBBY, Some(position));
    assert!(!joined.recovered && joined.epoch > before.epoch, "{joined:?}");
    assert_eq!((joined.head, joined.messages.len()), (0, 0));
    ada.send(LOBBY, "a3", "anew");
    assert_eq!(ada.ack("a3").seq, 1);
    let mut bob = welcomed_soon(&pair.servers[1], "Bob");
    assert_eq!(bob.join(LOBBY).head, 1);
}
