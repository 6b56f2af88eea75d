//! What one worker of a race does, wherever it runs: a thread of the server, a process that is talked to over pipes, or
//! a web worker on shared memory. They differ in their [`Surroundings`] only.

use super::job::Job;
use super::primes::{Counter, TooLarge};
use super::race::Counted;
use super::split::Pieces;
use std::ops::ControlFlow;

/// Waits that are not longer, in microseconds, are none: they come from cutting times to whole microseconds.
const SHORTEST_WAIT_US: u64 = 2;

/// What a worker needs of the world.
pub trait Surroundings {
    /// How long the race has lasted, in microseconds: the same for all workers, as far as their clocks allow.
    fn now_us(&mut self) -> u64;

    /// Adds 1 to the counter that all workers share, and returns what it was before. May wait.
    fn take(&mut self) -> u32;

    /// Tells of a slice that was counted from one moment to another. Breaks off the race if it is not wanted any more.
    fn tell(&mut self, counted: Counted, from_us: u64, until_us: u64) -> ControlFlow<()>;
}

/// Counts what comes to a worker, until nothing is left, or until the surroundings break it off.
///
/// # Errors
/// If the bound is too large for the method, which [`Job::check`] excludes.
pub fn work(
    job: &Job,
    worker: u32,
    around: &mut dyn Surroundings,
) -> Result<ControlFlow<()>, TooLarge> {
    let mut from_us = around.now_us();
    // The primes that it divides by, or crosses out with, are its own, and looking for them is a part of its work.
    let mut primes = Counter::new(job.method, job.up_to)?;
    let mut pieces = Pieces::new(job, worker);
    while let Some(piece) = pieces.next_with(|| around.take()) {
        let taken_us = around.now_us();
        if taken_us.saturating_sub(from_us) > SHORTEST_WAIT_US {
            from_us = taken_us;
        }
        for slice in job.method.slices(piece.numbers) {
            let found = primes.count(slice.clone());
            let until_us = around.now_us();
            let counted = Counted::new(piece.index, slice, found);
            if around.tell(counted, from_us, until_us).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            from_us = until_us;
        }
    }
    Ok(ControlFlow::Continue(()))
}
