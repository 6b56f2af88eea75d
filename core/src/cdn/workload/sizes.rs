//! How large an object is: equal for all, or as on the web, where few objects hold most bytes.

use crate::consistent_hashing::hash::mix;
use serde::{Deserialize, Serialize};

/// The sizes of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sizes {
    /// The same for all.
    Equal {
        /// What an object has; 0 is taken as 1.
        bytes: u64,
    },
    /// Log-normal with a median of 10 kB: from 266 bytes to 376 kB, 28 kB on average. An object's size has
    /// nothing to do with its popularity.
    Web,
}

impl Sizes {
    /// The bytes of an object, at least 1: always the same for the same number and seed.
    pub fn bytes_of(self, object: u64, seed: u64) -> u64 {
        match self {
            Sizes::Equal { bytes } => bytes.max(1),
            Sizes::Web => quantile(mix(mix(object) ^ seed)),
        }
    }
}

/// The size below which a share of `at` / 2⁶⁴ of all objects lies: between two entries of the table on a
/// straight line.
fn quantile(at: u64) -> u64 {
    let step = (at >> 58) as usize;
    let (low, high) = (QUANTILES[step], QUANTILES[step + 1]);
    let within = at >> 26 & u64::from(u32::MAX);
    low + (((high - low) * within) >> 32)
}

/// The quantiles, in 64ths, of a log-normal distribution with a median of 10,000 bytes and σ = 1.5; the first
/// and the last are those of 1/128 and 127/128, where it is cut off. A model of a heavy tail, fitted to nobody's measurements.
const QUANTILES: [u64; 65] = [
    266, 395, 612, 810, 1001, 1192, 1385, 1581, 1781, 1986, 2198, 2417, 2643, 2877, 3120, 3373,
    3636, 3910, 4195, 4493, 4804, 5129, 5470, 5826, 6200, 6593, 7006, 7440, 7898, 8381, 8890, 9429,
    10000, 10605, 11248, 11932, 12661, 13440, 14273, 15167, 16128, 17163, 18283, 19496, 20817,
    22258, 23838, 25578, 27504, 29647, 32047, 34756, 37838, 41378, 45494, 50343, 56155, 63268,
    72212, 83871, 99860, 123531, 163479, 253002, 375750,
];
