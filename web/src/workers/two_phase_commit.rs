//! A job: to visit every run of one transaction.

use super::clock::now_ms;
use super::protocol::{Job, Kind, Work};
use playground_core::sim::Progress;
use playground_core::two_phase_commit::{Check, CheckSearch, Finding};
use serde::{Deserialize, Serialize};

/// How far a check is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The numbers.
    pub progress: Progress,
    /// What is known about each property, in their order; none if that is what the answer before this
    /// one said.
    pub findings: Option<Vec<Finding>>,
    /// How long the search itself has taken, in milliseconds, without the start of the worker.
    pub took_ms: f64,
}

impl Job for Check {
    const KIND: Kind = Kind::TwoPhaseCommit;
    type Answer = Checked;
    type Work = Checking;

    fn begin(self) -> Checking {
        Checking { search: CheckSearch::new(self), is_over: false, told: None, took_ms: 0.0 }
    }
}

/// A check under way.
pub struct Checking {
    search: CheckSearch,
    is_over: bool,
    /// Whether it was over, and how many properties had been decided, when the findings were told last.
    told: Option<(bool, usize)>,
    took_ms: f64,
}

impl Work for Checking {
    type Answer = Checked;

    fn advance(&mut self, states: usize) -> bool {
        let begun_ms = now_ms();
        self.is_over = !self.search.expand(states);
        self.took_ms += now_ms() - begun_ms;
        !self.is_over
    }

    fn answer(&mut self) -> Checked {
        let progress = self.search.progress();
        let known = Some((self.is_over, progress.decided));
        // A finding holds a whole run, so it is worth telling only when it is news.
        let findings = (self.told != known).then(|| self.search.findings());
        self.told = known;
        Checked { progress, findings, took_ms: self.took_ms }
    }
}
