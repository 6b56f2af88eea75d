//! In which order keys arrive at an index: what the kinds of IDs differ in, and what an index feels.
//!
//! Only the order matters here, so a key is a moment and what orders the keys of the same moment; the bits of the
//! real ones are in the other modules. Rows arrive at a steady rate, [`ROWS_PER_MS`] a millisecond for the million.

use crate::sim::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many rows arrive in a millisecond: a million in ten seconds.
pub const ROWS_PER_MS: u64 = 100;
/// How late rows may come in the experiment with keys out of order, in rows.
pub const WINDOWS: [u32; 7] = [0, 30, 100, 300, 1_000, 3_000, 10_000];
/// The greatest lateness, in rows.
pub const MOST_LATE_ROWS: u32 = 1_000_000;
/// By how much short keys are apart on average.
pub const SHORT_GAP: u32 = 10;

/// The order in which keys arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrivals {
    /// One counter for all rows: every key is greater than all before.
    AutoIncrement,
    /// Snowflake IDs of all workers in turn by chance: ordered by the millisecond, in it by the worker, then by
    /// the sequence.
    Snowflake,
    /// UUIDs of version 7 from one generator that counts within the millisecond (RFC 9562, section 6.2): every key is
    /// greater than all before.
    UuidV7Counted,
    /// UUIDs of version 7 with nothing but chance within the millisecond.
    UuidV7,
    /// ULIDs of many writers: within the millisecond as the UUIDs of version 7.
    Ulid,
    /// UUIDs of version 4: chance alone.
    UuidV4,
    /// UUIDs of version 7, made some time before their row arrives: how many rows arrive meanwhile is drawn
    /// for each row, evenly from 0 to `rows`.
    Late {
        /// The most rows, up to [`MOST_LATE_ROWS`].
        rows: u32,
    },
    /// Every key is less than all before.
    Descending,
}

impl Arrivals {
    /// The kinds of IDs, from the best order to none.
    pub const KINDS: [Arrivals; 6] = [
        Arrivals::AutoIncrement,
        Arrivals::Snowflake,
        Arrivals::UuidV7Counted,
        Arrivals::UuidV7,
        Arrivals::Ulid,
        Arrivals::UuidV4,
    ];

    /// One for each of [`WINDOWS`].
    pub fn windows() -> impl Iterator<Item = Arrivals> {
        WINDOWS.into_iter().map(|rows| Arrivals::Late { rows })
    }

    /// How many bytes a key takes in an index.
    pub const fn key_bytes(self) -> u16 {
        match self {
            Arrivals::AutoIncrement | Arrivals::Snowflake | Arrivals::Descending => 8,
            _ => 16,
        }
    }

    /// The keys in the order of their arrival, at [`ROWS_PER_MS`], without end. They are all different, but for
    /// chance, which is 2⁻⁶⁴ for two of the same moment.
    pub fn keys(self, rng: Rng) -> Keys {
        Keys(Moments::new(self, Scale::FULL, rng))
    }

    /// Keys short enough to be read, in the same order: from 0 on, [`SHORT_GAP`] apart on average, for up to `rows`
    /// rows. Those that are drawn by chance may repeat.
    pub fn short_keys(self, rows: u32, rng: Rng) -> ShortKeys {
        ShortKeys { moments: Moments::new(self, Scale::SHORT, rng), rows: rows.max(1) }
    }

    fn late_rows(self) -> u64 {
        match self {
            Arrivals::Late { rows } => rows.min(MOST_LATE_ROWS).into(),
            _ => 0,
        }
    }
}

/// As the page calls them.
impl fmt::Display for Arrivals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arrivals::AutoIncrement => f.write_str("auto-increment"),
            Arrivals::Snowflake => f.write_str("Snowflake"),
            Arrivals::UuidV7Counted => f.write_str("UUIDv7, counted"),
            Arrivals::UuidV7 => f.write_str("UUIDv7"),
            Arrivals::Ulid => f.write_str("ULID"),
            Arrivals::UuidV4 => f.write_str("UUIDv4"),
            Arrivals::Late { rows } => write!(f, "up to {rows} rows late"),
            Arrivals::Descending => f.write_str("descending"),
        }
    }
}

/// How many rows share a moment, and how a Snowflake's low bits are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale {
    rows_per_tick: u64,
    worker_bits: u32,
    sequence_bits: u32,
}

impl Scale {
    const FULL: Scale = Scale { rows_per_tick: ROWS_PER_MS, worker_bits: 5, sequence_bits: 12 };
    const SHORT: Scale = Scale { rows_per_tick: 5, worker_bits: 2, sequence_bits: 3 };
}

/// A moment, and what orders the keys of that moment, from 0 to 2⁶⁴ − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    tick: u64,
    low: u64,
}

/// The moments of the keys, in the order of arrival.
#[derive(Clone, Debug)]
struct Moments {
    arrivals: Arrivals,
    scale: Scale,
    rng: Rng,
    row: u64,
    /// How many IDs each worker has made in this tick.
    sequences: Vec<u64>,
}

impl Moments {
    fn new(arrivals: Arrivals, scale: Scale, rng: Rng) -> Self {
        let sequences = match arrivals {
            Arrivals::Snowflake => vec![0; 1 << scale.worker_bits],
            _ => Vec::new(),
        };
        Moments { arrivals, scale, rng, row: 0, sequences }
    }

    fn next(&mut self) -> Moment {
        let per_tick = self.scale.rows_per_tick;
        let row = self.row;
        self.row += 1;
        let (tick, place) = (row / per_tick, row % per_tick);
        // In the upper half of the low bits, evenly over the tick; rounded up, so that short keys come out even.
        let counted = |place: u64| (place << 32).div_ceil(per_tick) << 32;
        match self.arrivals {
            Arrivals::AutoIncrement | Arrivals::UuidV7Counted => {
                Moment { tick, low: counted(place) }
            }
            Arrivals::Descending => {
                Moment { tick: u64::from(u32::MAX) - tick, low: counted(per_tick - 1 - place) }
            }
            Arrivals::Snowflake => Moment { tick, low: self.snowflake(place == 0) },
            Arrivals::UuidV7 | Arrivals::Ulid => Moment { tick, low: self.rng.next_u64() },
            Arrivals::UuidV4 => Moment { tick: self.rng.next_u64(), low: self.rng.next_u64() },
            Arrivals::Late { .. } => {
                let late = self.arrivals.late_rows();
                // So that the first rows are not late before the start.
                let made = row + late - self.rng.below(late + 1);
                Moment { tick: made / per_tick, low: self.rng.next_u64() }
            }
        }
    }

    fn snowflake(&mut self, is_new_tick: bool) -> u64 {
        if is_new_tick {
            self.sequences.fill(0);
        }
        let Scale { worker_bits, sequence_bits, .. } = self.scale;
        let worker = self.rng.below(self.sequences.len() as u64);
        let sequence = &mut self.sequences[worker as usize];
        let low = worker << sequence_bits | *sequence;
        *sequence += 1;
        low << (u64::BITS - worker_bits - sequence_bits)
    }
}

/// Keys as an index orders them.
#[derive(Clone, Debug)]
pub struct Keys(Moments);

impl Iterator for Keys {
    type Item = u128;

    fn next(&mut self) -> Option<u128> {
        let Moment { tick, low } = self.0.next();
        Some(u128::from(tick) << 64 | u128::from(low))
    }
}

/// Short keys as an index orders them.
#[derive(Clone, Debug)]
pub struct ShortKeys {
    moments: Moments,
    rows: u32,
}

impl ShortKeys {
    /// Another key for the same row, if the last one is taken.
    pub fn again(&mut self) -> u32 {
        self.moments.row = self.moments.row.saturating_sub(1);
        self.draw()
    }

    fn draw(&mut self) -> u32 {
        let Moment { tick, low } = self.moments.next();
        let scaled = |span: u64| ((u128::from(low) * u128::from(span)) >> 64) as u64;
        let gap = u64::from(SHORT_GAP);
        let span = self.moments.scale.rows_per_tick * gap;
        let key = match self.moments.arrivals {
            Arrivals::UuidV4 => scaled(u64::from(self.rows) * gap),
            Arrivals::Descending => {
                let rows = u64::from(self.rows).next_multiple_of(self.moments.scale.rows_per_tick);
                let passed = (u64::from(u32::MAX) - tick + 1) * span;
                (rows * gap).saturating_sub(passed) + scaled(span)
            }
            _ => tick * span + scaled(span),
        };
        key.min(u64::from(u32::MAX)) as u32
    }
}

impl Iterator for ShortKeys {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        Some(self.draw())
    }
}
