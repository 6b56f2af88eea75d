//! The lab: producers and consumers at a queue that is too small, and what happens to those who have to wait.
//!
//! The queue is a [`QueueCore`](super::QueueCore), the one that real threads use, unless a [`Mistake`] asks for another.
//! Modelled: how long work takes, and how long it takes from a wake-up until a thread runs again, in which somebody else
//! may be faster. Simplified: putting in and taking out take no time, and so nobody ever waits for the lock.

mod act;
mod action;
mod auditor;
mod calls;
mod event;
mod faulty;
mod frame;
mod line;
mod pace;
mod picture;
mod station;
mod waiting;
mod working;

pub use action::{
    Action, MOST_BURST, MOST_CAPACITY, MOST_LABEL, MOST_MS, MOST_WAITING, MOST_WORKERS, Mistake,
    Policy, Scenario, Side, Worker, letter,
};
pub use event::{DropReason, Event, Party};
pub use frame::{
    Answer, Ask, CallView, Frame, Gone, Item, MOST_CALLS, MOST_GONE, MOST_LENGTHS, MOST_PASSED,
    MOST_STRETCHES, Maker, Passage, Stretch, Totals, WorkerState, WorkerView,
};
pub use pace::{Pace, Spread};

use super::measures::Meter;
use crate::sim::{Agenda, Invariant, Rng, Simulation, Time};
use auditor::Auditor;
use line::{Line, Seen};
use station::Station;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Somebody does what it does next.
    Next(Party),
    /// Somebody has waited for as long as it wanted to.
    Patience(Party),
}

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Arc<Scenario>,
    policy: Policy,
    now: Time,
    agenda: Agenda<Due>,
    rng: Rng,
    line: Line,
    /// The workers, and the visitor's commands that are not answered yet.
    stations: BTreeMap<Party, Station>,
    /// How often somebody has had to wait.
    parkings: u64,
    last_call: u64,
    /// How many items the visitor has made.
    visitors_items: u64,
    passed: Arc<Vec<Passage>>,
    gone: Arc<Vec<Gone>>,
    lengths: Arc<Vec<(Time, u32)>>,
    calls: Arc<Vec<CallView>>,
    totals: Totals,
    /// Between going in and coming out.
    inside: Meter,
    /// Between being made and going in.
    before: Meter,
    auditor: Auditor,
    /// The events of the step that is being done.
    events: Vec<Event>,
}

impl Simulation for Lab {
    const NAME: &'static str = "blocking_queue";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, rng: Rng) -> Self {
        let scenario = Arc::new(scenario.clamped());
        let window_us = u64::from(scenario.window_ms) * 1_000;
        let mut lab = Lab {
            policy: scenario.policy,
            now: Time::ZERO,
            agenda: Agenda::default(),
            rng,
            line: Line::new(&scenario),
            stations: BTreeMap::new(),
            parkings: 0,
            last_call: 0,
            visitors_items: 0,
            passed: Arc::default(),
            gone: Arc::default(),
            lengths: Arc::new(vec![(Time::ZERO, 0)]),
            calls: Arc::default(),
            totals: Totals::default(),
            inside: Meter::new(window_us, 0),
            before: Meter::new(window_us, 0),
            auditor: Auditor::default(),
            events: Vec::new(),
            scenario: scenario.clone(),
        };
        let producers = (0..).map(Worker::Producer).zip(&scenario.producers);
        let consumers = (0..).map(Worker::Consumer).zip(&scenario.consumers);
        for (worker, pace) in producers.chain(consumers) {
            let party = Party::from(worker);
            let station = Station::new(party, Some(*pace), WorkerState::Down, Time::ZERO);
            lab.stations.insert(party, station);
            let running = match worker.side() {
                Side::Putting => scenario.running.0,
                Side::Taking => scenario.running.1,
            };
            if worker.number() < running {
                lab.begin(party);
            }
        }
        lab
    }

    fn next_at(&self) -> Option<Time> {
        self.agenda.next_at()
    }

    fn step(&mut self) -> Vec<Event> {
        let Some((ticket, due)) = self.agenda.pop() else { return Vec::new() };
        self.now = ticket.at;
        match due {
            Due::Next(party) => self.next(party),
            Due::Patience(party) => self.lose_patience(party),
        }
        self.audit();
        std::mem::take(&mut self.events)
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Event> {
        self.now = self.now.max(now);
        if let Err(refusal) = self.try_act(action) {
            return vec![Event::Refused { reason: refusal.to_string() }];
        }
        self.audit();
        std::mem::take(&mut self.events)
    }

    fn frame(&self, now: Time) -> Frame {
        picture::draw(self, now)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        auditor::INVARIANTS
    }

    fn footprint_bytes(&self) -> usize {
        let remembered = (self.inside.remembered() + self.before.remembered()) * 64;
        let drawn = self.passed.len() * size_of::<Passage>() + self.calls.len() * 192;
        let items = self.line.len() * size_of::<Item>();
        let lanes: usize = self.stations.values().map(|it| it.lane.len()).sum();
        let drawn = drawn + lanes * size_of::<Stretch>() + self.lengths.len() * 16;
        size_of::<Self>() + self.stations.len() * 320 + items + remembered + drawn
    }
}
