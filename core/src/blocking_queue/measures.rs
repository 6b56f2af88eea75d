//! What can be measured at a queue: throughput, how long things wait, how many wait, and whether Little's law ties the
//! three together.
//!
//! *L = λW* (J. D. C. Little, "A Proof for the Queuing Formula L = λW", Operations Research 9, 1961): the mean number
//! inside is the rate of arrivals times the mean time inside, whatever the distributions, the order, or the number of
//! servers. Over a finite window it holds but for what is cut at the window's two ends (Little, "Little's Law as Viewed
//! on Its 50th Anniversary", Operations Research 59, 2011), so a [`Summary`] measures the three apart from each other
//! and says by how much they differ.
//!
//! A [`Meter`] takes times in microseconds from whoever has a clock: virtual time or a real one.

use std::collections::VecDeque;

/// The most changes and the most waiting times that a meter remembers.
pub const MOST_REMEMBERED: usize = 4_096;

/// Measures a queue over the last while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    window_us: u64,
    /// The totals at each change, in the order of time, the last one being what is true now. The first lies at the start
    /// of the window, or before it.
    points: VecDeque<Point>,
    /// When something left, and how long it had been inside.
    waits: VecDeque<(u64, u64)>,
}

/// Totals since the start, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Point {
    at_us: u64,
    /// How many are inside from this moment on.
    level: u64,
    /// The level, summed over all microseconds until then.
    area_us: u64,
    arrived: u64,
    left: u64,
    /// Of those that left, how many told how long they had been inside, and for how long in sum.
    told: u64,
    waited_us: u64,
}

impl Point {
    fn area_at(&self, at_us: u64) -> u64 {
        let passed_us = at_us.saturating_sub(self.at_us);
        self.area_us.saturating_add(self.level.saturating_mul(passed_us))
    }
}

impl Meter {
    /// A meter of an empty queue that looks back for so many microseconds, from this moment on.
    pub fn new(window_us: u64, now_us: u64) -> Self {
        let start = Point { at_us: now_us, ..Point::default() };
        Meter { window_us: window_us.max(1), points: [start].into(), waits: VecDeque::new() }
    }

    /// So many are inside from now on. Times before the last change count as the last change.
    pub fn set_level(&mut self, now_us: u64, level: u64) {
        self.change(now_us, |point| point.level = level);
    }

    /// So many have come. Whether that changes how many are inside, [`set_level`](Meter::set_level) says.
    pub fn arrive(&mut self, now_us: u64, count: u64) {
        self.change(now_us, |point| point.arrived += count);
    }

    /// So many have left; of some of them it is known for how many microseconds they had been inside.
    pub fn leave(&mut self, now_us: u64, count: u64, waits_us: &[u64]) {
        let now_us = self.change(now_us, |point| {
            point.left += count;
            point.told += waits_us.len() as u64;
            point.waited_us =
                waits_us.iter().fold(point.waited_us, |sum, it| sum.saturating_add(*it));
        });
        self.waits.extend(waits_us.iter().map(|wait_us| (now_us, *wait_us)));
        let start_us = now_us.saturating_sub(self.window_us);
        let is_over = |(at_us, _): &(u64, u64)| *at_us <= start_us;
        while self.waits.len() > MOST_REMEMBERED || self.waits.front().is_some_and(is_over) {
            self.waits.pop_front();
        }
    }

    /// The level, summed over all microseconds since the start.
    pub fn area_us(&self, now_us: u64) -> u64 {
        self.last().area_at(now_us)
    }

    /// How long those that left had been inside, in sum since the start.
    pub fn waited_us(&self) -> u64 {
        self.last().waited_us
    }

    /// How many changes and waiting times it remembers.
    pub fn remembered(&self) -> usize {
        self.points.len() + self.waits.len()
    }

    /// What was measured from the start of the window until now.
    pub fn summary(&self, now_us: u64) -> Summary {
        let last = self.last();
        let now_us = now_us.max(last.at_us);
        let wanted_us = now_us.saturating_sub(self.window_us);
        let before = self.points.partition_point(|point| point.at_us <= wanted_us);
        let first = self.points[before.saturating_sub(1)];
        let start_us = wanted_us.max(first.at_us);
        let window_us = now_us - start_us;
        let mut waits_us: Vec<u64> =
            self.waits.iter().filter(|(at_us, _)| *at_us > start_us).map(|it| it.1).collect();
        let area_us = last.area_at(now_us) - first.area_at(start_us);
        Summary {
            window_us,
            arrived: last.arrived - first.arrived,
            left: last.left - first.left,
            mean_level: ratio(area_us, window_us),
            mean_wait_us: ratio(last.waited_us - first.waited_us, last.told - first.told),
            waits: Percentiles::of(&mut waits_us),
        }
    }

    fn last(&self) -> Point {
        self.points.back().copied().unwrap_or_default()
    }

    fn change(&mut self, now_us: u64, change: impl FnOnce(&mut Point)) -> u64 {
        let last = self.last();
        let now_us = now_us.max(last.at_us);
        let mut point = Point { at_us: now_us, area_us: last.area_at(now_us), ..last };
        change(&mut point);
        if last.at_us == now_us {
            self.points.pop_back();
        }
        self.points.push_back(point);
        let start_us = now_us.saturating_sub(self.window_us);
        let is_over = |second: &Point| second.at_us <= start_us;
        while self.points.len() > MOST_REMEMBERED || self.points.get(1).is_some_and(is_over) {
            self.points.pop_front();
        }
        now_us
    }
}

/// What was measured in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// How long it is, in microseconds: shorter than it should be at the beginning.
    pub window_us: u64,
    /// How many have come.
    pub arrived: u64,
    /// How many have left.
    pub left: u64,
    /// How many were inside on average over time: L. None if no time has passed.
    pub mean_level: Option<f64>,
    /// How long those that left had been inside on average, in microseconds: W. None if nothing has left.
    pub mean_wait_us: Option<f64>,
    /// The same, in order of length; none if nothing has left.
    pub waits: Option<Percentiles>,
}

impl Summary {
    /// How many leave in a second. None if no time has passed.
    pub fn throughput_per_s(&self) -> Option<f64> {
        ratio(self.left, self.window_us).map(|per_us| per_us * 1e6)
    }

    /// How many come in a second: λ. None if no time has passed.
    pub fn arrivals_per_s(&self) -> Option<f64> {
        ratio(self.arrived, self.window_us).map(|per_us| per_us * 1e6)
    }

    /// Both sides of Little's law; none while there is nothing to compare.
    pub fn little(&self) -> Option<Little> {
        let arrivals_per_us = ratio(self.arrived, self.window_us)?;
        Some(Little {
            mean_level: self.mean_level?,
            rate_times_wait: arrivals_per_us * self.mean_wait_us?,
        })
    }
}

/// Both sides of Little's law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Little {
    /// L: the mean number inside.
    pub mean_level: f64,
    /// λW: the rate of arrivals times the mean time inside.
    pub rate_times_wait: f64,
}

impl Little {
    /// By what part of the greater one they differ: 0 if they agree, at most 1.
    pub fn error(&self) -> f64 {
        let greater = self.mean_level.max(self.rate_times_wait);
        if greater > 0.0 { (self.mean_level - self.rate_times_wait).abs() / greater } else { 0.0 }
    }
}

/// How long things took, in microseconds. Each is one of the times themselves, by nearest rank: nothing is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// How many times there are.
    pub samples: u64,
    /// The shortest one.
    pub least_us: u64,
    /// Half of them take so long at most.
    pub p50_us: u64,
    /// … 90 of 100.
    pub p90_us: u64,
    /// … 99 of 100.
    pub p99_us: u64,
    /// … 999 of 1,000.
    pub p999_us: u64,
    /// The longest one.
    pub most_us: u64,
}

impl Percentiles {
    /// Those of some times, which it sorts; none if there are none.
    pub fn of(times_us: &mut [u64]) -> Option<Self> {
        times_us.sort_unstable();
        Some(Percentiles {
            samples: times_us.len() as u64,
            least_us: *times_us.first()?,
            p50_us: nearest_rank(times_us, 500)?,
            p90_us: nearest_rank(times_us, 900)?,
            p99_us: nearest_rank(times_us, 990)?,
            p999_us: nearest_rank(times_us, 999)?,
            most_us: *times_us.last()?,
        })
    }
}

/// The least of the sorted values that is not exceeded by `permille` thousandths of them (the nearest-rank percentile);
/// none if there are none. More than 1,000 is 1,000.
pub fn nearest_rank(sorted: &[u64], permille: u32) -> Option<u64> {
    let rank = (sorted.len() as u64 * u64::from(permille.min(1_000))).div_ceil(1_000);
    sorted.get(rank.max(1) as usize - 1).copied()
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    if whole == 0 { None } else { Some(part as f64 / whole as f64) }
}
