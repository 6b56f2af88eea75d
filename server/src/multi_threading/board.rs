//! Where workers note what they have done, and where whoever tells of it finds what is new.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::race::{Counted, Lane};
use playground_core::multi_threading::wire::PrimesEvent;

/// A race's board. Its clock starts when it is made.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) job: Job,
    began: Instant,
    /// One for each worker, so that they do not wait for each other.
    lanes: Vec<Mutex<Lane>>,
    /// How many pieces have been taken.
    taken: AtomicU32,
    is_stopped: AtomicBool,
    /// When the last worker had finished; 0 until then.
    ended_us: AtomicU64,
}

impl Board {
    pub(super) fn new(job: &Job) -> Self {
        Self {
            job: *job,
            began: Instant::now(),
            lanes: (0..job.workers).map(|_| Mutex::default()).collect(),
            taken: AtomicU32::new(0),
            is_stopped: AtomicBool::new(false),
            ended_us: AtomicU64::new(0),
        }
    }

    /// How long the race has lasted, in microseconds.
    pub(super) fn now_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The next piece that is for whoever comes.
    pub(super) fn take(&self) -> u32 {
        // Nothing else is told by this number, so no order with other memory is needed.
        self.taken.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes what a worker has counted.
    pub(super) fn count(&self, worker: u32, counted: Counted, from_us: u64, until_us: u64) {
        if let Some(mut lane) = self.lane(worker) {
            lane.count(counted, from_us, until_us);
        }
    }

    /// Notes that nothing is left to do for a worker.
    pub(super) fn done(&self, worker: u32) {
        if let Some(mut lane) = self.lane(worker) {
            lane.is_done = true;
        }
    }

    /// Asks all to stop.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Notes that all have finished, now.
    pub(super) fn end(&self) {
        self.ended_us.store(self.now_us(), Ordering::Relaxed);
    }

    /// What is new since the last time.
    pub(super) fn progress(&self) -> PrimesEvent {
        // The clock first: nothing that follows is earlier than what it says.
        let elapsed_us = self.elapsed_us();
        let mut found = 0;
        let lanes = self.lanes.iter().map(|lane| {
            let mut lane = locked(lane);
            found += lane.found;
            lane.take_news()
        });
        let lanes = lanes.collect();
        PrimesEvent::Progress { elapsed_us, found, lanes }
    }

    /// What came of it.
    pub(super) fn finished(&self) -> PrimesEvent {
        let found = self.lanes.iter().map(|lane| locked(lane).found).sum();
        PrimesEvent::Finished { elapsed_us: self.elapsed_us(), found }
    }

    fn elapsed_us(&self) -> u64 {
        match self.ended_us.load(Ordering::Relaxed) {
            0 => self.now_us(),
            ended_us => ended_us,
        }
    }

    fn lane(&self, worker: u32) -> Option<MutexGuard<'_, Lane>> {
        self.lanes.get(worker as usize).map(locked)
    }
}

fn locked(lane: &Mutex<Lane>) -> MutexGuard<'_, Lane> {
    lane.lock().unwrap_or_else(PoisonError::into_inner)
}
