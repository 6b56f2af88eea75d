//! A network as protocols must expect it: messages take time, get lost, come twice, overtake each
//! other, and whole groups of nodes cannot reach each other.

use super::{NodeId, Rng, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a message takes: uniform from `min` to `max`.
///
/// Uniform, because its bounds can be read off the picture; real latencies have a long tail, which
/// [`Network::reordering_ppm`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Latency {
    /// The shortest time.
    pub min: Span,
    /// The longest time.
    pub max: Span,
}

/// The faults of a network. Probabilities are in millionths (ppm) of the messages sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// How long a message takes.
    pub latency: Latency,
    /// How many messages are lost.
    pub loss_ppm: u32,
    /// How many messages arrive twice, each copy with a latency of its own.
    pub duplication_ppm: u32,
    /// How many messages are held back by up to ten times the longest latency, so that later ones
    /// overtake them.
    pub reordering_ppm: u32,
    /// Which nodes cannot reach which.
    pub partition: Partition,
}

impl Network {
    /// A network without faults and with this latency.
    pub fn reliable(min: Span, max: Span) -> Self {
        Network {
            latency: Latency { min, max },
            loss_ppm: 0,
            duplication_ppm: 0,
            reordering_ppm: 0,
            partition: Partition::default(),
        }
    }

    /// The latencies of the copies of one message that arrive: none if it is lost, two if it is
    /// duplicated.
    pub(super) fn copies(&self, rng: &mut Rng) -> Vec<Span> {
        if rng.chance(self.loss_ppm) {
            return Vec::new();
        }
        let copies = if rng.chance(self.duplication_ppm) { 2 } else { 1 };
        (0..copies).map(|_| self.draw_latency(rng)).collect()
    }

    fn draw_latency(&self, rng: &mut Rng) -> Span {
        let latency = rng.span(self.latency.min, self.latency.max);
        if rng.chance(self.reordering_ppm) {
            latency + rng.span(Span::ZERO, self.latency.max * 10)
        } else {
            latency
        }
    }
}

/// The links that are cut, each in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Partition(BTreeSet<(NodeId, NodeId)>);

impl Partition {
    /// Cuts the link from one node to another; the way back stays.
    pub fn cut_one_way(&mut self, from: NodeId, to: NodeId) {
        self.0.insert((from, to));
    }

    /// Cuts every link, in both directions, between the nodes of `side` and all others below `nodes`.
    pub fn isolate(&mut self, side: &[NodeId], nodes: u16) {
        for other in (0..nodes).map(NodeId).filter(|node| !side.contains(node)) {
            for &node in side {
                self.0.insert((node, other));
                self.0.insert((other, node));
            }
        }
    }

    /// Mends all links.
    pub fn heal(&mut self) {
        self.0.clear();
    }

    /// Whether the link from one node to another is cut.
    pub fn cuts(&self, from: NodeId, to: NodeId) -> bool {
        self.0.contains(&(from, to))
    }

    /// Whether every link works.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }
}
