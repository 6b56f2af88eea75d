//! The queue of the lab: the right one, or one that was built with a mistake in it.

use super::action::{Mistake, Scenario, Side};
use super::faulty::Faulty;
use super::frame::Item;
use crate::blocking_queue::{Displaced, Offered, Order, Polled, QueueCore, Who};
use std::num::NonZeroUsize;

/// The queue, right or wrong.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Right(QueueCore<Item>),
    Wrong(Faulty),
}

/// What somebody has seen who looked without a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The place behind the last item.
    Tail(u64),
    /// The place of the oldest item, and the item.
    Head(u64, Item),
}

impl Line {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let capacity = places(scenario.capacity);
        match scenario.mistake {
            Some(
                mistake @ (Mistake::IfForWhile
                | Mistake::SharedCondition
                | Mistake::NotifyBeforeChange
                | Mistake::NotifyOnEdge
                | Mistake::NoLock),
            ) => Line::Wrong(Faulty::new(capacity.get(), mistake)),
            Some(Mistake::Overtaking) => Line::Right(QueueCore::new(capacity, Order::Barging)),
            // These are made by those who call the queue.
            Some(Mistake::TimeoutSwallows | Mistake::CloseWakesOne | Mistake::CloseDrops)
            | None => Line::Right(QueueCore::new(capacity, scenario.order)),
        }
    }

    /// `is_back` says that `who` has waited and was woken.
    pub(super) fn offer(&mut self, who: Who, item: Item, is_back: bool) -> Offered<Item> {
        match self {
            Line::Right(queue) => queue.offer(who, item),
            Line::Wrong(queue) => queue.offer(who, item, is_back),
        }
    }

    pub(super) fn try_offer(&mut self, item: Item) -> Offered<Item> {
        match self {
            Line::Right(queue) => queue.try_offer(item),
            Line::Wrong(queue) => queue.try_offer(item),
        }
    }

    pub(super) fn displace(&mut self, item: Item) -> Displaced<Item> {
        match self {
            Line::Right(queue) => queue.displace(item),
            Line::Wrong(queue) => queue.displace(item),
        }
    }

    /// `is_back` says that `who` has waited and was woken. None if something was taken that was not there.
    pub(super) fn poll(&mut self, who: Who, is_back: bool) -> Option<Polled<Item>> {
        match self {
            Line::Right(queue) => Some(queue.poll(who)),
            Line::Wrong(queue) => queue.poll(who, is_back),
        }
    }

    pub(super) fn cancel(&mut self, who: Who) -> Option<Who> {
        match self {
            Line::Right(queue) => queue.cancel(who),
            Line::Wrong(queue) => queue.cancel(who),
        }
    }

    /// Those who have to be woken, each side for itself.
    pub(super) fn close(&mut self) -> [Vec<Who>; 2] {
        match self {
            Line::Right(queue) => {
                let closing = queue.close();
                [closing.putters, closing.takers]
            }
            Line::Wrong(queue) => queue.close(),
        }
    }

    /// Everything that is inside is taken out by nobody.
    pub(super) fn drain(&mut self) -> Vec<Item> {
        match self {
            Line::Right(queue) => std::iter::from_fn(|| match queue.try_poll() {
                Polled::Taken { item, .. } => Some(item),
                _ => None,
            })
            .collect(),
            Line::Wrong(queue) => queue.drain(),
        }
    }

    pub(super) fn set_capacity(&mut self, capacity: u16) -> Vec<Who> {
        match self {
            Line::Right(queue) => queue.set_capacity(places(capacity)),
            Line::Wrong(queue) => queue.set_capacity(capacity.into()),
        }
    }

    pub(super) fn items(&self) -> Box<dyn Iterator<Item = &Item> + '_> {
        match self {
            Line::Right(queue) => Box::new(queue.items()),
            Line::Wrong(queue) => Box::new(queue.items()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Line::Right(queue) => queue.len(),
            Line::Wrong(queue) => queue.items().len(),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        match self {
            Line::Right(queue) => queue.capacity(),
            Line::Wrong(queue) => queue.capacity(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        match self {
            Line::Right(queue) => queue.is_closed(),
            Line::Wrong(queue) => queue.is_closed(),
        }
    }

    /// Those who wait on one side, the next to be woken first.
    pub(super) fn waiting(&self, side: Side) -> Vec<Who> {
        match (self, side) {
            (Line::Right(queue), Side::Putting) => queue.putters().map(|it| it.0).collect(),
            (Line::Right(queue), Side::Taking) => queue.takers().map(|it| it.0).collect(),
            (Line::Wrong(queue), side) => queue.waiting(side).collect(),
        }
    }

    /// The mistake that cuts what somebody does at the queue in two.
    pub(super) fn cut(&mut self) -> Option<&mut Faulty> {
        match self {
            Line::Wrong(queue) if queue.cuts() => Some(queue),
            _ => None,
        }
    }
}

fn places(capacity: u16) -> NonZeroUsize {
    NonZeroUsize::new(capacity.into()).unwrap_or(NonZeroUsize::MIN)
}
