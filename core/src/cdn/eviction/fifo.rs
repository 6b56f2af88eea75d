//! First in, first out: the object that came first goes first, however often it is asked for.

use super::shelf::{Queue, Shelf};
use super::{Admission, Eviction, Key};

/// One queue in which nobody moves up.
#[derive(Clone, Debug)]
pub struct Fifo<K> {
    capacity_bytes: u64,
    shelf: Shelf<K, ()>,
    queue: Queue,
}

impl<K: Key> Fifo<K> {
    /// Holds nothing yet.
    pub fn new(capacity_bytes: u64) -> Self {
        Fifo { capacity_bytes, shelf: Shelf::new(), queue: Queue::default() }
    }
}

impl<K: Key> Eviction<K> for Fifo<K> {
    #[inline]
    fn hit(&mut self, key: &K) -> bool {
        self.shelf.find(key).is_some()
    }

    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission {
        self.remove(&key);
        if bytes > self.capacity_bytes {
            return Admission::Refused;
        }
        while self.used_bytes() > self.capacity_bytes - bytes
            && let Some(oldest) = self.queue.oldest()
        {
            self.queue.unlink(&mut self.shelf, oldest);
            evicted.push(self.shelf.take(oldest).key);
        }
        let place = self.shelf.put(key, bytes, ());
        self.queue.push(&mut self.shelf, place);
        Admission::Admitted
    }

    fn remove(&mut self, key: &K) -> Option<u64> {
        let place = self.shelf.find(key)?;
        self.queue.unlink(&mut self.shelf, place);
        Some(self.shelf.take(place).bytes)
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
