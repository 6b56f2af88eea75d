//! AnchorHash: room for so many shards is set aside at the start, and every change moves the least.
//!
//! Mendelson, Vargaftik, Barabash, Lorenz, Keslassy and Orda, "AnchorHash: A Scalable Consistent Hash"
//! (IEEE/ACM Transactions on Networking 29(2), 2021; arXiv 1812.09674), the in-place version, its
//! algorithm 3. A key hashes to one of all buckets; if that one has no shard, it hashes again among those
//! that had one right after that bucket had lost its own, until it meets a bucket with a shard. Changes
//! are undone in reverse: a new shard takes the bucket that was the last to lose its shard.
//!
//! What differs from the paper: a hash is reduced to a range by a multiplication instead of a remainder.

use super::hash::{KeyHash, XxHash64};
use super::placement::Placement;
use super::ring::{RingError, ShardId};
use super::roster::Roster;

/// The most shards for which room can be set aside: 20 bytes each.
pub const MOST_ROOM: u32 = 1 << 24;

/// Shards in buckets; a shard weighs 1.
///
/// A key's owner is found in 1 + ln(`room` / shards) steps on average, so that room for ten times the
/// shards costs about two steps.
///
/// ```
/// use playground_core::consistent_hashing::{Anchor, Placement, XxHash64};
/// let mut anchor = Anchor::new(8, XxHash64::default())?;
/// let a = anchor.add("shard-a", 1)?;
/// let b = anchor.add("shard-b", 1)?;
/// anchor.remove(a)?;
/// assert_eq!(anchor.owner(b"user:42")?, b);
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor<H = XxHash64> {
    hash: H,
    roster: Roster,
    buckets: Buckets,
    /// The shard of each bucket that has one.
    shards: Vec<ShardId>,
    /// The bucket of each shard, by the shard's number; what a removed one leaves is not read again.
    seats: Vec<u32>,
}

impl<H: KeyHash> Anchor<H> {
    /// No shards yet, and room for so many at the same time, up to [`MOST_ROOM`].
    ///
    /// # Errors
    /// [`RingError::TooManyShards`]
    pub fn new(room: u32, hash: H) -> Result<Self, RingError> {
        if room > MOST_ROOM {
            return Err(RingError::TooManyShards(u64::from(room)));
        }
        let shards = vec![ShardId(u32::MAX); room as usize];
        let (roster, buckets) = (Roster::default(), Buckets::new(room));
        Ok(Anchor { hash, roster, buckets, shards, seats: Vec::new() })
    }

    /// The shard that owns a hash.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        let bucket = self.buckets.bucket(position).ok_or(RingError::Empty)?;
        self.shards.get(bucket).copied().ok_or(RingError::Empty)
    }

    /// How many shards there can be at the same time.
    pub fn room(&self) -> u32 {
        self.shards.len() as u32
    }
}

impl<H: KeyHash> Placement for Anchor<H> {
    fn name(&self) -> &'static str {
        "AnchorHash"
    }

    /// Adds a shard; only its own keys move.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::Unweighted`],
    /// [`RingError::TooManyShards`] if there is no room left
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        if self.roster.len() == self.shards.len() {
            return Err(RingError::TooManyShards(self.roster.len() as u64 + 1));
        }
        let id = self.roster.enter_unweighted(name, weight)?;
        if let Some(bucket) = self.buckets.restore() {
            self.shards[bucket as usize] = id;
            self.seats.push(bucket);
        }
        Ok(id)
    }

    /// Removes a shard; only its own keys move.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        self.roster.strike(shard)?;
        self.buckets.remove(self.seats[shard.0 as usize]);
        Ok(())
    }

    #[inline]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    fn table_bytes(&self) -> usize {
        let buckets = size_of::<Bucket>() + 2 * size_of::<u32>() + size_of::<ShardId>();
        self.shards.len() * buckets + size_of_val(&self.seats[..])
    }
}

/// What a lookup reads of a bucket, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bucket {
    /// The paper's A: how many buckets had a shard right after this one had lost its own; 0 if it has one.
    left: u32,
    /// The paper's K: the bucket that took its place.
    successor: u32,
}

/// The paper's state: the names of its arrays are in the comments.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Buckets {
    /// A and K, by bucket.
    buckets: Vec<Bucket>,
    /// W: the buckets with a shard come first, each at its place.
    working: Vec<u32>,
    /// L: the last place of each bucket in W.
    places: Vec<u32>,
    /// R: the buckets without a shard, the one that lost it last on top.
    removed: Vec<u32>,
    /// N: how many buckets have a shard.
    count: u32,
}

impl Buckets {
    fn new(room: u32) -> Self {
        Buckets {
            // As if all had had a shard and lost it, the last bucket first.
            buckets: (0..room).map(|it| Bucket { left: it, successor: it }).collect(),
            working: (0..room).collect(),
            places: (0..room).collect(),
            removed: (0..room).rev().collect(),
            count: 0,
        }
    }

    /// Gives the bucket that was the last to lose its shard a new one; none if all have one.
    fn restore(&mut self) -> Option<u32> {
        let bucket = self.removed.pop()?;
        let place = self.places[bucket as usize];
        self.buckets[bucket as usize] = Bucket { left: 0, successor: bucket };
        let stand_in = self.working[self.count as usize];
        self.places[stand_in as usize] = self.count;
        self.working[place as usize] = bucket;
        self.count += 1;
        Some(bucket)
    }

    /// Takes a bucket's shard away; the bucket at the last place takes its place.
    fn remove(&mut self, bucket: u32) {
        self.removed.push(bucket);
        self.count -= 1;
        let place = self.places[bucket as usize];
        let successor = self.working[self.count as usize];
        self.buckets[bucket as usize] = Bucket { left: self.count, successor };
        self.working[place as usize] = successor;
        self.places[successor as usize] = place;
    }

    /// The bucket with a shard to which a hash leads; none if no bucket has one.
    #[inline]
    fn bucket(&self, position: u64) -> Option<usize> {
        if self.count == 0 {
            return None;
        }
        let mut bucket = scale(position, self.buckets.len() as u32);
        let mut left = self.buckets[bucket].left;
        while left > 0 {
            (bucket, left) = self.step(position, bucket, left);
        }
        Some(bucket)
    }

    /// The next bucket to which a hash leads behind one without a shard, and that one's count of those left.
    #[inline]
    fn step(&self, position: u64, bucket: usize, left: u32) -> (usize, u32) {
        let mut next = scale(rehash(position, bucket), left);
        let mut it = self.buckets[next];
        // Buckets that lost their shard before this one had been replaced by then.
        while it.left >= left {
            next = it.successor as usize;
            it = self.buckets[next];
        }
        (next, it.left)
    }
}

/// A hash as a number from 0 to `bound` − 1, by its 32 uppermost bits.
#[inline]
fn scale(hash: u64, bound: u32) -> usize {
    (((hash >> 32) * u64::from(bound)) >> 32) as usize
}

/// The hash of a key for one bucket, as if independent of those for others: a step of SplitMix64.
#[inline]
fn rehash(position: u64, bucket: usize) -> u64 {
    let mixed = position ^ (bucket as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}
