//! What consistent hashing is compared with: the hash modulo the number of shards.

use super::hash::KeyHash;
use super::placement::Placement;
use super::ring::{RingError, ShardId};
use std::collections::BTreeMap;

/// Shards in a row; a key belongs to the one whose place is the key's hash modulo their number.
///
/// Perfectly balanced, and almost every key moves when a shard comes or goes: from `n` to `n + 1`
/// shards a key stays only with probability 1 / (n + 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modulo<H> {
    hash: H,
    shards: Vec<ShardId>,
    /// The shards that were added by name.
    names: BTreeMap<String, ShardId>,
    /// Greater than all numbers of shards so far.
    next: u64,
}

impl<H: KeyHash> Modulo<H> {
    /// No shards yet.
    pub fn new(hash: H) -> Self {
        Modulo { hash, shards: Vec::new(), names: BTreeMap::new(), next: 0 }
    }

    /// Adds a shard at the end of the row.
    pub fn add(&mut self, shard: ShardId) {
        self.shards.push(shard);
        self.next = self.next.max(u64::from(shard.0) + 1);
    }

    /// Removes a shard; those behind it move up.
    pub fn remove(&mut self, shard: ShardId) {
        self.shards.retain(|known| *known != shard);
        self.names.retain(|_, known| *known != shard);
    }

    /// The shard that owns a key.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    pub fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    /// The shard that owns a hash.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        let place = position.checked_rem(self.shards.len() as u64).ok_or(RingError::Empty)?;
        Ok(self.shards[place as usize])
    }
}

impl<H: KeyHash> Placement for Modulo<H> {
    fn name(&self) -> &'static str {
        "Hash modulo n"
    }

    /// Adds a shard at the end of the row.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::Unweighted`],
    /// [`RingError::TooManyShards`] after the last number
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        match weight {
            0 => return Err(RingError::ZeroWeight),
            1 => {}
            _ => return Err(RingError::Unweighted(weight)),
        }
        if self.names.contains_key(name) {
            return Err(RingError::DuplicateShard(name.to_owned()));
        }
        let number = u32::try_from(self.next);
        let shard = ShardId(number.map_err(|_| RingError::TooManyShards(self.next + 1))?);
        Modulo::add(self, shard);
        self.names.insert(name.to_owned(), shard);
        Ok(shard)
    }

    /// Removes a shard; those behind it move up.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        if !self.shards.contains(&shard) {
            return Err(RingError::UnknownShard(shard));
        }
        Modulo::remove(self, shard);
        Ok(())
    }

    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        Modulo::owner(self, key)
    }

    fn table_bytes(&self) -> usize {
        size_of_val(&self.shards[..])
    }
}
