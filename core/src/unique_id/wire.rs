//! What the server and the page tell each other about the real ID service, the blog on four shards and the insert
//! race, as JSON.
//!
//! IDs are strings of decimal digits: JavaScript's numbers are exact to 2^53 only. Times are milliseconds since
//! 1970-01-01 UTC by the service's clock, which can be set off on purpose.

mod blog;
mod race;

use serde::{Deserialize, Serialize};

use super::anatomy::Dissection;
use super::kinds::Kind;

pub use blog::{NewPost, Post, Posts, SHARDS, ShardState};
pub use race::{Lane, LaneState, Leaf, RaceRequest, RaceState, Sample};

/// The most IDs of one request.
pub const MOST_IDS: u32 = 10_000;

/// The answer to `POST /api/unique-id?kind=…&count=…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The kind asked for.
    pub kind: Kind,
    /// In the order in which they were made: decimal digits for Snowflakes, the usual text of the others.
    pub ids: Vec<String>,
    /// Who made them; none for kinds that need no worker number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<Held>,
}

/// A worker number, as long as its server holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The number, 0 to 31: it is in every ID.
    pub number: u16,
    /// The fencing epoch: greater with each server that has held the number.
    pub epoch: u64,
}

/// The answer to `GET /api/unique-id/{id}`: everything that the text can be read as, the likeliest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decoded {
    /// What was asked about.
    pub text: String,
    /// How it can be read.
    pub readings: Vec<Dissection>,
}

/// The answer to `GET /api/unique-id`: how the service is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    /// What the service's clock shows.
    pub now_ms: u64,
    /// How far that clock was set off on purpose, in milliseconds.
    pub clock_offset_ms: i64,
    /// The number that this server holds; none while it has none.
    pub lease: Option<LeaseState>,
    /// Why it has none, or cannot use the one it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Every number that was ever leased in this data directory, or in this Redis, by number.
    pub leases: Vec<LeaseState>,
    /// Snowflakes made since the server started.
    pub made: u64,
    /// … that were not above the one before from the same number. Always 0, unless something is broken.
    pub duplicates: u64,
    /// How often the number was leased anew since the server started, the first time counted.
    pub takeovers: u64,
}

/// One worker number in the registry, on disk or in Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseState {
    /// The number, and the epoch of who holds it or held it last.
    #[serde(flatten)]
    pub held: Held,
    /// The end of what was reserved for the holders before: the first ID of this lease is later.
    pub after_ms: u64,
    /// The high-water mark: up to and with this millisecond, IDs with this number may have been handed out. It is durable
    /// before any of them is, so that whoever gets the number next begins after it. If it is not renewed before
    /// that time, others may take the number.
    pub high_water_ms: u64,
    /// The process that holds it; none if it was given back.
    pub process: Option<u32>,
    /// The name of the server that is, where the registry is in Redis: processes on two machines may have the same id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Whether that is the server that tells this.
    pub is_own: bool,
}

/// The body of `PUT /api/unique-id/clock`, and its answer: sets the service's clock off, for experiments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockOffset {
    /// By how many milliseconds it is ahead of the real one, [`MOST_CLOCK_OFFSET_MS`] at most in either direction.
    pub offset_ms: i64,
}

/// How far the clock can be set off while the server runs, in milliseconds: a minute.
pub const MOST_CLOCK_OFFSET_MS: i64 = 60_000;

/// One message of `/ws/unique-id`. The first three come at the beginning, then each when something has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// How the service is: at least at every heartbeat of the server.
    Service(ServiceState),
    /// How full the shards are.
    Shards {
        /// Shard 0 to 3.
        shards: Vec<ShardState>,
    },
    /// How the race stands; a few times a second while it runs. None was run yet if it has no lanes.
    Race(RaceState),
    /// A post was stored by this server.
    Posted(Post),
}
