//! The books of a ring with bounded loads, and what happens to them when keys and shards change.
//!
//! A key seeks clockwise. A full shard keeps those of its keys whose bytes come first, and sends the
//! last one on. It remembers whom it has sent on, and calls back the first of them when there is room.
//! This is the stable matching of Gale and Shapley ("College Admissions and the Stability of Marriage",
//! 1962), with shards that all prefer keys in the same order, so that there is only one: whatever the
//! order of events, the outcome is the same.

use super::{Bounded, KeyHash, Seat, ShardId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The book of one shard.
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    capacity: usize,
    keys: BTreeSet<Arc<[u8]>>,
    /// The keys that came by and were sent on.
    sent_on: BTreeSet<Arc<[u8]>>,
}

impl Load {
    pub(super) fn held(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn has_room(&self) -> bool {
        self.keys.len() < self.capacity
    }

    pub(super) fn bytes(&self) -> usize {
        (self.keys.len() + self.sent_on.len()) * size_of::<Arc<[u8]>>()
    }

    /// Takes a key in, and names the one to be sent on, if there has to be one.
    fn take_in(&mut self, key: Arc<[u8]>) -> Option<Arc<[u8]>> {
        let has_room = self.has_room();
        self.keys.insert(key);
        if has_room { None } else { self.send_on() }
    }

    fn send_on(&mut self) -> Option<Arc<[u8]>> {
        let last = self.keys.pop_last()?;
        self.sent_on.insert(last.clone());
        Some(last)
    }
}

impl<H: KeyHash> Bounded<H> {
    /// ⌈c·m⌉: room for all keys, and for some more.
    pub(super) fn total_capacity(&self) -> usize {
        // As a whole number it stops at the greatest one.
        (self.capacity_factor * self.keys.len() as f64).ceil() as usize
    }

    /// Shares the total capacity out among the shards, one more to those of low numbers where it does
    /// not divide; at least 1 each, so that few keys stand where the ring has them. Names the shards that
    /// have got more of it.
    pub(super) fn set_capacities(&mut self) -> Vec<ShardId> {
        let total = self.total_capacity();
        let Some(each) = total.checked_div(self.loads.len()) else { return Vec::new() };
        let more = total % self.loads.len();
        let mut grown = Vec::new();
        for (rank, (shard, load)) in self.loads.iter_mut().enumerate() {
            let capacity = (each + usize::from(rank < more)).max(1);
            if capacity > load.capacity {
                grown.push(*shard);
            }
            load.capacity = capacity;
        }
        grown
    }

    /// Lets a key seek its shard clockwise, from the start or behind a shard; then whom it displaces, and
    /// so on. As there is room for all, there is an end.
    pub(super) fn seek(&mut self, key: Arc<[u8]>, behind: Option<ShardId>) {
        let mut seeking = Some((key, behind));
        while let Some((key, behind)) = seeking.take() {
            let Some(position) = self.keys.get(&key).map(|seat| seat.position) else { return };
            let mut way = self.ring.clockwise(position);
            if let Some(behind) = behind {
                way.find(|shard| *shard == behind);
            }
            for shard in way {
                let Some(load) = self.loads.get_mut(&shard) else { continue };
                match load.take_in(key.clone()) {
                    Some(sent_on) if sent_on == key => continue,
                    displaced => {
                        seeking = displaced.map(|displaced| (displaced, Some(shard)));
                        self.settle(&key, shard);
                        break;
                    }
                }
            }
        }
    }

    /// Calls keys back to shards with room; each leaves room behind in turn.
    pub(super) fn fill(&mut self, mut shards: Vec<ShardId>) {
        while let Some(shard) = shards.pop() {
            while let Some(load) = self.loads.get_mut(&shard)
                && load.has_room()
                && let Some(key) = load.sent_on.first().cloned()
                && let Some(&Seat { position, shard: Some(from) }) = self.keys.get(&key)
            {
                self.leave(&key, position, from);
                if let Some(load) = self.loads.get_mut(&shard) {
                    load.keys.insert(key.clone());
                }
                // It has been sent on by those on its way up to here.
                self.pass_by(&key, position, shard);
                self.settle(&key, shard);
                shards.push(from);
            }
        }
    }

    /// Sends keys on from shards that hold too many.
    pub(super) fn evict(&mut self) {
        let shards: Vec<ShardId> = self.loads.keys().copied().collect();
        for shard in shards {
            while let Some(load) = self.loads.get_mut(&shard)
                && load.held() > load.capacity
                && let Some(key) = load.send_on()
            {
                self.seek(key, Some(shard));
            }
        }
    }

    /// Takes a key out of the books of its shard and of those that have sent it on.
    pub(super) fn leave(&mut self, key: &Arc<[u8]>, position: u64, from: ShardId) {
        for shard in self.ring.clockwise(position) {
            let Some(load) = self.loads.get_mut(&shard) else { continue };
            if shard == from {
                load.keys.remove(key);
                return;
            }
            load.sent_on.remove(key);
        }
    }

    fn pass_by(&mut self, key: &Arc<[u8]>, position: u64, until: ShardId) {
        for shard in self.ring.clockwise(position).take_while(|shard| *shard != until) {
            if let Some(load) = self.loads.get_mut(&shard) {
                load.sent_on.insert(key.clone());
            }
        }
    }

    /// Notes where a key is now, and that it has moved if it was elsewhere.
    fn settle(&mut self, key: &Arc<[u8]>, shard: ShardId) {
        if let Some(seat) = self.keys.get_mut(key) {
            let before = seat.shard.replace(shard);
            self.moves += u64::from(before.is_some_and(|before| before != shard));
        }
    }

    /// Opens all books anew, as when shards have come or gone: all keys seek once more, in order.
    pub(super) fn assign_all(&mut self) {
        self.loads.values_mut().for_each(|load| *load = Load::default());
        if self.loads.is_empty() {
            self.keys.values_mut().for_each(|seat| seat.shard = None);
        }
        self.set_capacities();
        let keys: Vec<Arc<[u8]>> = self.keys.keys().cloned().collect();
        for key in keys {
            self.seek(key, None);
        }
    }
}
