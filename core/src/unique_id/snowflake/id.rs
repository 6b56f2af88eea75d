//! The 64 bits of an ID, and how people write them.

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Crockford's alphabet of 32 ("Base 32", crockford.com): no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The digits of 64 bits in base 32.
const BASE32_DIGITS: usize = 13;

/// An ID of 64 bits.
///
/// Written and read as a decimal number ([`Display`](fmt::Display), [`FromStr`]). Serialised as a *string* of it:
/// JavaScript's numbers are exact only up to 2⁵³, and `JSON.parse` makes another ID of a greater one without a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u64);

/// Why a text is no ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseIdError {
    /// There is nothing.
    #[error("an ID has at least one digit")]
    Empty,
    /// A character that is no digit of the notation.
    #[error("{found:?} at place {} is no digit of base {base}", at + 1)]
    Digit {
        /// The character.
        found: char,
        /// The number of characters before it.
        at: usize,
        /// 10, 16 or 32.
        base: u8,
    },
    /// The number has more than 64 bits.
    #[error("the number has more than 64 bits")]
    TooLarge,
}

impl Id {
    /// Writes it as 13 digits of Crockford's base 32, which sort as the IDs do.
    pub fn to_base32(self) -> String {
        let digit = |at: usize| {
            let shift = 5 * (BASE32_DIGITS - 1 - at);
            char::from(ALPHABET[(self.0 >> shift & 31) as usize])
        };
        (0..BASE32_DIGITS).map(digit).collect()
    }

    /// Writes it as 16 hexadecimal digits in small letters, which sort as the IDs do.
    pub fn to_hex(self) -> String {
        format!("{:016x}", self.0)
    }

    /// Reads Crockford's base 32: capital or small letters, `O` for 0, `I` and `L` for 1, hyphens passed over.
    ///
    /// # Errors
    /// [`ParseIdError`]
    pub fn from_base32(text: &str) -> Result<Self, ParseIdError> {
        let digits = text.chars().enumerate().filter(|&(_, found)| found != '-');
        read(digits, 32, |found| base32_value(found).map(u64::from))
    }

    /// Reads hexadecimal digits, with `0x` before them or without.
    ///
    /// # Errors
    /// [`ParseIdError`]
    pub fn from_hex(text: &str) -> Result<Self, ParseIdError> {
        let prefixed = text.starts_with("0x") || text.starts_with("0X");
        let digits = text.chars().enumerate().skip(if prefixed { 2 } else { 0 });
        read(digits, 16, |found| found.to_digit(16).map(u64::from))
    }
}

/// What a digit of Crockford's base 32 stands for.
pub(crate) fn base32_value(digit: char) -> Option<u8> {
    let digit = match digit.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    // At most 31.
    ALPHABET.iter().position(|&letter| char::from(letter) == digit).map(|value| value as u8)
}

/// Reads digits, each with its place.
fn read(
    digits: impl Iterator<Item = (usize, char)>,
    base: u8,
    value: impl Fn(char) -> Option<u64>,
) -> Result<Id, ParseIdError> {
    let mut sum = None;
    for (at, found) in digits {
        let digit = value(found).ok_or(ParseIdError::Digit { found, at, base })?;
        let above: u64 = sum.unwrap_or(0);
        let shifted = above.checked_mul(u64::from(base)).and_then(|above| above.checked_add(digit));
        sum = Some(shifted.ok_or(ParseIdError::TooLarge)?);
    }
    sum.map(Id).ok_or(ParseIdError::Empty)
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads decimal digits and nothing else: no sign, no space.
impl FromStr for Id {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        read(text.chars().enumerate(), 10, |found| found.to_digit(10).map(u64::from))
    }
}

impl From<u64> for Id {
    fn from(bits: u64) -> Self {
        Id(bits)
    }
}

impl From<Id> for u64 {
    fn from(id: Id) -> u64 {
        id.0
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ID as a string of decimal digits")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Digits)
    }
}
