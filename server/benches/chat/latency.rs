//! A histogram of times with two significant digits and more, cheap enough to record every delivery.

/// Each power of two is cut into so many buckets: an error of at most 1.6 %.
const STEPS: u64 = 64;

#[derive(Clone)]
pub(crate) struct Latencies {
    counts: Vec<u64>,
    total: u64,
}

impl Latencies {
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; 64 * STEPS as usize], total: 0 }
    }

    pub(crate) fn record(&mut self, nanoseconds: u64) {
        self.counts[bucket(nanoseconds)] += 1;
        self.total += 1;
    }

    pub(crate) fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }

    /// The time that this share of all deliveries took at most, in milliseconds; none if there were none.
    pub(crate) fn quantile_ms(&self, share: f64) -> Option<f64> {
        let rank = (self.total as f64 * share).ceil() as u64;
        let mut seen = 0;
        let mut buckets = self.counts.iter().enumerate();
        let (bucket, _) = buckets.find(|(_, count)| {
            seen += **count;
            **count > 0 && seen >= rank
        })?;
        Some(upper_bound(bucket as u64) as f64 / 1e6)
    }
}

fn bucket(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let shift = value.ilog2() - STEPS.ilog2();
    (u64::from(shift + 1) * STEPS + (value >> shift) - STEPS) as usize
}

fn upper_bound(bucket: u64) -> u64 {
    match bucket / STEPS {
        0 => bucket,
        power => ((bucket % STEPS + STEPS + 1) << (power - 1)) - 1,
    }
}
