//! What is drawn of the lab at one moment: plain data.

use super::action::{Scenario, Scheduler};
use crate::multi_threading::instruction::{REGISTERS, Word};
use crate::multi_threading::process::Effect;
use crate::multi_threading::program::{CellKind, Listing};
use crate::multi_threading::promise::Tally;
use crate::sim::Time;
use std::sync::Arc;

/// The most turns that a frame shows.
pub const MOST_TURNS: usize = 240;

/// The picture at one moment. Threads, instructions, rounds, cells and locks are counted from 0 on, steps from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How it was set up.
    pub scenario: Arc<Scenario>,
    /// Who decides which thread goes on.
    pub scheduler: Scheduler,
    /// The threads.
    pub threads: Vec<ThreadView>,
    /// The cells.
    pub cells: Vec<CellView>,
    /// The locks.
    pub locks: Vec<LockView>,
    /// Who has gone on last.
    pub running: Option<u8>,
    /// What should be there after what has been done, and what is there.
    pub tally: Tally,
    /// What should be there once everybody is done: additions, items or coins; the most seats that may be sold.
    pub expected_at_end: Word,
    /// The last turns, the newest last, at most [`MOST_TURNS`] of them.
    pub turns: Arc<Vec<Turn>>,
    /// The threads that wait for each other in a ring; empty if none do.
    pub deadlocked: Vec<u8>,
    /// Whether every thread has finished or is dead.
    pub is_over: bool,
    /// How many instructions were done or tried.
    pub steps: u64,
    /// How often another thread went on than before.
    pub switches: u64,
    /// The promises that have been broken, each a sentence, in the order in which that was found.
    pub broken: Vec<&'static str>,
}

/// A thread.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadView {
    /// Its number.
    pub thread: u8,
    /// What it runs.
    pub listing: Arc<Listing>,
    /// What it does.
    pub state: ThreadState,
    /// Its next instruction; none if it has finished.
    pub next: Option<u8>,
    /// How many rounds it has completed.
    pub round: u32,
    /// What its registers hold.
    pub registers: [Word; REGISTERS],
    /// The locks that it holds.
    pub holds: Vec<u8>,
    /// The cell that its next instruction touches, if it touches one.
    pub next_cell: Option<u32>,
    /// Whether it is where only one thread is meant to be.
    pub is_inside: bool,
    /// What it has looked at, and somebody has written since.
    pub stale: Option<Stale>,
    /// How many instructions it has done or tried.
    pub steps: u64,
}

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// It can go on.
    Ready,
    /// It waits for a lock.
    Waiting {
        /// Which one.
        lock: u8,
        /// Since when.
        since: Time,
    },
    /// It is passed over.
    Paused,
    /// It has completed its rounds.
    Finished,
    /// It is dead.
    Killed,
}

/// A thread has looked at a cell that somebody else has written since. If it writes what it has made of it, that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Which cell.
    pub cell: u32,
    /// Who has written it last.
    pub by: u8,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellView {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: CellKind,
    /// What it holds.
    pub value: Word,
    /// Who has touched it last.
    pub last: Option<Touch>,
}

/// A cell was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// By whom.
    pub thread: u8,
    /// Whether it was written.
    pub is_write: bool,
    /// In which step.
    pub step: u64,
    /// When.
    pub at: Time,
}

/// A lock.
#[derive(Clone, Debug, PartialEq)]
pub struct LockView {
    /// Its name.
    pub name: &'static str,
    /// Who holds it.
    pub owner: Option<u8>,
    /// Who has tried to take it and waits, the longest first.
    pub waiting: Vec<u8>,
}

/// A thread went on by one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The number of the step.
    pub step: u64,
    /// When.
    pub at: Time,
    /// Which thread.
    pub thread: u8,
    /// Which instruction.
    pub instruction: u8,
    /// In which round.
    pub round: u32,
    /// What came of it.
    pub effect: Effect,
    /// The update that it undid.
    pub overwrote: Option<Overwritten>,
}

/// An update that somebody wrote over without having seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwritten {
    /// Whose it was.
    pub thread: u8,
    /// The step in which it was made.
    pub step: u64,
}
