//! Consistent hashing with bounded loads: a ring on which no shard gets more than its share and a bit.
//!
//! Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads" (arXiv 1608.01350, 2016).
//! With `m` keys, `n` shards and a capacity factor `c` > 1 no shard holds more than ⌈c·m / n⌉ keys: a key
//! whose shard is full goes on clockwise, to the next shard with room. As in the paper, capacities add up
//! to about c·m, and some shards have one key less of it than others: a key that comes or goes changes
//! the capacities of at most ⌈c⌉ shards, instead of all at once now and then.
//!
//! Who is in front when a shard is full does not depend on history: it is as if the keys had come in the
//! order of their bytes, whatever came and went in between. The same keys and shards with the same
//! capacity factor are always assigned in the same way.

use super::hash::{KeyHash, XxHash64};
use super::placement::Placement;
use super::ring::{Ring, RingError, ShardId};
use std::collections::BTreeMap;
use std::sync::Arc;

mod load;

use load::Load;

/// A ring of shards of weight 1 that keeps book of its keys.
///
/// The closer the capacity factor c is to 1, the more keys move with every change: on average, within a
/// constant factor, 1 / (c − 1)² of them when a key comes or goes, and that many times the keys of one
/// shard when a shard does.
///
/// ```
/// use playground_core::consistent_hashing::{Bounded, Placement};
/// let mut shards = Bounded::new(100, 1.25)?;
/// for name in ["a", "b", "c", "d"] {
///     shards.add(name, 1)?;
/// }
/// for key in 0..100 {
///     shards.assign(format!("user:{key}").as_bytes())?;
/// }
/// assert!(shards.loads().all(|(_, keys)| keys <= 32)); // 1.25 · 100 / 4, rounded up
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Bounded<H = XxHash64> {
    ring: Ring<H>,
    capacity_factor: f64,
    keys: BTreeMap<Arc<[u8]>, Seat>,
    loads: BTreeMap<ShardId, Load>,
    moves: u64,
}

/// Where a key belongs.
#[derive(Clone, Copy, Debug)]
struct Seat {
    position: u64,
    /// None if there are no shards.
    shard: Option<ShardId>,
}

impl Bounded<XxHash64> {
    /// No shards and no keys yet; each shard will have this many virtual nodes. The capacity factor is
    /// above 1: 1.25 is usual, 1.05 keeps loads more even and moves more keys.
    ///
    /// # Errors
    /// [`RingError::ZeroVirtualNodes`], [`RingError::TooManyPoints`], [`RingError::CapacityNotFinite`],
    /// [`RingError::CapacityTooSmall`]
    pub fn new(virtual_nodes: u32, capacity_factor: f64) -> Result<Self, RingError> {
        Bounded::with_hash(virtual_nodes, capacity_factor, XxHash64::default())
    }
}

impl<H: KeyHash> Bounded<H> {
    /// The same with a hash of one's own.
    ///
    /// # Errors
    /// As [`Bounded::new`]
    pub fn with_hash(virtual_nodes: u32, capacity_factor: f64, hash: H) -> Result<Self, RingError> {
        if !capacity_factor.is_finite() {
            return Err(RingError::CapacityNotFinite);
        }
        if capacity_factor <= 1.0 {
            return Err(RingError::CapacityTooSmall);
        }
        let ring = Ring::with_hash(virtual_nodes, hash)?;
        let (keys, loads) = (BTreeMap::new(), BTreeMap::new());
        Ok(Bounded { ring, capacity_factor, keys, loads, moves: 0 })
    }

    /// Assigns a key, and says to which shard; one that is assigned already stays where it is.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    pub fn assign(&mut self, key: &[u8]) -> Result<ShardId, RingError> {
        if self.loads.is_empty() {
            return Err(RingError::Empty);
        }
        if !self.keys.contains_key(key) {
            let key: Arc<[u8]> = key.into();
            let seat = Seat { position: self.ring.position(&key), shard: None };
            self.keys.insert(key.clone(), seat);
            // First the room that the key brings along goes to those who wait for it.
            let grown = self.set_capacities();
            self.fill(grown);
            self.seek(key, None);
        }
        self.keys.get(key).and_then(|seat| seat.shard).ok_or(RingError::Empty)
    }

    /// Releases a key, and says which shard held it; none if it was not assigned.
    pub fn release(&mut self, key: &[u8]) -> Option<ShardId> {
        let (key, seat) = self.keys.remove_entry(key)?;
        let shard = seat.shard?;
        self.leave(&key, seat.position, shard);
        // First what there is too much room for, and only then the room gets less.
        self.fill(vec![shard]);
        self.set_capacities();
        self.evict();
        Some(shard)
    }

    /// The capacity factor.
    pub fn capacity_factor(&self) -> f64 {
        self.capacity_factor
    }

    /// The most keys a shard may hold at the moment: ⌈⌈c·m⌉ / n⌉; 0 without shards.
    pub fn capacity(&self) -> usize {
        match self.loads.len() {
            0 => 0,
            shards => self.total_capacity().div_ceil(shards),
        }
    }

    /// The shards and how many keys each of them holds, in the order of their numbers.
    pub fn loads(&self) -> impl Iterator<Item = (ShardId, usize)> {
        self.loads.iter().map(|(shard, load)| (*shard, load.held()))
    }

    /// The keys and their shards, in the order of their bytes; no shard if there is none.
    pub fn keys(&self) -> impl Iterator<Item = (&[u8], Option<ShardId>)> {
        self.keys.iter().map(|(key, seat)| (&key[..], seat.shard))
    }

    /// How many times a key has moved from shard to shard so far, keys that came or were released apart.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// The ring underneath.
    pub fn ring(&self) -> &Ring<H> {
        &self.ring
    }
}

impl<H: KeyHash> Placement for Bounded<H> {
    fn name(&self) -> &'static str {
        "Bounded loads"
    }

    /// Adds a shard, and moves keys to it; also those that had none, if it is the only one.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::Unweighted`],
    /// [`RingError::TooManyPoints`]
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        if weight > 1 {
            return Err(RingError::Unweighted(weight));
        }
        let shard = self.ring.add(name, weight)?;
        self.loads.insert(shard, Load::default());
        self.assign_all();
        Ok(shard)
    }

    /// Removes a shard, and moves its keys. Those of the last one wait for the next one.
    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        self.ring.remove(shard)?;
        self.loads.remove(&shard);
        self.assign_all();
        Ok(())
    }

    /// The shard of an assigned key; for any other the first one clockwise that has room now.
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        if let Some(seat) = self.keys.get(key) {
            return seat.shard.ok_or(RingError::Empty);
        }
        let has_room = |shard: &ShardId| self.loads.get(shard).is_some_and(Load::has_room);
        // There is always one: capacities add up to more than the keys.
        self.ring.clockwise(self.ring.position(key)).find(has_room).ok_or(RingError::Empty)
    }

    /// The ring's table; and the books of keys, at what their entries take.
    fn table_bytes(&self) -> usize {
        let entry = size_of::<(Arc<[u8]>, Seat)>();
        let loads: usize = self.loads.values().map(Load::bytes).sum();
        self.ring.table_bytes() + self.keys.len() * entry + loads
    }
}
