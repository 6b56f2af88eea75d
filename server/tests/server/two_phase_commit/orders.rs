//! Orders: the classical ones, and those that cannot be taken.

use playground_core::two_phase_commit::wire::{OrderReport, Status};
use playground_core::two_phase_commit::{Good, Handover, Order, Place, Reason};
use playground_server::Config;

use super::restaurant::{DOUBT_LIMIT, Restaurant, folder};
use crate::running::Server;

#[test]
fn the_classical_orders() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    let orders = [
        (Good::Burger, 1, Handover::Delivered, Status::Committed, None),
        (Good::Pizza, 5, Handover::Delivered, Status::Aborted, Some(Reason::OutOf(Good::Pizza))),
        (Good::Drink, 2, Handover::Delivered, Status::Committed, None),
        (Good::Fries, 1, Handover::Delivered, Status::Aborted, Some(Reason::OutOf(Good::Courier))),
        // Nobody has to bring it.
        (Good::Pizza, 3, Handover::PickedUp, Status::Committed, None),
        (Good::Pizza, 1, Handover::PickedUp, Status::Aborted, Some(Reason::OutOf(Good::Pizza))),
    ];
    let mut reports = Vec::new();
    for (item, quantity, handover, status, reason) in orders {
        let report = restaurant.decided(item, quantity, handover);
        assert_eq!((report.status, report.reason), (status, reason));
        assert_eq!(report.order, Some(Order::Meal { item, quantity, handover }));
        let again = restaurant.request("GET", &format!("orders/{}", report.id), None);
        assert_eq!(again.json::<OrderReport>(), report);
        reports.push(report);
    }
    assert_eq!(restaurant.orders(), reports);
    let last: Vec<OrderReport> = restaurant.request("GET", "orders?last=2", None).json();
    assert_eq!(last, reports[4..]);

    restaurant.adds_up_within(DOUBT_LIMIT);
    let state = restaurant.state();
    let stock = [("burger", 4), ("drink", 6), ("fries", 10), ("pizza", 0)];
    assert_eq!(state.stock, stock.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!(state.couriers, 0);
    assert_eq!(state.orders, reports);
    assert_eq!(state.nodes.iter().map(|it| it.node).collect::<Vec<_>>(), Place::RESTAURANT);
    for node in &state.nodes {
        assert!(node.is_up && node.starts == 1 && node.problem.is_none(), "{node:?}");
        assert!(node.pid.is_some_and(|pid| pid != restaurant.child.id()), "{node:?}");
        assert!(node.log.bytes > 100 && node.log.forces > 0, "{node:?}");
        assert!(!node.log.tail.is_empty(), "{node:?}");
    }
}

#[test]
fn bad_orders_are_explained() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    let refused = |body: &str, status| restaurant.post("orders", body).problem(status);
    let told = refused(r#"{"item":"soup","quantity":1}"#, 422);
    assert!(told.contains("soup") && told.contains("burger"), "{told}");
    let told = refused(r#"{"item":"courier","quantity":1}"#, 422);
    assert_eq!(told, "Courier is not on the menu: burger, fries, drink, pizza.");
    for quantity in ["0", "1001", "4294967295"] {
        let told = refused(&format!(r#"{{"item":"burger","quantity":{quantity}}}"#), 422);
        assert_eq!(told, "The quantity must be from 1 to 1000.");
    }
    for quantity in ["-1", "1.5", "4294967296", "\"1\"", "null"] {
        let told = refused(&format!(r#"{{"item":"burger","quantity":{quantity}}}"#), 422);
        assert!(told.contains("quantity"), "{told}");
    }
    refused(r#"{"item":"burger"}"#, 422);
    refused(r#"{"item":"burger","quantity":1,"tip":1}"#, 422);
    refused(r#"{"item":"burger","quantity":1,"handover":"thrown"}"#, 422);
    refused("{", 400);
    refused("", 400);

    let text = [("content-type", "text/plain")];
    let order = Some(r#"{"item":"burger","quantity":1}"#);
    restaurant.request_with("POST", "orders", order, &text).problem(415);
    restaurant.request("DELETE", "orders", None).problem(405);
    restaurant.request("GET", "orders?last=1001", None).problem(400);
    restaurant.request("GET", "orders?last=x", None).problem(400);
    for id in ["1", "0-1", "1-0", "a-b", "1-99999999999", "1-1-1", "+1-1"] {
        restaurant.request("GET", &format!("orders/{id}"), None).problem(400);
    }
    for id in ["1-1", "2-1"] {
        let told = restaurant.request("GET", &format!("orders/{id}"), None).problem(404);
        assert_eq!(told, format!("There is no order {id}."));
    }
    assert_eq!(restaurant.orders(), []);
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn a_server_without_nodes_says_so() {
    let server = Server::start(Config::default());
    for path in ["state", "orders", "orders/1-1"] {
        let answer = server.get(&format!("/api/two-phase-commit/{path}"));
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
