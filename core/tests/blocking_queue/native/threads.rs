//! The native queues between real threads: nothing lost, nothing doubled, the order of each producer kept; closing and
//! time-outs.

// The tests bring the clock and the threads that the core does not have.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use playground_core::blocking_queue::error::{
    PutError, PutTimeoutError, TakeError, TakeTimeoutError, TryPutError, TryTakeError,
};
use playground_core::blocking_queue::fast::FastQueue;
use playground_core::blocking_queue::textbook::BlockingQueue;
use playground_core::blocking_queue::{Order, Parked};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const A_WHILE: Duration = Duration::from_millis(20);
const FOR_EVER: Duration = Duration::MAX;

fn slots(capacity: usize) -> NonZeroUsize {
    NonZeroUsize::new(capacity).unwrap()
}

/// A bit for each item: who sets it twice has got it twice.
struct Seen(Vec<AtomicU64>);

impl Seen {
    fn new(items: u64) -> Self {
        Seen((0..items.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    fn mark(&self, item: u64) {
        let bit = 1 << (item % 64);
        let before = self.0[(item / 64) as usize].fetch_or(bit, Ordering::Relaxed);
        assert_eq!(before & bit, 0, "{item} twice");
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum()
    }
}

/// Lets so many producers put items from a common range, each its own in rising order, and so many consumers take them
/// until the queue is closed.
fn exchange(
    threads: u64,
    items: u64,
    put: impl Fn(u64) -> Result<(), PutError<u64>> + Sync,
    take: impl Fn() -> Result<u64, TakeError> + Sync,
    close: impl Fn(),
) {
    let seen = Seen::new(items);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // Of each producer, the item that has come last.
                let mut last = vec![None; threads as usize];
                while let Ok(item) = take() {
                    seen.mark(item);
                    let last = &mut last[(item % threads) as usize];
                    assert!(*last < Some(item), "{item} after {last:?}");
                    *last = Some(item);
                }
            });
        }
        let producers: Vec<_> = (0..threads)
            .map(|producer| {
                let put = &put;
                scope.spawn(move || {
                    (producer..items).step_by(threads as usize).for_each(|it| put(it).unwrap());
                })
            })
            .collect();
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        close();
    });
    assert_eq!(seen.count(), items);
}

/// The same tests for each of the queues.
macro_rules! tests {
    ($name:ident, $queue:ident, $new:expr, $many:expr) => {
        mod $name {
            use super::*;

            fn queue<T>(capacity: usize) -> $queue<T> {
                $new(slots(capacity))
            }

            #[test]
            fn many_items_between_many_threads() {
                let queue = queue(64);
                exchange(4, $many, |item| queue.put(item), || queue.take(), || queue.close());
                assert_eq!((queue.len(), queue.is_closed()), (0, true));
                assert_eq!(queue.parked(), Parked::default());
            }

            #[test]
            fn small_queues_between_many_threads() {
                for (capacity, threads) in [(1, 1), (1, 2), (2, 3), (3, 4), (5, 8), (7, 2)] {
                    let queue = queue(capacity);
                    let put = |item| queue.put(item);
                    exchange(threads, 20_000, put, || queue.take(), || queue.close());
                }
            }

            #[test]
            fn time_outs_between_many_threads() {
                // So short that they come all the time, in the middle of everything.
                let moment = Duration::from_micros(5);
                let queue = queue(2);
                let put = |mut item| loop {
                    item = match queue.put_timeout(item, moment) {
                        Ok(()) => return Ok(()),
                        Err(PutTimeoutError::TimedOut(item)) => item,
                        Err(PutTimeoutError::Closed(item)) => return Err(PutError(item)),
                    };
                };
                let take = || loop {
                    match queue.take_timeout(moment) {
                        Err(TakeTimeoutError::TimedOut) => {}
                        Err(TakeTimeoutError::Closed) => return Err(TakeError),
                        Ok(item) => return Ok(item),
                    }
                };
                exchange(4, 20_000, put, take, || queue.close());
            }

            #[test]
            fn those_who_never_wait_and_those_who_give_up_mix_with_the_patient() {
                let queue = queue(3);
                let put = |item| match item % 3 {
                    0 => queue.put(item),
                    1 => queue.put_timeout(item, FOR_EVER).map_err(|it| PutError(it.into_item())),
                    _ => {
                        while let Err(refused) = queue.try_put(item) {
                            assert_eq!(refused, TryPutError::Full(item));
                            thread::yield_now();
                        }
                        Ok(())
                    }
                };
                let take = || match queue.try_take() {
                    Ok(item) => Ok(item),
                    Err(TryTakeError::Closed) => Err(TakeError),
                    Err(TryTakeError::Empty) => queue.take(),
                };
                exchange(3, 30_000, put, take, || queue.close());
            }

            #[test]
            fn closing_wakes_all_who_are_parked() {
                let (full, empty) = (&queue(1), &queue(1));
                full.put(0).unwrap();
                thread::scope(|scope| {
                    let refused: Vec<_> =
                        (1..4).map(|item| (item, scope.spawn(move || full.put(item)))).collect();
                    let nothing: Vec<_> =
                        (0..3).map(|_| scope.spawn(|| empty.take().map(|it: i32| it))).collect();
                    while full.parked().producers < 3 || empty.parked().consumers < 3 {
                        thread::yield_now();
                    }
                    full.close();
                    empty.close();
                    for (item, producer) in refused {
                        assert_eq!(producer.join().unwrap(), Err(PutError(item)));
                    }
                    for consumer in nothing {
                        assert_eq!(consumer.join().unwrap(), Err(TakeError));
                    }
                });
                assert_eq!(full.put(9), Err(PutError(9)));
                assert_eq!(full.try_put(9), Err(TryPutError::Closed(9)));
                assert_eq!(full.put_timeout(9, FOR_EVER), Err(PutTimeoutError::Closed(9)));
                assert_eq!((full.peek(), full.take()), (Some(0), Ok(0)));
                assert_eq!((full.peek(), full.take()), (None, Err(TakeError)));
                assert_eq!(full.try_take(), Err(TryTakeError::Closed));
                assert_eq!(full.take_timeout(FOR_EVER), Err(TakeTimeoutError::Closed));
            }

            #[test]
            fn a_time_out_comes_neither_early_nor_never() {
                let queue = queue(1);
                let began = Instant::now();
                assert_eq!(queue.take_timeout(A_WHILE), Err(TakeTimeoutError::TimedOut));
                assert!(began.elapsed() >= A_WHILE);
                queue.put(1).unwrap();
                let began = Instant::now();
                assert_eq!(queue.put_timeout(2, A_WHILE), Err(PutTimeoutError::TimedOut(2)));
                assert!(began.elapsed() >= A_WHILE);
                assert_eq!(queue.parked(), Parked::default());
                assert_eq!(queue.take_timeout(Duration::ZERO), Ok(1));
            }

            #[test]
            fn who_is_parked_goes_on_as_soon_as_it_can() {
                let queue = queue(1);
                thread::scope(|scope| {
                    let consumer = scope.spawn(|| queue.take_timeout(FOR_EVER));
                    while queue.parked().consumers == 0 {
                        thread::yield_now();
                    }
                    queue.put(1).unwrap();
                    assert_eq!(consumer.join().unwrap(), Ok(1));
                    queue.put(2).unwrap();
                    let producer = scope.spawn(|| queue.put_timeout(3, FOR_EVER));
                    while queue.parked().producers == 0 {
                        thread::yield_now();
                    }
                    assert_eq!(queue.take(), Ok(2));
                    assert_eq!(producer.join().unwrap(), Ok(()));
                });
                assert_eq!(queue.parked(), Parked::default());
                assert_eq!(queue.take(), Ok(3));
            }

            #[test]
            fn who_panics_while_it_looks_breaks_nothing() {
                let queue = queue(2);
                queue.put(1).unwrap();
                let look = AssertUnwindSafe(|| queue.peek_with(|_| panic!("on purpose")));
                assert!(catch_unwind(look).is_err());
                queue.put(2).unwrap();
                assert_eq!(queue.peek(), Some(1));
                assert_eq!((queue.take(), queue.take()), (Ok(1), Ok(2)));
                queue.close();
                assert_eq!(queue.take(), Err(TakeError));
            }

            #[test]
            fn those_who_look_see_what_is_there_while_others_take() {
                let queue = queue(4);
                thread::scope(|scope| {
                    scope.spawn(|| {
                        // An item that looks as if it were whole only as long as it is not dropped.
                        (0..20_000_u64).for_each(|it| queue.put(vec![it; 3]).unwrap());
                        queue.close();
                    });
                    scope.spawn(|| {
                        let mut last = 0;
                        while !queue.is_closed() {
                            let Some(seen) = queue.peek() else { continue };
                            assert!(seen.iter().all(|it| *it == seen[0]) && seen.len() == 3);
                            assert!(seen[0] >= last, "{} after {last}", seen[0]);
                            last = seen[0];
                        }
                    });
                    let mut next = 0;
                    while let Ok(item) = queue.take() {
                        assert_eq!(item, vec![next; 3]);
                        next += 1;
                    }
                    assert_eq!(next, 20_000);
                });
            }

            #[test]
            fn what_is_inside_is_dropped_with_the_queue_and_once() {
                let item = Arc::new(());
                for inside in 0..=5 {
                    let queue = queue(5);
                    // So that the items are not at the beginning of the array.
                    for _ in 0..3 {
                        queue.put(Arc::clone(&item)).unwrap();
                        queue.take().unwrap();
                    }
                    (0..inside).for_each(|_| queue.put(Arc::clone(&item)).unwrap());
                    assert_eq!(Arc::strong_count(&item), 1 + inside);
                    drop(queue);
                    assert_eq!(Arc::strong_count(&item), 1);
                }
            }

            #[test]
            fn it_says_how_it_is() {
                let queue = queue(3);
                queue.put(1).unwrap();
                assert_eq!((queue.len(), queue.capacity(), queue.is_empty()), (1, 3, false));
                let text = format!("{queue:?}");
                assert!(text.contains("len: 1") && text.contains("capacity: 3"), "{text}");
                fn shared<T: Send + Sync>(_: &T) {}
                shared(&queue);
            }
        }
    };
}

tests!(fast_queue, FastQueue, FastQueue::new, 10_000_000);
tests!(textbook_queue, BlockingQueue, BlockingQueue::new, 10_000_000);
tests!(fair_textbook_queue, BlockingQueue, BlockingQueue::fair, 100_000);

#[test]
fn the_fair_queue_serves_in_the_order_of_arrival() {
    let queue = BlockingQueue::with_order(slots(1), Order::Fair);
    queue.put(0).unwrap();
    thread::scope(|scope| {
        for item in 1..=6 {
            let queue = &queue;
            scope.spawn(move || queue.put(item).unwrap());
            while queue.parked().producers < item {
                thread::yield_now();
            }
        }
        assert_eq!(queue.try_put(9), Err(TryPutError::Full(9)));
        assert!((0..=6).all(|item| queue.take() == Ok(item)));
    });
    assert_eq!(queue.try_take(), Err(TryTakeError::Empty));
}
