//! What survives a process: numbers, milliseconds and posts; and what does not: a race's files.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use playground_core::unique_id::snowflake::Layout;
use playground_core::unique_id::wire::{Posts, RaceState};
use tempfile::TempDir;

use super::world::{Collected, batch_of, parse, until};
use crate::process::{Running, command};

fn shifted(dir: &TempDir, offset_ms: i64) -> Command {
    let mut command = command(dir);
    command.arg("--unique-id-clock-offset-ms").arg(offset_ms.to_string());
    command
}

#[cfg(unix)]
fn kill(running: Running) {
    running.signal("-KILL");
    running.wait();
}

#[cfg(unix)]
#[test]
fn four_servers_that_are_killed_again_and_again_under_load_make_nothing_twice() {
    const KILLS: usize = 8;
    const ENOUGH: usize = 200_000;
    let dir = TempDir::new().unwrap();
    let start = || Running::start(&mut command(&dir));
    let slots: Vec<_> = (0..4).map(|_| Mutex::new(start())).collect();
    let is_over = AtomicBool::new(false);
    let collected = Mutex::new(Collected::default());
    std::thread::scope(|scope| {
        for slot in &slots {
            for count in [1, 7, 5_000] {
                let (is_over, collected) = (&is_over, &collected);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        let address = slot.lock().unwrap().address;
                        // Who was killed meanwhile answers nothing.
                        if let Ok(batch) = batch_of(address, count) {
                            collected.lock().unwrap().add(&batch);
                        }
                    }
                });
            }
        }
        // Each life makes something before it ends, so that each has an epoch.
        let heard = |address| {
            until("an answer", || match batch_of(address, 10) {
                Ok(batch) => {
                    collected.lock().unwrap().add(&batch);
                    true
                }
                Err(_) => false,
            });
        };
        for round in 0..KILLS {
            let made = collected.lock().unwrap().len();
            until("a load", || collected.lock().unwrap().len() >= made + ENOUGH / KILLS);
            let mut running = slots[round % slots.len()].lock().unwrap();
            heard(running.address);
            // While the others go on, whoever asks this one waits for the next.
            let next = start();
            kill(std::mem::replace(&mut *running, next));
        }
        for slot in &slots {
            heard(slot.lock().unwrap().address);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let collected = collected.into_inner().unwrap();
    assert!(collected.0.len() >= slots.len() + KILLS, "{:?}", collected.0.keys());
    assert!(collected.len() >= ENOUGH);
    collected.assert_unique();
}

#[cfg(unix)]
#[test]
fn a_clock_that_is_set_back_over_a_restart_repeats_nothing() {
    const HOUR_MS: i64 = 3_600_000;
    let dir = TempDir::new().unwrap();
    let mut collected = Collected::default();
    let mut last = None;
    for hours_back in [0, 1, 1, 2, 0] {
        let running = Running::start(&mut shifted(&dir, -hours_back * HOUR_MS));
        let batch = batch_of(running.address, 5_000).unwrap();
        let ids = parse(&batch);
        if let Some((before, first)) = last
            && before < hours_back
        {
            assert!(ids[0] < first, "the clock really was set back");
        }
        last = Some((hours_back, ids[0]));
        collected.add(&batch);
        kill(running);
    }
    assert_eq!(collected.0.len(), 5);
    collected.assert_unique();
}

#[test]
fn a_second_server_on_the_same_data_has_another_number_and_the_same_blog() {
    let dir = TempDir::new().unwrap();
    let first = Running::start(&mut command(&dir));
    // Its clock shows so much that the first one's lease seems to be over.
    let second = Running::start(&mut shifted(&dir, 45_000));
    let mut collected = Collected::default();
    let mut numbers = Vec::new();
    for running in [&first, &second, &first, &second] {
        let batch = batch_of(running.address, 1_000).unwrap();
        numbers.push(batch.worker.unwrap().number);
        collected.add(&batch);
    }
    assert_eq!((numbers[0], numbers[1]), (numbers[2], numbers[3]));
    assert_ne!(numbers[0], numbers[1]);
    collected.assert_unique();

    for (running, user_id) in [(&first, 1), (&second, 2), (&first, 5), (&second, 6)] {
        write(running, user_id, &format!("by {user_id}"));
    }
    assert_eq!(newest(&first), newest(&second));
    assert_eq!(newest(&first).posts.len(), 4);
}

fn write(running: &Running, user_id: u32, text: &str) {
    let url = format!("http://{}/api/unique-id/blog/posts", running.address);
    let body = serde_json::json!({ "user_id": user_id, "text": text }).to_string();
    let answer = ureq::post(url).header("content-type", "application/json").send(body).unwrap();
    assert_eq!(answer.status(), 201);
}

fn newest(running: &Running) -> Posts {
    serde_json::from_str(&running.get("/api/unique-id/blog/posts?limit=100")).unwrap()
}

#[cfg(unix)]
#[test]
fn posts_survive_a_kill() {
    let dir = TempDir::new().unwrap();
    let running = Running::start(&mut command(&dir));
    for number in 0..20 {
        write(&running, number, &format!("post {number}"));
    }
    let before = newest(&running);
    kill(running);
    let running = Running::start(&mut command(&dir));
    let after = newest(&running);
    assert_eq!(after, before);
    assert_eq!(after.posts.len(), 20);
    write(&running, 7, "one more");
    let newest = newest(&running);
    assert_eq!((newest.posts[0].text.as_str(), newest.posts.len()), ("one more", 21));
    let made_ms = Layout::CLASSICAL.unix_ms(newest.posts[0].id);
    assert!(made_ms > Layout::CLASSICAL.unix_ms(before.posts[0].id));
}

/// What is in the folder of races, but for its lock.
#[cfg(unix)]
fn left(folder: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    entries.filter(|name| name != "lock").collect()
}

#[cfg(unix)]
#[test]
fn a_race_leaves_nothing_behind_that_the_next_start_does_not_remove() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("data/unique-id/race");
    for signal in ["-KILL", "-TERM"] {
        let running = Running::start(&mut command(&dir));
        let url = format!("http://{}/api/unique-id/race", running.address);
        let request = ureq::post(url).header("content-type", "application/json");
        request.send(r#"{"rows": 1000000, "kinds": ["uuid_v4"]}"#).unwrap();
        let state =
            || serde_json::from_str::<RaceState>(&running.get("/api/unique-id/race")).unwrap();
        until("rows are in", || state().lanes[0].latest.rows > 0);
        assert_eq!(left(&folder).len(), 1);
        running.signal(signal);
        running.wait();
        let is_orderly = signal == "-TERM";
        assert_eq!(left(&folder).is_empty(), is_orderly, "{signal}");
        let next = Running::start(&mut command(&dir));
        assert!(left(&folder).is_empty(), "{signal}");
        drop(next);
    }
}
