//! The keys that a table may have: numbers that count up, Snowflake IDs, UUIDs and ULIDs.
//!
//! UUIDs follow RFC 9562 and ULIDs their specification (ulid/spec), each by its well-kept crate; the time and the
//! randomness are given. What is said of a kind is not written down but found out, by making keys and comparing
//! them: see [`properties`].

mod key;
mod mint;
mod properties;

pub use key::Key;
pub use mint::Mint;
pub use properties::{Guess, Properties, properties};

use serde::{Deserialize, Serialize};

/// A way to make keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 1, 2, 3, … from a counter. With one counter a shard, every shard hands out the same numbers.
    AutoIncrement,
    /// The time, the worker's number and a sequence in 64 bits, in the classical layout.
    Snowflake,
    /// 122 random bits (RFC 9562, section 5.4).
    UuidV4,
    /// 48 bits of milliseconds and 74 random ones (RFC 9562, section 5.7), rising within the millisecond, too
    /// (section 6.2, method 2).
    UuidV7,
    /// 48 bits of milliseconds and 80 random ones, rising by one within the millisecond (ulid/spec, "Monotonicity").
    Ulid,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] =
        [Kind::AutoIncrement, Kind::Snowflake, Kind::UuidV4, Kind::UuidV7, Kind::Ulid];

    /// How people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::AutoIncrement => "Auto-increment",
            Kind::Snowflake => "Snowflake",
            Kind::UuidV4 => "UUIDv4",
            Kind::UuidV7 => "UUIDv7",
            Kind::Ulid => "ULID",
        }
    }

    /// How many bytes a key has in a table.
    pub const fn bytes(self) -> usize {
        match self {
            Kind::AutoIncrement | Kind::Snowflake => 8,
            Kind::UuidV4 | Kind::UuidV7 | Kind::Ulid => 16,
        }
    }
}
