//! Hit ratios at several capacities: how much a larger cache would gain.

use super::{Policy, Race, Tally};
use crate::cdn::workload::Workload;
use serde::{Deserialize, Serialize};

/// A race for every capacity, all over the same requests.
#[derive(Clone, Debug)]
pub struct Curves {
    races: Vec<Race>,
}

/// One policy's curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Curve {
    /// Whose it is.
    pub policy: Policy,
    /// Capacities in bytes, each with what was reached with it.
    pub points: Vec<(u64, Tally)>,
}

impl Curves {
    /// All policies at the start, with each of these capacities, in bytes.
    pub fn new(workload: &Workload, capacities_bytes: &[u64]) -> Self {
        let requests = workload.requests();
        let race = |&bytes: &u64| Race::between(&Policy::ALL, requests.clone(), bytes);
        Curves { races: capacities_bytes.iter().map(race).collect() }
    }

    /// Lets all of them serve so many requests more.
    pub fn step(&mut self, requests: u64) {
        self.races.iter_mut().for_each(|race| race.step(requests));
    }

    /// The curves as they stand, in the order of [`Policy::ALL`].
    pub fn curves(&self) -> Vec<Curve> {
        let curve = |policy: Policy| {
            let point = |race: &Race| Some((race.capacity_bytes, race.total(policy)?));
            Curve { policy, points: self.races.iter().filter_map(point).collect() }
        };
        Policy::ALL.into_iter().map(curve).collect()
    }
}
