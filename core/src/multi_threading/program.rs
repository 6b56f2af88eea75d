//! Tiny programs that several threads run at once: which there are, and what each looks like as source and as
//! instructions.
//!
//! A thread runs its listing round after round. Counting the rounds is no instruction, because nobody else could tell
//! when it is done; each round begins with registers of zero.

pub(super) mod append;
mod assembler;
mod code;
pub(super) mod counter;
mod flag;
mod listing;
pub(super) mod seats;
mod setup;
pub(super) mod transfer;

pub use code::Code;
pub use listing::{CellInfo, CellKind, Line, Listing, Step};
pub use setup::{MOST_ITERATIONS, MOST_ROUNDS, Setup};

use super::process::MOST_THREADS;
use super::promise::Promise;
use code::Family;
use listing::cell;
use serde::{Deserialize, Serialize};

/// A tiny program.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// A counter that is read, added to and written, without a lock.
    #[default]
    Counter,
    /// The same within a lock.
    CounterLocked,
    /// The same by compare-and-swap, again and again until it succeeds.
    CounterSwapped,
    /// The same by one atomic fetch-and-add.
    CounterAdded,
    /// The last seats are sold: first one looks whether there is one, then one takes it. Each of both is atomic.
    Seats,
    /// The same within a lock.
    SeatsLocked,
    /// The same by compare-and-swap: it takes the seat only if nothing has changed since it looked.
    SeatsSwapped,
    /// Money moves between two accounts; even threads lock one first, odd threads the other.
    Transfer,
    /// The same, and everybody locks the same account first.
    TransferOrdered,
    /// Items are appended to a queue without a lock: read the tail, write the slot, write the tail.
    Append,
    /// The same within a lock.
    AppendLocked,
    /// The slot is reserved by one atomic fetch-and-add, and written afterwards.
    AppendReserved,
    /// A lock made of a flag: wait until it is down, then raise it.
    Flag,
    /// Peterson's lock for two threads, of loads and stores alone ("Myths About the Mutual Exclusion Problem", 1981).
    Peterson,
    /// The same as a processor with store buffers may run it: the first load overtakes the stores before it. x86 does that
    /// (Sewell et al., "x86-TSO", Communications of the ACM 53/7, 2010), unless a fence or an atomic operation forbids it.
    PetersonOvertaken,
}

impl Program {
    /// All of them, those that belong together beside each other.
    pub const ALL: [Program; 15] = [
        Program::Counter,
        Program::CounterLocked,
        Program::CounterSwapped,
        Program::CounterAdded,
        Program::Seats,
        Program::SeatsLocked,
        Program::SeatsSwapped,
        Program::Transfer,
        Program::TransferOrdered,
        Program::Append,
        Program::AppendLocked,
        Program::AppendReserved,
        Program::Flag,
        Program::Peterson,
        Program::PetersonOvertaken,
    ];

    /// What it is, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Program::Counter => "a counter without a lock",
            Program::CounterLocked => "a counter with a lock",
            Program::CounterSwapped => "a counter with compare-and-swap",
            Program::CounterAdded => "a counter with fetch-and-add",
            Program::Seats => "the last seats: look, then take",
            Program::SeatsLocked => "the last seats with a lock",
            Program::SeatsSwapped => "the last seats with compare-and-swap",
            Program::Transfer => "two locks in opposite order",
            Program::TransferOrdered => "two locks in one order",
            Program::Append => "a queue without a lock",
            Program::AppendLocked => "a queue with a lock",
            Program::AppendReserved => "a queue whose slots are reserved by fetch-and-add",
            Program::Flag => "a lock made of a flag",
            Program::Peterson => "Peterson's lock",
            Program::PetersonOvertaken => "Peterson's lock without a fence",
        }
    }

    /// What is promised of it, and checked.
    pub fn promises(self) -> &'static [Promise] {
        match self {
            Program::Counter | Program::CounterSwapped | Program::CounterAdded => {
                &[Promise::NoUpdateLost, Promise::EverybodyEnds]
            }
            Program::CounterLocked
            | Program::Flag
            | Program::Peterson
            | Program::PetersonOvertaken => {
                &[Promise::NoUpdateLost, Promise::OneAtATime, Promise::EverybodyEnds]
            }
            Program::Seats | Program::SeatsSwapped => {
                &[Promise::NotOversold, Promise::EverybodyEnds]
            }
            Program::SeatsLocked => {
                &[Promise::NotOversold, Promise::OneAtATime, Promise::EverybodyEnds]
            }
            Program::Transfer | Program::TransferOrdered => {
                &[Promise::MoneyKept, Promise::EverybodyEnds]
            }
            Program::Append | Program::AppendReserved => {
                &[Promise::NoItemLost, Promise::NoGap, Promise::EverybodyEnds]
            }
            Program::AppendLocked => {
                &[Promise::NoItemLost, Promise::NoGap, Promise::OneAtATime, Promise::EverybodyEnds]
            }
        }
    }

    /// Those of its promises that it breaks in some run of two or more threads. Every run is visited in the tests: it
    /// breaks these, and keeps all others.
    pub fn breaks(self) -> &'static [Promise] {
        match self {
            Program::Counter => &[Promise::NoUpdateLost],
            Program::Seats => &[Promise::NotOversold],
            Program::Transfer => &[Promise::EverybodyEnds],
            Program::Append => &[Promise::NoItemLost],
            Program::AppendReserved => &[Promise::NoGap],
            Program::Flag | Program::PetersonOvertaken => {
                &[Promise::NoUpdateLost, Promise::OneAtATime]
            }
            Program::CounterLocked
            | Program::CounterSwapped
            | Program::CounterAdded
            | Program::SeatsLocked
            | Program::SeatsSwapped
            | Program::TransferOrdered
            | Program::AppendLocked
            | Program::Peterson => &[],
        }
    }

    /// Whether it keeps all its promises in every run.
    pub fn is_sound(self) -> bool {
        self.breaks().is_empty()
    }

    /// The most threads that it is made for.
    pub fn most_threads(self) -> u8 {
        match self {
            Program::Peterson | Program::PetersonOvertaken => 2,
            _ => MOST_THREADS,
        }
    }

    /// Whether it has a slot for every item.
    pub fn is_queue(self) -> bool {
        matches!(self, Program::Append | Program::AppendLocked | Program::AppendReserved)
    }
}
