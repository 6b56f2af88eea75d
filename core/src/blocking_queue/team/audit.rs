//! Whether everything that went in came out, once.

use super::status::{Item, What};
use std::collections::BTreeMap;

/// What is known about the items of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many were put in.
    pub put: u64,
    /// How many were taken out.
    pub taken: u64,
    /// How many that were put in nobody has taken, though they are not inside. Only known in the end.
    pub lost: u64,
    /// How many were taken more than once. Only known in the end.
    pub doubled: u64,
    /// How many came to a consumer after a later one of the same producer.
    pub out_of_order: u64,
    /// Whether the run is over, and nothing will change any more.
    pub is_final: bool,
}

impl Audit {
    /// Whether the queue has kept its promises: all that came out came once and in order, and, once it is over,
    /// nothing is missing.
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.out_of_order == 0
    }
}

/// The items of a run that does not end, by what the journals say.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    /// How often an item was put in minus how often it was taken out, where that is not 0. Below 0 is no mistake as
    /// long as the run lasts, since a consumer's journal may be read before its producer's.
    open: BTreeMap<Item, i32>,
}

impl Ledger {
    pub(super) fn enter(&mut self, what: What, item: Option<Item>) {
        let change = match what {
            What::Stored => 1,
            What::Taken { .. } => -1,
            What::Parked | What::WentOn { .. } => return,
        };
        let Some(item) = item else { return };
        let balance = self.open.entry(item).or_default();
        *balance += change;
        if *balance == 0 {
            self.open.remove(&item);
        }
    }

    /// How many items are lost, given how many are still inside, and how many were taken too often.
    pub(super) fn balance(&self, inside: u64) -> (u64, u64) {
        let sum =
            |sign: i32| self.open.values().map(|it| u64::from((it * sign).max(0) as u32)).sum();
        let (out, twice): (u64, u64) = (sum(1), sum(-1));
        (out.saturating_sub(inside), twice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_and_what_came_twice_is_counted() {
        let item = |number| Some(Item { producer: 0, number });
        let mut ledger = Ledger::default();
        ledger.enter(What::Taken { wait_us: 1 }, item(0));
        (0..5).for_each(|number| ledger.enter(What::Stored, item(number)));
        ledger.enter(What::Parked, item(9));
        ledger.enter(What::Taken { wait_us: 1 }, item(1));
        assert_eq!(ledger.balance(3), (0, 0), "three are inside");
        assert_eq!(ledger.balance(2), (1, 0), "or one of them is lost");
        ledger.enter(What::Taken { wait_us: 1 }, item(1));
        assert_eq!(ledger.balance(3), (0, 1));
    }
}
