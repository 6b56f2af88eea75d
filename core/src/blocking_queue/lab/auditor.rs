//! What must hold whatever is done to the queue, judged by somebody who sees everything.

use super::action::{Policy, Side};
use super::event::Party;
use super::frame::WorkerState;
use super::{Lab, Station};
use crate::blocking_queue::Order;
use crate::sim::Invariant;
use std::collections::{BTreeSet, VecDeque};

/// What the auditor has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Auditor {
    /// The promises that have been broken.
    broken: BTreeSet<Promise>,
    /// The serial numbers of the last items that came out, the newest last.
    taken: VecDeque<u64>,
}

/// How many items the auditor remembers: more than can be under way at once.
const REMEMBERED: usize = 256;

/// What can be broken, and stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Promise {
    Capacity,
    Empty,
    LostWakeUp,
    Order,
    Once,
    Accounted,
    ClosedWakes,
    ClosingLosesNothing,
    Fair,
    Patience,
    Little,
}

impl Auditor {
    pub(super) fn check(&mut self, holds: bool, promise: Promise) {
        if !holds {
            self.broken.insert(promise);
        }
    }

    /// An item has come out.
    pub(super) fn taken(&mut self, serial: u64) {
        let is_twice = self.taken.contains(&serial);
        let is_late = !is_twice && self.taken.back().is_some_and(|last| serial < *last);
        self.check(!is_twice, Promise::Once);
        self.check(!is_late, Promise::Order);
        if self.taken.len() >= REMEMBERED {
            self.taken.pop_front();
        }
        self.taken.push_back(serial);
    }
}

impl Lab {
    /// In fair order, nobody gets what belongs to somebody who has waited for longer. Asked before it is known to the
    /// others that this one does not wait any more; `could` says for how many there was something.
    pub(super) fn check_fairness(&mut self, party: Party, could: usize) {
        let waits = party.side() == Side::Taking
            || matches!(self.policy, Policy::Block | Policy::TimeOut { .. });
        if self.scenario.order != Order::Fair || !waits || self.line.is_closed() {
            return;
        }
        let own = self.stations.get(&party).and_then(|it| it.waiting);
        let is_before = |it: &&Station| {
            it.waiting.is_some_and(|(_, turn)| own.is_none_or(|(_, own)| turn < own))
        };
        let before = self.waiting_on(party.side()).filter(is_before).count();
        self.auditor.check(before < could, Promise::Fair);
    }

    /// Judges the state after whatever has happened.
    pub(super) fn audit(&mut self) {
        let is_closed = self.line.is_closed();
        let (length, capacity) = (self.line.len(), self.line.capacity());
        for (side, could) in
            [(Side::Putting, capacity.saturating_sub(length)), (Side::Taking, length)]
        {
            let waiting = self.waiting_on(side).count();
            let is_woken = |it: &&Station| it.state == WorkerState::Woken;
            let woken = self.waiting_on(side).filter(is_woken).count();
            let (needed, promise) = match is_closed {
                true => (waiting, Promise::ClosedWakes),
                false => (waiting.min(could), Promise::LostWakeUp),
            };
            self.auditor.check(woken >= needed, promise);
        }
        let holds = self.adds_up();
        self.auditor.check(holds, Promise::Accounted);
        let holds = self.is_patient();
        self.auditor.check(holds, Promise::Patience);
        let holds = self.obeys_little();
        self.auditor.check(holds, Promise::Little);
    }

    fn adds_up(&self) -> bool {
        let putting = self.stations.values().filter(|it| it.party.side() == Side::Putting);
        let in_hands = putting.filter(|it| it.hand.is_some()).count() as u64;
        let totals = &self.totals;
        totals.made == in_hands + self.line.len() as u64 + totals.taken + totals.dropped
    }

    fn is_patient(&self) -> bool {
        let mut tickets = self.stations.values().filter_map(|it| it.patience);
        tickets.all(|ticket| self.now <= ticket.at)
    }

    /// L = λW in its exact form: the number inside, summed over time, is the time inside, summed over items.
    fn obeys_little(&self) -> bool {
        let still_us: u64 = self.line.items().map(|it| self.now.since(it.stored_at).0).sum();
        self.inside.area_us(self.now.0) == self.inside.waited_us() + still_us
    }

    fn keeps(&self, promise: Promise) -> bool {
        !self.auditor.broken.contains(&promise)
    }
}

/// What must hold after every step of every run without a mistake.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant {
        name: "nothing goes in where there is no room",
        holds: |lab| lab.keeps(Promise::Capacity),
    },
    Invariant {
        name: "nothing is taken out of an empty queue",
        holds: |lab| lab.keeps(Promise::Empty),
    },
    Invariant {
        name: "nobody sleeps beside what they wait for",
        holds: |lab| lab.keeps(Promise::LostWakeUp),
    },
    Invariant {
        name: "items come out in the order in which they went in",
        holds: |lab| lab.keeps(Promise::Order),
    },
    Invariant { name: "no item comes out twice", holds: |lab| lab.keeps(Promise::Once) },
    Invariant { name: "no item gets lost", holds: |lab| lab.keeps(Promise::Accounted) },
    Invariant {
        name: "when the queue is closed, nobody sleeps on",
        holds: |lab| lab.keeps(Promise::ClosedWakes),
    },
    Invariant {
        name: "closing throws nothing away",
        holds: |lab| lab.keeps(Promise::ClosingLosesNothing),
    },
    Invariant { name: "in fair order, nobody is overtaken", holds: |lab| lab.keeps(Promise::Fair) },
    Invariant {
        name: "nobody waits for longer than they want to",
        holds: |lab| lab.keeps(Promise::Patience),
    },
    Invariant {
        name: "the number inside, summed over time, is the time inside, summed over items",
        holds: |lab| lab.keeps(Promise::Little),
    },
];
