//! The queue on words: its rules beside a model's, and threads that really wait.

use super::{on_threads, until_holds};
use playground_core::blocking_queue::shared::{
    Forever, Patience, PutError, SharedQueue, TakeError, TryPut, TryTake,
};
use playground_core::shared_memory::{NativeMemory, SharedMemory};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::thread;

/// Its items are pairs.
type Queue<'m> = SharedQueue<'m, NativeMemory, 2>;

/// It begins somewhere in the middle of the memory.
const BASE: usize = 32;

fn memory(capacity: u32) -> NativeMemory {
    NativeMemory::new(BASE + Queue::words(capacity))
}

/// Waits until so many are parked, or about to be, on either side.
fn until_waiting(queue: &Queue<'_>, waiting: (u32, u32)) {
    while queue.waiting() != waiting {
        thread::yield_now();
    }
}

/// Gives up after a millisecond.
struct Brief;

impl Patience for Brief {
    fn left_ms(&mut self) -> Option<f64> {
        Some(1.0)
    }
}

#[test]
fn items_come_out_in_the_order_in_which_they_went_in() {
    for capacity in [1, 2, 5, 8] {
        let memory = memory(capacity);
        let queue = Queue::create(&memory, BASE, capacity);
        assert_eq!(Queue::attach(&memory, BASE).capacity(), capacity);
        for lap in 0..5 {
            assert!(queue.is_empty() && queue.peek().is_none());
            for number in 0..capacity {
                assert_eq!(queue.try_put([lap, number]), TryPut::Stored);
                assert_eq!((queue.len(), queue.peek()), (number + 1, Some([lap, 0])));
            }
            assert_eq!(queue.try_put([9, 9]), TryPut::Full);
            let inside: Vec<_> = (0..capacity).map(|number| [lap, number]).collect();
            assert_eq!(queue.items(100), inside);
            assert_eq!(queue.items(1), inside[..1]);
            for item in inside {
                assert_eq!(queue.try_take(), TryTake::Taken(item));
            }
            assert_eq!(queue.try_take(), TryTake::Empty);
        }
    }
}

#[test]
fn what_is_inside_a_closed_queue_can_be_taken() {
    let memory = memory(3);
    let queue = Queue::create(&memory, BASE, 3);
    queue.put([1, 1], &mut Forever).unwrap();
    assert!(queue.close() && !queue.close() && queue.is_closed());
    assert_eq!(queue.put([2, 2], &mut Forever), Err(PutError::Closed));
    assert_eq!(queue.try_put([2, 2]), TryPut::Closed);
    assert_eq!(queue.take(&mut Forever), Ok([1, 1]));
    assert_eq!(queue.take(&mut Forever), Err(TakeError::Closed));
    assert_eq!(queue.try_take(), TryTake::Closed);
    assert!(queue.is_empty());
}

#[test]
fn patience_ends() {
    let memory = memory(1);
    let queue = Queue::create(&memory, BASE, 1);
    assert_eq!(queue.take(&mut Brief), Err(TakeError::TimedOut));
    queue.put([1, 1], &mut Brief).unwrap();
    assert_eq!(queue.put([2, 2], &mut Brief), Err(PutError::TimedOut));
    assert_eq!((queue.waiting(), queue.len()), ((0, 0), 1));
}

#[test]
fn closing_wakes_everybody() {
    let memory = memory(1);
    let queue = Queue::create(&memory, BASE, 1);
    thread::scope(|scope| {
        let takers: Vec<_> = (0..3).map(|_| scope.spawn(|| queue.take(&mut Forever))).collect();
        until_waiting(&queue, (0, 3));
        queue.close();
        for taker in takers {
            assert_eq!(taker.join().unwrap(), Err(TakeError::Closed));
        }
    });
    let queue = Queue::create(&memory, BASE, 1);
    queue.put([0, 0], &mut Forever).unwrap();
    thread::scope(|scope| {
        let putters: Vec<_> =
            (0..3).map(|_| scope.spawn(|| queue.put([1, 1], &mut Forever))).collect();
        until_waiting(&queue, (3, 0));
        queue.close();
        for putter in putters {
            assert_eq!(putter.join().unwrap(), Err(PutError::Closed));
        }
    });
    assert_eq!(queue.items(9), [[0, 0]], "nobody has put anything in after that");
}

/// One item at a time to parked takers: a wake-up that is lost would leave one of them there for ever.
#[test]
fn each_item_wakes_one_who_waits_for_it() {
    const ROUNDS: u32 = 2_000;
    let memory = memory(4);
    let queue = Queue::create(&memory, BASE, 4);
    let taken = 0;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while queue.take(&mut Forever).is_ok() {
                    memory.add(taken, 1);
                }
            });
        }
        for round in 1..=ROUNDS {
            assert_eq!(queue.try_put([round, round]), TryPut::Stored);
            until_holds(&memory, taken, round);
        }
        queue.close();
    });
    assert_eq!((queue.waiting(), memory.load(taken)), ((0, 0), ROUNDS));
}

/// Many on both sides, a small ring: everything comes out once, and in each producer's order.
#[test]
fn nothing_is_lost_and_nothing_doubled() {
    const EACH: u32 = 30_000;
    for (capacity, threads) in [(1, 4), (2, 8), (5, 6), (64, 8)] {
        let memory = memory(capacity);
        let queue = Queue::create(&memory, BASE, capacity);
        let done = 0;
        let taken = on_threads(threads, |me| {
            let mut taken: Vec<[u32; 2]> = Vec::new();
            if me < threads / 2 {
                (0..EACH).for_each(|number| queue.put([me, number], &mut Forever).unwrap());
                if memory.add(done, 1) + 1 == threads / 2 {
                    queue.close();
                }
            } else {
                while let Ok(item) = queue.take(&mut Forever) {
                    taken.push(item);
                }
            }
            taken
        });
        for producer in 0..threads / 2 {
            let of = |taken: &Vec<[u32; 2]>| -> Vec<u32> {
                taken.iter().filter(|item| item[0] == producer).map(|item| item[1]).collect()
            };
            assert!(taken.iter().all(|taken| of(taken).is_sorted_by(|a, b| a < b)));
            let mut all: Vec<u32> = taken.iter().flat_map(of).collect();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..EACH), "capacity {capacity}, producer {producer}");
        }
        assert_eq!(queue.waiting(), (0, 0));
    }
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Put(u32),
    Take,
    Peek,
    Close,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        10 => any::<u32>().prop_map(Call::Put),
        9 => Just(Call::Take),
        2 => Just(Call::Peek),
        1 => Just(Call::Close),
    ];
    vec(call, 0..200)
}

proptest! {
    /// One thread alone sees what it would see of any bounded queue.
    #[test]
    fn it_behaves_as_a_bounded_queue_does(capacity in 1_u32..10, calls in calls()) {
        let memory = memory(capacity);
        let queue = Queue::create(&memory, BASE, capacity);
        let mut model = VecDeque::new();
        let mut is_closed = false;
        for call in calls {
            match call {
                Call::Put(value) => {
                    let expected = match (is_closed, model.len() < capacity as usize) {
                        (true, _) => TryPut::Closed,
                        (false, true) => TryPut::Stored,
                        (false, false) => TryPut::Full,
                    };
                    prop_assert_eq!(queue.try_put([value, !value]), expected);
                    if expected == TryPut::Stored {
                        model.push_back([value, !value]);
                    }
                }
                Call::Take => {
                    let expected = match model.pop_front() {
                        Some(item) => TryTake::Taken(item),
                        None if is_closed => TryTake::Closed,
                        None => TryTake::Empty,
                    };
                    prop_assert_eq!(queue.try_take(), expected);
                }
                Call::Peek => prop_assert_eq!(queue.peek(), model.front().copied()),
                Call::Close => {
                    prop_assert_eq!(queue.close(), !is_closed);
                    is_closed = true;
                }
            }
            prop_assert_eq!(queue.len() as usize, model.len());
            prop_assert_eq!(queue.items(100), Vec::from_iter(model.iter().copied()));
        }
    }
}
