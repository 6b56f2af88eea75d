//! Databases that die in the middle, and come back.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use playground_core::two_phase_commit::wire::{OrderReport, Status};
use playground_core::two_phase_commit::{Good, Handover, Outcome, Place, Reason, Work};
use playground_engines::PostgreSql;

use super::super::restaurant::{Restaurant, folder};
use super::kitchen::{DOUBT_LIMIT, settings, sql};

/// A restaurant whose databases are on two servers, so that one of them can die alone: inventory's and delivery's.
fn two_servers(data: &Path, stock: &str) -> (PostgreSql, PostgreSql, Restaurant) {
    let servers = [(); 2].map(|()| PostgreSql::start(settings()).unwrap());
    let [inventory, delivery] = servers.each_ref().map(|it| it.url("postgres"));
    let (inventory, delivery) = (format!("inventory={inventory}"), format!("delivery={delivery}"));
    let arguments = ["--participant", &inventory, "--participant", &delivery];
    let restaurant = Restaurant::with(data, &arguments, Some(stock));
    restaurant.wait_until_up();
    let [inventory, delivery] = servers;
    (inventory, delivery, restaurant)
}

fn outcome_of(restaurant: &Restaurant, order: &OrderReport) -> Status {
    let report: OrderReport =
        restaurant.request("GET", &format!("orders/{}", order.id), None).json();
    report.status
}

#[test]
fn a_database_dies_in_mid_commit_and_comes_back() {
    let dir = folder();
    let (mut inventory, delivery, restaurant) = two_servers(dir.path(), "burger=100,courier=100");
    let cases = [("after-decision", Outcome::Committed), ("before-decision", Outcome::Aborted)];
    for (point, outcome) in cases {
        restaurant.post("nodes/coordinator/crash", &format!(r#"{{"at":"{point}"}}"#));
        let told = restaurant.order(Good::Burger, 2, Handover::Delivered);
        assert_eq!(told.status, 202, "{told:?}");
        let order: OrderReport = told.json();
        restaurant.wait_for("the coordinator is dead", |state| !state.nodes[0].is_up);
        inventory.kill().unwrap();
        restaurant.wait_for("the database is seen to be away", |state| {
            let node = &state.nodes[1];
            !node.is_up && node.problem.as_ref().is_some_and(|it| it.contains("cannot be reached"))
        });
        restaurant.restart(Place::Coordinator);
        // The one that is there hears of the decision; the other holds what it has promised.
        let state =
            restaurant.wait_for("one of two is in doubt", |state| state.in_doubt.len() == 1);
        let doubt = &state.in_doubt[0];
        assert_eq!((doubt.id, doubt.holder), (order.id, Place::Inventory));
        assert_eq!(doubt.work, Work::Take { good: Good::Burger, quantity: 2 });
        let none = sql(&delivery.url("postgres"), "SELECT gid FROM pg_prepared_xacts");
        assert!(none.is_empty(), "{none:?}");

        // Nobody waits for a database that is known to be away.
        let refused = restaurant.decided(Good::Burger, 1, Handover::Delivered);
        assert_eq!((refused.status, refused.reason), (Status::Aborted, Some(Reason::Unavailable)));

        inventory.start_again().unwrap();
        restaurant.adds_up_within(2 * DOUBT_LIMIT);
        let expected = match outcome {
            Outcome::Committed => Status::Committed,
            Outcome::Aborted => Status::Aborted,
        };
        assert_eq!(outcome_of(&restaurant, &order), expected);
    }
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.status, Status::Committed);
    assert_eq!(restaurant.node(Place::Inventory).starts, 3, "it was away twice");
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn orders_go_on_while_a_database_is_killed_again_and_again() {
    let dir = folder();
    let (mut inventory, _delivery, restaurant) =
        two_servers(dir.path(), "burger=9000,fries=9000,courier=9000");
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let acknowledged = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (restaurant, is_over, acknowledged) = (&restaurant, &is_over, &acknowledged);
            scope.spawn(move || {
                let item = if client % 2 == 0 { Good::Burger } else { Good::Fries };
                let handover = if client == 3 { Handover::PickedUp } else { Handover::Delivered };
                while !is_over.load(Relaxed) {
                    let told = restaurant.order(item, 1, handover);
                    assert!(matches!(told.status, 201 | 202), "{told:?}");
                    let order: OrderReport = told.json();
                    if order.reason == Some(Reason::Unavailable) {
                        restaurant.wait_for("it is back", |state| state.nodes[1].is_up);
                    }
                    acknowledged.lock().unwrap().push((item, order));
                }
            });
        }
        let committed = || {
            let all = acknowledged.lock().unwrap();
            all.iter().filter(|(_, it)| it.status == Status::Committed).count()
        };
        for _ in 0..3 {
            let before = committed();
            let end = std::time::Instant::now() + crate::running::DEADLINE;
            while committed() < before + 30 {
                assert!(std::time::Instant::now() < end, "nothing goes on");
                std::thread::yield_now();
            }
            inventory.kill().unwrap();
            inventory.start_again().unwrap();
        }
        is_over.store(true, Relaxed);
    });
    restaurant
        .wait_within(2 * DOUBT_LIMIT, "nothing is in doubt", |state| state.in_doubt.is_empty());
    let mut sold = BTreeMap::from([(Good::Burger, 0), (Good::Fries, 0)]);
    for (item, order) in acknowledged.into_inner().unwrap() {
        let now = outcome_of(&restaurant, &order);
        assert!(order.status == Status::Pending || now == order.status, "{order:?}: {now:?}");
        *sold.get_mut(&item).unwrap() += u64::from(now == Status::Committed);
    }
    for (good, sold) in sold {
        let question = format!("SELECT quantity FROM playground_stock WHERE good = '{good}'");
        let left: u64 = sql(&inventory.url("postgres"), &question)[0].parse().unwrap();
        assert_eq!(left, 9_000 - sold, "{good}");
    }
    let left = sql(&inventory.url("postgres"), "SELECT gid FROM pg_prepared_xacts");
    assert!(left.is_empty(), "{left:?}");
}
