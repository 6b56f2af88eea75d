//! What an ID found somewhere says about itself: how it is written, which bits mean what, and when it was made.
//!
//! A text may be read in more than one way: 16 digits are a decimal number and a hexadecimal one, and a number is a
//! Snowflake ID of whichever service it came from. All readings are told, the most usual first.

mod fields;
mod number;
mod ulid;
mod uuid;

pub use fields::BitField;

use crate::civil::Utc;
use crate::unique_id::snowflake::{Id, NamedLayout};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest text that is looked at: `urn:uuid:` and 36 characters are 45.
const MAX_CHARACTERS: usize = 64;

/// One way to read a text as an ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dissection {
    /// How the text is written.
    pub notation: Notation,
    /// What it is taken for.
    pub what: What,
    /// 64 or 128.
    pub bits: u8,
    /// All bits as hexadecimal digits: 16 or 32.
    pub hex: String,
    /// What the bits mean, from the uppermost down, without a gap.
    pub fields: Vec<BitField>,
    /// When it was made, in milliseconds since 1970, if it tells; negative before.
    pub unix_ms: Option<i64>,
}

/// A way to write an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notation {
    /// Digits of base 10.
    Decimal,
    /// Digits of base 16, with `0x` before them or without.
    Hexadecimal,
    /// 13 digits of Crockford's base 32.
    Base32,
    /// 32 hexadecimal digits, with hyphens, braces or `urn:uuid:` or without (RFC 9562, section 4).
    Uuid,
    /// 26 digits of Crockford's base 32.
    Ulid,
}

/// What an ID is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 64 bits of a layout, whose unused bits are 0.
    Snowflake(NamedLayout),
    /// A UUID of RFC 9562's variant with this version, from 1 to 8.
    Uuid(u8),
    /// The UUID whose bits are all 0 (RFC 9562, section 5.9).
    NilUuid,
    /// The UUID whose bits are all 1 (RFC 9562, section 5.10).
    MaxUuid,
    /// A UUID of another variant, or of a version that the RFC does not define.
    OtherUuid,
    /// A ULID.
    Ulid,
}

impl What {
    /// What to call it.
    pub fn name(self) -> String {
        match self {
            What::Snowflake(layout) => format!("Snowflake, {} layout", layout.name()),
            What::Uuid(version) => format!("UUIDv{version}"),
            What::NilUuid => "Nil UUID".to_owned(),
            What::MaxUuid => "Max UUID".to_owned(),
            What::OtherUuid => "UUID of another variant".to_owned(),
            What::Ulid => "ULID".to_owned(),
        }
    }
}

/// Why a text is no ID that is known here.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unrecognised {
    /// There is nothing but space.
    #[error("there is nothing to read")]
    Empty,
    /// It has more characters than any notation.
    #[error("an ID has at most {MAX_CHARACTERS} characters, not {characters}")]
    TooLong {
        /// How many.
        characters: usize,
    },
    /// It is a number that no layout has room for.
    #[error("the number has more than 64 bits")]
    NumberTooLarge,
    /// A character that no notation has.
    #[error("{found:?} at place {} belongs to no notation of an ID", at + 1)]
    Character {
        /// The character.
        found: char,
        /// The number of characters before it, without leading space.
        at: usize,
    },
    /// It begins like a UUID, but is none.
    #[error(
        "a UUID has 32 hexadecimal digits, in groups of 8, 4, 4, 4 and 12 if there are hyphens"
    )]
    Uuid,
    /// It is as long as a ULID, but has more than its 128 bits.
    #[error("a ULID begins with a digit from 0 to 7: the others have more than 128 bits")]
    UlidTooLarge,
    /// The characters fit, their number does not.
    #[error(
        "{characters} characters: a number has up to 20 digits or 16 hexadecimal ones, a Snowflake ID in base 32 has \
         13, a ULID 26, a UUID 32"
    )]
    Length {
        /// How many.
        characters: usize,
    },
}

/// Reads a text in every way that it can be read. There is at least one reading.
///
/// # Errors
/// [`Unrecognised`] says what comes closest to a reason.
///
/// ```
/// use playground_core::unique_id::anatomy::{What, recognise};
///
/// let readings = recognise("01ARZ3NDEKTSV4RRFFQ69G5FAV")?;
/// assert_eq!(readings[0].what, What::Ulid);
/// assert_eq!(readings[0].fields[0].meaning, "2016-07-30 23:54:10.259 UTC");
/// # Ok::<(), playground_core::unique_id::anatomy::Unrecognised>(())
/// ```
pub fn recognise(text: &str) -> Result<Vec<Dissection>, Unrecognised> {
    let text = text.trim();
    let characters = text.chars().count();
    match characters {
        0 => return Err(Unrecognised::Empty),
        1..=MAX_CHARACTERS => {}
        _ => return Err(Unrecognised::TooLong { characters }),
    }
    let mut readings = Vec::new();
    let mut reasons = Vec::new();
    for read in [number::read, uuid::read, ulid::read] {
        match read(text) {
            Ok(more) => readings.extend(more),
            Err(reason) => reasons.push(reason),
        }
    }
    if !readings.is_empty() {
        return Ok(readings);
    }
    let reason = reasons.into_iter().flatten().next();
    Err(reason.unwrap_or_else(|| unreadable(text, characters)))
}

/// The dissection of an ID in one layout, whether it fits or not.
pub fn dissect(id: Id, layout: NamedLayout) -> Dissection {
    number::dissect(id, layout, Notation::Decimal)
}

/// A moment as it is written everywhere in this lab: `2023-01-01 00:00:00.000 UTC`. It is given in milliseconds since
/// 1970.
pub fn utc(unix_ms: i64) -> String {
    Utc(unix_ms).to_string()
}

fn unreadable(text: &str, characters: usize) -> Unrecognised {
    let strange = text.chars().enumerate().find(|&(_, found)| !found.is_ascii_alphanumeric());
    match strange {
        Some((at, found)) => Unrecognised::Character { found, at },
        None => Unrecognised::Length { characters },
    }
}
