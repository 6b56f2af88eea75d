//! Small published models, and broken ones beside them, whose states can be counted by hand.

use playground_core::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};

/// The water jugs of "Die Hard 3" (DieHard.tla of the TLA+ examples): 3 and 5 gallons, and exactly 4
/// are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DieHard;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Pour {
    FillSmall,
    FillBig,
    EmptySmall,
    EmptyBig,
    SmallToBig,
    BigToSmall,
}

impl Model for DieHard {
    const NAME: &'static str = "die_hard";
    /// The small jug and the big one.
    type State = (u8, u8);
    type Action = Pour;

    fn initial(&mut self) -> (u8, u8) {
        (0, 0)
    }

    fn successors(&mut self, &(small, big): &(u8, u8), successors: &mut Vec<(Pour, (u8, u8))>) {
        let to_big = small.min(5 - big);
        let to_small = big.min(3 - small);
        successors.extend([
            (Pour::FillSmall, (3, big)),
            (Pour::FillBig, (small, 5)),
            (Pour::EmptySmall, (0, big)),
            (Pour::EmptyBig, (small, 0)),
            (Pour::SmallToBig, (small - to_big, big + to_big)),
            (Pour::BigToSmall, (small + to_small, big - to_small)),
        ]);
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "the big jug never holds 4",
                kind: Kind::Always,
                holds: |_, (_, big)| *big != 4,
            },
            Property {
                name: "the big jug can hold 4",
                kind: Kind::Sometimes,
                holds: |_, (_, big)| *big == 4,
            },
            Property {
                name: "both jugs can be half full",
                kind: Kind::Sometimes,
                holds: |_, (small, big)| (1..3).contains(small) && (1..5).contains(big),
            },
            Property {
                name: "no jug overflows",
                kind: Kind::Always,
                holds: |_, (small, big)| *small <= 3 && *big <= 5,
            },
            Property {
                name: "it is never over",
                kind: Kind::EventuallyAtRest,
                holds: |_, _| false,
            },
        ]
    }
}

/// Peterson's lock for two ("Myths about the mutual exclusion problem", 1981): raise your flag, give
/// way, and wait until the other has lowered its flag or given way in turn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peterson {
    /// The famous mistake: first give way, then raise the flag.
    pub gives_way_first: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contest {
    flags: [bool; 2],
    /// Who goes first if both want to.
    turn: u8,
    /// 0 outside, 1 between its two writes, 2 waiting, 3 inside.
    places: [u8; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proceed(pub u8);

impl Peterson {
    fn next(self, state: &Contest, who: u8) -> Option<Contest> {
        let (me, other) = (usize::from(who), usize::from(1 - who));
        let mut next = state.clone();
        match (state.places[me], self.gives_way_first) {
            (0, false) | (1, true) => next.flags[me] = true,
            (1, false) | (0, true) => next.turn = 1 - who,
            (2, _) if state.flags[other] && state.turn != who => return None,
            (2, _) => {}
            _ => next.flags[me] = false,
        }
        next.places[me] = (state.places[me] + 1) % 4;
        Some(next)
    }
}

impl Model for Peterson {
    const NAME: &'static str = "peterson";
    type State = Contest;
    type Action = Proceed;

    fn initial(&mut self) -> Contest {
        Contest::default()
    }

    fn successors(&mut self, state: &Contest, successors: &mut Vec<(Proceed, Contest)>) {
        let next = |who| Some((Proceed(who), self.next(state, who)?));
        successors.extend([0, 1].into_iter().filter_map(next));
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "at most one is inside",
                kind: Kind::Always,
                holds: |_, state| state.places != [3, 3],
            },
            Property {
                name: "the second can get inside",
                kind: Kind::Sometimes,
                holds: |_, state| state.places[1] == 3,
            },
            Property { name: "nobody is stuck", kind: Kind::EventuallyAtRest, holds: |_, _| false },
        ]
    }
}

/// Two that take two locks, one after the other, and then let go of both.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoLocks {
    /// Whether the second takes them in the opposite order.
    pub opposite: bool,
}

impl TwoLocks {
    /// Which locks somebody holds: 0 none, 1 the first of its own, 2 both, 3 done and none.
    fn holds(self, who: usize, place: u8) -> [bool; 2] {
        let first = if self.opposite { who } else { 0 };
        let mut held = [place == 2; 2];
        held[first] |= place == 1;
        held
    }
}

impl Model for TwoLocks {
    const NAME: &'static str = "two_locks";
    type State = [u8; 2];
    type Action = Proceed;

    fn initial(&mut self) -> [u8; 2] {
        [0, 0]
    }

    fn successors(&mut self, state: &[u8; 2], successors: &mut Vec<(Proceed, [u8; 2])>) {
        for (me, other) in [(0, 1), (1, 0)] {
            if state[me] == 3 {
                continue;
            }
            let mut next = *state;
            next[me] += 1;
            let mine = self.holds(me, next[me]);
            let theirs = self.holds(other, state[other]);
            if (0..2).all(|lock| !(mine[lock] && theirs[lock])) {
                successors.push((Proceed(me as u8), next));
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property {
            name: "in the end both are done",
            kind: Kind::EventuallyAtRest,
            holds: |_, state| *state == [3, 3],
        }]
    }
}

/// Transaction commit (TCommit.tla of the TLA+ examples): what two-phase commit implements, without
/// a word on how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionCommit(pub u8);

/// 0 working, 1 prepared, 2 committed, 3 aborted.
pub type Managers = Vec<u8>;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decide {
    Prepare(u8),
    Commit(u8),
    Abort(u8),
}

impl Model for TransactionCommit {
    const NAME: &'static str = "transaction_commit";
    type State = Managers;
    type Action = Decide;

    fn initial(&mut self) -> Managers {
        vec![0; usize::from(self.0)]
    }

    fn successors(&mut self, state: &Managers, successors: &mut Vec<(Decide, Managers)>) {
        let can_commit = state.iter().all(|it| matches!(it, 1 | 2));
        let can_abort = !state.contains(&2);
        for (manager, who) in (0..self.0).enumerate() {
            let possible = [
                (Decide::Prepare(who), 1, state[manager] == 0),
                (Decide::Commit(who), 2, state[manager] == 1 && can_commit),
                (Decide::Abort(who), 3, state[manager] < 2 && can_abort),
            ];
            for (action, to, _) in possible.into_iter().filter(|(_, _, possible)| *possible) {
                let mut next = state.clone();
                next[manager] = to;
                successors.push((action, next));
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody aborts what another commits",
                kind: Kind::Always,
                holds: |_, state| !(state.contains(&2) && state.contains(&3)),
            },
            Property {
                name: "in the end everybody has decided",
                kind: Kind::EventuallyAtRest,
                holds: |_, state| state.iter().all(|it| *it >= 2),
            },
        ]
    }
}
