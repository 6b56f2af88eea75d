//! The runs of the story's figures, each at the position of its knob.

use playground_core::multi_threading::program::Program;
use playground_core::multi_threading::scenarios::{self, Named};

/// A counter to which two threads add: without a lock, with one, by compare-and-swap, by fetch-and-add.
pub const COUNTERS: [(Program, &str); 4] = [
    (Program::Counter, "nothing"),
    (Program::CounterLocked, "a lock"),
    (Program::CounterSwapped, "compare-and-swap"),
    (Program::CounterAdded, "an atomic addition"),
];

/// The last seat: looked for and taken in two steps, within a lock, by compare-and-swap.
pub const SEATS: [(Program, &str); 3] = [
    (Program::Seats, "nothing"),
    (Program::SeatsLocked, "a lock"),
    (Program::SeatsSwapped, "compare-and-swap"),
];

/// Two locks, and the order in which they are taken.
pub const TRANSFERS: [(Program, &str); 2] =
    [(Program::Transfer, "its own side first"), (Program::TransferOrdered, "a’s first, always")];

/// The run of a program.
pub fn of(programs: &[(Program, &str)], position: usize) -> Named {
    let program =
        programs.get(position).or(programs.first()).map_or_else(Program::default, |it| it.0);
    // Of a counter that nothing guards, the worst order is the one to see first.
    match program {
        Program::Counter => {
            let mut all = scenarios::all().into_iter();
            all.find(|named| named.name == "lost_update").unwrap_or_else(scenarios::opening)
        }
        other => scenarios::of_program(other),
    }
}
