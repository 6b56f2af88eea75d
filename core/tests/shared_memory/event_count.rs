//! Waiting for a condition without a lock: no change is overlooked, and nobody is woken for nothing twice.

use super::{on_threads, until_parked};
use playground_core::shared_memory::{EventCount, NativeMemory, SharedMemory, Waited};
use std::thread;

const EVENTS: usize = 0;
/// Where threads are parked.
const EPOCH: usize = 2;
const TOKENS: usize = 3;

/// Takes a token if there is one.
fn take(memory: &NativeMemory) -> bool {
    let tokens = memory.load(TOKENS);
    tokens > 0 && memory.compare_exchange(TOKENS, tokens, tokens - 1) == tokens
}

fn take_in_time(memory: &NativeMemory) {
    let events = EventCount::new(memory, EVENTS);
    while !take(memory) {
        let key = events.prepare();
        if take(memory) {
            events.cancel(key);
            break;
        }
        events.wait(key, None);
    }
    if memory.load(TOKENS) > 0 {
        events.notify();
    }
}

#[test]
fn every_token_finds_its_taker() {
    const EACH: u32 = 20_000;
    let memory = NativeMemory::new(4);
    on_threads(8, |me| {
        let events = EventCount::new(&memory, EVENTS);
        for _ in 0..EACH {
            if me < 4 {
                memory.add(TOKENS, 1);
                events.notify();
            } else {
                take_in_time(&memory);
            }
        }
    });
    assert_eq!(memory.load(TOKENS), 0);
    assert_eq!(EventCount::new(&memory, EVENTS).waiting(), 0);
}

#[test]
fn one_is_woken_at_a_time_and_passes_the_word_on() {
    let memory = NativeMemory::new(4);
    let events = EventCount::new(&memory, EVENTS);
    thread::scope(|scope| {
        for parked in 1..=3 {
            scope.spawn(|| take_in_time(&memory));
            until_parked(&memory, EPOCH, parked);
        }
        assert_eq!(events.waiting(), 3);
        // Three at once, and only one wake-up for all of them.
        memory.add(TOKENS, 3);
        events.notify();
    });
    assert_eq!((memory.load(TOKENS), events.waiting()), (0, 0));
}

#[test]
fn who_was_told_meanwhile_does_not_wait() {
    let memory = NativeMemory::new(4);
    let events = EventCount::new(&memory, EVENTS);
    let key = events.prepare();
    events.notify();
    assert_eq!(events.wait(key, None), Waited::NotEqual);
    let key = events.prepare();
    events.notify_all();
    assert_eq!(events.wait(key, None), Waited::NotEqual);
    let key = events.prepare();
    assert_eq!(events.wait(key, Some(0.0)), Waited::TimedOut);
    assert_eq!(events.waiting(), 0);
    // Nobody waits, so nothing is written.
    let epoch = memory.load(EPOCH);
    events.notify();
    assert_eq!(memory.load(EPOCH), epoch);
}

/// The one to be woken dies; the others are woken when that is known.
#[test]
fn the_death_of_one_who_was_being_woken_can_be_mended() {
    let memory = NativeMemory::new(4);
    let events = EventCount::new(&memory, EVENTS);
    // It prepares, is told, and is never heard of again.
    let _dead = events.prepare();
    events.notify();
    thread::scope(|scope| {
        scope.spawn(|| take_in_time(&memory));
        until_parked(&memory, EPOCH, 1);
        memory.add(TOKENS, 1);
        events.notify_all();
    });
    assert_eq!(memory.load(TOKENS), 0);
}
