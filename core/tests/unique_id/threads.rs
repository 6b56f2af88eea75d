//! Many threads on one generator: no ID twice, and each thread's rise.

// The tests bring the clock and the threads that the core does not have.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use playground_core::unique_id::snowflake::{
    Clock, ClockPolicy, Field, Id, Layout, Next, SharedGenerator,
};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

const THREADS: usize = 8;
const IDS: usize = 1_000_000;

/// The system's clock.
fn system() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// Runs the same on every thread.
fn on_threads<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The next ID, however long it takes.
fn next(generator: &SharedGenerator<impl Clock>) -> Id {
    loop {
        match generator.next() {
            Ok(Next::Made(id)) => return id,
            Ok(Next::Wait(_)) => thread::yield_now(),
            Err(refused) => panic!("{refused}"),
        }
    }
}

/// No ID twice, none out of a thread's order, and none of another worker's. The IDs of a classical layout that were
/// made within some seconds are few enough for a bit each.
#[track_caller]
fn assert_unique(layout: Layout, worker: u16, of_threads: &[Vec<Id>]) {
    let parts = |id: &Id| layout.decompose(*id);
    let all = || of_threads.iter().flatten();
    let first = all().map(|id| parts(id).ticks).min().unwrap();
    let mut seen = Vec::new();
    for ids in of_threads {
        assert!(ids.is_sorted_by(|a, b| a < b), "out of order");
    }
    for id in all() {
        let it = parts(id);
        assert_eq!(it.worker, worker);
        let place = (it.ticks - first) * layout.ids_per_tick() + u64::from(it.sequence);
        let (word, bit) = ((place / 64) as usize, place % 64);
        if seen.len() <= word {
            seen.resize(word + 1, 0_u64);
        }
        assert_eq!(seen[word] >> bit & 1, 0, "{id} twice");
        seen[word] |= 1 << bit;
    }
}

#[test]
fn eight_threads_make_a_million_ids_each_and_none_twice() {
    // A machine that sets its clock during the test is no reason to fail.
    let policy = ClockPolicy::Wait { at_most_ms: 60_000 };
    let generator = SharedGenerator::new(Layout::CLASSICAL, 9, policy, system).unwrap();
    let of_threads = on_threads(|_| (0..IDS).map(|_| next(&generator)).collect::<Vec<_>>());
    assert_eq!(of_threads.iter().map(Vec::len).sum::<usize>(), THREADS * IDS);
    assert_unique(Layout::CLASSICAL, 9, &of_threads);
}

#[test]
fn batches_and_single_ids_mix() {
    let policy = ClockPolicy::Wait { at_most_ms: 60_000 };
    let generator = SharedGenerator::new(Layout::CLASSICAL, 0, policy, system).unwrap();
    let of_threads = on_threads(|thread| {
        let mut ids = Vec::new();
        let mut batch = [Id(0); 100];
        while ids.len() < 100_000 {
            if thread % 2 == 0 {
                let filled = generator.fill(&mut batch).unwrap();
                ids.extend(&batch[..filled.made]);
            } else {
                ids.push(next(&generator));
            }
        }
        ids
    });
    assert_unique(Layout::CLASSICAL, 0, &of_threads);
}

/// A clock that every thread moves, and some of them back.
struct Disturbed {
    now_ms: AtomicU64,
    readings: AtomicU64,
}

impl Clock for Disturbed {
    fn unix_ms(&self) -> u64 {
        match self.readings.fetch_add(1, Ordering::SeqCst) % 64 {
            7 => self.now_ms.fetch_add(3, Ordering::SeqCst),
            21 => self.now_ms.fetch_sub(4, Ordering::SeqCst),
            42 => self.now_ms.fetch_add(2, Ordering::SeqCst),
            _ => self.now_ms.load(Ordering::SeqCst),
        }
    }
}

#[test]
fn a_clock_that_jumps_about_makes_no_id_twice() {
    for policy in [ClockPolicy::Wait { at_most_ms: 1_000 }, ClockPolicy::Borrow { at_most_ms: 50 }]
    {
        let now_ms = AtomicU64::new(1_700_000_000_000);
        let clock = Disturbed { now_ms, readings: AtomicU64::new(0) };
        let generator = SharedGenerator::new(Layout::CLASSICAL, 31, policy, clock).unwrap();
        let of_threads = on_threads(|_| (0..50_000).map(|_| next(&generator)).collect::<Vec<_>>());
        assert_unique(Layout::CLASSICAL, 31, &of_threads);
    }
}

#[test]
fn threads_that_race_for_the_last_numbers_lose_none_of_the_next_tick() {
    for _ in 0..50 {
        let clock = AtomicU64::new(1_700_000_000_000);
        let time = || clock.load(Ordering::SeqCst);
        let policy = ClockPolicy::Refuse;
        let generator = SharedGenerator::new(Layout::CLASSICAL, 3, policy, time).unwrap();
        for tick in 0..3 {
            // Everybody asks until the millisecond is full.
            let of_threads = on_threads(|_| {
                let mut ids = Vec::new();
                while let Ok(Next::Made(id)) = generator.next() {
                    ids.push(id);
                }
                ids
            });
            let ids: BTreeSet<Id> = of_threads.into_iter().flatten().collect();
            let numbers = ids.iter().map(|id| Layout::CLASSICAL.value(Field::Sequence, *id));
            assert!(numbers.eq(0..4_096), "tick {tick}");
            clock.fetch_add(1, Ordering::SeqCst);
        }
    }
}
