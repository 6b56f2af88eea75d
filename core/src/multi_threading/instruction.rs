//! What a thread of a tiny program can do in one step: the instructions of a machine with two registers a thread, cells
//! that all threads share, and locks.
//!
//! An instruction is atomic: between two of them anything may happen, within one nothing. Memory is sequentially
//! consistent (Lamport, "How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs", 1979):
//! what one thread writes, all others see at once, and in the same order. Real processors promise less to plain loads
//! and stores, and a compiler may move them as well: where an interleaving already breaks a program here, no processor
//! mends it, but not everything that is right here is right there without atomics or fences. One such case is a program
//! of its own: [`Program::PetersonOvertaken`](super::program::Program::PetersonOvertaken).

use std::fmt;

/// What a cell or a register holds. Arithmetic wraps.
pub type Word = i32;

/// How many registers a thread has.
pub const REGISTERS: usize = 2;

/// A register: nobody but its thread sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Register {
    /// The first.
    R0,
    /// The second.
    R1,
}

/// A cell, or one of several that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The cell, or the first of them.
    pub cell: u8,
    /// Where the number of the one that is meant stands, counted from the first.
    pub index: Option<Register>,
}

/// A value that an instruction uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// What a register holds.
    Register(Register),
    /// A number.
    Constant(Word),
    /// The item that the thread appends in this round; see [`item`].
    Item,
}

/// How a register is compared with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `≠`
    NotEqual,
    /// `≤`
    AtMost,
}

/// One step of a thread. Instructions are numbered from 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instruction {
    /// Reads a cell into a register.
    Load {
        /// Where to.
        to: Register,
        /// Where from.
        from: Place,
    },
    /// Adds within the thread: no cell is touched.
    Add {
        /// Where the sum goes.
        to: Register,
        /// The first summand.
        from: Register,
        /// The second.
        by: Word,
    },
    /// Writes a cell.
    Store {
        /// Where to.
        to: Place,
        /// What.
        from: Operand,
    },
    /// Reads a cell, adds, and writes it back, all at once; the register gets what was there before.
    FetchAdd {
        /// The cell.
        cell: Place,
        /// What is added.
        by: Word,
        /// Where the old value goes.
        old: Register,
    },
    /// Writes a cell if it still holds what is expected, all at once; otherwise the thread goes on elsewhere. The branch
    /// belongs to it because it touches nothing that others see.
    CompareAndSwap {
        /// The cell.
        cell: Place,
        /// What it has to hold.
        expected: Register,
        /// What it is to hold then.
        replacement: Register,
        /// Where the thread goes on if it holds something else.
        otherwise: u8,
    },
    /// Takes a lock, or waits until it is given back.
    Lock {
        /// Which one.
        lock: u8,
    },
    /// Gives a lock back.
    Unlock {
        /// Which one.
        lock: u8,
    },
    /// Goes on elsewhere if a register compares so.
    JumpIf {
        /// The register.
        register: Register,
        /// How it has to compare.
        is: Comparison,
        /// With what.
        than: Word,
        /// Where the thread goes on then; one past the last instruction ends the round.
        to: u8,
    },
}

/// What an instruction has to do with what the threads share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touches {
    /// A cell.
    Cell {
        /// Which one.
        place: Place,
        /// Whether it is read.
        reads: bool,
        /// Whether it is written.
        writes: bool,
    },
    /// A lock.
    Lock(u8),
}

impl Instruction {
    /// What it touches of that which the threads share; none if nobody else can tell whether it has been done.
    pub fn touches(&self) -> Option<Touches> {
        let cell = |place, reads, writes| Some(Touches::Cell { place, reads, writes });
        match *self {
            Instruction::Load { from, .. } => cell(from, true, false),
            Instruction::Store { to, .. } => cell(to, false, true),
            Instruction::FetchAdd { cell: place, .. }
            | Instruction::CompareAndSwap { cell: place, .. } => cell(place, true, true),
            Instruction::Lock { lock } | Instruction::Unlock { lock } => Some(Touches::Lock(lock)),
            Instruction::Add { .. } | Instruction::JumpIf { .. } => None,
        }
    }

    /// As a line of assembly with the names of the cells and locks, instructions numbered from 1 on as a reader counts:
    /// `load r0 ← counter`.
    pub(super) fn text(
        &self,
        cell: &dyn Fn(Place) -> String,
        lock: &dyn Fn(u8) -> String,
    ) -> String {
        match *self {
            Instruction::Load { to, from } => format!("load {to} ← {}", cell(from)),
            Instruction::Add { to, from, by } if by < 0 => {
                format!("add {to} ← {from} − {}", by.unsigned_abs())
            }
            Instruction::Add { to, from, by } => format!("add {to} ← {from} + {by}"),
            Instruction::Store { to, from } => format!("store {} ← {from}", cell(to)),
            Instruction::FetchAdd { cell: place, by, old } => {
                let (sign, by) = (if by < 0 { "−" } else { "" }, by.unsigned_abs());
                format!("fetch-add {old} ← {}, by {sign}{by}", cell(place))
            }
            Instruction::CompareAndSwap { cell: place, expected, replacement, otherwise } => {
                let again = otherwise + 1;
                format!(
                    "compare-and-swap {}: {expected} → {replacement}, else go to {again}",
                    cell(place)
                )
            }
            Instruction::Lock { lock: it } => format!("lock {}", lock(it)),
            Instruction::Unlock { lock: it } => format!("unlock {}", lock(it)),
            Instruction::JumpIf { register, is, than, to } => {
                format!("if {register} {is} {than} go to {}", to + 1)
            }
        }
    }
}

/// The item that a thread appends in a round, both counted from 0: `thread + 1` times 1,000,000, plus `round + 1`. So 0
/// is no item, and an item names its producer and its number.
pub fn item(thread: u8, round: u32) -> Word {
    (Word::from(thread) + 1) * ITEMS_A_THREAD + (round % (ITEMS_A_THREAD as u32 - 1)) as Word + 1
}

/// Who appended an item, and in which round; none if it is none.
pub fn item_of(word: Word) -> Option<(u8, u32)> {
    let thread = u8::try_from(word / ITEMS_A_THREAD - 1).ok()?;
    let round = u32::try_from(word % ITEMS_A_THREAD).ok()?.checked_sub(1)?;
    Some((thread, round))
}

const ITEMS_A_THREAD: Word = 1_000_000;

impl Register {
    /// Its place among the registers.
    pub fn index(self) -> usize {
        match self {
            Register::R0 => 0,
            Register::R1 => 1,
        }
    }
}

impl From<u8> for Place {
    fn from(cell: u8) -> Self {
        Place { cell, index: None }
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.index())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Register(register) => register.fmt(f),
            Operand::Constant(value) => value.fmt(f),
            Operand::Item => f.write_str("item"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "≠",
            Comparison::AtMost => "≤",
        })
    }
}
