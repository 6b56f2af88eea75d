//! A program made ready to run.

use super::assembler::Assembler;
use super::{CellInfo, Listing, Program, Setup, append, counter, flag, seats, transfer};
use crate::multi_threading::instruction::Instruction;
use crate::multi_threading::process::Process;
use crate::multi_threading::promise::{self, Tally};
use std::sync::Arc;

/// A program made ready: what each thread runs, and what they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    setup: Setup,
    listings: Vec<Arc<Listing>>,
    cells: Vec<CellInfo>,
    locks: &'static [&'static str],
    cells_in_all: usize,
}

impl Code {
    /// Makes a program ready to be looked at step by step. Settings out of range are brought into it.
    pub fn new(setup: Setup) -> Self {
        Code::within(setup.clamped())
    }

    /// Makes a program ready to be run without being looked at: then a queue has more slots than names.
    pub(in crate::multi_threading) fn unseen(setup: Setup) -> Self {
        Code::within(setup.clamped_unseen())
    }

    fn within(setup: Setup) -> Self {
        let family = match setup.program {
            Program::Counter
            | Program::CounterLocked
            | Program::CounterSwapped
            | Program::CounterAdded => counter::family(),
            Program::Seats | Program::SeatsLocked | Program::SeatsSwapped => seats::family(setup),
            Program::Transfer | Program::TransferOrdered => transfer::family(),
            Program::Append | Program::AppendLocked | Program::AppendReserved => {
                append::family(setup)
            }
            Program::Flag => flag::flag_family(),
            Program::Peterson | Program::PetersonOvertaken => flag::peterson_family(),
        };
        let Family { cells, locks, more_cells } = family;
        let listings = (0..setup.threads).map(|thread| {
            let mut it = Assembler::new(&cells, locks);
            write(&mut it, setup.program, thread);
            Arc::new(it.finish())
        });
        let listings: Vec<Arc<Listing>> = listings.collect();
        let mut steps = listings.iter().flat_map(|it| &it.steps);
        let locks_any = steps.any(|it| matches!(it.instruction, Instruction::Lock { .. }));
        let locks = if locks_any { locks } else { &[] };
        Code { setup, listings, cells_in_all: cells.len() + more_cells, cells, locks }
    }

    /// What it was made for.
    pub fn setup(&self) -> Setup {
        self.setup
    }

    /// What a thread runs.
    pub fn listing(&self, thread: u8) -> &Arc<Listing> {
        // There is a thread at least.
        let last = self.listings.len() - 1;
        &self.listings[usize::from(thread).min(last)]
    }

    /// The cells that have names. A queue in a run that nobody looks at has more slots than that.
    pub fn cells(&self) -> &[CellInfo] {
        &self.cells
    }

    /// The names of the locks.
    pub fn locks(&self) -> &'static [&'static str] {
        self.locks
    }

    /// How many cells there are in all.
    pub(in crate::multi_threading) fn cells_in_all(&self) -> usize {
        self.cells_in_all
    }

    /// The sum that is right, and the one that is there.
    pub fn tally(&self, process: &Process) -> Tally {
        promise::tally(self, process)
    }
}

/// What a thread runs.
fn write(it: &mut Assembler, program: Program, thread: u8) {
    let is_odd = thread % 2 == 1;
    match program {
        Program::Counter => counter::plain(it),
        Program::CounterLocked => counter::locked(it),
        Program::CounterSwapped => counter::swapped(it),
        Program::CounterAdded => counter::added(it),
        Program::Seats => seats::plain(it),
        Program::SeatsLocked => seats::locked(it),
        Program::SeatsSwapped => seats::swapped(it),
        Program::Transfer => transfer::write(it, is_odd, is_odd),
        Program::TransferOrdered => transfer::write(it, is_odd, false),
        Program::Append => append::plain(it),
        Program::AppendLocked => append::locked(it),
        Program::AppendReserved => append::reserved(it),
        Program::Flag => flag::flag(it),
        Program::Peterson => flag::peterson(it, thread),
        Program::PetersonOvertaken => flag::peterson_overtaken(it, thread),
    }
}

/// What the programs of a family share.
pub(super) struct Family {
    pub(super) cells: Vec<CellInfo>,
    pub(super) locks: &'static [&'static str],
    /// Slots without a name.
    pub(super) more_cells: usize,
}
