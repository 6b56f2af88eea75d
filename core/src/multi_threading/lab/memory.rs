//! Who has touched which cell last, and who has seen what: how a lost update is recognized in the step in which it
//! happens.

use super::frame::{Overwritten, Stale, Touch};
use crate::multi_threading::process::{Effect, MOST_CELLS};
use crate::multi_threading::program::{CellKind, Code};
use crate::sim::Time;

/// What is known of the cells.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    cells: [Known; MOST_CELLS],
    /// What each thread has read in this round and not written since.
    looks: Vec<Option<Look>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    last: Option<Touch>,
    /// How often it was written.
    version: u64,
    /// By whom, and in which step.
    writer: Option<Overwritten>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    cell: u32,
    version: u64,
}

impl Memory {
    pub(super) fn new(threads: u8) -> Self {
        Memory { cells: [Known::default(); MOST_CELLS], looks: vec![None; threads.into()] }
    }

    /// Takes note of a step, and tells whether it undid an update.
    pub(super) fn note(
        &mut self,
        code: &Code,
        thread: u8,
        effect: Effect,
        (step, at): (u64, Time),
    ) -> Option<Overwritten> {
        let (cell, is_write) = match effect {
            Effect::Loaded { cell, .. } | Effect::NotSwapped { cell, .. } => (cell, false),
            Effect::Stored { cell, .. }
            | Effect::Added { cell, .. }
            | Effect::Swapped { cell, .. } => (cell, true),
            _ => return None,
        };
        let known = self.cells.get_mut(cell as usize)?;
        let look = &mut self.looks[usize::from(thread)];
        let kind = code.cells().get(cell as usize)?.kind;
        known.last = Some(Touch { thread, is_write, step, at });
        let mut overwrote = None;
        match effect {
            Effect::Loaded { .. } if kind == CellKind::Value => {
                *look = Some(Look { cell, version: known.version });
            }
            Effect::Stored { before, .. } => {
                let is_unseen = match kind {
                    CellKind::Value => {
                        look.is_some_and(|it| it.cell == cell && it.version < known.version)
                    }
                    CellKind::Slot => before != 0,
                    CellKind::Flag => false,
                };
                overwrote = known.writer.filter(|it| is_unseen && it.thread != thread);
            }
            _ => {}
        }
        if is_write {
            known.version += 1;
            known.writer = Some(Overwritten { thread, step });
            if look.is_some_and(|it| it.cell == cell) {
                *look = None;
            }
        }
        overwrote
    }

    /// A thread begins anew with empty registers.
    pub(super) fn round_ended(&mut self, thread: u8) {
        self.looks[usize::from(thread)] = None;
    }

    pub(super) fn last(&self, cell: usize) -> Option<Touch> {
        self.cells.get(cell).and_then(|it| it.last)
    }

    /// What a thread has looked at and somebody has written since.
    pub(super) fn stale(&self, thread: u8) -> Option<Stale> {
        let look = self.looks[usize::from(thread)]?;
        let known = self.cells.get(look.cell as usize)?;
        let writer = known.writer.filter(|_| look.version < known.version)?;
        Some(Stale { cell: look.cell, by: writer.thread })
    }
}
