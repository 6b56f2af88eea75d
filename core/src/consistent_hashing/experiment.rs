//! An experiment: the same keys on every algorithm, before and after shards leave and others join.
//!
//! Keys `key-0`, `key-1`, … are placed on shards `shard-0`, `shard-1`, … Then some shards leave, chosen by
//! a seed, and as many as one likes join. What is counted is how many keys move each time, how many could
//! not but move, and how evenly the shards are loaded. The keys are hashed once for all algorithms.

mod algorithm;
mod load;
mod trial;

pub use algorithm::Algorithm;
pub use load::{Bin, Load};

use super::hash::{HashKind, KeyHash};
use super::placement::Placement;
use super::ring::{RingError, ShardId};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use trial::Trial;

/// The most shards of an experiment, those that join apart.
pub const MOST_SHARDS: u32 = 10_000;
/// The most virtual nodes of a shard.
pub const MOST_VIRTUAL_NODES: u32 = 1_000;
/// The most keys of an experiment.
pub const MOST_KEYS: u32 = 1_000_000;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// How many shards there are at the start, 1 to [`MOST_SHARDS`].
    pub shards: u32,
    /// How many points each of them has on a ring, 1 to [`MOST_VIRTUAL_NODES`].
    pub virtual_nodes: u32,
    /// What places keys and shards.
    pub hash: HashKind,
    /// How many keys, up to [`MOST_KEYS`].
    pub keys: u32,
    /// How many shards leave; at least one stays.
    pub remove: u32,
    /// How many shards join after that, up to [`MOST_SHARDS`].
    pub add: u32,
    /// Chooses those that leave: the same ones whatever the algorithm, except where only the last can go.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which algorithm placed the keys.
    pub algorithm: Algorithm,
    /// What was done.
    pub experiment: Experiment,
    /// The load at the start.
    pub load: Load,
    /// How much memory the tables took at the start, in bytes.
    pub table_bytes: u64,
    /// Shards leave.
    pub removal: Change,
    /// Others join.
    pub addition: Change,
}

/// One change of the shards and what it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The shards that left or joined.
    pub shards: Vec<ShardId>,
    /// How many keys have another shard than before.
    pub moved: u32,
    /// The same in percent of all keys; 0 without keys.
    pub moved_percent: f64,
    /// How many of them had to: those whose shard has left, or that are now on one that has joined. An
    /// algorithm that moves no others moves the least that its new loads allow.
    pub necessary: u32,
    /// The same in percent of all keys; 0 without keys.
    pub necessary_percent: f64,
    /// The share of all shards that left or joined, in percent: what has to move if loads are even.
    pub expected_percent: f64,
    /// The load afterwards.
    pub load: Load,
    /// How much memory the tables take afterwards, in bytes.
    pub table_bytes: u64,
}

/// The keys of an experiment, hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    hash: HashKind,
    positions: Vec<u64>,
}

impl Keys {
    /// The hashes of `key-0`, `key-1`, …
    pub fn positions(&self) -> &[u64] {
        &self.positions
    }

    /// The keys themselves, in the same order.
    fn names(&self) -> impl Iterator<Item = String> {
        (0..self.positions.len()).map(|number| format!("key-{number}"))
    }
}

fn shard_names(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("shard-{number}")).collect()
}

impl Experiment {
    /// The experiment of the classical write-ups: 10,000 keys on 1,000 shards of 3 virtual nodes each,
    /// placed by MD5; 50 shards leave and 50 others join.
    pub const fn reference(seed: u64) -> Self {
        Experiment {
            shards: 1_000,
            virtual_nodes: 3,
            hash: HashKind::Md5,
            keys: 10_000,
            remove: 50,
            add: 50,
            seed,
        }
    }

    /// The nearest experiment within the limits, which is the one that is done.
    pub fn clamped(&self) -> Self {
        let shards = self.shards.clamp(1, MOST_SHARDS);
        Experiment {
            shards,
            virtual_nodes: self.virtual_nodes.clamp(1, MOST_VIRTUAL_NODES),
            keys: self.keys.min(MOST_KEYS),
            remove: self.remove.min(shards - 1),
            add: self.add.min(MOST_SHARDS),
            ..*self
        }
    }

    /// The keys, hashed: worth keeping for more than one algorithm or seed.
    pub fn keys(&self) -> Keys {
        let count = self.clamped().keys;
        let mut name = String::new();
        let mut position = |number: u32| {
            name.clear();
            // Writing into a string cannot fail.
            let _ = write!(name, "key-{number}");
            self.hash.position(name.as_bytes())
        };
        Keys { hash: self.hash, positions: (0..count).map(&mut position).collect() }
    }

    /// Does it with one algorithm.
    ///
    /// # Errors
    /// As [`Experiment::run_with_seeds`]
    pub fn run(&self, algorithm: Algorithm) -> Result<Outcome, RingError> {
        self.run_on(algorithm, &self.keys())
    }

    /// Does it with all algorithms, in the order of [`Algorithm::ALL`].
    ///
    /// # Errors
    /// As [`Experiment::run_with_seeds`]
    pub fn run_all(&self) -> Result<Vec<Outcome>, RingError> {
        let keys = self.keys();
        Algorithm::ALL.iter().map(|algorithm| self.run_on(*algorithm, &keys)).collect()
    }

    /// Does it with one algorithm and keys that are hashed already; those of another experiment are
    /// hashed anew if need be.
    ///
    /// # Errors
    /// As [`Experiment::run_with_seeds`]
    pub fn run_on(&self, algorithm: Algorithm, keys: &Keys) -> Result<Outcome, RingError> {
        let mut outcomes = self.run_with_seeds(algorithm, keys, [self.seed])?;
        outcomes.pop().ok_or(RingError::Empty)
    }

    /// Does it once for each seed, with one algorithm; the keys are placed at the start only once.
    ///
    /// # Errors
    /// What the algorithm refuses: [`RingError::TooManyShards`] by Maglev, whose table has
    /// [`TABLE_ENTRIES`](super::maglev::TABLE_ENTRIES)
    pub fn run_with_seeds(
        &self,
        algorithm: Algorithm,
        keys: &Keys,
        seeds: impl IntoIterator<Item = u64>,
    ) -> Result<Vec<Outcome>, RingError> {
        let experiment = self.clamped();
        let own_keys;
        let keys =
            if (keys.hash, keys.positions.len()) == (experiment.hash, experiment.keys as usize) {
                keys
            } else {
                own_keys = self.keys();
                &own_keys
            };
        let trial = Trial::new(algorithm, experiment, algorithm.build(&experiment)?, keys)?;
        seeds.into_iter().map(|seed| trial.run(seed)).collect()
    }
}
