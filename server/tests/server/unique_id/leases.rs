//! Many servers on one data directory: each has a number of its own, and one too many is told so.

use std::collections::BTreeSet;

use super::world::{Collected, ids, post, problem, retry_after_ms, serve, serve_ahead, until};
use crate::running::Server;

#[test]
fn the_thirty_third_server_is_refused_until_another_one_stops() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut servers: Vec<Server> = (0..32).map(|_| serve(folder.path())).collect();
    let numbers: BTreeSet<u16> =
        servers.iter().map(|server| ids(server, 1).worker.unwrap().number).collect();
    assert_eq!(numbers, (0..32).collect());

    let late = serve(folder.path());
    let answer = post(&late, "/api/unique-id", "");
    let told = problem(&answer, 503);
    assert!(told.starts_with("All 32 worker numbers are taken by other servers"), "{told}");
    assert!((1_000..=11_000).contains(&retry_after_ms(&answer)), "{answer:?}");

    let before = ids(&servers[5], 100);
    servers.remove(5).join();
    let mut after = None;
    until("the number is free again", || {
        let answer = post(&late, "/api/unique-id?count=100", "");
        after = (answer.status == 200).then(|| answer.json());
        after.is_some()
    });
    let after: playground_core::unique_id::wire::Batch = after.unwrap();
    let (old, new) = (before.worker.unwrap(), after.worker.unwrap());
    assert_eq!(old.number, new.number);
    assert!(new.epoch > old.epoch);
    let mut collected = Collected::default();
    collected.add(&before);
    collected.add(&after);
    collected.assert_unique();
}

#[test]
fn what_a_server_gives_back_is_free_from_the_last_millisecond_that_it_used() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut collected = Collected::default();
    for life in 1..=40 {
        let server = serve(folder.path());
        let batch = ids(&server, 10);
        assert_eq!(batch.worker.unwrap().epoch, life, "each life has an epoch of its own");
        collected.add(&batch);
        server.join();
    }
    assert_eq!(collected.0.len(), 40);
    let numbers: BTreeSet<u16> = collected.0.keys().map(|(number, _)| *number).collect();
    assert_eq!(numbers.len(), 32, "the number that has rested longest is taken");
    collected.assert_unique();
}

#[test]
fn where_a_clock_was_ahead_with_every_number_nothing_is_made_until_it_is_there_again() {
    const HOUR_MS: i64 = 3_600_000;
    let folder = tempfile::TempDir::new().unwrap();
    let mut collected = Collected::default();
    for _ in 0..32 {
        let server = serve_ahead(folder.path(), HOUR_MS);
        collected.add(&ids(&server, 10));
        server.join();
    }
    let back = serve(folder.path());
    let answer = post(&back, "/api/unique-id", "");
    let told = problem(&answer, 503);
    assert!(told.contains("ms behind the time up to which there may be IDs"), "{told}");
    assert!((3_500_000..=3_600_000).contains(&retry_after_ms(&answer)), "{answer:?}");
    back.join();
    let ahead = serve_ahead(folder.path(), HOUR_MS + 1_000);
    collected.add(&ids(&ahead, 10));
    collected.assert_unique();
}
