//! Nodes that are killed and started again by whoever may, and operators who decide by hand.

use std::time::Instant;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use playground_core::two_phase_commit::wire::{Damage, NodeState, OrderReport, State, Status};
use playground_core::two_phase_commit::{CrashPoint, Good, Handover, Outcome, Place, Reason};
use playground_server::two_phase_commit::{Launch, TwoPhaseCommit};
use playground_server::{Config, app};

use super::restaurant::{DOUBT_LIMIT, Restaurant, folder, kill_9};

#[test]
fn a_node_dies_and_comes_back() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    let first = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    for place in Place::RESTAURANT {
        let before = restaurant.node(place);
        restaurant.crash(place);
        let path = format!("nodes/{}/crash", place.name());
        let told = restaurant.post(&path, "{}").problem(409);
        assert_eq!(told, format!("{} is down already.", place.title()));
        let down = restaurant.node(place);
        assert!(!down.is_up && down.pid.is_none() && down.problem.is_none(), "{down:?}");
        assert_eq!((down.free, down.held, down.starts), (before.free, before.held, 1));

        restaurant.restart(place);
        let path = format!("nodes/{}/restart", place.name());
        let told = restaurant.request("POST", &path, None).problem(409);
        assert_eq!(told, format!("{} is up.", place.title()));
        let up = restaurant.node(place);
        assert!(up.is_up && up.pid.is_some() && up.pid != before.pid, "{up:?}");
        assert_eq!((up.free, up.held, up.starts), (before.free, before.held, 2));
    }
    assert_eq!(restaurant.orders(), [first]);
    let second = restaurant.decided(Good::Drink, 1, Handover::Delivered);
    assert_eq!(second.status, Status::Committed);
    assert_eq!(second.id.epoch, 2, "the coordinator never gives a name twice");
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn orders_while_a_node_is_down() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    restaurant.crash(Place::Delivery);
    let report = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!((report.status, report.reason), (Status::Aborted, Some(Reason::VoteTimedOut)));

    // The only participant must be asked until it answers: nobody else can decide.
    restaurant.crash(Place::Inventory);
    let told = restaurant.order(Good::Pizza, 1, Handover::PickedUp);
    assert_eq!(told.status, 202, "{told:?}");
    let report: OrderReport = told.json();
    assert_eq!(report.status, Status::Pending);
    let path = format!("orders/{}", report.id);
    assert_eq!(restaurant.request("GET", &path, None).json::<OrderReport>(), report);
    restaurant.restart(Place::Inventory);
    restaurant.wait_within(DOUBT_LIMIT, "it is decided", |state| {
        state.orders.iter().any(|it| it.id == report.id && it.status == Status::Committed)
    });

    restaurant.crash(Place::Coordinator);
    let told = restaurant.order(Good::Burger, 1, Handover::Delivered).problem(503);
    assert_eq!(told, "The coordinator is down, so the order was not taken.");
    let known: OrderReport = restaurant.request("GET", &path, None).json();
    assert_eq!(known.status, Status::Committed, "the inventory knows");
    restaurant.request("GET", "orders/1-9", None).problem(503);
    restaurant.restart(Place::Coordinator);
    restaurant.restart(Place::Delivery);
    restaurant.adds_up_within(DOUBT_LIMIT);
    let presumed: OrderReport = restaurant.request("GET", "orders/1-9", None).json();
    assert_eq!(presumed.status, Status::Aborted, "nobody knows of it, so it has aborted");
}

#[cfg(unix)]
#[test]
fn a_node_that_is_killed_from_outside_stays_down_and_is_seen() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    kill_9(restaurant.node(Place::Inventory).pid.unwrap());
    restaurant.wait_for("it is seen to be down", |state| {
        let node = &state.nodes[1];
        !node.is_up && node.problem.as_deref() == Some("it was killed from outside")
    });
    restaurant.restart(Place::Inventory);
    assert_eq!(restaurant.node(Place::Inventory).problem, None);
}

#[test]
fn bad_faults_are_explained() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    let told = restaurant.request("POST", "nodes/kitchen/crash", None).problem(404);
    assert_eq!(told, "There is no such node; there are coordinator, inventory, delivery.");
    let crash = |node: &str, body: &str, status| {
        restaurant.post(&format!("nodes/{node}/crash"), body).problem(status)
    };
    for (node, points) in [
        ("coordinator", &CrashPoint::OF_COORDINATOR[..]),
        ("delivery", &CrashPoint::OF_PARTICIPANT),
    ] {
        for wrong in ["tomorrow", if node == "delivery" { "after-decision" } else { "after-vote" }]
        {
            let told = crash(node, &format!(r#"{{"at":"{wrong}"}}"#), 422);
            assert!(points.iter().all(|point| told.contains(point.name())), "{told}");
        }
    }
    crash("delivery", r#"{"when":"now"}"#, 422);
    crash("delivery", "{", 422);
    let plain = [("content-type", "text/plain")];
    restaurant.request_with("POST", "nodes/delivery/crash", Some("{}"), &plain).problem(415);
    let resolve = |node: &str, body: &str, status| {
        restaurant.post(&format!("nodes/{node}/resolve"), body).problem(status)
    };
    let request = r#"{"id":"1-1","outcome":"committed"}"#;
    assert_eq!(resolve("inventory", request, 409), "Inventory is not in doubt about 1-1.");
    assert_eq!(resolve("coordinator", request, 409), "Coordinator is not in doubt about 1-1.");
    resolve("inventory", r#"{"id":"1-1","outcome":"perhaps"}"#, 422);
    assert!(restaurant.state().nodes.iter().all(|node| node.is_up && node.armed.is_none()));
}

#[test]
fn pages_from_elsewhere_may_do_nothing() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    let foreign = [("origin", "http://elsewhere.example"), ("content-type", "application/json")];
    let order = Some(r#"{"item":"burger","quantity":1}"#);
    restaurant.request_with("POST", "orders", order, &foreign).problem(403);
    let hurts =
        ["nodes/inventory/crash", "nodes/inventory/restart", "nodes/inventory/resolve", "reset"];
    for path in hurts {
        restaurant.request_with("POST", path, Some("{}"), &foreign).problem(403);
        restaurant.request_with("POST", path, None, &[("origin", "null")]).problem(403);
        // A name of somebody else's that leads here, with the origin to match.
        let rebound = [("host", "evil.example:80"), ("origin", "http://evil.example")];
        restaurant.request_with("POST", path, None, &rebound).problem(403);
        let proxied = [("x-forwarded-for", "192.0.2.7")];
        restaurant.request_with("POST", path, None, &proxied).problem(403);
    }
    assert_eq!(restaurant.orders(), []);
    let own = format!("http://{}", restaurant.address);
    let told = restaurant.request_with("POST", "nodes/inventory/crash", None, &[("origin", &own)]);
    assert_eq!(told.status, 200, "{told:?}");
}

/// Asks as a client from elsewhere would.
async fn ask_from_elsewhere(allow: bool, method: &str, path: &str) -> (u16, String) {
    let dir = folder();
    let launch = Launch {
        // Whether the nodes are up makes no difference to who may ask.
        executable: dir.path().join("missing"),
        data: dir.path().into(),
        stock: None,
        databases: Default::default(),
        epoch: std::time::SystemTime::now(),
        log: "error".into(),
    };
    let nodes = TwoPhaseCommit::start(launch, allow);
    let app = app(Config { two_phase_commit: Some(nodes.clone()), ..Config::default() });
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/two-phase-commit/{path}"))
        .header("host", "playground.example")
        .body(Body::empty())
        .unwrap();
    let peer: std::net::SocketAddr = "192.0.2.7:5000".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = TowerToHyperService::new(app).call(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    nodes.stop().await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn other_machines_may_look_but_not_hurt() {
    let (status, body) = ask_from_elsewhere(false, "GET", "state").await;
    assert_eq!(status, 200, "{body}");
    for path in
        ["nodes/inventory/crash", "nodes/inventory/restart", "nodes/inventory/resolve", "reset"]
    {
        let (status, body) = ask_from_elsewhere(false, "POST", path).await;
        assert_eq!(status, 403, "{path}: {body}");
        assert!(body.contains("--allow-remote-faults"), "{body}");
    }
    let (status, body) = ask_from_elsewhere(true, "POST", "reset").await;
    assert_eq!(status, 200, "{body}");
}

#[test]
fn a_doubt_outlives_whoever_is_in_it() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    restaurant.post("nodes/coordinator/crash", r#"{"at":"after-decision"}"#);
    let since = Instant::now();
    let told = restaurant.order(Good::Burger, 1, Handover::Delivered);
    assert_eq!(told.status, 202, "{told:?}");
    let mut last = [0, 0];
    let in_doubt = |down: usize, last: &mut [u64; 2]| {
        // An order may be answered a moment before the server has seen who died of it.
        let state = restaurant.wait_for("whoever died is seen to be down", |state| {
            state.nodes.iter().filter(|node| !node.is_up).count() == down
        });
        assert_eq!(state.in_doubt.len(), 2, "{state:#?}");
        for (doubt, last) in state.in_doubt.iter().zip(last) {
            assert!(doubt.age_ms >= *last, "it does not get younger: {doubt:?}");
            assert!(u128::from(doubt.age_ms) <= since.elapsed().as_millis(), "{doubt:?}");
            *last = doubt.age_ms;
        }
        let held = |index: usize, good| state.nodes[index].held.count(good);
        assert_eq!((held(1, Good::Burger), held(2, Good::Courier)), (1, 1));
    };
    in_doubt(1, &mut last);
    for place in [Place::Inventory, Place::Delivery] {
        restaurant.crash(place);
        in_doubt(2, &mut last);
        restaurant.restart(place);
        in_doubt(1, &mut last);
    }
    // What the dead coordinator has decided can be read off its disk, although nobody acts on it.
    let order: OrderReport = restaurant.request("GET", "orders/1-1", None).json();
    assert_eq!(order.status, Status::Committed);
    restaurant.restart(Place::Coordinator);
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn an_operator_who_decides_against_the_decision_does_damage() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    // The decision is to commit, and nobody has heard of it.
    let cases = [
        (
            "after-decision",
            Status::Committed,
            Place::Inventory,
            Outcome::Aborted,
            Outcome::Committed,
        ),
        ("before-decision", Status::Aborted, Place::Delivery, Outcome::Committed, Outcome::Aborted),
    ];
    for (point, status, holder, took, decided) in cases {
        let armed = restaurant.post("nodes/coordinator/crash", &format!(r#"{{"at":"{point}"}}"#));
        assert_eq!(armed.json::<NodeState>().armed, CrashPoint::named(point), "{armed:?}");
        let told = restaurant.order(Good::Burger, 1, Handover::Delivered);
        assert_eq!(told.status, 202, "{told:?}");
        let id = told.json::<OrderReport>().id;
        let state = restaurant.state();
        let holders: Vec<_> = state.in_doubt.iter().map(|it| (it.id, it.holder)).collect();
        assert_eq!(holders, [(id, Place::Inventory), (id, Place::Delivery)]);

        let outcome = serde_json::to_string(&took).unwrap();
        let body = format!(r#"{{"id":"{id}","outcome":{outcome}}}"#);
        let path = format!("nodes/{}/resolve", holder.name());
        let told = restaurant.post(&path, &body);
        assert_eq!(told.status, 200, "{told:?}");
        restaurant.post(&path, &body).problem(409);
        let state = restaurant.state();
        let taken = state.in_doubt.iter().find(|it| it.holder == holder).unwrap();
        assert_eq!(taken.took, Some(took));

        restaurant.restart(Place::Coordinator);
        let damage = [Damage { holder, took, decided }];
        let is_reported = |state: &State| {
            let order = state.orders.iter().find(|it| it.id == id);
            order.is_some_and(|it| it.status == status && it.damage == damage)
        };
        restaurant.wait_within(DOUBT_LIMIT, "the damage is reported", is_reported);
        let path = format!("orders/{id}");
        let report: OrderReport = restaurant.request("GET", &path, None).json();
        assert_eq!((report.status, &report.damage[..]), (status, &damage[..]));
        // Its log remembers what the operator did, and it asks once more how that ended.
        restaurant.crash(holder);
        restaurant.restart(holder);
        restaurant.wait_within(DOUBT_LIMIT, "the damage is still reported", is_reported);
    }
    let told = restaurant.request("POST", "reset", None);
    assert_eq!(told.status, 200, "{told:?}");
    let state: State = told.json();
    assert!(state.orders.is_empty() && state.in_doubt.is_empty() && state.couriers == 2);
    assert!(state.nodes.iter().all(|node| node.is_up), "{state:?}");
    let first = restaurant.decided(Good::Burger, 5, Handover::Delivered);
    assert_eq!((first.id.to_string(), first.status), ("1-1".into(), Status::Committed));
    restaurant.adds_up_within(DOUBT_LIMIT);
}
