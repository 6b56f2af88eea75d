//! What a ring answers: owners, points, and who is there.

use super::{Point, Ring, RingError, ShardId};
use crate::consistent_hashing::hash::KeyHash;
use crate::consistent_hashing::placement::Placement;

impl<H: KeyHash> Ring<H> {
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
        self.table.at(position).map(|point| point.shard).ok_or(RingError::Empty)
    }

    /// The point at which a position belongs: the first one at or after it, wrapping around.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn point_at(&self, position: u64) -> Result<Point, RingError> {
        self.table.at(position).copied().ok_or(RingError::Empty)
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
        self.table.points()
    }

    /// Where a shard's points stand, or would if it were in service, in the order of its virtual
    /// nodes; none for an unknown shard.
    pub fn points_of(&self, id: ShardId) -> Vec<Point> {
        let Ok(shard) = self.shard(id) else { return Vec::new() };
        let mut name = format!("{}#", shard.name);
        let prefix = name.len();
        let stand = |virtual_node: u32| {
            let placed = shard.placed.get(&virtual_node).copied();
            let position = placed.unwrap_or_else(|| {
                name.truncate(prefix);
                push_decimal(&mut name, virtual_node);
                self.hash.position(name.as_bytes())
            });
            Point { position, shard: id, virtual_node }
        };
        (0..self.virtual_nodes * shard.weight).map(stand).collect()
    }

    /// How much memory the points and the index over them take, in bytes: at most 17 a point from about
    /// a thousand points on. The names of the shards come on top.
    pub fn table_bytes(&self) -> usize {
        self.table.bytes()
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
}

impl<H: KeyHash> Placement for Ring<H> {
    fn name(&self) -> &'static str {
        "Hash ring"
    }

    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        Ring::add(self, name, weight)
    }

    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        Ring::remove(self, shard)
    }

    #[inline]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        Ring::owner(self, key)
    }

    fn table_bytes(&self) -> usize {
        Ring::table_bytes(self)
    }
}

/// Appends a number in decimal digits: a ring of 1,000 shards hashes 100,000 of them.
fn push_decimal(text: &mut String, number: u32) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}
