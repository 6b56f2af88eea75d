//! Whose turn it is: shards of equal weights in a circle, heavier ones as much more often as they weigh.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// An endless order of turns among so many places.
pub(super) enum Turns {
    /// All weigh the same: one after the other.
    Circle { places: usize, next: usize },
    /// The earliest next turn on top.
    Schedule(BinaryHeap<Reverse<Turn>>),
}

impl Turns {
    /// The turns of places with these weights, of which there is at least one.
    pub(super) fn new(weights: &[u32]) -> Self {
        if weights.windows(2).all(|pair| pair[0] == pair[1]) {
            return Turns::Circle { places: weights.len(), next: 0 };
        }
        let first =
            |(place, weight): (usize, &u32)| Reverse(Turn { number: 1, weight: *weight, place });
        Turns::Schedule(weights.iter().enumerate().map(first).collect())
    }

    /// The place whose turn is next.
    #[inline]
    pub(super) fn next_place(&mut self) -> usize {
        match self {
            Turns::Circle { places, next } => {
                let place = *next;
                *next = if place + 1 == *places { 0 } else { place + 1 };
                place
            }
            Turns::Schedule(heap) => {
                let Some(mut top) = heap.peek_mut() else { return 0 };
                top.0.number += 1;
                top.0.place
            }
        }
    }
}

/// The `number`-th turn of a place, counted from 1, at the time `number` / `weight`.
#[derive(PartialEq, Eq)]
pub(super) struct Turn {
    number: u32,
    weight: u32,
    place: usize,
}

impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        let time = |turn: &Self, by: &Self| u64::from(turn.number) * u64::from(by.weight);
        time(self, other).cmp(&time(other, self)).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
