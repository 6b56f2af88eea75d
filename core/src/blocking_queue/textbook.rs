//! The blocking queue of the textbooks: a mutex, and two condition variables on which threads wait.
//!
//! What the queue is, who waits and whom to wake, [`QueueCore`] says, the same that the lab simulates. This file adds
//! what makes real threads wait: whoever is told to wait, waits on the condition variable of its side, which lets go
//! of the mutex and blocks the thread in one step, and asks again whenever it wakes up. That is the `while` of the
//! textbooks: between the wake-up and the mutex somebody else may have been faster, and a condition variable may wake
//! up without a reason.
//!
//! Three things it does that the textbooks leave out, and that make it as fast as such a queue can be. It notifies only if
//! somebody waits who could go on, which is known under the mutex anyhow: a notification is a system call, whether
//! anybody waits or not. It notifies after it has let go of the mutex. And whoever would have to wait lets other threads
//! run a few times before. What is left is that every call takes the same mutex, see [`fast`](super::fast).

use super::error::{
    PutError, PutTimeoutError, TakeError, TakeTimeoutError, TryPutError, TryTakeError,
};
use super::parked::Parked;
use super::queue_core::{Offered, Order, Polled, QueueCore, Who};
use super::sync::{Condvar, Deadline, Mutex, MutexGuard, YIELDS, yield_now};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::PoisonError;
use std::time::Duration;

/// A bounded first-in-first-out queue for any number of threads that put and that take: who puts waits while it is
/// full, who takes waits while it is empty.
///
/// ```
/// use playground_core::blocking_queue::textbook::BlockingQueue;
/// use std::num::NonZeroUsize;
/// use std::thread;
///
/// let queue = BlockingQueue::new(NonZeroUsize::new(5).unwrap());
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         (0..100).for_each(|number| queue.put(number).unwrap());
///         queue.close();
///     });
///     let mut sum = 0;
///     while let Ok(number) = queue.take() {
///         sum += number;
///     }
///     assert_eq!(sum, 4_950);
/// });
/// ```
pub struct BlockingQueue<T> {
    monitor: Mutex<Monitor<T>>,
    /// Producers wait here.
    not_full: Condvar,
    /// Consumers wait here.
    not_empty: Condvar,
    order: Order,
    capacity: usize,
}

/// What the mutex protects.
struct Monitor<T> {
    queue: QueueCore<T>,
    /// The number of the next call that may have to wait.
    next: u64,
}

impl<T> Monitor<T> {
    /// A name for a call: no two that wait at the same time have the same.
    fn newcomer(&mut self) -> Who {
        self.next = self.next.wrapping_add(1);
        Who(self.next)
    }
}

impl<T> BlockingQueue<T> {
    /// An empty queue. Whoever comes first is served first, even if others wait: that is the fastest.
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self::with_order(capacity, Order::Barging)
    }

    /// An empty queue whose waiters are served in the order in which they came. This costs: a condition variable
    /// wakes whom it likes, so all who wait are woken for each one that may go on.
    pub fn fair(capacity: NonZeroUsize) -> Self {
        Self::with_order(capacity, Order::Fair)
    }

    /// An empty queue with an order of those who wait.
    pub fn with_order(capacity: NonZeroUsize, order: Order) -> Self {
        BlockingQueue {
            monitor: Mutex::new(Monitor { queue: QueueCore::new(capacity, order), next: 0 }),
            not_full: Condvar::new(),
            not_empty: Condvar::new(),
            order,
            capacity: capacity.get(),
        }
    }

    /// Puts an item at the end, and waits for room if there is none.
    ///
    /// # Errors
    /// [`PutError`], if the queue is closed, before or while it waits.
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, Deadline::never()).map_err(|refused| PutError(refused.into_item()))
    }

    /// Puts an item at the end, and waits for room no longer than this.
    ///
    /// # Errors
    /// [`PutTimeoutError`]
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutTimeoutError<T>> {
        self.put_until(item, Deadline::after(timeout))
    }

    /// Puts an item at the end if there is room now.
    ///
    /// # Errors
    /// [`TryPutError`]; in fair order it is [`Full`](TryPutError::Full), too, as long as others wait.
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        let mut monitor = self.lock();
        match monitor.queue.try_offer(item) {
            Offered::Stored { wake } => {
                drop(monitor);
                self.notify(&self.not_empty, wake);
                Ok(())
            }
            Offered::Full { item } => Err(TryPutError::Full(item)),
            Offered::Closed { item } => Err(TryPutError::Closed(item)),
        }
    }

    fn put_until(&self, mut item: T, deadline: Deadline) -> Result<(), PutTimeoutError<T>> {
        let mut monitor = self.lock_unless(QueueCore::is_full);
        let who = monitor.newcomer();
        let mut is_late = false;
        loop {
            item = match monitor.queue.offer(who, item) {
                Offered::Stored { wake } => {
                    // Not under the mutex: whoever wakes up needs it.
                    drop(monitor);
                    self.notify(&self.not_empty, wake);
                    return Ok(());
                }
                Offered::Closed { item } => return Err(PutTimeoutError::Closed(item)),
                Offered::Full { item } => item,
            };
            if is_late {
                // A wake-up that came too late for this thread is another one's.
                let wake = monitor.queue.cancel(who);
                drop(monitor);
                self.notify(&self.not_full, wake);
                return Err(PutTimeoutError::TimedOut(item));
            }
            (monitor, is_late) = deadline.wait(&self.not_full, monitor);
        }
    }

    /// Takes the oldest item, and waits for one if there is none.
    ///
    /// # Errors
    /// [`TakeError`], if the queue is closed and empty.
    pub fn take(&self) -> Result<T, TakeError> {
        self.take_until(Deadline::never()).map_err(|_| TakeError)
    }

    /// Takes the oldest item, and waits for one no longer than this.
    ///
    /// # Errors
    /// [`TakeTimeoutError`]
    pub fn take_timeout(&self, timeout: Duration) -> Result<T, TakeTimeoutError> {
        self.take_until(Deadline::after(timeout))
    }

    /// Takes the oldest item if there is one now.
    ///
    /// # Errors
    /// [`TryTakeError`]; in fair order it is [`Empty`](TryTakeError::Empty), too, if those who wait are to have what
    /// there is.
    pub fn try_take(&self) -> Result<T, TryTakeError> {
        let mut monitor = self.lock();
        match monitor.queue.try_poll() {
            Polled::Taken { item, wake } => {
                drop(monitor);
                self.notify(&self.not_full, wake);
                Ok(item)
            }
            Polled::Empty => Err(TryTakeError::Empty),
            Polled::Closed => Err(TryTakeError::Closed),
        }
    }

    fn take_until(&self, deadline: Deadline) -> Result<T, TakeTimeoutError> {
        let mut monitor = self.lock_unless(QueueCore::is_empty);
        let who = monitor.newcomer();
        let mut is_late = false;
        loop {
            match monitor.queue.poll(who) {
                Polled::Taken { item, wake } => {
                    drop(monitor);
                    self.notify(&self.not_full, wake);
                    return Ok(item);
                }
                Polled::Closed => return Err(TakeTimeoutError::Closed),
                Polled::Empty => {}
            }
            if is_late {
                let wake = monitor.queue.cancel(who);
                drop(monitor);
                self.notify(&self.not_empty, wake);
                return Err(TakeTimeoutError::TimedOut);
            }
            (monitor, is_late) = deadline.wait(&self.not_empty, monitor);
        }
    }

    /// A copy of the oldest item, which stays.
    pub fn peek(&self) -> Option<T>
    where
        T: Clone,
    {
        self.peek_with(T::clone)
    }

    /// Looks at the oldest item, which stays. Everybody else waits meanwhile; whoever uses the queue in `look` waits
    /// for itself.
    pub fn peek_with<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.lock().queue.peek().map(look)
    }

    /// How many items are inside. It may be others by the time that the caller has read the number.
    pub fn len(&self) -> usize {
        self.lock().queue.len()
    }

    /// Whether nothing is inside, at this moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items fit in.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many threads wait and have not been woken, at this moment.
    pub fn parked(&self) -> Parked {
        fn asleep(waiters: impl Iterator<Item = (Who, bool)>) -> usize {
            waiters.filter(|(_, is_woken)| !is_woken).count()
        }
        let monitor = self.lock();
        let queue = &monitor.queue;
        Parked { producers: asleep(queue.putters()), consumers: asleep(queue.takers()) }
    }

    /// Whether it is closed. There may be items inside.
    pub fn is_closed(&self) -> bool {
        self.lock().queue.is_closed()
    }

    /// Takes no more items, and wakes everybody who waits. Those inside can still be taken. Closing twice is closing.
    pub fn close(&self) {
        // Whom to wake is clear: all of them.
        let _ = self.lock().queue.close();
        self.not_full.notify_all();
        self.not_empty.notify_all();
    }

    /// A thread that panics with the mutex, which only `peek_with` can do, has changed nothing: what it leaves behind
    /// is as good as before.
    fn lock(&self) -> MutexGuard<'_, Monitor<T>> {
        self.monitor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the mutex; as long as its owner would have to wait, it lets go of it and lets other threads run first, a few
    /// times. To wait and to be woken costs more than that, and often they have made room, or brought an item. Those who
    /// are served in order line up at once.
    fn lock_unless(
        &self,
        has_to_wait: impl Fn(&QueueCore<T>) -> bool,
    ) -> MutexGuard<'_, Monitor<T>> {
        let mut monitor = self.lock();
        for _ in 0..YIELDS {
            let queue = &monitor.queue;
            if queue.order() == Order::Fair || queue.is_closed() || !has_to_wait(queue) {
                break;
            }
            drop(monitor);
            yield_now();
            monitor = self.lock();
        }
        monitor
    }

    fn notify(&self, waiters: &Condvar, wake: Option<Who>) {
        match (wake, self.order) {
            (None, _) => {}
            (Some(_), Order::Barging) => waiters.notify_one(),
            // It has to be this one, and nobody knows whom `notify_one` would choose.
            (Some(_), Order::Fair) => waiters.notify_all(),
        }
    }
}

impl<T> fmt::Debug for BlockingQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let monitor = self.lock();
        let mut fields = f.debug_struct("BlockingQueue");
        fields.field("len", &monitor.queue.len()).field("capacity", &self.capacity);
        fields.field("order", &self.order).field("is_closed", &monitor.queue.is_closed());
        fields.finish()
    }
}
