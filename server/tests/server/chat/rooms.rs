//! Rooms and inboxes: who hears what, in which order, and how often.

use playground_core::chat::wire::{ClientMessage, Position, Request, ServerMessage};
use playground_core::chat::{Farewell, Refusal};

use super::talker::{ChatServer, Talker, hello, secret};

fn texts(messages: &[std::sync::Arc<playground_core::chat::wire::Message>]) -> Vec<String> {
    messages.iter().map(|message| message.text.to_string()).collect()
}

#[test]
fn everybody_hears_everything_in_the_same_order() {
    let chat = ChatServer::start();
    let mut talkers: Vec<Talker> =
        ["Ada", "Bob", "Cleo"].map(|name| chat.talker(name)).into_iter().collect();
    for talker in &mut talkers {
        assert_eq!(talker.join("lobby").head, 0);
    }
    for round in 0..20 {
        for talker in &mut talkers {
            talker.send("lobby", &format!("id{round}"), &format!("{} {round}", talker.name));
        }
    }
    let heard: Vec<Vec<_>> =
        talkers.iter_mut().map(|talker| (0..60).map(|_| talker.message()).collect()).collect();
    for messages in &heard {
        let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
        assert_eq!(seqs, (1..=60).collect::<Vec<u64>>());
        assert_eq!(messages, &heard[0]);
    }
    // Each one's own are in the order in which they were said.
    for talker in &talkers {
        let own = heard[0].iter().filter(|message| *message.from == talker.name);
        let expected: Vec<String> =
            (0..20).map(|round| format!("{} {round}", talker.name)).collect();
        assert_eq!(own.map(|message| message.text.to_string()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn an_acknowledgement_tells_the_number_and_the_way_of_a_message() {
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    ada.send("lobby", "a1", "hi");
    let ack = ada.ack("a1");
    assert_eq!((ack.seq, ack.is_retry), (1, false));
    let timing = ack.timing;
    assert!(0 < timing.received_us && timing.received_us < timing.stored_us, "{timing:?}");
    assert!(timing.stored_us <= timing.fanned_out_us, "{timing:?}");
}

#[test]
fn a_retry_is_acknowledged_and_not_said_again() {
    let chat = ChatServer::start();
    let (mut ada, mut bob) = (chat.talker("Ada"), chat.talker("Bob"));
    ada.join("lobby");
    bob.join("lobby");
    for _ in 0..3 {
        ada.send("lobby", "a1", "once");
    }
    assert!(!ada.ack("a1").is_retry);
    assert!(ada.ack("a1").is_retry && ada.ack("a1").is_retry);
    // Over another connection, too; the id is the person's.
    let mut other_tab = chat.talker("Ada");
    other_tab.join("lobby");
    other_tab.send("lobby", "a1", "once");
    assert_eq!(other_tab.ack("a1").seq, 1);
    // Somebody else's is another one.
    bob.send("lobby", "a1", "twice");
    let heard: Vec<_> = (0..2).map(|_| bob.message()).collect();
    assert_eq!(texts(&heard), ["once", "twice"]);
}

#[test]
fn private_messages_reach_both_sides_tabs_and_nobody_else() {
    let chat = ChatServer::start();
    let mut tabs: Vec<Talker> =
        ["Ada", "Ada", "Bob", "Bob"].map(|name| chat.talker(name)).into_iter().collect();
    for tab in &mut tabs {
        tab.join("lobby");
        let inbox = format!("@{}", tab.name);
        tab.join(&inbox);
    }
    let mut eve = chat.talker("Eve");
    eve.join("lobby");
    eve.join("@Eve");
    eve.say(&ClientMessage::Join { room: "@Bob".into(), after: None });
    assert_eq!(eve.refused(), Refusal::Forbidden);

    tabs[0].whisper("Bob", "p1", "psst");
    assert_eq!(&*tabs[0].ack("p1").room, "@Ada");
    for (tab, room) in tabs[1..].iter_mut().zip(["@Ada", "@Bob", "@Bob"]) {
        let message = tab.message();
        assert_eq!((&*message.room, &*message.from, &*message.text), (room, "Ada", "psst"));
    }
    tabs[2].whisper("Ada", "p1", "what?");
    tabs[2].ack("p1");
    let leaked = |message: &ServerMessage| matches!(message, ServerMessage::Messages(_));
    assert!(!eve.everything_so_far().iter().any(leaked));
    // It is in the history of both, for whoever comes later.
    for name in ["Ada", "Bob"] {
        let joined = chat.talker(name).join(&format!("@{name}"));
        assert_eq!(texts(&joined.messages), ["psst", "what?"]);
    }
}

#[test]
fn a_person_is_there_while_one_tab_is() {
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    let mut presence = |online| {
        ada.expect(|_, message| match message {
            ServerMessage::Presence { name, online: is_online, count, .. } if &*name == "Bob" => {
                assert_eq!(is_online, online);
                Some(count)
            }
            _ => None,
        })
    };
    let mut bob = chat.talker("Bob");
    assert_eq!(bob.join("lobby").count, 2);
    assert_eq!(presence(true), 2);
    let mut second = chat.talker("Bob");
    second.join("lobby");
    bob.cut();
    second.say(&ClientMessage::Leave { room: "lobby".into() });
    assert_eq!(presence(false), 1);
    let third = chat.talker("Bob");
    let mut third = third;
    third.join("lobby");
    assert_eq!(presence(true), 2, "once for each time, however many tabs there were");
    third.cut();
    assert_eq!(presence(false), 1, "a broken connection is no ghost");
}

#[test]
fn typing_is_told_to_the_room() {
    let chat = ChatServer::start();
    let (mut ada, mut bob) = (chat.talker("Ada"), chat.talker("Bob"));
    ada.join("lobby");
    bob.join("lobby");
    bob.say(&ClientMessage::Typing { room: "lobby".into() });
    let who = ada.expect(|_, message| match message {
        ServerMessage::Typing { name, .. } => Some(name),
        _ => None,
    });
    assert_eq!(&*who, "Bob");
}

#[test]
fn the_author_learns_at_how_many_a_message_has_arrived() {
    let chat = ChatServer::start();
    let (mut ada, mut bob) = (chat.talker("Ada"), chat.talker("Bob"));
    ada.join("lobby");
    bob.join("lobby");
    ada.send("lobby", "a1", "hi");
    let seq = bob.message().seq;
    bob.say(&ClientMessage::Received { room: "lobby".into(), seq });
    let by = ada.expect(|_, message| match message {
        ServerMessage::Delivered { seq: 1, by, .. } => Some(by),
        _ => None,
    });
    assert_eq!(by, 1);
}

#[test]
fn history_is_paged_backwards_to_the_first_message_out_of_memory_and_out_of_the_store() {
    let chat = ChatServer::start_with(|config| config.settings.window_messages = 10);
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    for number in 1..=50 {
        ada.send("lobby", &format!("id{number}"), &number.to_string());
    }
    ada.ack("id50");
    let mut before = 51;
    let mut found = Vec::new();
    loop {
        ada.say(&ClientMessage::History { room: "lobby".into(), before, limit: 7 });
        let (messages, more) = ada.expect(|_, message| match message {
            ServerMessage::History { messages, more, .. } => Some((messages, more)),
            _ => None,
        });
        found.splice(0..0, texts(&messages));
        before = messages[0].seq;
        if !more {
            break;
        }
    }
    assert_eq!(found, (1..=50).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn who_comes_back_goes_on_exactly_behind_its_position() {
    let chat = ChatServer::start_with(|config| {
        config.settings.window_messages = 16;
        config.settings.limits.page_messages = 8;
    });
    let mut ada = chat.talker("Ada");
    let epoch = ada.join("lobby").epoch;
    for number in 1..=100 {
        ada.send("lobby", &format!("id{number}"), &number.to_string());
    }
    ada.ack("id100");
    // The older part comes out of the store, the newer one out of memory; the last part makes a member.
    let mut bob = chat.talker("Bob");
    let mut position = Position { epoch, seq: 3 };
    loop {
        let joined = bob.join_after("lobby", Some(position));
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
    ada.send("lobby", "id101", "101");
    assert_eq!(bob.message().seq, 101);

    let joined = bob.join_after("lobby", Some(Position { epoch: epoch + 1, seq: 50 }));
    assert!(!joined.recovered, "another store's position is of no use");
    assert_eq!(joined.messages.last().unwrap().seq, 101);
}

#[test]
fn wrong_names_texts_and_rooms_are_refused_with_their_reasons() {
    let chat = ChatServer::start();
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    ada.send("lobby", "a1", "  ");
    assert_eq!(ada.refused(), Refusal::EmptyText);
    ada.send("lobby", "a2", &"é".repeat(2001));
    assert_eq!(ada.refused(), Refusal::TextTooLong);
    ada.send("lobby", "", "hi");
    assert_eq!(ada.refused(), Refusal::BadId);
    ada.send("elsewhere", "a3", "hi");
    assert_eq!(ada.refused(), Refusal::NotJoined);
    ada.say(&ClientMessage::Join { room: "\u{202e}".into(), after: None });
    assert_eq!(ada.refused(), Refusal::BadRoom);
    ada.whisper("Nobody", "a4", "hi");
    assert_eq!(ada.refused(), Refusal::NoSuchPerson);
    for text in ["", "{", "[]", "{\"type\":\"send\"}", "\"join\"", "null"] {
        ada.say_text(text);
        assert_eq!(ada.refused(), Refusal::Malformed, "{text}");
    }
    ada.say_text("{\"type\":\"dance\"}");
    assert_eq!(ada.refused(), Refusal::UnknownType);
    // After all that it is a member like any other. The longest text that is allowed passes, escaped or not.
    ada.say_text(&format!(
        "{{\"type\":\"send\",\"room\":\"lobby\",\"id\":\"a5\",\"text\":\"{}\"}}",
        "\\ud83d\\ude00".repeat(2000)
    ));
    assert_eq!(ada.message().text.chars().count(), 2000);
}

#[test]
fn a_name_is_whose_secret_it_is() {
    let chat = ChatServer::start();
    let _ada = chat.talker("Ada");
    let mut thief = Talker::connect(chat.server.address);
    thief.say(&ClientMessage::Hello {
        v: 1,
        name: "ADA".into(),
        secret: secret("thief"),
        last: None,
    });
    assert_eq!(thief.refused(), Refusal::NameTaken);
    assert_eq!(thief.end().unwrap().0, Farewell::Name.code());

    let mut newer = Talker::connect(chat.server.address);
    newer.say(&ClientMessage::Hello {
        v: 2,
        name: "Ada".into(),
        secret: secret("Ada"),
        last: None,
    });
    assert_eq!(newer.refused(), Refusal::Version);
    assert_eq!(newer.end().unwrap().0, Farewell::Version.code());

    let mut hasty = Talker::connect(chat.server.address);
    hasty.say(&ClientMessage::Rooms);
    assert_eq!(hasty.refused(), Refusal::HelloFirst);
    // What is sent behind a hello, without waiting for the welcome, is not too early.
    hasty.say(&hello("Hasty"));
    hasty.say(&ClientMessage::Join { room: "lobby".into(), after: None });
    hasty.send("lobby", "h1", "here I am");
    assert_eq!(hasty.ack("h1").seq, 1);
}

#[test]
fn one_room_too_many_is_refused_and_the_others_stay_open() {
    let chat = ChatServer::start_with(|config| config.settings.limits.rooms = 2);
    let mut ada = chat.talker("Ada");
    ada.join("lobby");
    ada.join("hall");
    ada.send("lobby", "a1", "this room stays");
    ada.ack("a1");
    ada.say(&ClientMessage::Join { room: "attic".into(), after: None });
    let refused = ada.expect(|_, message| match message {
        ServerMessage::Refused { request, room, reason, retry_after_ms, .. } => {
            Some((request, room, reason, retry_after_ms))
        }
        _ => None,
    });
    let room = Some("attic".into());
    assert_eq!(refused, (Request::Join, room, Refusal::NoMoreRooms, None));
    // Those that there are stay open to everybody, and whoever was refused is still heard.
    chat.talker("Bob").join("hall");
    ada.send("lobby", "a2", "still here");
    ada.ack("a2");
}

#[test]
fn who_joins_again_in_the_midst_of_a_flow_is_answered_in_its_place() {
    const MESSAGES: u64 = 600;
    let chat = ChatServer::start();
    let address = chat.server.address;
    let mut reader = chat.talker("Reader");
    let epoch = reader.join("lobby").epoch;
    let writing = std::thread::spawn(move || {
        let mut writer = Talker::named(address, "Writer");
        writer.join("lobby");
        for number in 1..=MESSAGES {
            writer.send("lobby", &format!("w{number}"), &number.to_string());
            if number % 20 == 0 {
                writer.ack(&format!("w{number}"));
            }
        }
    });
    // Asked with each tenth message: the answer continues exactly what was heard before it, and what is heard
    // after it continues exactly the answer.
    let mut seq = 0;
    while seq < MESSAGES {
        match reader.next().unwrap() {
            ServerMessage::Messages(run) => {
                let message = run.iter().next().unwrap();
                assert_eq!(message.seq, seq + 1);
                seq = message.seq;
                if seq % 10 == 0 {
                    let after = Some(Position { epoch, seq });
                    reader.say(&ClientMessage::Join { room: "lobby".into(), after });
                }
            }
            ServerMessage::Joined(joined) => {
                assert!(joined.recovered && !joined.more, "{joined:?}");
                assert_eq!(joined.head, seq, "neither too early nor too late");
            }
            _ => {}
        }
    }
    writing.join().unwrap();
}
