//! The lab: workers that make IDs, each by a clock of its own; the registry that leases them their numbers; and
//! everything that can go wrong with clocks, processes, messages and leases.
//!
//! Workers make IDs with the [`Generator`](super::snowflake::Generator), and the registry leases by the rules of
//! [`lease`](super::lease), as the server does. Modelled: clocks that are ahead or behind, go too fast or stand,
//! and are set; processes that stand still; messages that get lost; a disk that takes its time. Simplified: clients
//! stand beside their workers, making an ID takes no time, and how long a process waits before it asks again is
//! measured by a clock that is right, as monotonic clocks nearly are.

mod act;
mod action;
mod auditor;
mod clock;
mod delivery;
mod event;
mod frame;
mod leasing;
mod maker;
mod making;
mod picture;
mod registry;
mod wire;
mod worker;

pub use action::{
    Action, ClockSetting, MOST_COUNT, MOST_MS, MOST_NUMBERS, MOST_PER_SECOND, MOST_SHARDS,
    MOST_SLOW_MOTION, MOST_WORKERS, Mistake, Scenario, Traffic,
};
pub use event::{Event, Failure, Loss, Waiting};
pub use frame::{
    ClockView, Duplicate, FlightView, Frame, MOST_DUPLICATES, MOST_POSTS, MOST_REQUESTS, MOST_RUNS,
    MadeRun, NumberView, PostView, RegistryView, RequestView, ShardView, Totals, WorkerState,
    WorkerView,
};
pub use wire::{Message, Node};

use super::snowflake::ClockPolicy;
use crate::sim::{Agenda, Invariant, Rng, Simulation, Span, Ticket, Time};
use auditor::Auditor;
use clock::Clock;
use making::Open;
use registry::RegistryNode;
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::Flight;
use worker::{Process, Worker};

/// What happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// A worker starts.
    Start(u8),
    /// A message arrives.
    Arrival(u64),
    /// A record is on the registry's disk.
    Written(u64),
    /// A worker looks again whether it can go on.
    Wake(u8),
    /// A worker asks the registry for the next lease.
    Renewal(u8),
    /// No answer has come, and a worker asks again.
    CallAgain(u8),
    /// A worker that stood still goes on.
    Resume(u8),
    /// A client has waited for too long.
    Patience(u64),
    /// Somebody asks without anybody's clicking.
    Visit,
}

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Arc<Scenario>,
    policy: ClockPolicy,
    traffic: Traffic,
    now: Time,
    agenda: Agenda<Due>,
    rng: Rng,
    last_id: u64,
    right_clock: Clock,
    registry: RegistryNode,
    workers: Vec<Worker>,
    flights: BTreeMap<u64, (Flight, Ticket)>,
    open: BTreeMap<u64, Open>,
    visit: Option<Ticket>,
    /// The worker that makes the ID of the next post.
    next_worker: u8,
    /// How many users have posted without being named.
    users: u64,
    /// What each shard has counted to, where shards number their posts by themselves.
    counters: Vec<u64>,
    shards: Arc<Vec<ShardView>>,
    made: Arc<Vec<MadeRun>>,
    duplicates: Arc<Vec<Duplicate>>,
    requests: Arc<Vec<RequestView>>,
    totals: Totals,
    auditor: Auditor,
    /// The events of the step that is being done.
    events: Vec<Event>,
}

impl Simulation for Lab {
    const NAME: &'static str = "unique_id";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, rng: Rng) -> Self {
        let scenario = Arc::new(scenario.clamped());
        let right = ClockSetting { offset_ms: 0, permille: 1_000 };
        let right_clock = Clock::new(scenario.start_unix_ms, scenario.slow_motion, right);
        let shards = usize::from(scenario.shards);
        let mut lab = Lab {
            policy: scenario.policy,
            traffic: scenario.traffic,
            now: Time::ZERO,
            agenda: Agenda::default(),
            rng,
            last_id: 0,
            right_clock,
            registry: RegistryNode::new(&scenario, right_clock),
            workers: (0..scenario.workers).map(|it| Worker::new(&scenario, it)).collect(),
            flights: BTreeMap::new(),
            open: BTreeMap::new(),
            visit: None,
            next_worker: 0,
            users: 0,
            counters: vec![0; shards.max(1)],
            shards: Arc::new(vec![ShardView::default(); shards]),
            made: Arc::default(),
            duplicates: Arc::default(),
            requests: Arc::default(),
            totals: Totals::default(),
            auditor: Auditor::default(),
            events: Vec::new(),
            scenario,
        };
        // One after the other, as far apart as a message may be overtaken: the first worker gets the first number.
        let (min_ms, max_ms) = lab.scenario.latency_ms;
        let apart = lab.slow_ms((max_ms - min_ms).into());
        for worker in 0..lab.scenario.running {
            lab.agenda.add(Time::ZERO + apart * worker.into(), Due::Start(worker));
        }
        lab.plan_visit();
        lab
    }

    fn next_at(&self) -> Option<Time> {
        self.agenda.next_at()
    }

    fn step(&mut self) -> Vec<Event> {
        let Some((ticket, due)) = self.agenda.pop() else { return Vec::new() };
        self.now = ticket.at;
        match due {
            Due::Start(worker) => self.start(worker),
            Due::Arrival(flight) => self.arrive(flight),
            Due::Written(write) => self.written(write),
            Due::Wake(worker) => self.serve(worker),
            Due::Renewal(worker) => self.call_due(worker, true),
            Due::CallAgain(worker) => self.call_due(worker, false),
            Due::Resume(worker) => self.resume(worker),
            Due::Patience(request) => self.end_request(request, Err(Failure::GaveUp)),
            Due::Visit => self.visit(),
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
        let drawn = self.made.len() * size_of::<MadeRun>() + self.requests.len() * 96;
        let waiting = self.open.len() * 96 + self.flights.len() * 160;
        size_of::<Self>() + drawn + waiting + self.auditor.ranges() * 48 + self.workers.len() * 512
    }
}

impl Lab {
    /// A worker's process starts, and knows nothing.
    fn start(&mut self, worker: u8) {
        if self.is_up(worker) {
            return;
        }
        let place = &mut self.workers[usize::from(worker)];
        place.starts += 1;
        place.process = Some(Process::default());
        self.auditor.started(worker);
        self.events.push(Event::Started { node: Node::Worker(worker) });
        self.get_number(worker);
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// So many milliseconds of a right clock, as long as they take here.
    fn slow_ms(&self, ms: u64) -> Span {
        Span::from_ms(ms) * u64::from(self.scenario.slow_motion)
    }

    fn is_up(&self, worker: u8) -> bool {
        self.workers.get(usize::from(worker)).is_some_and(Worker::is_up)
    }

    fn is_paused(&self, worker: u8) -> bool {
        let process = self.workers.get(usize::from(worker)).and_then(|it| it.process.as_ref());
        process.is_some_and(|it| it.pause.is_some())
    }

    fn process_mut(&mut self, worker: u8) -> Option<&mut Process> {
        self.workers.get_mut(usize::from(worker))?.process.as_mut()
    }

    /// A process that does not stand still.
    fn running(&mut self, worker: u8) -> Option<&mut Process> {
        self.workers.get_mut(usize::from(worker))?.running()
    }

    fn clock_mut(&mut self, node: Node) -> &mut Clock {
        match node {
            Node::Registry => &mut self.registry.clock,
            Node::Worker(worker) => &mut self.workers[usize::from(worker)].clock,
        }
    }
}
