//! The ring: shards with weights and virtual nodes as one sorted array of points.
//!
//! A shard named `s` stands on the ring at the hashes of `s#0`, `s#1`, … one for each of its virtual
//! nodes. A key belongs to the shard of the first point at or after its own position, wrapping
//! around. A point may be placed by hand and released back to its hash.

use super::hash::{KeyHash, XxHash64};
use std::collections::{BTreeMap, BTreeSet};

mod error;
mod lookup;
mod point;
mod replicas;
mod table;

pub use error::RingError;
pub use point::{Point, ShardId};
pub use replicas::Clockwise;
pub(crate) use table::PointTable;

/// The most points one shard may have: virtual nodes times weight.
pub const MOST_POINTS_PER_SHARD: u64 = 1 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shard {
    name: String,
    weight: u32,
    in_service: bool,
    /// The points placed by hand, by virtual node.
    placed: BTreeMap<u32, u64>,
}

/// A consistent-hash ring.
///
/// ```
/// use playground_core::consistent_hashing::Ring;
/// let mut ring = Ring::new(100)?;
/// let a = ring.add("shard-a", 1)?;
/// let b = ring.add("shard-b", 2)?;
/// let owner = ring.owner(b"user:42")?;
/// assert!(owner == a || owner == b);
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ring<H = XxHash64> {
    hash: H,
    virtual_nodes: u32,
    /// By id; a removed shard leaves a gap.
    shards: Vec<Option<Shard>>,
    /// Sorted by position; where two coincide, by the shard's name and the virtual node, so that the
    /// order does not depend on the order of additions.
    table: PointTable,
}

impl Ring<XxHash64> {
    /// An empty ring on which a shard of weight 1 has this many virtual nodes.
    ///
    /// # Errors
    /// [`RingError::ZeroVirtualNodes`], [`RingError::TooManyPoints`]
    pub fn new(virtual_nodes: u32) -> Result<Self, RingError> {
        Ring::with_hash(virtual_nodes, XxHash64::default())
    }
}

impl<H: KeyHash> Ring<H> {
    /// The same with a hash of one's own.
    ///
    /// # Errors
    /// [`RingError::ZeroVirtualNodes`], [`RingError::TooManyPoints`]
    pub fn with_hash(virtual_nodes: u32, hash: H) -> Result<Self, RingError> {
        point_count(virtual_nodes, 1)?;
        Ok(Ring { hash, virtual_nodes, shards: Vec::new(), table: PointTable::default() })
    }

    /// Adds a shard; it gets `weight` times the virtual nodes, and so about `weight` times the keys
    /// of a shard of weight 1.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::TooManyPoints`]
    pub fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        point_count(self.virtual_nodes, weight)?;
        if self.shards().any(|(_, known, _)| known == name) {
            return Err(RingError::DuplicateShard(name.to_owned()));
        }
        let id = self.enter(name, weight);
        let points = self.points_of(id);
        self.merge(points);
        Ok(id)
    }

    /// Adds many shards, with their weights, at once: all of them or none. Much faster than one by one,
    /// as the points are sorted once.
    ///
    /// # Errors
    /// As [`Ring::add`]
    pub fn add_all<'a>(
        &mut self,
        shards: impl IntoIterator<Item = (&'a str, u32)>,
    ) -> Result<Vec<ShardId>, RingError> {
        let shards: Vec<(&str, u32)> = shards.into_iter().collect();
        let mut names = BTreeSet::new();
        names.extend(self.shards().map(|(_, known, _)| known));
        for (name, weight) in &shards {
            point_count(self.virtual_nodes, *weight)?;
            if !names.insert(name) {
                return Err(RingError::DuplicateShard((*name).to_owned()));
            }
        }
        let enter = |(name, weight)| self.enter(name, weight);
        let ids: Vec<ShardId> = shards.into_iter().map(enter).collect();
        let points = ids.iter().flat_map(|id| self.points_of(*id)).collect();
        self.merge(points);
        Ok(ids)
    }

    /// Removes a shard; only its own keys move.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    pub fn remove(&mut self, id: ShardId) -> Result<(), RingError> {
        self.shard(id)?;
        self.shards[id.0 as usize] = None;
        self.table.remove(id);
        Ok(())
    }

    /// Takes a shard off the ring without forgetting its name, its weight and the points placed by
    /// hand, as after a failed health check; or puts it back where it stood.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    pub fn set_in_service(&mut self, id: ShardId, in_service: bool) -> Result<(), RingError> {
        self.shard_mut(id)?.in_service = in_service;
        self.stand_again(id);
        Ok(())
    }

    /// Changes a shard's weight, and with it the number of its points.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`], [`RingError::ZeroWeight`], [`RingError::TooManyPoints`]
    pub fn set_weight(&mut self, id: ShardId, weight: u32) -> Result<(), RingError> {
        let points = point_count(self.virtual_nodes, weight)?;
        let shard = self.shard_mut(id)?;
        shard.weight = weight;
        shard.placed.retain(|virtual_node, _| u64::from(*virtual_node) < points);
        self.stand_again(id);
        Ok(())
    }

    /// Changes the number of virtual nodes of every shard.
    ///
    /// # Errors
    /// [`RingError::ZeroVirtualNodes`], [`RingError::TooManyPoints`]
    pub fn set_virtual_nodes(&mut self, virtual_nodes: u32) -> Result<(), RingError> {
        point_count(virtual_nodes, 1)?;
        for shard in self.shards.iter().flatten() {
            point_count(virtual_nodes, shard.weight)?;
        }
        self.virtual_nodes = virtual_nodes;
        for shard in self.shards.iter_mut().flatten() {
            let points = u64::from(virtual_nodes) * u64::from(shard.weight);
            shard.placed.retain(|virtual_node, _| u64::from(*virtual_node) < points);
        }
        let ids: Vec<ShardId> =
            self.shards().map(|(id, _, _)| id).filter(|id| self.is_in_service(*id)).collect();
        let points = ids.into_iter().flat_map(|id| self.points_of(id)).collect();
        self.table.clear();
        self.merge(points);
        Ok(())
    }

    /// Places a point by hand.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`], [`RingError::UnknownVirtualNode`]
    pub fn place(&mut self, id: ShardId, virtual_node: u32, to: u64) -> Result<(), RingError> {
        self.check_virtual_node(id, virtual_node)?;
        self.shard_mut(id)?.placed.insert(virtual_node, to);
        self.relocate(id, virtual_node, to);
        Ok(())
    }

    /// Releases a point back to its hash.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`], [`RingError::UnknownVirtualNode`]
    pub fn release(&mut self, id: ShardId, virtual_node: u32) -> Result<(), RingError> {
        self.check_virtual_node(id, virtual_node)?;
        self.shard_mut(id)?.placed.remove(&virtual_node);
        let home = self.hash_of(&self.shard(id)?.name, virtual_node);
        self.relocate(id, virtual_node, home);
        Ok(())
    }

    fn enter(&mut self, name: &str, weight: u32) -> ShardId {
        let id = self.next_id();
        let name = name.to_owned();
        self.shards.push(Some(Shard { name, weight, in_service: true, placed: BTreeMap::new() }));
        id
    }

    fn shard(&self, id: ShardId) -> Result<&Shard, RingError> {
        let shard = self.shards.get(id.0 as usize).and_then(Option::as_ref);
        shard.ok_or(RingError::UnknownShard(id))
    }

    fn shard_mut(&mut self, id: ShardId) -> Result<&mut Shard, RingError> {
        let shard = self.shards.get_mut(id.0 as usize).and_then(Option::as_mut);
        shard.ok_or(RingError::UnknownShard(id))
    }

    fn check_virtual_node(&self, id: ShardId, virtual_node: u32) -> Result<(), RingError> {
        let points = point_count(self.virtual_nodes, self.shard(id)?.weight)?;
        if u64::from(virtual_node) < points {
            Ok(())
        } else {
            Err(RingError::UnknownVirtualNode(virtual_node))
        }
    }

    fn hash_of(&self, name: &str, virtual_node: u32) -> u64 {
        self.hash.position(format!("{name}#{virtual_node}").as_bytes())
    }

    fn stand_again(&mut self, id: ShardId) {
        self.table.remove(id);
        if self.is_in_service(id) {
            let points = self.points_of(id);
            self.merge(points);
        }
    }

    fn merge(&mut self, new: Vec<Point>) {
        let shards = &self.shards;
        self.table.merge(new, &|a, b| order(shards, a, b));
    }

    fn relocate(&mut self, id: ShardId, virtual_node: u32, to: u64) {
        let shards = &self.shards;
        self.table.relocate(id, virtual_node, to, &|a, b| order(shards, a, b));
    }
}

fn order(shards: &[Option<Shard>], a: &Point, b: &Point) -> std::cmp::Ordering {
    let name = |point: &Point| shards[point.shard.0 as usize].as_ref().map(|it| &it.name);
    let tie = || name(a).cmp(&name(b)).then(a.virtual_node.cmp(&b.virtual_node));
    a.position.cmp(&b.position).then_with(tie)
}

/// How many points a shard of this weight has.
fn point_count(virtual_nodes: u32, weight: u32) -> Result<u64, RingError> {
    let points = u64::from(virtual_nodes) * u64::from(weight);
    match (virtual_nodes, weight) {
        (0, _) => Err(RingError::ZeroVirtualNodes),
        (_, 0) => Err(RingError::ZeroWeight),
        _ if points > MOST_POINTS_PER_SHARD => Err(RingError::TooManyPoints(points)),
        _ => Ok(points),
    }
}
