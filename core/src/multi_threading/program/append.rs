//! A queue to which everybody appends: a tail that counts, and a slot for every item.

use super::super::instruction::{Operand, Place, Register};
use super::super::process::MOST_CELLS;
use super::assembler::Assembler;
use super::{CellKind, Family, Setup, cell};
use Register::{R0, R1};

/// How many items there are, and so the number of the next slot.
pub(in crate::multi_threading) const TAIL: u8 = 0;
/// The first slot.
pub(in crate::multi_threading) const SLOTS: u8 = 1;
const MUTEX: u8 = 0;
const SLOT: Place = Place { cell: SLOTS, index: Some(R0) };

pub(super) fn family(setup: Setup) -> Family {
    let slots = setup.rounds() as usize;
    let named = slots.min(MOST_CELLS - 1);
    let mut cells = vec![cell("tail", CellKind::Value, 0)];
    cells.extend((0..named).map(|slot| cell(format!("slot {slot}"), CellKind::Slot, 0)));
    Family { cells, locks: &["mutex"], more_cells: slots - named }
}

fn append(it: &mut Assembler) {
    it.line("at = tail").load(R0, TAIL);
    it.line("slot[at] = item").store(SLOT, Operand::Item).update();
    it.line("tail = at + 1").add(R1, R0, 1).store(TAIL, Operand::Register(R1));
}

pub(super) fn plain(it: &mut Assembler) {
    append(it);
}

pub(super) fn locked(it: &mut Assembler) {
    it.line("lock(mutex)").lock(MUTEX);
    let begin = it.here();
    append(it);
    it.line("unlock(mutex)").unlock(MUTEX);
    let end = it.here();
    it.section(begin, end);
}

pub(super) fn reserved(it: &mut Assembler) {
    it.line("at = tail.fetchAdd(1)").fetch_add(TAIL, 1, R0);
    it.line("slot[at] = item").store(SLOT, Operand::Item).update();
}
