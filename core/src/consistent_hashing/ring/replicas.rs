//! Where copies of a key go: to the next shards clockwise, each counted once.
//!
//! As in Dynamo's preference list (DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store",
//! SOSP 2007, section 4.3): virtual nodes of a shard that has a copy already are passed over.

use super::{Point, Ring, RingError, ShardId};
use crate::consistent_hashing::hash::KeyHash;
use std::iter::{Chain, FusedIterator};
use std::slice::Iter;

/// The distinct shards in service, clockwise from a position: [`Ring::clockwise`].
#[derive(Clone, Debug)]
pub struct Clockwise<'a> {
    points: Chain<Iter<'a, Point>, Iter<'a, Point>>,
    /// One bit a shard.
    met: Vec<u64>,
}

impl Iterator for Clockwise<'_> {
    type Item = ShardId;

    fn next(&mut self) -> Option<ShardId> {
        let met = &mut self.met;
        self.points.by_ref().map(|point| point.shard).find(|shard| {
            let bit = 1 << (shard.0 % 64);
            met.get_mut((shard.0 / 64) as usize).is_some_and(|bits| {
                let is_new = *bits & bit == 0;
                *bits |= bit;
                is_new
            })
        })
    }
}

impl FusedIterator for Clockwise<'_> {}

impl<H: KeyHash> Ring<H> {
    /// The shards that hold a key and its copies: the first `count` distinct shards clockwise, the
    /// owner first; fewer if there are fewer in service.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    pub fn replicas(&self, key: &[u8], count: usize) -> Result<Vec<ShardId>, RingError> {
        let position = self.position(key);
        self.owner_at(position)?;
        Ok(self.clockwise(position).take(count).collect())
    }

    /// All distinct shards in service, clockwise from a position: the owner of the position first, then
    /// whoever would own it without the ones before. Each step passes over a few points; the whole
    /// circle is walked once at most.
    pub fn clockwise(&self, position: u64) -> Clockwise<'_> {
        let (passed, ahead) = self.points().split_at(self.table.seat(position));
        let met = vec![0; self.next_id().0.div_ceil(64) as usize];
        Clockwise { points: ahead.iter().chain(passed), met }
    }
}
