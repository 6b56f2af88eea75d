//! Two-phase commit with managers that may fail, and a backup for a coordinator that may vanish, as
//! Murat Demirbas specifies it (2PCwithBTM.tla of the TLA+ examples, with its three managers).
//!
//! A manager sees the others' states and no message travels. TLC counts a successor for every way to
//! satisfy a condition: so the ways are told apart here, too.

use playground_core::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};

/// Three managers, a coordinator and its backup.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupManager;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
    Failed,
}

/// What the managers see of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Decision {
    Open,
    Commit,
    Abort,
    /// The coordinator has vanished with it.
    Hidden,
}

/// Where a coordinator is: the original also tells apart which of two decisions it has published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    Start,
    ToCommit,
    ToAbort,
    Committed,
    Aborted,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    managers: [Manager; 3],
    /// Whether each manager's process is over.
    done: [bool; 3],
    decision: Decision,
    coordinator: Place,
    backup: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    Prepare(u8),
    Commit(u8),
    /// On its own, while it works.
    ChooseToAbort(u8),
    Abort(u8),
    /// Or nothing, if another has failed.
    Fail(u8),
    Finish(u8),
    /// The coordinator (or the backup) sees that it can commit, because of every manager this is
    /// true: it is prepared itself, or somebody has committed, namely this one.
    SeeCommit(Who, [Option<u8>; 3]),
    /// … that it can abort, because this one has aborted or failed, and nobody has committed.
    SeeAbort(Who, u8),
    Publish(Who),
    Vanish,
    /// Nothing, for ever, once all are done.
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Who {
    Coordinator,
    Backup,
}

impl State {
    fn of_manager(self, number: usize, successors: &mut Vec<(Action, State)>) {
        let (it, who) = (self.managers[number], number as u8);
        let becomes = |manager| {
            let mut next = self;
            next.managers[number] = manager;
            next
        };
        if self.done[number] {
            return;
        }
        if !matches!(it, Manager::Working | Manager::Prepared) {
            let mut next = self;
            next.done[number] = true;
            successors.push((Action::Finish(who), next));
            return;
        }
        if it == Manager::Working {
            successors.push((Action::Prepare(who), becomes(Manager::Prepared)));
            successors.push((Action::ChooseToAbort(who), becomes(Manager::Aborted)));
        }
        match self.decision {
            Decision::Commit => successors.push((Action::Commit(who), becomes(Manager::Committed))),
            Decision::Abort => successors.push((Action::Abort(who), becomes(Manager::Aborted))),
            Decision::Open | Decision::Hidden => {}
        }
        let may_fail = !self.managers.contains(&Manager::Failed);
        let after = if may_fail { becomes(Manager::Failed) } else { self };
        successors.push((Action::Fail(who), after));
    }

    fn goes_to(self, who: Who, place: Place) -> State {
        match who {
            Who::Coordinator => State { coordinator: place, ..self },
            Who::Backup => State { backup: place, ..self },
        }
    }

    /// Every way in which a decision can be seen to be possible.
    fn of_seeing(self, who: Who, successors: &mut Vec<(Action, State)>) {
        let (commit, abort) =
            (self.goes_to(who, Place::ToCommit), self.goes_to(who, Place::ToAbort));
        let having =
            |state| (0..).zip(self.managers).filter(move |it| it.1 == state).map(|it| it.0);
        let is_prepared = |number: usize| self.managers[number] == Manager::Prepared;
        let reasons = |number| {
            let itself = is_prepared(number).then_some(None);
            itself.into_iter().chain(having(Manager::Committed).map(Some))
        };
        for first in reasons(0) {
            for second in reasons(1) {
                let seen = |third| Action::SeeCommit(who, [first, second, third]);
                successors.extend(reasons(2).map(|third| (seen(third), commit)));
            }
        }
        if !self.managers.contains(&Manager::Committed) {
            let seen = having(Manager::Aborted).chain(having(Manager::Failed));
            successors.extend(seen.map(|number| (Action::SeeAbort(who, number), abort)));
        }
    }

    fn of_coordinators(self, successors: &mut Vec<(Action, State)>) {
        let published = |who, decision, place| {
            (Action::Publish(who), State { decision, ..self.goes_to(who, place) })
        };
        match self.coordinator {
            Place::Start => self.of_seeing(Who::Coordinator, successors),
            Place::ToCommit => {
                successors.push(published(Who::Coordinator, Decision::Commit, Place::Committed));
            }
            Place::ToAbort => {
                successors.push(published(Who::Coordinator, Decision::Abort, Place::Aborted));
            }
            Place::Committed | Place::Aborted => {
                let next = self.goes_to(Who::Coordinator, Place::Done);
                successors.push((Action::Vanish, State { decision: Decision::Hidden, ..next }));
            }
            Place::Done => {}
        }
        match self.backup {
            Place::Start if self.decision == Decision::Hidden => {
                self.of_seeing(Who::Backup, successors);
            }
            Place::ToCommit => {
                successors.push(published(Who::Backup, Decision::Commit, Place::Done));
            }
            Place::ToAbort => {
                successors.push(published(Who::Backup, Decision::Abort, Place::Done));
            }
            _ => {}
        }
    }
}

impl Model for BackupManager {
    const NAME: &'static str = "with_backup";
    type State = State;
    type Action = Action;

    fn initial(&mut self) -> State {
        State {
            managers: [Manager::Working; 3],
            done: [false; 3],
            decision: Decision::Open,
            coordinator: Place::Start,
            backup: Place::Start,
        }
    }

    fn successors(&mut self, state: &State, successors: &mut Vec<(Action, State)>) {
        state.of_coordinators(successors);
        for number in 0..3 {
            state.of_manager(number, successors);
        }
        if state.done == [true; 3] && [state.coordinator, state.backup] == [Place::Done; 2] {
            successors.push((Action::Rest, *state));
        }
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
                name: "somebody can fail and the others commit",
                kind: Kind::Sometimes,
                holds: |_, state| {
                    state.managers.contains(&Manager::Failed)
                        && state.managers.contains(&Manager::Committed)
                },
            },
        ]
    }
}
