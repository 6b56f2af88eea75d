//! A job: all policies of eviction over the same requests.

use super::clock::now_ms;
use super::protocol::{Job, Kind, Work};
use playground_core::cdn::race::{Frame, Race};
use playground_core::cdn::workload::Workload;
use serde::{Deserialize, Serialize};

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaceJob {
    /// What is asked for.
    pub workload: Workload,
    /// What each cache may hold, in bytes.
    pub capacity_bytes: u64,
    /// After how many requests it ends.
    pub requests: u64,
}

/// How far a race is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raced {
    /// How the policies stand.
    pub frame: Frame,
    /// How long the race itself has taken, in milliseconds, without the start of the worker.
    pub took_ms: f64,
}

impl Job for RaceJob {
    const KIND: Kind = Kind::Cdn;
    type Answer = Raced;
    type Work = Racing;

    fn begin(self) -> Racing {
        let race = Race::new(&self.workload, self.capacity_bytes);
        Racing { race, requests: self.requests, took_ms: 0.0 }
    }
}

/// A race under way.
pub struct Racing {
    race: Race,
    requests: u64,
    took_ms: f64,
}

impl Work for Racing {
    type Answer = Raced;

    fn advance(&mut self, requests: usize) -> bool {
        let begun_ms = now_ms();
        let left = self.requests.saturating_sub(self.race.requests());
        self.race.step(left.min(requests as u64));
        self.took_ms += now_ms() - begun_ms;
        self.race.requests() < self.requests
    }

    fn answer(&mut self) -> Raced {
        Raced { frame: self.race.frame(), took_ms: self.took_ms }
    }
}
