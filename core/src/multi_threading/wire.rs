//! What the server and the page tell each other about primes that the server counts, as JSON: a request, and its
//! answer as lines (NDJSON), each as soon as there is something to tell.

use super::job::Job;
use super::primes::Method;
use super::race::{Frame, Lane, Span};
use super::split::Split;
use serde::{Deserialize, Serialize};

/// The body of `POST /api/multi-threading/primes`: what is not said is as by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrimesRequest {
    /// See [`Job::up_to`].
    pub up_to: u64,
    /// How many workers.
    pub workers: u32,
    /// How each of them counts.
    pub method: Method,
    /// How the numbers are dealt out.
    pub split: Split,
    /// What the workers are.
    pub by: By,
}

/// What workers are, on the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Threads, which share a counter in memory.
    #[default]
    Threads,
    /// Processes, which share nothing: they ask for pieces and tell what they have found by messages through pipes.
    Processes,
}

impl PrimesRequest {
    /// What is asked for.
    pub fn job(&self) -> Job {
        let PrimesRequest { up_to, workers, method, split, by: _ } = *self;
        Job { up_to, workers, method, split }
    }
}

impl Default for PrimesRequest {
    /// The default [`Job`], on threads.
    fn default() -> Self {
        let Job { up_to, workers, method, split } = Job::default();
        PrimesRequest { up_to, workers, method, split, by: By::default() }
    }
}

/// A line of the answer. The first is [`PrimesEvent::Started`], the last one of the other two, unless the connection
/// breaks before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PrimesEvent {
    /// The race has begun.
    Started {
        /// What is being counted.
        job: Job,
        /// By what.
        by: By,
        /// How many threads can run at the same moment on the server, as far as it knows.
        cores: u32,
        /// The processes' numbers, by workers; none for threads.
        pids: Vec<u32>,
    },
    /// What has happened since the line before, a few times a second.
    Progress {
        /// How long the race has lasted, in microseconds.
        elapsed_us: u64,
        /// How many primes have been found.
        found: u64,
        /// What each worker has done since.
        lanes: Vec<LaneNews>,
    },
    /// It is over.
    Finished {
        /// How long it has lasted, in microseconds, the workers' start included.
        elapsed_us: u64,
        /// How many primes there are.
        found: u64,
    },
    /// It has been broken off.
    Failed {
        /// Why, as a sentence for the visitor.
        why: String,
    },
}

/// What a worker has done since it was last told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneNews {
    /// What it did when; the first may continue the last one of before.
    pub spans: Vec<Span>,
    /// Whether there is nothing left to do for it.
    pub is_done: bool,
}

impl Lane {
    /// Takes what has happened since the last time, and keeps the sums. What is pushed afterwards follows on it.
    pub fn take_news(&mut self) -> LaneNews {
        let spans = self.take_spans();
        LaneNews { spans, is_done: self.is_done }
    }
}

impl PrimesEvent {
    /// Brings the picture of the race, of which nothing is known before it has started, up to date.
    pub fn apply(&self, race: &mut Option<Frame>) {
        match (self, race) {
            (PrimesEvent::Started { job, .. }, race) => *race = Some(Frame::new(job)),
            (PrimesEvent::Progress { elapsed_us, lanes, .. }, Some(race)) => {
                for (lane, news) in race.lanes.iter_mut().zip(lanes) {
                    news.spans.iter().for_each(|span| lane.push(span.clone()));
                    lane.is_done = news.is_done;
                }
                race.wait_until(*elapsed_us);
            }
            (PrimesEvent::Finished { elapsed_us, .. }, Some(race)) => race.finish(*elapsed_us),
            _ => {}
        }
    }
}
