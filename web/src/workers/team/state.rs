//! How a team stands.

use crate::workers::WorkerFailure;

/// How a team stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamState {
    /// Nothing was asked for yet.
    Idle,
    /// Its workers are being started.
    Starting {
        /// How many are ready.
        ready: usize,
        /// How many there will be.
        of: usize,
        /// Whether it takes unusually long.
        is_slow: bool,
    },
    /// All are at work.
    Running,
    /// They were told to go home, and have not gone yet.
    Stopping,
    /// Everybody has done their part.
    Done,
    /// It was stopped before that, or had to make room for another team.
    Stopped,
    /// There will be nothing more.
    Failed(WorkerFailure),
    /// Nothing can be shared here, and it is about sharing; why.
    NotIsolated(&'static str),
}

impl TeamState {
    /// Whether something is under way.
    pub fn is_under_way(&self) -> bool {
        matches!(self, TeamState::Starting { .. } | TeamState::Running | TeamState::Stopping)
    }

    /// In one word, for tests to look for.
    pub fn word(&self) -> &'static str {
        match self {
            TeamState::Idle => "idle",
            TeamState::Starting { .. } => "starting",
            TeamState::Running => "running",
            TeamState::Stopping => "stopping",
            TeamState::Done => "done",
            TeamState::Stopped => "stopped",
            TeamState::Failed(_) => "failed",
            TeamState::NotIsolated(_) => "not-isolated",
        }
    }
}
