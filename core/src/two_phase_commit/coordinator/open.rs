//! What a coordinator remembers of a transaction until it has ended.

use super::super::{Branch, Work};
use crate::sim::{NodeId, Span};

/// A transaction that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Open {
    /// The client's number of it; none after a restart, which no client's connection survives.
    pub(super) request: Option<u64>,
    pub(super) branches: Vec<Branch>,
    pub(super) phase: Phase,
    /// How long to wait before whoever has not answered is asked again.
    pub(super) delay: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Phase {
    /// Waiting for votes.
    Voting { missing: Vec<NodeId>, yes: Vec<NodeId> },
    /// Waiting for the only participant, which decides.
    Delegated,
    /// Decided to commit; waiting for acknowledgements.
    Committing { missing: Vec<NodeId> },
}

/// Those who change something, and so have to hear of the decision.
pub(super) fn takers(branches: &[Branch]) -> Vec<NodeId> {
    let takers = branches.iter().filter(|branch| matches!(branch.work, Work::Take { .. }));
    takers.map(|branch| branch.node).collect()
}

pub(super) fn is_decided(open: &Open) -> bool {
    matches!(open.phase, Phase::Committing { .. })
}
