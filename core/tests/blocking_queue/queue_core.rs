//! The rules of the queue, one by one.

use playground_core::blocking_queue::{Closing, Displaced, Offered, Order, Polled, QueueCore, Who};
use std::num::NonZeroUsize;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const P: [Who; 4] = [Who(1), Who(2), Who(3), Who(4)];
const C: [Who; 4] = [Who(11), Who(12), Who(13), Who(14)];

fn queue(capacity: usize, order: Order) -> QueueCore<u32> {
    QueueCore::new(NonZeroUsize::new(capacity).expect("at least one"), order)
}

fn stored(wake: Option<Who>) -> Offered<u32> {
    Offered::Stored { wake }
}

fn taken(item: u32, wake: Option<Who>) -> Polled<u32> {
    Polled::Taken { item, wake }
}

#[test]
fn items_come_out_in_the_order_in_which_they_went_in() {
    for order in [Order::Barging, Order::Fair] {
        let mut queue = queue(3, order);
        assert!(queue.is_empty() && !queue.is_full());
        for item in 1..=3 {
            assert_eq!(queue.offer(P[0], item), stored(None));
        }
        assert!(queue.is_full());
        assert_eq!((queue.len(), queue.capacity(), queue.peek()), (3, 3, Some(&1)));
        assert_eq!(queue.try_offer(4), Offered::Full { item: 4 });
        assert_eq!(queue.items().copied().collect::<Vec<_>>(), [1, 2, 3]);
        for item in 1..=3 {
            assert_eq!(queue.try_poll(), taken(item, None));
        }
        assert_eq!((queue.try_poll(), queue.peek()), (Polled::Empty, None));
    }
}

#[test]
fn who_cannot_go_on_waits_and_is_woken_by_the_other_side() {
    let mut queue = queue(1, Order::Barging);
    assert_eq!(queue.poll(C[0]), Polled::Empty);
    assert_eq!(queue.poll(C[1]), Polled::Empty);
    assert_eq!(queue.offer(P[0], 1), stored(Some(C[0])));
    assert_eq!(queue.takers().collect::<Vec<_>>(), [(C[0], true), (C[1], false)]);
    assert_eq!(queue.offer(P[0], 2), Offered::Full { item: 2 });
    assert_eq!(queue.poll(C[0]), taken(1, Some(P[0])));
    assert_eq!(queue.offer(P[0], 2), stored(Some(C[1])));
    assert_eq!(queue.poll(C[1]), taken(2, None));
    assert_eq!((queue.putters().count(), queue.takers().count()), (0, 0));
}

#[test]
fn nobody_is_woken_twice_for_the_same() {
    let mut queue = queue(4, Order::Barging);
    assert_eq!(queue.poll(C[0]), Polled::Empty);
    assert_eq!(queue.offer(P[0], 1), stored(Some(C[0])));
    // It is on its way already, and nobody else waits.
    assert_eq!(queue.offer(P[0], 2), stored(None));
    assert_eq!(queue.poll(C[1]), taken(1, None));
    assert_eq!(queue.poll(C[0]), taken(2, None));
}

#[test]
fn in_barging_order_a_newcomer_may_be_faster() {
    let mut queue = queue(1, Order::Barging);
    assert_eq!(queue.poll(C[0]), Polled::Empty);
    assert_eq!(queue.offer(P[0], 1), stored(Some(C[0])));
    assert_eq!(queue.poll(C[1]), taken(1, None));
    assert_eq!(queue.poll(C[0]), Polled::Empty);
    // It waits again, and is woken again.
    assert_eq!(queue.offer(P[0], 2), stored(Some(C[0])));
}

#[test]
fn in_fair_order_a_newcomer_goes_behind_all_who_wait() {
    let mut queue = queue(1, Order::Fair);
    assert_eq!(queue.poll(C[0]), Polled::Empty);
    assert_eq!(queue.poll(C[1]), Polled::Empty);
    assert_eq!(queue.offer(P[0], 1), stored(Some(C[0])));
    assert_eq!(queue.try_poll(), Polled::Empty);
    assert_eq!(queue.poll(C[2]), Polled::Empty);
    // Nor may somebody who wakes up unwoken; it stays where it is.
    assert_eq!(queue.poll(C[1]), Polled::Empty);
    assert_eq!(queue.takers().map(|it| it.0).collect::<Vec<_>>(), C[..3]);
    assert_eq!(queue.poll(C[0]), taken(1, None));
    assert_eq!(queue.offer(P[0], 2), stored(Some(C[1])));
}

#[test]
fn in_fair_order_a_free_place_belongs_to_somebody_if_somebody_waits() {
    let mut queue = queue(2, Order::Fair);
    assert_eq!((queue.try_offer(1), queue.try_offer(2)), (stored(None), stored(None)));
    assert_eq!(queue.offer(P[0], 3), Offered::Full { item: 3 });
    assert_eq!(queue.poll(C[0]), taken(1, Some(P[0])));
    assert_eq!(queue.try_offer(9), Offered::Full { item: 9 });
    assert_eq!(queue.poll(C[0]), taken(2, None));
    // Two places are free now, and one waits: the other one is for anybody.
    assert_eq!(queue.try_offer(9), stored(None));
    assert_eq!(queue.offer(P[0], 3), stored(None));
}

#[test]
fn a_wake_up_is_passed_on_by_whoever_does_not_want_it_any_more() {
    for order in [Order::Barging, Order::Fair] {
        let mut takers = queue(1, order);
        assert_eq!(takers.poll(C[0]), Polled::Empty);
        assert_eq!(takers.poll(C[1]), Polled::Empty);
        assert_eq!(takers.offer(P[0], 1), stored(Some(C[0])));
        assert_eq!(takers.cancel(C[0]), Some(C[1]));
        assert_eq!(takers.cancel(C[0]), None, "it does not wait any more");
        let mut putters = queue(1, order);
        assert_eq!(putters.try_offer(1), stored(None));
        assert_eq!(putters.offer(P[0], 2), Offered::Full { item: 2 });
        assert_eq!(putters.offer(P[1], 3), Offered::Full { item: 3 });
        assert_eq!(putters.cancel(P[0]), None, "nobody has been woken yet");
        assert_eq!(putters.poll(C[0]), taken(1, Some(P[1])));
    }
}

/// As with a condition variable: the notification wakes another one than the queue has named.
#[test]
fn in_barging_order_anybody_may_hear_a_wake_up() {
    let mut queue = queue(2, Order::Barging);
    for consumer in &C[..3] {
        assert_eq!(queue.poll(*consumer), Polled::Empty);
    }
    assert_eq!(queue.offer(P[0], 1), stored(Some(C[0])));
    assert_eq!(queue.poll(C[2]), taken(1, None));
    // The first still sleeps, and is named again.
    assert_eq!(queue.offer(P[0], 2), stored(Some(C[0])));
    assert_eq!(queue.cancel(C[1]), Some(C[0]), "it may have been the second that heard it");
}

#[test]
fn closing_wakes_everybody_and_loses_nothing() {
    let mut queue = queue(2, Order::Fair);
    assert_eq!((queue.try_offer(1), queue.try_offer(2)), (stored(None), stored(None)));
    assert_eq!(queue.offer(P[0], 3), Offered::Full { item: 3 });
    assert_eq!(queue.offer(P[1], 4), Offered::Full { item: 4 });
    assert_eq!(queue.close(), Closing { putters: vec![P[0], P[1]], takers: vec![] });
    assert!(queue.is_closed());
    assert_eq!(queue.offer(P[0], 3), Offered::Closed { item: 3 });
    assert_eq!(queue.offer(P[1], 4), Offered::Closed { item: 4 });
    assert_eq!(queue.try_offer(5), Offered::Closed { item: 5 });
    assert_eq!(queue.displace(6), Displaced::Closed { item: 6 });
    assert_eq!((queue.poll(C[0]), queue.try_poll()), (taken(1, None), taken(2, None)));
    assert_eq!((queue.poll(C[0]), queue.try_poll()), (Polled::Closed, Polled::Closed));
    assert_eq!(queue.close(), Closing::default());
}

#[test]
fn who_is_on_the_way_is_not_woken_by_closing_again() {
    let mut queue = queue(2, Order::Barging);
    assert_eq!(queue.poll(C[0]), Polled::Empty);
    assert_eq!(queue.poll(C[1]), Polled::Empty);
    assert_eq!(queue.try_offer(1), stored(Some(C[0])));
    assert_eq!(queue.close().takers, [C[1]]);
    assert_eq!(queue.poll(C[1]), taken(1, None));
    assert_eq!(queue.poll(C[0]), Polled::Closed);
}

#[test]
fn a_larger_queue_wakes_as_many_as_fit_in_and_a_smaller_one_keeps_what_it_has() {
    let mut queue = queue(1, Order::Barging);
    assert_eq!(queue.try_offer(1), stored(None));
    for producer in &P[..3] {
        assert_eq!(queue.offer(*producer, 9), Offered::Full { item: 9 });
    }
    let room = |places| NonZeroUsize::new(places).expect("at least one");
    assert_eq!(queue.set_capacity(room(3)), P[..2]);
    assert_eq!(queue.set_capacity(room(3)), []);
    assert_eq!(queue.offer(P[0], 2), stored(None));
    assert_eq!(queue.offer(P[1], 3), stored(None));
    assert_eq!(queue.set_capacity(room(1)), []);
    assert_eq!((queue.len(), queue.capacity(), queue.is_full()), (3, 1, true));
    assert_eq!((queue.try_poll(), queue.try_poll()), (taken(1, None), taken(2, None)));
    assert_eq!(queue.try_poll(), taken(3, Some(P[2])));
}

#[test]
fn what_is_pushed_in_pushes_the_oldest_out() {
    let mut queue = queue(2, Order::Barging);
    let displaced = |oldest| Displaced::Stored { oldest, wake: None };
    assert_eq!((queue.displace(1), queue.displace(2)), (displaced(None), displaced(None)));
    assert_eq!(queue.displace(3), displaced(Some(1)));
    assert_eq!(queue.items().copied().collect::<Vec<_>>(), [2, 3]);
}
