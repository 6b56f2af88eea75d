//! Shards by number, and the points at which they stand.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a shard of one ring: the first one added is 0, the next one 1, and no number is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShardId(pub u32);

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {}", self.0)
    }
}

/// A point of the ring: where one virtual node of a shard stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where on the circle of 2⁶⁴ positions.
    pub position: u64,
    /// Whose point it is.
    pub shard: ShardId,
    /// Which of the shard's virtual nodes, from 0.
    pub virtual_node: u32,
}
