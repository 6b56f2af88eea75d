//! A key of any kind, as bytes that sort as the kind's keys do.

use super::Kind;
use std::fmt;
use ulid::Ulid;
use uuid::Uuid;

/// A key. Keys of one kind are ordered as a table orders them: by their bytes, the uppermost one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    kind: Kind,
    /// Those of a shorter key are the last ones; the others are 0.
    bytes: [u8; 16],
}

impl Key {
    pub(super) fn new(kind: Kind, value: u128) -> Self {
        Key { kind, bytes: value.to_be_bytes() }
    }

    /// How it was made.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The bytes that a table holds: 8 or 16, the uppermost one first.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[16 - self.kind.bytes()..]
    }

    /// The bytes as one number.
    pub fn value(&self) -> u128 {
        u128::from_be_bytes(self.bytes)
    }
}

/// Writes the usual form: a decimal number, a UUID with hyphens, or the 26 digits of a ULID.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::AutoIncrement | Kind::Snowflake => self.value().fmt(f),
            Kind::UuidV4 | Kind::UuidV7 => Uuid::from_bytes(self.bytes).hyphenated().fmt(f),
            Kind::Ulid => Ulid::from_bytes(self.bytes).fmt(f),
        }
    }
}
