//! Puts a listing together, line by line.

use super::super::instruction::{Comparison, Instruction, Operand, Place, Register, Word};
use super::{CellInfo, CellKind, Line, Listing, Step};

/// A listing that is being written.
pub(super) struct Assembler<'a> {
    cells: &'a [CellInfo],
    locks: &'a [&'static str],
    listing: Listing,
}

impl<'a> Assembler<'a> {
    pub(super) fn new(cells: &'a [CellInfo], locks: &'a [&'static str]) -> Self {
        let listing = Listing { lines: Vec::new(), steps: Vec::new(), section: None, update: None };
        Assembler { cells, locks, listing }
    }

    pub(super) fn finish(self) -> Listing {
        self.listing
    }

    /// The number of the next instruction.
    pub(super) fn here(&self) -> u8 {
        self.listing.steps.len() as u8
    }

    /// Begins a line of source: the instructions that follow belong to it.
    pub(super) fn line(&mut self, text: &'static str) -> &mut Self {
        let here = self.here();
        self.listing.lines.push(Line { text, instructions: here..here });
        self
    }

    /// From here to `end` no two threads are meant to be at once.
    pub(super) fn section(&mut self, from: u8, end: u8) -> &mut Self {
        self.listing.section = Some(from..end);
        self
    }

    /// The last instruction was the one that makes the update.
    pub(super) fn update(&mut self) -> &mut Self {
        self.listing.update = self.here().checked_sub(1);
        self
    }

    pub(super) fn load(&mut self, to: Register, from: impl Into<Place>) -> &mut Self {
        self.push(Instruction::Load { to, from: from.into() })
    }

    pub(super) fn add(&mut self, to: Register, from: Register, by: Word) -> &mut Self {
        self.push(Instruction::Add { to, from, by })
    }

    pub(super) fn store(&mut self, to: impl Into<Place>, from: Operand) -> &mut Self {
        self.push(Instruction::Store { to: to.into(), from })
    }

    pub(super) fn fetch_add(
        &mut self,
        cell: impl Into<Place>,
        by: Word,
        old: Register,
    ) -> &mut Self {
        self.push(Instruction::FetchAdd { cell: cell.into(), by, old })
    }

    /// Expects R0 and replaces it by R1.
    pub(super) fn compare_and_swap(&mut self, cell: impl Into<Place>, otherwise: u8) -> &mut Self {
        let (expected, replacement) = (Register::R0, Register::R1);
        self.push(Instruction::CompareAndSwap {
            cell: cell.into(),
            expected,
            replacement,
            otherwise,
        })
    }

    pub(super) fn lock(&mut self, lock: u8) -> &mut Self {
        self.push(Instruction::Lock { lock })
    }

    pub(super) fn unlock(&mut self, lock: u8) -> &mut Self {
        self.push(Instruction::Unlock { lock })
    }

    /// Compares R0.
    pub(super) fn jump_if(&mut self, is: Comparison, than: Word, to: u8) -> &mut Self {
        self.push(Instruction::JumpIf { register: Register::R0, is, than, to })
    }

    fn push(&mut self, instruction: Instruction) -> &mut Self {
        let text = instruction.text(&|place| self.name(place), &|lock| {
            self.locks.get(usize::from(lock)).copied().unwrap_or_default().to_owned()
        });
        let end = self.here() + 1;
        let line = self.listing.lines.len().saturating_sub(1) as u8;
        if let Some(last) = self.listing.lines.last_mut() {
            last.instructions.end = end;
        }
        self.listing.steps.push(Step { instruction, line, text });
        self
    }

    fn name(&self, place: Place) -> String {
        let info = self.cells.get(usize::from(place.cell));
        match (place.index, info) {
            (Some(register), Some(CellInfo { kind: CellKind::Slot, .. })) => {
                format!("slot[{register}]")
            }
            (_, Some(info)) => info.name.clone(),
            (_, None) => String::new(),
        }
    }
}
