//! The algorithms to choose from, by name and as values.

use super::trial::Subject;
use super::{Experiment, Placement, RingError};
use crate::consistent_hashing::hash::HashKind;
use crate::consistent_hashing::maglev::TABLE_ENTRIES;
use crate::consistent_hashing::{
    Anchor, Bounded, Jump, Maglev, Modulo, MultiProbe, Rendezvous, Ring,
};
use serde::{Deserialize, Serialize};

/// How much room [`Algorithm::Anchor`] is given, as a multiple of all shards that there ever are.
const ANCHOR_ROOM: u32 = 2;
/// How much more than its share a shard may get with [`Algorithm::Bounded`].
const CAPACITY_FACTOR: f64 = 1.25;

/// An algorithm that places keys on shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// [`Ring`], with the experiment's virtual nodes.
    Ring,
    /// [`Bounded`], with the experiment's virtual nodes and at most 1.25 times the average load.
    Bounded,
    /// [`MultiProbe`], with 21 probes.
    MultiProbe,
    /// [`Rendezvous`].
    Rendezvous,
    /// [`Jump`].
    Jump,
    /// [`Maglev`], with a table of 65,537 entries.
    Maglev,
    /// [`Anchor`], with room for twice as many shards as there ever are.
    Anchor,
    /// [`Modulo`].
    Modulo,
}

impl Algorithm {
    /// All of them: rings first, the one they are compared with last.
    pub const ALL: [Algorithm; 8] = [
        Algorithm::Ring,
        Algorithm::Bounded,
        Algorithm::MultiProbe,
        Algorithm::Rendezvous,
        Algorithm::Jump,
        Algorithm::Maglev,
        Algorithm::Anchor,
        Algorithm::Modulo,
    ];

    /// The name by which the field knows it, as [`Placement::name`].
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Ring => "Hash ring",
            Algorithm::Bounded => "Bounded loads",
            Algorithm::MultiProbe => "Multi-probe",
            Algorithm::Rendezvous => "Rendezvous",
            Algorithm::Jump => "Jump hash",
            Algorithm::Maglev => "Maglev",
            Algorithm::Anchor => "AnchorHash",
            Algorithm::Modulo => "Hash modulo n",
        }
    }

    /// The algorithm as an experiment uses it, without shards.
    ///
    /// # Errors
    /// What the algorithm refuses; nothing within the limits of an experiment
    pub fn placement(self, experiment: &Experiment) -> Result<Box<dyn Placement>, RingError> {
        Ok(self.build(&experiment.clamped())?)
    }

    /// Builds the algorithm without shards, for an experiment within the limits.
    pub(super) fn build(self, experiment: &Experiment) -> Result<Box<dyn Subject>, RingError> {
        let Experiment { virtual_nodes, hash, shards, add, .. } = *experiment;
        Ok(match self {
            Algorithm::Ring => Box::new(Ring::with_hash(virtual_nodes, hash)?),
            Algorithm::Bounded => {
                Box::new(Bounded::with_hash(virtual_nodes, CAPACITY_FACTOR, hash)?)
            }
            Algorithm::MultiProbe => Box::new(MultiProbe::new(hash)),
            Algorithm::Rendezvous => Box::new(Rendezvous::new(hash)),
            Algorithm::Jump => Box::new(Jump::new(hash)),
            Algorithm::Maglev => Box::new(Maglev::new(TABLE_ENTRIES, hash)?),
            Algorithm::Anchor => Box::new(Anchor::new(ANCHOR_ROOM * (shards + add), hash)?),
            Algorithm::Modulo => Box::new(Modulo::<HashKind>::new(hash)),
        })
    }
}
