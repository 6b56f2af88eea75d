//! What can be set up, done and seen to happen in the lab.

use super::super::hash::HashKind;
use super::super::ring::ShardId;
use super::Moved;
use crate::sim::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most shards of a run.
pub const MOST_SHARDS: u32 = 1_000;
/// The most virtual nodes of a shard of weight 1.
pub const MOST_VIRTUAL_NODES: u32 = 1_000;
/// The most keys of a run.
pub const MOST_KEYS: u32 = 100_000;
/// The most keys of a reader's own.
pub const MOST_OWN_KEYS: usize = 10_000;
/// The most bytes of all of them together: they travel in links.
pub const MOST_OWN_BYTES: usize = 100_000;
/// The longest of them, in bytes.
pub const LONGEST_KEY_BYTES: usize = 200;
/// The greatest weight of a shard.
pub const MOST_WEIGHT: u32 = 10;

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// How many shards, 1 to [`MOST_SHARDS`].
    pub shards: u32,
    /// How many virtual nodes each of them has, 1 to [`MOST_VIRTUAL_NODES`].
    pub virtual_nodes: u32,
    /// How many keys, up to [`MOST_KEYS`].
    pub keys: u32,
    /// What places them on the ring.
    pub hash: HashKind,
    /// The reader's own keys, up to [`MOST_OWN_KEYS`]; if there are any, they stand in place of
    /// generated ones.
    #[serde(default)]
    pub own_keys: Vec<String>,
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            shards: 5,
            virtual_nodes: 1,
            keys: 60,
            hash: HashKind::default(),
            own_keys: vec![],
        }
    }
}

impl Scenario {
    /// The nearest scenario within the limits: a link may say anything.
    pub fn clamped(&self) -> Self {
        Scenario {
            shards: self.shards.clamp(1, MOST_SHARDS),
            virtual_nodes: self.virtual_nodes.clamp(1, MOST_VIRTUAL_NODES),
            keys: self.keys.min(MOST_KEYS),
            hash: self.hash,
            own_keys: self.clamped_keys(),
        }
    }

    /// The reader's own keys without blanks, repetitions and those that are too long or too many.
    fn clamped_keys(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let keys = self.own_keys.iter().filter(|key| {
            !key.is_empty() && key.len() <= LONGEST_KEY_BYTES && seen.insert(key.as_str())
        });
        let mut bytes = 0;
        let keys = keys.take(MOST_OWN_KEYS).take_while(|key| {
            bytes += key.len();
            bytes <= MOST_OWN_BYTES
        });
        keys.cloned().collect()
    }
}

/// What a reader can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Add a shard under the next free name.
    AddShard {
        /// 1 to [`MOST_WEIGHT`].
        weight: u32,
    },
    /// Remove a shard in good order: its keys are handed over.
    RemoveShard {
        /// Which one.
        shard: ShardId,
    },
    /// Crash a shard: its keys are lost and loaded again from the database.
    CrashShard {
        /// Which one.
        shard: ShardId,
    },
    /// Restart a crashed shard where it stood, empty.
    RestartShard {
        /// Which one.
        shard: ShardId,
    },
    /// Place a point by hand.
    PlacePoint {
        /// Whose point.
        shard: ShardId,
        /// Which of its virtual nodes.
        virtual_node: u32,
        /// Where, in 65,536ths of a turn clockwise from the top.
        turn: u16,
    },
    /// Release a point back to its hash.
    ReleasePoint {
        /// Whose point.
        shard: ShardId,
        /// Which of its virtual nodes.
        virtual_node: u32,
    },
    /// Change the weight of a shard.
    SetWeight {
        /// Which one.
        shard: ShardId,
        /// 1 to [`MOST_WEIGHT`].
        weight: u32,
    },
    /// Change the number of virtual nodes of every shard.
    SetVirtualNodes {
        /// 1 to [`MOST_VIRTUAL_NODES`].
        virtual_nodes: u32,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A shard has joined.
    ShardAdded {
        /// Which one.
        shard: ShardId,
    },
    /// A shard has left in good order.
    ShardRemoved {
        /// Which one.
        shard: ShardId,
    },
    /// A shard has died.
    ShardCrashed {
        /// Which one.
        shard: ShardId,
        /// How many keys it held.
        lost_keys: u32,
    },
    /// A shard is back.
    ShardRestarted {
        /// Which one.
        shard: ShardId,
    },
    /// A point was placed by hand.
    PointPlaced {
        /// Whose point.
        shard: ShardId,
        /// Which of its virtual nodes.
        virtual_node: u32,
        /// Where, in 65,536ths of a turn clockwise from the top.
        turn: u16,
    },
    /// A point went back to its hash.
    PointReleased {
        /// Whose point.
        shard: ShardId,
        /// Which of its virtual nodes.
        virtual_node: u32,
    },
    /// A shard has another weight.
    WeightSet {
        /// Which one.
        shard: ShardId,
        /// Its weight now.
        weight: u32,
    },
    /// Every shard has another number of virtual nodes.
    VirtualNodesSet {
        /// How many now.
        virtual_nodes: u32,
    },
    /// The change gave keys to other shards.
    KeysMoved(Moved),
    /// The data of some keys is where it belongs.
    KeysArrived {
        /// The numbers of the keys.
        keys: Vec<u32>,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// The position of 65,536ths of a turn.
pub fn turn_to_position(turn: u16) -> u64 {
    u64::from(turn) << 48
}

/// The nearest 65,536th of a turn to a position.
pub fn position_to_turn(position: u64) -> u16 {
    ((position >> 47).wrapping_add(1) >> 1) as u16
}

/// The name of a shard: A to Z, then AA, AB, … as the columns of a spreadsheet.
pub fn shard_name(shard: ShardId) -> String {
    let mut number = u64::from(shard.0) + 1;
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'A' + (number % 26) as u8));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// At most how many points and keys a replay of these actions touches: what a server that replays
/// strangers' runs may want to bound.
pub fn replay_work(scenario: &Scenario, actions: &[(Time, Action)]) -> u64 {
    let Scenario { mut shards, mut virtual_nodes, keys, own_keys, .. } = scenario.clamped();
    let keys = if own_keys.is_empty() { keys } else { own_keys.len() as u32 };
    let mut weight = 1;
    for (_, action) in actions {
        match action {
            Action::AddShard { weight: of_new } => {
                shards = (shards + 1).min(MOST_SHARDS);
                weight = weight.max((*of_new).min(MOST_WEIGHT));
            }
            Action::SetWeight { weight: new, .. } => weight = weight.max((*new).min(MOST_WEIGHT)),
            Action::SetVirtualNodes { virtual_nodes: new } => {
                virtual_nodes = virtual_nodes.max((*new).min(MOST_VIRTUAL_NODES));
            }
            _ => {}
        }
    }
    let points = u64::from(shards) * u64::from(virtual_nodes) * u64::from(weight);
    (points + u64::from(keys)) * (actions.len() as u64 + 1)
}
