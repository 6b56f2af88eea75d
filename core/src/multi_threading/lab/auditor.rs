//! What must hold whatever is scheduled, judged by somebody who hears of every step.

use super::{Lab, Scheduler};
use crate::multi_threading::instruction::Word;
use crate::multi_threading::process::{Effect, MOST_CELLS, MOST_LOCKS};
use crate::sim::Invariant;

/// What the auditor has heard.
#[derive(Clone, Debug)]
pub(super) struct Auditor {
    cells: [Word; MOST_CELLS],
    owners: [Option<u8>; MOST_LOCKS],
    steps: u64,
    is_memory_kept: bool,
    are_locks_kept: bool,
}

impl Auditor {
    pub(super) fn new(start: &[Word]) -> Self {
        let mut cells = [0; MOST_CELLS];
        for (cell, value) in cells.iter_mut().zip(start) {
            *cell = *value;
        }
        let owners = [None; MOST_LOCKS];
        Auditor { cells, owners, steps: 0, is_memory_kept: true, are_locks_kept: true }
    }

    /// A thread has done something.
    pub(super) fn heard(&mut self, thread: u8, effect: Effect) {
        self.steps += 1;
        match effect {
            Effect::Loaded { cell, value } | Effect::NotSwapped { cell, found: value, .. } => {
                self.is_memory_kept &= self.cells.get(cell as usize) == Some(&value);
            }
            Effect::Stored { cell, before, value }
            | Effect::Added { cell, before, value }
            | Effect::Swapped { cell, before, value } => {
                self.is_memory_kept &= self.cells.get(cell as usize) == Some(&before);
                if let Some(known) = self.cells.get_mut(cell as usize) {
                    *known = value;
                }
            }
            Effect::Locked { lock } => {
                let owner = self.owners[usize::from(lock)].replace(thread);
                self.are_locks_kept &= owner.is_none();
            }
            Effect::Unlocked { lock } => {
                let owner = self.owners[usize::from(lock)].take();
                self.are_locks_kept &= owner == Some(thread);
            }
            Effect::Blocked { lock, owner } => {
                self.are_locks_kept &= self.owners[usize::from(lock)] == Some(owner);
            }
            Effect::Computed { .. } | Effect::Branched { .. } => {}
        }
    }
}

/// What must hold after every step of every run.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant {
        name: "a program breaks no promise but those that it is known to break",
        holds: |lab| {
            let known = lab.scenario.setup.program.breaks();
            lab.broken.iter().all(|it| known.contains(it))
        },
    },
    Invariant {
        name: "a cell holds what was written to it last",
        holds: |lab| lab.auditor.is_memory_kept && lab.auditor.cells == *lab.process.cells(),
    },
    Invariant {
        name: "a lock is taken when it is free, and given back by whoever took it",
        holds: |lab| lab.auditor.are_locks_kept && lab.auditor.owners == lab.process.locks(),
    },
    Invariant {
        name: "nobody waits for a lock that is free",
        holds: |lab| {
            let mut waited_for = lab.statuses.iter().filter_map(|it| it.waiting);
            waited_for.all(|(lock, _)| lab.process.locks()[usize::from(lock)].is_some())
        },
    },
    Invariant {
        name: "while anybody can go on, somebody does",
        holds: |lab| {
            let is_any = (0..lab.scenario.setup.threads).any(|it| lab.can_be_chosen(it));
            let is_planned = lab.next_at.is_some();
            is_planned == (is_any && lab.scheduler != Scheduler::ByHand)
        },
    },
    Invariant {
        name: "the steps of the threads add up",
        holds: |lab| {
            let steps: u64 = lab.statuses.iter().map(|it| it.steps).sum();
            steps == lab.steps && steps == lab.auditor.steps
        },
    },
];
