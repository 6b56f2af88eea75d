//! How much to do at once, so that a worker neither keeps the page waiting nor wastes its time on asking.

/// How long a portion should take: short enough to hear soon that it is to stop.
const PORTION_MS: f64 = 8.0;
/// Units of work to begin with.
const FIRST: usize = 64;
/// The most units at once, in case the clock stands still.
const MOST: usize = 1 << 24;

/// The size of the next portion, in units of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace(usize);

impl Default for Pace {
    fn default() -> Self {
        Pace(FIRST)
    }
}

impl Pace {
    /// How much to do now, at least 1.
    pub fn units(self) -> usize {
        self.0
    }

    /// Learns from how long the last portion took: at most twice as much comes next, and at least half.
    pub fn took(&mut self, ms: f64) {
        let share = if ms > 0.0 { (PORTION_MS / ms).clamp(0.5, 2.0) } else { 2.0 };
        self.0 = ((self.0 as f64 * share) as usize).clamp(1, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_settles_where_a_portion_takes_its_time() {
        for ms_per_unit in [0.001, 0.01, 1.0, 100.0] {
            let mut pace = Pace::default();
            for _ in 0..30 {
                pace.took(pace.units() as f64 * ms_per_unit);
            }
            let ms = pace.units() as f64 * ms_per_unit;
            assert!(ms <= PORTION_MS.max(ms_per_unit), "{ms} ms");
            assert!(ms >= PORTION_MS / 2.0, "{ms} ms");
        }
    }

    #[test]
    fn a_clock_that_stands_still_does_no_harm() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.took(0.0);
        }
        assert_eq!(pace.units(), MOST);
    }
}
