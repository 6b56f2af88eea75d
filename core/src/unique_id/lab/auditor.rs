//! What must hold whatever goes wrong, judged by somebody who hears of every ID and every lease.

use super::Lab;
use super::action::Mistake;
use super::event::Event;
use super::frame::{Duplicate, MOST_DUPLICATES};
use crate::sim::{Invariant, Time};
use crate::unique_id::lease::{Holder, Lease};
use crate::unique_id::snowflake::{ClockPolicy, Id};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// IDs that follow each other, made while the clock showed this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch {
    pub(super) first: Id,
    pub(super) count: u32,
    pub(super) clock_ms: u64,
}

/// What the auditor has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Auditor {
    /// The promises that have been broken.
    broken: BTreeSet<Promise>,
    /// Every ID ever handed out, as disjoint ranges: the first one, and the rest of it.
    issued: BTreeMap<u64, Issued>,
    /// The last ID of each worker since it started.
    last: BTreeMap<u8, Id>,
    /// The windows that holders have been told of, by number.
    windows: BTreeMap<u16, Vec<Window>>,
}

/// What a holder has been told.
#[derive(Clone, Copy, Debug)]
struct Window {
    holder: Holder,
    lease: Lease,
    /// Whether it has given that back: what it is told afterwards, nobody hears.
    is_over: bool,
}

/// A range of IDs.
#[derive(Clone, Copy, Debug)]
struct Issued {
    last: u64,
    worker: u8,
    at: Time,
}

/// What can be broken at a moment, and stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Promise {
    Unique,
    Rising,
    Time,
    Number,
    Window,
    Overlap,
}

impl Auditor {
    fn check(&mut self, holds: bool, promise: Promise) {
        if !holds {
            self.broken.insert(promise);
        }
    }

    /// A worker has started: what it did before, it has forgotten.
    pub(super) fn started(&mut self, worker: u8) {
        self.last.remove(&worker);
    }

    /// The registry has told somebody of a lease.
    pub(super) fn told(&mut self, holder: Holder, lease: Lease) {
        let windows = self.windows.entry(lease.number).or_default();
        let is_it = |it: &Window| it.holder == holder && it.lease.epoch == lease.epoch;
        match windows.iter_mut().find(|it| is_it(it)) {
            Some(known) if known.is_over => return,
            Some(known) => known.lease.until_ms = known.lease.until_ms.max(lease.until_ms),
            None => windows.push(Window { holder, lease, is_over: false }),
        }
        let overlaps = |other: &Window| {
            let begins_ms = other.lease.after_ms.max(lease.after_ms);
            begins_ms < other.lease.until_ms.min(lease.until_ms)
        };
        let holds = !windows.iter().any(|it| !is_it(it) && overlaps(it));
        self.check(holds, Promise::Overlap);
    }

    /// A number was given back, with the rest of its window.
    pub(super) fn released(&mut self, number: u16, epoch: u64, last_ms: Option<u64>) {
        let windows = self.windows.entry(number).or_default();
        for Window { lease, is_over, .. } in windows.iter_mut().filter(|it| it.lease.epoch == epoch)
        {
            lease.until_ms = last_ms.unwrap_or(0).clamp(lease.after_ms, lease.until_ms);
            *is_over = true;
        }
    }

    /// Notes a range and tells which parts of it were there already, with who made them and when.
    fn issue(&mut self, worker: u8, at: Time, first: u64, last: u64) -> Vec<(u64, u64, u8, Time)> {
        let mut known = Vec::new();
        for (start, issued) in self.issued.range(..=last).rev() {
            if issued.last < first {
                break;
            }
            known.push((first.max(*start), last.min(issued.last), issued.worker, issued.at));
        }
        known.reverse();
        let mut next = first;
        for (from, to, ..) in &known {
            if next < *from {
                self.issued.insert(next, Issued { last: from - 1, worker, at });
            }
            next = to + 1;
        }
        if next <= last {
            self.issued.insert(next, Issued { last, worker, at });
        }
        known
    }

    /// How many ranges it remembers.
    pub(super) fn ranges(&self) -> usize {
        self.issued.len()
    }
}

impl Lab {
    /// Judges IDs that a worker hands out; whether any of them had been handed out before.
    pub(super) fn audit(&mut self, worker: u8, batch: Batch) -> bool {
        let Batch { first, count, clock_ms } = batch;
        let last = Id(first.0 + u64::from(count) - 1);
        // A number that a shard has counted says nothing about time and maker, and belongs to no worker.
        if self.scenario.mistake != Some(Mistake::AutoIncrement) {
            let before = self.auditor.last.insert(worker, last);
            self.auditor.check(before.is_none_or(|it| it < first), Promise::Rising);
            let times = [first, last].into_iter().all(|id| self.says_when(id, clock_ms));
            self.auditor.check(times, Promise::Time);
            let place = &self.workers[usize::from(worker)];
            let process = place.process.as_ref();
            let number = process.and_then(|it| it.maker.as_ref()).map(|it| it.number());
            let layout = &self.scenario.layout;
            let names = |id| Some(layout.decompose(id).worker) == number;
            self.auditor.check(names(first) && names(last), Promise::Number);
            let lease = process.and_then(|it| it.lease);
            let stamp_ms = process.and_then(|it| it.last).map(|(_, stamp_ms)| stamp_ms);
            let is_allowed = |lease: Lease| stamp_ms.is_some_and(|it| lease.allows(it));
            self.auditor.check(lease.is_none_or(is_allowed), Promise::Window);
        }
        let known = self.auditor.issue(worker, self.now, first.0, last.0);
        for (from, to, earlier, first_at) in &known {
            self.repeated(worker, *earlier, *first_at, (*from, *to));
        }
        self.auditor.check(known.is_empty(), Promise::Unique);
        !known.is_empty()
    }

    fn repeated(&mut self, again: u8, first: u8, first_at: Time, (from, to): (u64, u64)) {
        let (id, count) = (Id(from), (to - from + 1) as u32);
        self.totals.duplicates += u64::from(count);
        self.events.push(Event::Repeated { id, count, first, again });
        let duplicates = Arc::make_mut(&mut self.duplicates);
        if duplicates.len() < MOST_DUPLICATES {
            let again_at = self.now;
            duplicates.push(Duplicate { id, first, first_at, again, again_at, count });
        }
    }

    /// Whether an ID's time is that of its maker's clock, or ahead by no more than may be borrowed.
    fn says_when(&self, id: Id, clock_ms: u64) -> bool {
        let layout = &self.scenario.layout;
        let tick_ms = u64::from(layout.spec().tick_ms);
        let borrowed_ms = match self.policy {
            ClockPolicy::Borrow { at_most_ms } => at_most_ms,
            _ => 0,
        };
        let says_ms = layout.unix_ms(id);
        clock_ms < says_ms.saturating_add(tick_ms)
            && says_ms <= clock_ms.saturating_add(borrowed_ms)
    }

    fn keeps(&self, promise: Promise) -> bool {
        !self.auditor.broken.contains(&promise)
    }
}

/// What must hold after every step of every run without a mistake.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant { name: "no ID is handed out twice", holds: |lab| lab.keeps(Promise::Unique) },
    Invariant { name: "the IDs of a worker rise", holds: |lab| lab.keeps(Promise::Rising) },
    Invariant {
        name: "an ID says when it was made, by the clock of its maker",
        holds: |lab| lab.keeps(Promise::Time),
    },
    Invariant {
        name: "an ID names the number of its maker",
        holds: |lab| lab.keeps(Promise::Number),
    },
    Invariant {
        name: "every ID lies in the window of its maker's lease",
        holds: |lab| lab.keeps(Promise::Window),
    },
    Invariant {
        name: "the windows of two leases of a number never overlap",
        holds: |lab| lab.keeps(Promise::Overlap),
    },
    Invariant { name: "every request is answered, failed, or waiting", holds: adds_up },
    Invariant { name: "nobody waits for longer than they want to", holds: nobody_waits_on },
];

fn adds_up(lab: &Lab) -> bool {
    let totals = &lab.totals;
    totals.asked == totals.answered + totals.failed + lab.open.len() as u64
}

fn nobody_waits_on(lab: &Lab) -> bool {
    let patience = lab.slow_ms(lab.scenario.patience_ms.into());
    lab.open.values().all(|it| lab.now <= it.asked_at + patience)
}
