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
//! BIT 17, 1977). The multiples of 7, 11 and 13, more than half of all, repeat after 7 · 11 · 13 bytes and are copied.

use super::primes_up_to;
use std::ops::Range;

/// The numbers of a segment.
pub const SEGMENT_NUMBERS: u64 = SEGMENT_BYTES as u64 * 30;
/// The bytes of a segment: as many as the nearest cache of most processors holds.
const SEGMENT_BYTES: usize = 32 << 10;
/// The remainders by 30 that have bits, from the lowest.
const WHEEL: [u64; 8] = [1, 7, 11, 13, 17, 19, 23, 29];
/// After how many bytes the multiples of 7, 11 and 13 repeat.
const PERIOD: usize = 7 * 11 * 13;
/// The bytes of a period without those multiples.
const PATTERN: [u8; PERIOD] = pattern();
/// What is left of a byte once the multiple p q in it is crossed out, by the remainders' places of p and of q.
const MASKS: [[u8; 8]; 8] = masks();
/// In the byte that begins with 0: of 7, 11 and 13, which are their own multiples.
const COPIED_PRIMES: u8 = 0b1110;
/// In the same byte: of 1, which is no prime.
const ONE: u8 = 0b1;

/// A sieve for ranges up to a bound.
#[derive(Clone, Debug)]
pub(super) struct Segmented {
    /// From 17 up to the square root of the bound.
    primes: Vec<u32>,
    /// For each of them and each remainder of q: the byte of its next multiple, from the segment's beginning.
    next: Vec<[u32; 8]>,
    segment: Vec<u8>,
}

impl Segmented {
    pub(super) fn new(up_to: u64) -> Self {
        let primes = primes_up_to(up_to.isqrt() as u32);
        let primes: Vec<u32> = primes.into_iter().filter(|prime| *prime > 13).collect();
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
        for (&prime, next) in self.primes[..active].iter().zip(&mut self.next) {
            let prime = u64::from(prime);
            let (wheel, place) = (prime / 30, prime % 30);
            let turn = byte / prime;
            for (next, remainder) in next.iter_mut().zip(WHEEL) {
                // Smaller multiples than p² have smaller factors.
                let first = wheel + u64::from(remainder < place);
                let at = |turn: u64| prime * turn + prime * remainder / 30;
                let turn = turn + u64::from(at(turn) < byte);
                *next = (at(turn.max(first)) - byte) as u32;
            }
        }
        active
    }
}

/// Fills a segment whose first byte is number `start` with what is not a multiple of 7, 11 or 13.
fn begin(segment: &mut [u8], start: u64) {
    let mut from = (start % PERIOD as u64) as usize;
    let mut left = &mut *segment;
    while !left.is_empty() {
        let (now, later) = left.split_at_mut(left.len().min(PERIOD - from));
        now.copy_from_slice(&PATTERN[from..from + now.len()]);
        (from, left) = (0, later);
    }
    if start == 0 {
        segment[0] = (segment[0] | COPIED_PRIMES) & !ONE;
    }
}

/// Crosses out the multiples of all primes, and moves them on to the next segment.
fn cross_out(segment: &mut [u8], primes: &[u32], next: &mut [[u32; 8]]) {
    for (&prime, next) in primes.iter().zip(next) {
        let masks = &MASKS[place_of(u64::from(prime) % 30)];
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
    let bits = WHEEL.iter().filter(|remainder| **remainder < number).count();
    ((1_u32 << bits) - 1) as u8
}

fn ones(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from(u64::from_ne_bytes(*word).count_ones()));
    words.chain(rest.iter().map(|byte| u64::from(byte.count_ones()))).sum()
}

/// Which of the wheel's remainders this is.
const fn place_of(remainder: u64) -> usize {
    let mut place = 0;
    while WHEEL[place] != remainder {
        place += 1;
    }
    place
}

const fn pattern() -> [u8; PERIOD] {
    let mut pattern = [0; PERIOD];
    let mut byte = 0;
    while byte < PERIOD {
        let mut place = 0;
        while place < 8 {
            let number = byte as u64 * 30 + WHEEL[place];
            if !number.is_multiple_of(7) && !number.is_multiple_of(11) && !number.is_multiple_of(13)
            {
                pattern[byte] |= 1 << place;
            }
            place += 1;
        }
        byte += 1;
    }
    pattern
}

const fn masks() -> [[u8; 8]; 8] {
    let mut masks = [[0; 8]; 8];
    let mut p = 0;
    while p < 8 {
        let mut q = 0;
        while q < 8 {
            masks[p][q] = !(1 << place_of(WHEEL[p] * WHEEL[q] % 30));
            q += 1;
        }
        p += 1;
    }
    masks
}
