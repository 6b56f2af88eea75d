//! Two-phase commit as Gray and Lamport specify it ("Consensus on Transaction Commit", TODS 2006;
//! TwoPhase.tla of the TLA+ examples): what it is to be compared with is published to the last state.

use playground_core::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};

/// How many resource managers there are, at most 8.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoPhase(pub u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Open,
    Commit,
    Abort,
}

/// Messages are never taken off the network, so the outcome stands for the coordinator's message
/// too, and one bit a manager for its `Prepared`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    pub managers: Vec<Manager>,
    pub outcome: Outcome,
    /// Whose `Prepared` the coordinator has received.
    pub heard: u8,
    /// Who has sent `Prepared`.
    pub sent: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    Commit,
    Abort,
    HearPrepared(u8),
    Prepare(u8),
    ChooseToAbort(u8),
    HearCommit(u8),
    HearAbort(u8),
}

impl TwoPhase {
    fn actions(self) -> impl Iterator<Item = Action> {
        let of_each = |it| {
            [
                Action::HearPrepared(it),
                Action::Prepare(it),
                Action::ChooseToAbort(it),
                Action::HearCommit(it),
                Action::HearAbort(it),
            ]
        };
        [Action::Commit, Action::Abort].into_iter().chain((0..self.0).flat_map(of_each))
    }

    fn is_possible(self, state: &State, action: Action) -> bool {
        let is_open = state.outcome == Outcome::Open;
        match action {
            Action::Commit => is_open && state.heard == u8::MAX >> (8 - self.0),
            Action::Abort => is_open,
            Action::HearPrepared(it) => is_open && state.sent & 1 << it != 0,
            Action::Prepare(it) | Action::ChooseToAbort(it) => {
                state.managers[usize::from(it)] == Manager::Working
            }
            Action::HearCommit(_) => state.outcome == Outcome::Commit,
            Action::HearAbort(_) => state.outcome == Outcome::Abort,
        }
    }
}

impl State {
    pub fn is_consistent(&self) -> bool {
        !(self.managers.contains(&Manager::Aborted) && self.managers.contains(&Manager::Committed))
    }

    pub fn have_all_committed(&self) -> bool {
        self.managers.iter().all(|it| *it == Manager::Committed)
    }

    fn after(&self, action: Action) -> State {
        let mut next = self.clone();
        match action {
            Action::Commit => next.outcome = Outcome::Commit,
            Action::Abort => next.outcome = Outcome::Abort,
            Action::HearPrepared(it) => next.heard |= 1 << it,
            Action::Prepare(it) => {
                next.managers[usize::from(it)] = Manager::Prepared;
                next.sent |= 1 << it;
            }
            Action::ChooseToAbort(it) | Action::HearAbort(it) => {
                next.managers[usize::from(it)] = Manager::Aborted;
            }
            Action::HearCommit(it) => next.managers[usize::from(it)] = Manager::Committed,
        }
        next
    }
}

impl Model for TwoPhase {
    const NAME: &'static str = "two_phase";
    type State = State;
    type Action = Action;

    fn initial(&mut self) -> State {
        let managers = vec![Manager::Working; usize::from(self.0)];
        State { managers, outcome: Outcome::Open, heard: 0, sent: 0 }
    }

    fn successors(&mut self, state: &State, successors: &mut Vec<(Action, State)>) {
        let possible = self.actions().filter(|action| self.is_possible(state, *action));
        successors.extend(possible.map(|action| (action, state.after(action))));
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody aborts what another commits",
                kind: Kind::Always,
                holds: |_, state| state.is_consistent(),
            },
            Property {
                name: "all can commit",
                kind: Kind::Sometimes,
                holds: |_, state| state.have_all_committed(),
            },
            Property {
                name: "all can abort",
                kind: Kind::Sometimes,
                holds: |_, state| state.managers.iter().all(|it| *it == Manager::Aborted),
            },
        ]
    }
}
