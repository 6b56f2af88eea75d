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
    managers: Vec<Manager>,
    outcome: Outcome,
    /// Whose `Prepared` the coordinator has received.
    heard: u8,
    /// Who has sent `Prepared`.
    sent: u8,
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

impl Model for TwoPhase {
    const NAME: &'static str = "two_phase";
    type State = State;
    type Action = Action;

    fn initial(&self) -> State {
        let managers = vec![Manager::Working; usize::from(self.0)];
        State { managers, outcome: Outcome::Open, heard: 0, sent: 0 }
    }

    fn actions(&self, _state: &State, actions: &mut Vec<Action>) {
        actions.extend([Action::Commit, Action::Abort]);
        for it in 0..self.0 {
            actions.extend([Action::HearPrepared(it), Action::Prepare(it)]);
            actions.extend([
                Action::ChooseToAbort(it),
                Action::HearCommit(it),
                Action::HearAbort(it),
            ]);
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut next = state.clone();
        let is_open = state.outcome == Outcome::Open;
        let works = |it: u8| state.managers[usize::from(it)] == Manager::Working;
        let possible = match *action {
            Action::Commit => {
                next.outcome = Outcome::Commit;
                is_open && state.heard == u8::MAX >> (8 - self.0)
            }
            Action::Abort => {
                next.outcome = Outcome::Abort;
                is_open
            }
            Action::HearPrepared(it) => {
                next.heard |= 1 << it;
                is_open && state.sent & 1 << it != 0
            }
            Action::Prepare(it) => {
                next.managers[usize::from(it)] = Manager::Prepared;
                next.sent |= 1 << it;
                works(it)
            }
            Action::ChooseToAbort(it) => {
                next.managers[usize::from(it)] = Manager::Aborted;
                works(it)
            }
            Action::HearCommit(it) => {
                next.managers[usize::from(it)] = Manager::Committed;
                state.outcome == Outcome::Commit
            }
            Action::HearAbort(it) => {
                next.managers[usize::from(it)] = Manager::Aborted;
                state.outcome == Outcome::Abort
            }
        };
        possible.then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody aborts what another commits",
                kind: Kind::Always,
                holds: |_, state| {
                    !(state.managers.contains(&Manager::Aborted)
                        && state.managers.contains(&Manager::Committed))
                },
            },
            Property {
                name: "all can commit",
                kind: Kind::Sometimes,
                holds: |_, state| state.managers.iter().all(|it| *it == Manager::Committed),
            },
            Property {
                name: "all can abort",
                kind: Kind::Sometimes,
                holds: |_, state| state.managers.iter().all(|it| *it == Manager::Aborted),
            },
        ]
    }
}
