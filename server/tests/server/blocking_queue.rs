//! Queues that the server's threads fill and empty: nothing is lost, whatever the queue, until nobody listens.

use playground_core::blocking_queue::wire::{QueueKind, RunEvent, RunRequest};
use playground_server::Config;
use playground_server::problem::Problem;

use crate::lines::{Stream, until};
use crate::running::{Answer, Server};

const PATH: &str = "/api/blocking-queue/run";
/// Takes longer than a test needs to look at it.
const LONG: &str = r#"{"items": 20000000, "capacity": 1}"#;

fn post(server: &Server, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    server.request("POST", PATH, &all, body.as_bytes())
}

fn detail(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    answer.json::<Problem>().detail
}

#[test]
fn every_queue_loses_nothing_doubles_nothing_and_keeps_order() {
    let server = Server::start(Config::default());
    for queue in QueueKind::ALL {
        for (producers, consumers, capacity) in [(1, 1, 64), (2, 2, 1), (3, 2, 1_024), (4, 1, 5)] {
            if queue == QueueKind::Std && consumers > 1 {
                continue;
            }
            let request = RunRequest { queue, producers, consumers, capacity, items: 30_001 };
            let body = serde_json::to_string(&request).unwrap();
            let mut lines = Stream::<RunEvent>::post(&server, PATH, &body);
            let Some(RunEvent::Started { request: told, cores }) = lines.next() else {
                panic!("it did not start")
            };
            assert!(told == request && cores > 0);
            let mut lines: Vec<RunEvent> = lines.collect();
            let Some(RunEvent::Finished { elapsed_us, items_per_second, latency, audit }) =
                lines.pop()
            else {
                panic!("{request:?} did not finish")
            };
            assert_eq!(audit.taken, request.items, "{request:?}");
            assert!(audit.is_clean(), "{request:?}: {audit:?}");
            assert!(elapsed_us > 0 && items_per_second > 0);
            let latency = latency.unwrap();
            let measured: u64 =
                (0..producers).map(|producer| request.items_of(producer).div_ceil(64)).sum();
            assert_eq!(latency.samples, measured);
            let times =
                [latency.p50_ns, latency.p90_ns, latency.p99_ns, latency.p999_ns, latency.most_ns];
            assert!(times.is_sorted() && times[0] > 0, "{latency:?}");
            let Some(RunEvent::Progress { put, taken, .. }) = lines.pop() else {
                panic!("how it stood at the end is told, too")
            };
            assert_eq!(put.len(), producers as usize);
            assert_eq!((put.iter().sum::<u64>(), taken.iter().sum::<u64>()), (30_001, 30_001));
        }
    }
}

#[test]
fn a_run_is_broken_off_when_nobody_listens() {
    let server = Server::start(Config::default());
    let begin = || {
        let mut lines = Stream::<RunEvent>::post(&server, PATH, LONG);
        assert!(matches!(lines.next(), Some(RunEvent::Started { .. })));
        let Some(RunEvent::Progress { put, taken, .. }) = lines.next() else { panic!("no news") };
        assert_eq!((put.len(), taken.len()), (2, 2));
        lines
    };
    let two = (begin(), begin());
    // Primes and queues share the processors.
    for path in [PATH, "/api/multi-threading/primes"] {
        let json = [("content-type", "application/json")];
        let refused = detail(&server.request("POST", path, &json, b"{}"), 503);
        assert!(refused.contains("try again"), "{refused}");
    }
    drop(two);
    until("there is room again", || {
        Stream::<RunEvent>::try_post(&server, PATH, r#"{"items": 1000}"#)
            .is_some_and(|lines| matches!(lines.last(), Some(RunEvent::Finished { .. })))
    });
}

#[test]
fn a_server_that_stops_says_so() {
    let mut server = Server::start(Config::default());
    let mut lines = Stream::<RunEvent>::post(&server, PATH, LONG);
    assert!(matches!(lines.next(), Some(RunEvent::Started { .. })));
    server.ask_to_stop();
    assert_eq!(lines.last(), Some(RunEvent::Failed { why: "The server stops.".into() }));
    server.join();
}

#[test]
fn what_cannot_be_run_is_refused() {
    let server = Server::start(Config::default());
    for body in [
        r#"{"producers": 0}"#,
        r#"{"consumers": 9}"#,
        r#"{"capacity": 0}"#,
        r#"{"capacity": 65537}"#,
        r#"{"items": 999}"#,
        r#"{"items": 20000001}"#,
        r#"{"queue": "slow"}"#,
        r#"{"rate": 1}"#,
    ] {
        detail(&post(&server, &[], body), 422);
    }
    let told = detail(&post(&server, &[], r#"{"queue": "std"}"#), 422);
    assert_eq!(told, "This cannot be run: std's sync_channel has one consumer.");
    detail(&post(&server, &[], "{"), 400);
    detail(&post(&server, &[("origin", "http://elsewhere.example")], "{}"), 403);
    let told = detail(&post(&server, &[("x-forwarded-for", "192.0.2.7")], "{}"), 403);
    assert!(told.contains("--allow-remote-faults"), "{told}");
    assert_eq!(server.get(PATH).status, 405);
}
