//! Doing work side by side, and racing.
//!
//! Side by side:
//! - [`primes`]: the classical job, three ways: trial division, by primes only, and a segmented sieve
//! - [`job`]: what is to be counted, by how many workers, and how it is dealt out
//! - [`split`]: the pieces of a job, and whose they are
//! - [`race`]: what each worker did when: the Gantt chart, measured or modelled
//! - [`worker`]: what one worker does, whether it is a thread, a process or a web worker
//! - [`schedule`]: what the Gantt chart should be, from the work in each number and the cores there are
//! - [`speedup`]: Amdahl, Gustafson, efficiency, and the serial fraction that a measurement shows
//! - [`team`]: workers that really count and really race, on shared words
//! - [`wire`]: what the server, its worker processes and the page tell each other
//!
//! Racing:
//! - [`program`]: tiny programs that several threads run at once, and [`instruction`], what one step of them is
//! - [`process`]: the threads, their cells and locks; [`promise`]: what is promised of them
//! - [`lab`]: the threads as a simulation, scheduled by hand or by a seed, and [`scenarios`] worth seeing
//! - [`CheckSearch`]: every interleaving there is, visited and counted
//! - [`many`]: the same programs run many times over, and the updates counted that each run loses

mod check;
pub mod instruction;
pub mod job;
pub mod lab;
pub mod many;
pub mod primes;
pub mod process;
pub mod program;
pub mod promise;
pub mod race;
pub mod scenarios;
pub mod schedule;
pub mod speedup;
pub mod split;
pub mod team;
pub mod wire;
pub mod worker;

pub use check::{
    CalmestRun, Check, CheckModel, CheckSearch, CheckState, CheckStep, Ending, Finding,
    FindingVerdict, FoundRun, Interleavings,
};
