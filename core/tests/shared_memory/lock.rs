//! The lock and the barrier.

use super::{on_threads, until_parked};
use playground_core::shared_memory::{Barrier, Lock, NativeMemory, SharedMemory};
use std::thread;

const LOCK: usize = 0;
const COUNT: usize = 1;

#[test]
fn nothing_is_lost_behind_a_lock() {
    let memory = NativeMemory::new(2);
    on_threads(8, |_| {
        let lock = Lock::new(&memory, LOCK);
        for _ in 0..20_000 {
            let _held = lock.lock();
            memory.plain_store(COUNT, memory.plain_load(COUNT) + 1);
        }
    });
    assert_eq!(memory.load(COUNT), 160_000);
    assert_eq!(memory.load(LOCK), 0, "it is free in the end");
}

#[test]
fn who_gives_it_back_wakes_those_who_wait_one_after_the_other() {
    let memory = NativeMemory::new(2);
    let lock = Lock::new(&memory, LOCK);
    let held = lock.lock();
    assert!(lock.try_lock().is_none());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let _held = Lock::new(&memory, LOCK).lock();
                memory.plain_store(COUNT, memory.plain_load(COUNT) + 1);
            });
        }
        until_parked(&memory, LOCK, 3);
        drop(held);
    });
    assert_eq!(memory.load(COUNT), 3);
    assert!(lock.try_lock().is_some());
}

#[test]
fn nobody_passes_a_barrier_before_everybody_is_there() {
    const THREADS: u32 = 5;
    const ROUNDS: u32 = 500;
    let count = Barrier::<NativeMemory>::WORDS;
    let memory = NativeMemory::new(count + 1);
    let leaders = on_threads(THREADS, |_| {
        let barrier = Barrier::new(&memory, 0, THREADS);
        let mut leaders = 0;
        for round in 1..=ROUNDS {
            memory.add(count, 1);
            leaders += u32::from(barrier.wait());
            assert_eq!(memory.load(count), THREADS * round);
            // Nobody counts on while somebody still looks.
            barrier.wait();
        }
        leaders
    });
    assert_eq!(leaders.iter().sum::<u32>(), ROUNDS, "one of them is the last each time");
}
