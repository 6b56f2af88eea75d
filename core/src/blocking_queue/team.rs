//! Producers and consumers that really run and really wait, on a [`SharedQueue`]: web workers in the page, threads
//! natively.
//!
//! A run either goes on until it is stopped, or brings a number of items from one side to the other as fast as it can.
//! Who looks on sees who is parked, where, and since when, what is inside, and a journal of what happened. Everything
//! that goes through the queue is checked: that nothing is lost or doubled, and that what one producer has put in comes
//! out in its order.

mod audit;
mod consumer;
mod layout;
mod pace;
mod producer;
mod reading;
mod rhythm;
mod status;

pub use audit::Audit;
pub use pace::Pace;
pub use reading::{Happened, QueueReading, Reader, WorkerReading};
pub use status::{Doing, Item, What};

use super::shared::{self, SharedQueue, TryPut, TryTake};
use crate::shared_memory::{MOST_WORKERS, SharedMemory, Teamwork};
use layout::Layout;
use serde::{Deserialize, Serialize};
use status::Desk;

/// An item's words: what it is, and when it was put in, in microseconds.
pub(crate) const ITEM_WORDS: usize = 2;

/// A queue with the two words of an [`Item`] and its time.
pub(crate) type Queue<'m, M> = SharedQueue<'m, M, ITEM_WORDS>;

/// In a run that ends, only each item of so many is written down.
const SAMPLE: u32 = 256;

/// A run: who takes part, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueTeam {
    /// The paces of those who put, each a worker. The first worker is the first of them.
    pub producers: Vec<Pace>,
    /// The paces of those who take, the workers after them.
    pub consumers: Vec<Pace>,
    /// How many items fit.
    pub capacity: u32,
    /// How many items go through in all, and then it is over; none if it goes on until it is stopped.
    pub items: Option<u32>,
    /// How often everybody tries again before they are parked.
    pub spins: u32,
}

impl QueueTeam {
    /// The most items of a run that ends.
    pub const MOST_ITEMS: u32 = 100_000_000;

    /// So many items from `producers` to `consumers` as fast as they can.
    pub fn flat_out(producers: usize, consumers: usize, capacity: u32, items: u32) -> Self {
        QueueTeam {
            producers: vec![Pace::FLAT_OUT; producers],
            consumers: vec![Pace::FLAT_OUT; consumers],
            capacity,
            items: Some(items.min(Self::MOST_ITEMS)),
            spins: 200,
        }
    }

    /// Whether it can be run: at least one on each side, and not more than [`MOST_WORKERS`] in all.
    pub fn is_possible(&self) -> bool {
        let workers = self.producers.len() + self.consumers.len();
        let is_manned = !self.producers.is_empty() && !self.consumers.is_empty();
        let is_short = self.items.is_none_or(|items| items <= Self::MOST_ITEMS);
        is_manned && workers <= MOST_WORKERS as usize && is_short
    }

    /// How many items a producer brings; none if it goes on for ever.
    pub fn share(&self, producer: u32) -> Option<u32> {
        let producers = self.producers.len() as u32;
        let items = self.items?;
        Some(items / producers + u32::from(producer < items % producers))
    }

    /// The number of the visitor, who puts and takes by hand: the one after all workers.
    pub fn visitor(&self) -> u32 {
        self.workers()
    }

    /// Puts one item in by hand, without waiting, in a run that goes on until it is stopped. The visitor's items are numbered by whoever calls.
    pub fn put(&self, memory: &impl SharedMemory, number: u32, now_us: u64) -> TryPut {
        let layout = Layout::new(self);
        let item = Item { producer: self.visitor(), number };
        let put = layout.queue(memory).try_put([item.to_word(), stamp(now_us)]);
        if put == TryPut::Stored {
            let desk = Desk::new(memory, &layout, self.visitor());
            desk.did(1);
            desk.note(now_us, What::Stored, Some(item));
        }
        put
    }

    /// Takes one item by hand, without waiting; none if there is none.
    pub fn take(&self, memory: &impl SharedMemory, now_us: u64) -> Option<Item> {
        let layout = Layout::new(self);
        let TryTake::Taken([word, stored_us]) = layout.queue(memory).try_take() else {
            return None;
        };
        let desk = Desk::new(memory, &layout, self.visitor());
        let item = Item::from_word(word);
        let wait_us = stamp(now_us).wrapping_sub(stored_us);
        desk.took_by_hand();
        desk.note(now_us, What::Taken { wait_us }, Some(item));
        Some(item)
    }

    /// What waited longest.
    pub fn peek(&self, memory: &impl SharedMemory) -> Option<Item> {
        let [item, _] = Layout::new(self).queue(memory).peek()?;
        Some(Item::from_word(item))
    }

    /// How many items are inside.
    pub fn len(&self, memory: &impl SharedMemory) -> u32 {
        Layout::new(self).queue(memory).len()
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self, memory: &impl SharedMemory) -> bool {
        self.len(memory) == 0
    }

    /// Closes the queue: producers go home with what they hold, consumers when nothing is left.
    pub fn close(&self, memory: &impl SharedMemory) -> bool {
        Layout::new(self).queue(memory).close()
    }

    /// Wakes everybody who is parked at the queue, to look and to be parked again: what a condition variable may do
    /// at any time, and what has to be done once a worker has been killed.
    pub fn rouse(&self, memory: &impl SharedMemory) {
        Layout::new(self).queue(memory).rouse();
    }

    /// Sets the pace of a worker, from now on.
    pub fn set_pace(&self, memory: &impl SharedMemory, worker: u32, pace: Pace) {
        Desk::new(memory, &Layout::new(self), worker).set_pace(pace);
    }

    /// Lets a worker rest, once it has done what it is at, or lets it go on.
    pub fn set_paused(&self, memory: &impl SharedMemory, worker: u32, is_paused: bool) {
        Desk::new(memory, &Layout::new(self), worker).set_paused(is_paused);
    }
}

/// A moment as a word, which is 0 for no moment.
pub(crate) fn stamp(at_us: u64) -> u32 {
    (at_us as u32).max(1)
}

impl Teamwork for QueueTeam {
    type Reader = Reader;
    type Reading = QueueReading;

    fn workers(&self) -> u32 {
        (self.producers.len() + self.consumers.len()) as u32
    }

    fn words(&self) -> usize {
        Layout::new(self).words()
    }

    fn prepare(&self, memory: &impl SharedMemory) {
        let layout = Layout::new(self);
        Queue::create(memory, layout.queue_at(), self.capacity);
        for (worker, pace) in (0..).zip(self.producers.iter().chain(&self.consumers)) {
            Desk::new(memory, &layout, worker).set_pace(*pace);
        }
    }

    fn work<M: SharedMemory>(&self, worker: u32, memory: &M, now_us: &impl Fn() -> u64) {
        let layout = Layout::new(self);
        let desk = Desk::new(memory, &layout, worker);
        desk.turn(Doing::Working, now_us());
        if worker < self.producers.len() as u32 {
            producer::work(self, &layout, &desk, worker, now_us);
        } else {
            consumer::work(self, &layout, &desk, now_us);
        }
        desk.turn(Doing::Finished, now_us());
    }

    fn stop(&self, memory: &impl SharedMemory) {
        let layout = Layout::new(self);
        memory.store(layout.stop_at(), 1);
        layout.queue(memory).close();
        for worker in 0..self.workers() {
            Desk::new(memory, &layout, worker).call();
        }
    }

    /// Writes it down, and wakes those who might have been waiting for it to pass on a wake-up. Items that it held are
    /// lost; and in a run of a given number of items, a consumer takes with it what it has seen.
    fn bury(&self, memory: &impl SharedMemory, worker: u32, now_us: u64) {
        let layout = Layout::new(self);
        Desk::new(memory, &layout, worker).kill(now_us);
        if self.items.is_some() && worker < self.producers.len() as u32 {
            producer::has_brought_all(self, &layout, memory);
        }
        self.rouse(memory);
    }

    fn read(
        &self,
        reader: &mut Reader,
        memory: &impl SharedMemory,
        now_us: u64,
        is_over: bool,
    ) -> QueueReading {
        reading::read(self, reader, memory, now_us, is_over)
    }
}
