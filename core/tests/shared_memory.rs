//! Shared words, and what threads build on them, on threads of the operating system.

// The tests bring the threads that the core does not have.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

#[path = "shared_memory/event_count.rs"]
mod event_count;
#[path = "shared_memory/every_order.rs"]
mod every_order;
#[path = "shared_memory/journal.rs"]
mod journal;
#[path = "shared_memory/lock.rs"]
mod lock;
#[path = "shared_memory/lost_updates.rs"]
mod lost_updates;
#[path = "shared_memory/native.rs"]
mod native;
#[path = "shared_memory/primes.rs"]
mod primes;
#[path = "shared_memory/queue.rs"]
mod queue;
#[path = "shared_memory/queue_team.rs"]
mod queue_team;

use playground_core::shared_memory::{NativeMemory, SharedMemory, Teamwork};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

/// Runs the same on so many threads, and returns what each of them returns.
fn on_threads<T: Send>(threads: u32, work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Waits until so many threads are parked at a word.
fn until_parked(memory: &NativeMemory, at: usize, threads: usize) {
    while memory.parked(at) != threads {
        thread::yield_now();
    }
}

/// Waits until a word holds a value.
fn until_holds(memory: &NativeMemory, at: usize, value: u32) {
    while memory.load(at) != value {
        thread::yield_now();
    }
}

/// A team on threads, as somebody who looks on from the test's own thread sees it.
struct Stage<'a, T: Teamwork> {
    team: &'a T,
    memory: &'a NativeMemory,
    reader: T::Reader,
    begun: Instant,
    left: &'a AtomicU32,
}

impl<T: Teamwork> Stage<'_, T> {
    fn now_us(&self) -> u64 {
        self.begun.elapsed().as_micros() as u64
    }

    fn look(&mut self) -> T::Reading {
        let now_us = self.now_us();
        self.team.read(&mut self.reader, self.memory, now_us, false)
    }

    fn is_over(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    /// Looks on until something is to be seen.
    fn until(&mut self, what: impl Fn(&T::Reading) -> bool) -> T::Reading {
        loop {
            let reading = self.look();
            if what(&reading) {
                return reading;
            }
            thread::yield_now();
        }
    }
}

/// A test that has failed does not wait for those who wait for it.
impl<T: Teamwork> Drop for Stage<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.team.stop(self.memory);
        }
    }
}

/// Has a team work on as many threads, and somebody look on meanwhile; what came of it.
fn perform<T: Teamwork + Sync>(team: &T, look_on: impl FnOnce(&mut Stage<'_, T>)) -> T::Reading {
    let memory = NativeMemory::new(team.words());
    team.prepare(&memory);
    let begun = Instant::now();
    let left = AtomicU32::new(team.workers());
    let reader = T::Reader::default();
    let stage = Stage { team, memory: &memory, reader, begun, left: &left };
    let mut reader = thread::scope(|scope| {
        let mut stage = stage;
        for worker in 0..team.workers() {
            let (memory, left) = (&memory, &left);
            scope.spawn(move || {
                team.work(worker, memory, &|| begun.elapsed().as_micros() as u64);
                left.fetch_sub(1, Ordering::SeqCst);
            });
        }
        look_on(&mut stage);
        std::mem::take(&mut stage.reader)
    });
    team.read(&mut reader, &memory, begun.elapsed().as_micros() as u64, true)
}
