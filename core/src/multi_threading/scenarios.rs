//! Runs worth seeing: what the page opens with, and what the golden tests replay.

mod by_hand;

use super::lab::{Action, Lab, Scenario, Scheduler};
use super::program::{Program, Setup};
use crate::sim::{self, Run};

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

/// All of them, the opening first.
pub fn all() -> Vec<Named> {
    vec![
        opening(),
        by_hand::lost_update(),
        whole_turns(),
        cut_turns(),
        locked(),
        swapped(),
        added(),
        by_hand::last_seat(),
        by_hand::last_seat_locked(),
        by_hand::last_seat_swapped(),
        by_hand::deadlock(),
        ordered(),
        ring(),
        appended(),
        appended_locked(),
        by_hand::gap(),
        by_hand::flag(),
        peterson(),
        by_hand::overtaken(),
        holder_paused(),
        holder_killed(),
        sandbox(),
    ]
}

/// The run that shows what a program is about.
pub fn of_program(program: Program) -> Named {
    match program {
        Program::Counter => opening(),
        Program::CounterLocked => locked(),
        Program::CounterSwapped => swapped(),
        Program::CounterAdded => added(),
        Program::Seats => by_hand::last_seat(),
        Program::SeatsLocked => by_hand::last_seat_locked(),
        Program::SeatsSwapped => by_hand::last_seat_swapped(),
        Program::Transfer => by_hand::deadlock(),
        Program::TransferOrdered => ordered(),
        Program::Append => appended(),
        Program::AppendLocked => appended_locked(),
        Program::AppendReserved => by_hand::gap(),
        Program::Flag => by_hand::flag(),
        Program::Peterson => peterson(),
        Program::PetersonOvertaken => by_hand::overtaken(),
    }
}

/// Chance, before this many of a million instructions.
fn random(switch_ppm: u32) -> Scheduler {
    Scheduler::Random { switch_ppm }
}

/// The same run with a seed of which there is more to see.
fn seeded(named: Named, seed: u64) -> Named {
    Named { run: Run { seed, ..named.run }, ..named }
}

fn scenario(program: Program, threads: u8, iterations: u32, scheduler: Scheduler) -> Scenario {
    let setup = Setup { program, threads, iterations };
    Scenario { setup, scheduler, ..Scenario::default() }
}

/// Two threads add to a counter, and some of it is lost.
pub fn opening() -> Named {
    let scenario = scenario(Program::Counter, 2, 3, random(500_000));
    let title = "Two threads add three each, and it does not make six";
    seeded(Named::new("opening", title, scenario, &[], 12_000), 10)
}

/// In turns of three instructions each increment is done in one piece.
pub fn whole_turns() -> Named {
    let scenario = scenario(Program::Counter, 2, 3, Scheduler::Turns { instructions: 3 });
    let title = "Turns of three instructions: by luck, nothing is lost";
    Named::new("whole_turns", title, scenario, &[], 12_000)
}

/// In turns of two each increment is cut.
pub fn cut_turns() -> Named {
    let scenario = scenario(Program::Counter, 2, 3, Scheduler::Turns { instructions: 2 });
    let title = "Turns of two instructions: the same program, and half of it is lost";
    Named::new("cut_turns", title, scenario, &[], 12_000)
}

/// A lock around the increment.
pub fn locked() -> Named {
    let scenario = scenario(Program::CounterLocked, 3, 2, random(500_000));
    let title = "A lock: whoever comes while it is taken waits, and nothing is lost";
    seeded(Named::new("locked", title, scenario, &[], 30_000), 6)
}

/// Compare-and-swap in place of a lock.
pub fn swapped() -> Named {
    let scenario = scenario(Program::CounterSwapped, 2, 3, random(600_000));
    let title = "Compare-and-swap: whoever comes too late tries again";
    Named::new("swapped", title, scenario, &[], 20_000)
}

/// One atomic instruction.
pub fn added() -> Named {
    let scenario = scenario(Program::CounterAdded, 3, 3, random(1_000_000));
    let title = "Fetch-and-add: one instruction, between whose parts nobody comes";
    Named::new("added", title, scenario, &[], 7_000)
}

/// Two locks in one order.
pub fn ordered() -> Named {
    let scenario = scenario(Program::TransferOrdered, 2, 2, random(500_000));
    let title = "Two locks in one order: somebody waits, but never for ever";
    Named::new("ordered", title, scenario, &[], 35_000)
}

/// Four threads, two locks, and chance: sooner or later they stand still.
pub fn ring() -> Named {
    let scenario = scenario(Program::Transfer, 4, 8, random(300_000));
    let title = "Four threads and two locks in opposite order: sooner or later nobody moves";
    seeded(Named::new("ring", title, scenario, &[], 20_000), 2)
}

/// A queue without a lock.
pub fn appended() -> Named {
    let scenario = scenario(Program::Append, 3, 4, random(400_000));
    let title = "Three threads append to a queue without a lock, and items are gone";
    seeded(Named::new("appended", title, scenario, &[], 32_000), 10)
}

/// The same queue with a lock.
pub fn appended_locked() -> Named {
    let scenario = scenario(Program::AppendLocked, 3, 4, random(400_000));
    let title = "The same queue with a lock: every item has its slot";
    Named::new("appended_locked", title, scenario, &[], 65_000)
}

/// Peterson's lock.
pub fn peterson() -> Named {
    let scenario = scenario(Program::Peterson, 2, 2, random(500_000));
    let title = "Peterson's lock: loads and stores are enough to keep one out";
    Named::new("peterson", title, scenario, &[], 60_000)
}

/// The scheduler takes the processor from whoever holds the lock.
pub fn holder_paused() -> Named {
    let scenario = scenario(Program::CounterLocked, 4, 1, Scheduler::Turns { instructions: 2 });
    let actions = [(1_500, Action::Pause { thread: 0 }), (9_000, Action::Resume { thread: 0 })];
    let title = "The holder of the lock is not let on: everybody else waits for it";
    Named::new("holder_paused", title, scenario, &actions, 25_000)
}

/// Whoever holds the lock dies.
pub fn holder_killed() -> Named {
    let scenario = scenario(Program::CounterLocked, 3, 2, Scheduler::Turns { instructions: 2 });
    let actions = [(1_500, Action::Kill { thread: 0 })];
    let title = "The holder of the lock dies: nobody will ever give it back";
    Named::new("holder_killed", title, scenario, &actions, 10_000)
}

/// Eight threads, ten rounds each.
pub fn sandbox() -> Named {
    let scenario = Scenario { step_ms: 100, ..scenario(Program::Counter, 8, 10, random(200_000)) };
    Named::new("sandbox", "Eight threads, ten rounds each", scenario, &[], 30_000)
}
