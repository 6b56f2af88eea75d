//! The lab: readers, edges, a shield and an origin on the map, requests on their way, and everything that
//! can go wrong.
//!
//! Modelled: distance, opening a connection, slow start, line rates, the origin's workers; every cache decides
//! by the rules of [`caching`](super::caching) over real header fields, keeps copies by a policy of
//! [`eviction`](super::eviction) and collapses requests by the rule of [`flights`](super::flights), as the
//! server's edges do. Simplified: no packet is lost unless somebody drops it, nobody's lines are ever full, all
//! clocks agree, and browsers keep nothing.

mod act;
mod action;
mod auditor;
mod cache;
mod catalogue;
mod counts;
mod delivery;
mod desk;
mod event;
mod exchange;
mod fetching;
mod frame;
mod heads;
mod origin;
mod picture;
mod purging;
mod route;
mod rules;
mod serving;
mod stamp;
mod traffic;
mod wire;

pub use action::{
    Action, MOST_CAPACITY_KIB, MOST_EDGES, MOST_ITEMS, MOST_PER_SECOND, MOST_PICTURES,
    MOST_READERS, MOST_SHARDS, OriginState, Pictures, Routing, Scenario, Without,
};
pub use catalogue::{Audience, Control, Item, MOST_KIB, MOST_SECONDS, Variation, language};
pub use counts::{Latency, Sample, Totals};
pub use event::Event;
pub use exchange::{Exchange, Found, Head, Hop, Outcome, Served};
pub use frame::{
    CacheView, Cargo, EdgeView, EntryState, EntryView, FetchView, FlightView, Frame, ItemView,
    MOST_ENTRIES, OriginView, ReaderView, Settings,
};
pub use wire::Node;

use crate::sim::{Agenda, Invariant, Rng, Simulation, Span, Ticket, Time};
use auditor::Auditor;
use cache::Cache;
use counts::Counts;
use desk::Desk;
use origin::Origin;
use purging::Purges;
use route::Router;
use std::collections::BTreeMap;
use std::sync::Arc;
use traffic::Traffic;
use wire::{Call, Flight, Message, Purpose};

/// How long a reader, an edge and the shield wait for an answer, in milliseconds of the Earth: each longer than the
/// next one, so that a failure is noticed where it is nearest.
const PATIENCE_MS: [u64; 3] = [4_000, 2_000, 1_200];
/// How many megabits a second go to a reader, and between servers.
const MBIT_PER_SECOND: [u64; 2] = [50, 1_000];
/// What a new TCP connection may send before the first acknowledgement: ten segments (RFC 6928).
const INITIAL_WINDOW_BYTES: u64 = 14_600;

/// What happens by itself.
#[derive(Clone, Debug, PartialEq)]
enum Due {
    /// The head of a flight arrives.
    Head(u64),
    /// Its tail does.
    Tail(u64),
    /// Somebody has waited for a call's answer for too long.
    Patience(u64),
    /// The origin has an answer ready.
    Ready(u64),
    /// Somebody asks for a picture.
    Visitor,
    /// The content of an item changes by itself.
    Change(u16),
    /// A purge is sent to a cache again.
    PurgeAgain(u32, Node),
}

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Arc<Scenario>,
    settings: Settings,
    now: Time,
    agenda: Agenda<Due>,
    last_id: u64,
    flights: BTreeMap<u64, Flight>,
    calls: BTreeMap<u64, (Call, Option<Ticket>)>,
    router: Router,
    caches: BTreeMap<Node, Cache>,
    origin: Origin,
    desk: Desk,
    purges: Purges,
    traffic: Traffic,
    counts: Counts,
    auditor: Auditor,
    /// The events of the step that is being done.
    events: Vec<Event>,
}

impl Simulation for Lab {
    const NAME: &'static str = "cdn";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, mut rng: Rng) -> Self {
        let scenario = Arc::new(scenario.clamped());
        let traffic = Traffic::new(&scenario, rng.fork());
        let items = scenario.items.iter().cloned().chain(traffic.pictures());
        let mut lab = Lab {
            settings: Settings::of(&scenario),
            now: Time::ZERO,
            agenda: Agenda::default(),
            last_id: 0,
            flights: BTreeMap::new(),
            calls: BTreeMap::new(),
            router: Router::new(&scenario),
            caches: BTreeMap::new(),
            origin: Origin::new(&scenario, items.collect()),
            desk: Desk::new(scenario.readers.len()),
            purges: Purges::default(),
            traffic,
            counts: Counts::default(),
            auditor: Auditor::default(),
            events: Vec::new(),
            scenario,
        };
        lab.begin();
        lab
    }

    fn next_at(&self) -> Option<Time> {
        self.agenda.next_at()
    }

    fn step(&mut self) -> Vec<Event> {
        let Some((ticket, due)) = self.agenda.pop() else { return Vec::new() };
        self.now = ticket.at;
        match due {
            Due::Head(flight) => self.head_arrives(flight),
            Due::Tail(flight) => self.tail_arrives(flight),
            Due::Patience(call) => self.lose_patience(call),
            Due::Ready(job) => self.origin_answers(job),
            Due::Visitor => self.visit(),
            Due::Change(item) => self.change_by_itself(item),
            Due::PurgeAgain(purge, node) => self.purge_again(purge, node),
        }
        std::mem::take(&mut self.events)
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Event> {
        self.now = self.now.max(now);
        if let Err(refusal) = self.try_act(action) {
            return vec![Event::Refused { reason: refusal.to_string() }];
        }
        std::mem::take(&mut self.events)
    }

    fn frame(&self, now: Time) -> Frame {
        picture::draw(self, now)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        auditor::INVARIANTS
    }

    fn footprint_bytes(&self) -> usize {
        let copies: usize = self.caches.values().map(|it| it.copies.len()).sum();
        let flying = self.flights.len() + self.calls.len();
        // An empty cache soon holds some copies, has a hundred points on a ring, and remembers what it does not hold.
        let caches = self.caches.len() * 32_768 + self.origin.stock.len() * 1_024;
        size_of::<Self>() + caches + copies * 2_000 + flying * 1_200
    }
}

impl Lab {
    fn begin(&mut self) {
        let scenario = self.scenario.clone();
        for edge in 0..scenario.edges.len() as u8 {
            for shard in 0..scenario.shards {
                self.start_cache(Node::Edge(edge, shard));
            }
        }
        if scenario.shield.is_some() {
            self.start_cache(Node::Shield);
        }
        for (item, number) in scenario.items.iter().zip(0..) {
            if item.changes_every_s > 0 {
                self.agenda.add(self.now + change_span(item), Due::Change(number));
            }
        }
        self.plan_visit();
    }

    /// Puts an empty cache in a place.
    fn start_cache(&mut self, node: Node) {
        let capacity = u64::from(self.settings.capacity_kib) * 1_024;
        self.caches.insert(node, Cache::new(self.settings.policy, capacity));
        if let Node::Edge(edge, shard) = node {
            self.router.set_alive(edge, shard, true);
        }
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// A span of the Earth, as long as it takes here.
    fn slow(&self, span: Span) -> Span {
        span * u64::from(self.scenario.slow_motion)
    }

    /// A span of here, in microseconds of the Earth.
    fn earth_us(&self, span: Span) -> u64 {
        span.0 / u64::from(self.scenario.slow_motion)
    }

    fn city(&self, node: Node) -> super::places::City {
        let scenario = &self.scenario;
        let place = match node {
            Node::Reader(reader) => scenario.readers.get(usize::from(reader)).copied(),
            Node::Edge(edge, _) => scenario.edges.get(usize::from(edge)).copied(),
            Node::Shield => scenario.shield,
            Node::Origin => None,
        };
        place.unwrap_or(scenario.origin)
    }

    /// How long a packet takes from one to the other.
    fn latency(&self, from: Node, to: Node) -> Span {
        let between = self.city(from).latency_to(self.city(to));
        let is_home = |node| matches!(node, Node::Reader(_));
        let home = if is_home(from) || is_home(to) { super::places::LAST_MILE_US } else { 0 };
        self.slow(between + Span::from_us(home))
    }

    /// From the first byte of a body to the last: the line's rate, and the round trips of slow start, which a
    /// reader's connection is in.
    fn transfer(&self, from: Node, to: Node, bytes: u64) -> Span {
        let is_reader = matches!(to, Node::Reader(_));
        let mbit = MBIT_PER_SECOND[usize::from(!is_reader)];
        let rate = self.slow(Span::from_us(bytes * 8 / mbit));
        if !is_reader {
            return rate;
        }
        let windows = bytes.div_ceil(INITIAL_WINDOW_BYTES).max(1);
        let waits = u64::from(windows.ilog2());
        let round_trip = self.latency(from, to) * 2;
        Span(rate.0.max((round_trip * waits).0))
    }

    /// Sends something. A body that comes from another flight cannot arrive before that.
    fn send(&mut self, (from, to): (Node, Node), call: u64, message: Message, source: Option<u64>) {
        let bytes = match &message {
            Message::Answer(answer) => answer.bytes,
            _ => 0,
        };
        let latency = self.latency(from, to);
        let head_at = self.now + latency;
        let mut tail_at = head_at + self.transfer(from, to, bytes);
        let source = source.filter(|it| self.flights.contains_key(it));
        if let Some(source) = source.and_then(|it| self.flights.get(&it)) {
            tail_at = tail_at.max(source.tail_at + latency);
        }
        let exchange = self.exchange_of(call);
        let is_cut = source.and_then(|it| self.flights.get(&it)).is_some_and(|it| it.is_cut);
        let flight = Flight {
            from,
            to,
            call,
            message,
            sent_at: self.now,
            head_at,
            tail_at,
            source,
            exchange,
            has_arrived: false,
            is_cut,
        };
        let id = self.new_id();
        self.note_sent(id, &flight);
        self.flights.insert(id, flight);
        self.agenda.add(head_at, Due::Head(id));
        self.agenda.add(tail_at, Due::Tail(id));
    }

    /// Asks somebody, and waits for the answer for so long.
    fn call(&mut self, caller: Node, callee: Node, purpose: Purpose) -> u64 {
        let id = self.new_id();
        let patience = match caller {
            Node::Reader(_) => PATIENCE_MS[0],
            Node::Edge(..) => PATIENCE_MS[1],
            Node::Shield | Node::Origin => PATIENCE_MS[2],
        };
        let until = self.now + self.slow(Span::from_ms(patience));
        let waits = self.scenario.without != Some(Without::Timeouts);
        let ticket = waits.then(|| self.agenda.add(until, Due::Patience(id)));
        self.calls.insert(id, (Call { caller, callee, purpose }, ticket));
        id
    }

    /// Nobody waits for this call any more; who did.
    fn end_call(&mut self, id: u64) -> Option<Call> {
        let (call, ticket) = self.calls.remove(&id)?;
        ticket.and_then(|it| self.agenda.cancel(it));
        Some(call)
    }

    /// The click in whose course a call is.
    fn exchange_of(&self, call: u64) -> Option<u64> {
        let (call, _) = self.calls.get(&call)?;
        match call.purpose {
            Purpose::Exchange(exchange) => self.desk.is_click(exchange).then_some(exchange),
            Purpose::Fetch(fetch) => self.caches.get(&call.caller)?.fetches.get(&fetch)?.exchange,
        }
    }

    fn path(&self, item: u16) -> &str {
        let stock = self.origin.stock.get(usize::from(item));
        stock.map_or("/", |it| it.item.path.as_str())
    }
}

/// Every how long an item changes by itself.
fn change_span(item: &Item) -> Span {
    Span::from_ms(u64::from(item.changes_every_s.min(MOST_SECONDS)) * 1_000)
}

/// The path of an item by its number: after those that are described come the pictures.
fn path_of(items: &[Item], item: u16) -> String {
    let described = items.get(usize::from(item)).map(|it| it.path.clone());
    described
        .unwrap_or_else(|| traffic::picture_path(usize::from(item).saturating_sub(items.len())))
}
