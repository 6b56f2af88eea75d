//! A machine that does what it is told, in that order: the shortest way to put a cluster into a
//! particular situation.

use playground_core::sim::{
    Cluster, ClusterEvent, Durability, Flight, Input, LossReason, Machine, Network, NodeId, Outbox,
    Rng, Span, Time,
};
use serde::{Deserialize, Serialize};

pub const A: NodeId = NodeId(0);
pub const B: NodeId = NodeId(1);
pub const C: NodeId = NodeId(2);

/// One output.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    Append(u32),
    AppendLazily(u32),
    Send(NodeId, u32),
    WakeAfter(u64, u8),
    Cancel(u8),
    Report(u32),
}

/// Knows only what it found in its log.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    pub recovered: Vec<u32>,
}

/// What a script tells the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    Ordered(u32),
    Heard(u32),
    Woke(u8),
}

impl Machine for Script {
    type Config = ();
    type Command = Vec<Order>;
    type Message = u32;
    type Timer = u8;
    type Record = u32;
    type Event = Told;

    fn recover(_config: &(), log: &[u32]) -> Self {
        Script { recovered: log.to_vec() }
    }

    fn handle(&mut self, _now: Time, input: Input<Self>, out: &mut Outbox<Self>) {
        match input {
            Input::Start => {}
            Input::Message { message, .. } => out.report(Told::Heard(message)),
            Input::Timer(timer) => out.report(Told::Woke(timer)),
            Input::Command(orders) => orders.into_iter().for_each(|order| match order {
                Order::Append(record) => out.append(record),
                Order::AppendLazily(record) => out.append_lazily(record),
                Order::Send(to, message) => out.send(to, message),
                Order::WakeAfter(ms, timer) => out.wake_after(Span::from_ms(ms), timer),
                Order::Cancel(timer) => out.cancel(timer),
                Order::Report(what) => out.report(Told::Ordered(what)),
            }),
        }
    }
}

/// Three scripts that have started, one millisecond from each other.
pub fn three_scripts() -> Cluster<Script> {
    scripts(Network::reliable(Span::from_ms(1), Span::from_ms(1)), 1)
}

/// Three scripts that have started, on this network.
pub fn scripts(network: Network, seed: u64) -> Cluster<Script> {
    let mut cluster = Cluster::new([(), (), ()], network, Rng::new(seed));
    for _ in 0..3 {
        cluster.step();
    }
    cluster
}

/// Lets everything happen that is due.
pub fn settle(cluster: &mut Cluster<Script>) -> Vec<ClusterEvent<Script>> {
    let mut events = Vec::new();
    while cluster.next_at().is_some() {
        events.extend(cluster.step());
    }
    events
}

/// The messages that left.
pub fn sent(events: &[ClusterEvent<Script>]) -> Vec<u32> {
    let messages = events.iter().filter_map(|event| match event {
        ClusterEvent::Sent(flight) => Some(flight.message),
        _ => None,
    });
    messages.collect()
}

/// The messages that arrived, in that order.
pub fn delivered(events: &[ClusterEvent<Script>]) -> Vec<u32> {
    let messages = events.iter().filter_map(|event| match event {
        ClusterEvent::Delivered(Flight { message, .. }) => Some(*message),
        _ => None,
    });
    messages.collect()
}

/// The messages that did not arrive, and why.
pub fn lost(events: &[ClusterEvent<Script>]) -> Vec<(u32, LossReason)> {
    let messages = events.iter().filter_map(|event| match event {
        ClusterEvent::Lost(flight, reason) => Some((flight.message, *reason)),
        _ => None,
    });
    messages.collect()
}

/// What the machines told the world.
pub fn told(events: &[ClusterEvent<Script>]) -> Vec<(NodeId, Told)> {
    let tales = events.iter().filter_map(|event| match event {
        ClusterEvent::Reported(node, told) => Some((*node, told.clone())),
        _ => None,
    });
    tales.collect()
}

/// The crashes, each with the number of records it took.
pub fn crashes(events: &[ClusterEvent<Script>]) -> Vec<(NodeId, usize)> {
    let crashes = events.iter().filter_map(|event| match event {
        ClusterEvent::Crashed { node, lost_records } => Some((*node, *lost_records)),
        _ => None,
    });
    crashes.collect()
}

/// The records written, each with its durability.
pub fn appended(events: &[ClusterEvent<Script>]) -> Vec<(u32, Durability)> {
    let records = events.iter().filter_map(|event| match event {
        ClusterEvent::Appended { record, durability, .. } => Some((*record, *durability)),
        _ => None,
    });
    records.collect()
}
