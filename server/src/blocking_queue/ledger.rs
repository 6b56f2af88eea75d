//! What a consumer notes of everything that it takes, so that no item can be lost, come twice, or overtake another one
//! of its producer without being seen.

use playground_core::blocking_queue::measures::nearest_rank;
use playground_core::blocking_queue::wire::{Audit, Latency, RunRequest};

/// What goes through the queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Who put it.
    pub(super) producer: u32,
    /// Which one of that producer's, from 0.
    pub(super) number: u32,
    /// When it was being put, in nanoseconds since the beginning; 0 if that is not measured.
    pub(super) at_ns: u64,
}

/// A consumer's notes; those of all together are the run's.
#[derive(Debug)]
pub(super) struct Ledger {
    /// By producers: a bit for each of their items.
    seen: Vec<Vec<u64>>,
    /// By producers: the number after their latest item.
    next: Vec<u32>,
    taken: u64,
    doubled: u64,
    out_of_order: u64,
    latencies_ns: Vec<u64>,
}

impl Ledger {
    pub(super) fn new(request: &RunRequest) -> Self {
        let words = |producer| vec![0; request.items_of(producer).div_ceil(64) as usize];
        Self {
            seen: (0..request.producers).map(words).collect(),
            next: vec![0; request.producers as usize],
            taken: 0,
            doubled: 0,
            out_of_order: 0,
            latencies_ns: Vec::new(),
        }
    }

    /// How many items have been noted.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Notes an item. Panics if it is of no producer's.
    pub(super) fn note(&mut self, item: Item) {
        let producer = item.producer as usize;
        let (word, bit) = (item.number as usize / 64, 1 << (item.number % 64));
        let seen = &mut self.seen[producer][word];
        let next = &mut self.next[producer];
        self.taken += 1;
        self.doubled += u64::from(*seen & bit != 0);
        self.out_of_order += u64::from(item.number < *next);
        *seen |= bit;
        *next = (*next).max(item.number + 1);
    }

    /// Notes how long an item took.
    pub(super) fn time(&mut self, latency_ns: u64) {
        self.latencies_ns.push(latency_ns);
    }

    /// Adds another consumer's notes. Order is each consumer's own: who of two was earlier, nobody can tell.
    pub(super) fn merge(&mut self, other: Ledger) {
        self.taken += other.taken;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        self.latencies_ns.extend(other.latencies_ns);
        let theirs = other.seen.into_iter().flatten();
        for (ours, theirs) in self.seen.iter_mut().flatten().zip(theirs) {
            self.doubled += u64::from((*ours & theirs).count_ones());
            *ours |= theirs;
        }
    }

    /// What has become of so many items.
    pub(super) fn audit(&self, items: u64) -> Audit {
        let seen: u64 = self.seen.iter().flatten().map(|word| u64::from(word.count_ones())).sum();
        Audit {
            taken: self.taken,
            lost: items.saturating_sub(seen),
            doubled: self.doubled,
            out_of_order: self.out_of_order,
        }
    }

    /// How long items took; none if none was measured.
    pub(super) fn latency(&mut self) -> Option<Latency> {
        let all = &mut self.latencies_ns;
        all.sort_unstable();
        Some(Latency {
            samples: all.len() as u64,
            p50_ns: nearest_rank(all, 500)?,
            p90_ns: nearest_rank(all, 900)?,
            p99_ns: nearest_rank(all, 990)?,
            p999_ns: nearest_rank(all, 999)?,
            most_ns: *all.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(items: &[(u32, u32)]) -> Ledger {
        let request = RunRequest { producers: 2, items: 200, ..RunRequest::default() };
        let mut ledger = Ledger::new(&request);
        for &(producer, number) in items {
            ledger.note(Item { producer, number, at_ns: 0 });
        }
        ledger
    }

    #[test]
    fn all_items_in_order_are_a_clean_run() {
        let mut one = ledger(&(0..100).map(|number| (0, number)).collect::<Vec<_>>());
        let other = ledger(&(0..100).map(|number| (1, number)).collect::<Vec<_>>());
        one.merge(other);
        assert_eq!(one.audit(200), Audit { taken: 200, ..Audit::default() });
        assert_eq!(one.latency(), None);
    }

    #[test]
    fn what_is_lost_doubled_or_late_is_seen() {
        let audit = |one: &[(u32, u32)], other: &[(u32, u32)], items| {
            let mut merged = ledger(one);
            merged.merge(ledger(other));
            merged.audit(items)
        };
        let lost = audit(&[(0, 0), (0, 2)], &[(1, 0)], 4);
        assert_eq!(lost, Audit { taken: 3, lost: 1, ..Audit::default() });
        let of_two = audit(&[(0, 0), (0, 64)], &[(0, 64)], 2);
        assert_eq!(of_two, Audit { taken: 3, doubled: 1, ..Audit::default() });
        let of_one = audit(&[(0, 0), (0, 0)], &[], 1);
        assert_eq!(of_one, Audit { taken: 2, doubled: 1, out_of_order: 1, lost: 0 });
        let late = audit(&[(0, 1), (0, 0)], &[(0, 2)], 3);
        assert_eq!(late, Audit { taken: 3, out_of_order: 1, ..Audit::default() });
    }

    #[test]
    fn latencies_are_of_all_consumers() {
        let (mut one, mut other) = (ledger(&[]), ledger(&[]));
        (1..=500).for_each(|latency_ns| one.time(latency_ns));
        (501..=1_000).for_each(|latency_ns| other.time(latency_ns));
        other.merge(one);
        let expected = Latency {
            samples: 1_000,
            p50_ns: 500,
            p90_ns: 900,
            p99_ns: 990,
            p999_ns: 999,
            most_ns: 1_000,
        };
        assert_eq!(other.latency(), Some(expected));
    }
}
