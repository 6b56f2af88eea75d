//! ULIDs: 48 bits of milliseconds and 80 random ones in 26 digits (ulid/spec).

use super::fields::Cutter;
use super::{Dissection, Notation, Unrecognised, What, utc};
use crate::unique_id::snowflake::base32_value;

const DIGITS: usize = 26;

pub(super) fn read(text: &str) -> Result<Vec<Dissection>, Option<Unrecognised>> {
    if text.len() != DIGITS {
        return Err(None);
    }
    let digits: Option<Vec<u8>> = text.chars().map(base32_value).collect();
    let digits = digits.filter(|digits| digits.len() == DIGITS).ok_or(None)?;
    // Twenty-six digits have 130 bits.
    if digits[0] > 7 {
        return Err(Some(Unrecognised::UlidTooLarge));
    }
    let value = digits.iter().fold(0, |value, &digit| value << 5 | u128::from(digit));
    Ok(vec![dissect(value)])
}

fn dissect(value: u128) -> Dissection {
    let mut cutter = Cutter::new(value, 128);
    let ms = cutter.cut("timestamp", 48, |ms| utc(ms as i64)) as i64;
    cutter.cut_plain("randomness", 80, "random, or one more than the last in the same millisecond");
    Dissection {
        notation: Notation::Ulid,
        what: What::Ulid,
        bits: 128,
        hex: format!("{value:032x}"),
        fields: cutter.finish(),
        unix_ms: Some(ms),
    }
}
