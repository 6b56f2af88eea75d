//! Requests and lines as JSON, and a race that is put together from its lines.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::race::{Counted, Doing, Frame, Span};
use playground_core::multi_threading::split::Split;
use playground_core::multi_threading::wire::{By, LaneNews, PrimesEvent, PrimesRequest};
use serde_json::{from_value, json, to_value};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn what_is_not_said_is_the_classical_job() {
    let request: PrimesRequest = from_value(json!({})).unwrap();
    assert_eq!(request, PrimesRequest::default());
    assert_eq!((request.job(), request.by), (Job::default(), By::Threads));
    let request: PrimesRequest = from_value(json!({
        "up_to": 5_000_000, "workers": 4, "method": "by_primes", "by": "processes",
        "split": {"chunks": {"size": 10_000}}
    }))
    .unwrap();
    let split = Split::Chunks { size: 10_000 };
    let job = Job { up_to: 5_000_000, workers: 4, method: Method::ByPrimes, split };
    assert_eq!((request.job(), request.by), (job, By::Processes));
    assert_eq!(to_value(Split::Static).unwrap(), json!("static"));
    for wrong in [
        json!({"speed": 1}),
        json!({"method": "guessing"}),
        json!({"split": {"chunks": {"length": 1}}}),
    ] {
        assert!(from_value::<PrimesRequest>(wrong).is_err());
    }
}

#[test]
fn lines_are_as_documented() {
    let lanes = vec![LaneNews {
        spans: vec![Span {
            from_us: 5,
            until_us: 9,
            doing: Doing::Busy(Counted::new(0, 1..101, 25)),
        }],
        is_done: true,
    }];
    let progress = PrimesEvent::Progress { elapsed_us: 10, found: 25, lanes };
    let expected = json!({
        "type": "progress", "elapsed_us": 10, "found": 25,
        "lanes": [{"is_done": true, "spans": [{"from_us": 5, "until_us": 9, "doing": {"busy": {
            "piece": 0, "numbers": {"start": 1, "end": 101}, "counted": 100, "found": 25
        }}}]}]
    });
    assert_eq!(to_value(&progress).unwrap(), expected);
    assert_eq!(from_value::<PrimesEvent>(expected).unwrap(), progress);
}

#[test]
fn lines_make_the_picture_of_the_race() {
    let job = Job { up_to: 2_000, ..Job::default() };
    let busy = |piece, numbers, found, from_us, until_us| Span {
        from_us,
        until_us,
        doing: Doing::Busy(Counted::new(piece, numbers, found)),
    };
    let news = |spans, is_done| LaneNews { spans, is_done };
    let lines = [
        PrimesEvent::Started { job, by: By::Threads, cores: 2, pids: Vec::new() },
        PrimesEvent::Progress {
            elapsed_us: 100,
            found: 120,
            lanes: vec![
                news(vec![busy(0, 1..501, 95, 20, 90)], false),
                news(vec![busy(1, 1_001..1_201, 28, 10, 95)], false),
            ],
        },
        PrimesEvent::Progress {
            elapsed_us: 200,
            found: 263,
            lanes: vec![
                news(vec![busy(0, 501..1_001, 73, 90, 150)], true),
                news(vec![busy(1, 1_201..1_701, 70, 95, 199)], false),
            ],
        },
        PrimesEvent::Progress {
            elapsed_us: 230,
            found: 303,
            lanes: vec![news(vec![], true), news(vec![busy(1, 1_701..2_001, 37, 199, 229)], true)],
        },
        PrimesEvent::Finished { elapsed_us: 231, found: 303 },
    ];
    let mut race: Option<Frame> = None;
    lines[1].apply(&mut race);
    assert_eq!(race, None, "nothing is known before it has started");
    lines.iter().for_each(|line| line.apply(&mut race));
    let race = race.unwrap();
    assert!(race.is_over && race.elapsed_us == 231);
    assert_eq!((race.found(), race.counted()), (303, 2_000));
    let lane = &race.lanes[0];
    assert_eq!((lane.pieces, lane.busy_us, lane.waiting_us), (1, 130, 81));
    assert_eq!(lane.spans.len(), 3, "started, was busy without a break, waited: {lane:?}");
}
