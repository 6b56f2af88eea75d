//! A counter to which everybody adds one.

use super::super::instruction::{Operand, Register};
use super::assembler::Assembler;
use super::{CellKind, Family, cell};
use Register::{R0, R1};

/// The counter.
pub(in crate::multi_threading) const COUNTER: u8 = 0;
const MUTEX: u8 = 0;

pub(super) fn family() -> Family {
    Family { cells: vec![cell("counter", CellKind::Value, 0)], locks: &["mutex"], more_cells: 0 }
}

pub(super) fn plain(it: &mut Assembler) {
    it.line("counter = counter + 1");
    increment(it);
}

pub(super) fn locked(it: &mut Assembler) {
    it.line("lock(mutex)").lock(MUTEX);
    let begin = it.here();
    it.line("counter = counter + 1");
    increment(it);
    it.line("unlock(mutex)").unlock(MUTEX);
    let end = it.here();
    it.section(begin, end);
}

pub(super) fn swapped(it: &mut Assembler) {
    it.line("do {").line("    seen = counter").load(R0, COUNTER);
    it.line("    wanted = seen + 1").add(R1, R0, 1);
    it.line("} while (!counter.compareAndSwap(seen, wanted))");
    it.compare_and_swap(COUNTER, 0).update();
}

pub(super) fn added(it: &mut Assembler) {
    it.line("counter.fetchAdd(1)").fetch_add(COUNTER, 1, R0).update();
}

/// What `counter = counter + 1` becomes.
pub(super) fn increment(it: &mut Assembler) {
    it.load(R0, COUNTER).add(R0, R0, 1).store(COUNTER, Operand::Register(R0)).update();
}
