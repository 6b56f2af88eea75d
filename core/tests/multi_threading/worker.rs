//! A worker's whole loop, with surroundings that are a script.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::race::{Counted, Lane};
use playground_core::multi_threading::split::Split;
use playground_core::multi_threading::worker::{Surroundings, work};
use std::ops::ControlFlow;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A world in which each look at the clock takes a moment, and each piece some more.
struct Script {
    now_us: u64,
    look_us: u64,
    take_us: u64,
    taken: u32,
    slices_left: u32,
    lane: Lane,
}

impl Script {
    fn new(look_us: u64, take_us: u64, slices_left: u32) -> Self {
        Script { now_us: 50, look_us, take_us, taken: 0, slices_left, lane: Lane::default() }
    }
}

impl Surroundings for Script {
    fn now_us(&mut self) -> u64 {
        self.now_us += self.look_us;
        self.now_us
    }

    fn take(&mut self) -> u32 {
        self.now_us += self.take_us;
        self.taken += 1;
        self.taken - 1
    }

    fn tell(&mut self, counted: Counted, from_us: u64, until_us: u64) -> ControlFlow<()> {
        self.lane.count(counted, from_us, until_us);
        self.slices_left -= 1;
        match self.slices_left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn job(split: Split) -> Job {
    Job { up_to: 100_000, workers: 1, method: Method::ByPrimes, split }
}

#[test]
fn a_worker_counts_all_there_is() {
    for split in [Split::Static, Split::Interleaved { size: 1_000 }, Split::Chunks { size: 1_000 }]
    {
        let mut around = Script::new(1, 0, u32::MAX);
        assert_eq!(work(&job(split), 0, &mut around), Ok(ControlFlow::Continue(())));
        assert_eq!((around.lane.counted, around.lane.found), (100_000, 9_592));
        assert_eq!(around.lane.waiting_us, 0, "a tick of the clock is no wait");
        let takes = if matches!(split, Split::Chunks { .. }) { 101 } else { 0 };
        assert_eq!(around.taken, takes, "a piece each, and once in vain");
    }
}

#[test]
fn waiting_for_a_piece_is_seen() {
    let mut around = Script::new(1, 30, u32::MAX);
    assert!(work(&job(Split::Chunks { size: 50_000 }), 0, &mut around).is_ok());
    // The first wait is before the first piece, when it starts.
    assert_eq!(around.lane.waiting_us, 31);
    assert_eq!(around.lane.spans[0].until_us, 50 + 1 + 30 + 1);
}

#[test]
fn whoever_is_not_wanted_any_more_stops() {
    let mut around = Script::new(1, 0, 3);
    let outcome = work(&job(Split::Chunks { size: 1_000 }), 0, &mut around);
    assert_eq!(outcome, Ok(ControlFlow::Break(())));
    assert_eq!((around.lane.counted, around.taken), (3_000, 3));
}

#[test]
fn a_job_beyond_the_bound_is_an_error() {
    let job = Job { up_to: u64::MAX, ..job(Split::Static) };
    assert!(work(&job, 0, &mut Script::new(1, 0, 1)).is_err());
}
