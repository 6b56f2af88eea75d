//! The teams: which kind each of them is.

use super::protocol::{TeamJob, TeamKind};
use playground_core::blocking_queue::team::QueueTeam;
use playground_core::multi_threading::team::{LostUpdates, PrimesTeam};

impl TeamJob for PrimesTeam {
    const KIND: TeamKind = TeamKind::Primes;
}

impl TeamJob for LostUpdates {
    const KIND: TeamKind = TeamKind::LostUpdates;
}

impl TeamJob for QueueTeam {
    const KIND: TeamKind = TeamKind::Queue;
}
