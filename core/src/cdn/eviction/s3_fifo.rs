//! S3-FIFO: a small queue that lets only what is asked for again into the main one, and a memory of what it
//! let go.
//!
//! Yang, Zhang, Qiu, Yue and Vinayak, "FIFO Queues are All You Need for Cache Eviction" (SOSP 2023),
//! algorithm 1. Most objects are asked for once and never again: they pass through the small queue, a tenth
//! of the cache, and are gone before they cost others their place. What was asked for at least twice after
//! it came moves on to the main queue. What went is remembered by name in a ghost queue, and enters the
//! main queue at once if it comes again. The main queue gives whatever was asked for another round.
//!
//! Sizes are in bytes, as in the authors' simulator (libCacheSim), whose parameters these are: a tenth for the
//! small queue, names worth nine tenths of the cache in the ghost queue. What differs: that simulator refuses
//! objects larger than the small queue, and this takes them.

use super::shelf::{Place, Queue, Shelf};
use super::{Admission, Eviction, Fifo, Key};

/// How many uses of an object are counted at most: two bits.
const MOST_USES: u8 = 3;
/// How many uses it takes to move on from the small queue.
const USES_TO_STAY: u8 = 2;

/// What is noted about an object.
#[derive(Clone, Copy, Debug)]
struct Mark {
    is_in_main: bool,
    /// How often it was asked for since it came into its queue, less the rounds that it was given.
    uses: u8,
}

/// The small, the main and the ghost queue.
#[derive(Clone, Debug)]
pub struct S3Fifo<K> {
    capacity_bytes: u64,
    main_capacity_bytes: u64,
    shelf: Shelf<K, Mark>,
    small: Queue,
    main: Queue,
    /// Names without contents; their bytes are those that the objects had.
    ghost: Fifo<K>,
}

impl<K: Key> S3Fifo<K> {
    /// Holds nothing yet.
    pub fn new(capacity_bytes: u64) -> Self {
        let main_capacity_bytes = capacity_bytes - capacity_bytes / 10;
        S3Fifo {
            capacity_bytes,
            main_capacity_bytes,
            shelf: Shelf::new(),
            small: Queue::default(),
            main: Queue::default(),
            ghost: Fifo::new(main_capacity_bytes),
        }
    }

    fn link(&mut self, place: Place) {
        let is_in_main = self.shelf[place].mark.is_in_main;
        let queue = if is_in_main { &mut self.main } else { &mut self.small };
        queue.push(&mut self.shelf, place);
    }

    fn take(&mut self, place: Place) -> (K, u64, Mark) {
        let is_in_main = self.shelf[place].mark.is_in_main;
        let queue = if is_in_main { &mut self.main } else { &mut self.small };
        queue.unlink(&mut self.shelf, place);
        let entry = self.shelf.take(place);
        (entry.key, entry.bytes, entry.mark)
    }

    /// Makes some room, if anything is held; what moves on from the small queue makes none.
    fn evict(&mut self, evicted: &mut Vec<K>) {
        let is_main_too_large = self.main.bytes() > self.main_capacity_bytes;
        match self.small.oldest() {
            Some(oldest) if !is_main_too_large => self.evict_from_small(oldest, evicted),
            _ => self.evict_from_main(evicted),
        }
    }

    fn evict_from_small(&mut self, oldest: Place, evicted: &mut Vec<K>) {
        if self.shelf[oldest].mark.uses >= USES_TO_STAY {
            self.small.unlink(&mut self.shelf, oldest);
            self.shelf[oldest].mark = Mark { is_in_main: true, uses: 0 };
            self.main.push(&mut self.shelf, oldest);
            return;
        }
        let (key, bytes, _) = self.take(oldest);
        // What the ghost queue forgets for it was gone long ago.
        self.ghost.insert(key.clone(), bytes, &mut Vec::new());
        evicted.push(key);
    }

    fn evict_from_main(&mut self, evicted: &mut Vec<K>) {
        while let Some(oldest) = self.main.oldest() {
            let uses = &mut self.shelf[oldest].mark.uses;
            if *uses == 0 {
                evicted.push(self.take(oldest).0);
                return;
            }
            *uses -= 1;
            self.main.renew(&mut self.shelf, oldest);
        }
    }
}

impl<K: Key> Eviction<K> for S3Fifo<K> {
    #[inline]
    fn hit(&mut self, key: &K) -> bool {
        let found = self.shelf.find(key);
        if let Some(place) = found {
            let uses = &mut self.shelf[place].mark.uses;
            *uses = (*uses + 1).min(MOST_USES);
        }
        found.is_some()
    }

    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission {
        let before = self.shelf.find(&key).map(|place| self.take(place).2);
        if bytes > self.capacity_bytes {
            return Admission::Refused;
        }
        let is_remembered = self.ghost.remove(&key).is_some();
        while self.used_bytes() > self.capacity_bytes - bytes {
            self.evict(evicted);
        }
        let mark = before.unwrap_or(Mark { is_in_main: is_remembered, uses: 0 });
        let place = self.shelf.put(key, bytes, mark);
        self.link(place);
        Admission::Admitted
    }

    fn remove(&mut self, key: &K) -> Option<u64> {
        self.ghost.remove(key);
        let place = self.shelf.find(key)?;
        Some(self.take(place).1)
    }

    fn bytes_of(&self, key: &K) -> Option<u64> {
        self.shelf.find(key).map(|place| self.shelf[place].bytes)
    }

    fn held(&self) -> Vec<(&K, u64)> {
        let small = self.small.oldest_first(&self.shelf);
        small.chain(self.main.oldest_first(&self.shelf)).collect()
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
