//! The native queues, the same source files, compiled with loom's parts and run in every order of their threads and of
//! what these see of each other's writes, as far as the memory model allows.
//!
//! That nobody sleeps for ever is checked everywhere: if all threads that are left wait, loom calls it a deadlock. It
//! also sees two threads in one slot at a time, and an item that is never dropped.

#[path = "../../../src/blocking_queue/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../../../src/blocking_queue/fast.rs"]
#[allow(dead_code)]
mod fast;
#[path = "../../../src/blocking_queue/parked.rs"]
mod parked;
#[path = "../../../src/blocking_queue/parking.rs"]
// Here a thread has no patience at all.
#[allow(clippy::absurd_extreme_comparisons)]
mod parking;
#[path = "../../../src/blocking_queue/queue_core.rs"]
#[allow(dead_code)]
mod queue_core;
#[path = "../../../src/blocking_queue/ring.rs"]
mod ring;
#[path = "sync.rs"]
mod sync;
#[path = "../../../src/blocking_queue/textbook.rs"]
#[allow(dead_code, clippy::reversed_empty_ranges)]
mod textbook;

use error::{PutError, PutTimeoutError, TakeError, TakeTimeoutError, TryTakeError};
use fast::FastQueue;
use loom::sync::Arc as Item;
use loom::thread;
use ring::{Obstacle, Ring};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use textbook::BlockingQueue;

/// Some time: loom tries both that it is enough and that it is not.
const SOME_TIME: Duration = Duration::from_millis(1);

/// Every order of two threads.
fn of_two(run: impl Fn() + Sync + Send + 'static) {
    in_every_order(None, run);
}

/// Every order of three threads with up to two forced switches between them; whoever waits or ends switches freely. Most
/// mistakes need no more (Musuvathi and Qadeer, 2007), and all orders would be too many.
fn of_three(run: impl Fn() + Sync + Send + 'static) {
    in_every_order(Some(2), run);
}

fn in_every_order(forced_switches: Option<usize>, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = forced_switches;
    builder.check(move || {
        sync::begin();
        run();
    });
}

/// The same runs for each of the queues.
macro_rules! runs {
    ($name:ident, $queue:ident, $new:expr) => {
        mod $name {
            use super::*;

            fn queue<T>(capacity: usize) -> Arc<$queue<T>> {
                let new = $new;
                Arc::new(new(NonZeroUsize::new(capacity).unwrap()))
            }

            #[test]
            fn an_item_comes_whoever_is_first() {
                of_two(|| {
                    let queue = queue(1);
                    let consumer = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.take()
                    });
                    queue.put(Item::new(7)).unwrap();
                    assert_eq!(*consumer.join().unwrap().unwrap(), 7);
                    assert!(queue.is_empty());
                });
            }

            #[test]
            fn a_producer_waits_for_room_and_keeps_its_order() {
                of_two(|| {
                    let queue = queue(1);
                    let producer = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || (0..2).for_each(|item| queue.put(item).unwrap())
                    });
                    for item in 0..2 {
                        assert!(queue.len() <= 1);
                        assert_eq!(queue.take(), Ok(item));
                    }
                    producer.join().unwrap();
                    assert_eq!(queue.try_take(), Err(TryTakeError::Empty));
                });
            }

            #[test]
            fn two_producers_lose_nothing() {
                of_three(|| {
                    let queue = queue(2);
                    let producers = [1, 2].map(|item| {
                        let queue = Arc::clone(&queue);
                        thread::spawn(move || queue.put(item).unwrap())
                    });
                    assert_eq!(queue.take().unwrap() + queue.take().unwrap(), 3);
                    producers.into_iter().for_each(|producer| producer.join().unwrap());
                });
            }

            #[test]
            fn two_consumers_double_nothing() {
                of_three(|| {
                    let queue = queue(2);
                    let consumers = [(), ()].map(|()| {
                        let queue = Arc::clone(&queue);
                        thread::spawn(move || queue.take().unwrap())
                    });
                    queue.put(1).unwrap();
                    queue.put(2).unwrap();
                    let taken: i32 =
                        consumers.map(|consumer| consumer.join().unwrap()).iter().sum();
                    assert_eq!(taken, 3);
                });
            }

            #[test]
            fn closing_wakes_a_consumer() {
                of_two(|| {
                    let queue = queue::<i32>(1);
                    let consumer = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.take()
                    });
                    queue.close();
                    assert_eq!(consumer.join().unwrap(), Err(TakeError));
                });
            }

            #[test]
            fn closing_wakes_a_producer_and_loses_no_item() {
                of_two(|| {
                    let queue = queue(1);
                    queue.put(1).unwrap();
                    let producer = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.put(2)
                    });
                    queue.close();
                    assert_eq!(producer.join().unwrap(), Err(PutError(2)));
                    assert_eq!(queue.take(), Ok(1));
                    assert_eq!(queue.take(), Err(TakeError));
                });
            }

            #[test]
            fn what_was_put_before_closing_is_taken() {
                of_two(|| {
                    let queue = queue(1);
                    let producer = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.put(1).is_ok()
                    });
                    queue.close();
                    let taken = queue.take();
                    assert_eq!(producer.join().unwrap(), taken.is_ok());
                });
            }

            #[test]
            fn a_consumer_that_gives_up_takes_no_wake_up_with_it() {
                of_three(|| {
                    let queue = queue(1);
                    let hasty = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.take_timeout(SOME_TIME)
                    });
                    let patient = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.take()
                    });
                    queue.put(1).unwrap();
                    match hasty.join().unwrap() {
                        Ok(item) => {
                            assert_eq!(item, 1);
                            queue.put(2).unwrap();
                            assert_eq!(patient.join().unwrap(), Ok(2));
                        }
                        Err(TakeTimeoutError::TimedOut) => {
                            assert_eq!(patient.join().unwrap(), Ok(1));
                        }
                        Err(TakeTimeoutError::Closed) => panic!("nobody has closed it"),
                    }
                });
            }

            #[test]
            fn a_producer_that_gives_up_takes_no_wake_up_with_it() {
                of_three(|| {
                    let queue = queue(1);
                    queue.put(0).unwrap();
                    let hasty = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.put_timeout(1, SOME_TIME)
                    });
                    let patient = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || queue.put(2)
                    });
                    assert_eq!(queue.take(), Ok(0));
                    match hasty.join().unwrap() {
                        Ok(()) => assert_eq!(queue.take().unwrap() + queue.take().unwrap(), 3),
                        Err(refused) => {
                            assert_eq!(refused, PutTimeoutError::TimedOut(1));
                            assert_eq!(queue.take(), Ok(2));
                        }
                    }
                    assert_eq!(patient.join().unwrap(), Ok(()));
                });
            }

            #[test]
            fn who_peeks_sees_an_item_that_is_there() {
                of_two(|| {
                    let queue = queue(2);
                    queue.put(Item::new(1)).unwrap();
                    queue.put(Item::new(2)).unwrap();
                    let consumer = thread::spawn({
                        let queue = Arc::clone(&queue);
                        move || *queue.take().unwrap()
                    });
                    let seen = queue.peek_with(|item| **item);
                    assert!(seen == Some(1) || seen == Some(2), "{seen:?}");
                    assert_eq!(consumer.join().unwrap(), 1);
                    // What is left inside goes with the queue.
                });
            }
        }
    };
}

runs!(fast_queue, FastQueue, FastQueue::new);
runs!(textbook_queue, BlockingQueue, BlockingQueue::new);
runs!(fair_textbook_queue, BlockingQueue, BlockingQueue::fair);

/// After 2^62 steps: here it is one lap away.
#[test]
fn positions_that_are_used_up_begin_again() {
    loom::model(|| {
        for capacity in 1..=3_u64 {
            let lap = (capacity + 1).next_power_of_two();
            let slots = NonZeroUsize::new(capacity as usize).unwrap();
            let ring = Ring::starting_at(slots, (1 << 62) - lap);
            for first in [0, 10, 20] {
                for item in first..first + capacity {
                    assert!(!ring.claim_put().expect("room").fill(item));
                }
                assert!(ring.claim_put().is_none() && ring.put_obstacle() == Obstacle::Nothing);
                assert_eq!(ring.len(), ring.capacity());
                for item in first..first + capacity {
                    assert_eq!(ring.claim_take().expect("an item").empty(), (item, false));
                }
                assert!(ring.claim_take().is_none() && ring.take_obstacle() == Obstacle::Nothing);
                assert_eq!(ring.len(), 0);
            }
        }
    });
}
