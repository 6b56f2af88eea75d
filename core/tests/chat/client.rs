//! A client and a server without a network between them: what one says the other hears, unless a test
//! cuts the connection.

use playground_core::chat::wire::{ClientMessage, ServerMessage};
use playground_core::chat::{
    Channel, Client, ClientInput, ClientOutput, Clock, Connection, Effect, Farewell, Gate, Line,
    Patience, People, PeopleEffect, Recovered, Retry, Route, Saved, SessionId, Settings, Tick,
};
use playground_core::sim::Time;
use std::collections::VecDeque;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A server with one room, and the connections to it.
struct Server {
    people: People,
    lobby: Channel,
    gates: Vec<Gate>,
    entered: Vec<SessionId>,
    inboxes: Vec<(Arc<str>, SessionId)>,
    /// What is on its way to the clients.
    sent: VecDeque<(SessionId, ServerMessage)>,
    cut: Vec<(SessionId, Farewell)>,
    settings: Arc<Settings>,
}

impl Server {
    fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let stored = Recovered { epoch: 1, ..Recovered::default() };
        Server {
            people: People::recover(settings.clone(), 1, []),
            lobby: Channel::recover(settings.clone(), "lobby".into(), stored),
            gates: Vec::new(),
            entered: Vec::new(),
            inboxes: Vec::new(),
            sent: VecDeque::new(),
            cut: Vec::new(),
            settings,
        }
    }

    fn open(&mut self) -> SessionId {
        let session = SessionId(self.gates.len() as u64 + 1);
        self.gates.push(Gate::new(self.settings.clone(), session, Clock::default()));
        session
    }

    fn take(&mut self, clock: Clock, session: SessionId, message: ClientMessage) {
        let mut routes = Vec::new();
        let gate = &mut self.gates[session.0 as usize - 1];
        gate.receive(clock, Some(message), 0, &mut routes);
        self.follow(clock, session, routes);
    }

    fn close(&mut self, clock: Clock, session: SessionId, cut: Option<Farewell>) {
        self.sent.retain(|(to, _)| *to != session);
        let gate = self.gates[session.0 as usize - 1].clone();
        self.follow(clock, session, gate.close(cut));
        self.sent.retain(|(to, _)| *to != session);
    }

    fn follow(&mut self, clock: Clock, session: SessionId, routes: Vec<Route>) {
        for route in routes {
            match route {
                Route::People(input) => {
                    let mut effects = Vec::new();
                    self.people.handle(clock, input, &mut effects);
                    self.people_effects(effects);
                }
                Route::Room { input, .. } => {
                    let mut effects = Vec::new();
                    self.lobby.handle(clock, input, &mut effects);
                    self.effects("lobby", effects);
                }
                Route::Rooms => {}
                Route::Answer(message) => self.give(session, message),
                Route::Cut(farewell) => self.cut.push((session, farewell)),
            }
        }
    }

    fn people_effects(&mut self, effects: Vec<PeopleEffect>) {
        for effect in effects {
            match effect {
                PeopleEffect::ToSession(to, message) => self.give(to, message),
                PeopleEffect::Cut(session, farewell) => self.cut.push((session, farewell)),
                PeopleEffect::Inbox(name, effect) => self.effects(&name, vec![effect]),
                PeopleEffect::Claim(_) | PeopleEffect::Forget(_) | PeopleEffect::Store(_) => {}
                effect => panic!("{effect:?}"),
            }
        }
    }

    fn effects(&mut self, channel: &str, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::ToEveryone(message) => {
                    let inbox = self.inboxes.iter().filter(|(name, _)| **name == *channel);
                    let all: Vec<SessionId> = match channel {
                        "lobby" => self.entered.clone(),
                        _ => inbox.map(|(_, it)| *it).collect(),
                    };
                    all.into_iter().for_each(|to| self.give(to, message.clone()));
                }
                Effect::ToSession(to, message) => self.give(to, message),
                Effect::Ack(to, ack) => self.give(to, ServerMessage::Ack(ack)),
                Effect::Enter(session, joined) => {
                    match channel {
                        "lobby" => self.entered.push(session),
                        name => self.inboxes.push((name.into(), session)),
                    }
                    self.give(session, ServerMessage::Joined(joined));
                }
                Effect::Exit(session) => {
                    self.entered.retain(|it| *it != session);
                    self.inboxes.retain(|(_, it)| *it != session);
                }
                Effect::Store(_) | Effect::Trim { .. } | Effect::WakeAt(_) => {}
                effect => panic!("{effect:?}"),
            }
        }
    }

    fn give(&mut self, to: SessionId, message: ServerMessage) {
        self.gates[to.0 as usize - 1].observe(&message);
        self.sent.push_back((to, message));
    }
}

/// A tab: a client, and its connection if there is one.
struct Tab {
    client: Client,
    session: Option<SessionId>,
    /// How many attempts it has been asked for, and how patient to be.
    asked: Vec<(u32, Retry)>,
}

impl Tab {
    fn new(name: &str, tab: &str) -> Self {
        let saved = Saved {
            name: name.into(),
            secret: format!("the secret of {name}").into(),
            rooms: vec!["lobby".into()],
            ..Saved::default()
        };
        Tab::restored(saved, tab)
    }

    fn restored(saved: Saved, tab: &str) -> Self {
        let client = Client::new(saved, tab.into(), Patience::REAL, None);
        Tab { client, session: None, asked: Vec::new() }
    }

    fn texts(&self, thread: &str) -> Vec<(String, Option<Tick>)> {
        let one = |it: &Line| (it.text.to_string(), it.tick);
        self.client.view(thread).lines.iter().map(one).collect()
    }
}

struct World {
    now_ms: u64,
    server: Server,
    tabs: Vec<Tab>,
}

impl World {
    fn new(tabs: Vec<Tab>) -> Self {
        World { now_ms: 0, server: Server::new(Settings::default()), tabs }
    }

    fn clock(&self) -> Clock {
        Clock { now: Time::from_ms(self.now_ms), unix_ms: 5_000 + self.now_ms }
    }

    fn tell(&mut self, tab: usize, input: ClientInput) {
        let clock = self.clock();
        let mut out = Vec::new();
        self.tabs[tab].client.handle(clock.now, input, &mut out);
        for output in out {
            match output {
                ClientOutput::Send(message) => {
                    let session = self.tabs[tab].session.expect("a connection");
                    self.server.take(clock, session, message);
                }
                ClientOutput::Connect { attempt, retry } => {
                    self.tabs[tab].asked.push((attempt, retry));
                }
                ClientOutput::Disconnect => self.lose(tab, Farewell::Broken),
                ClientOutput::Save | ClientOutput::WakeAt(_) => {}
            }
        }
    }

    /// Delivers everything, also what comes of it.
    fn settle(&mut self) {
        while let Some((to, message)) = self.server.sent.pop_front() {
            let tab = self.tabs.iter().position(|it| it.session == Some(to));
            if let Some(tab) = tab {
                self.tell(tab, ClientInput::Message(message));
            }
        }
        for (session, farewell) in std::mem::take(&mut self.server.cut) {
            let tab = self.tabs.iter().position(|it| it.session == Some(session));
            if let Some(tab) = tab {
                self.lose(tab, farewell);
            }
        }
    }

    fn open(&mut self, tab: usize) {
        self.tabs[tab].session = Some(self.server.open());
        self.tell(tab, ClientInput::Opened);
        self.settle();
    }

    fn lose(&mut self, tab: usize, farewell: Farewell) {
        if let Some(session) = self.tabs[tab].session.take() {
            let cut = (farewell != Farewell::Broken).then_some(farewell);
            self.server.close(self.clock(), session, cut);
        }
        self.tell(tab, ClientInput::Closed(farewell));
    }

    fn say(&mut self, tab: usize, thread: &str, text: &str) {
        self.tell(tab, ClientInput::Say { thread: thread.into(), text: text.into() });
    }

    /// Time passes, and what is due is done.
    fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        for tab in 0..self.tabs.len() {
            self.tell(tab, ClientInput::Tick);
        }
        let (clock, mut effects) = (self.clock(), Vec::new());
        self.server.lobby.tick(clock, &mut effects);
        self.server.effects("lobby", effects);
        self.settle();
    }
}

fn two() -> World {
    let mut world = World::new(vec![Tab::new("Ada", "a"), Tab::new("Bob", "b")]);
    world.open(0);
    world.open(1);
    world
}

#[test]
fn a_message_climbs_its_ticks() {
    let mut world = two();
    world.say(0, "lobby", "hi");
    assert_eq!(world.tabs[0].texts("lobby"), [("hi".into(), Some(Tick::Sent))]);
    world.settle();
    assert_eq!(world.tabs[0].texts("lobby"), [("hi".into(), Some(Tick::Stored))]);
    assert_eq!(world.tabs[1].texts("lobby"), [("hi".into(), None)]);
    world.pass(1_000);
    assert_eq!(world.tabs[0].texts("lobby"), [("hi".into(), Some(Tick::Delivered(1)))]);
    let trace = world.tabs[0].client.traces().next().expect("a trace").clone();
    assert_eq!((trace.sends, trace.seq, trace.delivered_to), (1, Some(1), 1));
    assert!(world.tabs[0].client.outbox().is_empty());
}

#[test]
fn what_was_lost_with_the_connection_is_sent_again_and_stored_once() {
    let mut world = two();
    world.say(0, "lobby", "one");
    world.say(0, "lobby", "two");
    // The first is stored, but nobody hears of it: the acknowledgement is lost with the connection.
    world.lose(0, Farewell::Broken);
    assert_eq!(
        world.tabs[0].texts("lobby"),
        [("one".into(), Some(Tick::Waiting)), ("two".into(), Some(Tick::Waiting)),]
    );
    world.say(0, "lobby", "three");
    world.open(0);
    for tab in 0..2 {
        let texts = world.tabs[tab].texts("lobby");
        let texts: Vec<&str> = texts.iter().map(|(text, _)| &**text).collect();
        assert_eq!(texts, ["one", "two", "three"], "tab {tab}");
    }
    assert_eq!(world.server.lobby.head(), 3);
}

#[test]
fn nothing_typed_is_lost_over_a_reload() {
    let mut world = two();
    world.lose(0, Farewell::Broken);
    world.say(0, "lobby", "unsent");
    world.tell(0, ClientInput::Draft { thread: "lobby".into(), text: "half a".into() });
    let json = serde_json::to_string(&world.tabs[0].client.saved()).expect("plain data");
    let saved: Saved = serde_json::from_str(&json).expect("what was written can be read");
    world.tabs[0] = Tab::restored(saved, "a2");
    assert_eq!(world.tabs[0].texts("lobby"), [("unsent".into(), Some(Tick::Waiting))]);
    world.open(0);
    assert_eq!(world.tabs[1].texts("lobby"), [("unsent".into(), None)]);
    assert_eq!(&*world.tabs[0].client.view("lobby").draft, "half a");
}

#[test]
fn private_messages_reach_all_tabs_of_both_and_nobody_else() {
    let mut world = World::new(vec![
        Tab::new("Ada", "a"),
        Tab::new("Bob", "b"),
        Tab::new("Bob", "c"),
        Tab::new("Eve", "e"),
    ]);
    (0..4).for_each(|tab| world.open(tab));
    world.say(0, "@bob", "psst");
    world.settle();
    assert_eq!(world.tabs[0].texts("@Bob"), [("psst".into(), Some(Tick::Delivered(1)))]);
    for tab in [1, 2] {
        assert_eq!(world.tabs[tab].texts("@Ada"), [("psst".into(), None)]);
        assert_eq!(world.tabs[tab].client.view("@Ada").unread, 1);
        assert_eq!(world.tabs[tab].client.view("@Ada").people, [Arc::from("Ada")]);
    }
    assert!(world.tabs[3].client.messages("@Eve").next().is_none());
    assert_eq!(world.tabs[3].client.threads(), [Arc::from("lobby")]);
    world.lose(1, Farewell::Broken);
    world.settle();
    assert_eq!(world.tabs[0].client.view("@Bob").people.len(), 1, "one tab of Bob's is left");
    world.lose(2, Farewell::Broken);
    world.settle();
    assert!(world.tabs[0].client.view("@Bob").people.is_empty());
    // Written while he is away, read when he comes back.
    world.say(0, "@Bob", "are you there?");
    world.settle();
    world.open(1);
    assert_eq!(world.tabs[1].texts("@Ada").len(), 2);
    assert_eq!(world.tabs[1].client.view("@Ada").unread, 2);
}

#[test]
fn unread_messages_are_counted_until_they_are_looked_at() {
    let mut world = two();
    world.tell(1, ClientInput::Look { thread: Some("lobby".into()) });
    world.say(0, "lobby", "seen");
    world.settle();
    assert_eq!(world.tabs[1].client.unread(), 0);
    // What was seen is saved, though not with every message.
    let (mut out, now) = (Vec::new(), world.clock().now);
    world.tabs[1].client.handle(now, ClientInput::Tick, &mut out);
    assert!(!out.contains(&ClientOutput::Save), "{out:?}");
    let later = now + playground_core::sim::Span::from_ms(1_000);
    world.tabs[1].client.clone().handle(later, ClientInput::Tick, &mut out);
    assert!(out.contains(&ClientOutput::Save), "{out:?}");
    world.tell(1, ClientInput::Look { thread: None });
    world.say(0, "lobby", "one");
    world.settle();
    world.say(0, "lobby", "two");
    world.settle();
    let view = world.tabs[1].client.view("lobby");
    assert_eq!((view.unread, view.first_unread), (2, Some(2)));
    // It is still so after a reload, and what comes meanwhile counts, too.
    let saved = world.tabs[1].client.saved();
    world.lose(1, Farewell::Broken);
    world.say(0, "lobby", "three");
    world.settle();
    world.tabs[1] = Tab::restored(saved, "b2");
    world.open(1);
    let view = world.tabs[1].client.view("lobby");
    assert_eq!((view.unread, view.first_unread), (3, Some(2)));
    world.tell(1, ClientInput::Look { thread: Some("lobby".into()) });
    assert_eq!(world.tabs[1].client.unread(), 0);
    assert_eq!(world.tabs[1].client.view("lobby").first_unread, Some(2), "the line stays");
}

#[test]
fn each_close_code_says_whether_to_come_back() {
    for farewell in Farewell::ALL {
        let mut world = two();
        world.tabs[0].asked.clear();
        world.lose(0, farewell);
        let retry = farewell.retry();
        if retry == Retry::Never {
            assert!(world.tabs[0].asked.is_empty(), "{farewell:?}");
            assert_eq!(world.tabs[0].client.connection(), Connection::Ended);
            world.tell(0, ClientInput::Reconnect);
        }
        assert_eq!(world.tabs[0].asked.len(), 1, "{farewell:?}");
        world.open(0);
        assert_eq!(world.tabs[0].client.connection(), Connection::Up);
        let told = (farewell != Farewell::Broken).then_some(farewell);
        assert_eq!(world.tabs[0].client.cut(), told, "told why when it comes back");
        assert_eq!(Farewell::from_code(farewell.code()), farewell);
        assert!(farewell.reason().len() <= 123);
    }
}

#[test]
fn a_taken_name_is_refused_and_another_one_welcome() {
    let mut world = World::new(vec![Tab::new("Ada", "a"), Tab::new("ADA", "b")]);
    world.tabs[1] = Tab::restored(
        Saved {
            name: "ADA".into(),
            secret: "another secret".to_owned().into(),
            ..Saved::default()
        },
        "b",
    );
    world.open(0);
    world.open(1);
    let tab = &world.tabs[1].client;
    assert_eq!(tab.connection(), Connection::Ended);
    assert!(tab.rejected().is_some());
    world.tell(1, ClientInput::Name { name: "Bob".into(), secret: "another secret too".into() });
    world.open(1);
    assert_eq!(world.tabs[1].client.connection(), Connection::Up);
    assert_eq!(world.server.people.online(), 2);
}

#[test]
fn a_flood_waits_for_its_turn_and_keeps_its_order() {
    let mut world = two();
    for number in 0..60 {
        world.say(0, "lobby", &number.to_string());
    }
    world.settle();
    assert!((20..60).contains(&world.server.lobby.head()), "{}", world.server.lobby.head());
    for _ in 0..60 {
        world.pass(250);
    }
    let texts = world.tabs[1].texts("lobby");
    let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
    let expected: Vec<String> = (0..60).map(|it| it.to_string()).collect();
    assert_eq!(texts, expected);
    assert!(world.server.cut.is_empty());
}

#[test]
fn an_answer_that_does_not_come_ends_the_connection() {
    let mut world = two();
    world.say(0, "lobby", "hi");
    world.server.sent.clear();
    world.pass(9_999);
    assert_eq!(world.tabs[0].client.connection(), Connection::Up);
    world.pass(1);
    assert!(matches!(world.tabs[0].client.connection(), Connection::Down { attempt: 0 }));
    world.open(0);
    assert_eq!(world.tabs[0].texts("lobby").len(), 1);
    assert_eq!(world.server.lobby.head(), 1);
}
