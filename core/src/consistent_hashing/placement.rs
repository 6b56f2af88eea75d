//! What all algorithms have in common: shards come and go, and every key has an owner.

use super::ring::{RingError, ShardId};

/// An algorithm that says which shard owns a key.
pub trait Placement {
    /// The name by which the field knows it.
    fn name(&self) -> &'static str;

    /// Adds a shard. An algorithm without weights takes only weight 1.
    ///
    /// # Errors
    /// What the algorithm cannot do; it is then as it was before.
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError>;

    /// Removes a shard.
    ///
    /// # Errors
    /// What the algorithm cannot do; it is then as it was before.
    fn remove(&mut self, shard: ShardId) -> Result<(), RingError>;

    /// The shard that owns a key.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError>;

    /// How much memory the algorithm's tables take, in bytes, names of shards apart.
    fn table_bytes(&self) -> usize;
}
