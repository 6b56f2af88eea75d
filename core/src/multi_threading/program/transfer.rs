//! Money that moves between two accounts, each with a lock of its own.

use super::super::instruction::{Operand, Register, Word};
use super::assembler::Assembler;
use super::{CellKind, Family, cell};
use Register::R0;

/// What each account holds at the start.
pub(in crate::multi_threading) const BALANCE: Word = 100;
const LOCKS: &[&str] = &["mutexA", "mutexB"];

pub(super) fn family() -> Family {
    let cells = vec![cell("a", CellKind::Value, BALANCE), cell("b", CellKind::Value, BALANCE)];
    Family { cells, locks: LOCKS, more_cells: 0 }
}

/// One coin from the first account to the second, or back; and which of the locks is taken first.
pub(super) fn write(it: &mut Assembler, is_back: bool, is_b_first: bool) {
    let (first, second) = if is_b_first { (1, 0) } else { (0, 1) };
    let take = ["lock(mutexA)", "lock(mutexB)"];
    let give = ["unlock(mutexA)", "unlock(mutexB)"];
    it.line(take[usize::from(first)]).lock(first);
    it.line(take[usize::from(second)]).lock(second);
    let begin = it.here();
    let (from, to) = if is_back { (1, 0) } else { (0, 1) };
    it.line(if is_back { "b = b - 1" } else { "a = a - 1" });
    it.load(R0, from).add(R0, R0, -1).store(from, Operand::Register(R0));
    it.line(if is_back { "a = a + 1" } else { "b = b + 1" });
    it.load(R0, to).add(R0, R0, 1).store(to, Operand::Register(R0));
    it.line(give[usize::from(second)]).unlock(second);
    let end = it.here();
    it.line(give[usize::from(first)]).unlock(first);
    it.section(begin, end);
}
