//! The slots of the fast queue: a bounded array with a sequence number a slot, without a lock.
//!
//! The algorithm is Dmitry Vyukov's bounded queue for many producers and many consumers (1024cores.net, 2010), for any
//! capacity as crossbeam has it. A *position* says how often the array was gone through (the lap), and below that the
//! index in it. The two ends of the queue are positions, and the number of a slot says whose turn it is there:
//!
//! | number of the slot | state | who may go on |
//! | --- | --- | --- |
//! | `p` | empty | whoever puts at position `p` |
//! | `p + 1` | full | whoever takes at position `p` |
//! | `p` one lap further | empty again | whoever puts there in the next lap |
//!
//! A thread looks at the slot first, and claims it by moving its end on with one compare-and-swap; until it changes the
//! number, the slot is its own. So the two ends meet in the slots only: who puts never reads the head, and who takes
//! never reads the tail, unless they are about to park.
//!
//! Two bits above the position hold what everybody at that end has to know: whether the queue is closed, and whether
//! threads of the other side are parked. Reading them costs nothing, since the word must be read and swapped anyhow,
//! and it needs no fence: an announcement and a claim are changes of one word, and all threads see the changes of one
//! word in one order. A flag of its own would need one, between the publication of an item and the look at the flag,
//! in every call.

// The only unsafe code of the core. Each block says why it is sound, and loom runs them all in every order.
#![allow(unsafe_code)]

use super::sync::{AtomicU64, Ordering, UnsafeCell};
use std::mem::MaybeUninit;
use std::num::NonZeroUsize;

/// At the tail: nobody puts any more.
const CLOSED: u64 = 1 << 63;
/// At the head: somebody reads the first item where it is, so it has to stay there.
const LOOKED_AT: u64 = 1 << 63;
/// At the tail: consumers are parked; at the head: producers are. Whoever moves the end on wakes one of them.
const PARKED: u64 = 1 << 62;
/// The bits of a position. They last for 2^61 items at least, and then begin again.
const POSITION: u64 = PARKED - 1;

/// The array, and where its two ends are.
pub(super) struct Ring<T> {
    /// Where the next item is taken.
    head: Alone,
    /// Where the next item is put.
    tail: Alone,
    slots: Box<[Slot<T>]>,
    /// By how much a lap moves a position on: a power of two above every index plus 1, so that the number of a full slot
    /// is never that of an empty one, whatever the capacity.
    lap: u64,
}

/// A word that shares its cache lines with nothing: a line is 64 bytes, and the next one is often fetched along.
#[repr(align(128))]
struct Alone(AtomicU64);

struct Slot<T> {
    number: AtomicU64,
    item: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: an item is moved in by one thread and moved out by one, and in between it is looked at by one at a time. So
// it has to be `Send`, and need not be `Sync`, as in a mutex.
unsafe impl<T: Send> Send for Ring<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Ring<T> {}

/// An empty slot that is the owner's alone.
#[must_use = "whoever comes later waits until it is filled"]
pub(super) struct Vacancy<'a, T> {
    slot: &'a Slot<T>,
    full: u64,
    is_awaited: bool,
}

impl<T> Vacancy<'_, T> {
    /// Puts the item in, and says whether a parked consumer has to be woken now.
    #[inline(always)]
    pub(super) fn fill(self, item: T) -> bool {
        // SAFETY: the slot is this claim's alone, since `claim_put`, the only place where these are made, moved the tail
        // beyond it: nobody claims the position again, and nobody takes there before the number below is stored. The
        // slot is empty, so nothing is lost by writing over it.
        self.slot.item.with_mut(|place| unsafe { (*place).write(item) });
        // Release: who sees the number sees the item.
        self.slot.number.store(self.full, Ordering::Release);
        self.is_awaited
    }
}

/// A full slot that is the owner's alone.
#[must_use = "whoever comes later waits until it is emptied"]
pub(super) struct Arrival<'a, T> {
    slot: &'a Slot<T>,
    empty: u64,
    is_awaited: bool,
}

impl<T> Arrival<'_, T> {
    /// Takes the item out, and says whether a parked producer has to be woken now.
    #[inline(always)]
    pub(super) fn empty(self) -> (T, bool) {
        // SAFETY: the slot is this claim's alone, since `claim_take`, the only place where these are made, moved the head
        // beyond it: nobody claims the position again, and nobody puts there before the number below is stored. The
        // slot is full, as its number said, and is not after this, as the next number says: the item is moved out once.
        let item = self.slot.item.with_mut(|place| unsafe { (*place).assume_init_read() });
        // Release: who sees the number sees that the item is gone.
        self.slot.number.store(self.empty, Ordering::Release);
        (item, self.is_awaited)
    }
}

/// What is in the way of whoever could not claim a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// There is no room, or no item.
    Nothing,
    /// Another thread has claimed a slot and is not done yet, or has just been faster.
    Busy,
    /// There will never be any.
    Closed,
}

impl<T> Ring<T> {
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self::starting_at(capacity, 0)
    }

    /// An empty array at the beginning of some lap.
    pub(super) fn starting_at(capacity: NonZeroUsize, position: u64) -> Self {
        let slots = (0..capacity.get() as u64).map(|index| Slot {
            number: AtomicU64::new(position + index),
            item: UnsafeCell::new(MaybeUninit::uninit()),
        });
        Ring {
            head: Alone(AtomicU64::new(position)),
            tail: Alone(AtomicU64::new(position)),
            slots: slots.collect(),
            lap: (capacity.get() as u64 + 1).next_power_of_two(),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.slots.len()
    }

    #[inline(always)]
    fn index(&self, position: u64) -> usize {
        (position & (self.lap - 1)) as usize
    }

    #[inline(always)]
    fn after(&self, position: u64) -> u64 {
        let is_last = self.index(position) + 1 == self.slots.len();
        // The indices from the capacity to the end of the lap do not exist.
        let step = if is_last { self.lap - self.slots.len() as u64 + 1 } else { 1 };
        (position + step) & POSITION
    }

    #[inline(always)]
    fn lap_after(&self, position: u64) -> u64 {
        (position + self.lap) & POSITION
    }

    /// Claims the slot at the tail; none: see [`put_obstacle`](Self::put_obstacle).
    #[inline(always)]
    pub(super) fn claim_put(&self) -> Option<Vacancy<'_, T>> {
        let mut tail = self.tail.0.load(Ordering::Relaxed);
        loop {
            let position = tail & POSITION;
            let slot = &self.slots[self.index(position)];
            // Acquire: what was taken out a lap ago is gone before anything is written.
            let number = slot.number.load(Ordering::Acquire);
            if number != position || tail & CLOSED != 0 {
                return None;
            }
            let moved = self.after(position) | tail & PARKED;
            let swap =
                self.tail.0.compare_exchange_weak(tail, moved, Ordering::AcqRel, Ordering::Relaxed);
            match swap {
                Ok(_) => {
                    let (full, is_awaited) = (position + 1, tail & PARKED != 0);
                    return Some(Vacancy { slot, full, is_awaited });
                }
                Err(other) => tail = other,
            }
        }
    }

    /// Claims the slot at the head; none: see [`take_obstacle`](Self::take_obstacle).
    #[inline(always)]
    pub(super) fn claim_take(&self) -> Option<Arrival<'_, T>> {
        let mut head = self.head.0.load(Ordering::Relaxed);
        loop {
            let position = head & POSITION;
            let slot = &self.slots[self.index(position)];
            // Acquire: the item is there before anything is read.
            let number = slot.number.load(Ordering::Acquire);
            if number != position + 1 || head & LOOKED_AT != 0 {
                return None;
            }
            let moved = self.after(position) | head & PARKED;
            let swap =
                self.head.0.compare_exchange_weak(head, moved, Ordering::AcqRel, Ordering::Relaxed);
            match swap {
                Ok(_) => {
                    let (empty, is_awaited) = (self.lap_after(position), head & PARKED != 0);
                    return Some(Arrival { slot, empty, is_awaited });
                }
                Err(other) => head = other,
            }
        }
    }

    /// Why nothing can be put now.
    #[cold]
    pub(super) fn put_obstacle(&self) -> Obstacle {
        let head = self.head.0.load(Ordering::Acquire);
        let tail = self.tail.0.load(Ordering::Acquire);
        match self.lap_after(head & POSITION) == tail & POSITION {
            _ if tail & CLOSED != 0 => Obstacle::Closed,
            true => Obstacle::Nothing,
            false => Obstacle::Busy,
        }
    }

    /// Why nothing can be taken now.
    #[cold]
    pub(super) fn take_obstacle(&self) -> Obstacle {
        let tail = self.tail.0.load(Ordering::Acquire);
        let head = self.head.0.load(Ordering::Acquire);
        match head & POSITION == tail & POSITION {
            true if tail & CLOSED != 0 => Obstacle::Closed,
            true => Obstacle::Nothing,
            false => Obstacle::Busy,
        }
    }

    /// Announces at the head that a producer parks, if the queue is full and open. Whoever takes from then on knows.
    ///
    /// The head is the one that was read if the swap succeeds, and the tail that was read is as far from it as it can
    /// ever be. So at the moment of the swap the queue is full, however old the two readings are.
    pub(super) fn announce_producer(&self) -> bool {
        let head = self.head.0.load(Ordering::Relaxed);
        let tail = self.tail.0.load(Ordering::Acquire);
        let is_full = self.lap_after(head & POSITION) == tail & POSITION;
        is_full && tail & CLOSED == 0 && announce(&self.head, head)
    }

    /// Announces at the tail that a consumer parks, if the queue is empty and open. Whoever puts from then on knows.
    ///
    /// The tail is the one that was read if the swap succeeds, and no head is beyond it. So at the moment of the swap
    /// the queue is empty, however old the two readings are.
    pub(super) fn announce_consumer(&self) -> bool {
        let tail = self.tail.0.load(Ordering::Relaxed);
        let head = self.head.0.load(Ordering::Acquire);
        let is_empty = head & POSITION == tail & POSITION;
        is_empty && tail & CLOSED == 0 && announce(&self.tail, tail)
    }

    /// No producer is parked any more.
    pub(super) fn retract_producers(&self) {
        self.head.0.fetch_and(!PARKED, Ordering::AcqRel);
    }

    /// No consumer is parked any more.
    pub(super) fn retract_consumers(&self) {
        self.tail.0.fetch_and(!PARKED, Ordering::AcqRel);
    }

    /// Looks at the first item without taking it; the function back if there is none to look at.
    pub(super) fn look<R, F: FnOnce(&T) -> R>(&self, look: F) -> Result<R, F> {
        let head = self.head.0.load(Ordering::Relaxed);
        let position = head & POSITION;
        let slot = &self.slots[self.index(position)];
        // Acquire: the item is there before anything is read.
        if slot.number.load(Ordering::Acquire) != position + 1 || head & LOOKED_AT != 0 {
            return Err(look);
        }
        let held = head | LOOKED_AT;
        if self.head.0.compare_exchange(head, held, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return Err(look);
        }
        // Lets go even if the function panics.
        let _gaze = Gaze(&self.head);
        // SAFETY: the slot is full, and stays so: who takes it has to move the head first, which nobody does as long as it
        // is looked at. For the same reason nobody else looks.
        Ok(slot.item.with(|place| look(unsafe { (*place).assume_init_ref() })))
    }

    /// How many items are inside, at some moment during the call.
    pub(super) fn len(&self) -> usize {
        loop {
            let tail = self.tail.0.load(Ordering::SeqCst);
            let head = self.head.0.load(Ordering::SeqCst);
            if self.tail.0.load(Ordering::SeqCst) == tail {
                let (from, to) = (self.index(head & POSITION), self.index(tail & POSITION));
                let is_same_lap = (head ^ tail) & POSITION & !(self.lap - 1) == 0;
                return if is_same_lap { to - from } else { self.capacity() - from + to };
            }
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.tail.0.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Nobody puts any more. What was claimed before is put still.
    pub(super) fn close(&self) {
        self.tail.0.fetch_or(CLOSED, Ordering::AcqRel);
    }
}

fn announce(end: &Alone, seen: u64) -> bool {
    let parked = seen | PARKED;
    end.0.compare_exchange(seen, parked, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// Somebody looks at the first item.
struct Gaze<'a>(&'a Alone);

impl Drop for Gaze<'_> {
    fn drop(&mut self) {
        // Release: it was looked at before it is taken.
        self.0.0.fetch_and(!LOOKED_AT, Ordering::AcqRel);
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        while let Some(arrival) = self.claim_take() {
            drop(arrival.empty());
        }
    }
}
