//! SIGKILL at every named point of every role, then a restart: nothing is lost, nothing is doubled.

use std::time::Instant;

use playground_core::two_phase_commit::wire::{NodeState, OrderReport, Status};
use playground_core::two_phase_commit::{CrashPoint, Good, Handover, Place};

use super::restaurant::{DOUBT_LIMIT, Restaurant, folder};

/// An order that gets a node to a point; none if nothing that can be ordered does.
fn order_for(place: Place, point: CrashPoint) -> Option<(Good, u32, Handover)> {
    use CrashPoint::{
        AfterAbort, AfterAborted, AfterConclusion, AfterOnePhase, BeforeConclusion, BeforeOnePhase,
    };
    match (place, point) {
        // The delivery service is never the only participant.
        (Place::Delivery, BeforeConclusion | AfterConclusion) => None,
        (_, BeforeOnePhase | AfterOnePhase | BeforeConclusion | AfterConclusion) => {
            Some((Good::Burger, 1, Handover::PickedUp))
        }
        (_, AfterAbort | AfterAborted) => Some((Good::Pizza, 5, Handover::Delivered)),
        _ => Some((Good::Burger, 1, Handover::Delivered)),
    }
}

fn dies_everywhere(place: Place, points: &[CrashPoint]) {
    let dir = folder();
    let restaurant = Restaurant::stocked(dir.path(), "burger=1000,courier=1000");
    for point in points {
        let Some((item, quantity, handover)) = order_for(place, *point) else { continue };
        let path = format!("nodes/{}/crash", place.name());
        let told = restaurant.post(&path, &format!(r#"{{"at":"{}"}}"#, point.name()));
        assert_eq!(told.json::<NodeState>().armed, Some(*point), "{told:?}");
        let told = restaurant.order(item, quantity, handover);
        restaurant.wait_for(&format!("{place:?} dies {}", point.words()), |state| {
            let node = &state.nodes[usize::from(place.node().0)];
            !node.is_up && node.problem.is_none()
        });
        let mut acknowledged = None;
        match told.status {
            201 | 202 => acknowledged = Some(told.json::<OrderReport>()),
            503 => assert_eq!(place, Place::Coordinator, "{told:?}"),
            _ => panic!("{told:?}"),
        }
        restaurant.restart(place);
        let restarted = Instant::now();
        restaurant.adds_up_within(DOUBT_LIMIT);
        if let Some(acknowledged) = acknowledged {
            restaurant.keeps_its_word(&acknowledged, item, point.words());
        }
        assert!(restarted.elapsed() < 2 * DOUBT_LIMIT, "{point:?}");
    }
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.status, Status::Committed, "it works after all that");
}

#[test]
fn the_coordinator_dies_at_every_point() {
    dies_everywhere(Place::Coordinator, &CrashPoint::OF_COORDINATOR);
}

#[test]
fn the_inventory_dies_at_every_point() {
    dies_everywhere(Place::Inventory, &CrashPoint::OF_PARTICIPANT);
}

#[test]
fn the_delivery_service_dies_at_every_point() {
    dies_everywhere(Place::Delivery, &CrashPoint::OF_PARTICIPANT);
}
