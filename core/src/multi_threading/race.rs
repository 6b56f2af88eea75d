//! A race of workers: what each of them did when. One value for what was measured and for what was modelled, so that
//! both are drawn by the same view: a Gantt chart with a lane for each worker.

use super::job::Job;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A race at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// What is being counted.
    pub job: Job,
    /// How long the race has lasted, in microseconds; once it is over, how long it has lasted in all.
    pub elapsed_us: u64,
    /// A lane for each worker.
    pub lanes: Vec<Lane>,
    /// Whether all have finished.
    pub is_over: bool,
}

/// What one worker has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What it did when: in order, without overlaps, [`Lane::MOST_SPANS`] at most. The sums below are exact even where
    /// spans were drawn together.
    pub spans: Vec<Span>,
    /// How many numbers it has looked at.
    pub counted: u64,
    /// How many of them were prime; 0 in a prediction, which knows the work but not the primes.
    pub found: u64,
    /// How many pieces it has begun.
    pub pieces: u32,
    /// How long it has counted, in microseconds.
    pub busy_us: u64,
    /// How long it has waited, in microseconds; starting is not waiting.
    pub waiting_us: u64,
    /// Whether there is nothing left to do for it.
    pub is_done: bool,
}

/// A stretch of time in which a worker did one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// When it began, in microseconds since the race's beginning.
    pub from_us: u64,
    /// When it ended.
    pub until_us: u64,
    /// What it did; where spans were drawn together, what it did for the longer time.
    pub doing: Doing,
}

/// What a worker does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It is not ready yet: the thread or process is being started.
    Starting,
    /// It waits for a piece, or for the others to finish.
    Waiting,
    /// It counts.
    Busy(Counted),
}

/// What was counted in a span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The piece; of several that were drawn together, the first.
    pub piece: u32,
    /// The numbers; of several pieces that were drawn together, from the lowest to the highest.
    pub numbers: Range<u64>,
    /// How many numbers were looked at.
    pub counted: u64,
    /// How many of them were prime.
    pub found: u64,
}

impl Counted {
    /// A stretch of a piece.
    pub fn new(piece: u32, numbers: Range<u64>, found: u64) -> Self {
        let counted = numbers.end.saturating_sub(numbers.start);
        Counted { piece, numbers, counted, found }
    }

    /// Adds what was counted besides.
    pub fn join(&mut self, other: &Counted) {
        self.numbers.start = self.numbers.start.min(other.numbers.start);
        self.numbers.end = self.numbers.end.max(other.numbers.end);
        self.counted += other.counted;
        self.found += other.found;
    }

    /// The beginning of it, by its share of the time.
    fn part(&self, part: u64, of: u64) -> Self {
        let cut =
            |whole: u64| (u128::from(whole) * u128::from(part) / u128::from(of.max(1))) as u64;
        let width = self.numbers.end - self.numbers.start;
        Counted {
            piece: self.piece,
            numbers: self.numbers.start..self.numbers.start + cut(width),
            counted: cut(self.counted),
            found: cut(self.found),
        }
    }
}

impl Span {
    /// How long it lasts, in microseconds.
    pub fn length_us(&self) -> u64 {
        self.until_us.saturating_sub(self.from_us)
    }

    /// What was counted in it; none if nobody counted.
    pub fn counted(&self) -> Option<&Counted> {
        match &self.doing {
            Doing::Busy(counted) => Some(counted),
            Doing::Starting | Doing::Waiting => None,
        }
    }

    /// Whether a span that begins when this one ends is more of the same.
    fn goes_on_with(&self, next: &Span) -> bool {
        let is_same = match (&self.doing, &next.doing) {
            (Doing::Busy(this), Doing::Busy(next)) => this.piece == next.piece,
            (this, next) => this == next,
        };
        is_same && self.until_us == next.from_us
    }

    /// Draws another one together with this one, which it follows.
    fn join(&mut self, next: Span) {
        let is_longer = next.length_us() > self.length_us();
        self.until_us = next.until_us;
        match (&mut self.doing, next.doing) {
            (Doing::Busy(this), Doing::Busy(next)) => this.join(&next),
            // Whatever was counted in the shorter one is in the lane's sums.
            (doing, next) if is_longer => *doing = next,
            _ => {}
        }
    }
}

impl Lane {
    /// The most spans that a lane keeps apart; of more, each two that follow each other become one.
    pub const MOST_SPANS: usize = 400;

    /// Adds what came next. Time of which nothing is known was spent starting, or after that, waiting.
    pub fn push(&mut self, span: Span) {
        let from_us = self.until_us();
        if from_us < span.from_us {
            let doing = if self.spans.is_empty() { Doing::Starting } else { Doing::Waiting };
            self.append(Span { from_us, until_us: span.from_us, doing });
        }
        self.append(span);
    }

    /// Notes a stretch of a piece, counted from one moment to another, in microseconds since the race's beginning.
    pub fn count(&mut self, counted: Counted, from_us: u64, until_us: u64) {
        self.push(Span { from_us, until_us, doing: Doing::Busy(counted) });
    }

    /// When the last span ended, in microseconds; 0 before the first.
    pub fn until_us(&self) -> u64 {
        self.spans.last().map_or(0, |span| span.until_us)
    }

    /// When it had counted its last number, in microseconds; 0 if it never began.
    pub fn finished_us(&self) -> u64 {
        let mut spans = self.spans.iter().rev();
        spans.find(|span| span.counted().is_some()).map_or(0, |span| span.until_us)
    }

    fn append(&mut self, span: Span) {
        let goes_on = self.spans.last().is_some_and(|last| last.goes_on_with(&span));
        match &span.doing {
            Doing::Starting => {}
            Doing::Waiting => self.waiting_us += span.length_us(),
            Doing::Busy(counted) => {
                self.busy_us += span.length_us();
                self.counted += counted.counted;
                self.found += counted.found;
                self.pieces += u32::from(!goes_on);
            }
        }
        match self.spans.last_mut() {
            Some(last) if goes_on => last.join(span),
            _ => self.spans.push(span),
        }
        if self.spans.len() > Self::MOST_SPANS {
            self.thin_out();
        }
    }

    /// Takes all spans away, but remembers when the last one ended.
    pub(super) fn take_spans(&mut self) -> Vec<Span> {
        let end_us = self.until_us();
        let mut spans = std::mem::take(&mut self.spans);
        // What was left by the time before says no more than when it was.
        if spans.first().is_some_and(|span| span.length_us() == 0) {
            spans.remove(0);
        }
        if end_us > 0 {
            let end = Span { from_us: end_us, until_us: end_us, doing: Doing::Waiting };
            self.spans.push(end);
        }
        spans
    }

    fn thin_out(&mut self) {
        let mut spans = std::mem::take(&mut self.spans).into_iter();
        while let Some(mut span) = spans.next() {
            // How long starting took stays apart: it is one span, and says something else.
            if span.doing != Doing::Starting
                && let Some(next) = spans.next()
            {
                span.join(next);
            }
            self.spans.push(span);
        }
    }

    /// The lane as it was at a moment before its end: what happens in a span is spread evenly over it.
    fn at(&self, at_us: u64) -> Self {
        let mut lane = Lane::default();
        for span in self.spans.iter().take_while(|span| span.from_us < at_us) {
            let until_us = span.until_us.min(at_us);
            let (part, of) = (until_us - span.from_us, span.length_us());
            let doing = match &span.doing {
                Doing::Busy(counted) => Doing::Busy(counted.part(part, of)),
                other => other.clone(),
            };
            lane.append(Span { from_us: span.from_us, until_us, doing });
        }
        lane.is_done = self.is_done && self.finished_us() <= at_us;
        lane
    }
}

impl Frame {
    /// Before the beginning: nobody has done anything.
    pub fn new(job: &Job) -> Self {
        let lanes = vec![Lane::default(); job.workers as usize];
        Frame { job: *job, elapsed_us: 0, lanes, is_over: false }
    }

    /// How many primes have been found.
    pub fn found(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.found).sum()
    }

    /// How many numbers have been looked at.
    pub fn counted(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.counted).sum()
    }

    /// How long all workers together were busy, in microseconds.
    pub fn busy_us(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.busy_us).sum()
    }

    /// Moves the time on: who is done has waited for the others since, and the others will tell.
    pub fn wait_until(&mut self, elapsed_us: u64) {
        self.elapsed_us = self.elapsed_us.max(elapsed_us);
        for lane in &mut self.lanes {
            let from_us = lane.until_us();
            if lane.is_done && from_us < self.elapsed_us {
                let until_us = self.elapsed_us;
                lane.append(Span { from_us, until_us, doing: Doing::Waiting });
            }
        }
    }

    /// Ends the race: all are done, and whoever was earlier has waited until now.
    pub fn finish(&mut self, elapsed_us: u64) {
        self.lanes.iter_mut().for_each(|lane| lane.is_done = true);
        self.wait_until(elapsed_us);
        self.is_over = true;
    }

    /// The race as it was at an earlier moment; as it is, if that is not earlier.
    #[must_use]
    pub fn at(&self, at_us: u64) -> Self {
        if at_us >= self.elapsed_us {
            return self.clone();
        }
        let lanes = self.lanes.iter().map(|lane| lane.at(at_us)).collect();
        Frame { job: self.job, elapsed_us: at_us, lanes, is_over: false }
    }
}
