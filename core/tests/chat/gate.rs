//! What a gate lets through, and what people are told.

use playground_core::chat::wire::{ClientMessage, Request, ServerMessage};
use playground_core::chat::{
    ChannelInput, Claim, Clock, Effect, Farewell, Gate, Limits, People, PeopleEffect, PeopleInput,
    Rate, Recovered, Refusal, Route, SessionId, Settings,
};
use playground_core::sim::Time;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECRET: &str = "a secret of sixteen or more";

fn gate(settings: Settings) -> Gate {
    let mut gate = Gate::new(Arc::new(settings), SessionId(1), Clock::default());
    gate.observe(&ServerMessage::Welcome {
        v: 1,
        name: "Ada".into(),
        session: SessionId(1),
        cut: None,
        limits: Limits::default(),
        server: None,
    });
    gate
}

fn take(gate: &mut Gate, message: ClientMessage) -> Vec<Route> {
    let mut routes = Vec::new();
    gate.receive(Clock::default(), Some(message), 0, &mut routes);
    routes
}

fn reason(routes: &[Route]) -> Option<Refusal> {
    routes.iter().find_map(|it| match it {
        Route::Answer(ServerMessage::Refused { reason, .. }) => Some(*reason),
        _ => None,
    })
}

fn join(room: &str) -> ClientMessage {
    ClientMessage::Join { room: room.into(), after: None }
}

fn send(room: &str, id: &str, text: &str) -> ClientMessage {
    let (room, id, text) = (room.into(), id.into(), text.into());
    ClientMessage::Send { room, id, text, since: None }
}

#[test]
fn each_rule_has_a_refusal_of_its_own() {
    let long = |chars: usize| "ä".repeat(chars);
    for (message, expected) in [
        (join(""), Some(Refusal::BadRoom)),
        (join(&long(33)), Some(Refusal::BadRoom)),
        (join(&long(32)), None),
        (join("#lobby"), Some(Refusal::BadRoom)),
        (join(" lobby"), Some(Refusal::BadRoom)),
        (join("lob\u{200b}by"), Some(Refusal::BadRoom)),
        (join("@Bob"), Some(Refusal::Forbidden)),
        (join("@Ada"), None),
        (send("lobby", "a", "hi"), None),
        (send("attic", "a", "hi"), Some(Refusal::NotJoined)),
        (send("lobby", "", "hi"), Some(Refusal::BadId)),
        (send("lobby", "ä", "hi"), Some(Refusal::BadId)),
        (send("lobby", &"x".repeat(65), "hi"), Some(Refusal::BadId)),
        (send("lobby", "a", " \n"), Some(Refusal::EmptyText)),
        (send("lobby", "a", &long(2_001)), Some(Refusal::TextTooLong)),
        (send("lobby", "a", &long(2_000)), None),
        (ClientMessage::Unknown, Some(Refusal::UnknownType)),
        (
            ClientMessage::History { room: "@Bob".into(), before: 1, limit: 1 },
            Some(Refusal::Forbidden),
        ),
        (ClientMessage::Received { room: "@Bob".into(), seq: 1 }, Some(Refusal::Forbidden)),
    ] {
        let mut gate = gate(Settings::default());
        take(&mut gate, join("lobby"));
        let routes = take(&mut gate, message.clone());
        assert_eq!(reason(&routes), expected, "{message:?}");
        assert_eq!(routes.len(), 1, "{routes:?}");
    }
}

#[test]
fn nobody_gets_anywhere_without_hello() {
    let fresh = || Gate::new(Arc::new(Settings::default()), SessionId(1), Clock::default());
    assert_eq!(reason(&take(&mut fresh(), join("lobby"))), Some(Refusal::HelloFirst));
    let hello = |v, name: &str, secret: &str| ClientMessage::Hello {
        v,
        name: name.into(),
        secret: secret.into(),
        last: None,
    };
    let [Route::People(PeopleInput::Hello { .. })] =
        &take(&mut fresh(), hello(1, "Ada", SECRET))[..]
    else {
        panic!()
    };
    for (message, expected, farewell) in [
        (hello(2, "Ada", SECRET), Refusal::Version, Farewell::Version),
        (hello(1, "@Ada", SECRET), Refusal::BadName, Farewell::Name),
        (hello(1, "Ada", "short"), Refusal::BadSecret, Farewell::Name),
    ] {
        let mut gate = fresh();
        let routes = take(&mut gate, message);
        assert_eq!(reason(&routes), Some(expected));
        assert_eq!(routes.last(), Some(&Route::Cut(farewell)));
        assert!(take(&mut gate, join("lobby")).is_empty(), "nothing is heard after that");
    }
}

#[test]
fn rooms_are_counted_and_given_back() {
    let limits = Limits { rooms_a_session: 2, ..Limits::default() };
    let mut gate = gate(Settings { limits, ..Settings::default() });
    assert_eq!(reason(&take(&mut gate, join("a"))), None);
    assert_eq!(reason(&take(&mut gate, join("b"))), None);
    assert_eq!(reason(&take(&mut gate, join("a"))), None, "again");
    assert_eq!(reason(&take(&mut gate, join("c"))), Some(Refusal::TooManyRooms));
    gate.observe(&ServerMessage::Refused {
        request: Request::Join,
        room: Some("b".into()),
        id: None,
        reason: Refusal::RoomFull,
        retry_after_ms: None,
    });
    assert_eq!(reason(&take(&mut gate, join("c"))), None);
    let routes = gate.close(Some(Farewell::Slow));
    let leaves = routes.iter().filter(|it| {
        matches!(it, Route::Room { input: ChannelInput::Leave { session: SessionId(1) }, .. })
    });
    assert_eq!(leaves.count(), 2);
    let gone = PeopleInput::Gone { session: SessionId(1), cut: Some(Farewell::Slow) };
    assert_eq!(routes.last(), Some(&Route::People(gone)));
}

#[test]
fn patience_ends_and_comes_back() {
    let settings = Settings { patience: 3, ..Settings::default() };
    let mut gate = gate(settings.clone());
    let mut nonsense = |times: usize| {
        let mut routes = Vec::new();
        for _ in 0..times {
            gate.receive(Clock::default(), None, 0, &mut routes);
        }
        take(&mut gate, join("lobby"));
        routes.contains(&Route::Cut(Farewell::Malformed))
    };
    assert!(!nonsense(2) && !nonsense(1) && !nonsense(1), "what is granted pays for it");
    assert!(nonsense(3));
    // A flood: refused with a time to wait, and cut if that is not heeded.
    let limits = Limits { messages: Rate { per_second: 1, burst: 2 }, ..Limits::default() };
    let settings = Settings { limits, ..settings };
    let mut gate = gate_in_lobby(settings);
    let mut cut = None;
    for number in 0..6 {
        let routes = take(&mut gate, send("lobby", &number.to_string(), "x"));
        cut = cut.or_else(|| routes.contains(&Route::Cut(Farewell::Flood)).then_some(number));
    }
    assert_eq!(cut, Some(4), "two are sent, three are refused");
}

fn gate_in_lobby(settings: Settings) -> Gate {
    let mut gate = gate(settings);
    take(&mut gate, join("lobby"));
    gate
}

fn hello(session: u64, name: &str, secret: &str) -> PeopleInput {
    let (name, secret) = (name.into(), secret.into());
    PeopleInput::Hello { session: SessionId(session), name, secret, last: None }
}

fn ask(people: &mut People, ms: u64, input: PeopleInput) -> Vec<PeopleEffect> {
    let mut effects = Vec::new();
    let clock = Clock { now: Time::from_ms(ms), unix_ms: 1_000 + ms };
    people.handle(clock, input, &mut effects);
    effects
}

#[test]
fn a_name_is_kept_over_a_restart_and_its_secret_is_not() {
    let settings = Arc::new(Settings::default());
    let mut people = People::recover(settings.clone(), 1, []);
    let effects = ask(&mut people, 0, hello(1, "Ada", SECRET));
    let [PeopleEffect::Claim(claim), PeopleEffect::ToSession(_, ServerMessage::Welcome { .. })] =
        &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert!(!format!("{claim:?}").contains(SECRET));
    let json = serde_json::to_string(claim).expect("plain data");
    let claim: Claim = serde_json::from_str(&json).expect("what was written can be read");
    let stored = Recovered { epoch: 1, ..Recovered::default() };
    let mut people = People::recover(settings, 2, [(claim, stored)]);
    assert_eq!(people.online(), 0);
    let effects = ask(&mut people, 5, hello(1, "ada", "another secret, as long"));
    assert_eq!(effects.last(), Some(&PeopleEffect::Cut(SessionId(1), Farewell::Name)));
    let effects = ask(&mut people, 6, hello(2, "ADA", SECRET));
    assert!(
        matches!(&effects[..], [PeopleEffect::ToSession(_, ServerMessage::Welcome { name, .. })] if &**name == "Ada"),
        "{effects:?}"
    );
}

#[test]
fn people_who_have_been_away_longest_make_room() {
    let limits = Limits { people: 2, ..Limits::default() };
    let settings = Arc::new(Settings { limits, ..Settings::default() });
    let mut people = People::recover(settings, 1, []);
    ask(&mut people, 0, hello(1, "Ada", SECRET));
    ask(&mut people, 1, hello(2, "Bob", SECRET));
    let effects = ask(&mut people, 2, hello(3, "Cleo", SECRET));
    let full = PeopleEffect::Cut(SessionId(3), Farewell::TryAgainLater);
    assert_eq!(effects.last(), Some(&full), "everybody known is online");
    ask(&mut people, 3, PeopleInput::Gone { session: SessionId(2), cut: None });
    let effects = ask(&mut people, 4, hello(4, "Cleo", SECRET));
    assert_eq!(effects.first(), Some(&PeopleEffect::Forget("Bob".into())));
    assert!(matches!(effects.get(1), Some(PeopleEffect::Claim(_))));
}

#[test]
fn a_private_message_is_stored_in_both_inboxes_in_one_step() {
    let settings = Arc::new(Settings::default());
    let mut people = People::recover(settings, 1, []);
    ask(&mut people, 0, hello(1, "Ada", SECRET));
    ask(&mut people, 1, hello(2, "Bob", SECRET));
    let private = |to: &str| PeopleInput::Private {
        session: SessionId(1),
        to: to.into(),
        id: "a1".into(),
        text: "psst".into(),
        since: None,
        received_us: 0,
    };
    let effects = ask(&mut people, 2, private("bob"));
    let Some(PeopleEffect::Store(messages)) = effects.first() else { panic!("{effects:?}") };
    let rooms: Vec<&str> = messages.iter().map(|it| &*it.room).collect();
    assert_eq!(rooms, ["@Ada", "@Bob"]);
    let again = ask(&mut people, 3, private("Bob"));
    assert!(
        matches!(&again[..], [PeopleEffect::Inbox(_, Effect::Ack(_, ack))] if ack.is_retry),
        "{again:?}"
    );
    let nobody = ask(&mut people, 4, private("Zoe"));
    assert!(
        matches!(
            &nobody[..],
            [PeopleEffect::ToSession(
                _,
                ServerMessage::Refused { reason: Refusal::NoSuchPerson, .. }
            )]
        ),
        "{nobody:?}"
    );
    let to_oneself = ask(&mut people, 5, {
        let PeopleInput::Private { session, text, since, received_us, .. } = private("x") else {
            panic!()
        };
        PeopleInput::Private {
            session,
            to: "Ada".into(),
            id: "a2".into(),
            text,
            since,
            received_us,
        }
    });
    let Some(PeopleEffect::Store(messages)) = to_oneself.first() else { panic!("{to_oneself:?}") };
    assert_eq!(messages.len(), 1, "a note to oneself is one message");
}
