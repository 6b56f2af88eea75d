//! What the server and a process that counts for it tell each other, a line of JSON each: orders on its standard
//! input, reports on its standard output.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::race::Counted;
use serde::{Deserialize, Serialize};

/// What the server says.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// The first: count what comes to this worker.
    Count {
        /// What is counted.
        job: Job,
        /// Which worker the process is.
        worker: u32,
    },
    /// The answer to [`Report::Take`]: the piece.
    Taken(u32),
}

/// What a process says.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    /// The first: it has started.
    Ready,
    /// It asks for a piece, and waits for the answer.
    Take,
    /// It has counted something, from one moment to another, in microseconds since it got its order.
    Counted {
        /// What.
        counted: Counted,
        /// When it began.
        from_us: u64,
        /// When it ended.
        until_us: u64,
    },
    /// The last: nothing is left to do for it.
    Done,
}
