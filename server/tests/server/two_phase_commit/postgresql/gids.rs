//! The names of prepared transactions: our own are ended, whoever has left them; others' are let alone.

use std::time::Instant;

use playground_core::two_phase_commit::wire::{OrderReport, Status};
use playground_core::two_phase_commit::{Good, Handover, Place, Reason};

use super::super::restaurant::folder;
use super::kitchen::{DOUBT_LIMIT, Kitchen, sql};
use crate::running::DEADLINE;

#[test]
fn what_somebody_has_resolved_by_hand_is_resolved() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), None);
    restaurant.post("nodes/coordinator/crash", r#"{"at":"after-decision"}"#);
    let told = restaurant.order(Good::Burger, 1, Handover::Delivered);
    let order: OrderReport = told.json();
    restaurant.wait_for("the coordinator is dead", |state| !state.nodes[0].is_up);
    let gid = kitchen.prepared().into_iter().find(|gid| gid.contains("courier")).unwrap();
    sql(&kitchen.server.url("delivery"), &format!("COMMIT PREPARED '{gid}'"));
    restaurant.restart(Place::Coordinator);
    restaurant.adds_up_within(DOUBT_LIMIT);
    kitchen.wait_until_nothing_is_prepared();
    let report: OrderReport =
        restaurant.request("GET", &format!("orders/{}", order.id), None).json();
    assert_eq!(report.status, Status::Committed);
    restaurant.wait_for("everybody has acknowledged", |state| {
        let text = format!("{:?}", state.nodes[0].log.tail.last());
        text.contains("Ended")
    });
}

#[test]
fn orphans_are_ended_and_strangers_let_alone() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), None);
    let inventory = kitchen.server.url("inventory");
    let prepare = |gid: &str, good: Good| {
        let taken =
            format!("UPDATE playground_stock SET quantity = quantity - 1 WHERE good = '{good}'");
        sql(&inventory, &format!("BEGIN; {taken}; PREPARE TRANSACTION '{gid}'"));
    };
    let number =
        std::fs::read_to_string(dir.path().join("two-phase-commit/coordinator/database-prefix"));
    let number = number.unwrap().trim().to_owned();
    let strangers = ["backup-1-1", "playground-ffffffffffffffff-1-1-fries-1"];
    prepare(strangers[1], Good::Fries);
    sql(&inventory, &format!("BEGIN; CREATE TABLE x (); PREPARE TRANSACTION '{}'", strangers[0]));

    // Of an earlier life, as far as anybody can tell: nobody knows that name.
    prepare(&format!("playground-{number}-7-1-pizza-1"), Good::Pizza);
    let end = Instant::now() + DEADLINE;
    while kitchen.prepared() != strangers {
        assert!(Instant::now() < end, "{:?}", kitchen.prepared());
        std::thread::yield_now();
    }
    assert_eq!(kitchen.quantity("inventory", Good::Pizza), 3, "it was rolled back");
    assert_eq!(restaurant.state().in_doubt, [], "strangers are nobody's doubt here");

    // The stranger has the row, and does not let go of it in time.
    let order = restaurant.decided(Good::Fries, 1, Handover::Delivered);
    assert_eq!((order.status, order.reason), (Status::Aborted, Some(Reason::Locked(Good::Fries))));
    let locks = restaurant.node(Place::Inventory).database.unwrap().locks;
    assert!(
        locks.iter().any(|lock| lock.relation.as_deref() == Some("playground_stock")),
        "{locks:?}"
    );

    // Others in the same database go on.
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.status, Status::Committed);
    restaurant.crash(Place::Coordinator);
    restaurant.restart(Place::Coordinator);
    restaurant.adds_up_within(DOUBT_LIMIT);
    let told = restaurant.request("POST", "reset", None).problem(409);
    assert!(told.contains("lock timeout"), "a stranger's goods cannot be put back: {told}");
    assert_eq!(kitchen.prepared(), strangers);
    sql(&inventory, &format!("ROLLBACK PREPARED '{}'", strangers[1]));
    let told = restaurant.request("POST", "reset", None);
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(kitchen.prepared(), strangers[..1]);
}

#[test]
fn two_coordinators_share_the_databases() {
    let (one, two, kitchen) = (folder(), folder(), Kitchen::open());
    let stock = Some("burger=500,courier=500");
    let first = kitchen.restaurant(one.path(), stock);
    let second = kitchen.restaurant(two.path(), stock);
    std::thread::scope(|scope| {
        for restaurant in [&first, &second] {
            scope.spawn(move || {
                for _ in 0..8 {
                    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
                    // Each locks the rows of both databases in an order of its own.
                    let is_late = order.reason == Some(Reason::Locked(Good::Burger))
                        || order.reason == Some(Reason::Locked(Good::Courier))
                        || order.reason == Some(Reason::VoteTimedOut);
                    assert!(order.status == Status::Committed || is_late, "{order:?}");
                }
            });
        }
    });
    kitchen.wait_until_nothing_is_prepared();
    let sold = |orders: Vec<OrderReport>| {
        orders.iter().filter(|it| it.status == Status::Committed).count() as u64
    };
    let sold = sold(first.orders()) + sold(second.orders());
    assert!(sold > 0);
    assert_eq!(kitchen.quantity("inventory", Good::Burger), 500 - sold);
    assert_eq!(kitchen.quantity("delivery", Good::Courier), 500 - sold);
}
