//! The operations, and parking: who is woken, in which order, and what ends a wait.

use super::{on_threads, until_holds, until_parked};
use playground_core::shared_memory::{NativeMemory, SharedMemory, Waited};
use std::thread;

#[test]
fn operations_return_what_was_there_before() {
    let memory = NativeMemory::new(2);
    assert_eq!(memory.words(), 2);
    assert_eq!(memory.add(0, u32::MAX), 0);
    assert_eq!(memory.add(0, 2), u32::MAX);
    assert_eq!(memory.or(0, 0b110), 1);
    assert_eq!(memory.exchange(0, 5), 0b111);
    assert_eq!(memory.compare_exchange(0, 4, 9), 5);
    assert_eq!(memory.load(0), 5);
    assert_eq!(memory.compare_exchange(0, 5, 9), 5);
    memory.plain_store(1, 3);
    assert_eq!((memory.plain_load(0), memory.load(1)), (9, 3));
}

#[test]
fn nobody_waits_for_what_has_already_changed() {
    let memory = NativeMemory::new(1);
    assert_eq!(memory.wait(0, 1, None), Waited::NotEqual);
}

#[test]
fn a_wait_ends_when_its_time_is_over() {
    let memory = NativeMemory::new(1);
    assert_eq!(memory.wait(0, 0, Some(1.0)), Waited::TimedOut);
    for no_time in [0.0, -1.0, f64::NAN] {
        assert_eq!(memory.wait(0, 0, Some(no_time)), Waited::TimedOut);
    }
    assert_eq!(memory.parked(0), 0);
    assert_eq!(memory.notify(0, 1), 0, "nobody is left to be woken");
}

#[test]
fn the_longest_waiting_is_woken_first_and_no_more_than_asked_for() {
    let memory = NativeMemory::new(2);
    let order = 1;
    thread::scope(|scope| {
        for number in 0..4 {
            let memory = &memory;
            scope.spawn(move || {
                assert_eq!(memory.wait(0, 0, None), Waited::Woken);
                // Only the one that is woken is here, as the others are let go one after the other.
                assert_eq!(memory.add(order, 1), number);
            });
            until_parked(memory, 0, number as usize + 1);
        }
        for number in 0..2 {
            assert_eq!(memory.notify(0, 1), 1);
            until_holds(&memory, order, number + 1);
            assert_eq!(memory.parked(0), 3 - number as usize);
        }
        assert_eq!(memory.notify(1, u32::MAX), 0, "nobody waits for the other word");
        assert_eq!(memory.notify(0, 1), 1);
        until_holds(&memory, order, 3);
        assert_eq!(memory.notify(0, u32::MAX), 1);
    });
}

#[test]
fn a_time_limit_that_never_ends_is_none() {
    let memory = NativeMemory::new(1);
    thread::scope(|scope| {
        let parked = scope.spawn(|| memory.wait(0, 0, Some(f64::INFINITY)));
        until_parked(&memory, 0, 1);
        memory.notify(0, 1);
        assert_eq!(parked.join().unwrap(), Waited::Woken);
    });
}

/// Two threads give each other the turn a hundred thousand times: one wake-up too few, and this never ends.
#[test]
fn no_wake_up_comes_between_the_look_and_the_sleep() {
    let memory = NativeMemory::new(1);
    on_threads(2, |me| {
        for turn in (0..100_000_u32).filter(|turn| turn % 2 == me) {
            loop {
                let now = memory.load(0);
                if now == turn {
                    break;
                }
                memory.wait(0, now, None);
            }
            memory.store(0, turn + 1);
            memory.notify(0, 1);
        }
    });
    assert_eq!(memory.load(0), 100_000);
}
