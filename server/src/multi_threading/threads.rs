//! Workers as threads: a pool of as many as were asked for, which share a counter of pieces.

use std::ops::ControlFlow;

use playground_core::multi_threading::race::Counted;
use playground_core::multi_threading::worker::{Surroundings, work};
use rayon::ThreadPoolBuilder;

use super::board::Board;

/// Counts all there is to count, or until the board is stopped. Blocks.
///
/// # Errors
/// A sentence for the visitor, if there are no threads.
pub(super) fn count(board: &Board) -> Result<(), String> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(board.job.workers as usize)
        .thread_name(|worker| format!("primes-{worker}"))
        .build()
        .map_err(|error| format!("There are no threads for that: {error}."))?;
    // Every thread of the pool does this, as a worker of its own.
    let outcomes = pool.broadcast(|thread| {
        let worker = thread.index() as u32;
        let outcome = work(&board.job, worker, &mut Thread { worker, board });
        board.done(worker);
        outcome
    });
    match outcomes.into_iter().find_map(Result::err) {
        Some(error) => Err(format!("This cannot be counted: {error}.")),
        None => Ok(()),
    }
}

/// What a thread has around it: memory that all of them share.
struct Thread<'a> {
    worker: u32,
    board: &'a Board,
}

impl Surroundings for Thread<'_> {
    fn now_us(&mut self) -> u64 {
        self.board.now_us()
    }

    fn take(&mut self) -> u32 {
        self.board.take()
    }

    fn tell(&mut self, counted: Counted, from_us: u64, until_us: u64) -> ControlFlow<()> {
        self.board.count(self.worker, counted, from_us, until_us);
        match self.board.is_stopped() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
