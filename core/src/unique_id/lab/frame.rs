//! What is drawn of the lab at one moment: plain data.

use super::super::lease::{Lease, Row};
use super::action::{Scenario, Traffic};
use super::event::{Failure, Waiting};
use super::wire::{Message, Node};
use crate::sim::Time;
use crate::unique_id::snowflake::{ClockPolicy, Id, Layout};
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How it was set up.
    pub scenario: Arc<Scenario>,
    /// How the bits of an ID are divided.
    pub layout: Layout,
    /// What workers do when their clock has stepped back.
    pub policy: ClockPolicy,
    /// What is asked for by itself.
    pub traffic: Traffic,
    /// What a right clock shows.
    pub right_clock: ClockView,
    /// The registry of worker numbers.
    pub registry: RegistryView,
    /// The workers.
    pub workers: Vec<WorkerView>,
    /// The messages under way, in the order of sending.
    pub flights: Vec<FlightView>,
    /// The last IDs that were made, the newest last, at most [`MOST_RUNS`] runs of them.
    pub made: Arc<Vec<MadeRun>>,
    /// IDs that were handed out more than once, in the order in which that was found, at most
    /// [`MOST_DUPLICATES`] of them.
    pub duplicates: Arc<Vec<Duplicate>>,
    /// The shards on which posts are stored; none if nobody stores any.
    pub shards: Arc<Vec<ShardView>>,
    /// The last requests, the newest last, at most [`MOST_REQUESTS`] of them.
    pub requests: Arc<Vec<RequestView>>,
    /// What has been counted so far.
    pub totals: Totals,
    /// The promises that have been broken, each a sentence.
    pub broken: Vec<&'static str>,
}

/// The most runs of IDs that a frame shows.
pub const MOST_RUNS: usize = 240;
/// The most duplicates that a frame shows.
pub const MOST_DUPLICATES: usize = 60;
/// The most requests that a frame shows.
pub const MOST_REQUESTS: usize = 40;
/// The most posts of a shard that a frame shows.
pub const MOST_POSTS: usize = 24;

/// A clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockView {
    /// What it shows, in milliseconds since 1970.
    pub unix_ms: u64,
    /// How much of that millisecond is over, 0 to 1.
    pub progress: f64,
    /// By how many milliseconds it is ahead of a right clock; behind if negative.
    pub ahead_ms: i64,
    /// How fast it goes: 1,000 is right.
    pub permille: u32,
}

/// The registry.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistryView {
    /// Whether it is up.
    pub is_up: bool,
    /// Its clock.
    pub clock: ClockView,
    /// What it knows of each number, from 0 on.
    pub numbers: Vec<NumberView>,
    /// How many leases it is writing to its disk.
    pub writing: u32,
}

/// A worker number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberView {
    /// What the registry knows of it.
    pub row: Row,
    /// Which worker has it, as the registry believes; none if it is free.
    pub worker: Option<u8>,
}

/// A worker.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerView {
    /// Its place in the list.
    pub worker: u8,
    /// How it fares.
    pub state: WorkerState,
    /// How many times it has started.
    pub starts: u32,
    /// Its clock.
    pub clock: ClockView,
    /// The number that goes into its IDs; none while it has none.
    pub number: Option<u16>,
    /// Its lease, as it believes; none while it has none, or if it was configured with a number.
    pub lease: Option<Lease>,
    /// How many IDs of the millisecond that its clock shows it has handed out: where the wheel of the sequence
    /// stands.
    pub used: u32,
    /// The last ID it has made since it started.
    pub last: Option<Id>,
    /// The millisecond of that ID, as the worker believes, since 1970.
    pub last_ms: Option<u64>,
    /// Why the first client has to wait; none if nobody does.
    pub waiting: Option<Waiting>,
    /// How many requests wait.
    pub queue: u32,
    /// How many IDs it has handed out, over all its starts.
    pub made: u64,
    /// Whether it waits for an answer of the registry.
    pub is_asking: bool,
    /// Whether its link to the registry is cut.
    pub is_cut: bool,
}

/// How a worker fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerState {
    /// It is not there.
    Down,
    /// It has no number yet, or none any more.
    WithoutNumber,
    /// It makes IDs.
    Working,
    /// Its process stands still, until then if that is known.
    Paused {
        /// When it goes on by itself.
        until: Option<Time>,
    },
}

/// A message under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlightView {
    /// Its number.
    pub id: u64,
    /// From whom.
    pub from: Node,
    /// To whom.
    pub to: Node,
    /// What it says.
    pub message: Message,
    /// How much of the way is done, 0 to 1.
    pub progress: f64,
    /// When it was sent.
    pub sent_at: Time,
}

/// IDs that follow each other, made in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeRun {
    /// When.
    pub at: Time,
    /// By which worker; of a shard's own numbers, for which.
    pub worker: u8,
    /// The request.
    pub request: u64,
    /// The first of them.
    pub first: Id,
    /// How many there are; each is one more than the one before.
    pub count: u32,
    /// The millisecond that the worker's clock showed, since 1970.
    pub clock_ms: u64,
    /// Whether any of them had been handed out before.
    pub is_duplicate: bool,
}

/// An ID that was handed out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The ID.
    pub id: Id,
    /// Who made it first.
    pub first: u8,
    /// When.
    pub first_at: Time,
    /// Who made it again.
    pub again: u8,
    /// When.
    pub again_at: Time,
    /// How many IDs from this one on were handed out twice at that moment.
    pub count: u32,
}

/// A shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardView {
    /// How many posts it holds.
    pub posts: u64,
    /// Its last posts in the order of their arrival, the newest last, at most [`MOST_POSTS`] of them.
    pub last: Vec<PostView>,
}

/// A post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostView {
    /// Whose.
    pub user: u64,
    /// Its ID.
    pub id: Id,
    /// Who made the ID.
    pub worker: u8,
    /// When it was stored.
    pub at: Time,
}

/// A request for IDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestView {
    /// Its number.
    pub request: u64,
    /// Which worker was asked.
    pub worker: u8,
    /// For how many.
    pub count: u32,
    /// Whose post it is for, if it is for one.
    pub user: Option<u64>,
    /// When.
    pub asked_at: Time,
    /// How many have been made.
    pub made: u32,
    /// When and how it ended; none while the client waits.
    pub end: Option<(Time, Result<(), Failure>)>,
}

/// What has been counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests for IDs.
    pub asked: u64,
    /// … that got all they wanted.
    pub answered: u64,
    /// … that did not.
    pub failed: u64,
    /// IDs handed out.
    pub made: u64,
    /// … that had been handed out before.
    pub duplicates: u64,
    /// Leases granted.
    pub granted: u64,
    /// Leases extended.
    pub renewed: u64,
    /// Times the registry refused somebody.
    pub refused: u64,
    /// Times a worker had to wait because the millisecond's sequence was used up.
    pub exhausted: u64,
    /// Times a worker had to wait because its clock was behind its last ID.
    pub stepped_back: u64,
}
