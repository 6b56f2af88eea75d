//! Worker numbers in Redis: who gets one, and what is said while Redis is away or has lost what it knew.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use playground_core::unique_id::wire::ServiceState;
use playground_engines::{Durability, Redis};
use tempfile::TempDir;

use super::world::{Collected, ids, post, problem, retry_after_ms, serve_sharing, until};
use crate::running::Server;

/// Has Redis do something.
pub(super) fn ask(redis: &Redis, command: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port())).unwrap();
    stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn serve(redis: &Redis, name: &str) -> (Server, TempDir) {
    serve_ahead(redis, name, 0)
}

fn serve_ahead(redis: &Redis, name: &str, ms: i64) -> (Server, TempDir) {
    let folder = TempDir::new().unwrap();
    (serve_sharing(folder.path(), ms, Some((&redis.url(), name))), folder)
}

fn has_a_number(server: &Server) -> bool {
    server.get("/api/unique-id").json::<ServiceState>().lease.is_some()
}

#[test]
fn servers_that_share_nothing_but_redis_have_numbers_of_their_own_and_see_each_other() {
    let redis = Redis::start(Durability::EverySecond).unwrap();
    let (first, _one) = serve(&redis, "oslo");
    let answer = post(&first, "/api/unique-id", "");
    let told = problem(&answer, 503);
    assert!(told.starts_with("Redis knows no worker numbers yet, or has lost"), "{told}");
    assert!((1_000..=9_000).contains(&retry_after_ms(&answer)), "{answer:?}");

    until("a number", || has_a_number(&first));
    let (second, _two) = serve(&redis, "lima");
    until("another number", || has_a_number(&second));
    let (first_made, second_made) = (ids(&first, 1_000), ids(&second, 1_000));
    assert_ne!(first_made.worker.unwrap().number, second_made.worker.unwrap().number);
    until("what the first knows of the second", || {
        let known = first.get("/api/unique-id").json::<ServiceState>().leases;
        let names: Vec<_> =
            known.iter().map(|lease| (lease.server.as_deref().unwrap(), lease.is_own)).collect();
        names == [("oslo", true), ("lima", false)]
    });

    // What is given back is free at once.
    let given = second_made.worker.unwrap();
    second.join();
    let (third, _three) = serve_ahead(&redis, "rome", 500);
    until("a number that was given back, or another", || has_a_number(&third));
    let third_made = ids(&third, 1_000);
    assert!(third_made.worker.unwrap().epoch > given.epoch);
    let mut collected = Collected::default();
    [first_made, second_made, third_made].iter().for_each(|batch| collected.add(batch));
    collected.assert_unique();

    let (wrong, _four) = serve_ahead(&redis, "with a wrong clock", 5_000);
    let told = problem(&post(&wrong, "/api/unique-id", ""), 503);
    assert!(told.contains("the clock is") && told.contains("it may differ by 1000 ms"), "{told}");
}

#[test]
fn a_redis_that_is_away_is_told_and_its_return_is_noticed() {
    let mut redis = Redis::start(Durability::EverySecond).unwrap();
    redis.kill().unwrap();
    let (server, _folder) = serve(&redis, "oslo");
    let away = |server: &Server| {
        let answer = post(server, "/api/unique-id", "");
        let told = problem(&answer, 503);
        assert!(told.starts_with("No worker number can be leased: Redis at 127.0.0.1:"), "{told}");
        assert_eq!(retry_after_ms(&answer), 1_000);
        assert_eq!(server.get("/api/unique-id/blog/posts").status, 200, "the rest works");
    };
    away(&server);
    redis.start_again().unwrap();
    until("a number", || has_a_number(&server));
    let mut collected = Collected::default();
    let before = ids(&server, 100);
    collected.add(&before);

    // What is reserved can be used; then it is over, and that is said at once.
    redis.kill().unwrap();
    collected.add(&ids(&server, 100));
    until("the end of the window", || {
        let answer = post(&server, "/api/unique-id?count=10", "");
        if answer.status == 200 {
            collected.add(&answer.json());
        }
        answer.status != 200
    });
    let asked = Instant::now();
    away(&server);
    assert!(asked.elapsed() < Duration::from_secs(1), "nobody waits for what cannot come");
    redis.start_again().unwrap();
    until("a number again", || post(&server, "/api/unique-id", "").status == 200);
    collected.add(&ids(&server, 100));
    collected.assert_unique();
}

#[test]
fn whoever_holds_a_number_when_redis_loses_everything_goes_on_and_nobody_else_begins() {
    let redis = Redis::start(Durability::EverySecond).unwrap();
    let (server, _folder) = serve(&redis, "oslo");
    until("a number", || has_a_number(&server));
    let mut collected = Collected::default();
    let before = ids(&server, 100);
    collected.add(&before);
    assert!(ask(&redis, "FLUSHALL").starts_with("+OK"));
    let (late, _late) = serve(&redis, "lima");
    let mut refusals = 0;
    until("a number for the late one", || {
        // All of this time.
        let batch = ids(&server, 100);
        assert_eq!(batch.worker, before.worker);
        collected.add(&batch);
        let answer = post(&late, "/api/unique-id?count=100", "");
        match answer.status {
            200 => collected.add(&answer.json()),
            _ => {
                let told = problem(&answer, 503);
                assert!(told.contains("has lost what it knew of them"), "{told}");
                refusals += 1;
            }
        }
        answer.status == 200
    });
    assert!(refusals > 0);
    collected.add(&ids(&server, 100));
    collected.assert_unique();
}

#[test]
fn a_value_that_is_no_registry_is_told_and_mended() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    ask(&redis, "SET playground:unique-id:workers nonsense");
    let (server, _folder) = serve(&redis, "oslo");
    let told = problem(&post(&server, "/api/unique-id", ""), 503);
    assert!(told.contains("playground:unique-id:workers in Redis is no registry"), "{told}");
    ask(&redis, "DEL playground:unique-id:workers");
    until("a number", || has_a_number(&server));
}
