//! What the page and its worker say to each other, and what a job is.
//!
//! Both speak postcard, as bytes, with shared words beside them where a team works together. Besides, the worker says `null` once it listens, and a text when it
//! cannot go on.

use playground_core::shared_memory::Teamwork;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The jobs there are: one variant each, matched in `worker.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// [`RaceJob`](super::cdn::RaceJob): all policies of eviction over the same requests.
    Cdn,
    /// [`Check`](playground_core::multi_threading::Check): every interleaving of a tiny program.
    MultiThreading,
    /// [`Plan`](playground_core::multi_threading::many::Plan): a tiny program, many times over.
    MultiThreadingRuns,
    /// [`Stretch`](super::stretch::Stretch): a piece of a race for primes.
    Primes,
    /// [`Check`](playground_core::two_phase_commit::Check): every run of one transaction.
    TwoPhaseCommit,
    /// [`Plan`](playground_core::unique_id::million::Plan): a million rows into an index.
    UniqueId,
}

/// What the page says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Do this instead of whatever is being done.
    Start {
        /// Comes back with every answer.
        ticket: u32,
        /// Which job it is.
        kind: Kind,
        /// The [`Job`] itself.
        job: Vec<u8>,
    },
    /// Do nothing more.
    Cancel,
    /// Take part in a team, on the words that come with this, to the end: nothing is heard meanwhile, but what the
    /// words say.
    Join {
        /// Comes back when this worker's part is done.
        ticket: u32,
        /// Which team it is.
        kind: TeamKind,
        /// The [`TeamJob`] itself.
        team: Vec<u8>,
        /// Which of its workers this one is.
        worker: u32,
        /// When the run began, in milliseconds since 1970 by the clock of `performance`.
        begun_ms: f64,
    },
}

/// What the worker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// That of the request.
    pub ticket: u32,
    /// Whether the work is done.
    pub is_last: bool,
    /// The [`Job::Answer`].
    pub answer: Vec<u8>,
}

/// The teams there are: one variant each, matched in `worker.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamKind {
    /// [`PrimesTeam`](playground_core::multi_threading::team::PrimesTeam): a race for primes.
    Primes,
    /// [`LostUpdates`](playground_core::multi_threading::team::LostUpdates): a counter that everybody counts up.
    LostUpdates,
    /// [`QueueTeam`](playground_core::blocking_queue::team::QueueTeam): producers and consumers.
    Queue,
}

/// Work for several workers at once, on shared words.
pub trait TeamJob: Teamwork {
    /// Which one.
    const KIND: TeamKind;
}

/// One kind of work: a value that the page sends and the worker turns into [`Work`].
pub trait Job: Serialize + DeserializeOwned + 'static {
    /// Which one.
    const KIND: Kind;
    /// What comes back: about every 50 ms how far the work is, and in the end what came of it.
    type Answer: Clone + Serialize + DeserializeOwned + 'static;
    /// The work under way.
    type Work: Work<Answer = Self::Answer>;

    /// Begins; what takes long belongs into [`Work::advance`].
    fn begin(self) -> Self::Work;
}

/// Work that can be done bit by bit.
pub trait Work: 'static {
    /// That of the [`Job`].
    type Answer;

    /// Does `units` more of it, at least 1, each far shorter than a frame; false once it is done.
    fn advance(&mut self, units: usize) -> bool;

    /// How far it is, or what came of it.
    fn answer(&mut self) -> Self::Answer;
}
