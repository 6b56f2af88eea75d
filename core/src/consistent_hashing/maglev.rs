//! Maglev hashing: a table that the shards fill by turns, each in an order of its own.
//!
//! Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer" (NSDI 2016), section 3.4.
//! Every shard ranks all entries of the table by an offset and a skip that its name hashes to, and takes
//! the one it ranks highest among those that are free when it is its turn. A key belongs to the shard that
//! holds the entry at the key's hash modulo the table's size.
//!
//! The paper leaves open how weights are turned into turns. Here a shard of weight `w` has its `k`-th turn
//! at the time `k` / `w`, so that at any time it has had its share of them, less than one of its own turns
//! off.

mod turns;

use super::hash::{KeyHash, XxHash64};
use super::placement::Placement;
use super::ring::{RingError, ShardId};
use super::roster::{Member, Roster};
use turns::Turns;

/// The paper's usual size of a table, a prime number: evenly filled to 1 % by up to 655 shards.
pub const TABLE_ENTRIES: u32 = 65_537;
/// The larger one in the paper's evaluation: evenly filled to 1 % by up to 6,553 shards.
pub const LARGE_TABLE_ENTRIES: u32 = 655_373;

/// Shards that share a table.
///
/// Almost perfectly balanced, and a lookup is one remainder and one read. In exchange every change fills
/// the table anew, and moves some keys that it need not have moved.
///
/// ```
/// use playground_core::consistent_hashing::{Maglev, Placement, XxHash64};
/// let mut maglev = Maglev::new(65_537, XxHash64::default())?;
/// let shards = maglev.add_all([("shard-a", 1), ("shard-b", 2)])?;
/// assert!(shards.contains(&maglev.owner(b"user:42")?));
/// # Ok::<(), playground_core::consistent_hashing::RingError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maglev<H = XxHash64> {
    hash: H,
    entries: u32,
    roster: Roster,
    /// Empty if there is no shard.
    table: Vec<ShardId>,
}

impl<H: KeyHash> Maglev<H> {
    /// No shards yet, and a table of so many entries, 4 bytes each once there is a shard.
    ///
    /// # Errors
    /// [`RingError::TableNotPrime`]: only then does every skip lead to all entries
    pub fn new(entries: u32, hash: H) -> Result<Self, RingError> {
        if !is_prime(entries) {
            return Err(RingError::TableNotPrime(u64::from(entries)));
        }
        Ok(Maglev { hash, entries, roster: Roster::default(), table: Vec::new() })
    }

    /// Adds shards by name and weight, and fills the table once for all of them; if one cannot be added,
    /// none is.
    ///
    /// # Errors
    /// [`RingError::DuplicateShard`], [`RingError::ZeroWeight`], [`RingError::TooManyShards`] if the
    /// weights of all shards, divided by what they have in common, add up to more than the table has
    /// entries, or the table does not fit into memory
    pub fn add_all<'a>(
        &mut self,
        shards: impl IntoIterator<Item = (&'a str, u32)>,
    ) -> Result<Vec<ShardId>, RingError> {
        let mut roster = self.roster.clone();
        let enter = |(name, weight)| roster.enter(name, weight);
        let ids = shards.into_iter().map(enter).collect::<Result<_, _>>()?;
        self.fill(&roster)?;
        self.roster = roster;
        Ok(ids)
    }

    /// Removes shards and fills the table once for the others; if one cannot be removed, none is.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    pub fn remove_all(&mut self, shards: &[ShardId]) -> Result<(), RingError> {
        let mut roster = self.roster.clone();
        shards.iter().try_for_each(|shard| roster.strike(*shard))?;
        self.fill(&roster)?;
        self.roster = roster;
        Ok(())
    }

    /// The shard that owns a hash.
    ///
    /// # Errors
    /// [`RingError::Empty`]
    #[inline]
    pub fn owner_at(&self, position: u64) -> Result<ShardId, RingError> {
        let entry = position.checked_rem(self.table.len() as u64).ok_or(RingError::Empty)?;
        self.table.get(entry as usize).copied().ok_or(RingError::Empty)
    }

    /// The shard that holds each entry; none if there is no shard.
    pub fn table(&self) -> &[ShardId] {
        &self.table
    }

    /// Fills the table for these shards: the paper's pseudocode 1, but for the rankings, which are
    /// computed instead of stored. Takes about `entries` · ln `entries` steps.
    fn fill(&mut self, roster: &Roster) -> Result<(), RingError> {
        let mut weights: Vec<u32> = roster.members().map(|(_, member)| member.weight).collect();
        // Shards that all weigh 100 are as good as shards that all weigh 1.
        let unit = weights.iter().copied().fold(0, greatest_common_divisor).max(1);
        weights.iter_mut().for_each(|weight| *weight /= unit);
        let total = weights.iter().copied().map(u64::from).sum();
        if total > u64::from(self.entries) {
            return Err(RingError::TooManyShards(total));
        }
        if total == 0 {
            self.table.clear();
            return Ok(());
        }
        let missing = self.entries as usize - self.table.len();
        let reserved = self.table.try_reserve_exact(missing);
        reserved.map_err(|_| RingError::TooManyShards(total))?;
        self.table.clear();
        self.table.resize(self.entries as usize, ShardId(u32::MAX));
        let mut rankings: Vec<Ranking> =
            roster.members().map(|(id, member)| self.ranking(id, member)).collect();
        let mut turns = Turns::new(&weights);
        // One bit an entry stays in the nearest cache, where the table itself would not.
        let mut taken = vec![0_u64; self.entries.div_ceil(64) as usize];
        for _ in 0..self.entries {
            let ranking = &mut rankings[turns.next_place()];
            while taken[(ranking.next / 64) as usize] >> (ranking.next % 64) & 1 == 1 {
                ranking.advance(self.entries);
            }
            taken[(ranking.next / 64) as usize] |= 1 << (ranking.next % 64);
            self.table[ranking.next as usize] = ranking.shard;
        }
        Ok(())
    }

    fn ranking(&self, shard: ShardId, member: &Member) -> Ranking {
        let offset = self.hash.position(member.name.as_bytes()) % u64::from(self.entries);
        let skip = self.hash.position(format!("{}#skip", member.name).as_bytes());
        let skip = skip % u64::from(self.entries - 1) + 1;
        Ranking { shard, next: offset as u32, skip: skip as u32 }
    }
}

impl<H: KeyHash> Placement for Maglev<H> {
    fn name(&self) -> &'static str {
        "Maglev"
    }

    /// Adds a shard and fills the table anew; [`Maglev::add_all`] does so once for many.
    ///
    /// # Errors
    /// As [`Maglev::add_all`]
    fn add(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        let id = self.roster.next_id();
        self.add_all([(name, weight)])?;
        Ok(id)
    }

    /// Removes a shard and fills the table anew; [`Maglev::remove_all`] does so once for many.
    ///
    /// # Errors
    /// [`RingError::UnknownShard`]
    fn remove(&mut self, shard: ShardId) -> Result<(), RingError> {
        self.remove_all(&[shard])
    }

    #[inline]
    fn owner(&self, key: &[u8]) -> Result<ShardId, RingError> {
        self.owner_at(self.hash.position(key))
    }

    fn table_bytes(&self) -> usize {
        size_of_val(&self.table[..])
    }
}

/// The order in which a shard would take the entries.
#[derive(Clone, Copy, Debug)]
struct Ranking {
    shard: ShardId,
    /// The entry that it ranks highest of those it has not yet asked for.
    next: u32,
    skip: u32,
}

impl Ranking {
    #[inline]
    fn advance(&mut self, entries: u32) {
        // Neither may the sum overflow nor is a remainder needed.
        let rest = entries - self.next;
        self.next = if self.skip < rest { self.next + self.skip } else { self.skip - rest };
    }
}

fn is_prime(number: u32) -> bool {
    let divisors = (2_u32..).take_while(|it| u64::from(*it) * u64::from(*it) <= u64::from(number));
    number >= 2 && divisors.into_iter().all(|it| !number.is_multiple_of(it))
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}
