//! The policies again, as slowly and as obviously as possible: vectors that are searched from end to end.

use playground_core::cdn::eviction::{Admission, Policy};

/// An object: its key, its bytes, and how often it was asked for (for SIEVE: whether).
type Item = (u64, u64, u64);

#[derive(Debug)]
pub struct Naive {
    policy: Policy,
    capacity: u64,
    /// In the policy's order, the oldest first. For S3-FIFO: the small queue.
    items: Vec<Item>,
    /// S3-FIFO's main queue.
    main: Vec<Item>,
    /// S3-FIFO's ghost queue.
    ghost: Vec<(u64, u64)>,
    /// SIEVE's hand points at this key; none is the oldest.
    hand: Option<u64>,
}

fn bytes(items: &[Item]) -> u64 {
    items.iter().map(|item| item.1).sum()
}

fn position(items: &[Item], key: u64) -> Option<usize> {
    items.iter().position(|item| item.0 == key)
}

impl Naive {
    pub const POLICIES: [Policy; 5] =
        [Policy::Fifo, Policy::Lru, Policy::Lfu, Policy::Sieve, Policy::S3Fifo];

    pub fn new(policy: Policy, capacity: u64) -> Self {
        let (items, main, ghost) = (Vec::new(), Vec::new(), Vec::new());
        Naive { policy, capacity, items, main, ghost, hand: None }
    }

    /// Keys and bytes in the policy's order.
    pub fn held(&self) -> Vec<(u64, u64)> {
        let mut items = self.items.clone();
        if self.policy == Policy::Lfu {
            items.sort_by_key(|item| item.2);
        }
        items.iter().chain(&self.main).map(|item| (item.0, item.1)).collect()
    }

    pub fn hit(&mut self, key: u64) -> bool {
        if let Some(at) = position(&self.main, key) {
            self.main[at].2 = (self.main[at].2 + 1).min(3);
            return true;
        }
        let Some(at) = position(&self.items, key) else { return false };
        match self.policy {
            Policy::Fifo => {}
            Policy::Lru => {
                let item = self.items.remove(at);
                self.items.push(item);
            }
            Policy::Lfu => {
                let (key, bytes, uses) = self.items.remove(at);
                self.items.push((key, bytes, uses + 1));
            }
            Policy::Sieve => self.items[at].2 = 1,
            _ => self.items[at].2 = (self.items[at].2 + 1).min(3),
        }
        true
    }

    pub fn remove(&mut self, key: u64) -> Option<u64> {
        self.ghost.retain(|ghost| ghost.0 != key);
        self.take(key).map(|(item, _)| item.1)
    }

    /// The item, and whether it was in the main queue.
    fn take(&mut self, key: u64) -> Option<(Item, bool)> {
        if let Some(at) = position(&self.main, key) {
            return Some((self.main.remove(at), true));
        }
        let at = position(&self.items, key)?;
        if self.hand == Some(key) {
            self.hand = self.items.get(at + 1).map(|item| item.0);
        }
        Some((self.items.remove(at), false))
    }

    pub fn insert(&mut self, key: u64, size: u64, evicted: &mut Vec<u64>) -> Admission {
        let before = self.take(key);
        if size > self.capacity {
            return Admission::Refused;
        }
        let is_ghost = self.ghost.iter().any(|ghost| ghost.0 == key);
        self.ghost.retain(|ghost| ghost.0 != key);
        while bytes(&self.items) + bytes(&self.main) + size > self.capacity {
            match self.policy {
                Policy::S3Fifo => self.evict_s3_fifo(evicted),
                Policy::Sieve => evicted.push(self.evict_sieve()),
                Policy::Lfu => {
                    let least = self.items.iter().map(|item| item.2).min();
                    let at = self.items.iter().position(|item| Some(item.2) == least);
                    evicted.push(self.items.remove(at.unwrap()).0);
                }
                _ => evicted.push(self.items.remove(0).0),
            }
        }
        let first = u64::from(self.policy == Policy::Lfu);
        let (uses, is_in_main) = before.map_or((first, is_ghost), |(item, main)| (item.2, main));
        let queue = if is_in_main { &mut self.main } else { &mut self.items };
        queue.push((key, size, uses));
        Admission::Admitted
    }

    fn evict_sieve(&mut self) -> u64 {
        let mut at = self.hand.map_or(0, |key| position(&self.items, key).unwrap());
        while self.items[at].2 == 1 {
            self.items[at].2 = 0;
            at = (at + 1) % self.items.len();
        }
        self.hand = self.items.get(at + 1).map(|item| item.0);
        self.items.remove(at).0
    }

    fn evict_s3_fifo(&mut self, evicted: &mut Vec<u64>) {
        let main_capacity = self.capacity - self.capacity / 10;
        if bytes(&self.main) > main_capacity || self.items.is_empty() {
            let (key, bytes, uses) = self.main.remove(0);
            match uses {
                0 => evicted.push(key),
                uses => self.main.push((key, bytes, uses - 1)),
            }
            return;
        }
        let (key, size, uses) = self.items.remove(0);
        if uses >= 2 {
            self.main.push((key, size, 0));
            return;
        }
        evicted.push(key);
        if size <= main_capacity {
            self.ghost.push((key, size));
        }
        while self.ghost.iter().map(|ghost| ghost.1).sum::<u64>() > main_capacity {
            self.ghost.remove(0);
        }
    }
}
