//! Makes keys of a kind, one after the other.

use super::{Key, Kind};
use crate::unique_id::snowflake::{ClockPolicy, Generator, Layout, Next, PartsError, Refused};
use ulid::Ulid;
use uuid::Builder;

/// The time of a UUIDv7 or a ULID has 48 bits, which last until the year 10889.
const MAX_MS: u64 = (1 << 48) - 1;

/// The random bits of a UUIDv7: 12 beside the version and 62 beside the variant.
const V7_RANDOM_BITS: u32 = 74;

/// One maker of keys: a shard with its counter, a worker with its number, or a program that draws random bits.
///
/// The time and the randomness come from the caller. A clock that goes back is passed over: a key with a time in it
/// then bears the time of the one before, so that keys keep rising (RFC 9562, section 6.2, says the same). For a
/// generator that minds its clock, see [`Generator`].
#[derive(Clone, Debug)]
pub struct Mint {
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    AutoIncrement { last: u64 },
    Snowflake(Generator),
    UuidV4,
    UuidV7 { ms: u64, random: u128 },
    Ulid(Ulid),
}

impl Mint {
    /// A maker that has made none. Only a Snowflake's worker has a number in its keys; a shard that counts has none,
    /// which is why shards that count collide.
    ///
    /// # Errors
    /// [`PartsError`], if the worker's number does not fit in the classical layout.
    pub fn new(kind: Kind, worker: u16) -> Result<Self, PartsError> {
        // A mint that waits would be of no use to a race against real storage: it borrows instead.
        let policy = ClockPolicy::Borrow { at_most_ms: u64::MAX };
        let state = match kind {
            Kind::AutoIncrement => State::AutoIncrement { last: 0 },
            Kind::Snowflake => State::Snowflake(Generator::new(Layout::CLASSICAL, worker, policy)?),
            Kind::UuidV4 => State::UuidV4,
            Kind::UuidV7 => State::UuidV7 { ms: 0, random: 0 },
            Kind::Ulid => State::Ulid(Ulid::nil()),
        };
        Ok(Mint { state })
    }

    /// What it makes.
    pub fn kind(&self) -> Kind {
        match self.state {
            State::AutoIncrement { .. } => Kind::AutoIncrement,
            State::Snowflake(_) => Kind::Snowflake,
            State::UuidV4 => Kind::UuidV4,
            State::UuidV7 { .. } => Kind::UuidV7,
            State::Ulid(_) => Kind::Ulid,
        }
    }

    /// The next key. The time is in milliseconds since 1970; of the random bytes it uses as many as the kind has room
    /// for.
    ///
    /// # Errors
    /// [`Refused`], by a Snowflake's worker before its epoch or after the end of it, and at the end of the 48 bits of
    /// the others' time.
    pub fn mint(&mut self, unix_ms: u64, random: [u8; 16]) -> Result<Key, Refused> {
        let kind = self.kind();
        let value = match &mut self.state {
            State::AutoIncrement { last } => {
                *last += 1;
                u128::from(*last)
            }
            State::Snowflake(generator) => match generator.next(unix_ms)? {
                Next::Made(id) => u128::from(id.0),
                // Who may borrow without a bound never waits.
                Next::Wait(_) => return Err(over()),
            },
            State::UuidV4 => Builder::from_random_bytes(random).into_uuid().as_u128(),
            State::UuidV7 { ms, random: last } => {
                (*ms, *last) = uuid_v7(*ms, *last, unix_ms, random)?;
                uuid_v7_of(*ms, *last)
            }
            State::Ulid(last) => {
                *last = ulid(*last, unix_ms, random)?;
                last.0
            }
        };
        Ok(Key::new(kind, value))
    }
}

/// The time and the random part of the next UUIDv7. Within a millisecond the random part rises by a random step of 1
/// to 2³² (RFC 9562, section 6.2, method 2), so that nobody who knows a key knows its neighbour.
fn uuid_v7(
    last_ms: u64,
    last: u128,
    unix_ms: u64,
    random: [u8; 16],
) -> Result<(u64, u128), Refused> {
    let random = u128::from_be_bytes(random);
    let (ms, part) = if unix_ms > last_ms {
        (unix_ms, random >> (128 - V7_RANDOM_BITS))
    } else {
        let next = last + 1 + (random & u128::from(u32::MAX));
        // A part that runs over takes the next millisecond, where there is room again.
        match next >> V7_RANDOM_BITS {
            0 => (last_ms, next),
            _ => (last_ms + 1, random >> (128 - V7_RANDOM_BITS)),
        }
    };
    if ms > MAX_MS { Err(over()) } else { Ok((ms, part)) }
}

fn uuid_v7_of(ms: u64, random: u128) -> u128 {
    // Around the variant's two bits: the crate takes ten bytes and overwrites the version's and variant's bits.
    let bits = (random >> 62) << 64 | random & ((1 << 62) - 1);
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&bits.to_be_bytes()[6..]);
    Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid().as_u128()
}

fn ulid(last: Ulid, unix_ms: u64, random: [u8; 16]) -> Result<Ulid, Refused> {
    let random = u128::from_be_bytes(random);
    let last_ms = last.timestamp_ms();
    let fresh = |ms: u64| {
        if ms > MAX_MS { Err(over()) } else { Ok(Ulid::from_parts(ms, random)) }
    };
    if unix_ms > last_ms {
        return fresh(unix_ms);
    }
    last.increment().or_else(|_| fresh(last_ms + 1))
}

fn over() -> Refused {
    Refused::EpochOver { end_unix_ms: MAX_MS + 1 }
}
