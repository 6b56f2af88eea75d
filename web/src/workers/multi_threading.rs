//! Two jobs: to visit every interleaving of a tiny program, and to run one many times over.

use super::clock::now_ms;
use super::protocol::{Job, Kind, Work};
use playground_core::multi_threading::many::{ManyRuns, ManyStanding, Plan};
use playground_core::multi_threading::{CalmestRun, Check, CheckSearch, Finding, Interleavings};
use playground_core::sim::Progress;
use serde::{Deserialize, Serialize};

/// How far a search of all interleavings is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interleaved {
    /// How many states have been visited.
    pub progress: Progress,
    /// Whether all have been, and the interleavings are being counted.
    pub is_counting: bool,
    /// What is known about each promise, in their order.
    pub findings: Vec<Finding>,
    /// How many interleavings there are; none before they have been counted.
    pub interleavings: Option<Interleavings>,
    /// The run that breaks a promise with the fewest preemptions, if one does and they have been counted.
    pub calmest: Option<CalmestRun>,
    /// How long the search itself has taken, in milliseconds, without the start of the worker.
    pub took_ms: f64,
}

impl Job for Check {
    const KIND: Kind = Kind::MultiThreading;
    type Answer = Interleaved;
    type Work = Interleaving;

    fn begin(self) -> Interleaving {
        Interleaving { search: CheckSearch::new(self), took_ms: 0.0 }
    }
}

/// A search under way.
pub struct Interleaving {
    search: CheckSearch,
    took_ms: f64,
}

impl Work for Interleaving {
    type Answer = Interleaved;

    fn advance(&mut self, states: usize) -> bool {
        let begun_ms = now_ms();
        let is_under_way = self.search.expand(states);
        self.took_ms += now_ms() - begun_ms;
        is_under_way
    }

    fn answer(&mut self) -> Interleaved {
        Interleaved {
            progress: self.search.progress(),
            is_counting: self.search.is_counting(),
            findings: self.search.findings(),
            interleavings: self.search.interleavings(),
            calmest: self.search.calmest(),
            took_ms: self.took_ms,
        }
    }
}

/// How far many runs are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ran {
    /// What has come of them.
    pub standing: ManyStanding,
    /// How long they have taken, in milliseconds, without the start of the worker.
    pub took_ms: f64,
}

impl Job for Plan {
    const KIND: Kind = Kind::MultiThreadingRuns;
    type Answer = Ran;
    type Work = Running;

    fn begin(self) -> Running {
        Running { runs: ManyRuns::new(&self), took_ms: 0.0 }
    }
}

/// Runs under way.
pub struct Running {
    runs: ManyRuns,
    took_ms: f64,
}

impl Work for Running {
    type Answer = Ran;

    fn advance(&mut self, units: usize) -> bool {
        let begun_ms = now_ms();
        let is_under_way = self.runs.advance(units);
        self.took_ms += now_ms() - begun_ms;
        is_under_way
    }

    fn answer(&mut self) -> Ran {
        Ran { standing: self.runs.standing(), took_ms: self.took_ms }
    }
}
