//! What consistent hashing is compared with: the hash modulo the number of shards.

use super::hash::KeyHash;
use super::ring::{RingError, ShardId};

/// Shards in a row; a key belongs to the one whose place is the key's hash modulo their number.
///
/// Perfectly balanced, and almost every key moves when a shard comes or goes: from `n` to `n + 1`
/// shards a key stays only with probability 1 / (n + 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modulo<H> {
    hash: H,
    shards: Vec<ShardId>,
}

impl<H: KeyHash> Modulo<H> {
    /// No shards yet.
    pub fn new(hash: H) -> Self {
        Modulo { hash, shards: Vec::new() }
    }

    /// Adds a shard at the end of the row.
    pub fn add(&mut self, shard: ShardId) {
        self.shards.push(shard);
    }

    /// Removes a shard; those behind it move up.
    pub fn remove(&mut self, shard: ShardId) {
        self.shards.retain(|known| *known != shard);
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
