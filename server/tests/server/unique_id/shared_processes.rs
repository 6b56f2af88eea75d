//! Servers in processes of their own, with data of their own, that share nothing but a Redis: killed, paused, and with
//! a Redis that is killed and that loses everything.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use playground_core::unique_id::wire::Batch;
use playground_engines::{Durability, Redis};
use tempfile::TempDir;

use super::shared::ask;
use super::world::{Collected, batch_of, ids, post, serve_sharing, until};
use crate::process::{Running, command};

fn sharing(dir: &TempDir, redis: &Redis) -> Command {
    let mut command = command(dir);
    command.args(["--redis", &redis.url()]);
    command
}

/// What one of them is asked while the others are killed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn servers_and_their_redis_are_killed_again_and_again_under_load_and_make_nothing_twice() {
    const ROUNDS: usize = 6;
    const ENOUGH: usize = 20_000;
    let redis = Mutex::new(Redis::start(Durability::EverySecond).unwrap());
    let dirs: Vec<_> = (0..4).map(|_| TempDir::new().unwrap()).collect();
    let start = |slot: usize| Running::start(&mut sharing(&dirs[slot], &lock(&redis)));
    let slots: Vec<_> = (0..4).map(|slot| Mutex::new(start(slot))).collect();
    let is_over = AtomicBool::new(false);
    let collected = Mutex::new(Collected::default());
    // Who was killed meanwhile, or has no number, makes nothing.
    let makes = |slot: usize, count| {
        let address = lock(&slots[slot]).address;
        let batch = batch_of(address, count).ok();
        batch.inspect(|batch| lock(&collected).add(batch)).is_some()
    };
    let all_make = || (0..4).for_each(|slot| until("an ID", || makes(slot, 10)));
    std::thread::scope(|scope| {
        for slot in 0..4 {
            for count in [1, 7, 5_000] {
                let (is_over, makes) = (&is_over, &makes);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        makes(slot, count);
                    }
                });
            }
        }
        all_make();
        for round in 0..ROUNDS {
            let made = lock(&collected).len();
            until("a load", || lock(&collected).len() >= made + ENOUGH);
            match round {
                // Everything that it has answered is in its file.
                1 | 4 => {
                    let mut redis = lock(&redis);
                    redis.kill().unwrap();
                    redis.start_again().unwrap();
                }
                2 => assert!(ask(&lock(&redis), "FLUSHALL").starts_with("+OK")),
                _ => {}
            }
            let slot = round % slots.len();
            let mut running = lock(&slots[slot]);
            running.signal("-KILL");
            *running = start(slot);
        }
        all_make();
        is_over.store(true, Ordering::Relaxed);
    });
    let collected = collected.into_inner().unwrap();
    assert!(collected.0.len() > slots.len(), "{:?}", collected.0.keys());
    assert!(collected.len() >= ROUNDS * ENOUGH);
    collected.assert_unique();
}

#[test]
fn a_paused_server_whose_number_was_taken_over_makes_nothing_beyond_its_window() {
    let redis = Redis::start(Durability::EverySecond).unwrap();
    let dir = TempDir::new().unwrap();
    let paused = Running::start(&mut sharing(&dir, &redis));
    let collected = Mutex::new(Collected::default());
    let makes = || batch_of(paused.address, 10).ok().inspect(|batch| lock(&collected).add(batch));
    let mut first = None;
    until("a number", || {
        first = makes();
        first.is_some()
    });
    let taken: Batch = first.unwrap();
    let folder = TempDir::new().unwrap();
    let others: Vec<_> = (0..31)
        .map(|other| {
            let name = format!("other-{other}");
            serve_sharing(&folder.path().join(&name), 0, Some((&redis.url(), &name)))
        })
        .collect();
    for other in &others {
        until("a number for each", || post(other, "/api/unique-id", "").status == 200);
        lock(&collected).add(&ids(other, 100));
    }
    paused.signal("-STOP");
    std::thread::scope(|scope| {
        // They wait for it, and are answered as soon as it goes on.
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(makes)).collect();
        let next = serve_sharing(&folder.path().join("next"), 0, Some((&redis.url(), "next")));
        until("its number for the next", || post(&next, "/api/unique-id", "").status == 200);
        let by_next = ids(&next, 1_000);
        assert_eq!(by_next.worker.unwrap().number, taken.worker.unwrap().number);
        lock(&collected).add(&by_next);
        paused.signal("-CONT");
        for waiting in waiting {
            waiting.join().unwrap();
        }
        lock(&collected).add(&ids(&next, 1_000));
        assert!(makes().is_none(), "all numbers are taken");
        // Until one is given back.
        next.join();
        until("another number", || makes().is_some());
    });
    let collected = collected.into_inner().unwrap();
    assert_eq!(collected.0.len(), 34);
    collected.assert_unique();
}
