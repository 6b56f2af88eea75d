//! Paxos Commit as Gray and Lamport specify it ("Consensus on Transaction Commit", TODS 2006;
//! PaxosCommit.tla of the TLA+ examples, with its two managers, three acceptors and ballots 0 and 1).
//!
//! Each manager's vote is an instance of Paxos. TLC counts a successor for every way to satisfy a
//! condition: so the majorities by which a leader may learn of something are told apart here, too.

use playground_core::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};

/// Two managers, three acceptors, two ballots.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaxosCommit;

const MANAGERS: usize = 2;
const ACCEPTORS: u8 = 3;
/// The acceptors of each majority, one bit each.
const MAJORITIES: [u8; 3] = [0b011, 0b101, 0b110];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
}

/// A manager and the instance of Paxos that agrees on its vote. Sets and lists are bits, so that a
/// state is a few small numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Instance {
    manager: Manager,
    /// What each acceptor has accepted, four bits each: 0 nothing, or else a proposal and one.
    accepted: u16,
    /// What each acceptor had accepted when it told the leader that it has joined ballot 1, four bits
    /// each: 0 if it has not told, or else the same as above and one.
    told: u16,
    /// Who has said that it has accepted a proposal, one bit an acceptor and four bits a proposal.
    reported: u16,
    /// The proposals sent, one bit each.
    proposed: u8,
    /// Who has joined ballot 1, one bit an acceptor.
    joined: u8,
    /// Whether the leader has opened ballot 1.
    is_opened: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    instances: [Instance; MANAGERS],
    /// Whether a leader has sent the outcome, one bit a value.
    decided: u8,
}

/// The value of a proposal, whose number is this and twice its ballot.
const PREPARED: u8 = 0;
const ABORTED: u8 = 1;
/// The proposals of ballot 1.
const OF_BALLOT_1: u8 = 0b1100;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    Prepare(u8),
    ChooseToAbort(u8),
    HearCommit(u8),
    HearAbort(u8),
    OpenBallot(u8),
    /// The leader proposes in ballot 1 what this majority lets it propose.
    Propose(u8, u8),
    /// For each manager the ballot and majority by which its `prepared` is known to be chosen.
    Commit([(u8, u8); MANAGERS]),
    /// The manager, ballot and majority by which an `aborted` is known to be chosen.
    Abort(u8, u8, u8),
    /// An acceptor joins ballot 1 of an instance.
    Join(u8, u8),
    /// An acceptor accepts a proposal of an instance.
    Accept(u8, u8, u8),
}

impl Instance {
    /// The ballots and majorities by which a value is known to be chosen.
    fn chosen(self, value: u8) -> impl Iterator<Item = (u8, u8)> {
        let by_ballot = [0, 1].into_iter().flat_map(|ballot| MAJORITIES.map(|it| (ballot, it)));
        by_ballot.filter(move |(ballot, majority)| {
            let reported = (self.reported >> (4 * (2 * ballot + value))) as u8;
            reported & majority == *majority
        })
    }

    /// What the leader has to propose in ballot 1 after it has heard from a majority; none before.
    fn safe_value(self, majority: u8) -> Option<u8> {
        let mut value = ABORTED;
        for acceptor in (0..ACCEPTORS).filter(|acceptor| majority & 1 << acceptor != 0) {
            match self.told >> (4 * acceptor) & 0xf {
                0 => return None,
                1 => {}
                // In ballot 0 there is one proposal, so nobody else has told of another.
                accepted => value = (accepted - 2) as u8,
            }
        }
        Some(value)
    }
}

impl State {
    fn with(self, number: usize, instance: Instance) -> State {
        let mut next = self;
        next.instances[number] = instance;
        next
    }

    fn of_manager(self, number: usize, successors: &mut Vec<(Action, State)>) {
        let (it, who) = (self.instances[number], number as u8);
        let becomes = |manager, proposed| {
            self.with(number, Instance { manager, proposed: it.proposed | proposed, ..it })
        };
        if it.manager == Manager::Working {
            successors.push((Action::Prepare(who), becomes(Manager::Prepared, 1 << PREPARED)));
            successors.push((Action::ChooseToAbort(who), becomes(Manager::Aborted, 1 << ABORTED)));
        }
        if self.decided & 1 << PREPARED != 0 {
            successors.push((Action::HearCommit(who), becomes(Manager::Committed, 0)));
        }
        if self.decided & 1 << ABORTED != 0 {
            successors.push((Action::HearAbort(who), becomes(Manager::Aborted, 0)));
        }
    }

    fn of_leader(self, number: usize, successors: &mut Vec<(Action, State)>) {
        let (it, who) = (self.instances[number], number as u8);
        let opened = self.with(number, Instance { is_opened: true, ..it });
        successors.push((Action::OpenBallot(who), opened));
        if it.proposed & OF_BALLOT_1 != 0 {
            return;
        }
        for majority in MAJORITIES {
            if let Some(value) = it.safe_value(majority) {
                let proposed = it.proposed | 1 << (2 + value);
                let next = self.with(number, Instance { proposed, ..it });
                successors.push((Action::Propose(who, majority), next));
            }
        }
    }

    fn of_decision(self, successors: &mut Vec<(Action, State)>) {
        let [first, second] = self.instances;
        let commit = State { decided: self.decided | 1 << PREPARED, ..self };
        for of_first in first.chosen(PREPARED) {
            for of_second in second.chosen(PREPARED) {
                successors.push((Action::Commit([of_first, of_second]), commit));
            }
        }
        let abort = State { decided: self.decided | 1 << ABORTED, ..self };
        for (manager, instance) in (0..).zip(self.instances) {
            for (ballot, majority) in instance.chosen(ABORTED) {
                successors.push((Action::Abort(manager, ballot, majority), abort));
            }
        }
    }

    fn of_acceptor(self, acceptor: u8, number: usize, successors: &mut Vec<(Action, State)>) {
        let (it, who) = (self.instances[number], number as u8);
        let (bit, place) = (1 << acceptor, 4 * acceptor);
        let has_joined = it.joined & bit != 0;
        if it.is_opened && !has_joined {
            let told = it.told | ((it.accepted >> place & 0xf) + 1) << place;
            let next = self.with(number, Instance { joined: it.joined | bit, told, ..it });
            successors.push((Action::Join(acceptor, who), next));
        }
        for proposal in 0..4 {
            let is_of_ballot_1 = OF_BALLOT_1 & 1 << proposal != 0;
            if it.proposed & 1 << proposal == 0 || has_joined && !is_of_ballot_1 {
                continue;
            }
            let next = Instance {
                accepted: it.accepted & !(0xf << place) | u16::from(proposal + 1) << place,
                reported: it.reported | u16::from(bit) << (4 * proposal),
                joined: if is_of_ballot_1 { it.joined | bit } else { it.joined },
                ..it
            };
            successors.push((Action::Accept(acceptor, who, proposal), self.with(number, next)));
        }
    }
}

impl Model for PaxosCommit {
    const NAME: &'static str = "paxos_commit";
    type State = State;
    type Action = Action;

    fn initial(&mut self) -> State {
        let instance = Instance {
            manager: Manager::Working,
            accepted: 0,
            told: 0,
            reported: 0,
            proposed: 0,
            joined: 0,
            is_opened: false,
        };
        State { instances: [instance; MANAGERS], decided: 0 }
    }

    fn successors(&mut self, state: &State, successors: &mut Vec<(Action, State)>) {
        state.of_decision(successors);
        for manager in 0..MANAGERS {
            state.of_manager(manager, successors);
            state.of_leader(manager, successors);
            for acceptor in 0..ACCEPTORS {
                state.of_acceptor(acceptor, manager, successors);
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody aborts what another commits",
                kind: Kind::Always,
                holds: |_, state| {
                    let managers = state.instances.map(|it| it.manager);
                    !(managers.contains(&Manager::Aborted)
                        && managers.contains(&Manager::Committed))
                },
            },
            Property {
                name: "all can commit",
                kind: Kind::Sometimes,
                holds: |_, state| state.instances.iter().all(|it| it.manager == Manager::Committed),
            },
        ]
    }
}
