//! A cluster that never rests: nodes that tell their neighbour now and then that they are alive.
//!
//! For what takes a long run: bounded snapshots here, the time it takes to seek back in the benches.

use playground_core::sim::{
    Cluster, Input, Invariant, Machine, Network, NodeId, Outbox, Rng, Run, Simulation, Span, Time,
};
use serde::{Deserialize, Serialize};

const NODES: u16 = 5;

#[derive(Clone, Debug, PartialEq)]
pub struct Heart {
    neighbour: NodeId,
    heard: u64,
}

impl Machine for Heart {
    type Config = NodeId;
    type Command = ();
    type Message = u64;
    type Timer = ();
    type Record = ();
    type Event = u64;

    fn recover(neighbour: &NodeId, _log: &[()]) -> Self {
        Heart { neighbour: *neighbour, heard: 0 }
    }

    fn handle(&mut self, _now: Time, input: Input<Self>, out: &mut Outbox<Self>) {
        match input {
            Input::Start | Input::Timer(()) => {
                out.send(self.neighbour, self.heard);
                out.wake_after(Span::from_ms(10), ());
            }
            Input::Message { message, .. } => {
                self.heard = self.heard.max(message) + 1;
                out.report(self.heard);
            }
            Input::Command(()) => out.report(0),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ward {
    pub loss_ppm: u32,
}

#[derive(Clone, Debug)]
pub struct Heartbeats(Cluster<Heart>);

impl Heartbeats {
    /// Hearts that beat for ever.
    pub fn run() -> Run<Heartbeats> {
        Run::new(Ward { loss_ppm: 100_000 }, 1)
    }
}

impl Simulation for Heartbeats {
    const NAME: &'static str = "heartbeats";
    type Scenario = Ward;
    /// Have a node report.
    type Action = NodeId;
    /// How many things happened at once.
    type Event = usize;
    /// What each has heard, and how much is under way.
    type Frame = (Vec<u64>, usize);

    fn new(scenario: &Ward, rng: Rng) -> Self {
        let mut network = Network::reliable(Span::from_ms(1), Span::from_ms(9));
        network.loss_ppm = scenario.loss_ppm;
        let neighbours = (0..NODES).map(|node| NodeId((node + 1) % NODES));
        Heartbeats(Cluster::new(neighbours, network, rng))
    }

    fn next_at(&self) -> Option<Time> {
        self.0.next_at()
    }

    fn step(&mut self) -> Vec<usize> {
        vec![self.0.step().len()]
    }

    fn act(&mut self, now: Time, node: NodeId) -> Vec<usize> {
        vec![self.0.command(now, node, ()).len()]
    }

    fn frame(&self, _now: Time) -> (Vec<u64>, usize) {
        let heard = self.0.nodes().iter().map(|it| it.machine().map_or(0, |heart| heart.heard));
        (heard.collect(), self.0.flights().count())
    }

    fn invariants() -> &'static [Invariant<Self>] {
        &[]
    }
}
