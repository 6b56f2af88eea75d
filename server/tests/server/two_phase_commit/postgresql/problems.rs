//! Databases that cannot take part: one sentence each, and a server that runs all the same.

use playground_core::two_phase_commit::wire::Status;
use playground_core::two_phase_commit::{Good, Handover, Place};
use playground_engines::{PostgreSql, PostgreSqlSettings};

use super::super::restaurant::{Restaurant, command, folder};
use super::kitchen::{DOUBT_LIMIT, Kitchen, settings};

/// The sentence of the inventory.
fn problem(restaurant: &Restaurant) -> String {
    let state =
        restaurant.wait_for("it says what is wrong", |state| state.nodes[1].problem.is_some());
    assert!(!state.nodes[1].is_up && state.nodes[1].database.is_some());
    state.nodes[1].problem.clone().unwrap()
}

#[test]
fn a_database_without_prepared_transactions_says_so() {
    let dir = folder();
    let without = PostgreSqlSettings { max_prepared_transactions: 0, ..settings() };
    let server = PostgreSql::start(without).unwrap();
    let participant = format!("inventory={}", server.url("postgres"));
    let restaurant = Restaurant::with(dir.path(), &["--participant", &participant], None);
    let told = problem(&restaurant);
    assert!(told.contains("max_prepared_transactions") && !told.contains('\n'), "{told}");
    let told = restaurant.request("POST", "reset", None).problem(409);
    assert!(told.contains("max_prepared_transactions"), "{told}");
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.status, Status::Aborted);
}

#[test]
fn a_database_that_is_missing_is_found_when_it_is_made() {
    let (dir, server) = (folder(), PostgreSql::start(settings()).unwrap());
    let secret = server.url("inventory").replace("playground@", "playground:s3cret@");
    let participant = format!("inventory={secret}");
    let restaurant = Restaurant::with(dir.path(), &["--participant", &participant], None);
    let told = problem(&restaurant);
    assert!(told.contains("has no database inventory") && told.contains("createdb"), "{told}");
    assert!(!restaurant.request("GET", "state", None).body.contains("s3cret"));
    server.create_database("inventory").unwrap();
    // The other service stays a process of the server's.
    restaurant.wait_until_up();
    let state = restaurant.state();
    assert!(state.nodes[1].pid.is_none() && state.nodes[2].pid.is_some(), "{state:#?}");
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.status, Status::Committed);
    restaurant.crash(Place::Delivery);
    restaurant.restart(Place::Delivery);
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn nobody_there_and_nobody_let_in() {
    let server = PostgreSql::start(settings()).unwrap();
    let stranger = server.url("postgres").replace("playground@", "stranger@");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("postgres://playground@{}/x", free.local_addr().unwrap());
    drop(free);
    for (url, hint) in [(stranger, "does not let stranger in"), (nowhere, "cannot be reached")] {
        let dir = folder();
        let participant = format!("inventory={url}");
        let restaurant = Restaurant::with(dir.path(), &["--participant", &participant], None);
        let told = problem(&restaurant);
        assert!(told.contains(hint), "{told}");
    }
}

#[test]
fn bad_participants_are_explained() {
    let data = folder();
    let bad = [
        (vec!["--participant", "inventory"], "NAME=URL"),
        (vec!["--participant", "kitchen=postgres://127.0.0.1/x"], "no participant kitchen"),
        (vec!["--participant", "coordinator=postgres://127.0.0.1/x"], "no participant coordinator"),
        (vec!["--participant", "inventory=mysql://127.0.0.1/x"], "PostgreSQL"),
        (vec!["--participant", "inventory=postgres://127.0.0.1:port/x"], "URL"),
        (vec!["--participant", "inventory=postgres://h/x?sslmode=require"], "without TLS"),
        (
            vec!["--participant", "inventory=postgres://h/x inventory=postgres://h/y"],
            "given two databases",
        ),
    ];
    for (arguments, hint) in bad {
        let told = command().current_dir(data.path()).args(&arguments).output().unwrap();
        let text = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(hint), "{arguments:?}: {text}");
    }
}

#[test]
fn what_only_a_process_can_suffer_is_refused() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), None);
    for path in ["nodes/inventory/crash", "nodes/delivery/restart"] {
        let told = restaurant.request("POST", path, None).problem(409);
        assert!(told.contains("is a PostgreSQL database"), "{told}");
    }
    let told = restaurant.post("nodes/inventory/crash", r#"{"at":"after-vote"}"#).problem(409);
    assert!(told.contains("is a PostgreSQL database"), "{told}");
    let body = r#"{"id":"1-1","outcome":"committed"}"#;
    let told = restaurant.post("nodes/inventory/resolve", body).problem(409);
    assert!(told.contains("COMMIT PREPARED"), "{told}");
    assert!(restaurant.state().nodes.iter().all(|node| node.is_up));
}
