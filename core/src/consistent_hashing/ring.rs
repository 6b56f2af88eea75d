//! The ring: shards with weights and virtual nodes as one sorted array of points.
//!
//! A shard named `s` stands on the ring at the hashes of `s#0`, `s#1`, … one for each of its virtual
//! nodes. A key belongs to the shard of the first point at or after its own position, wrapping
//! around. A point may be placed by hand and released back to its hash.

use super::hash::{KeyHash, XxHash64};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// The most points one shard may have: virtual nodes times weight.
pub const MOST_POINTS_PER_SHARD: u64 = 1 << 20;

/// Names a shard of one ring: the first one added is 0, the next one 1, and no number is used again.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ShardId(pub u32);

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {}", self.0)
    }
}

/// What can be wrong with a request to a ring. A ring that refuses is as it was before.
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
    /// A capacity factor must be a number, and a finite one.
    #[error("a capacity factor must be finite")]
    CapacityNotFinite,
    /// With a capacity factor of 1 or less there is no room to spare.
    #[error("a capacity factor must be greater than 1")]
    CapacityTooSmall,
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
    points: Vec<Point>,
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
        Ok(Ring { hash, virtual_nodes, shards: Vec::new(), points: Vec::new() })
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
        let id = self.next_id();
        let name = name.to_owned();
        self.shards.push(Some(Shard { name, weight, in_service: true, placed: BTreeMap::new() }));
        let points = self.points_of(id);
        self.merge(points);
        Ok(id)
    }

    /// Removes a shard; only its own keys move.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    pub fn remove(&mut self, id: ShardId) -> Result<(), RingError> {
        self.shard(id)?;
        self.shards[id.0 as usize] = None;
        self.points.retain(|point| point.shard != id);
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
        self.points.clear();
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
        self.move_point(id, virtual_node, to);
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
        self.move_point(id, virtual_node, home);
        Ok(())
    }

    /// The shard that owns a key.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    /// The shard that owns a position.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        self.point_at(position).map(|point| point.shard)
    }

    /// The point at which a position belongs: the first one at or after it, wrapping around.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    pub fn point_at(&self, position: u64) -> Result<Point, RingError> {
        let next = self.points.partition_point(|point| point.position < position);
        self.points.get(next).or(self.points.first()).copied().ok_or(RingError::Empty)
    }

    /// The position of a key.
    pub fn position(&self, key: &[u8]) -> u64 {
        self.hash.position(key)
    }

    /// The virtual nodes of a shard of weight 1.
    pub fn virtual_nodes(&self) -> u32 {
        self.virtual_nodes
    }

    /// All points, clockwise from position 0.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Whether a point stands where a hand has placed it.
    pub fn is_placed(&self, id: ShardId, virtual_node: u32) -> bool {
        self.shard(id).is_ok_and(|shard| shard.placed.contains_key(&virtual_node))
    }

    /// Whether a shard is there and in service.
    pub fn is_in_service(&self, id: ShardId) -> bool {
        self.shard(id).is_ok_and(|shard| shard.in_service)
    }

    /// The shards with their names and weights, in service or not, in the order of their ids.
    pub fn shards(&self) -> impl Iterator<Item = (ShardId, &str, u32)> {
        self.shards.iter().enumerate().filter_map(|(slot, shard)| {
            shard.as_ref().map(|it| (ShardId(slot as u32), it.name.as_str(), it.weight))
        })
    }

    /// The number that the next shard will have.
    pub fn next_id(&self) -> ShardId {
        ShardId(self.shards.len() as u32)
    }

    /// The number of shards, in service or not.
    pub fn len(&self) -> usize {
        self.shards.iter().flatten().count()
    }

    /// Whether there is no shard.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    /// Where a shard's points stand, or would if it were in service, in the order of its virtual
    /// nodes; none for an unknown shard.
    pub fn points_of(&self, id: ShardId) -> Vec<Point> {
        let Ok(shard) = self.shard(id) else { return Vec::new() };
        let stand = |virtual_node| {
            let placed = shard.placed.get(&virtual_node).copied();
            let position = placed.unwrap_or_else(|| self.hash_of(&shard.name, virtual_node));
            Point { position, shard: id, virtual_node }
        };
        (0..self.virtual_nodes * shard.weight).map(stand).collect()
    }

    fn stand_again(&mut self, id: ShardId) {
        self.points.retain(|point| point.shard != id);
        if self.is_in_service(id) {
            let points = self.points_of(id);
            self.merge(points);
        }
    }

    /// Sorts some new points and merges them into the sorted ones from the back, in place: each
    /// stretch between two new points is found by bisection and moved as a whole.
    fn merge(&mut self, mut new: Vec<Point>) {
        let shards = &self.shards;
        new.sort_unstable_by(|a, b| order(shards, a, b));
        let mut unmoved = self.points.len();
        self.points.extend_from_slice(&new);
        for (before, point) in new.iter().enumerate().rev() {
            let older = &self.points[..unmoved];
            let seat = older.partition_point(|it| order(shards, it, point).is_lt());
            self.points.copy_within(seat..unmoved, seat + before + 1);
            self.points[seat + before] = *point;
            unmoved = seat;
        }
    }

    fn move_point(&mut self, id: ShardId, virtual_node: u32, to: u64) {
        let is_it = |point: &Point| point.shard == id && point.virtual_node == virtual_node;
        if let Some(index) = self.points.iter().position(is_it) {
            let point = Point { position: to, ..self.points.remove(index) };
            let shards = &self.shards;
            let index = self.points.partition_point(|it| order(shards, it, &point).is_lt());
            self.points.insert(index, point);
        }
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
