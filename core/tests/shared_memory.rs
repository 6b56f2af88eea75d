//! Shared words, and what threads build on them, on threads of the operating system.

// The tests bring the threads that the core does not have.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

#[path = "shared_memory/event_count.rs"]
mod event_count;
#[path = "shared_memory/lock.rs"]
mod lock;
#[path = "shared_memory/native.rs"]
mod native;

use playground_core::shared_memory::{NativeMemory, SharedMemory};
use std::thread;

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
