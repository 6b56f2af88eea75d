//! A room at three servers, over a bus that loses, doubles and reorders what it carries, and a log that may
//! lose its tail: readers who go from one server to the other see every message once and in order.

use playground_core::chat::wire::{Joined, Message, Position, ServerMessage};
use playground_core::chat::{
    Bounds, Channel, ChannelInput, Clock, Denial, Effect, Limits, Passing, Rate, Read, Refusal,
    ServerId, SessionId, Settings, SharedOrder, Submitted,
};
use playground_core::sim::Time;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SERVERS: usize = 3;
/// The first two are one person in two tabs.
const READERS: [&str; 5] = ["Ada", "Ada", "Bob", "Cleo", "Dan"];

#[derive(Clone, Debug)]
enum Step {
    /// A reader goes to a server, from wherever it is, with the position that it has.
    Connect {
        reader: usize,
        server: usize,
    },
    Leave {
        reader: usize,
    },
    Send {
        reader: usize,
        id: u8,
    },
    /// A reader says how far it has read.
    Received {
        reader: usize,
    },
    /// Something that is under way arrives, is lost, or arrives a second time.
    Deliver {
        place: usize,
    },
    Lose {
        place: usize,
    },
    Double {
        place: usize,
    },
    /// A server compares its head with the log's, or reads who is at the others.
    Compare {
        server: usize,
    },
    Registers {
        server: usize,
    },
    /// A server dies; another process takes its place.
    Kill {
        server: usize,
    },
    Tick {
        ms: u64,
    },
    /// The machine of the log dies, and its last messages with it.
    LoseTail {
        count: u64,
    },
}

fn steps(loses_tails: bool) -> impl Strategy<Value = Vec<Step>> {
    let (reader, server) = (0..READERS.len(), 0..SERVERS);
    let step = prop_oneof![
        4 => (reader.clone(), server.clone()).prop_map(|(reader, server)| Step::Connect { reader, server }),
        1 => reader.clone().prop_map(|reader| Step::Leave { reader }),
        3 => reader.clone().prop_map(|reader| Step::Received { reader }),
        12 => (reader, 0..40u8).prop_map(|(reader, id)| Step::Send { reader, id }),
        20 => any::<usize>().prop_map(|place| Step::Deliver { place }),
        3 => any::<usize>().prop_map(|place| Step::Lose { place }),
        2 => any::<usize>().prop_map(|place| Step::Double { place }),
        2 => server.clone().prop_map(|server| Step::Compare { server }),
        2 => server.clone().prop_map(|server| Step::Registers { server }),
        1 => server.prop_map(|server| Step::Kill { server }),
        2 => (1..900u64).prop_map(|ms| Step::Tick { ms }),
        1 => (0..if loses_tails { 6u64 } else { 1 }).prop_map(|count| Step::LoseTail { count }),
    ];
    proptest::collection::vec(step, 1..150)
}

fn settings() -> impl Strategy<Value = Settings> {
    // Readers page, read from the log behind the window, and may be more than are named.
    (1..40u32, 1..8u32, 2..10u32).prop_map(|(window_messages, page_messages, people_named)| {
        let messages = Rate::UNLIMITED;
        let limits = Limits { page_messages, people_named, messages, ..Limits::default() };
        Settings { limits, window_messages, ..Settings::default() }
    })
}

#[derive(Clone, Debug)]
enum Body {
    /// From the bus: whatever may be lost, doubled, late.
    News(ChannelInput),
    Answer(Submitted),
    Refill(Vec<ChannelInput>),
    Head(Bounds),
}

#[derive(Clone, Debug)]
struct Flight {
    server: usize,
    body: Body,
}

#[derive(Debug)]
struct Server {
    id: ServerId,
    channel: Option<Channel>,
    wake_at: Option<Time>,
    is_comparing: bool,
    register: (u64, BTreeSet<Arc<str>>),
    /// Of whom it has heard since it read the registers, or knows.
    heard: BTreeSet<ServerId>,
}

#[derive(Debug)]
struct Reader {
    name: Arc<str>,
    at: Option<(usize, SessionId)>,
    has_entered: bool,
    position: Option<Position>,
    shown: Vec<Arc<Message>>,
    people: BTreeSet<Arc<str>>,
    count: u32,
}

#[derive(Debug)]
struct World {
    settings: Arc<Settings>,
    room: Arc<str>,
    order: SharedOrder,
    servers: Vec<Server>,
    readers: Vec<Reader>,
    flights: Vec<Flight>,
    now_ms: u64,
    next_session: u64,
    next_server: u64,
    has_lost_tail: bool,
    acks: BTreeMap<(Arc<str>, Arc<str>), u64>,
    first_sent: BTreeMap<(Arc<str>, Arc<str>), Option<Position>>,
    /// Who has got a part and asks for the next one.
    again: Vec<usize>,
}

impl World {
    fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let reader = |name: &str| Reader {
            name: name.into(),
            at: None,
            has_entered: false,
            position: None,
            shown: Vec::new(),
            people: BTreeSet::new(),
            count: 0,
        };
        let mut world = World {
            order: SharedOrder::new(settings.clone()),
            settings,
            room: "lobby".into(),
            servers: Vec::new(),
            readers: READERS.map(reader).into(),
            flights: Vec::new(),
            now_ms: 0,
            next_session: 1,
            next_server: 1,
            has_lost_tail: false,
            acks: BTreeMap::new(),
            first_sent: BTreeMap::new(),
            again: Vec::new(),
        };
        world.servers = (0..SERVERS).map(|_| world.server()).collect();
        world
    }

    fn server(&mut self) -> Server {
        self.next_server += 1;
        Server {
            id: ServerId(format!("server#{}", self.next_server).into()),
            channel: None,
            wake_at: None,
            is_comparing: false,
            register: (0, BTreeSet::new()),
            heard: BTreeSet::new(),
        }
    }

    fn clock(&self) -> Clock {
        Clock { now: Time::from_ms(self.now_ms), unix_ms: 1_000 + self.now_ms }
    }

    fn step(&mut self, step: Step) {
        self.now_ms += 1;
        match step {
            Step::Connect { reader, server } => self.connect(reader, server),
            Step::Leave { reader } => self.leave(reader),
            Step::Send { reader, id } => self.send(reader, id),
            Step::Received { reader } => {
                let Reader { at, position, .. } = self.readers[reader];
                if let (Some((server, session)), Some(Position { seq, .. })) = (at, position) {
                    self.take(server, ChannelInput::Received { session, seq });
                }
            }
            Step::Deliver { place } if !self.flights.is_empty() => {
                let mut place = place % self.flights.len();
                // Refills come in the order of asking.
                let Flight { server, body } = &self.flights[place];
                if matches!(body, Body::Refill(_)) {
                    let is_first =
                        |it: &Flight| it.server == *server && matches!(it.body, Body::Refill(_));
                    place = self.flights.iter().position(is_first).expect("there is this one");
                }
                let flight = self.flights.remove(place);
                self.deliver(flight);
            }
            Step::Lose { place } if !self.flights.is_empty() => {
                let flight = self.flights.remove(place % self.flights.len());
                self.lose(flight);
            }
            Step::Double { place } if !self.flights.is_empty() => {
                let flight = self.flights[place % self.flights.len()].clone();
                if matches!(flight.body, Body::News(_)) {
                    self.flights.push(flight);
                }
            }
            Step::Deliver { .. } | Step::Lose { .. } | Step::Double { .. } => {}
            Step::Compare { server } => self.compare(server),
            Step::Registers { server } => self.read_registers(server),
            Step::Kill { server } => self.kill(server),
            Step::Tick { ms } => {
                self.now_ms += ms;
                (0..SERVERS).for_each(|server| self.tick(server));
            }
            Step::LoseTail { count } => self.lose_tail(count),
        }
    }

    fn connect(&mut self, reader: usize, server: usize) {
        self.leave(reader);
        if self.servers[server].channel.is_none() {
            let window = self.settings.window_messages as usize;
            let stored = self.order.open(self.clock(), &self.room, window);
            let channel = Channel::follow(self.settings.clone(), self.room.clone(), stored);
            self.servers[server].channel = Some(channel);
            self.read_registers(server);
        }
        let session = SessionId(((server as u64) << 32) | self.next_session);
        self.next_session += 1;
        self.readers[reader].at = Some((server, session));
        self.join(reader);
    }

    fn join(&mut self, reader: usize) {
        let Reader { name, at: Some((server, session)), position, .. } = &self.readers[reader]
        else {
            return;
        };
        let (server, name, after) = (*server, name.clone(), *position);
        self.take(server, ChannelInput::Join { session: *session, name, after });
    }

    fn leave(&mut self, reader: usize) {
        if let Some((server, session)) = self.readers[reader].at {
            self.take(server, ChannelInput::Leave { session });
            self.cut(reader);
        }
    }

    fn cut(&mut self, reader: usize) {
        let reader = &mut self.readers[reader];
        (reader.at, reader.has_entered) = (None, false);
    }

    fn send(&mut self, reader: usize, id: u8) {
        let Reader { at: Some((server, session)), has_entered: true, .. } = self.readers[reader]
        else {
            return;
        };
        let (id, position) = (Arc::from(format!("{id}")), self.readers[reader].position);
        // The other tab of the same person may send the same: that is a retry, too.
        let key = (self.readers[reader].name.clone(), Arc::clone(&id));
        let since = *self.first_sent.entry(key).or_insert(position);
        let text = "hi".into();
        self.take(server, ChannelInput::Send { session, id, text, since, received_us: 0 });
    }

    fn take(&mut self, server: usize, input: ChannelInput) {
        let clock = self.clock();
        let Some(channel) = &mut self.servers[server].channel else { return };
        let mut effects = Vec::new();
        channel.handle(clock, input, &mut effects);
        self.carry_out(server, effects);
    }

    fn tick(&mut self, server: usize) {
        let clock = self.clock();
        let it = &mut self.servers[server];
        if let (Some(channel), Some(at)) = (&mut it.channel, it.wake_at)
            && at <= clock.now
        {
            it.wake_at = None;
            let mut effects = Vec::new();
            channel.tick(clock, &mut effects);
            self.carry_out(server, effects);
        }
    }

    fn deliver(&mut self, flight: Flight) {
        let Flight { server, body } = flight;
        match body {
            Body::News(input) => self.take(server, input),
            Body::Answer(answer) => self.take(server, ChannelInput::Submitted(answer)),
            Body::Refill(all) => all.into_iter().for_each(|input| self.take(server, input)),
            Body::Head(bounds) => {
                self.servers[server].is_comparing = false;
                self.take(server, ChannelInput::Head(bounds));
            }
        }
    }

    /// What is lost with a connection: the driver knows of an answer that it cannot know it any more.
    fn lose(&mut self, flight: Flight) {
        match flight.body {
            Body::Answer(answer) => {
                let reason = Refusal::StoreFailed;
                let outcome = Err(Denial { reason, retry_after_ms: Some(100) });
                self.take(flight.server, ChannelInput::Submitted(Submitted { outcome, ..answer }));
            }
            Body::Head(_) => self.servers[flight.server].is_comparing = false,
            Body::News(_) | Body::Refill(_) => {}
        }
    }

    fn seen(&self, server: usize) -> Option<Position> {
        let channel = self.servers[server].channel.as_ref()?;
        Some(Position { epoch: channel.epoch(), seq: channel.log_head() })
    }

    fn compare(&mut self, server: usize) {
        let Some(seen) = self.seen(server).filter(|_| !self.servers[server].is_comparing) else {
            return;
        };
        self.servers[server].is_comparing = true;
        let bounds = self.order.bounds(self.clock(), &self.room, seen);
        self.flights.push(Flight { server, body: Body::Head(bounds) });
    }

    fn read_registers(&mut self, server: usize) {
        let mut gone = std::mem::take(&mut self.servers[server].heard);
        let mut news = Vec::new();
        for other in (0..SERVERS).filter(|it| *it != server) {
            let Server { id, register: (version, people), .. } = &self.servers[other];
            if people.is_empty() {
                continue;
            }
            gone.remove(id);
            let people = people.iter().cloned().collect();
            news.push(ChannelInput::Present { server: id.clone(), version: *version, people });
        }
        let known = news.iter().filter_map(|it| match it {
            ChannelInput::Present { server, .. } => Some(server.clone()),
            _ => None,
        });
        self.servers[server].heard = known.collect();
        news.extend(gone.into_iter().map(|server| ChannelInput::ServerGone { server }));
        // One reading is handed in before the next is begun, and they are not lost.
        news.into_iter().for_each(|input| self.take(server, input));
    }

    fn kill(&mut self, server: usize) {
        for reader in 0..READERS.len() {
            if self.readers[reader].at.is_some_and(|(at, _)| at == server) {
                self.cut(reader);
            }
        }
        self.flights.retain(|it| it.server != server);
        self.servers[server] = self.server();
    }

    fn lose_tail(&mut self, count: u64) {
        let head = self.order.read(&self.room, 0).last().map_or(0, |it| it.message.seq);
        let seen = (0..SERVERS).filter_map(|it| self.seen(it)).max();
        // That something is lost shows only by a server that has seen it: see `SharedOrder`.
        if count == 0 || self.readers.iter().any(|it| it.position > seen) {
            return;
        }
        self.order.lose_tail(&self.room, head.saturating_sub(count));
        self.has_lost_tail = true;
        // Everybody's connection is lost, too, and what was under way on it.
        let lost = std::mem::take(&mut self.flights);
        lost.into_iter().for_each(|it| self.lose(it));
        // It comes back, and is compared before anything else is said.
        (0..SERVERS).for_each(|server| self.compare(server));
    }

    fn carry_out(&mut self, server: usize, effects: Vec<Effect>) {
        self.perform(server, effects);
        // Who has got a part asks for the next one, once all else is done.
        while let Some(reader) = self.again.pop() {
            self.join(reader);
        }
    }

    fn perform(&mut self, server: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::ToEveryone(message) => {
                    for reader in 0..READERS.len() {
                        let Reader { at, has_entered, .. } = self.readers[reader];
                        if has_entered && at.is_some_and(|(at, _)| at == server) {
                            self.hear(reader, &message);
                        }
                    }
                }
                Effect::ToSession(session, ServerMessage::Joined(joined)) => {
                    self.joined(session, joined);
                }
                Effect::Enter(session, joined) => self.joined(session, joined),
                Effect::ToSession(_, ServerMessage::Refused { reason, .. }) => {
                    assert!(matches!(reason, Refusal::StoreFailed | Refusal::TooLate));
                }
                Effect::ToSession(_, ServerMessage::Delivered { by, .. }) => {
                    assert!((1..4).contains(&by), "there are four people, and one is the author");
                }
                Effect::ToSession(_, message) => panic!("{message:?}"),
                Effect::Exit(_) => {}
                Effect::Ack(session, ack) => {
                    let Some(reader) = self.reader_of(session) else { continue };
                    let last = reader.shown.last().map_or(0, |it| it.seq);
                    assert!(!reader.has_entered || last >= ack.seq, "an ack is behind its message");
                    let key = (reader.name.clone(), ack.id.clone());
                    let before = self.acks.insert(key, ack.seq);
                    assert!(self.has_lost_tail || before.is_none_or(|it| it == ack.seq));
                }
                Effect::Submit(submission) => {
                    let seen = self.seen(server).expect("it is open");
                    let (answer, published) =
                        self.order.submit(self.clock(), &self.room, seen, &submission);
                    self.flights.push(Flight { server, body: Body::Answer(answer) });
                    for published in published {
                        let news = ChannelInput::Published(published);
                        (0..SERVERS).for_each(|it| self.publish(it, news.clone()));
                    }
                }
                Effect::Refill { after } => {
                    let read = self.order.read(&self.room, after);
                    let mut all: Vec<_> = read.into_iter().map(ChannelInput::Published).collect();
                    let seen = self.seen(server).expect("it is open");
                    let bounds = self.order.bounds(self.clock(), &self.room, seen);
                    all.push(ChannelInput::Refilled(bounds));
                    self.flights.push(Flight { server, body: Body::Refill(all) });
                }
                Effect::Tell(passing) => self.tell(server, passing),
                Effect::Read(session, read) => self.read(session, read),
                Effect::Lost => self.lost(server),
                Effect::WakeAt(at) => self.servers[server].wake_at = Some(at),
                Effect::Store(_) | Effect::Trim { .. } | Effect::Cut(..) => panic!("{effect:?}"),
            }
        }
    }

    fn publish(&mut self, server: usize, input: ChannelInput) {
        if self.servers[server].channel.is_some() {
            self.flights.push(Flight { server, body: Body::News(input) });
        }
    }

    fn tell(&mut self, server: usize, passing: Passing) {
        let it = &mut self.servers[server];
        match &passing {
            Passing::Came { name, version } => {
                assert!(*version > it.register.0 && it.register.1.insert(name.clone()));
                it.register.0 = *version;
            }
            Passing::Went { name, version } => {
                assert!(*version > it.register.0 && it.register.1.remove(name));
                it.register.0 = *version;
            }
            _ => {}
        }
        let from = it.id.clone();
        for other in (0..SERVERS).filter(|it| *it != server) {
            self.servers[other].heard.insert(from.clone());
            let (server, passing) = (from.clone(), passing.clone());
            self.publish(other, ChannelInput::Elsewhere { server, passing });
        }
    }

    fn lost(&mut self, server: usize) {
        assert!(self.has_lost_tail, "nothing was lost");
        for reader in 0..READERS.len() {
            if self.readers[reader].at.is_some_and(|(at, _)| at == server) {
                self.cut(reader);
            }
        }
        let it = &mut self.servers[server];
        (it.channel, it.is_comparing, it.wake_at) = (None, false, None);
        it.register = (it.register.0, BTreeSet::new());
        self.flights.retain(|it| it.server != server);
    }

    fn read(&mut self, session: SessionId, read: Read) {
        assert!(!read.is_backwards());
        let log = self.order.read(&self.room, read.from - 1).into_iter();
        let messages = log.map(|it| it.message).filter(|it| it.seq <= read.to).take(read.limit);
        let ServerMessage::Joined(joined) = read.clone().answer(messages.collect()) else {
            panic!("{read:?}")
        };
        self.joined(session, joined);
    }

    fn reader_of(&mut self, session: SessionId) -> Option<&mut Reader> {
        self.readers.iter_mut().find(|it| it.at.is_some_and(|(_, it)| it == session))
    }

    fn joined(&mut self, session: SessionId, joined: Joined) {
        let has_lost_tail = self.has_lost_tail;
        let Some(reader) = self.reader_of(session) else { return };
        let Joined { epoch, head, recovered, more, messages, people, count, .. } = joined;
        if !recovered {
            assert!(has_lost_tail || reader.position.is_none(), "every position is of use");
            reader.shown.clear();
        }
        if let (true, false, Some(first)) = (recovered, has_lost_tail, messages.first()) {
            assert_eq!(Some(first.seq), reader.position.map(|it| it.seq + 1), "it goes on");
        }
        reader.shown.extend(messages);
        let seq = reader.shown.last().map_or(head, |it| it.seq);
        reader.position = Some(Position { epoch, seq });
        reader.has_entered = !more;
        (reader.people, reader.count) = (people.into_iter().collect(), count);
        if more {
            let place = self.readers.iter().position(|it| it.at.is_some_and(|at| at.1 == session));
            self.again.extend(place);
        }
    }

    fn hear(&mut self, reader: usize, message: &ServerMessage) {
        let reader = &mut self.readers[reader];
        match message {
            ServerMessage::Messages(run) => {
                for message in run.iter() {
                    let position = reader.position.as_mut().expect("it has joined");
                    assert_eq!(message.seq, position.seq + 1, "exactly the next one");
                    position.seq = message.seq;
                    reader.shown.push(message.clone());
                }
            }
            ServerMessage::Presence { name, online, count, .. } => {
                match online {
                    true => reader.people.insert(name.clone()),
                    false => reader.people.remove(name),
                };
                reader.count = *count;
            }
            ServerMessage::People { people, count, .. } => {
                (reader.people, reader.count) = (people.iter().cloned().collect(), *count);
            }
            message => panic!("{message:?}"),
        }
    }

    /// Everything arrives, as it does when nothing breaks for some seconds.
    fn settle(&mut self) {
        for _ in 0..4 {
            while !self.flights.is_empty() {
                let flight = self.flights.remove(0);
                self.deliver(flight);
            }
            self.now_ms += 2_000;
            for server in 0..SERVERS {
                self.tick(server);
                self.compare(server);
                self.read_registers(server);
            }
        }
    }

    /// Everybody who is connected has everything, and knows who is there.
    fn check(&self) {
        let log = self.order.read(&self.room, 0);
        let log: Vec<_> = log.into_iter().map(|it| it.message).collect();
        let here: BTreeSet<_> =
            self.readers.iter().filter(|it| it.at.is_some()).map(|it| it.name.clone()).collect();
        for reader in self.readers.iter().filter(|it| it.at.is_some()) {
            assert!(reader.has_entered, "nobody waits: {reader:?}");
            assert!(log.ends_with(&reader.shown), "all, once, in order: {reader:?}\n{log:?}");
            assert!(log.is_empty() || !reader.shown.is_empty());
            assert_eq!(reader.count as usize, here.len(), "{self:?}");
            if here.len() <= self.settings.limits.people_named as usize {
                assert_eq!(reader.people, here);
            }
        }
        let mut ids = BTreeSet::new();
        if !self.has_lost_tail {
            assert!(log.iter().all(|it| ids.insert((&it.from, &it.id))), "none twice");
            for ((from, id), seq) in &self.acks {
                let message = &log[*seq as usize - 1];
                assert_eq!((&message.from, &message.id), (from, id), "what is acked is stored");
            }
        }
    }

    fn run(&mut self, steps: Vec<Step>) {
        steps.into_iter().for_each(|step| self.step(step));
        self.settle();
        for reader in 0..READERS.len() {
            if self.readers[reader].at.is_none() {
                self.connect(reader, reader % SERVERS);
            }
        }
        self.settle();
        self.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn many_servers_are_one_channel(settings in settings(), steps in steps(false)) {
        World::new(settings).run(steps);
    }

    #[test]
    fn a_lost_tail_is_told_and_never_mistaken(settings in settings(), steps in steps(true)) {
        World::new(settings).run(steps);
    }
}
