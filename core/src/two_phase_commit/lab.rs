//! The lab: a coordinator and two participants on a simulated network, orders that come in, and
//! everything that can go wrong.

mod action;
mod chronicle;
mod frame;
mod ledger;

pub use action::{Action, CrashAt, Pace, Scenario, World};
pub use chronicle::{Chronicle, NodeChronicle};
pub use frame::{
    Arrow, ArrowEnd, Cost, FlightView, Frame, Happening, Mark, NodeView, OrderState, OrderView,
    PendingView, ProcessView, RecordView,
};
use ledger::Ledger;

use super::{
    COORDINATOR, Command, CoordinatorConfig, NodeConfig, OrderError, ParticipantConfig, Place,
    TwoPhaseNode,
};
use crate::sim::{
    Cluster, ClusterEvent, Invariant, Network, NodeId, Output, Rng, Simulation, Span, Time,
};
use thiserror::Error;

/// What happens in the lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// Something in the cluster.
    Cluster(ClusterEvent<TwoPhaseNode>),
    /// An order was placed, with the client's number of it.
    Submitted {
        /// The client's number.
        request: u64,
        /// What was ordered.
        order: super::Order,
    },
    /// The links of these nodes to the others were cut.
    Isolated {
        /// Which nodes.
        nodes: Vec<NodeId>,
    },
    /// All links were mended.
    Healed,
    /// The network treats messages otherwise from now on.
    NetworkSet,
    /// A node's disk behaves otherwise from now on.
    DiskSet {
        /// Whose.
        node: NodeId,
    },
    /// A node is going to die.
    Armed {
        /// Which one.
        node: NodeId,
        /// When.
        at: CrashAt,
    },
    /// The arrival of a message was put off.
    Delayed {
        /// Its number.
        flight: u64,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Why an action was impossible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Refusal {
    #[error("there is no such node")]
    NoSuchNode,
    #[error("the node is down already")]
    DownAlready,
    #[error("the node is up already")]
    UpAlready,
    #[error("the message is not under way any more")]
    NotUnderWay,
    #[error("the timer is not set")]
    NotSet,
    #[error("nobody here takes such an order")]
    OtherWorld,
    #[error("a run has at most {MOST_ORDERS} orders")]
    TooManyOrders,
    #[error(transparent)]
    Order(#[from] OrderError),
}

/// The most orders of a run.
const MOST_ORDERS: u64 = 500;

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Scenario,
    cluster: Cluster<TwoPhaseNode>,
    chronicle: Chronicle,
    ledger: Ledger,
    last_request: u64,
    isolated: Vec<NodeId>,
}

impl Simulation for Lab {
    const NAME: &'static str = "two_phase_commit";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Happened;
    type Frame = Frame;

    fn new(scenario: &Scenario, rng: Rng) -> Self {
        let latency = scenario.latency();
        let places = scenario.world.places();
        let network = Network::reliable(latency.min, latency.max);
        let configs = places.iter().map(|place| config(*place, scenario));
        let mut cluster = Cluster::new(configs, network, rng);
        for index in 0..places.len() {
            if let Some(node) = cluster.node_mut(NodeId(index as u16)) {
                node.force_latency = scenario.force_latency();
            }
        }
        Lab {
            scenario: scenario.clone(),
            cluster,
            chronicle: Chronicle::new(places),
            ledger: Ledger::default(),
            last_request: 0,
            isolated: Vec::new(),
        }
    }

    fn next_at(&self) -> Option<Time> {
        self.cluster.next_at().filter(|at| *at < Time::ZERO + action::NEVER)
    }

    fn step(&mut self) -> Vec<Happened> {
        let Some(at) = self.next_at() else { return Vec::new() };
        let events = self.cluster.step();
        self.note(at, events)
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Happened> {
        self.try_act(now, action)
            .unwrap_or_else(|refusal| vec![Happened::Refused { reason: refusal.to_string() }])
    }

    fn frame(&self, now: Time) -> Frame {
        let mut frame = Frame::of(&self.chronicle, now);
        frame.scenario = Some(self.scenario.clone());
        let network = &self.cluster.network;
        let percent = |ppm: u32| ppm / 10_000;
        frame.network = (
            percent(network.loss_ppm),
            percent(network.duplication_ppm),
            percent(network.reordering_ppm),
        );
        for (view, node) in frame.nodes.iter_mut().zip(self.cluster.nodes()) {
            view.durable =
                view.log.len().saturating_sub(node.log().len() - node.durable_log().len());
            view.pending = node.pending().filter_map(pending).collect();
            view.timers = node.timers().map(|(timer, at)| (*timer, at)).collect();
            view.is_isolated = self.isolated.contains(&view.id);
            let force_ms = (node.force_latency.0 / 1_000) as u32;
            view.disk = Some((force_ms, node.disk_lies()));
        }
        for view in &mut frame.flights {
            let flight = self.cluster.flights().find(|(_, flight)| flight.id == view.id);
            view.progress = flight.map_or(0.0, |(arrival, flight)| match self.scenario.pace {
                Pace::Timed => now.progress(flight.sent_at, arrival),
                // It goes half the way and waits there for the reader.
                Pace::ByHand => now.progress(flight.sent_at, flight.sent_at + HALF_WAY) / 2.0,
            });
        }
        frame
    }

    fn invariants() -> &'static [Invariant<Self>] {
        ledger::INVARIANTS
    }

    fn footprint_bytes(&self) -> usize {
        let logs: usize = self.cluster.nodes().iter().map(|node| node.log().len()).sum();
        let drawn = self.chronicle.arrows.len() + self.chronicle.marks.len();
        let orders = self.chronicle.orders.len();
        size_of::<Self>() + logs * 200 + drawn * 130 + orders * 200
    }
}

/// How long a message that waits for the reader takes to where it waits.
const HALF_WAY: Span = Span::from_ms(400);

pub(super) fn config(place: Place, scenario: &Scenario) -> NodeConfig {
    let (patience, flaw) = (scenario.patience(), scenario.flaw);
    match place {
        Place::Coordinator => {
            NodeConfig::Coordinator(CoordinatorConfig { patience, flaw, keeps_history: false })
        }
        _ => NodeConfig::Participant(ParticipantConfig {
            coordinator: COORDINATOR,
            stock: place.stock(),
            patience,
            flaw,
        }),
    }
}

fn pending(output: &Output<TwoPhaseNode>) -> Option<PendingView> {
    match output {
        Output::Append { record, durability } => {
            Some(PendingView::Append(record.clone(), *durability))
        }
        Output::Send { to, message } => Some(PendingView::Send(*to, message.clone())),
        Output::WakeAfter { .. } | Output::Cancel(_) | Output::Report(_) => None,
    }
}

impl Lab {
    /// The cluster, for whoever wants to look closer than a frame does.
    pub fn cluster(&self) -> &Cluster<TwoPhaseNode> {
        &self.cluster
    }

    fn try_act(&mut self, now: Time, action: Action) -> Result<Vec<Happened>, Refusal> {
        let events = match action {
            Action::Submit { order } => return self.submit(now, order),
            Action::Crash { node, at } => return self.crash(now, node, at),
            Action::Restart { node } => {
                self.check_node(node)?;
                if self.cluster.is_up(node) {
                    return Err(Refusal::UpAlready);
                }
                self.cluster.restart(now, node)
            }
            Action::Drop { flight } => {
                let events = self.cluster.drop_message(now, flight);
                if events.is_empty() {
                    return Err(Refusal::NotUnderWay);
                }
                events
            }
            Action::Delay { flight, ms } => {
                self.check_flight(flight)?;
                self.cluster.delay_message(now, flight, action::ms(ms));
                return Ok(vec![Happened::Delayed { flight }]);
            }
            Action::Duplicate { flight } => {
                self.check_flight(flight)?;
                self.cluster.duplicate_message(now, flight)
            }
            Action::Deliver { flight } => {
                self.check_flight(flight)?;
                self.cluster.deliver_now(now, flight)
            }
            Action::Fire { node, timer } => {
                let events = self.cluster.fire_now(now, node, timer);
                if events.is_empty() {
                    return Err(Refusal::NotSet);
                }
                events
            }
            Action::Isolate { nodes } => return self.isolate(now, nodes),
            Action::Heal => {
                self.cluster.network.partition.heal();
                for node in std::mem::take(&mut self.isolated) {
                    self.chronicle.mark(now, node, Happening::Healed);
                }
                return Ok(vec![Happened::Healed]);
            }
            Action::SetNetwork { loss, duplication, reordering } => {
                let network = &mut self.cluster.network;
                network.loss_ppm = loss.min(100) * 10_000;
                network.duplication_ppm = duplication.min(100) * 10_000;
                network.reordering_ppm = reordering.min(100) * 10_000;
                return Ok(vec![Happened::NetworkSet]);
            }
            Action::SetDisk { node, force_ms, lies } => {
                return self.set_disk(now, node, force_ms, lies);
            }
            Action::Resolve { node, tx, outcome } => {
                self.check_node(node)?;
                self.cluster.command(now, node, Command::Resolve { tx, outcome })
            }
        };
        Ok(self.note(now, events))
    }

    fn submit(&mut self, now: Time, order: super::Order) -> Result<Vec<Happened>, Refusal> {
        let branches = order.branches()?;
        if !self.scenario.world.takes(order) {
            return Err(Refusal::OtherWorld);
        }
        if self.last_request >= MOST_ORDERS {
            return Err(Refusal::TooManyOrders);
        }
        self.last_request += 1;
        let request = self.last_request;
        self.chronicle.submitted(now, request, order);
        let events = self.cluster.command(now, COORDINATOR, Command::Submit { request, branches });
        let mut happened = vec![Happened::Submitted { request, order }];
        happened.extend(self.note(now, events));
        Ok(happened)
    }

    fn crash(&mut self, now: Time, id: NodeId, at: CrashAt) -> Result<Vec<Happened>, Refusal> {
        self.check_node(id)?;
        if !self.cluster.is_up(id) {
            return Err(Refusal::DownAlready);
        }
        let events = match at {
            CrashAt::Now => self.cluster.crash(now, id),
            CrashAt::AfterOutputs(outputs) => self.cluster.crash_after(now, id, outputs.max(1)),
            CrashAt::Point(point) => {
                self.cluster.crash_around(now, id, point.side(), point.output())
            }
        };
        let mut happened = Vec::new();
        if at != CrashAt::Now {
            if let Some(node) = self.chronicle.node(id) {
                node.armed = Some(at);
            }
            self.chronicle.mark(now, id, Happening::Armed(at));
            happened.push(Happened::Armed { node: id, at });
        }
        happened.extend(self.note(now, events));
        Ok(happened)
    }

    fn isolate(&mut self, now: Time, nodes: Vec<NodeId>) -> Result<Vec<Happened>, Refusal> {
        for node in &nodes {
            self.check_node(*node)?;
        }
        let all = self.cluster.nodes().len() as u16;
        self.cluster.network.partition.isolate(&nodes, all);
        for node in &nodes {
            if !self.isolated.contains(node) {
                self.isolated.push(*node);
                self.chronicle.mark(now, *node, Happening::Isolated);
            }
        }
        Ok(vec![Happened::Isolated { nodes }])
    }

    fn set_disk(
        &mut self,
        now: Time,
        id: NodeId,
        force_ms: u32,
        lies: bool,
    ) -> Result<Vec<Happened>, Refusal> {
        self.check_node(id)?;
        if let Some(node) = self.cluster.node_mut(id) {
            node.force_latency = action::ms(force_ms);
            node.set_disk_lies(lies);
        }
        self.chronicle.mark(now, id, Happening::DiskSet { force_ms, lies });
        Ok(vec![Happened::DiskSet { node: id }])
    }

    fn check_node(&self, id: NodeId) -> Result<(), Refusal> {
        let is_there = usize::from(id.0) < self.cluster.nodes().len();
        if is_there { Ok(()) } else { Err(Refusal::NoSuchNode) }
    }

    fn check_flight(&self, id: u64) -> Result<(), Refusal> {
        let is_under_way = self.cluster.flights().any(|(_, flight)| flight.id == id);
        if is_under_way { Ok(()) } else { Err(Refusal::NotUnderWay) }
    }

    fn note(&mut self, at: Time, events: Vec<ClusterEvent<TwoPhaseNode>>) -> Vec<Happened> {
        for event in &events {
            self.chronicle.hear(at, event);
            self.ledger.hear(event);
        }
        events.into_iter().map(Happened::Cluster).collect()
    }
}
