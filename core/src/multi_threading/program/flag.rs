//! Locks that are made of loads and stores: one that is none, and Peterson's, which is one as long as nobody reorders it.

use super::super::instruction::{Comparison, Operand, Register, Word};
use super::assembler::Assembler;
use super::{CellKind, Family, cell, counter};
use Register::R0;

const HELD: u8 = 1;
/// Whether thread 0 wants to enter; thread 1's is the next cell.
const WANTS: u8 = 1;
const TURN: u8 = 3;

pub(super) fn flag_family() -> Family {
    let cells = vec![cell("counter", CellKind::Value, 0), cell("held", CellKind::Flag, 0)];
    Family { cells, locks: &[], more_cells: 0 }
}

pub(super) fn flag(it: &mut Assembler) {
    it.line("while (held == 1) {}").load(R0, HELD).jump_if(Comparison::Equal, 1, 0);
    it.line("held = 1").store(HELD, Operand::Constant(1));
    let begin = it.here();
    it.line("counter = counter + 1");
    counter::increment(it);
    it.line("held = 0").store(HELD, Operand::Constant(0));
    let end = it.here();
    it.section(begin, end);
}

pub(super) fn peterson_family() -> Family {
    let cells = vec![
        cell("counter", CellKind::Value, 0),
        cell("wants[0]", CellKind::Flag, 0),
        cell("wants[1]", CellKind::Flag, 0),
        cell("turn", CellKind::Flag, 0),
    ];
    Family { cells, locks: &[], more_cells: 0 }
}

pub(super) fn peterson(it: &mut Assembler, me: u8) {
    let (mine, other) = (me % 2, 1 - me % 2);
    let [raise, give_way, wait] = match mine {
        0 => ["wants[0] = 1", "turn = 1", "while (wants[1] == 1 && turn == 1) {}"],
        _ => ["wants[1] = 1", "turn = 0", "while (wants[0] == 1 && turn == 0) {}"],
    };
    it.line(raise).store(WANTS + mine, Operand::Constant(1));
    it.line(give_way).store(TURN, Operand::Constant(other.into()));
    let again = it.here();
    let enter = again + 4;
    it.line(wait).load(R0, WANTS + other).jump_if(Comparison::NotEqual, 1, enter);
    it.load(R0, TURN).jump_if(Comparison::Equal, Word::from(other), again);
    critical_section(it, mine);
}

pub(super) fn peterson_overtaken(it: &mut Assembler, me: u8) {
    let (mine, other) = (me % 2, 1 - me % 2);
    let [early, raise, give_way, wait] = match mine {
        0 => [
            "early = wants[1]",
            "wants[0] = 1",
            "turn = 1",
            "while (early == 1 && turn == 1) { early = wants[1] }",
        ],
        _ => [
            "early = wants[0]",
            "wants[1] = 1",
            "turn = 0",
            "while (early == 1 && turn == 0) { early = wants[0] }",
        ],
    };
    it.line(early).load(R0, WANTS + other);
    it.line(raise).store(WANTS + mine, Operand::Constant(1));
    it.line(give_way).store(TURN, Operand::Constant(other.into()));
    let again = it.here() + 1;
    let enter = again + 4;
    it.line(wait).jump_if(Comparison::NotEqual, 1, enter);
    it.load(R0, TURN).jump_if(Comparison::NotEqual, Word::from(other), enter);
    it.load(R0, WANTS + other).jump_if(Comparison::Equal, 1, again);
    critical_section(it, mine);
}

/// Adds to the counter, and lowers the flag.
fn critical_section(it: &mut Assembler, mine: u8) {
    let begin = it.here();
    it.line("counter = counter + 1");
    counter::increment(it);
    it.line(if mine == 0 { "wants[0] = 0" } else { "wants[1] = 0" });
    it.store(WANTS + mine, Operand::Constant(0));
    let end = it.here();
    it.section(begin, end);
}
