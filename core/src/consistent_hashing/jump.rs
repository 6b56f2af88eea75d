//! Jump consistent hash: five lines, no table, and shards that are numbered without gaps.
//!
//! Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (arXiv 1406.2294, 2014). A key
//! jumps from shard to shard as their number grows, to the newest one with exactly the probability that
//! gives this one its share; only the jumps are computed, about ln `n` of them.

use super::hash::{KeyHash, XxHash64};
use super::placement::Placement;
use super::ring::{RingError, ShardId};
use super::roster::Roster;

/// The place, from 0 to `places` − 1, of a key among so many; none of 0.
///
/// The values are those of the paper's C++ code, on every platform: its one division of floating-point
/// numbers is exact to the last bit everywhere.
#[inline]
pub fn jump(mut key: u64, places: u32) -> Option<u32> {
    if places == 0 {
        return None;
    }
    let mut place = 0;
    loop {
        // The generator of the paper: its 31 uppermost bits are good enough.
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let draw = ((key >> 33) + 1) as f64;
        let next = f64::from(place + 1) * (f64::from(1_u32 << 31) / draw);
        // A number is below a whole one exactly if it is so after rounding down.
        if next >= f64::from(places) {
            return Some(place);
        }
        place = next as u32;
    }
}

/// Shards in a row, found by jumping; a shard weighs 1.
///
/// Perfectly balanced without any table. From `n` to `n + 1` shards one key in `n + 1` moves, all of them
/// to the new shard. Only the shard at the end of the row can be removed, for which reason the algorithm
/// suits storage that grows rather than caches that fail.
///
/// ```
/// use playground_core::consistent_hashing::{Jump, Placement, XxHash64};
/// let mut row = Jump::new(XxHash64::default());
/// let a = row.add("shard-a", 1)?;
/// let b = row.add("shard-b", 1)?;
/// assert!(row.remove(a).is_err());
/// row.remove(b)?;
/// assert_eq!(row.owner(b"user:42")?, a);
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump<H = XxHash64> {
    hash: H,
    roster: Roster,
    row: Vec<ShardId>,
}

impl<H: KeyHash> Jump<H> {
    /// No shards yet.
    pub fn new(hash: H) -> Self {
        Jump { hash, roster: Roster::default(), row: Vec::new() }
    }

    /// The shard that owns a hash.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        let place = jump(position, self.row.len() as u32).ok_or(RingError::Empty)?;
        self.row.get(place as usize).copied().ok_or(RingError::Empty)
    }

    /// The shards in their row: the last one is the one that can be removed.
    pub fn row(&self) -> &[ShardId] {
        &self.row
    }
}

impl<H: KeyHash> Placement for Jump<H> {
    fn name(&self) -> &'static str {
        "Jump hash"
    }

    /// Adds a shard at the end of the row.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::Unweighted`]
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        let id = self.roster.enter_unweighted(name, weight)?;
        self.row.push(id);
        Ok(id)
    }

    /// Removes the shard at the end of the row.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`], [`RingError::NotTheLast`]
    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        if !self.roster.knows(shard) {
            return Err(RingError::UnknownShard(shard));
        }
        if self.row.last() != Some(&shard) {
            return Err(RingError::NotTheLast(shard));
        }
        self.roster.strike(shard)?;
        self.row.pop();
        Ok(())
    }

    #[inline]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    fn table_bytes(&self) -> usize {
        size_of_val(&self.row[..])
    }
}
