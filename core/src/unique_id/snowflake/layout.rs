//! Which bits of an ID mean what: a layout as a value.

use super::Id;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The greatest whole number below which JavaScript's numbers hold every whole number: 2⁵³ − 1
/// (ECMA-262, `Number.MAX_SAFE_INTEGER`).
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// What a layout is made of, before it has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LayoutSpec {
    /// The moment at which the timestamp is 0, in milliseconds since 1970; at most 2⁵³ − 1.
    pub epoch_unix_ms: u64,
    /// The length of the timestamp's unit in milliseconds, from 1 to 1,000.
    pub tick_ms: u32,
    /// From 1 to 44.
    pub timestamp_bits: u8,
    /// From 0 to 16.
    pub worker_bits: u8,
    /// From 0 to 20.
    pub sequence_bits: u8,
    /// What follows the timestamp.
    pub order: FieldOrder,
}

/// The order of the fields from the uppermost bit down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOrder {
    /// Timestamp, worker, sequence: Twitter's.
    #[default]
    WorkerFirst,
    /// Timestamp, sequence, worker: Sony's. IDs of many workers then sort by their sequence first.
    SequenceFirst,
}

/// A part of an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The uppermost bits, which are 0.
    Unused,
    /// Ticks since the epoch.
    Timestamp,
    /// The worker's number.
    Worker,
    /// The number of the ID within its tick, from 0.
    Sequence,
}

/// What the fields of an ID hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parts {
    /// Ticks since the layout's epoch.
    pub ticks: u64,
    /// The worker's number, from 0.
    pub worker: u16,
    /// The number within the tick, from 0.
    pub sequence: u32,
}

/// Why a layout cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A width is out of its range.
    #[error("{field:?} cannot have {bits} bits")]
    Width {
        /// Which one.
        field: Field,
        /// Its width.
        bits: u8,
    },
    /// The fields do not fit in 64 bits.
    #[error("the fields have {bits} bits, and 64 is the most")]
    TooWide {
        /// All of them.
        bits: u32,
    },
    /// Timestamp and sequence are wider than a shared generator can count in one word.
    #[error("timestamp and sequence have {bits} bits, and 54 is the most")]
    NoRoom {
        /// Both together.
        bits: u32,
    },
    /// The length of a tick is out of its range.
    #[error("a tick is from 1 to 1,000 ms long, not {0}")]
    Tick(u32),
    /// The epoch is out of its range.
    #[error("an epoch {0} ms after 1970 is too late")]
    Epoch(u64),
}

/// Why parts make no ID of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field:?} {value} does not fit: {most} is the greatest")]
pub struct PartsError {
    /// Which field is too small for it.
    pub field: Field,
    /// What it was to hold.
    pub value: u64,
    /// What it can hold.
    pub most: u64,
}

/// Which bits of an ID mean what, and since when its time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "LayoutSpec", into = "LayoutSpec")]
pub struct Layout(LayoutSpec);

impl Layout {
    /// The layout of the classical write-ups: 6 unused bits, 41 of milliseconds since 2023, 5 of the worker and 12
    /// of the sequence. It ends in September 2092.
    pub const CLASSICAL: Layout = Layout::known(1_672_531_200_000, 41, 5, 12);
    /// Twitter's: 41, 10 (a data centre's 5 and a worker's 5) and 12 bits since 2010-11-04 01:42:54.657 UTC
    /// (`IdWorker.scala` in twitter-archive/snowflake).
    pub const TWITTER: Layout = Layout::known(1_288_834_974_657, 41, 10, 12);
    /// Discord's: 42, 10 (a worker's 5 and a process's 5) and 12 bits since 2015 (Discord's API reference,
    /// "Snowflakes").
    pub const DISCORD: Layout = Layout::known(1_420_070_400_000, 42, 10, 12);
    /// Instagram's: 41, 13 (the logical shard) and 10 bits since 2011-08-24 21:07:01.721 UTC ("Sharding & IDs at
    /// Instagram", 2012).
    pub const INSTAGRAM: Layout = Layout::known(1_314_220_021_721, 41, 13, 10);
    /// Sony's Sonyflake: 39 bits of 10 ms since September 2014, then 8 of the sequence, and 16 of the machine at
    /// the end (sony/sonyflake, version 1).
    pub const SONY: Layout = Layout::checked(LayoutSpec {
        epoch_unix_ms: 1_409_529_600_000,
        tick_ms: 10,
        timestamp_bits: 39,
        worker_bits: 16,
        sequence_bits: 8,
        order: FieldOrder::SequenceFirst,
    });

    /// Checks a layout.
    ///
    /// # Errors
    /// [`LayoutError`], if a number is out of its range, the fields have more than 64 bits, or the timestamp and the
    /// sequence more than 54.
    pub const fn new(spec: LayoutSpec) -> Result<Self, LayoutError> {
        let LayoutSpec {
            epoch_unix_ms, tick_ms, timestamp_bits, worker_bits, sequence_bits, ..
        } = spec;
        if timestamp_bits < 1 || timestamp_bits > 44 {
            return Err(LayoutError::Width { field: Field::Timestamp, bits: timestamp_bits });
        }
        if worker_bits > 16 {
            return Err(LayoutError::Width { field: Field::Worker, bits: worker_bits });
        }
        if sequence_bits > 20 {
            return Err(LayoutError::Width { field: Field::Sequence, bits: sequence_bits });
        }
        let counted = timestamp_bits as u32 + sequence_bits as u32;
        if counted + worker_bits as u32 > 64 {
            return Err(LayoutError::TooWide { bits: counted + worker_bits as u32 });
        }
        if counted > 54 {
            return Err(LayoutError::NoRoom { bits: counted });
        }
        if tick_ms < 1 || tick_ms > 1_000 {
            return Err(LayoutError::Tick(tick_ms));
        }
        if epoch_unix_ms > MAX_SAFE_INTEGER {
            return Err(LayoutError::Epoch(epoch_unix_ms));
        }
        Ok(Layout(spec))
    }

    /// What it is made of.
    pub const fn spec(&self) -> &LayoutSpec {
        &self.0
    }

    /// How many bits a field has.
    pub const fn width(&self, field: Field) -> u32 {
        let spec = &self.0;
        match field {
            Field::Timestamp => spec.timestamp_bits as u32,
            Field::Worker => spec.worker_bits as u32,
            Field::Sequence => spec.sequence_bits as u32,
            Field::Unused => {
                64 - (spec.timestamp_bits + spec.worker_bits + spec.sequence_bits) as u32
            }
        }
    }

    /// The number of the field's lowest bit, from 0; 64 for unused bits that there are none of.
    pub const fn shift(&self, field: Field) -> u32 {
        let spec = &self.0;
        let (worker, sequence) = (spec.worker_bits as u32, spec.sequence_bits as u32);
        match (field, spec.order) {
            (Field::Unused, _) => spec.timestamp_bits as u32 + worker + sequence,
            (Field::Timestamp, _) => worker + sequence,
            (Field::Worker, FieldOrder::WorkerFirst) => sequence,
            (Field::Sequence, FieldOrder::SequenceFirst) => worker,
            (Field::Worker | Field::Sequence, _) => 0,
        }
    }

    /// The greatest number that a field can hold.
    pub const fn most(&self, field: Field) -> u64 {
        match self.width(field) {
            0 => 0,
            width => u64::MAX >> (64 - width),
        }
    }

    /// Which field a bit belongs to; bit 0 is the lowest. None from 64 on.
    pub const fn field_of_bit(&self, bit: u8) -> Option<Field> {
        let bit = bit as u32;
        if bit >= 64 {
            None
        } else if bit >= self.shift(Field::Unused) {
            Some(Field::Unused)
        } else if bit >= self.shift(Field::Timestamp) {
            Some(Field::Timestamp)
        } else if bit.wrapping_sub(self.shift(Field::Worker)) < self.width(Field::Worker) {
            Some(Field::Worker)
        } else {
            Some(Field::Sequence)
        }
    }

    /// How many IDs a worker can make in one tick.
    pub const fn ids_per_tick(&self) -> u64 {
        self.most(Field::Sequence) + 1
    }

    /// Puts an ID together.
    ///
    /// # Errors
    /// [`PartsError`], if a part does not fit in its field. Masking it instead would give away an ID that is
    /// somebody else's.
    pub const fn compose(&self, parts: Parts) -> Result<Id, PartsError> {
        let fields = [
            (Field::Timestamp, parts.ticks),
            (Field::Worker, parts.worker as u64),
            (Field::Sequence, parts.sequence as u64),
        ];
        let mut at = 0;
        while at < fields.len() {
            let (field, value) = fields[at];
            let most = self.most(field);
            if value > most {
                return Err(PartsError { field, value, most });
            }
            at += 1;
        }
        Ok(self.compose_unchecked(parts))
    }

    /// Shifts the parts to their places and joins them by OR, without any check: a part that is too large for its
    /// field runs into the next one. It is the mistake that [`compose`](Self::compose) is there against.
    pub const fn compose_unchecked(&self, parts: Parts) -> Id {
        let ticks = parts.ticks.wrapping_shl(self.shift(Field::Timestamp));
        let worker = (parts.worker as u64).wrapping_shl(self.shift(Field::Worker));
        let sequence = (parts.sequence as u64).wrapping_shl(self.shift(Field::Sequence));
        Id(ticks | worker | sequence)
    }

    /// Takes an ID apart. Bits that the layout does not use are passed over; see [`fits`](Self::fits).
    pub const fn decompose(&self, id: Id) -> Parts {
        Parts {
            ticks: self.value(Field::Timestamp, id),
            worker: self.value(Field::Worker, id) as u16,
            sequence: self.value(Field::Sequence, id) as u32,
        }
    }

    /// What a field of an ID holds.
    pub const fn value(&self, field: Field, id: Id) -> u64 {
        match self.width(field) {
            0 => 0,
            _ => id.0 >> self.shift(field) & self.most(field),
        }
    }

    /// Whether an ID can be of this layout: its unused bits are 0.
    pub const fn fits(&self, id: Id) -> bool {
        self.value(Field::Unused, id) == 0
    }

    /// The beginning of the tick in which an ID was made, in milliseconds since 1970.
    pub const fn unix_ms(&self, id: Id) -> u64 {
        self.start_unix_ms(self.value(Field::Timestamp, id))
    }

    /// The beginning of a tick, in milliseconds since 1970.
    pub const fn start_unix_ms(&self, tick: u64) -> u64 {
        self.0.epoch_unix_ms.saturating_add(tick.saturating_mul(self.0.tick_ms as u64))
    }

    /// The end of the epoch: the first millisecond since 1970 whose tick no longer fits.
    pub const fn end_unix_ms(&self) -> u64 {
        self.start_unix_ms(self.most(Field::Timestamp) + 1)
    }

    /// From which moment on, in milliseconds since 1970, IDs are greater than JavaScript's numbers hold exactly
    /// (2⁵³ − 1), so that one read as a number becomes another. None if that never happens.
    pub const fn first_unsafe_unix_ms(&self) -> Option<u64> {
        let tick = (MAX_SAFE_INTEGER >> self.shift(Field::Timestamp)) + 1;
        if tick <= self.most(Field::Timestamp) { Some(self.start_unix_ms(tick)) } else { None }
    }

    /// The smallest ID whose time ([`unix_ms`](Self::unix_ms)) is a moment or later, for asking a table about a range
    /// of time. None after the end of the epoch.
    pub const fn first_id_at(&self, unix_ms: u64) -> Option<Id> {
        let since = unix_ms.saturating_sub(self.0.epoch_unix_ms);
        // An ID's time is the beginning of its tick: one that began before the moment is no longer asked for.
        let tick = since.div_ceil(self.0.tick_ms as u64);
        if tick > self.most(Field::Timestamp) {
            return None;
        }
        Some(Id(tick << self.shift(Field::Timestamp)))
    }

    const fn known(epoch_unix_ms: u64, timestamp: u8, worker: u8, sequence: u8) -> Layout {
        Layout::checked(LayoutSpec {
            epoch_unix_ms,
            tick_ms: 1,
            timestamp_bits: timestamp,
            worker_bits: worker,
            sequence_bits: sequence,
            order: FieldOrder::WorkerFirst,
        })
    }

    /// For the constants: what is wrong with one does not compile.
    const fn checked(spec: LayoutSpec) -> Layout {
        match Layout::new(spec) {
            Ok(layout) => layout,
            Err(_) => panic!("a constant of a layout that cannot be"),
        }
    }
}

impl Default for Layout {
    fn default() -> Self {
        Layout::CLASSICAL
    }
}

impl TryFrom<LayoutSpec> for Layout {
    type Error = LayoutError;

    fn try_from(spec: LayoutSpec) -> Result<Self, LayoutError> {
        Layout::new(spec)
    }
}

impl From<Layout> for LayoutSpec {
    fn from(layout: Layout) -> LayoutSpec {
        layout.0
    }
}
