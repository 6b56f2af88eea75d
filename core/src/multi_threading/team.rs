//! Work that really is done side by side, on shared words: web workers in the page, threads natively.
//!
//! - [`PrimesTeam`]: a race for primes, whose Gantt chart is measured
//! - [`LostUpdates`]: many runs of a counter that everybody counts up, with a lock, with an atomic, and with neither

mod lost_updates;
mod primes;

pub use lost_updates::{LostUpdates, LostUpdatesReader, LostUpdatesReading, Way};
pub use primes::{PrimesReader, PrimesTeam};
