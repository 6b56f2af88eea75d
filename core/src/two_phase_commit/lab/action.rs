//! What can be set up and done in the lab.

use super::super::{CrashPoint, Flaw, Order, Outcome, Patience, Place, Timer, TransactionId};
use crate::sim::{Latency, NodeId, Span};
use serde::{Deserialize, Serialize};

/// The longest latency, delay and forced write of a run.
const MOST_MS: u32 = 60_000;

/// Who takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum World {
    /// A coordinator, an inventory and a delivery service.
    #[default]
    Restaurant,
    /// A coordinator and the wallets of two friends.
    Wallets,
    /// The restaurant, and a card that pays: three participants.
    Paid,
}

impl World {
    /// The nodes, in the order of their ids.
    pub fn places(self) -> &'static [Place] {
        match self {
            World::Restaurant => &Place::RESTAURANT,
            World::Wallets => &Place::WALLETS,
            World::Paid => &Place::PAID,
        }
    }

    /// Whether everybody is there whom the order needs.
    pub fn takes(self, order: Order) -> bool {
        match order {
            Order::Bill { .. } => self == World::Wallets,
            Order::Paid { .. } => self == World::Paid,
            Order::Meal { .. } | Order::Quote { .. } => self != World::Wallets,
        }
    }
}

/// What makes messages arrive and timers fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Time.
    #[default]
    Timed,
    /// The reader: nothing arrives, fires or is retried until an action says so.
    ByHand,
}

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Who takes part.
    pub world: World,
    /// What makes things happen.
    pub pace: Pace,
    /// What the nodes get wrong.
    pub flaw: Flaw,
    /// The shortest and the longest time of a message, in milliseconds.
    pub latency_ms: (u32, u32),
    /// How long a forced write takes, in milliseconds.
    pub force_ms: u32,
}

impl Default for Scenario {
    /// The restaurant; messages take 450 to 650 ms, a forced write 250 ms, so that both can be seen.
    fn default() -> Self {
        Scenario {
            world: World::Restaurant,
            pace: Pace::Timed,
            flaw: Flaw::None,
            latency_ms: (450, 650),
            force_ms: 250,
        }
    }
}

/// When nothing happens by itself, it is due this far in the future.
pub(super) const NEVER: Span = Span(1 << 50);

impl Scenario {
    pub(super) fn latency(&self) -> Latency {
        if self.pace == Pace::ByHand {
            return Latency { min: NEVER, max: NEVER };
        }
        let (min, max) = self.latency_ms;
        let min = min.min(MOST_MS);
        Latency { min: ms(min), max: ms(max.clamp(min, MOST_MS)) }
    }

    pub(super) fn patience(&self) -> Patience {
        match self.pace {
            Pace::Timed => Patience::SIMULATED,
            Pace::ByHand => Patience { vote: NEVER, resend: NEVER, inquire: NEVER, longest: NEVER },
        }
    }

    /// How long a forced write takes; by hand, none does, so that a step is a step.
    pub(super) fn force_latency(&self) -> Span {
        match self.pace {
            Pace::Timed => ms(self.force_ms),
            Pace::ByHand => Span::ZERO,
        }
    }
}

pub(super) fn ms(ms: u32) -> Span {
    Span::from_ms(u64::from(ms.min(MOST_MS)))
}

/// When a node is to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrashAt {
    /// At once.
    Now,
    /// Right after it has carried out this many more outputs, at least 1.
    AfterOutputs(u32),
    /// At this point, the next time it gets there.
    Point(CrashPoint),
}

/// What a reader can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Order something.
    Submit {
        /// What.
        order: Order,
    },
    /// Make a node die.
    Crash {
        /// Which one.
        node: NodeId,
        /// When.
        at: CrashAt,
    },
    /// Start a node that is down.
    Restart {
        /// Which one.
        node: NodeId,
    },
    /// Take a message off the wire.
    Drop {
        /// Its number.
        flight: u64,
    },
    /// Hold a message back.
    Delay {
        /// Its number.
        flight: u64,
        /// For how much longer, in milliseconds.
        ms: u32,
    },
    /// Send a second copy of a message.
    Duplicate {
        /// Its number.
        flight: u64,
    },
    /// Let a message arrive now.
    Deliver {
        /// Its number.
        flight: u64,
    },
    /// Let a timer fire now.
    Fire {
        /// Whose.
        node: NodeId,
        /// Which one.
        timer: Timer,
    },
    /// Cut all links between these nodes and the others.
    Isolate {
        /// Which nodes.
        nodes: Vec<NodeId>,
    },
    /// Mend all links.
    Heal,
    /// Change what the network does to messages from now on, in percent of them.
    SetNetwork {
        /// How many get lost, 0 to 100.
        loss: u32,
        /// How many come twice, 0 to 100.
        duplication: u32,
        /// How many are overtaken, 0 to 100.
        reordering: u32,
    },
    /// Change what a node's disk does from now on.
    SetDisk {
        /// Whose.
        node: NodeId,
        /// How long a forced write takes, in milliseconds.
        force_ms: u32,
        /// Whether it confirms writes that a crash will take.
        lies: bool,
    },
    /// As an operator, take something for the decision where it is in doubt.
    Resolve {
        /// Where.
        node: NodeId,
        /// Which transaction.
        tx: TransactionId,
        /// What to take for the decision.
        outcome: Outcome,
    },
}
