//! Requests and lines as JSON, and what cannot be asked for.

use playground_core::blocking_queue::wire::{
    Audit, Latency, QueueKind, RunError, RunEvent, RunRequest,
};
use serde_json::{from_value, json, to_value};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn what_is_not_said_is_as_by_default() {
    assert_eq!(from_value::<RunRequest>(json!({})).unwrap(), RunRequest::default());
    let request: RunRequest = from_value(json!({
        "queue": "fast", "producers": 1, "consumers": 3, "capacity": 5, "items": 10_000
    }))
    .unwrap();
    let expected = RunRequest {
        queue: QueueKind::Fast,
        producers: 1,
        consumers: 3,
        capacity: 5,
        items: 10_000,
    };
    assert_eq!(request, expected);
    for wrong in [json!({"queue": "slow"}), json!({"size": 5})] {
        assert!(from_value::<RunRequest>(wrong).is_err());
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let usual = RunRequest::default();
    for queue in QueueKind::ALL {
        let request = RunRequest { queue, ..usual };
        let expected = match queue {
            QueueKind::Std => Err(RunError::OneConsumer),
            _ => Ok(()),
        };
        assert_eq!(request.check(), expected);
    }
    for (wrong, why) in [
        (RunRequest { producers: 0, ..usual }, RunError::Threads),
        (RunRequest { consumers: 9, ..usual }, RunError::Threads),
        (RunRequest { capacity: 0, ..usual }, RunError::Capacity),
        (RunRequest { capacity: 65_537, ..usual }, RunError::Capacity),
        (RunRequest { items: 999, ..usual }, RunError::Items),
        (RunRequest { items: 20_000_001, ..usual }, RunError::Items),
    ] {
        assert_eq!(wrong.check(), Err(why));
    }
}

#[test]
fn producers_share_the_items() {
    let request = RunRequest { producers: 3, items: 1_001, ..RunRequest::default() };
    assert_eq!([0, 1, 2].map(|producer| request.items_of(producer)), [334, 334, 333]);
}

#[test]
fn lines_are_as_documented() {
    let latency = Latency { samples: 9, p50_ns: 1, p90_ns: 2, p99_ns: 3, p999_ns: 4, most_ns: 5 };
    let audit = Audit { taken: 1_000, ..Audit::default() };
    assert!(audit.is_clean() && !Audit { doubled: 1, ..audit }.is_clean());
    let finished = RunEvent::Finished {
        elapsed_us: 500,
        items_per_second: 2_000_000,
        latency: Some(latency),
        audit,
    };
    let expected = json!({
        "type": "finished", "elapsed_us": 500, "items_per_second": 2_000_000,
        "latency": {
            "samples": 9, "p50_ns": 1, "p90_ns": 2, "p99_ns": 3, "p999_ns": 4, "most_ns": 5
        },
        "audit": {"taken": 1_000, "lost": 0, "doubled": 0, "out_of_order": 0}
    });
    assert_eq!(to_value(&finished).unwrap(), expected);
    assert_eq!(from_value::<RunEvent>(expected).unwrap(), finished);
}
