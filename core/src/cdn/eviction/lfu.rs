//! Least frequently used: the object that was asked for the fewest times goes first; among equals the one
//! that nobody has asked for the longest.
//!
//! Counts are kept only of what is held, from 1 on, and never age: what was popular once stays. As in Shah,
//! Mitra and Matani, "An O(1) algorithm for implementing the LFU cache eviction scheme" (2010), objects with
//! the same count are in a queue of their own, so that a hit moves one to the next queue; the queues are in a
//! search tree, for O(log c) with c different counts.

use super::shelf::{Place, Queue, Shelf};
use super::{Admission, Eviction, Key};
use std::collections::BTreeMap;

/// One queue for every count.
#[derive(Clone, Debug)]
pub struct Lfu<K> {
    capacity_bytes: u64,
    /// Each entry's mark: how many times it was asked for.
    shelf: Shelf<K, u64>,
    /// By count; none of them is empty.
    queues: BTreeMap<u64, Queue>,
}

impl<K: Key> Lfu<K> {
    /// Holds nothing yet.
    pub fn new(capacity_bytes: u64) -> Self {
        Lfu { capacity_bytes, shelf: Shelf::new(), queues: BTreeMap::new() }
    }

    fn link(&mut self, place: Place) {
        let uses = self.shelf[place].mark;
        self.queues.entry(uses).or_default().push(&mut self.shelf, place);
    }

    fn unlink(&mut self, place: Place) {
        let uses = self.shelf[place].mark;
        if let Some(queue) = self.queues.get_mut(&uses) {
            queue.unlink(&mut self.shelf, place);
            if queue.is_empty() {
                self.queues.remove(&uses);
            }
        }
    }

    fn least_used(&self) -> Option<Place> {
        self.queues.first_key_value()?.1.oldest()
    }

    fn take(&mut self, place: Place) -> (K, u64, u64) {
        self.unlink(place);
        let entry = self.shelf.take(place);
        (entry.key, entry.bytes, entry.mark)
    }
}

impl<K: Key> Eviction<K> for Lfu<K> {
    fn hit(&mut self, key: &K) -> bool {
        let found = self.shelf.find(key);
        if let Some(place) = found {
            self.unlink(place);
            self.shelf[place].mark += 1;
            self.link(place);
        }
        found.is_some()
    }

    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission {
        let before = self.shelf.find(&key).map(|place| self.take(place));
        if bytes > self.capacity_bytes {
            return Admission::Refused;
        }
        while self.used_bytes() > self.capacity_bytes - bytes
            && let Some(place) = self.least_used()
        {
            evicted.push(self.take(place).0);
        }
        let uses = before.map_or(1, |(_, _, uses)| uses);
        let place = self.shelf.put(key, bytes, uses);
        self.link(place);
        Admission::Admitted
    }

    fn remove(&mut self, key: &K) -> Option<u64> {
        let place = self.shelf.find(key)?;
        Some(self.take(place).1)
    }

    fn bytes_of(&self, key: &K) -> Option<u64> {
        self.shelf.find(key).map(|place| self.shelf[place].bytes)
    }

    fn held(&self) -> Vec<(&K, u64)> {
        self.queues.values().flat_map(|queue| queue.oldest_first(&self.shelf)).collect()
    }

    fn len(&self) -> usize {
        self.shelf.len()
    }

    fn used_bytes(&self) -> u64 {
        self.shelf.bytes()
    }

    fn capacity_bytes(&self) -> u64 {
        self.capacity_bytes
    }
}
