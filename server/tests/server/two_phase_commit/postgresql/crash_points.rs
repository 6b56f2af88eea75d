//! SIGKILL of the coordinator at every named point, then a restart: nothing stays prepared, nothing is lost or doubled.

use playground_core::two_phase_commit::wire::{NodeState, OrderReport, Status};
use playground_core::two_phase_commit::{CrashPoint, Good, Handover, Place};

use super::super::restaurant::folder;
use super::kitchen::{DOUBT_LIMIT, Kitchen};

/// An order that gets the coordinator to a point.
fn order_for(point: CrashPoint) -> (Good, u32, Handover) {
    use CrashPoint::{AfterAbort, AfterOnePhase, BeforeOnePhase};
    match point {
        BeforeOnePhase | AfterOnePhase => (Good::Burger, 1, Handover::PickedUp),
        AfterAbort => (Good::Pizza, 5, Handover::Delivered),
        _ => (Good::Burger, 1, Handover::Delivered),
    }
}

#[test]
fn the_coordinator_dies_at_every_point() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), Some("burger=1000,courier=1000"));
    let mut sold = 0;
    for point in CrashPoint::OF_COORDINATOR {
        let (item, quantity, handover) = order_for(point);
        let body = format!(r#"{{"at":"{}"}}"#, point.name());
        let told = restaurant.post("nodes/coordinator/crash", &body);
        assert_eq!(told.json::<NodeState>().armed, Some(point), "{told:?}");
        let told = restaurant.order(item, quantity, handover);
        restaurant.wait_for(&format!("it dies {}", point.words()), |state| {
            !state.nodes[0].is_up && state.nodes[0].problem.is_none()
        });
        let acknowledged = match told.status {
            201 | 202 => Some(told.json::<OrderReport>()),
            503 => None,
            _ => panic!("{told:?}"),
        };
        if point == CrashPoint::AfterDecision {
            let prepared = kitchen.prepared();
            assert_eq!(prepared.len(), 2, "both are in doubt: {prepared:?}");
            let state = restaurant.state();
            assert_eq!(state.in_doubt.len(), 2, "and that is seen without a coordinator");
        }
        restaurant.restart(Place::Coordinator);
        restaurant.adds_up_within(DOUBT_LIMIT);
        kitchen.wait_until_nothing_is_prepared();
        if let Some(acknowledged) = acknowledged {
            restaurant.keeps_its_word(&acknowledged, item, point.words());
        }
        let burgers = restaurant.orders().into_iter().filter(|it| it.status == Status::Committed);
        sold = burgers.count() as u64;
        assert_eq!(kitchen.quantity("inventory", Good::Burger), 1_000 - sold, "{point:?}");
    }
    assert!(sold >= 5, "after the decision and at one phase, at least: {sold}");
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.status, Status::Committed, "it works after all that");
    restaurant.adds_up_within(DOUBT_LIMIT);
}
