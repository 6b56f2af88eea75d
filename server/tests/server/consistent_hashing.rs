//! The lab of consistent hashing: the server replays what the page recorded.

use playground_core::consistent_hashing::lab::MOST_VIRTUAL_NODES;
use playground_core::consistent_hashing::{Action, Lab, scenarios};
use playground_core::sim::{ReplaySummary, Run, Time, summarize};
use playground_server::problem::Problem;
use serde_json::json;

use crate::running::{Answer, Server, with_page};

fn post(server: &Server, body: &[u8]) -> Answer {
    let json = [("content-type", "application/json")];
    server.request("POST", "/api/consistent-hashing/replay", &json, body)
}

#[test]
fn every_scenario_replays_on_the_server_as_it_does_here() {
    let server = Server::start(with_page());
    let mut fingerprints = Vec::new();
    for named in scenarios::all() {
        let here = summarize(&named.run, u64::MAX);
        let answer = post(&server, &serde_json::to_vec(&named.run).unwrap());
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json::<ReplaySummary>(), here);
        assert!(here.steps > 0 && here.events >= here.steps);
        fingerprints.push(here.fingerprint);
    }
    fingerprints.dedup();
    assert_eq!(
        fingerprints.len(),
        scenarios::all().len(),
        "different runs, different fingerprints"
    );
}

#[test]
fn a_run_that_would_take_too_long_is_refused() {
    let mut run: Run<Lab> = scenarios::opening().run;
    let spread = Action::SetVirtualNodes { virtual_nodes: MOST_VIRTUAL_NODES };
    run.actions = vec![(Time::ZERO, spread); 8_000];
    let server = Server::start(with_page());
    let answer = post(&server, &serde_json::to_vec(&run).unwrap());
    assert_eq!(answer.status, 413, "more than 256 KiB: {answer:?}");
    run.actions.truncate(4_000);
    let answer = post(&server, &serde_json::to_vec(&run).unwrap());
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.json::<Problem>().detail.contains("too large"));
}

#[test]
fn what_is_no_run_is_refused_with_a_reason() {
    let server = Server::start(with_page());
    let run = json!({
        "scenario": { "shards": 5, "virtual_nodes": 1, "keys": 60, "hash": "xx_hash64" },
        "seed": 1,
        "actions": [],
        "extra": true,
    });
    let answer = post(&server, &serde_json::to_vec(&run).unwrap());
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.json::<Problem>().detail.contains("unknown field `extra`"));
    assert_eq!(post(&server, b"{").status, 400);
    assert_eq!(server.get("/api/consistent-hashing/replay").status, 405);
    assert_eq!(server.get("/api/consistent-hashing/unknown").status, 404);
}
