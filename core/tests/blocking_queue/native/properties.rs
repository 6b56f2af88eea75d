//! The native queues beside a model: whatever is called in whatever order, by one thread, both give the same answers.

use playground_core::blocking_queue::error::{
    PutError, PutTimeoutError, TakeError, TakeTimeoutError, TryPutError, TryTakeError,
};
use playground_core::blocking_queue::fast::FastQueue;
use playground_core::blocking_queue::textbook::BlockingQueue;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::time::Duration;

/// A call that comes back though nobody else is there.
#[derive(Clone, Copy, Debug)]
enum Call {
    TryPut,
    /// Where there is room, or the queue is closed.
    Put,
    PutTimeout,
    TryTake,
    /// Where there is an item, or the queue is closed.
    Take,
    TakeTimeout,
    Peek,
    Close,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        6 => Just(Call::TryPut),
        6 => Just(Call::Put),
        1 => Just(Call::PutTimeout),
        5 => Just(Call::TryTake),
        5 => Just(Call::Take),
        1 => Just(Call::TakeTimeout),
        3 => Just(Call::Peek),
        1 => (0..10_u8).prop_map(|one| if one == 0 { Call::Close } else { Call::Put }),
    ];
    vec(call, 0..200)
}

/// What the queue should be.
struct Model {
    items: VecDeque<u32>,
    capacity: usize,
    is_closed: bool,
}

impl Model {
    fn put(&mut self, item: u32) -> Result<(), TryPutError<u32>> {
        match self.items.len() == self.capacity {
            _ if self.is_closed => Err(TryPutError::Closed(item)),
            true => Err(TryPutError::Full(item)),
            false => {
                self.items.push_back(item);
                Ok(())
            }
        }
    }

    fn take(&mut self) -> Result<u32, TryTakeError> {
        let nothing = if self.is_closed { TryTakeError::Closed } else { TryTakeError::Empty };
        self.items.pop_front().ok_or(nothing)
    }
}

macro_rules! agrees {
    ($queue:expr, $capacity:expr, $calls:expr) => {{
        let (queue, capacity) = ($queue, $capacity);
        let mut model = Model { items: VecDeque::new(), capacity, is_closed: false };
        for (item, call) in (0..).zip($calls) {
            let (is_full, is_empty) = (model.items.len() == capacity, model.items.is_empty());
            match call {
                Call::TryPut => prop_assert_eq!(queue.try_put(item), model.put(item)),
                Call::Put if is_full && !model.is_closed => {}
                Call::Put => {
                    let expected = model.put(item).map_err(|it| PutError(it.into_item()));
                    prop_assert_eq!(queue.put(item), expected);
                }
                Call::PutTimeout => {
                    let expected = model.put(item).map_err(|it| match it {
                        TryPutError::Full(item) => PutTimeoutError::TimedOut(item),
                        TryPutError::Closed(item) => PutTimeoutError::Closed(item),
                    });
                    prop_assert_eq!(queue.put_timeout(item, Duration::ZERO), expected);
                }
                Call::TryTake => prop_assert_eq!(queue.try_take(), model.take()),
                Call::Take if is_empty && !model.is_closed => {}
                Call::Take => {
                    prop_assert_eq!(queue.take(), model.take().map_err(|_| TakeError));
                }
                Call::TakeTimeout => {
                    let expected = model.take().map_err(|it| match it {
                        TryTakeError::Empty => TakeTimeoutError::TimedOut,
                        TryTakeError::Closed => TakeTimeoutError::Closed,
                    });
                    prop_assert_eq!(queue.take_timeout(Duration::ZERO), expected);
                }
                Call::Peek => prop_assert_eq!(queue.peek(), model.items.front().copied()),
                Call::Close => {
                    queue.close();
                    model.is_closed = true;
                }
            }
            prop_assert_eq!(queue.len(), model.items.len());
            prop_assert_eq!(queue.is_empty(), model.items.is_empty());
            prop_assert_eq!(queue.is_closed(), model.is_closed);
        }
    }};
}

proptest! {
    #[test]
    fn the_fast_queue_is_what_it_should_be(capacity in 1..9_usize, calls in calls()) {
        agrees!(FastQueue::new(NonZeroUsize::new(capacity).unwrap()), capacity, calls);
    }

    #[test]
    fn the_textbooks_queue_is_what_it_should_be(capacity in 1..9_usize, calls in calls()) {
        agrees!(BlockingQueue::new(NonZeroUsize::new(capacity).unwrap()), capacity, calls);
    }

    #[test]
    fn the_fair_queue_is_what_it_should_be(capacity in 1..9_usize, calls in calls()) {
        agrees!(BlockingQueue::fair(NonZeroUsize::new(capacity).unwrap()), capacity, calls);
    }
}
