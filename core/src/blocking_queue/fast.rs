//! The fast blocking queue, and why the condition variable is the slow path.
//!
//! In the [textbook's queue](super::textbook) every call takes the same mutex, so at any moment one thread puts or takes
//! and the others wait, and the mutex's cache line goes from processor to processor with each call. Where a call
//! notifies, there is a system call on top; and a thread that really waits is taken off its processor and put back,
//! which costs as much as hundreds of items. A condition variable cannot do without the mutex: that it lets go of it and
//! waits in one step is what it is for.
//!
//! So this queue keeps it for those who *have to* wait, and takes it away from the others:
//!
//! - **Who need not wait takes no lock.** Putting is one compare-and-swap at the tail and one store into a slot, taking is
//!   the same at the head, see `ring.rs`. Producers and consumers at work in different slots do not meet.
//! - **Who has to wait does not park at once.** Some microseconds on the processor are cheaper than parking and being
//!   woken, and usually enough. See `parking.rs`.
//! - **Who parks says so in the word that the other side swaps next.** So whoever passes by knows from the swap it has made
//!   anyhow whether somebody has to be woken, and as long as nobody has, neither looks at anything else nor needs a
//!   fence. Only then, the mutex and the condition variable are taken, by the one who parks and the one who wakes.
//!
//! That is an *eventcount* (Reed and Kanodia, 1979, in the form that Vyukov gave it), whose count is the queue's own
//! position.
//!
//! What is given up for that: a thread that is stopped between its claim of a slot and the end of its work there holds up
//! those who come to this slot; they let other threads run until it goes on. And nobody is served in the order of
//! arrival: whoever comes first is first.

use super::error::{
    PutError, PutTimeoutError, TakeError, TakeTimeoutError, TryPutError, TryTakeError,
};
use super::parked::Parked;
use super::parking::{Backoff, Parking, Stay};
use super::ring::{Arrival, Obstacle, Ring, Vacancy};
use super::sync::Deadline;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

/// A bounded first-in-first-out queue for any number of threads that put and that take: who puts waits while it is
/// full, who takes waits while it is empty.
///
/// ```
/// use playground_core::blocking_queue::fast::FastQueue;
/// use std::num::NonZeroUsize;
/// use std::thread;
///
/// let queue = FastQueue::new(NonZeroUsize::new(5).unwrap());
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
pub struct FastQueue<T> {
    ring: Ring<T>,
    consumers: Parking,
    producers: Parking,
}

impl<T> FastQueue<T> {
    /// An empty queue, which takes the memory for all its slots now.
    pub fn new(capacity: NonZeroUsize) -> Self {
        FastQueue {
            ring: Ring::new(capacity),
            consumers: Parking::new(),
            producers: Parking::new(),
        }
    }

    /// Puts an item at the end, and waits for room if there is none.
    ///
    /// # Errors
    /// [`PutError`], if the queue is closed, before or while it waits.
    #[inline]
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        match self.ring.claim_put() {
            Some(vacancy) => {
                self.fill(vacancy, item);
                Ok(())
            }
            None => self.put_later(item),
        }
    }

    #[cold]
    fn put_later(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, &Deadline::never()).map_err(|refused| PutError(refused.into_item()))
    }

    /// Puts an item at the end, and waits for room no longer than this.
    ///
    /// # Errors
    /// [`PutTimeoutError`]
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutTimeoutError<T>> {
        self.put_until(item, &Deadline::after(timeout))
    }

    /// Puts an item at the end if there is room now.
    ///
    /// # Errors
    /// [`TryPutError`]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        let mut backoff = Backoff::new();
        loop {
            if let Some(vacancy) = self.ring.claim_put() {
                self.fill(vacancy, item);
                return Ok(());
            }
            match self.ring.put_obstacle() {
                Obstacle::Closed => return Err(TryPutError::Closed(item)),
                Obstacle::Nothing => return Err(TryPutError::Full(item)),
                Obstacle::Busy => backoff.pause(),
            }
        }
    }

    fn put_until(&self, item: T, deadline: &Deadline) -> Result<(), PutTimeoutError<T>> {
        let mut backoff = Backoff::new();
        let mut is_late = false;
        loop {
            if let Some(vacancy) = self.ring.claim_put() {
                self.fill(vacancy, item);
                return Ok(());
            }
            if self.ring.is_closed() {
                return Err(PutTimeoutError::Closed(item));
            }
            if is_late {
                return Err(PutTimeoutError::TimedOut(item));
            }
            if backoff.is_spent() && self.ring.put_obstacle() == Obstacle::Nothing {
                let announce = || self.ring.announce_producer();
                let retract = || self.ring.retract_producers();
                let stay = self.producers.park(deadline, announce, retract);
                is_late = stay == Stay::Late;
                backoff.after(stay);
            } else {
                backoff.pause();
                is_late = backoff.is_spent() && deadline.is_over();
            }
        }
    }

    #[inline(always)]
    fn fill(&self, vacancy: Vacancy<'_, T>, item: T) {
        if vacancy.fill(item) {
            self.consumers.wake_one(|| self.ring.retract_consumers());
        }
    }

    /// Takes the oldest item, and waits for one if there is none.
    ///
    /// # Errors
    /// [`TakeError`], if the queue is closed and empty.
    #[inline]
    pub fn take(&self) -> Result<T, TakeError> {
        match self.ring.claim_take() {
            Some(arrival) => Ok(self.empty(arrival)),
            None => self.take_later(),
        }
    }

    #[cold]
    fn take_later(&self) -> Result<T, TakeError> {
        self.take_until(&Deadline::never()).map_err(|_| TakeError)
    }

    /// Takes the oldest item, and waits for one no longer than this.
    ///
    /// # Errors
    /// [`TakeTimeoutError`]
    pub fn take_timeout(&self, timeout: Duration) -> Result<T, TakeTimeoutError> {
        self.take_until(&Deadline::after(timeout))
    }

    /// Takes the oldest item if there is one now.
    ///
    /// # Errors
    /// [`TryTakeError`]
    pub fn try_take(&self) -> Result<T, TryTakeError> {
        let mut backoff = Backoff::new();
        loop {
            if let Some(arrival) = self.ring.claim_take() {
                return Ok(self.empty(arrival));
            }
            match self.ring.take_obstacle() {
                Obstacle::Closed => return Err(TryTakeError::Closed),
                Obstacle::Nothing => return Err(TryTakeError::Empty),
                Obstacle::Busy => backoff.pause(),
            }
        }
    }

    fn take_until(&self, deadline: &Deadline) -> Result<T, TakeTimeoutError> {
        let mut backoff = Backoff::new();
        let mut is_late = false;
        loop {
            if let Some(arrival) = self.ring.claim_take() {
                return Ok(self.empty(arrival));
            }
            if is_late {
                return Err(match self.ring.take_obstacle() {
                    Obstacle::Closed => TakeTimeoutError::Closed,
                    Obstacle::Nothing | Obstacle::Busy => TakeTimeoutError::TimedOut,
                });
            }
            // What is at the tail is read only now: until then, it is left to those who put.
            match backoff.is_spent().then(|| self.ring.take_obstacle()) {
                Some(Obstacle::Closed) => return Err(TakeTimeoutError::Closed),
                Some(Obstacle::Nothing) => {
                    let announce = || self.ring.announce_consumer();
                    let retract = || self.ring.retract_consumers();
                    let stay = self.consumers.park(deadline, announce, retract);
                    is_late = stay == Stay::Late;
                    backoff.after(stay);
                }
                Some(Obstacle::Busy) | None => {
                    backoff.pause();
                    is_late = backoff.is_spent() && deadline.is_over();
                }
            }
        }
    }

    #[inline(always)]
    fn empty(&self, arrival: Arrival<'_, T>) -> T {
        let (item, is_awaited) = arrival.empty();
        if is_awaited {
            self.producers.wake_one(|| self.ring.retract_producers());
        }
        item
    }

    /// A copy of the oldest item, which stays.
    pub fn peek(&self) -> Option<T>
    where
        T: Clone,
    {
        self.peek_with(T::clone)
    }

    /// Looks at the oldest item, which stays. Others can put meanwhile, and wait if they want to take; whoever takes or
    /// peeks in `look` waits for itself.
    pub fn peek_with<R>(&self, mut look: impl FnOnce(&T) -> R) -> Option<R> {
        let mut backoff = Backoff::new();
        loop {
            look = match self.ring.look(look) {
                Ok(seen) => return Some(seen),
                Err(look) => look,
            };
            match self.ring.take_obstacle() {
                Obstacle::Closed | Obstacle::Nothing => return None,
                Obstacle::Busy => backoff.pause(),
            }
        }
    }

    /// How many items are inside. It may be others by the time that the caller has read the number.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether nothing is inside, at this moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items fit in.
    pub fn capacity(&self) -> usize {
        self.ring.capacity()
    }

    /// How many threads are parked, at this moment: those that look around for some tens of microseconds before
    /// are not.
    pub fn parked(&self) -> Parked {
        Parked { producers: self.producers.len(), consumers: self.consumers.len() }
    }

    /// Whether it is closed. There may be items inside.
    pub fn is_closed(&self) -> bool {
        self.ring.is_closed()
    }

    /// Takes no more items, and wakes everybody who waits. Those inside can still be taken. Closing twice is closing.
    pub fn close(&self) {
        self.ring.close();
        self.consumers.wake_all(|| self.ring.retract_consumers());
        self.producers.wake_all(|| self.ring.retract_producers());
    }
}

impl<T> fmt::Debug for FastQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("FastQueue");
        fields.field("len", &self.len()).field("capacity", &self.capacity());
        fields.field("is_closed", &self.is_closed()).finish()
    }
}
