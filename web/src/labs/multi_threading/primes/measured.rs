//! The races that have been run, kept so that they can be compared: with each other, with the laws, and with the model.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::race::Frame;
use playground_core::multi_threading::schedule::{Machine, Work, predict};
use playground_core::multi_threading::speedup::fit_amdahl;
use std::rc::Rc;
use yew::prelude::*;

/// How long one worker would be busy with a job, in microseconds, and how long workers take to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    busy_us: u64,
    start_us: u64,
}

/// The races.
#[derive(Clone, Default, PartialEq)]
pub struct Measured {
    /// Of each job the last race.
    races: Vec<Rc<Frame>>,
    /// What is still to be run of a series.
    series: Vec<Job>,
}

/// What changes them.
pub enum Step {
    /// A race begins, and these come after it.
    Begin(Vec<Job>),
    /// A race is over.
    Over(Rc<Frame>),
    /// The next one of the series begins.
    Next,
    /// The series is broken off.
    Stop,
}

impl Reducible for Measured {
    type Action = Step;

    fn reduce(mut self: Rc<Self>, step: Step) -> Rc<Self> {
        if matches!(step, Step::Stop) && self.series.is_empty() {
            return self;
        }
        let measured = Rc::make_mut(&mut self);
        match step {
            Step::Begin(series) => measured.series = series,
            Step::Over(frame) => {
                measured.races.retain(|it| it.job != frame.job);
                measured.races.push(frame);
            }
            Step::Next => drop(measured.series.drain(..measured.series.len().min(1))),
            Step::Stop => measured.series.clear(),
        }
        self
    }
}

impl Measured {
    /// Whether this very race is kept.
    pub fn knows(&self, frame: &Frame) -> bool {
        self.races.iter().any(|it| **it == *frame)
    }

    /// The next one of a series.
    pub fn next(&self) -> Option<Job> {
        self.series.first().copied()
    }

    /// The races of a job with however many workers, in the order of those.
    pub fn of(&self, job: &Job) -> Vec<Rc<Frame>> {
        let is_same = |it: &&Rc<Frame>| Job { workers: job.workers, ..it.job } == *job;
        let mut races: Vec<Rc<Frame>> = self.races.iter().filter(is_same).cloned().collect();
        races.sort_by_key(|it| it.job.workers);
        races
    }

    /// What one worker was seen to need for a job: in a race of its own, or else as one of several that had a core each.
    pub fn calibration(&self, job: Option<Job>) -> Option<Calibration> {
        let job = job?;
        let is_same = |it: &&Rc<Frame>| it.job.up_to == job.up_to && it.job.method == job.method;
        let fewest = self.races.iter().filter(is_same).min_by_key(|it| it.job.workers)?;
        let starts = fewest.lanes.iter().filter_map(|lane| lane.spans.first());
        let start_us = starts.map(|span| if span.counted().is_some() { 0 } else { span.until_us });
        Some(Calibration { busy_us: fewest.busy_us(), start_us: start_us.max().unwrap_or(0) })
    }
}

/// What the model says about a race.
pub fn foretold(job: Job, calibration: Calibration, cores: u32) -> Frame {
    let work = Work::new(job.method, job.up_to);
    let Calibration { busy_us, start_us } = calibration;
    let machine = Machine { start_us, ..Machine::measured(&job, &work, busy_us, cores) };
    predict(&job, &work, &machine)
}

/// How many times as fast as one worker each race was; none if one worker alone has not been measured.
pub fn speedups(races: &[Rc<Frame>]) -> Vec<(u32, f64)> {
    let Some(alone) = races.iter().find(|it| it.job.workers == 1) else { return Vec::new() };
    let ratio = |it: &Rc<Frame>| alone.elapsed_us as f64 / it.elapsed_us.max(1) as f64;
    races.iter().map(|it| (it.job.workers, ratio(it))).collect()
}

/// The part that could not be dealt out, as far as the races with a core for each worker show it.
pub fn serial_share(speedups: &[(u32, f64)], cores: u32) -> Option<f64> {
    fit_amdahl(speedups.iter().copied().filter(|(workers, _)| *workers <= cores))
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::race::Counted;
    use playground_core::multi_threading::split::Split;

    fn race(workers: u32, elapsed_us: u64) -> Rc<Frame> {
        let job = Job { workers, split: Split::Chunks { size: 10_000 }, ..Job::default() };
        let mut frame = Frame::new(&job);
        for lane in &mut frame.lanes {
            lane.count(Counted::new(0, 1..100, 25), 0, elapsed_us);
        }
        frame.finish(elapsed_us);
        Rc::new(frame)
    }

    fn after(steps: Vec<Step>) -> Rc<Measured> {
        steps.into_iter().fold(Rc::new(Measured::default()), |state, step| state.reduce(step))
    }

    #[test]
    fn the_last_race_of_each_kind_is_kept() {
        let (first, again) = (race(2, 700), race(2, 600));
        let measured =
            after(vec![Step::Over(first), Step::Over(race(1, 1_000)), Step::Over(again)]);
        let races = measured.of(&race(4, 1).job);
        assert_eq!(races.iter().map(|it| it.elapsed_us).collect::<Vec<_>>(), [1_000, 600]);
        let ratios = speedups(&races);
        assert_eq!(ratios[0], (1, 1.0));
        assert!((ratios[1].1 - 1.667).abs() < 0.01, "{ratios:?}");
        let serial = serial_share(&ratios, 2).expect("two workers have been measured");
        assert!((serial - 0.2).abs() < 0.01, "{serial}");
    }

    #[test]
    fn a_series_goes_on_until_it_is_over_or_broken_off() {
        let jobs: Vec<Job> = (2..=3).map(|workers| Job { workers, ..Job::default() }).collect();
        let begun = after(vec![Step::Begin(jobs.clone())]);
        assert_eq!(begun.next(), Some(jobs[0]));
        let next = begun.reduce(Step::Next);
        assert_eq!(next.next(), Some(jobs[1]));
        assert_eq!(next.reduce(Step::Stop).next(), None);
    }

    #[test]
    fn the_model_is_calibrated_by_what_was_measured() {
        let measured = after(vec![Step::Over(race(1, 1_800_000))]);
        let job = race(2, 1).job;
        let calibration = measured.calibration(Some(job)).expect("one worker has been measured");
        let frame = foretold(job, calibration, 2);
        let half = 900_000_i64;
        assert!((frame.elapsed_us as i64 - half).abs() < half / 50, "{} µs", frame.elapsed_us);
    }
}
