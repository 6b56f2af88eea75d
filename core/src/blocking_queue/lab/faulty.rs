//! The queue as it is often written, with a mistake in it. What is right about it is as simple as it can be: every put
//! notifies one who takes, and every take one who puts.

use super::action::{Mistake, Side};
use super::frame::Item;
use super::line::Seen;
use crate::blocking_queue::{Displaced, Offered, Polled, Who};
use std::collections::VecDeque;

/// A queue with a mistake.
#[derive(Clone, Debug)]
pub(super) struct Faulty {
    mistake: Mistake,
    items: VecDeque<Item>,
    /// How many have been taken out: the place of the oldest item, were the places numbered without end.
    head: u64,
    capacity: usize,
    is_closed: bool,
    /// Those who wait, of both sides.
    waiting: VecDeque<Waiting>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    who: Who,
    side: Side,
    is_woken: bool,
}

impl Faulty {
    pub(super) fn new(capacity: usize, mistake: Mistake) -> Self {
        Faulty {
            mistake,
            items: VecDeque::new(),
            head: 0,
            capacity,
            is_closed: false,
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn cuts(&self) -> bool {
        matches!(self.mistake, Mistake::NotifyBeforeChange | Mistake::NoLock)
    }

    pub(super) fn offer(&mut self, who: Who, item: Item, is_back: bool) -> Offered<Item> {
        let looks = !(is_back && self.mistake == Mistake::IfForWhile);
        if !self.is_closed && self.is_full() && looks {
            self.park(who, Side::Putting);
            return Offered::Full { item };
        }
        self.leave(who);
        if self.is_closed { Offered::Closed { item } } else { self.push(item) }
    }

    pub(super) fn try_offer(&mut self, item: Item) -> Offered<Item> {
        match (self.is_closed, self.is_full()) {
            (true, _) => Offered::Closed { item },
            (false, true) => Offered::Full { item },
            (false, false) => self.push(item),
        }
    }

    pub(super) fn displace(&mut self, item: Item) -> Displaced<Item> {
        let oldest = if self.is_full() && !self.is_closed { self.pop() } else { None };
        match self.try_offer(item) {
            Offered::Stored { wake } => Displaced::Stored { oldest, wake },
            Offered::Full { item } | Offered::Closed { item } => Displaced::Closed { item },
        }
    }

    pub(super) fn poll(&mut self, who: Who, is_back: bool) -> Option<Polled<Item>> {
        let looks = !(is_back && self.mistake == Mistake::IfForWhile);
        if self.items.is_empty() && !self.is_closed && looks {
            self.park(who, Side::Taking);
            return Some(Polled::Empty);
        }
        self.leave(who);
        let was_full = self.is_full();
        match self.pop() {
            Some(item) => {
                Some(Polled::Taken { item, wake: self.notify_after(Side::Putting, was_full) })
            }
            None if self.is_closed => Some(Polled::Closed),
            None => None,
        }
    }

    pub(super) fn cancel(&mut self, who: Who) -> Option<Who> {
        let gone = self.leave(who)?;
        let could = match gone.side {
            Side::Putting => !self.is_full(),
            Side::Taking => !self.items.is_empty(),
        };
        if gone.is_woken && could { self.notify(gone.side) } else { None }
    }

    pub(super) fn close(&mut self) -> [Vec<Who>; 2] {
        self.is_closed = true;
        [Side::Putting, Side::Taking].map(|side| {
            let sleeping = self.waiting.iter_mut().filter(|it| it.side == side && !it.is_woken);
            sleeping.map(|it| (it.is_woken = true, it.who).1).collect()
        })
    }

    pub(super) fn drain(&mut self) -> Vec<Item> {
        self.head += self.items.len() as u64;
        self.items.drain(..).collect()
    }

    pub(super) fn set_capacity(&mut self, capacity: usize) -> Vec<Who> {
        self.capacity = capacity;
        let free = capacity.saturating_sub(self.items.len());
        (0..free).map_while(|_| self.notify(Side::Putting)).collect()
    }

    pub(super) fn items(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.items.iter()
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(super) fn waiting(&self, side: Side) -> impl Iterator<Item = Who> {
        self.waiting.iter().filter(move |it| it.side == side).map(|it| it.who)
    }

    /// Whether the first of two steps can be done now: notifying before anything has changed, or looking without a lock.
    /// What it has brought about: who has to be woken, and what was seen.
    pub(super) fn begin(&mut self, who: Who, side: Side) -> Option<(Option<Who>, Option<Seen>)> {
        if self.is_closed {
            return None;
        }
        if self.mistake == Mistake::NotifyBeforeChange {
            return Some((self.notify(side.other()), None));
        }
        let seen = match side {
            Side::Putting if self.is_full() => return None,
            Side::Putting => Seen::Tail(self.head + self.items.len() as u64),
            Side::Taking => Seen::Head(self.head, self.items.front()?.clone()),
        };
        self.leave(who);
        Some((None, Some(seen)))
    }

    /// Writes an item to the place that was seen to be free, whatever is there by now.
    pub(super) fn write(&mut self, place: u64, item: Item) -> Option<Who> {
        match place.checked_sub(self.head) {
            Some(index) if index < self.items.len() as u64 => self.items[index as usize] = item,
            Some(_) => self.items.push_back(item),
            // Somebody has already read what was there: nobody will look there again.
            None => {}
        }
        self.notify(Side::Taking)
    }

    /// Moves the head behind the item that was seen, if it is not there already.
    pub(super) fn advance(&mut self, place: u64) -> Option<Who> {
        if self.head == place {
            self.pop();
        }
        self.notify(Side::Putting)
    }

    fn is_full(&self) -> bool {
        self.items.len() >= self.capacity
    }

    fn push(&mut self, item: Item) -> Offered<Item> {
        let was_empty = self.items.is_empty();
        self.items.push_back(item);
        Offered::Stored { wake: self.notify_after(Side::Taking, was_empty) }
    }

    fn pop(&mut self) -> Option<Item> {
        let item = self.items.pop_front()?;
        self.head += 1;
        Some(item)
    }

    /// The notification behind a change.
    fn notify_after(&mut self, side: Side, was_on_edge: bool) -> Option<Who> {
        match self.mistake {
            Mistake::NotifyBeforeChange => None,
            Mistake::NotifyOnEdge if !was_on_edge => None,
            _ => self.notify(side),
        }
    }

    /// Wakes whoever has waited longest; of either side if both wait for one condition.
    fn notify(&mut self, side: Side) -> Option<Who> {
        let is_shared = self.mistake == Mistake::SharedCondition;
        let mut sleeping = self.waiting.iter_mut().filter(|it| !it.is_woken);
        let first = sleeping.find(|it| is_shared || it.side == side)?;
        first.is_woken = true;
        Some(first.who)
    }

    fn park(&mut self, who: Who, side: Side) {
        self.leave(who);
        self.waiting.push_back(Waiting { who, side, is_woken: false });
    }

    fn leave(&mut self, who: Who) -> Option<Waiting> {
        let place = self.waiting.iter().position(|it| it.who == who)?;
        self.waiting.remove(place)
    }
}
