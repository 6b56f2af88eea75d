//! Runs in which every step was chosen, to show in the fewest of them what can happen.

use super::super::lab::{Action, Scheduler};
use super::super::program::Program;
use super::{Named, scenario};

const SPACING_MS: u64 = 600;

/// Steps of the threads one after the other, two threads and one round each.
fn stepped(name: &'static str, title: &'static str, program: Program, steps: &[u8]) -> Named {
    let times = (1..).map(|step| step * SPACING_MS);
    let actions: Vec<_> =
        times.zip(steps.iter().map(|thread| Action::Step { thread: *thread })).collect();
    let until_ms = (steps.len() as u64 + 2) * SPACING_MS;
    Named::new(name, title, scenario(program, 2, 1, Scheduler::ByHand), &actions, until_ms)
}

/// Both have read before either writes.
pub(super) fn lost_update() -> Named {
    let title = "Both read 0, both write 1: one of two additions is lost";
    stepped("lost_update", title, Program::Counter, &[0, 1, 0, 1, 0, 1])
}

/// Both look before either takes.
pub(super) fn last_seat() -> Named {
    let title = "Both see one seat, both take it: two tickets for it";
    stepped("last_seat", title, Program::Seats, &[0, 1, 0, 1, 0, 1, 0, 1])
}

/// Looking and taking are one within the lock.
pub(super) fn last_seat_locked() -> Named {
    let title = "With a lock the second one looks when the first has taken it";
    stepped("last_seat_locked", title, Program::SeatsLocked, &[0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1])
}

/// The swap finds that something has changed since it looked.
pub(super) fn last_seat_swapped() -> Named {
    let title = "With compare-and-swap the second one is told that it looked too early";
    stepped("last_seat_swapped", title, Program::SeatsSwapped, &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1])
}

/// Each has one lock and wants the other.
pub(super) fn deadlock() -> Named {
    let title = "Each holds one lock and wants the other's: a deadlock";
    stepped("deadlock", title, Program::Transfer, &[0, 1, 0, 1])
}

/// The tail counts an item that is not there yet.
pub(super) fn gap() -> Named {
    let title = "A slot is reserved and not yet written: whoever reads now finds nothing in it";
    stepped("gap", title, Program::AppendReserved, &[0, 1, 1, 0])
}

/// Both see the flag down before either raises it.
pub(super) fn flag() -> Named {
    let title = "A flag is no lock: both find it down, and both go in";
    let steps = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
    stepped("flag", title, Program::Flag, &steps)
}

/// Both have read the other's flag before either's own is seen.
pub(super) fn overtaken() -> Named {
    let title = "A load overtakes two stores, as on x86: Peterson's lock lets both in";
    let steps = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
    stepped("overtaken", title, Program::PetersonOvertaken, &steps)
}
