//! The segmented sieve of Eratosthenes with a wheel of 30: a byte for 30 numbers, a stretch at a time.
//!
//! Of any 30 numbers in a row, 8 are multiples of neither 2 nor 3 nor 5: those that leave 1, 7, 11, 13, 17, 19, 23 or
//! 29. So a byte holds 30 numbers, a bit for each of the eight. To cross out the multiples of a prime p, let them be
//! p q, and let q, too, run through the numbers of the wheel, one remainder r after the other. With q = 30 k + r,
//!
//! ```text
//! p q = 30 (p k) + p r        byte  p k + p r / 30,  bit of  p r mod 30
//! ```
//!
//! As k grows by one, the byte moves on by p and the bit stays: all that is done is `byte &= mask; byte += p`, without
//! a shift or a division.
//!
//! The bytes of all numbers would be too many for the cache, so that crossing out would be waiting for memory.
//! Therefore they are sieved a segment at a time, with all primes, and only then the next segment
//! (Bays and Hudson, "The segmented sieve of Eratosthenes and primes in arithmetic progressions to 10^12",
//! BIT 17, 1977). Most crossings are those of the smallest primes, and they repeat: the multiples of 7, 11 and 13 after
//! 7 · 11 · 13 bytes. So those of the primes up to 37 are not crossed out one by one but laid over a segment as
//! patterns, 16 bytes or more at a time (Kim Walisch's primesieve does so, too).

use super::primes_up_to;
use std::ops::Range;

/// The numbers of a segment.
pub const SEGMENT_NUMBERS: u64 = SEGMENT_BYTES as u64 * 30;
/// The bytes of a segment: as many as the nearest cache of most processors holds.
const SEGMENT_BYTES: usize = 32 << 10;
/// The remainders by 30 that have bits, from the lowest.
const WHEEL: [u32; 8] = [1, 7, 11, 13, 17, 19, 23, 29];
/// The largest prime whose multiples are a part of the patterns.
pub(in crate::multi_threading) const LARGEST_LAID: u32 = 37;
/// What is left of the numbers without the multiples of some primes, up to where that repeats.
const PATTERNS: [&[u8]; 4] = [
    &pattern::<{ 7 * 11 * 13 }>(&[7, 11, 13]),
    &pattern::<{ 17 * 37 }>(&[17, 37]),
    &pattern::<{ 19 * 31 }>(&[19, 31]),
    &pattern::<{ 23 * 29 }>(&[23, 29]),
];
/// The first two bytes' bits of those primes, which are multiples of themselves.
const LAID_PRIMES: [u8; 2] = [0b1111_1110, 0b0000_0011];
/// The first byte's bit of 1, which is no prime.
const ONE: u8 = 0b0000_0001;
/// Which of the remainders these are.
const PLACES: [u8; 30] = places();
/// What is left of a byte once the multiple p q in it is crossed out, by the remainders' places of p and of q.
const MASKS: [[u8; 8]; 8] = masks();
/// The remainder's share in the byte of p q: p r / 30 without what comes from the thirties in p.
const OFFSETS: [[u32; 8]; 8] = offsets();

/// A sieve for ranges up to a bound.
#[derive(Clone, Debug)]
pub(super) struct Segmented {
    /// From 41 up to the square root of the bound.
    primes: Vec<u32>,
    /// For each of them and each remainder of q: the byte of its next multiple, from the segment's beginning.
    next: Vec<[u32; 8]>,
    segment: Vec<u8>,
}

impl Segmented {
    pub(super) fn new(up_to: u64) -> Self {
        let primes = primes_up_to(up_to.isqrt() as u32);
        let primes: Vec<u32> = primes.into_iter().filter(|prime| *prime > LARGEST_LAID).collect();
        Segmented { next: vec![[0; 8]; primes.len()], primes, segment: vec![0; SEGMENT_BYTES] }
    }

    /// How many primes are in a range, which is within the bound.
    pub(super) fn count(&mut self, numbers: Range<u64>) -> u64 {
        let mut count = [2, 3, 5].iter().filter(|prime| numbers.contains(*prime)).count() as u64;
        let bytes = numbers.start / 30..numbers.end.div_ceil(30);
        let active = self.go_to(bytes.start, numbers.end);
        for start in bytes.clone().step_by(SEGMENT_BYTES) {
            let length = (bytes.end - start).min(SEGMENT_BYTES as u64) as usize;
            let segment = &mut self.segment[..length];
            begin(segment, start);
            cross_out(segment, &self.primes[..active], &mut self.next[..active]);
            // What the first and the last byte hold beyond the range does not count.
            if start == bytes.start {
                segment[0] &= !below(numbers.start % 30);
            }
            if start + length as u64 == bytes.end {
                segment[length - 1] &= below(numbers.end - (bytes.end - 1) * 30);
            }
            count += ones(segment);
        }
        count
    }

    /// Finds the first multiples from a byte on; returns how many primes have any before `end`.
    fn go_to(&mut self, byte: u64, end: u64) -> usize {
        let active = self.primes.partition_point(|&prime| u64::from(prime).pow(2) < end);
        // The bytes of 10^10 numbers are less than 2^29.
        let byte = byte as u32;
        for (&prime, next) in self.primes[..active].iter().zip(&mut self.next) {
            let (wheel, place) = (prime / 30, place_of(prime));
            let turn = byte / prime * prime;
            for q in 0..8 {
                let offset = wheel * WHEEL[q] + OFFSETS[place][q];
                let at = turn + offset;
                let at = if at < byte { at + prime } else { at };
                // Smaller multiples than p² have smaller factors.
                let first = prime * (wheel + u32::from(q < place)) + offset;
                next[q] = at.max(first) - byte;
            }
        }
        active
    }
}

/// Fills a segment whose first byte is number `start` with what the patterns leave.
fn begin(segment: &mut [u8], start: u64) {
    let [first, others @ ..] = PATTERNS;
    lay(segment, start, first, |byte, pattern| *byte = pattern);
    for pattern in others {
        lay(segment, start, pattern, |byte, pattern| *byte &= pattern);
    }
    if start < LAID_PRIMES.len() as u64 {
        let laid = &LAID_PRIMES[start as usize..];
        segment.iter_mut().zip(laid).for_each(|(byte, primes)| *byte |= primes);
    }
    if start == 0 {
        segment[0] &= !ONE;
    }
}

/// Lays a pattern over a segment, again and again.
fn lay(segment: &mut [u8], start: u64, pattern: &[u8], each: impl Fn(&mut u8, u8)) {
    let begun = &pattern[(start % pattern.len() as u64) as usize..];
    let (first, rest) = segment.split_at_mut(begun.len().min(segment.len()));
    let over = |bytes: &mut [u8], pattern: &[u8]| {
        bytes.iter_mut().zip(pattern).for_each(|(byte, pattern)| each(byte, *pattern));
    };
    over(first, begun);
    rest.chunks_mut(pattern.len()).for_each(|bytes| over(bytes, pattern));
}

/// Crosses out the multiples of all primes, and moves them on to the next segment.
fn cross_out(segment: &mut [u8], primes: &[u32], next: &mut [[u32; 8]]) {
    for (&prime, next) in primes.iter().zip(next) {
        let masks = &MASKS[place_of(prime)];
        let stride = prime as usize;
        for (next, mask) in next.iter_mut().zip(masks) {
            let mut byte = *next as usize;
            while byte < segment.len() {
                segment[byte] &= mask;
                byte += stride;
            }
            *next = (byte - segment.len()) as u32;
        }
    }
}

/// The bits of remainders below a number from 0 to 30.
fn below(number: u64) -> u8 {
    let bits = WHEEL.iter().filter(|remainder| u64::from(**remainder) < number).count();
    ((1_u32 << bits) - 1) as u8
}

fn ones(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from(u64::from_ne_bytes(*word).count_ones()));
    words.chain(rest.iter().map(|byte| u64::from(byte.count_ones()))).sum()
}

const fn places() -> [u8; 30] {
    let mut places = [0; 30];
    let mut place = 0;
    while place < 8 {
        places[WHEEL[place] as usize] = place as u8;
        place += 1;
    }
    places
}

/// Which of the wheel's remainders a number leaves, which must leave one.
const fn place_of(number: u32) -> usize {
    PLACES[(number % 30) as usize] as usize
}

const fn pattern<const BYTES: usize>(primes: &[u32]) -> [u8; BYTES] {
    let mut pattern = [0xff; BYTES];
    let mut bit = 0;
    while bit < BYTES * 8 {
        let number = bit as u32 / 8 * 30 + WHEEL[bit % 8];
        let mut prime = 0;
        while prime < primes.len() {
            if number.is_multiple_of(primes[prime]) {
                pattern[bit / 8] &= !(1 << (bit % 8));
            }
            prime += 1;
        }
        bit += 1;
    }
    pattern
}

const fn masks() -> [[u8; 8]; 8] {
    let mut masks = [[0; 8]; 8];
    let mut pair = 0;
    while pair < 64 {
        let (p, q) = (pair / 8, pair % 8);
        masks[p][q] = !(1 << place_of(WHEEL[p] * WHEEL[q]));
        pair += 1;
    }
    masks
}

const fn offsets() -> [[u32; 8]; 8] {
    let mut offsets = [[0; 8]; 8];
    let mut pair = 0;
    while pair < 64 {
        let (p, q) = (pair / 8, pair % 8);
        offsets[p][q] = WHEEL[p] * WHEEL[q] / 30;
        pair += 1;
    }
    offsets
}
