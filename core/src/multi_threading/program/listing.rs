//! What a program looks like: source, instructions and cells.

use crate::multi_threading::instruction::{Instruction, Word, item_of};
use std::ops::Range;

/// What a cell is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// It counts or keeps something: whoever overwrites what it has not seen destroys it.
    Value,
    /// A slot of a queue: 0 is empty.
    Slot,
    /// A flag or a turn, by which threads tell each other to wait.
    Flag,
}

impl CellKind {
    /// What a cell holds, in words: a slot's items are told by their producers, counted from 1 on.
    pub fn words(self, value: Word) -> String {
        match (self, item_of(value)) {
            (CellKind::Slot, Some((thread, round))) => {
                format!("item {} of thread {}", round + 1, thread + 1)
            }
            (CellKind::Slot, None) => "empty".to_owned(),
            (CellKind::Value | CellKind::Flag, _) => value.to_string(),
        }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellInfo {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: CellKind,
    /// What it holds at the start.
    pub start: Word,
}

/// A line of source, and the instructions that it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line, as a reader of any language would write it.
    pub text: &'static str,
    /// Its instructions; none for a line that only closes a block.
    pub instructions: Range<u8>,
}

/// An instruction of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub instruction: Instruction,
    /// Which line of source it belongs to, from 0 on.
    pub line: u8,
    /// The instruction as a line of assembly.
    pub text: String,
}

/// What a thread does in each round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The source.
    pub lines: Vec<Line>,
    /// The instructions.
    pub steps: Vec<Step>,
    /// Where no two threads are meant to be at once: a thread is in there when one of these instructions is its next.
    pub section: Option<Range<u8>>,
    /// Whoever is past this instruction has made its update; none if a round need not make one.
    pub(in crate::multi_threading) update: Option<u8>,
}

/// A cell of that name, for that purpose, that holds that at the start.
pub(super) fn cell(name: impl Into<String>, kind: CellKind, start: Word) -> CellInfo {
    CellInfo { name: name.into(), kind, start }
}
