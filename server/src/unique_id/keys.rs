//! Keys of every kind, with the system's randomness.

use std::io;
use std::sync::{Mutex, PoisonError};

use playground_core::unique_id::kinds::{Key, Kind, Mint};
use playground_core::unique_id::snowflake::{PartsError, Refused};
use thiserror::Error;

/// The random bytes of a key.
const RANDOM_BYTES: usize = 16;

/// Why there is no key.
#[derive(Debug, Error)]
pub(super) enum KeysError {
    /// The system has no random bytes.
    #[error("the system has no random bytes: {0}")]
    Random(#[from] io::Error),
    /// The time does not fit in the kind.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Keys of one kind, one after the other.
#[derive(Debug)]
pub(super) struct Keys(Mint);

impl Keys {
    /// A maker that has made none. It has the worker number 0, which only a Snowflake shows.
    ///
    /// # Errors
    /// Never, since every layout has a number 0.
    pub(super) fn new(kind: Kind) -> Result<Self, PartsError> {
        Mint::new(kind, 0).map(Self)
    }

    /// The next so many keys, all at one time.
    ///
    /// # Errors
    /// [`KeysError`]
    pub(super) fn next(&mut self, now_ms: u64, count: u32) -> Result<Vec<Key>, KeysError> {
        let mut random = vec![[0; RANDOM_BYTES]; count as usize];
        getrandom::fill(random.as_flattened_mut()).map_err(io::Error::other)?;
        let keys = random.into_iter().map(|random| self.0.mint(now_ms, random));
        Ok(keys.collect::<Result<_, _>>()?)
    }
}

/// The makers of the kinds that need no worker number, for all requests together: so UUIDv7 and ULID rise from one
/// request to the next, too.
#[derive(Debug)]
pub(super) struct Numberless {
    makers: [(Kind, Mutex<Keys>); 3],
}

impl Numberless {
    pub(super) fn new() -> Result<Self, PartsError> {
        let maker = |kind| Keys::new(kind).map(|keys| (kind, Mutex::new(keys)));
        Ok(Self { makers: [maker(Kind::UuidV4)?, maker(Kind::UuidV7)?, maker(Kind::Ulid)?] })
    }

    /// So many keys of a kind; none if the kind needs more than time and randomness.
    ///
    /// # Errors
    /// [`KeysError`]
    pub(super) fn make(
        &self,
        kind: Kind,
        now_ms: u64,
        count: u32,
    ) -> Result<Option<Vec<Key>>, KeysError> {
        let Some((_, maker)) = self.makers.iter().find(|(made, _)| *made == kind) else {
            return Ok(None);
        };
        let mut maker = maker.lock().unwrap_or_else(PoisonError::into_inner);
        maker.next(now_ms, count).map(Some)
    }
}
