//! IDs over HTTP: their order and form, what is refused, and a clock that is set off.

use std::time::{SystemTime, UNIX_EPOCH};

use playground_core::unique_id::anatomy::What;
use playground_core::unique_id::snowflake::{Layout, NamedLayout};
use playground_core::unique_id::wire::{Batch, ClockOffset, Decoded};

use super::world::{JSON, World, ids, parse, post, problem, retry_after_ms, until};
use crate::running::{Answer, Server};

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

fn set_clock(world: &World, offset_ms: i64) -> Answer {
    let body = serde_json::to_string(&ClockOffset { offset_ms }).unwrap();
    world.server.request("PUT", "/api/unique-id/clock", &[JSON], body.as_bytes())
}

#[test]
fn a_batch_rises_and_bears_its_makers_number_and_the_time() {
    let world = World::start();
    let begun = now_ms();
    let batch = ids(&world.server, 10_000);
    let held = batch.worker.unwrap();
    let made = parse(&batch);
    assert_eq!(made.len(), 10_000);
    assert!(made.is_sorted_by(|a, b| a < b));
    for id in &made {
        assert_eq!(Layout::CLASSICAL.decompose(*id).worker, held.number);
        assert!((begun..=now_ms()).contains(&Layout::CLASSICAL.unix_ms(*id)));
    }
    assert!(parse(&ids(&world.server, 1))[0] > made[9_999]);
    let state = world.state();
    let lease = state.lease.unwrap();
    assert_eq!((lease.held, state.made, state.duplicates), (held, 10_001, 0));
    assert!(lease.is_own && lease.high_water_ms > begun, "{lease:?}");
    assert_eq!((lease.process, state.problem), (Some(std::process::id()), None));
}

#[test]
fn ids_are_strings_since_json_has_no_such_numbers_everywhere() {
    let world = World::start();
    let answer = post(&world.server, "/api/unique-id", "");
    assert_eq!(answer.header("cache-control"), "no-store");
    let value: serde_json::Value = answer.json();
    assert_eq!(value["kind"], "snowflake");
    assert!(value["ids"][0].as_str().unwrap().parse::<u64>().unwrap() > 1 << 53);
}

#[test]
fn other_kinds_need_no_number_and_rise_over_requests_where_they_can() {
    let world = World::start();
    for (kind, characters, rises) in
        [("uuid_v4", 36, false), ("uuid_v7", 36, true), ("ulid", 26, true)]
    {
        let mut all = Vec::new();
        for _ in 0..3 {
            let path = format!("/api/unique-id?kind={kind}&count=1000");
            let batch: Batch = post(&world.server, &path, "").json();
            assert_eq!(batch.worker, None);
            all.extend(batch.ids);
        }
        assert!(all.iter().all(|id| id.len() == characters), "{kind}");
        assert_eq!(all.is_sorted_by(|a, b| a < b), rises, "{kind}");
    }
    let told = post(&world.server, "/api/unique-id?kind=auto_increment", "");
    assert!(problem(&told, 422).contains("given by a table"));
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let world = World::start();
    for count in ["0", "10001", "4294967295"] {
        let told = post(&world.server, &format!("/api/unique-id?count={count}"), "");
        assert_eq!(problem(&told, 422), "A request is for 1 to 10000 IDs.");
    }
    for query in ["count=-1", "count=many", "kind=uuid_v1", "count=4294967296"] {
        problem(&post(&world.server, &format!("/api/unique-id?{query}"), ""), 400);
    }
    problem(&world.server.request("PUT", "/api/unique-id", &[], &[]), 405);
    assert_eq!(world.state().made, 0);
}

#[test]
fn any_id_is_taken_apart() {
    let world = World::start();
    let id = &ids(&world.server, 1).ids[0];
    let decoded: Decoded = world.server.get(&format!("/api/unique-id/{id}")).json();
    let reading = &decoded.readings[0];
    assert_eq!((&decoded.text, reading.what), (id, What::Snowflake(NamedLayout::Classical)));
    assert!(now_ms().abs_diff(reading.unix_ms.unwrap() as u64) < 60_000);
    let decoded: Decoded =
        world.server.get("/api/unique-id/017f22e2-79b0-7cc3-98c4-dc0c0c07398f").json();
    assert_eq!(decoded.readings[0].what, What::Uuid(7));
    assert_eq!(decoded.readings[0].unix_ms, Some(1_645_557_742_000));
    for none in ["hello-world", "%20", "%F0%9F%A6%80", &"1".repeat(100), "99999999999999999999"] {
        let told = world.server.get(&format!("/api/unique-id/{none}"));
        assert!(problem(&told, 400).starts_with("This is no ID: "), "{none}");
    }
    problem(&world.server.get("/api/unique-id/%ff"), 400);
}

#[test]
fn pages_from_elsewhere_get_nothing_and_other_machines_harm_nothing() {
    let world = World::start();
    let foreign = [JSON, ("origin", "http://evil.example")];
    for (method, path) in [
        ("POST", "/api/unique-id"),
        ("GET", "/api/unique-id"),
        ("PUT", "/api/unique-id/clock"),
        ("POST", "/api/unique-id/race"),
        ("POST", "/api/unique-id/blog/posts"),
    ] {
        let told = world.server.request(method, path, &foreign, b"");
        problem(&told, 403);
    }
    let proxied = [JSON, ("x-forwarded-for", "192.0.2.7")];
    let changes: [(&str, &str, &[u8]); 3] = [
        ("PUT", "/api/unique-id/clock", br#"{"offset_ms": -5000}"#),
        ("POST", "/api/unique-id/race", b"{}"),
        ("DELETE", "/api/unique-id/race", b""),
    ];
    for (method, path, body) in changes {
        let told = problem(&world.server.request(method, path, &proxied, body), 403);
        assert!(told.contains("--allow-remote-faults"), "{told}");
    }
    assert_eq!(world.server.request("POST", "/api/unique-id", &proxied, b"").status, 200);
    assert_eq!(world.state().clock_offset_ms, 0);
}

#[test]
fn a_clock_that_steps_back_is_waited_for_or_told() {
    let world = World::start();
    let mut before = parse(&ids(&world.server, 3));
    assert_eq!(set_clock(&world, -100).status, 200);
    let after = parse(&ids(&world.server, 3));
    assert!(after[0] > before[2], "a tenth of a second is waited for");
    assert!(Layout::CLASSICAL.unix_ms(after[0]) <= now_ms() - 100, "no ID is of the future");
    before.extend(after);

    assert_eq!(set_clock(&world, -5_100).status, 200);
    let answer = post(&world.server, "/api/unique-id", "");
    let told = problem(&answer, 503);
    assert!(told.contains("behind"), "{told}");
    assert!((4_000..=6_000).contains(&retry_after_ms(&answer)), "{answer:?}");

    // Forward is no trouble: what was not reserved yet is reserved at once.
    assert_eq!(set_clock(&world, 30_000).status, 200);
    let ahead = parse(&ids(&world.server, 3));
    assert!(Layout::CLASSICAL.unix_ms(ahead[0]) > now_ms() + 20_000);
    assert!(world.state().lease.unwrap().high_water_ms > now_ms() + 30_000);
    before.extend(ahead);
    assert!(before.is_sorted_by(|a, b| a < b));
    assert_eq!(set_clock(&world, 0).status, 200);
    problem(&post(&world.server, "/api/unique-id", ""), 503);
    assert_eq!(world.state().takeovers, 1);

    problem(&set_clock(&world, 60_001), 422);
    problem(&set_clock(&world, i64::MIN), 422);
}

#[test]
fn a_registry_that_cannot_be_used_is_told_and_mended() {
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("workers/log");
    std::fs::create_dir(folder.path().join("workers")).unwrap();
    std::fs::write(&log, "this is no log at all").unwrap();
    let server = super::world::serve(folder.path());
    let told = problem(&post(&server, "/api/unique-id", ""), 503);
    assert!(told.contains("the file does not begin like a log"), "{told}");
    assert_eq!(server.get("/api/unique-id/blog/posts").status, 200, "the rest works");
    std::fs::remove_file(log).unwrap();
    until("it tries again by itself", || post(&server, "/api/unique-id", "").status == 200);
}

#[test]
fn a_server_without_a_service_says_so() {
    let server = Server::start(playground_server::Config::default());
    for path in ["", "/race", "/clock", "/blog/posts"] {
        let told = problem(&server.get(&format!("/api/unique-id{path}")), 503);
        assert_eq!(told, "This server runs without an ID service.");
    }
    problem(&post(&server, "/api/unique-id", ""), 503);
}
