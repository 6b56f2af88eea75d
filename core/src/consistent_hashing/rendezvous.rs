//! Rendezvous hashing: every shard bids for a key, and the highest bid wins.
//!
//! Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (IEEE/ACM Transactions on
//! Networking 6(1), 1998): a bid is a hash of key and shard, so that whoever knows the shards' names
//! knows the winner. When a shard goes, its keys go to their second-highest bidders, evenly.
//!
//! Weights are those of the logarithmic method (Schindelhauer and Schomaker, "Weighted Distributed Hash
//! Tables", SPAA 2005): with a bid `u` between 0 and 1, the shard wins whose −log(u) / weight is least,
//! and it wins as often as its weight says. Logarithms of floating-point numbers may differ in the last
//! bit from platform to platform; here they are whole numbers of 2⁻⁴⁸, computed digit by digit, and
//! compared without rounding. Among shards of one weight the highest bid alone decides, so that one
//! logarithm a weight will do.

use super::hash::{KeyHash, XxHash64, mix};
use super::placement::Placement;
use super::ring::{RingError, ShardId};
use super::roster::Roster;

/// Binary digits after the point of a logarithm.
const FRACTION_BITS: u32 = 48;

/// Shards that bid for keys.
///
/// A lookup takes time in proportion to the number of shards, about a nanosecond each. A change of a
/// shard moves only keys from it or to it.
///
/// ```
/// use playground_core::consistent_hashing::{Placement, Rendezvous, XxHash64};
/// let mut shards = Rendezvous::new(XxHash64::default());
/// let a = shards.add("shard-a", 1)?;
/// let b = shards.add("shard-b", 2)?;
/// let owner = shards.owner(b"user:42")?;
/// assert!(owner == a || owner == b);
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rendezvous<H = XxHash64> {
    hash: H,
    roster: Roster,
    /// By weight.
    classes: Vec<Class>,
}

/// The shards of one weight.
#[derive(Clone, Debug)]
struct Class {
    weight: u32,
    /// The hashes of the shards' names, sorted; where two are equal, by name.
    seeds: Vec<u64>,
    /// In the same order.
    shards: Vec<ShardId>,
}

/// The highest bid of a class.
#[derive(Clone, Copy, Debug)]
struct Bid {
    height: u64,
    weight: u32,
    shard: ShardId,
}

impl<H: KeyHash> Rendezvous<H> {
    /// No shards yet.
    pub fn new(hash: H) -> Self {
        Rendezvous { hash, roster: Roster::default(), classes: Vec::new() }
    }

    /// The shard that owns a key whose hash is known.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        let mut bids = self.classes.iter().filter_map(|class| class.highest(position));
        let first = bids.next().ok_or(RingError::Empty)?;
        let mut best = (first, None);
        for bid in bids {
            let cost = *best.1.get_or_insert_with(|| minus_log2(best.0.height));
            let other = minus_log2(bid.height);
            // Costs over weights, multiplied by both weights: below 2⁵⁵ · 2³².
            let ours = u128::from(cost) * u128::from(bid.weight);
            let theirs = u128::from(other) * u128::from(best.0.weight);
            let names = || self.roster.name(bid.shard).cmp(&self.roster.name(best.0.shard));
            if theirs.cmp(&ours).then_with(names).is_lt() {
                best = (bid, Some(other));
            }
        }
        Ok(best.0.shard)
    }

    /// Changes a shard's weight, from 1 on; keys move only to it if it grows, only from it if it shrinks.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`], [`RingError::ZeroWeight`]
    pub fn set_weight(&mut self, shard: ShardId, weight: u32) -> Result<(), RingError> {
        if weight == 0 {
            return Err(RingError::ZeroWeight);
        }
        let name = self.roster.name(shard).ok_or(RingError::UnknownShard(shard))?;
        let seed = self.hash.position(name.as_bytes());
        self.leave(shard);
        self.join(shard, weight, seed);
        Ok(())
    }

    fn join(&mut self, shard: ShardId, weight: u32, seed: u64) {
        let place = self.classes.partition_point(|class| class.weight < weight);
        if self.classes.get(place).is_none_or(|class| class.weight != weight) {
            self.classes.insert(place, Class { weight, seeds: Vec::new(), shards: Vec::new() });
        }
        let class = &mut self.classes[place];
        let mut place = class.seeds.partition_point(|it| *it < seed);
        let name = self.roster.name(shard);
        while class.seeds.get(place) == Some(&seed)
            && class.shards.get(place).is_some_and(|it| self.roster.name(*it) < name)
        {
            place += 1;
        }
        class.seeds.insert(place, seed);
        class.shards.insert(place, shard);
    }

    fn leave(&mut self, shard: ShardId) {
        for class in &mut self.classes {
            if let Some(place) = class.shards.iter().position(|it| *it == shard) {
                class.seeds.remove(place);
                class.shards.remove(place);
            }
        }
        self.classes.retain(|class| !class.shards.is_empty());
    }
}

impl Class {
    #[inline]
    fn highest(&self, position: u64) -> Option<Bid> {
        let bids = self.seeds.iter().map(|seed| mix(seed ^ position));
        let (mut height, mut winner) = (0, 0);
        for (place, bid) in bids.enumerate() {
            if bid > height {
                (height, winner) = (bid, place);
            }
        }
        let shard = *self.shards.get(winner)?;
        Some(Bid { height, weight: self.weight, shard })
    }
}

impl<H: KeyHash> Placement for Rendezvous<H> {
    fn name(&self) -> &'static str {
        "Rendezvous"
    }

    /// Adds a shard of any weight from 1 on.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`]
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        if weight == 0 {
            return Err(RingError::ZeroWeight);
        }
        // Weights change, and are kept with the classes alone.
        let shard = self.roster.enter(name, 1)?;
        self.join(shard, weight, self.hash.position(name.as_bytes()));
        Ok(shard)
    }

    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        self.roster.strike(shard)?;
        self.leave(shard);
        Ok(())
    }

    #[inline]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    fn table_bytes(&self) -> usize {
        let class = |it: &Class| size_of_val(&it.seeds[..]) + size_of_val(&it.shards[..]);
        self.classes.iter().map(class).sum()
    }
}

/// −log₂(`bid` / 2⁶⁴) in units of 2⁻⁴⁸, rounded up or down the same everywhere: 0 to 64 · 2⁴⁸. A higher
/// bid never has a greater one.
///
/// Digit by digit: squaring a number between 1 and 2 doubles its logarithm, and whether the square has
/// reached 2 is the next binary digit.
fn minus_log2(bid: u64) -> u64 {
    let bid = bid.max(1);
    let zeros = bid.leading_zeros();
    // Between 1 and 2, with 63 digits after the point.
    let mut number = bid << zeros;
    let mut fraction = 0;
    for _ in 0..FRACTION_BITS {
        let square = u128::from(number) * u128::from(number);
        let digit = (square >> 127) as u64;
        number = (square >> (63 + digit)) as u64;
        fraction = fraction << 1 | digit;
    }
    ((u64::from(zeros) + 1) << FRACTION_BITS) - fraction
}
