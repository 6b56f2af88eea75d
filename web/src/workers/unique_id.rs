//! A job: a million rows into an index, in one order after the other.

use super::clock::now_ms;
use super::protocol::{Job, Kind, Work};
use playground_core::unique_id::million::{Million, Plan, Standing};
use serde::{Deserialize, Serialize};

/// How far the rows are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inserted {
    /// How the orders stand.
    pub standing: Standing,
    /// How long the inserting itself has taken, in milliseconds, without the start of the worker.
    pub took_ms: f64,
}

impl Job for Plan {
    const KIND: Kind = Kind::UniqueId;
    type Answer = Inserted;
    type Work = Inserting;

    fn begin(self) -> Inserting {
        Inserting { million: Million::new(&self), took_ms: 0.0 }
    }
}

/// Rows on their way into an index.
pub struct Inserting {
    million: Million,
    took_ms: f64,
}

impl Work for Inserting {
    type Answer = Inserted;

    fn advance(&mut self, rows: usize) -> bool {
        let begun_ms = now_ms();
        let is_under_way = self.million.advance(rows as u64);
        self.took_ms += now_ms() - begun_ms;
        is_under_way
    }

    fn answer(&mut self) -> Inserted {
        Inserted { standing: self.million.standing(), took_ms: self.took_ms }
    }
}
