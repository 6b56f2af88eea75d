//! What can happen in a check of leasing, and how it is said in words.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a worker asks of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// A number.
    Acquire,
    /// To keep what it has of this epoch.
    Renew {
        /// The epoch.
        epoch: u64,
    },
    /// To be rid of it.
    Release {
        /// The epoch.
        epoch: u64,
        /// The latest stamp; 0 if there was none.
        last_ms: u8,
    },
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckAction {
    /// A worker starts, or dies and starts again.
    Start {
        /// Which one.
        worker: u8,
    },
    /// A worker stops, and gives back what it has.
    Stop {
        /// Which one.
        worker: u8,
    },
    /// A worker asks for a number, or to keep its own.
    Ask {
        /// Which one.
        worker: u8,
    },
    /// The registry handles a request.
    Handle {
        /// Whose.
        worker: u8,
        /// Of which start.
        start: u8,
        /// What it says.
        request: Request,
        /// What the registry's clock shows.
        now_ms: u8,
    },
    /// The registry's disk has written.
    Write,
    /// The registry dies and starts again.
    RestartRegistry,
    /// An operator declares the holder dead.
    Revoke,
    /// A worker takes note of an answer.
    Hear {
        /// Which one.
        worker: u8,
    },
    /// A worker makes the first ID of a millisecond.
    Make {
        /// Which one.
        worker: u8,
        /// What its clock shows.
        stamp_ms: u8,
    },
}

impl fmt::Display for CheckAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            CheckAction::Start { worker } => write!(f, "worker {worker} starts"),
            CheckAction::Stop { worker } => write!(f, "worker {worker} stops"),
            CheckAction::Ask { worker } => write!(f, "worker {worker} asks the registry"),
            CheckAction::Handle { worker, start, request, now_ms } => match request {
                Request::Acquire => write!(
                    f,
                    "the registry, at {now_ms} ms, hears start {start} of worker {worker} ask for the number"
                ),
                Request::Renew { epoch } => write!(
                    f,
                    "the registry, at {now_ms} ms, hears somebody renew the lease of epoch {epoch}"
                ),
                Request::Release { epoch, last_ms } => write!(
                    f,
                    "the registry hears that epoch {epoch} was given back, its last ID of {last_ms} ms"
                ),
            },
            CheckAction::Write => f.write_str("the registry has written it"),
            CheckAction::RestartRegistry => f.write_str("the registry dies and starts again"),
            CheckAction::Revoke => f.write_str("an operator declares the holder dead"),
            CheckAction::Hear { worker } => write!(f, "worker {worker} hears the answer"),
            CheckAction::Make { worker, stamp_ms } => {
                write!(f, "worker {worker} makes an ID of {stamp_ms} ms")
            }
        }
    }
}
