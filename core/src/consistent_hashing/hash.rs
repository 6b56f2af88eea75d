//! From bytes to a position on the circle of 2⁶⁴ positions.
//!
//! A position must be the same natively and in wasm, today and in years: both hashes here are
//! specified down to the last bit. Fast hashes that promise neither (foldhash, ahash) are out, and
//! so are those built on a 64×64→128-bit multiplication, which wasm does not have.

use md5::Digest;
use serde::{Deserialize, Serialize};

/// Something that places keys and shards on the circle.
pub trait KeyHash: Clone {
    /// The position of some bytes. Equal bytes have equal positions, on every platform.
    fn position(&self, bytes: &[u8]) -> u64;
}

/// XXH64 with a seed (the XXH64 algorithm of the xxHash specification, version 0.1.1). The default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct XxHash64 {
    /// Zero unless the whole circle is to be shuffled.
    pub seed: u64,
}

impl KeyHash for XxHash64 {
    #[inline]
    fn position(&self, bytes: &[u8]) -> u64 {
        xxhash_rust::xxh64::xxh64(bytes, self.seed)
    }
}

/// Mixes a hash once more: SplitMix64's finaliser (Steele, Lea and Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014). No two hashes become equal, and each bit depends on all bits.
#[inline]
pub(crate) fn mix(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

/// MD5 (RFC 1321) as in the classical write-ups: the digest's first 8 bytes, big-endian, so that
/// positions are ordered as the whole digests are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Md5;

impl KeyHash for Md5 {
    fn position(&self, bytes: &[u8]) -> u64 {
        let digest = md5::Md5::digest(bytes);
        let (first, _) = digest.split_at(8);
        first.iter().fold(0, |position, byte| position << 8 | u64::from(*byte))
    }
}

/// The hash as a value, for where a reader chooses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HashKind {
    /// [`XxHash64`] with seed 0.
    #[default]
    XxHash64,
    /// [`Md5`].
    Md5,
}

impl HashKind {
    /// The name by which the field knows it.
    pub fn name(self) -> &'static str {
        match self {
            HashKind::XxHash64 => "XXH64",
            HashKind::Md5 => "MD5",
        }
    }
}

impl KeyHash for HashKind {
    #[inline]
    fn position(&self, bytes: &[u8]) -> u64 {
        match self {
            HashKind::XxHash64 => XxHash64::default().position(bytes),
            HashKind::Md5 => Md5.position(bytes),
        }
    }
}
