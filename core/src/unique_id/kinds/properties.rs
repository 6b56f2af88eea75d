//! What a kind of key is like, found out by making keys and comparing them.

use super::{Key, Kind, Mint};
use serde::{Deserialize, Serialize};

/// What a kind of key is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Properties {
    /// The size in a table.
    pub bytes: usize,
    /// The characters of the usual form; of a number, in the year 2026.
    pub characters: usize,
    /// How many random bits a key holds.
    pub entropy_bits: u32,
    /// Whether a later key of one maker is always the greater one, within a millisecond, too.
    pub is_sortable: bool,
    /// How hard it is to name the key that follows a known one.
    pub guess: Guess,
    /// Whether a key tells when it was made.
    pub leaks_time: bool,
    /// Whether a key tells who made it.
    pub leaks_worker: bool,
    /// Whether two makers that know nothing of each other, but for their own numbers, hand out the same key.
    pub collides: bool,
}

/// How hard it is to name the key that follows a known one of the same maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guess {
    /// The next key is known, if the time of its making is.
    Certain,
    /// A key made within the same millisecond is known; a later one has the entropy of the kind.
    WithinMillisecond,
    /// The next key has so many random bits at least.
    Bits(u32),
}

/// A moment for the keys that are compared: the beginning of 2026.
const MS: u64 = 1_767_225_600_000;

/// The random bytes that the others are compared with.
const BASE: [u8; 16] = [0x55; 16];

/// What a kind of key is like.
pub fn properties(kind: Kind) -> Properties {
    let first = key(kind, 1, &[(MS, BASE)]);
    let follower = |ms, random| key(kind, 1, &[(MS, BASE), (ms, random)]);
    let entropy_bits = influential_bits(|random| follower(MS + 1, random));
    let bits_within = influential_bits(|random| follower(MS, random));
    Properties {
        bytes: first.map_or(0, |key| key.bytes().len()),
        characters: first.map_or(0, |key| key.to_string().len()),
        entropy_bits,
        is_sortable: rises(kind),
        guess: match (bits_within, entropy_bits) {
            (_, 0) => Guess::Certain,
            (0, _) => Guess::WithinMillisecond,
            (within, later) => Guess::Bits(within.min(later)),
        },
        leaks_time: first != key(kind, 1, &[(MS + 1, BASE)]),
        leaks_worker: first != key(kind, 2, &[(MS, BASE)]),
        // Others' random bytes are others.
        collides: first == key(kind, 2, &[(MS, [0xaa; 16])]),
    }
}

/// The last key of a maker that made one at each time with these random bytes.
fn key(kind: Kind, worker: u16, made: &[(u64, [u8; 16])]) -> Option<Key> {
    let mut mint = Mint::new(kind, worker).ok()?;
    made.iter().map(|&(ms, random)| mint.mint(ms, random).ok()).last()?
}

/// How many of the random bits a key depends on.
fn influential_bits(key: impl Fn([u8; 16]) -> Option<Key>) -> u32 {
    let base = key(BASE);
    let flipped = |bit: u32| (u128::from_be_bytes(BASE) ^ 1 << bit).to_be_bytes();
    (0..128).map(|bit| u32::from(key(flipped(bit)) != base)).sum()
}

/// Whether keys rise, over some milliseconds with some keys in each and random bytes that fall.
fn rises(kind: Kind) -> bool {
    let Ok(mut mint) = Mint::new(kind, 1) else { return false };
    let keys = (0..64_u8).map(|at| mint.mint(MS + u64::from(at / 8), [255 - at; 16]).ok());
    keys.collect::<Vec<_>>().is_sorted_by(|a, b| a < b)
}
