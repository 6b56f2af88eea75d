//! SIEVE: one queue, one bit an object, and a hand that sifts out what nobody has asked for again.
//!
//! Zhang, Yang, Yue, Vigfusson and Rashmi, "SIEVE is Simpler than LRU: an Efficient Turn-Key Eviction
//! Algorithm for Web Caches" (NSDI 2024), algorithm 1. A hit only sets a bit. The hand goes from old to new
//! over the queue: an object whose bit is set loses the bit and stays where it is, the first one without goes. What
//! stayed is not moved to the front, as CLOCK does it, so that new objects lie between the hand and the
//! front, and are sifted soon.

use super::shelf::{Place, Queue, Shelf};
use super::{Admission, Eviction, Key};

/// One queue with a hand.
#[derive(Clone, Debug)]
pub struct Sieve<K> {
    capacity_bytes: u64,
    /// Each entry's mark: whether it has been asked for since it came or the hand passed.
    shelf: Shelf<K, bool>,
    queue: Queue,
    /// Where to look next for something to evict; none is the oldest.
    hand: Option<Place>,
}

impl<K: Key> Sieve<K> {
    /// Holds nothing yet.
    pub fn new(capacity_bytes: u64) -> Self {
        Sieve { capacity_bytes, shelf: Shelf::new(), queue: Queue::default(), hand: None }
    }

    /// Where the hand comes to rest; none if nothing is held. It meets every bit at most once before.
    fn sift(&mut self) -> Option<Place> {
        let mut place = self.hand.or(self.queue.oldest())?;
        while self.shelf[place].mark {
            self.shelf[place].mark = false;
            place = self.shelf.newer(place).or(self.queue.oldest())?;
        }
        Some(place)
    }

    fn take(&mut self, place: Place) -> (K, u64, bool) {
        if self.hand == Some(place) {
            self.hand = self.shelf.newer(place);
        }
        self.queue.unlink(&mut self.shelf, place);
        let entry = self.shelf.take(place);
        (entry.key, entry.bytes, entry.mark)
    }
}

impl<K: Key> Eviction<K> for Sieve<K> {
    #[inline]
    fn hit(&mut self, key: &K) -> bool {
        let found = self.shelf.find(key);
        if let Some(place) = found {
            self.shelf[place].mark = true;
        }
        found.is_some()
    }

    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission {
        let before = self.shelf.find(&key).map(|place| self.take(place));
        if bytes > self.capacity_bytes {
            return Admission::Refused;
        }
        while self.used_bytes() > self.capacity_bytes - bytes
            && let Some(place) = self.sift()
        {
            self.hand = Some(place);
            evicted.push(self.take(place).0);
        }
        let visited = before.is_some_and(|(_, _, visited)| visited);
        let place = self.shelf.put(key, bytes, visited);
        self.queue.push(&mut self.shelf, place);
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
        self.queue.oldest_first(&self.shelf).collect()
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
