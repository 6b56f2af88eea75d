//! Doing work side by side, and racing.
//!
//! - [`primes`]: the classical job, three ways: trial division, by primes only, and a segmented sieve
//! - [`job`]: what is to be counted, by how many workers, and how it is dealt out
//! - [`split`]: the pieces of a job, and whose they are
//! - [`race`]: what each worker did when: the Gantt chart, measured or modelled
//! - [`worker`]: what one worker does, whether it is a thread, a process or a web worker
//! - [`schedule`]: what the Gantt chart should be, from the work in each number and the cores there are
//! - [`speedup`]: Amdahl, Gustafson, efficiency, and the serial fraction that a measurement shows
//! - [`wire`]: what the server, its worker processes and the page tell each other

pub mod job;
pub mod primes;
pub mod race;
pub mod schedule;
pub mod speedup;
pub mod split;
pub mod wire;
pub mod worker;
