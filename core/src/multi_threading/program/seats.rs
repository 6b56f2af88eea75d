//! The last seats: each operation is atomic, and both together are not.

use super::super::instruction::{Comparison, Register, Word};
use super::assembler::Assembler;
use super::{CellKind, Family, Setup, cell};
use Register::{R0, R1};

/// How many seats are left.
const SEATS: u8 = 0;
/// How many were sold.
pub(in crate::multi_threading) const SOLD: u8 = 1;
const MUTEX: u8 = 0;

pub(super) fn family(setup: Setup) -> Family {
    let cells = vec![
        cell("seats", CellKind::Value, setup.seats() as Word),
        cell("sold", CellKind::Value, 0),
    ];
    Family { cells, locks: &["mutex"], more_cells: 0 }
}

/// `from` is where the round begins; `end` is where it ends if there is no seat.
fn look_and_take(it: &mut Assembler, end: u8) {
    it.line("if (seats > 0) {").load(R0, SEATS).jump_if(Comparison::AtMost, 0, end);
    it.line("    seats.fetchAdd(-1)").fetch_add(SEATS, -1, R1);
    it.line("    sold.fetchAdd(1)").fetch_add(SOLD, 1, R1);
    it.line("}");
}

pub(super) fn plain(it: &mut Assembler) {
    look_and_take(it, 4);
}

pub(super) fn locked(it: &mut Assembler) {
    it.line("lock(mutex)").lock(MUTEX);
    look_and_take(it, 5);
    it.line("unlock(mutex)").unlock(MUTEX);
    it.section(1, 6);
}

pub(super) fn swapped(it: &mut Assembler) {
    it.line("do {");
    it.line("    seen = seats").load(R0, SEATS);
    it.line("    if (seen <= 0) return").jump_if(Comparison::AtMost, 0, 5);
    it.line("    wanted = seen - 1").add(R1, R0, -1);
    it.line("} while (!seats.compareAndSwap(seen, wanted))").compare_and_swap(SEATS, 0);
    it.line("sold.fetchAdd(1)").fetch_add(SOLD, 1, R1);
}
