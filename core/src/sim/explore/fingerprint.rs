//! A state as 64 bits, the same natively and in wasm.

use std::hash::{Hash, Hasher};

/// The fingerprint of a state: states that hash equally have the same.
#[inline]
pub(crate) fn fingerprint<S: Hash>(state: &S) -> u64 {
    let mut hasher = Fingerprint::default();
    state.hash(&mut hasher);
    hasher.finish()
}

/// A hash of many tiny writes, as a derived `Hash` makes them, with no set-up to pay for.
///
/// Writes are packed into words of 64 bits, and each word is stirred into the state by the finalizer
/// of splitmix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014),
/// a bijection in which every bit of the input changes about half of the bits of the output. So two
/// states that differ in a single word, and all states that fit into one, never have the same
/// fingerprint; any other two have it as often as if fingerprints were drawn, once in 2⁶⁴. It does not
/// withstand an opponent, and has none: states are made by a model.
#[derive(Clone, Debug)]
pub(super) struct Fingerprint {
    state: u64,
    /// What has been written and not yet stirred in, from the lowest bit upwards.
    pending: u64,
    /// How many bits of `pending` are taken.
    taken: u32,
}

impl Default for Fingerprint {
    fn default() -> Self {
        // The fractional part of the golden ratio: any number but zero, which stirring leaves alone.
        Fingerprint { state: 0x9e37_79b9_7f4a_7c15, pending: 0, taken: 0 }
    }
}

impl Fingerprint {
    #[inline(always)]
    fn push(&mut self, value: u64, bits: u32) {
        if self.taken + bits > u64::BITS {
            self.state = stir(self.state ^ self.pending);
            self.pending = 0;
            self.taken = 0;
        }
        self.pending |= value << self.taken;
        self.taken += bits;
    }
}

impl Hasher for Fingerprint {
    #[inline]
    fn finish(&self) -> u64 {
        stir(self.state ^ self.pending)
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.push(u64::from_le_bytes(word), 8 * chunk.len() as u32);
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.push(value.into(), 8);
    }

    #[inline]
    fn write_u16(&mut self, value: u16) {
        self.push(value.into(), 16);
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.push(value.into(), 32);
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.push(value, 64);
    }

    #[inline]
    fn write_u128(&mut self, value: u128) {
        self.push(value as u64, 64);
        self.push((value >> 64) as u64, 64);
    }

    /// Lengths and the variants of enums, nearly always small: a byte below 255, or 255 and a word,
    /// whatever the width of a `usize`.
    #[inline]
    fn write_usize(&mut self, value: usize) {
        if value < 255 {
            self.push(value as u64, 8);
        } else {
            self.push(255, 8);
            self.push(value as u64, 64);
        }
    }

    #[inline]
    fn write_isize(&mut self, value: isize) {
        if (0..255).contains(&value) {
            self.push(value as u64, 8);
        } else {
            self.push(255, 8);
            self.push(value as i64 as u64, 64);
        }
    }
}

/// The finalizer of splitmix64.
#[inline(always)]
fn stir(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
