//! The insert race: the same rows into a real database, keyed by one kind of ID after the other.

use serde::{Deserialize, Serialize};

use crate::unique_id::kinds::Kind;

/// The body of `POST /api/unique-id/race`: what is not said is as by default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RaceRequest {
    /// How many rows of each kind, 1,000 to 1,000,000.
    pub rows: u32,
    /// Which kinds, in this order, each once.
    pub kinds: Vec<Kind>,
    /// How much of the file the database keeps in memory, in MiB, 1 to 256.
    pub cache_mib: u32,
}

impl RaceRequest {
    /// The fewest and the most rows.
    pub const ROWS: std::ops::RangeInclusive<u32> = 1_000..=1_000_000;
    /// The smallest and the largest cache, in MiB.
    pub const CACHE_MIB: std::ops::RangeInclusive<u32> = 1..=256;
    /// The rows of one transaction.
    pub const ROWS_PER_TRANSACTION: u32 = 1_000;
    /// The bytes of a row beside its key.
    pub const VALUE_BYTES: usize = 100;

    /// What is wrong with it.
    ///
    /// # Errors
    /// A sentence for the visitor.
    pub fn check(&self) -> Result<(), String> {
        if !Self::ROWS.contains(&self.rows) {
            return Err("A race has 1000 to 1000000 rows.".into());
        }
        if !Self::CACHE_MIB.contains(&self.cache_mib) {
            return Err("The cache has 1 to 256 MiB.".into());
        }
        let is_repeated = |(at, kind): (usize, &Kind)| self.kinds[..at].contains(kind);
        if self.kinds.is_empty() || self.kinds.iter().enumerate().any(is_repeated) {
            return Err("A race has one kind of key or more, and each once.".into());
        }
        Ok(())
    }
}

impl Default for RaceRequest {
    /// 100,000 rows, Snowflake before UUIDv7 before UUIDv4, and SQLite's own 2 MiB.
    fn default() -> Self {
        Self {
            rows: 100_000,
            kinds: vec![Kind::Snowflake, Kind::UuidV7, Kind::UuidV4],
            cache_mib: 2,
        }
    }
}

/// The answer to `GET`, `POST` and `DELETE /api/unique-id/race`: the race that runs, or the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaceState {
    /// Which race since the server started, from 1; 0 if there was none.
    pub number: u32,
    /// Whether it still runs.
    pub is_running: bool,
    /// Whether somebody has asked for its end.
    pub is_cancelled: bool,
    /// The rows of each lane.
    pub rows: u32,
    /// The database's cache, in MiB.
    pub cache_mib: u32,
    /// The kinds, in the order in which they run.
    pub lanes: Vec<Lane>,
}

/// One kind's run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What the rows are keyed by.
    pub kind: Kind,
    /// How far it is.
    pub state: LaneState,
    /// How it stands now.
    pub latest: Sample,
    /// How it stood on the way, at up to [`Lane::MOST_SAMPLES`] places.
    pub samples: Vec<Sample>,
    /// What its pages look like, once it is finished.
    pub leaf: Option<Leaf>,
}

impl Lane {
    /// The most samples of a lane.
    pub const MOST_SAMPLES: u32 = 50;

    /// Rows a second so far; 0 before the first.
    #[must_use]
    pub fn rows_per_second(&self) -> u64 {
        let Sample { rows, elapsed_us, .. } = self.latest;
        (u64::from(rows) * 1_000_000).checked_div(elapsed_us).unwrap_or(0)
    }
}

/// How far a lane is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LaneState {
    /// Others run before it.
    Waiting,
    /// Rows go in.
    Inserting,
    /// All rows are in, and its pages are being counted.
    Counting,
    /// It is over.
    Finished,
    /// It was broken off.
    Cancelled,
    /// The database or the disk failed.
    Failed {
        /// How.
        why: String,
    },
}

/// How a lane stands at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Rows that are in.
    pub rows: u32,
    /// How long that took, in microseconds, without the making of the keys.
    pub elapsed_us: u64,
    /// Bytes that the database handed to the system to be written; none where the system does not count them.
    pub written_bytes: Option<u64>,
    /// The size of the file, in bytes, without the write-ahead log.
    pub file_bytes: u64,
}

/// The pages of a finished lane, as SQLite's `dbstat` counts them.
///
/// SQLite spreads rows over up to three neighbouring pages before it splits one, so that random keys fill its pages
/// about as well as ordered ones; they pay by the pages that are written for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The size of a page, in bytes.
    pub page_bytes: u32,
    /// Pages that hold rows at the bottom of the tree.
    pub leaf_pages: u64,
    /// Pages above them.
    pub inner_pages: u64,
    /// How full the leaves are, in tenths of a percent, 0 to 1,000.
    pub leaf_fill_permille: u32,
    /// The levels of the tree.
    pub depth: u32,
}
