//! Multi-probe consistent hashing: one point a shard and several tries a key.
//!
//! Appleton and O'Reilly, "Multi-Probe Consistent Hashing" (arXiv 1505.00062, 2015). A key is hashed
//! several times onto the circle; the probe with the shortest way clockwise to a point decides. A shard
//! in front of which there is much room thus gets hardly more keys than the others: with 21 probes the
//! busiest shard has 1.05 times the average load, for which a ring needs thousands of points a shard.

use super::hash::{KeyHash, XxHash64, mix};
use super::placement::Placement;
use super::ring::{Point, PointTable, RingError, ShardId};
use super::roster::Roster;

/// As many probes as bring the busiest shard to 1.05 times the average load: 1 + 1 / 0.05.
pub const PROBES: u32 = 21;
/// The most probes a key may have.
pub const MOST_PROBES: u32 = 1 << 10;

/// Shards of weight 1 with one point each, at the hashes of their names, and keys with several probes.
///
/// From `n` to `n + 1` shards one key in `n + 1` moves, all of them to the new shard.
///
/// ```
/// use playground_core::consistent_hashing::{MultiProbe, Placement, XxHash64};
/// let mut circle = MultiProbe::new(XxHash64::default());
/// let a = circle.add("shard-a", 1)?;
/// let b = circle.add("shard-b", 1)?;
/// let owner = circle.owner(b"user:42")?;
/// assert!(owner == a || owner == b);
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MultiProbe<H = XxHash64> {
    hash: H,
    probes: u32,
    roster: Roster,
    table: PointTable,
}

impl<H: KeyHash> MultiProbe<H> {
    /// No shards yet, and [`PROBES`] probes a key.
    pub fn new(hash: H) -> Self {
        MultiProbe { hash, probes: PROBES, roster: Roster::default(), table: PointTable::default() }
    }

    /// The same with 1 to [`MOST_PROBES`] probes a key; with 1 it is a ring of one point a shard.
    ///
    /// # Errors
    /// [`RingError::ZeroProbes`], [`RingError::TooManyProbes`]
    pub fn with_probes(probes: u32, hash: H) -> Result<Self, RingError> {
        match probes {
            0 => Err(RingError::ZeroProbes),
            1..=MOST_PROBES => Ok(MultiProbe { probes, ..MultiProbe::new(hash) }),
            _ => Err(RingError::TooManyProbes(probes)),
        }
    }

    /// The shard that owns a key whose hash is known.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        let nearest = self.probes(position).filter_map(|probe| {
            let point = self.table.at(probe)?;
            Some((point.position.wrapping_sub(probe), point.shard))
        });
        // The first one wins a tie.
        let (_, owner) = nearest.min_by_key(|(way, _)| *way).ok_or(RingError::Empty)?;
        Ok(owner)
    }

    /// Where the probes of a key stand whose hash is known, the hash itself first. By double hashing:
    /// equally far apart, at a distance that depends on the hash and is odd, so that no two coincide.
    #[inline]
    pub fn probes(&self, position: u64) -> impl Iterator<Item = u64> {
        let stride = mix(position) | 1;
        (0..u64::from(self.probes))
            .map(move |probe| position.wrapping_add(probe.wrapping_mul(stride)))
    }

    /// The points of the shards, clockwise from position 0; each is virtual node 0.
    pub fn points(&self) -> &[Point] {
        self.table.points()
    }
}

impl<H: KeyHash> Placement for MultiProbe<H> {
    fn name(&self) -> &'static str {
        "Multi-probe"
    }

    /// Adds a shard.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::Unweighted`]
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        let shard = self.roster.enter_unweighted(name, weight)?;
        let point = Point { position: self.hash.position(name.as_bytes()), shard, virtual_node: 0 };
        let roster = &self.roster;
        // Where two shards coincide, the first by name owns the arc, whoever came first.
        let tie = |a: &Point, b: &Point| roster.name(a.shard).cmp(&roster.name(b.shard));
        let order = |a: &Point, b: &Point| a.position.cmp(&b.position).then_with(|| tie(a, b));
        self.table.merge(vec![point], &order);
        Ok(shard)
    }

    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        self.roster.strike(shard)?;
        self.table.remove(shard);
        Ok(())
    }

    #[inline]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    fn table_bytes(&self) -> usize {
        self.table.bytes()
    }
}
