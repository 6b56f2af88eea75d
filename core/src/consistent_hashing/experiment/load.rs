//! How evenly keys are spread over shards.

use serde::{Deserialize, Serialize};

/// Bins of a histogram per average load: fine enough to see its shape.
const BINS_PER_MEAN: u64 = 16;

/// The keys of each shard, summed up. All in keys a shard where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// How many shards there are.
    pub shards: u32,
    /// The average.
    pub mean: f64,
    /// The standard deviation over all shards: the root of the mean squared distance from the mean.
    pub standard_deviation: f64,
    /// The least.
    pub min: u32,
    /// The load that 99 % of the shards do not exceed: the smallest one of which that is true.
    pub p99: u32,
    /// The greatest.
    pub max: u32,
    /// The greatest by the average: by how much shards must be larger than their share; 0 without keys.
    pub max_over_mean: f64,
    /// The shards by load, from 0 to the greatest, in bins of equal width. Experiments with as many keys
    /// and shards have bins of the same width.
    pub histogram: Vec<Bin>,
}

/// One bin of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// The smallest load that belongs to it.
    pub from: u32,
    /// The largest load that belongs to it.
    pub to: u32,
    /// How many shards have such a load.
    pub shards: u32,
}

impl Load {
    /// Sums up the number of keys of each shard, in any order; all zero without shards.
    pub fn of(mut loads: Vec<u32>) -> Self {
        loads.sort_unstable();
        let (Some(&min), Some(&max)) = (loads.first(), loads.last()) else {
            return Load::default();
        };
        let shards = loads.len();
        let keys: u64 = loads.iter().copied().map(u64::from).sum();
        let mean = keys as f64 / shards as f64;
        let squares: f64 =
            loads.iter().map(|load| (f64::from(*load) - mean) * (f64::from(*load) - mean)).sum();
        Load {
            shards: shards as u32,
            mean,
            standard_deviation: (squares / shards as f64).sqrt(),
            min,
            p99: loads[(shards * 99).div_ceil(100) - 1],
            max,
            max_over_mean: (u64::from(max) * shards as u64) as f64 / keys.max(1) as f64,
            histogram: histogram(&loads, max, keys.div_ceil(BINS_PER_MEAN * shards as u64).max(1)),
        }
    }
}

fn histogram(loads: &[u32], max: u32, width: u64) -> Vec<Bin> {
    let bin = |from: u64| {
        let to = (from + width - 1).min(u64::from(u32::MAX));
        let until = |load: u64| loads.partition_point(|it| u64::from(*it) < load);
        let shards = until(to + 1) - until(from);
        Bin { from: from as u32, to: to as u32, shards: shards as u32 }
    };
    (0..=u64::from(max)).step_by(width as usize).map(bin).collect()
}
