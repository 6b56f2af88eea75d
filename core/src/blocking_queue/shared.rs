//! The queue in words that several threads share: header words and slots.
//!
//! It keeps the rules of the lab's queue: bounded, first in, first out, who puts waits while it is full, who takes waits
//! while it is empty, and closing loses nothing. But no lock is behind it, because the page's own thread, which must
//! not be parked, works on it, too: whoever is held up in the middle of something holds up nobody else's attempts.
//!
//! Each slot has a *stamp* that says whose turn it is, as in Dmitry Vyukov's bounded queue; positions carry the lap in
//! their upper bits, as crossbeam's do, so any capacity from 1 will do. Only who finds the queue full or empty goes to
//! one of two [`EventCount`]s and is parked there.

mod patience;
mod place;

pub use patience::{Forever, Patience};
use place::Places;

use crate::shared_memory::{EventCount, LINE, SharedMemory, Waited};

/// The first header word, which never changes: the capacity.
const CAPACITY: usize = 0;
/// Where the next item goes; its own cache line, since all who put write it.
const TAIL: usize = LINE;
/// Where the next item comes from.
const HEAD: usize = 2 * LINE;
/// Where those wait who put.
const PUTTERS: usize = 3 * LINE;
/// Where those wait who take.
const TAKERS: usize = 4 * LINE;
/// The first slot.
const SLOTS: usize = 5 * LINE;

/// A queue for items of so many words each.
///
/// Any number of threads may use it at once, each through a value of its own. A thread that is killed while it is
/// parked takes nothing with it; whoever kills it calls [`rouse`](SharedQueue::rouse). One that is killed within the
/// few operations between claiming a slot and stamping it makes a gap that nobody can pass: such a queue is to be
/// thrown away.
#[derive(Debug)]
pub struct SharedQueue<'m, M, const WORDS: usize> {
    memory: &'m M,
    base: usize,
    places: Places,
}

/// What became of an attempt to put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryPut {
    /// It is inside.
    Stored,
    /// There is no room.
    Full,
    /// Nothing is put in any more.
    Closed,
}

/// What became of an attempt to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryTake<const WORDS: usize> {
    /// The item that waited longest.
    Taken([u32; WORDS]),
    /// There is nothing inside.
    Empty,
    /// There is nothing inside, and nothing will come.
    Closed,
}

/// Why an item was not put in; the caller still has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The queue was closed, before or meanwhile.
    #[error("the queue is closed")]
    Closed,
    /// There was no room in time.
    #[error("there was no room in time")]
    TimedOut,
}

/// Why no item was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// The queue is closed and empty.
    #[error("the queue is closed, and nothing is left in it")]
    Closed,
    /// There was no item in time.
    #[error("there was no item in time")]
    TimedOut,
}

/// The largest capacity.
pub const MAX_CAPACITY: u32 = 1 << 16;

impl<'m, M: SharedMemory, const WORDS: usize> SharedQueue<'m, M, WORDS> {
    /// How many words a queue of this capacity takes.
    pub const fn words(capacity: u32) -> usize {
        SLOTS + capacity as usize * Self::SLOT
    }

    /// A slot: its stamp and its item.
    const SLOT: usize = 1 + WORDS;

    /// Makes an empty queue in the words from `base`, before anybody else uses them. The capacity is clamped to 1 to
    /// [`MAX_CAPACITY`].
    pub fn create(memory: &'m M, base: usize, capacity: u32) -> Self {
        let capacity = capacity.clamp(1, MAX_CAPACITY);
        memory.store(base + CAPACITY, capacity);
        let queue = SharedQueue { memory, base, places: Places::new(capacity) };
        for at in [TAIL, HEAD] {
            memory.store(base + at, 0);
        }
        for at in PUTTERS..PUTTERS + EventCount::<M>::WORDS {
            memory.store(base + at, 0);
            memory.store(base + at - PUTTERS + TAKERS, 0);
        }
        for index in 0..capacity {
            memory.store(queue.slot(index), index);
        }
        queue
    }

    /// The queue that was made in the words from `base`.
    pub fn attach(memory: &'m M, base: usize) -> Self {
        let capacity = memory.load(base + CAPACITY).clamp(1, MAX_CAPACITY);
        SharedQueue { memory, base, places: Places::new(capacity) }
    }

    /// How many items fit.
    pub fn capacity(&self) -> u32 {
        self.places.capacity
    }

    /// How many items are inside, those included that are just being put in or taken out.
    pub fn len(&self) -> u32 {
        loop {
            let tail = self.load(TAIL);
            let head = self.load(HEAD);
            // Only if nobody put meanwhile, both belong to one moment.
            if self.load(TAIL) == tail {
                return self.places.between(head, tail);
            }
        }
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nothing is put in any more.
    pub fn is_closed(&self) -> bool {
        self.places.is_closed(self.load(TAIL))
    }

    /// How many are parked, or about to be, because it is full, and because it is empty.
    pub fn waiting(&self) -> (u32, u32) {
        (self.putters().waiting(), self.takers().waiting())
    }

    /// Puts an item in if there is room. A slot that is still being emptied counts as full.
    pub fn try_put(&self, item: [u32; WORDS]) -> TryPut {
        let put = self.put_once(|| item);
        if put == TryPut::Stored {
            self.has_put();
        }
        put
    }

    /// Takes the item that waited longest, if there is one. A slot that is still being filled counts as empty.
    pub fn try_take(&self) -> TryTake<WORDS> {
        let taken = self.take_once();
        if matches!(taken, TryTake::Taken(_)) {
            self.has_taken();
        }
        taken
    }

    /// Puts an item in, as soon as there is room.
    ///
    /// # Errors
    /// [`PutError`], if the queue is closed or the patience ends; then the item is not inside.
    pub fn put(&self, item: [u32; WORDS], patience: &mut impl Patience) -> Result<(), PutError> {
        self.put_with(|| item, patience)
    }

    /// The same with an item that is made when there is room for it, soon: others wait for it meanwhile.
    ///
    /// # Errors
    /// As of [`put`](SharedQueue::put).
    pub fn put_with(
        &self,
        mut item: impl FnMut() -> [u32; WORDS],
        patience: &mut impl Patience,
    ) -> Result<(), PutError> {
        let attempt = || match self.put_once(&mut item) {
            TryPut::Stored => Some(Ok(())),
            TryPut::Closed => Some(Err(PutError::Closed)),
            TryPut::Full => None,
        };
        let put = until(&self.putters(), attempt, patience).unwrap_or(Err(PutError::TimedOut));
        if put.is_ok() {
            self.has_put();
        }
        put
    }

    /// Takes the item that waited longest, as soon as there is one.
    ///
    /// # Errors
    /// [`TakeError`], if the queue is closed and empty, or the patience ends.
    pub fn take(&self, patience: &mut impl Patience) -> Result<[u32; WORDS], TakeError> {
        let attempt = || match self.take_once() {
            TryTake::Taken(item) => Some(Ok(item)),
            TryTake::Closed => Some(Err(TakeError::Closed)),
            TryTake::Empty => None,
        };
        let taken = until(&self.takers(), attempt, patience).unwrap_or(Err(TakeError::TimedOut));
        if taken.is_ok() {
            self.has_taken();
        }
        taken
    }

    /// Closes it: nothing is put in from now on, everybody who waits to put goes away with their item, and who takes
    /// gets what is inside and then nothing. False if it was closed already.
    pub fn close(&self) -> bool {
        let before = self.memory.or(self.base + TAIL, self.places.closed_bit);
        self.rouse();
        !self.places.is_closed(before)
    }

    /// Wakes everybody who waits, to look again.
    pub fn rouse(&self) {
        self.putters().notify_all();
        self.takers().notify_all();
    }

    /// What waited longest, left inside.
    pub fn peek(&self) -> Option<[u32; WORDS]> {
        loop {
            let head = self.load(HEAD);
            let item = self.read(head);
            if self.load(HEAD) == head {
                return item;
            }
        }
    }

    /// What is inside, what waited longest first, at most so many, as far as it is neither being put in nor taken out
    /// just now.
    pub fn items(&self, at_most: usize) -> Vec<[u32; WORDS]> {
        let (mut place, len) = (self.load(HEAD), self.len() as usize);
        let mut items = Vec::with_capacity(len.min(at_most));
        for _ in 0..len.min(at_most) {
            items.extend(self.read(place));
            place = self.places.after(place);
        }
        items
    }

    fn load(&self, at: usize) -> u32 {
        self.memory.load(self.base + at)
    }

    fn slot(&self, index: u32) -> usize {
        self.base + SLOTS + index as usize * Self::SLOT
    }

    fn putters(&self) -> EventCount<'m, M> {
        EventCount::new(self.memory, self.base + PUTTERS)
    }

    fn takers(&self) -> EventCount<'m, M> {
        EventCount::new(self.memory, self.base + TAKERS)
    }

    fn put_once(&self, mut item: impl FnMut() -> [u32; WORDS]) -> TryPut {
        loop {
            let tail = self.load(TAIL);
            if self.places.is_closed(tail) {
                return TryPut::Closed;
            }
            let slot = self.slot(self.places.index(tail));
            if self.memory.load(slot) == tail {
                let after = self.places.after(tail);
                if self.memory.compare_exchange(self.base + TAIL, tail, after) == tail {
                    // The slot is this thread's alone until it is stamped; the stamp publishes what it holds.
                    for (word, value) in item().into_iter().enumerate() {
                        self.memory.plain_store(slot + 1 + word, value);
                    }
                    self.memory.store(slot, tail + 1);
                    return TryPut::Stored;
                }
            } else if self.load(TAIL) == tail {
                // It was the slot's turn when it was looked at, and it was not free.
                return TryPut::Full;
            }
        }
    }

    fn take_once(&self) -> TryTake<WORDS> {
        loop {
            let head = self.load(HEAD);
            let slot = self.slot(self.places.index(head));
            if self.memory.load(slot) == head + 1 {
                let after = self.places.after(head);
                if self.memory.compare_exchange(self.base + HEAD, head, after) == head {
                    let item = std::array::from_fn(|word| self.memory.plain_load(slot + 1 + word));
                    self.memory.store(slot, self.places.next_lap(head));
                    return TryTake::Taken(item);
                }
                continue;
            }
            let tail = self.load(TAIL);
            if self.load(HEAD) == head {
                // Closed for good only if nobody has claimed a slot that is to be filled yet.
                let is_over = tail == head | self.places.closed_bit;
                return if is_over { TryTake::Closed } else { TryTake::Empty };
            }
        }
    }

    /// Wakes who waits for an item; and who waits for room, if there is more of it.
    fn has_put(&self) {
        self.takers().notify();
        let putters = self.putters();
        if putters.waiting() != 0 {
            let tail = self.load(TAIL);
            if self.memory.load(self.slot(self.places.index(tail))) == tail {
                putters.notify();
            }
        }
    }

    /// Wakes who waits for room; and who waits for an item, if there are more of them.
    fn has_taken(&self) {
        self.putters().notify();
        let takers = self.takers();
        if takers.waiting() != 0 {
            let head = self.load(HEAD);
            if self.memory.load(self.slot(self.places.index(head))) == head + 1 {
                takers.notify();
            }
        }
    }

    /// The item at a place, if it is there.
    fn read(&self, place: u32) -> Option<[u32; WORDS]> {
        let slot = self.slot(self.places.index(place));
        let is_there = || self.memory.load(slot) == place + 1;
        if !is_there() {
            return None;
        }
        // Atomically, though slots are written plainly: only so the look at the stamp comes after it.
        let item = std::array::from_fn(|word| self.memory.load(slot + 1 + word));
        is_there().then_some(item)
    }
}

/// Attempts it until it gives something, parked in between; none if the patience has ended.
fn until<T>(
    events: &EventCount<'_, impl SharedMemory>,
    mut attempt: impl FnMut() -> Option<T>,
    patience: &mut impl Patience,
) -> Option<T> {
    for _ in 0..=patience.spins() {
        if let Some(done) = attempt() {
            return Some(done);
        }
        std::hint::spin_loop();
    }
    patience.parks();
    let done = loop {
        let key = events.prepare();
        if let Some(done) = attempt() {
            events.cancel(key);
            break Some(done);
        }
        let left_ms = patience.left_ms();
        let waited = events.wait(key, left_ms);
        patience.woke(waited);
        if let Some(done) = attempt() {
            break Some(done);
        }
        if waited == Waited::TimedOut && left_ms.is_some() {
            break None;
        }
    };
    patience.goes_on();
    done
}
