//! A bounded first-in-first-out queue with its two wait sets, and nothing in it that blocks: whoever has to wait is
//! told so, and whoever may go on is named.
//!
//! This is a monitor (Hoare, 1974; with the signals of Mesa, Lampson and Redell, 1980) without its lock and without
//! its threads: the caller brings both. Natively that is a mutex with two condition variables, in the lab it is a
//! simulation. A wake-up is a hint, as in Mesa: who is woken asks again, and may have to wait again.
//!
//! ```
//! use playground_core::blocking_queue::{Offered, Order, Polled, QueueCore, Who};
//! use std::num::NonZeroUsize;
//!
//! let mut queue = QueueCore::new(NonZeroUsize::MIN, Order::Barging);
//! assert_eq!(queue.poll(Who(7)), Polled::Empty); // 7 waits now
//! assert_eq!(queue.offer(Who(1), "tea"), Offered::Stored { wake: Some(Who(7)) });
//! assert_eq!(queue.offer(Who(1), "milk"), Offered::Full { item: "milk" }); // and so does 1
//! assert_eq!(queue.poll(Who(7)), Polled::Taken { item: "tea", wake: Some(Who(1)) });
//! ```
//!
//! What it promises, whatever is called in whatever order: nothing goes in where there is no room, nothing comes out
//! but in the order in which it went in, and *as many wake-ups are on their way as there are waiters who could go on*.
//! So nobody sleeps beside what they wait for, and nobody is woken who could not go on, unless somebody else is faster.
//! A call that adds or takes an item wakes one waiter at most, and none while enough of them are waking up: that spares
//! most of the system calls of an implementation that notifies each time.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::num::NonZeroUsize;

/// Who calls: a number of the caller's choice. Nobody else who waits may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u64);

/// Who goes first if several could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Whoever comes first, and be it somebody who has not waited at all. Faster, since nobody who could go on has to
    /// wait for somebody else to wake up.
    ///
    /// Wake-ups may go to anybody who waits on the same side, as those of a condition variable do: names are hints.
    #[default]
    Barging,
    /// Whoever has waited longest: what there is for one belongs to the first who waits, what there is for two to the
    /// first two, whichever of them is there first. A newcomer goes behind them all. Wake-ups have to reach whom they
    /// name.
    Fair,
}

/// What became of an item that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "somebody may have to be woken, or the item to be kept"]
pub enum Offered<T> {
    /// It is in the queue.
    Stored {
        /// Who has to be woken: it can take something now.
        wake: Option<Who>,
    },
    /// There is no room for it.
    Full {
        /// The item, back again.
        item: T,
    },
    /// The queue is closed, and takes nothing any more.
    Closed {
        /// The item, back again.
        item: T,
    },
}

/// What came of asking for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "somebody may have to be woken"]
pub enum Polled<T> {
    /// The oldest item.
    Taken {
        /// The item.
        item: T,
        /// Who has to be woken: there is room for it now.
        wake: Option<Who>,
    },
    /// There is nothing for whoever asks.
    Empty,
    /// The queue is closed and empty: nothing will come any more.
    Closed,
}

/// An item that was put in although there was no room for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "somebody may have to be woken, and an item may have fallen out"]
pub enum Displaced<T> {
    /// It is in the queue.
    Stored {
        /// The item that had to make room for it, the oldest one; none if there was room.
        oldest: Option<T>,
        /// Who has to be woken: it can take something now.
        wake: Option<Who>,
    },
    /// The queue is closed, and takes nothing any more.
    Closed {
        /// The item, back again.
        item: T,
    },
}

/// Who has to be woken because the queue is closed: all who have not been woken yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// Those who wait to put something in; each will be given its item back.
    pub putters: Vec<Who>,
    /// Those who wait to take something out.
    pub takers: Vec<Who>,
}

/// A bounded queue and those who wait for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueueCore<T> {
    items: VecDeque<T>,
    capacity: usize,
    order: Order,
    is_closed: bool,
    putters: WaitSet,
    takers: WaitSet,
}

/// For how many items room is made at once: a queue that may hold a million does not take it before it does.
const ROOM: usize = 1_024;

impl<T> QueueCore<T> {
    /// An empty queue.
    pub fn new(capacity: NonZeroUsize, order: Order) -> Self {
        QueueCore {
            items: VecDeque::with_capacity(capacity.get().min(ROOM)),
            capacity: capacity.get(),
            order,
            is_closed: false,
            putters: WaitSet::default(),
            takers: WaitSet::default(),
        }
    }

    /// Puts an item in. If it is [`Full`](Offered::Full), `who` waits from now on, until it is woken and offers again,
    /// or [cancels](QueueCore::cancel).
    #[inline]
    pub fn offer(&mut self, who: Who, item: T) -> Offered<T> {
        if self.is_closed {
            self.putters.leave(who, self.order);
            return Offered::Closed { item };
        }
        if self.putters.place(who, self.order) >= self.free() {
            self.putters.park(who, self.order);
            return Offered::Full { item };
        }
        self.putters.leave(who, self.order);
        Offered::Stored { wake: self.push(item) }
    }

    /// Puts an item in if there is room for it and for all who wait in front; nobody waits because of this.
    #[inline]
    pub fn try_offer(&mut self, item: T) -> Offered<T> {
        if self.is_closed {
            return Offered::Closed { item };
        }
        if self.putters.behind_all(self.order) >= self.free() {
            return Offered::Full { item };
        }
        Offered::Stored { wake: self.push(item) }
    }

    /// Puts an item in at once; if there is no room for it, the oldest one makes room.
    pub fn displace(&mut self, item: T) -> Displaced<T> {
        if self.is_closed {
            return Displaced::Closed { item };
        }
        let oldest = if self.is_full() { self.items.pop_front() } else { None };
        Displaced::Stored { oldest, wake: self.push(item) }
    }

    /// Takes the oldest item. If there is [nothing](Polled::Empty), `who` waits from now on, until it is woken and polls
    /// again, or [cancels](QueueCore::cancel).
    #[inline]
    pub fn poll(&mut self, who: Who) -> Polled<T> {
        if !self.is_closed && self.takers.place(who, self.order) >= self.items.len() {
            self.takers.park(who, self.order);
            return Polled::Empty;
        }
        self.takers.leave(who, self.order);
        self.pop()
    }

    /// Takes the oldest item if there is one for whoever asks, beside all who wait in front; nobody waits because of
    /// this.
    #[inline]
    pub fn try_poll(&mut self) -> Polled<T> {
        if !self.is_closed && self.takers.behind_all(self.order) >= self.items.len() {
            return Polled::Empty;
        }
        self.pop()
    }

    /// `who` does not want to wait any longer. It should offer or poll once more before: what it waited for may have
    /// come in the last moment. Returns who has to be woken instead: a wake-up that was meant for `who` must not be
    /// lost with it.
    pub fn cancel(&mut self, who: Who) -> Option<Who> {
        if self.putters.leave(who, self.order) {
            return self.putters.wake_for(self.free());
        }
        if self.takers.leave(who, self.order) {
            return self.takers.wake_for(self.items.len());
        }
        None
    }

    /// Takes nothing more in; what is inside can still be taken out. Returns all who wait and have
    /// not been woken yet.
    pub fn close(&mut self) -> Closing {
        self.is_closed = true;
        Closing { putters: self.putters.wake_all(), takers: self.takers.wake_all() }
    }

    /// Makes it larger or smaller, and returns who has to be woken. Items that are inside stay inside: it may hold more
    /// than its capacity until they have been taken out.
    pub fn set_capacity(&mut self, capacity: NonZeroUsize) -> Vec<Who> {
        self.capacity = capacity.get();
        let free = self.free();
        std::iter::from_fn(|| self.putters.wake_for(free)).collect()
    }

    /// The oldest item, which stays.
    #[inline]
    pub fn peek(&self) -> Option<&T> {
        self.items.front()
    }

    /// How many items are inside.
    #[inline]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing is inside.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether nothing more fits in.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.items.len() >= self.capacity
    }

    /// How many items fit in.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Who goes first if several could.
    #[inline]
    pub fn order(&self) -> Order {
        self.order
    }

    /// Whether it is closed.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The items, the oldest first.
    pub fn items(&self) -> impl ExactSizeIterator<Item = &T> {
        self.items.iter()
    }

    /// Those who wait to put something in, in the order in which they are woken, and whether they have been.
    pub fn putters(&self) -> impl Iterator<Item = (Who, bool)> {
        self.putters.iter()
    }

    /// Those who wait to take something out, in the order in which they are woken, and whether they have been.
    pub fn takers(&self) -> impl Iterator<Item = (Who, bool)> {
        self.takers.iter()
    }

    fn free(&self) -> usize {
        self.capacity.saturating_sub(self.items.len())
    }

    #[inline]
    fn push(&mut self, item: T) -> Option<Who> {
        self.items.push_back(item);
        self.takers.wake_for(self.items.len())
    }

    #[inline]
    fn pop(&mut self) -> Polled<T> {
        let Some(item) = self.items.pop_front() else { return Polled::Closed };
        Polled::Taken { item, wake: self.putters.wake_for(self.free()) }
    }
}

/// Those who wait for the same thing.
///
/// The first `woken` of the line have been woken and have not come back yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct WaitSet {
    line: VecDeque<Who>,
    woken: usize,
}

impl WaitSet {
    /// Behind how many others `who` is, whether it waits already or has just come.
    #[inline]
    fn place(&self, who: Who, order: Order) -> usize {
        match order {
            Order::Barging => 0,
            Order::Fair => self.find(who).unwrap_or(self.line.len()),
        }
    }

    /// Behind how many others somebody is who has just come.
    #[inline]
    fn behind_all(&self, order: Order) -> usize {
        match order {
            Order::Barging => 0,
            Order::Fair => self.line.len(),
        }
    }

    #[inline]
    fn find(&self, who: Who) -> Option<usize> {
        self.line.iter().position(|it| *it == who)
    }

    /// `who` waits, perhaps once more: as a condition variable has it, at the end; in fair order where it was.
    fn park(&mut self, who: Who, order: Order) {
        match (order, self.find(who)) {
            (Order::Fair, Some(place)) => self.woken = self.woken.min(place),
            (Order::Barging, Some(_)) => {
                self.leave(who, order);
                self.line.push_back(who);
            }
            (_, None) => self.line.push_back(who),
        }
    }

    /// `who` does not wait any more; false if it did not.
    #[inline]
    fn leave(&mut self, who: Who, order: Order) -> bool {
        let Some(place) = self.find(who) else { return false };
        self.line.remove(place);
        // Where wake-ups have no names, one that nobody was to get was somebody else's.
        if place < self.woken || (order == Order::Barging && self.woken > 0) {
            self.woken -= 1;
        }
        true
    }

    /// Wakes one more if fewer have been woken than could go on, of whom there are `could`.
    #[inline]
    fn wake_for(&mut self, could: usize) -> Option<Who> {
        if self.woken >= self.line.len().min(could) {
            return None;
        }
        self.woken += 1;
        self.line.get(self.woken - 1).copied()
    }

    fn wake_all(&mut self) -> Vec<Who> {
        let sleeping = self.line.iter().skip(self.woken).copied().collect();
        self.woken = self.line.len();
        sleeping
    }

    fn iter(&self) -> impl Iterator<Item = (Who, bool)> {
        self.line.iter().enumerate().map(|(place, who)| (*who, place < self.woken))
    }
}
