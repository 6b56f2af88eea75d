//! Primes that the server counts: on threads and by processes, as it goes, until nobody listens.

use std::path::PathBuf;

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::race::{Doing, Frame};
use playground_core::multi_threading::split::Split;
use playground_core::multi_threading::wire::{By, PrimesEvent, PrimesRequest};
use playground_server::Config;
use playground_server::problem::Problem;
use playground_server::runs::Runs;

use crate::lines::{Stream, until};
use crate::running::{Answer, Server};

const PATH: &str = "/api/multi-threading/primes";
/// Takes longer than any test waits.
const ENDLESS: &str = r#"{"up_to": 100000000}"#;

fn server() -> Server {
    let executable = PathBuf::from(env!("CARGO_BIN_EXE_playground-server"));
    Server::start(Config { runs: Runs::new(Some(executable), false), ..Config::default() })
}

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

/// A race's lines to its end: the processes, and the picture.
fn race(server: &Server, request: &PrimesRequest) -> (Vec<u32>, Frame) {
    let body = serde_json::to_string(request).unwrap();
    let mut lines = Stream::<PrimesEvent>::post(server, PATH, &body);
    let started = lines.next().unwrap();
    let mut picture = None;
    started.apply(&mut picture);
    let PrimesEvent::Started { job, by, cores, pids } = started else { panic!("{started:?}") };
    assert_eq!((job, by), (request.job(), request.by));
    assert!(cores > 0);
    let mut told = (0, 0);
    for line in lines {
        line.apply(&mut picture);
        match line {
            PrimesEvent::Progress { elapsed_us, found, .. } => {
                assert!(told <= (elapsed_us, found), "time and primes only grow");
                told = (elapsed_us, found);
            }
            PrimesEvent::Finished { elapsed_us, found } => {
                let picture = picture.unwrap();
                assert!(picture.is_over);
                assert_eq!((found, elapsed_us), (picture.found(), picture.elapsed_us));
                return (pids, picture);
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("the race did not finish");
}

fn assert_is_whole(picture: &Frame, found: u64) {
    assert_eq!((picture.counted(), picture.found()), (picture.job.up_to, found));
    let pieces: u32 = picture.lanes.iter().map(|lane| lane.pieces).sum();
    assert_eq!(pieces, picture.job.pieces());
    for lane in &picture.lanes {
        assert!(lane.is_done);
        assert!(lane.until_us() <= picture.elapsed_us, "{lane:?}");
        assert!(lane.spans.windows(2).all(|two| two[0].until_us <= two[1].from_us), "{lane:?}");
    }
}

#[test]
fn threads_count_all_primes_however_they_are_dealt_out() {
    let server = server();
    for (method, split) in [
        (Method::TrialDivision, Split::Static),
        (Method::ByPrimes, Split::Interleaved { size: 10_000 }),
        (Method::Segmented, Split::Chunks { size: 20_000 }),
    ] {
        for workers in [1, 3, 8] {
            let request = PrimesRequest {
                up_to: 1_000_000,
                workers,
                method,
                split,
                ..PrimesRequest::default()
            };
            let (pids, picture) = race(&server, &request);
            assert_eq!(pids, [0; 0]);
            assert_is_whole(&picture, 78_498);
        }
    }
}

#[test]
fn processes_count_the_same_and_are_gone_afterwards() {
    let server = server();
    for split in [Split::Static, Split::Chunks { size: 10_000 }] {
        let request = PrimesRequest {
            up_to: 1_000_000,
            workers: 3,
            method: Method::ByPrimes,
            split,
            by: By::Processes,
        };
        let (mut pids, picture) = race(&server, &request);
        assert_is_whole(&picture, 78_498);
        // Each has begun with being started.
        let busy = picture.lanes.iter().filter(|lane| lane.pieces > 0);
        assert!(busy.clone().count() > 0);
        assert!(busy.clone().all(|lane| lane.spans[0].doing == Doing::Starting));
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids.len(), 3);
        until("the processes are gone", || !pids.iter().any(|pid| is_running(*pid)));
    }
}

/// Whether a process is there; where that cannot be seen, none is.
fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok()
}

#[test]
fn a_race_is_broken_off_when_nobody_listens() {
    let server = server();
    let endless = |by: &str| {
        let body = format!(r#"{{"up_to": 100000000, "workers": 4, "by": "{by}"}}"#);
        let mut lines = Stream::<PrimesEvent>::post(&server, PATH, &body);
        let started = lines.next().unwrap();
        let PrimesEvent::Started { pids, .. } = started else { panic!("{started:?}") };
        let progress = lines.next().unwrap();
        assert!(matches!(progress, PrimesEvent::Progress { .. }), "{progress:?}");
        (lines, pids)
    };
    let (threads, _) = endless("threads");
    let (processes, pids) = endless("processes");
    assert_eq!(pids.len(), 4);
    assert!(!cfg!(target_os = "linux") || pids.iter().all(|pid| is_running(*pid)));
    let refused = detail(&post(&server, &[], ENDLESS), 503);
    assert!(refused.contains("try again"), "{refused}");
    drop((threads, processes));
    until("the processes are killed", || !pids.iter().any(|pid| is_running(*pid)));
    // Both places come free: had one of the races gone on, the second of these would be refused.
    until("there is room again", || {
        Stream::<PrimesEvent>::try_post(&server, PATH, r#"{"up_to": 1000}"#)
            .is_some_and(|lines| matches!(lines.last(), Some(PrimesEvent::Finished { .. })))
    });
    until("there is room for two", || {
        let first = Stream::<PrimesEvent>::try_post(&server, PATH, ENDLESS);
        let second = Stream::<PrimesEvent>::try_post(&server, PATH, ENDLESS);
        first.is_some() && second.is_some()
    });
}

#[test]
fn a_server_that_stops_says_so() {
    let mut server = server();
    let mut lines = Stream::<PrimesEvent>::post(&server, PATH, ENDLESS);
    assert!(matches!(lines.next(), Some(PrimesEvent::Started { .. })));
    server.ask_to_stop();
    let last = lines.last().unwrap();
    assert_eq!(last, PrimesEvent::Failed { why: "The server stops.".into() });
    server.join();
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let server = server();
    for body in [
        r#"{"workers": 0}"#,
        r#"{"workers": 9}"#,
        r#"{"up_to": 999}"#,
        r#"{"up_to": 100000001}"#,
        r#"{"up_to": 10000000001, "method": "segmented"}"#,
        r#"{"split": {"chunks": {"size": 999}}}"#,
        r#"{"split": "fair"}"#,
        r#"{"speed": 1}"#,
    ] {
        detail(&post(&server, &[], body), 422);
    }
    let told = detail(&post(&server, &[], r#"{"workers": 9}"#), 422);
    assert_eq!(told, "This cannot be counted: there can be 1 to 8 workers, not 9.");
    detail(&post(&server, &[], "{"), 400);
    detail(&post(&server, &[("origin", "http://elsewhere.example")], "{}"), 403);
    let told = detail(&post(&server, &[("x-forwarded-for", "192.0.2.7")], "{}"), 403);
    assert!(told.contains("--allow-remote-faults"), "{told}");
    assert_eq!(server.get(PATH).status, 405);
    let alone = Server::start(Config::default());
    let told = detail(&post(&alone, &[], r#"{"by": "processes"}"#), 503);
    assert_eq!(told, "This server starts no processes.");
    let job = Job { up_to: 1_000, ..Job::default() };
    let request = PrimesRequest { up_to: job.up_to, ..PrimesRequest::default() };
    assert_eq!(race(&alone, &request).1.found(), 168);
}
