//! The server and its nodes together: they live and die as one.

#![cfg(unix)]

use std::process::Command;
use std::time::Instant;

use playground_core::two_phase_commit::wire::State;
use playground_core::two_phase_commit::{Good, Handover, Place};

use super::restaurant::{DOUBT_LIMIT, Restaurant, folder};
use crate::running::DEADLINE;

fn pids(state: &State) -> Vec<u32> {
    state.nodes.iter().filter_map(|node| node.pid).collect()
}

/// Whether a process runs; one that is dead but not yet buried by its parent does not.
#[cfg(target_os = "linux")]
fn runs(pid: u32) -> bool {
    // "pid (name) state …", where the name holds no parenthesis.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[cfg(target_os = "linux")]
fn wait_until_gone(pids: &[u32]) {
    let end = Instant::now() + DEADLINE;
    while pids.iter().any(|pid| runs(*pid)) {
        assert!(Instant::now() < end, "{pids:?} still run");
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_is_killed_leaves_no_orphans() {
    let dir = folder();
    let mut restaurant = Restaurant::open(dir.path());
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    let nodes = pids(&restaurant.state());
    assert_eq!(nodes.len(), 3);
    assert!(nodes.iter().all(|pid| runs(*pid)));
    restaurant.child.kill().unwrap();
    restaurant.child.wait().unwrap();
    wait_until_gone(&nodes);

    let restaurant = Restaurant::open(dir.path());
    assert_eq!(restaurant.orders(), [order]);
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_stops_stops_its_nodes_and_keeps_everything() {
    for signal in ["TERM", "INT"] {
        let dir = folder();
        let mut restaurant = Restaurant::open(dir.path());
        for (item, quantity) in [(Good::Burger, 1), (Good::Pizza, 5), (Good::Drink, 2)] {
            restaurant.decided(item, quantity, Handover::Delivered);
        }
        restaurant.adds_up_within(DOUBT_LIMIT);
        let before = restaurant.state();
        let kill = format!("kill -{signal} {}", restaurant.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(restaurant.child.wait().unwrap().code(), Some(0));
        assert!(pids(&before).iter().all(|pid| !runs(*pid)), "dead before the server is");

        let restaurant = Restaurant::open(dir.path());
        let after = restaurant.state();
        assert_eq!(
            after.orders, before.orders,
            "an orderly end loses nothing, not even what is lazy"
        );
        assert_eq!((after.stock, after.couriers), (before.stock, before.couriers));
        restaurant.adds_up_within(DOUBT_LIMIT);
    }
}

#[test]
fn a_second_server_on_the_same_data_serves_and_says_what_is_wrong() {
    let dir = folder();
    let first = Restaurant::open(dir.path());
    let second = Restaurant::start(dir.path(), &[]);
    let state = second
        .wait_for("it has tried", |state| state.nodes.iter().all(|node| node.problem.is_some()));
    for node in &state.nodes {
        let problem = node.problem.as_deref().unwrap();
        assert!(!node.is_up && problem.contains("another process has the log in"), "{problem}");
    }
    second.order(Good::Burger, 1, Handover::Delivered).problem(503);
    let told = second.request("POST", "nodes/inventory/restart", None).problem(503);
    assert!(told.starts_with("Inventory cannot start: "), "{told}");
    let told = second.request("POST", "reset", None).problem(409);
    assert!(told.contains("another process has the log in"), "{told}");

    let order = first.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(first.orders(), [order], "the first one is not disturbed");
    assert_eq!(first.node(Place::Inventory).starts, 1);
    first.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn a_damaged_log_is_told_and_reset_mends_it() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    restaurant.decided(Good::Burger, 1, Handover::Delivered);
    restaurant.adds_up_within(DOUBT_LIMIT);
    restaurant.crash(Place::Inventory);
    let log = dir.path().join("two-phase-commit/inventory/log");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let told = restaurant.request("POST", "nodes/inventory/restart", None).problem(503);
    assert!(told.contains("the log is damaged at byte"), "{told}");
    let problem = restaurant.node(Place::Inventory).problem.unwrap();
    assert!(problem.contains("the log is damaged at byte"), "{problem}");
    assert_eq!(restaurant.request("POST", "reset", None).status, 200);
    restaurant.decided(Good::Burger, 5, Handover::Delivered);
    restaurant.adds_up_within(DOUBT_LIMIT);
}
