//! Parcels as a simulation: a seeded storm of crashes and partitions, then calm, in which everything
//! must arrive.

use crate::parcels::{Config, Flaw, Message, Parcels, RECEIVER, Record, Report, SENDER};
use playground_core::sim::{
    Agenda, Cluster, ClusterEvent, Flight, Invariant, LossReason, Network, NodeId, Rng, Run,
    Simulation, Span, Time,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What fails, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    pub parcels: u32,
    pub loss_ppm: u32,
    pub duplication_ppm: u32,
    pub reordering_ppm: u32,
    pub crashes: u32,
    pub partitions: u32,
    pub force_latency_ms: u64,
    /// When the storm ends: everybody is up again and the network without faults.
    pub calm_at_ms: u64,
    pub flaw: Option<Flaw>,
}

impl Scenario {
    /// One of very many, some of them quiet in one respect or another.
    pub fn of_seed(seed: u64, flaw: Option<Flaw>) -> Self {
        let mut rng = Rng::new(!seed);
        let mut rate = || if rng.chance(300_000) { 0 } else { rng.below(400_000) as u32 };
        let [loss_ppm, duplication_ppm, reordering_ppm] = [rate(), rate(), rate()];
        Scenario {
            parcels: 1 + rng.below(3) as u32,
            loss_ppm,
            duplication_ppm,
            reordering_ppm,
            crashes: rng.below(6) as u32,
            partitions: rng.below(3) as u32,
            force_latency_ms: rng.below(3) * 20,
            calm_at_ms: 400,
            flaw,
        }
    }

    /// The same as a run.
    pub fn run(seed: u64, flaw: Option<Flaw>) -> Run<Storm> {
        Run::new(Scenario::of_seed(seed, flaw), seed)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    Accept,
    Crash(NodeId),
    CrashAfter(NodeId, u32),
    Restart(NodeId),
    CutOneWay(NodeId, NodeId),
    Isolate(NodeId),
    Heal,
    Calm,
    DropOldest,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Did(Action),
    Started(NodeId),
    Crashed(NodeId, usize),
    Sent(Flight<Message>),
    Delivered(Flight<Message>),
    Lost(Flight<Message>, LossReason),
    Appended(NodeId, Record),
    Forced(NodeId),
    Fired(NodeId, u32),
    Reported(NodeId, Report),
    Refused(NodeId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub now: Time,
    pub up: [bool; 2],
    pub logs: [Vec<Record>; 2],
    pub flights: Vec<(Time, Flight<Message>)>,
    pub progress: Vec<f64>,
}

/// A cluster and what is going to hit it.
#[derive(Clone, Debug)]
pub struct Storm {
    cluster: Cluster<Parcels>,
    weather: Agenda<Action>,
    acknowledged: BTreeSet<u32>,
}

impl Simulation for Storm {
    const NAME: &'static str = "parcels";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, mut rng: Rng) -> Self {
        let mut network = Network::reliable(Span::from_ms(2), Span::from_ms(20));
        network.loss_ppm = scenario.loss_ppm;
        network.duplication_ppm = scenario.duplication_ppm;
        network.reordering_ppm = scenario.reordering_ppm;
        let configs = [Config::Sender, Config::Receiver(scenario.flaw)];
        let mut cluster = Cluster::new(configs, network, rng.fork());
        for id in [SENDER, RECEIVER] {
            let node = cluster.node_mut(id).expect("there are two nodes");
            node.force_latency = Span::from_ms(scenario.force_latency_ms);
        }
        let weather = forecast(scenario, &mut rng);
        Storm { cluster, weather, acknowledged: BTreeSet::new() }
    }

    fn next_at(&self) -> Option<Time> {
        [self.cluster.next_at(), self.weather.next_at()].into_iter().flatten().min()
    }

    fn step(&mut self) -> Vec<Event> {
        if self.weather.next_at().is_some_and(|at| Some(at) == self.next_at()) {
            let due = self.weather.pop();
            return due.map(|(ticket, action)| self.act(ticket.at, action)).unwrap_or_default();
        }
        let events = self.cluster.step();
        self.notice(events)
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Event> {
        let events = self.perform(now, action);
        let mut happened = vec![Event::Did(action)];
        happened.extend(self.notice(events));
        happened
    }

    fn frame(&self, now: Time) -> Frame {
        let flights: Vec<_> = self.cluster.flights().map(|(at, it)| (at, it.clone())).collect();
        Frame {
            now,
            up: [SENDER, RECEIVER].map(|id| self.cluster.is_up(id)),
            logs: [0, 1].map(|node| self.cluster.nodes()[node].log().to_vec()),
            progress: flights.iter().map(|(at, it)| now.progress(it.sent_at, *at)).collect(),
            flights,
        }
    }

    fn invariants() -> &'static [Invariant<Self>] {
        &[
            Invariant {
                name: "every acknowledged parcel is in the receiver's durable log",
                holds: |storm| {
                    let durable = storm.cluster.nodes()[1].durable_log();
                    storm.acknowledged.iter().all(|it| durable.contains(&Record::Received(*it)))
                },
            },
            Invariant {
                name: "nothing is received twice",
                holds: |storm| {
                    let log = storm.cluster.nodes()[1].log();
                    log.iter().enumerate().all(|(index, record)| !log[..index].contains(record))
                },
            },
            Invariant {
                name: "at rest everything accepted has arrived",
                holds: |storm| {
                    let [sender, receiver] =
                        [0, 1].map(|it| storm.cluster.nodes()[it].durable_log());
                    let arrived = |record: &Record| match record {
                        Record::Accepted(it) => receiver.contains(&Record::Received(*it)),
                        _ => true,
                    };
                    storm.next_at().is_some() || sender.iter().all(arrived)
                },
            },
        ]
    }
}

impl Storm {
    /// How many parcels the sender has durably accepted.
    pub fn accepted(&self) -> usize {
        let log = self.cluster.nodes()[0].durable_log();
        log.iter().filter(|record| matches!(record, Record::Accepted(_))).count()
    }

    fn perform(&mut self, now: Time, action: Action) -> Vec<ClusterEvent<Parcels>> {
        let cluster = &mut self.cluster;
        match action {
            Action::Accept => return cluster.command(now, SENDER, ()),
            Action::Crash(node) => return cluster.crash(now, node),
            Action::CrashAfter(node, outputs) => return cluster.crash_after(now, node, outputs),
            Action::Restart(node) => return cluster.restart(now, node),
            Action::CutOneWay(from, to) => cluster.network.partition.cut_one_way(from, to),
            Action::Isolate(node) => cluster.network.partition.isolate(&[node], 2),
            Action::Heal => cluster.network.partition.heal(),
            Action::Calm => {
                let latency = cluster.network.latency;
                cluster.network = Network::reliable(latency.min, latency.max);
                // A plan to die must not outlast the storm, so nobody gets through with one.
                let mut events = Vec::new();
                for node in [SENDER, RECEIVER] {
                    events.extend(cluster.crash(now, node));
                    events.extend(cluster.restart(now, node));
                }
                return events;
            }
            Action::DropOldest => {
                let oldest = cluster.flights().map(|(_, flight)| flight.id).min();
                return oldest.map(|id| cluster.drop_message(now, id)).unwrap_or_default();
            }
        }
        Vec::new()
    }

    fn notice(&mut self, events: Vec<ClusterEvent<Parcels>>) -> Vec<Event> {
        let mut happened = Vec::with_capacity(events.len());
        for event in events {
            if let ClusterEvent::Reported(_, Report::Acknowledged(number)) = event {
                self.acknowledged.insert(number);
            }
            happened.push(match event {
                ClusterEvent::Started(node) => Event::Started(node),
                ClusterEvent::Crashed { node, lost_records } => Event::Crashed(node, lost_records),
                ClusterEvent::Sent(flight) => Event::Sent(flight),
                ClusterEvent::Delivered(flight) => Event::Delivered(flight),
                ClusterEvent::Lost(flight, reason) => Event::Lost(flight, reason),
                ClusterEvent::Appended { node, record, .. } => Event::Appended(node, record),
                ClusterEvent::Forced(node) => Event::Forced(node),
                ClusterEvent::Fired(node, timer) => Event::Fired(node, timer),
                ClusterEvent::Reported(node, report) => Event::Reported(node, report),
                ClusterEvent::Refused(node) => Event::Refused(node),
            });
        }
        happened
    }
}

/// What hits the cluster, and when.
fn forecast(scenario: &Scenario, rng: &mut Rng) -> Agenda<Action> {
    let calm_at = Time::from_ms(scenario.calm_at_ms);
    let mut weather = Agenda::default();
    let sometime = |rng: &mut Rng| Time::ZERO + rng.span(Span(1), calm_at.since(Time(1)));
    for _ in 0..scenario.parcels {
        weather.add(sometime(rng), Action::Accept);
    }
    for _ in 0..scenario.crashes {
        let at = sometime(rng);
        let node = NodeId(rng.below(2) as u16);
        let outputs = rng.below(6) as u32;
        let crash =
            if outputs == 0 { Action::Crash(node) } else { Action::CrashAfter(node, outputs) };
        weather.add(at, crash);
        weather.add(at + rng.span(Span::from_ms(1), Span::from_ms(150)), Action::Restart(node));
    }
    for _ in 0..scenario.partitions {
        let at = sometime(rng);
        let node = NodeId(rng.below(2) as u16);
        let cut = match rng.below(2) {
            0 => Action::Isolate(node),
            _ => Action::CutOneWay(node, NodeId(1 - node.0)),
        };
        weather.add(at, cut);
        weather.add(at + rng.span(Span::from_ms(1), Span::from_ms(150)), Action::Heal);
    }
    weather.add(calm_at + Span::from_ms(200), Action::Calm);
    weather
}
