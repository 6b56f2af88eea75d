//! What a ring, or another algorithm that places keys, may refuse.

use super::{MOST_POINTS_PER_SHARD, ShardId};
use thiserror::Error;

/// What can be wrong with a request to a ring, or to another placement of keys. Whoever refuses is as
/// it was before.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RingError {
    /// There is no shard that could own a key.
    #[error("the ring is empty")]
    Empty,
    /// There is a shard of that name already.
    #[error("there is a shard named {0:?} already")]
    DuplicateShard(String),
    /// There is no such shard.
    #[error("there is no {0}")]
    UnknownShard(ShardId),
    /// A shard must weigh at least 1.
    #[error("a shard must have a weight of at least 1")]
    ZeroWeight,
    /// A shard must have at least one virtual node.
    #[error("a shard must have at least 1 virtual node")]
    ZeroVirtualNodes,
    /// A shard has only so many virtual nodes.
    #[error("the shard has no virtual node {0}")]
    UnknownVirtualNode(u32),
    /// Virtual nodes times weight exceeds [`MOST_POINTS_PER_SHARD`].
    #[error("{0} points for one shard are more than {MOST_POINTS_PER_SHARD}")]
    TooManyPoints(u64),
    /// The algorithm has no weights: every shard weighs 1.
    #[error("this algorithm has no weights: a shard weighs 1, not {0}")]
    Unweighted(u32),
    /// The algorithm numbers its shards without gaps, so that only the last one can go.
    #[error("only the last shard can be removed, not {0}")]
    NotTheLast(ShardId),
    /// The algorithm's table has no room for so many shards.
    #[error("{0} shards are too many")]
    TooManyShards(u64),
    /// The algorithm's table must have a prime number of entries.
    #[error("{0} entries of a table are not a prime number")]
    TableNotPrime(u64),
    /// There is nothing to find without a probe.
    #[error("a key must have at least 1 probe")]
    ZeroProbes,
    /// Every lookup makes all probes.
    #[error("{0} probes of a key are too many")]
    TooManyProbes(u32),
    /// A capacity factor must be a number, and a finite one.
    #[error("a capacity factor must be finite")]
    CapacityNotFinite,
    /// With a capacity factor of 1 or less there is no room to spare.
    #[error("a capacity factor must be greater than 1")]
    CapacityTooSmall,
}
