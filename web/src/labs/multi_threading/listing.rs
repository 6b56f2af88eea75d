//! A listing in rows that fit: each line of source, and under it the instructions that it becomes.

use crate::components::wrap;
use playground_core::multi_threading::program::Listing;

/// The width of a letter of code, roughly, and where there is little room: no measuring before drawing.
const LETTER: f64 = 6.65;
const SMALL_LETTER: f64 = 6.2;
/// In less than this, letters are small.
const NARROW: f64 = 178.0;
/// The most rows of a line of source, and of an instruction.
const MOST_ROWS: usize = 3;
/// How far instructions stand in.
const INDENT: usize = 2;

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeRow {
    /// What stands there.
    pub text: String,
    /// The instruction that it belongs to; none in a row of source.
    pub instruction: Option<u8>,
    /// Whether it is the first row of that.
    pub is_first: bool,
}

/// The rows of a listing in a width, in CSS pixels.
pub fn rows(listing: &Listing, width: f64) -> Vec<CodeRow> {
    let (letter, indent) = if width < NARROW { (SMALL_LETTER, 1) } else { (LETTER, INDENT) };
    let letters = (width / letter).max(8.0) as usize;
    let mut rows = Vec::new();
    let mut add = |text: &str, instruction: Option<u8>| {
        let indent = if instruction.is_some() { indent } else { 0 };
        let lines = wrap(text, letters.saturating_sub(indent), MOST_ROWS);
        for (number, line) in lines.into_iter().enumerate() {
            // What does not fit goes on a little further in.
            let further = if number > 0 { 1 } else { 0 };
            let text = format!("{}{line}", " ".repeat(indent + further));
            rows.push(CodeRow { text, instruction, is_first: number == 0 });
        }
    };
    for line in &listing.lines {
        add(line.text, None);
        for number in line.instructions.clone() {
            if let Some(step) = listing.steps.get(usize::from(number)) {
                add(&step.text, Some(number));
            }
        }
    }
    rows
}

/// Whether a register appears in a listing.
pub fn uses(listing: &Listing, register: usize) -> bool {
    let name = format!("r{register}");
    listing.steps.iter().any(|step| step.text.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::{Lab, Scenario};
    use playground_core::multi_threading::program::{Program, Setup};
    use playground_core::sim::{Rng, Simulation, Time};

    #[test]
    fn every_instruction_of_every_program_has_a_row_however_narrow() {
        for program in Program::ALL {
            let setup = Setup { program, threads: 2, iterations: 1 };
            let scenario = Scenario { setup, ..Scenario::default() };
            let frame = Lab::new(&scenario, Rng::new(1)).frame(Time::ZERO);
            for view in &frame.threads {
                for width in [110.0, 300.0] {
                    let rows = rows(&view.listing, width);
                    let first = rows.iter().filter(|row| row.is_first && row.instruction.is_some());
                    assert_eq!(first.count(), view.listing.steps.len(), "{program:?}");
                    assert!(rows.len() <= 40, "{program:?} has {} rows in {width}", rows.len());
                }
            }
        }
    }
}
