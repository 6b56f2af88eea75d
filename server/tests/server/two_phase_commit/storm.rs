//! Five hundred orders while all three processes are killed at random.

#![cfg(unix)]

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use playground_core::sim::Rng;
use playground_core::two_phase_commit::wire::{OrderReport, Status};
use playground_core::two_phase_commit::{Good, Handover, Place};

use super::restaurant::{DOUBT_LIMIT, Restaurant, folder, kill_9};

const ORDERS: u32 = 500;
const CLIENTS: u32 = 25;
const KILLS: u32 = 24;
/// So little that some orders find nothing left.
const STOCK: &str = "burger=200,fries=200,drink=200,pizza=100,courier=250";

/// How far it has got. Each kill sets some more orders free, so that every kill hits orders under way.
#[derive(Default)]
struct Progress {
    placed: u32,
    kills: u32,
}

#[test]
fn five_hundred_orders_under_random_kills() {
    let dir = folder();
    let restaurant = Restaurant::stocked(dir.path(), STOCK);
    let progress = (Mutex::new(Progress::default()), Condvar::new());
    let acknowledged = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (restaurant, progress, acknowledged) = (&restaurant, &progress, &acknowledged);
            scope.spawn(move || order_on(restaurant, client, progress, acknowledged));
        }
        let mut rng = Rng::new(500);
        for kill in 1..=KILLS {
            let place = Place::RESTAURANT[rng.below(3) as usize];
            let pid = restaurant.node(place).pid.unwrap();
            thread::park_timeout(Duration::from_micros(rng.below(8_000)));
            kill_9(pid);
            progress.0.lock().unwrap().kills = kill;
            progress.1.notify_all();
            restaurant.wait_for("it is dead", |state| {
                state.nodes[usize::from(place.node().0)].pid.is_none()
            });
            restaurant.restart(place);
        }
    });
    restaurant.adds_up_within(DOUBT_LIMIT);

    let listed = restaurant.orders();
    let acknowledged = acknowledged.into_inner().unwrap();
    for report in &acknowledged {
        let path = format!("orders/{}", report.id);
        let now: OrderReport = restaurant.request("GET", &path, None).json();
        assert_ne!(now.status, Status::Pending, "{now:?}");
        if report.status != Status::Pending {
            assert_eq!(now.status, report.status, "{report:?}");
        }
        if now.status == Status::Committed {
            let of_it = listed.iter().filter(|it| it.id == report.id);
            assert_eq!(of_it.count(), 1, "{report:?}");
        }
    }
    let committed = acknowledged.iter().filter(|it| it.status == Status::Committed).count();
    assert!(committed > 50, "only {committed} of {} committed", acknowledged.len());
    assert!(acknowledged.len() > 400, "only {} acknowledged", acknowledged.len());
}

/// One client: takes the next order until there are none.
fn order_on(
    restaurant: &Restaurant,
    client: u32,
    (progress, changed): &(Mutex<Progress>, Condvar),
    acknowledged: &Mutex<Vec<OrderReport>>,
) {
    let mut rng = Rng::new(u64::from(client));
    loop {
        let is_early = |it: &mut Progress| it.placed >= CLIENTS + it.kills * ORDERS / KILLS;
        {
            let progress = progress.lock().unwrap();
            let mut progress =
                changed.wait_while(progress, |it| it.placed < ORDERS && is_early(it)).unwrap();
            if progress.placed == ORDERS {
                // The others need not wait for more either.
                changed.notify_all();
                return;
            }
            progress.placed += 1;
        }
        let item = Good::MENU[rng.below(4) as usize];
        let handover = if rng.below(4) == 0 { Handover::PickedUp } else { Handover::Delivered };
        let quantity = 1 + rng.below(3) as u32;
        loop {
            let told = restaurant.order(item, quantity, handover);
            match told.status {
                201 | 202 => acknowledged.lock().unwrap().push(told.json()),
                503 if told.body.contains("was not taken") => {
                    thread::yield_now();
                    continue;
                }
                503 if told.body.contains("may have gone through") => {}
                _ => panic!("{told:?}"),
            }
            break;
        }
    }
}
