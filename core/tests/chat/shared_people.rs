//! People at two servers: names, private messages and who is online, over a log and a bus that work.

use playground_core::chat::wire::{Joined, ServerMessage};
use playground_core::chat::{
    ChannelInput, Clock, Denial, Effect, Farewell, Passing, People, PeopleEffect, PeopleInput,
    Recovered, Refusal, ServerId, SessionId, Settings, SharedOrder, inbox_of,
};
use playground_core::sim::Time;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECRET: &str = "a secret of sixteen or more";
const ADA: SessionId = SessionId(1);
const ADA_TOO: SessionId = SessionId(2);
const BOB: SessionId = SessionId(3);
const BOB_TOO: SessionId = SessionId(4);

#[derive(Debug)]
struct Server {
    people: People,
    /// The inboxes that are open.
    open: BTreeSet<Arc<str>>,
    entered: BTreeMap<SessionId, Arc<str>>,
}

#[derive(Debug)]
struct World {
    order: SharedOrder,
    servers: Vec<Server>,
    queue: VecDeque<(usize, PeopleInput)>,
    heard: BTreeMap<SessionId, Vec<ServerMessage>>,
    cut: Vec<(SessionId, Farewell)>,
    now_ms: u64,
}

impl World {
    fn new() -> Self {
        let settings = Arc::new(Settings::default());
        let server = |_| Server {
            people: People::follow(settings.clone()),
            open: BTreeSet::new(),
            entered: BTreeMap::new(),
        };
        World {
            order: SharedOrder::new(settings.clone()),
            servers: (0..2).map(server).collect(),
            queue: VecDeque::new(),
            heard: BTreeMap::new(),
            cut: Vec::new(),
            now_ms: 0,
        }
    }

    /// Ada at the first server, Bob at the second, each with the inbox open.
    fn two() -> Self {
        let mut world = World::new();
        world.come(0, ADA, "Ada");
        world.come(1, BOB, "Bob");
        world
    }

    fn clock(&self) -> Clock {
        Clock { now: Time::from_ms(self.now_ms), unix_ms: 1_000 + self.now_ms }
    }

    fn come(&mut self, server: usize, session: SessionId, name: &str) {
        self.tell(server, hello(session, name, SECRET));
        let join = ChannelInput::Join { session, name: name.into(), after: None };
        self.tell(server, PeopleInput::Inbox { session, input: join });
    }

    fn say(&mut self, server: usize, session: SessionId, to: &str, id: &str) {
        let (to, id, text) = (to.into(), id.into(), "psst".into());
        let since = None;
        self.tell(server, PeopleInput::Private { session, to, id, text, since, received_us: 0 });
    }

    /// Takes an input, and carries out all that comes of it.
    fn tell(&mut self, server: usize, input: PeopleInput) {
        self.queue.push_back((server, input));
        while let Some((server, input)) = self.queue.pop_front() {
            self.now_ms += 1;
            let (clock, mut effects) = (self.clock(), Vec::new());
            self.servers[server].people.handle(clock, input, &mut effects);
            effects.into_iter().for_each(|it| self.carry_out(server, it));
        }
    }

    fn carry_out(&mut self, server: usize, effect: PeopleEffect) {
        match effect {
            PeopleEffect::Register(claim) => {
                let (name, clock) = (claim.name.clone(), self.clock());
                let outcome = self.order.claim(claim).map(|kept| {
                    let is_new = self.servers[server].open.insert(kept.name.clone());
                    assert!(is_new, "an inbox is opened once");
                    let stored = self.order.open(clock, &inbox_of(&kept.name), 64);
                    (kept, stored)
                });
                self.queue.push_back((server, PeopleInput::Registered { name, outcome }));
            }
            PeopleEffect::Release(name) => assert!(self.servers[server].open.remove(&name)),
            PeopleEffect::Tell(passing) => {
                let id = ServerId(server.to_string().into());
                let input = PeopleInput::Elsewhere { server: id, passing };
                self.queue.push_back((1 - server, input));
            }
            PeopleEffect::ToSession(session, message) => self.hear(session, message),
            PeopleEffect::Cut(session, farewell) => self.cut.push((session, farewell)),
            PeopleEffect::Inbox(name, effect) => self.carry_out_inbox(server, name, effect),
            effect => panic!("{effect:?}"),
        }
    }

    fn carry_out_inbox(&mut self, server: usize, name: Arc<str>, effect: Effect) {
        match effect {
            Effect::ToEveryone(message) => {
                let entered: Vec<_> = self.servers[server].entered.iter().collect();
                let theirs = entered.into_iter().filter(|(_, it)| **it == name);
                let sessions: Vec<SessionId> = theirs.map(|(session, _)| *session).collect();
                sessions.into_iter().for_each(|it| self.hear(it, message.clone()));
            }
            Effect::ToSession(session, message) => self.hear(session, message),
            Effect::Ack(session, ack) => self.hear(session, ServerMessage::Ack(ack)),
            Effect::Enter(session, joined) => {
                self.servers[server].entered.insert(session, name);
                self.hear(session, ServerMessage::Joined(joined));
            }
            Effect::Exit(session) => drop(self.servers[server].entered.remove(&session)),
            Effect::Submit(submission) => {
                let inbox = inbox_of(&name);
                let own = self.servers[server].people.iter().find(|it| *it.0 == name);
                let seen = own.map(|(.., it)| it).expect("it is open");
                let seen =
                    playground_core::chat::wire::Position { epoch: seen.epoch(), seq: seen.head() };
                let (answer, published) =
                    self.order.submit(self.clock(), &inbox, seen, &submission);
                for published in published {
                    let owner: Arc<str> = published.message.room[1..].into();
                    for server in 0..2 {
                        if self.servers[server].open.contains(&owner) {
                            let input = ChannelInput::Published(published.clone());
                            let input = PeopleInput::Log { name: owner.clone(), input };
                            self.queue.push_back((server, input));
                        }
                    }
                }
                let input = ChannelInput::Submitted(answer);
                self.queue.push_back((server, PeopleInput::Log { name, input }));
            }
            effect => panic!("{effect:?}"),
        }
    }

    fn hear(&mut self, session: SessionId, message: ServerMessage) {
        self.heard.entry(session).or_default().push(message);
    }

    /// What a session has heard since it was asked last.
    fn heard(&mut self, session: SessionId) -> Vec<ServerMessage> {
        self.heard.remove(&session).unwrap_or_default()
    }
}

fn hello(session: SessionId, name: &str, secret: &str) -> PeopleInput {
    PeopleInput::Hello { session, name: name.into(), secret: secret.into(), last: None }
}

fn gone(session: SessionId) -> PeopleInput {
    PeopleInput::Gone { session, cut: None }
}

#[test]
fn a_private_message_crosses_servers_and_a_retry_at_another_is_known() {
    let mut world = World::two();
    world.come(0, BOB_TOO, "Bob");
    [ADA, BOB, BOB_TOO].into_iter().for_each(|it| drop(world.heard(it)));
    world.say(0, ADA, "bob", "a1");
    for (session, number) in [(ADA, 1), (BOB, 1), (BOB_TOO, 1)] {
        let heard = world.heard(session);
        let Some(ServerMessage::Messages(run)) = heard.first() else { panic!("{heard:?}") };
        let message = run.iter().next().unwrap();
        assert_eq!((message.seq, message.to.as_deref()), (number, Some("Bob")));
        let has_ack = heard.iter().any(|it| matches!(it, ServerMessage::Ack(ack) if ack.seq == 1));
        assert_eq!(has_ack, session == ADA);
        let meets = |it: &ServerMessage| matches!(it, ServerMessage::Presence { online: true, .. });
        assert!(heard.iter().any(meets), "they have each other's company now: {heard:?}");
    }
    world.come(1, ADA_TOO, "ada");
    world.heard(ADA_TOO);
    world.say(1, ADA_TOO, "Bob", "a1");
    let heard = world.heard(ADA_TOO);
    assert!(matches!(&heard[..], [ServerMessage::Ack(ack)] if ack.is_retry && ack.seq == 1));
    // It has arrived in one of Bob's tabs: both of Ada's hear of it, at both servers.
    let input = ChannelInput::Received { session: BOB, seq: 1 };
    world.tell(1, PeopleInput::Inbox { session: BOB, input });
    for session in [ADA, ADA_TOO] {
        let heard = world.heard(session);
        assert!(matches!(heard[..], [ServerMessage::Delivered { seq: 1, by: 1, .. }]), "{heard:?}");
    }
}

#[test]
fn a_friend_is_online_as_long_as_one_tab_is_at_any_server() {
    let mut world = World::two();
    world.say(0, ADA, "Bob", "a1");
    world.come(1, ADA_TOO, "Ada");
    world.heard(BOB);
    assert_eq!((world.servers[0].people.online(), world.servers[1].people.online()), (2, 2));
    world.tell(0, gone(ADA));
    assert_eq!(world.heard(BOB), [], "the other tab is open");
    world.tell(1, gone(ADA_TOO));
    let heard = world.heard(BOB);
    assert!(matches!(heard[..], [ServerMessage::Presence { online: false, count: 0, .. }]));
    assert!(world.servers[0].open.is_empty(), "nobody is here");
    // Who comes back is told who is there, and those are told, too.
    world.come(0, ADA, "Ada");
    let heard = world.heard(ADA);
    let Some(ServerMessage::Joined(Joined { people, .. })) = heard.last() else {
        panic!("{heard:?}")
    };
    assert_eq!(people.iter().map(|it| &**it).collect::<Vec<_>>(), ["Bob"]);
    assert!(matches!(world.heard(BOB)[..], [ServerMessage::Presence { online: true, .. }]));
    let server = ServerId("0".into());
    world.tell(1, PeopleInput::ServerGone { server });
    assert!(matches!(world.heard(BOB)[..], [ServerMessage::Presence { online: false, .. }]));
}

#[test]
fn a_name_is_asked_for_once_and_belongs_to_one_secret_at_all_servers() {
    let mut world = World::two();
    world.tell(1, hello(SessionId(9), "ADA", "another secret, long enough"));
    let heard = world.heard(SessionId(9));
    assert!(matches!(heard[..], [ServerMessage::Refused { reason: Refusal::NameTaken, .. }]));
    assert_eq!(world.cut, [(SessionId(9), Farewell::Name)]);
    // While it is asked, others wait: for the same answer, or to ask with their own secret.
    let mut people = People::follow(Arc::new(Settings::default()));
    let mut effects = Vec::new();
    let mut take = |input, effects: &mut Vec<_>| people.handle(Clock::default(), input, effects);
    take(hello(SessionId(1), "Cleo", "a wrong secret of some length"), &mut effects);
    take(hello(SessionId(2), "cleo", SECRET), &mut effects);
    let [PeopleEffect::Register(claim)] = &effects[..] else { panic!("{effects:?}") };
    let (claim, name) = (claim.clone(), claim.name.clone());
    effects.clear();
    let outcome = Err(Refusal::NameTaken.into());
    take(PeopleInput::Registered { name: name.clone(), outcome }, &mut effects);
    let [
        PeopleEffect::ToSession(..),
        PeopleEffect::Cut(SessionId(1), _),
        PeopleEffect::Register(next),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_ne!(claim.secret_hash, next.secret_hash);
    // Who has gone meanwhile is not let in, and the inbox is closed again.
    let next = next.clone();
    effects.clear();
    take(gone(SessionId(2)), &mut effects);
    let outcome = Ok((next, Recovered::default()));
    take(PeopleInput::Registered { name: "cleo".into(), outcome }, &mut effects);
    assert_eq!(effects, [PeopleEffect::Release("cleo".into())]);
    // While the log is away, nobody is told that the name is wrong.
    effects.clear();
    take(hello(SessionId(3), "Cleo", SECRET), &mut effects);
    effects.clear();
    let outcome = Err(Denial { reason: Refusal::StoreFailed, retry_after_ms: Some(1_000) });
    take(PeopleInput::Registered { name: "Cleo".into(), outcome }, &mut effects);
    assert_eq!(effects, [PeopleEffect::Cut(SessionId(3), Farewell::TryAgainLater)]);
}

#[test]
fn nobody_of_that_name_is_an_answer_of_the_log() {
    let mut world = World::two();
    world.heard(ADA);
    world.say(0, ADA, "Nobody", "a1");
    let heard = world.heard(ADA);
    let [ServerMessage::Refused { room, reason: Refusal::NoSuchPerson, .. }] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(room.as_deref(), Some("@Nobody"));
}

#[test]
fn whoever_has_an_inbox_with_a_lost_history_starts_again() {
    let mut world = World::two();
    world.say(0, ADA, "Bob", "a1");
    world.order.lose_tail("@Bob", 0);
    let seen = playground_core::chat::wire::Position { epoch: 1_000, seq: 1 };
    let clock = Clock { unix_ms: 9_000, ..world.clock() };
    let bounds = world.order.bounds(clock, &"@Bob".into(), seen);
    // Of an earlier history than that, the log would have said nothing: the inbox has it from its opening.
    let input = ChannelInput::Head(bounds);
    world.tell(1, PeopleInput::Log { name: "Bob".into(), input });
    let head = PeopleInput::Log { name: "Bob".into(), input: ChannelInput::Head(bounds) };
    world.tell(1, head);
    assert_eq!(world.cut, [(BOB, Farewell::StoreFailed)]);
    assert!(world.servers[1].entered.is_empty() && world.servers[1].open.is_empty());
    world.tell(1, PeopleInput::Gone { session: BOB, cut: Some(Farewell::StoreFailed) });
    let last = Some(BOB);
    let (name, secret) = ("Bob".into(), SECRET.into());
    world.tell(1, PeopleInput::Hello { session: BOB_TOO, name, secret, last });
    let heard = world.heard(BOB_TOO);
    assert!(matches!(heard[..], [ServerMessage::Welcome { cut: Some(4003), .. }]), "{heard:?}");
}

#[test]
fn what_passes_between_servers_is_plain_json_and_what_is_newer_is_no_error() {
    let came = Passing::Came { name: "Ada".into(), version: 3 };
    let json = r#"{"type":"came","name":"Ada","version":3}"#;
    assert_eq!(serde_json::to_string(&came).unwrap(), json);
    for json in [json, r#"{"type":"received","counts":[[7,2],[9,1]]}"#] {
        let passing: Passing = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&passing).unwrap(), json);
    }
    let newer: Passing = serde_json::from_str(r#"{"type":"sang","name":"Ada"}"#).unwrap();
    assert_eq!(newer, Passing::Unknown);
}
