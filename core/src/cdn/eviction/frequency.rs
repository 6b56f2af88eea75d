//! How often something was asked for of late, in a few bytes an object: TinyLFU's sketch of frequencies.
//!
//! Einziger, Friedman and Manes, "TinyLFU: A Highly Efficient Cache Admission Policy" (ACM Transactions on
//! Storage 13(4), 2017; arXiv 1512.00727), section 3. A count-min sketch counts by hashes of names, each in four
//! rows, of which the smallest counter is believed: a count may be too high where names collide, and is
//! never too low. A doorkeeper, a Bloom filter, keeps out of it what was seen only once. After every sample of ten
//! requests for each counter of a row all counts are halved and the doorkeeper is emptied, so that what was
//! popular once does not stay so for ever.
//!
//! What differs: the sketch grows with the cache, which counts in bytes and cannot tell beforehand how many
//! objects it will hold. A row that doubles is copied into its new half, which leaves all estimates as they are.

/// How many hashes of a name are counted.
const ROWS: usize = 4;
/// Where a counter stops: what has 4 bits in the paper.
const MOST: u8 = 15;
/// How many bits of the doorkeeper a name sets.
const PROBES: u64 = 3;
/// How many counters a row has at first.
const FIRST_WIDTH: usize = 64;
/// How many requests there are in a sample for each counter of a row.
const SAMPLE: usize = 10;

/// The sketch with its doorkeeper.
#[derive(Clone, Debug)]
pub(super) struct Frequencies {
    /// As many counters in each as there are words in the doorkeeper: a power of two.
    rows: [Vec<u8>; ROWS],
    doorkeeper: Vec<u64>,
    /// How many requests were counted in this sample.
    counted: usize,
}

impl Frequencies {
    pub(super) fn new() -> Self {
        let rows = [(); ROWS].map(|()| vec![0; FIRST_WIDTH]);
        Frequencies { rows, doorkeeper: vec![0; FIRST_WIDTH], counted: 0 }
    }

    /// Makes room for that many objects in the cache.
    pub(super) fn make_room(&mut self, objects: usize) {
        while self.doorkeeper.len() < objects {
            self.rows.iter_mut().for_each(|row| row.extend_from_within(..));
            self.doorkeeper.extend_from_within(..);
        }
    }

    /// About how often a name was asked for: never too little within a sample, up to 16.
    pub(super) fn estimate(&self, hash: u64) -> u64 {
        let counted = (0..ROWS).map(|row| self.rows[row][self.column(hash, row)]).min();
        u64::from(counted.unwrap_or(0)) + u64::from(self.is_known_at_the_door(hash))
    }

    /// Counts a request.
    pub(super) fn count(&mut self, hash: u64) {
        if self.is_known_at_the_door(hash) {
            self.raise(hash);
        } else {
            for probe in 0..PROBES {
                let (word, bit) = self.door(hash, probe);
                self.doorkeeper[word] |= bit;
            }
        }
        self.counted += 1;
        if self.counted >= SAMPLE * self.doorkeeper.len() {
            self.age();
        }
    }

    /// Raises the smallest of a name's counters: the others are too high already.
    fn raise(&mut self, hash: u64) {
        let columns: [usize; ROWS] = std::array::from_fn(|row| self.column(hash, row));
        let counters = self.rows.iter().zip(columns).map(|(row, column)| row[column]);
        let smallest = counters.min().unwrap_or(MOST);
        if smallest < MOST {
            for (row, column) in self.rows.iter_mut().zip(columns) {
                row[column] = row[column].max(smallest + 1);
            }
        }
    }

    fn age(&mut self) {
        self.rows.iter_mut().flatten().for_each(|counter| *counter /= 2);
        self.doorkeeper.fill(0);
        self.counted /= 2;
    }

    fn is_known_at_the_door(&self, hash: u64) -> bool {
        (0..PROBES).all(|probe| {
            let (word, bit) = self.door(hash, probe);
            self.doorkeeper[word] & bit != 0
        })
    }

    /// A word of the doorkeeper, and a bit in it.
    fn door(&self, hash: u64, probe: u64) -> (usize, u64) {
        let rehashed = rehash(hash, ROWS as u64 + probe);
        (rehashed as usize & (self.doorkeeper.len() - 1), 1 << (rehashed >> 58))
    }

    /// The counter of a name in a row. The lower bits of a hash stay as they are when a row doubles.
    fn column(&self, hash: u64, row: usize) -> usize {
        rehash(hash, row as u64) as usize & (self.doorkeeper.len() - 1)
    }
}

/// One of the hashes of a name, as if independent of the others: a step of SplitMix64.
fn rehash(hash: u64, number: u64) -> u64 {
    let mixed = hash ^ (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consistent_hashing::hash::mix;

    #[test]
    fn what_is_counted_is_never_underestimated() {
        let mut frequencies = Frequencies::new();
        for name in 0..40 {
            (0..name % 16).for_each(|_| frequencies.count(mix(name)));
        }
        assert_eq!(frequencies.counted, 2 * 120 + 28);
        for name in 0..40 {
            assert!(frequencies.estimate(mix(name)) >= name % 16, "{name}");
        }
    }

    #[test]
    fn estimates_stay_as_they_are_when_the_sketch_grows() {
        let mut frequencies = Frequencies::new();
        (0..200).for_each(|turn| frequencies.count(mix(turn % 90)));
        let before: Vec<u64> = (0..100).map(|name| frequencies.estimate(mix(name))).collect();
        frequencies.make_room(1_000);
        assert_eq!(frequencies.doorkeeper.len(), 1_024);
        let after: Vec<u64> = (0..100).map(|name| frequencies.estimate(mix(name))).collect();
        assert_eq!(before, after);
    }

    #[test]
    fn a_name_seen_once_is_not_counted_but_known() {
        let mut frequencies = Frequencies::new();
        frequencies.count(mix(1));
        assert_eq!(frequencies.estimate(mix(1)), 1);
        assert!(frequencies.rows.iter().flatten().all(|counter| *counter == 0));
        frequencies.count(mix(1));
        assert_eq!(frequencies.estimate(mix(1)), 2);
    }

    #[test]
    fn counts_are_halved_after_a_sample() {
        let mut frequencies = Frequencies::new();
        (0..11).for_each(|_| frequencies.count(mix(7)));
        assert_eq!(frequencies.estimate(mix(7)), 11);
        (11..SAMPLE * FIRST_WIDTH).for_each(|_| frequencies.count(mix(8)));
        assert_eq!(frequencies.estimate(mix(7)), 5, "ten beside the doorkeeper's one");
        assert_eq!(frequencies.estimate(mix(8)), 7);
    }
}
