//! A moment in milliseconds since 1970, and the three forms in which HTTP writes one (RFC 9110, section 5.6.7).
//!
//! Simplified: leap seconds do not exist, and the day of the week is read but not held against the date.
//! Names are compared without regard to case, since section 4.2 of RFC 9111 asks a cache for that.

use crate::civil::{MS_PER_DAY, civil_from_days, days_from_civil};
use serde::{Deserialize, Serialize};
use std::fmt;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A moment, in milliseconds since the beginning of 1970 in UTC; negative before.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment this many whole seconds after the beginning of 1970.
    pub const fn from_secs(secs: i64) -> Self {
        Timestamp(secs.saturating_mul(1_000))
    }

    /// The milliseconds from `earlier` to here; negative if `earlier` is later.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This much later, or earlier if it is negative.
    pub const fn plus_ms(self, ms: i64) -> Self {
        Timestamp(self.0.saturating_add(ms))
    }

    /// The second that this moment is in: the most that a date in HTTP can say.
    pub const fn whole_second(self) -> Self {
        Timestamp(self.0 - self.0.rem_euclid(1_000))
    }

    /// Reads an HTTP-date in any of its three forms; none if it is not one.
    ///
    /// The obsolete form of RFC 850 has two digits for the year. They mean the year that is at most 50 years
    /// after `now`.
    pub fn parse_http_date(text: &[u8], now: Timestamp) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.trim_matches([' ', '\t']);
        if !text.is_ascii() {
            return None;
        }
        imf_fixdate(text).or_else(|| rfc850(text, now)).or_else(|| asctime(text))
    }

    fn civil(self) -> (i64, i64, i64) {
        civil_from_days(self.0.div_euclid(MS_PER_DAY))
    }
}

/// Writes the preferred form: `Sun, 06 Nov 1994 08:49:37 GMT`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.div_euclid(MS_PER_DAY);
        let seconds = self.0.rem_euclid(MS_PER_DAY) / 1_000;
        let (year, month, day) = self.civil();
        // 1970 began on a Thursday.
        let weekday = &WEEKDAYS[(days + 3).rem_euclid(7) as usize][..3];
        let month = MONTHS[(month - 1) as usize];
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`: every field at its place, nothing else.
fn imf_fixdate(text: &str) -> Option<Timestamp> {
    let (weekday, rest) = text.split_once(", ")?;
    is_weekday(weekday, 3).then_some(())?;
    let mut parts = rest.split(' ');
    let day = digits(parts.next()?, 2)?;
    let month = month(parts.next()?)?;
    let year = digits(parts.next()?, 4)?;
    let time = time_of_day(parts.next()?)?;
    is_gmt(parts.next()?).then_some(())?;
    parts.next().is_none().then_some(())?;
    moment(year, month, day, time)
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
fn rfc850(text: &str, now: Timestamp) -> Option<Timestamp> {
    let (weekday, rest) = text.split_once(", ")?;
    is_weekday(weekday, usize::MAX).then_some(())?;
    let mut parts = rest.split(' ');
    let mut date = parts.next()?.split('-');
    let day = digits(date.next()?, 2)?;
    let month = month(date.next()?)?;
    let short_year = digits(date.next()?, 2)?;
    date.next().is_none().then_some(())?;
    let time = time_of_day(parts.next()?)?;
    is_gmt(parts.next()?).then_some(())?;
    parts.next().is_none().then_some(())?;
    // "MUST interpret a timestamp that appears to be more than 50 years in the future as representing the
    // most recent year in the past that had the same last two digits."
    let (this_year, ..) = now.civil();
    let this_year = this_year.clamp(0, 9_999);
    let latest = this_year + 50;
    let year = latest - (latest - short_year).rem_euclid(100);
    moment(year, month, day, time)
}

/// `Sun Nov  6 08:49:37 1994`: a day below ten is padded with a space.
fn asctime(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() != 24 || [3, 7, 10, 19].iter().any(|&at| bytes[at] != b' ') {
        return None;
    }
    is_weekday(&text[..3], 3).then_some(())?;
    let month = month(&text[4..7])?;
    let day = match bytes[8] {
        b' ' => digits(&text[9..10], 1)?,
        _ => digits(&text[8..10], 2)?,
    };
    moment(digits(&text[20..], 4)?, month, day, time_of_day(&text[11..19])?)
}

/// Whether it is a day of the week, by its first `letters` letters.
fn is_weekday(text: &str, letters: usize) -> bool {
    WEEKDAYS.iter().any(|name| name[..letters.min(name.len())].eq_ignore_ascii_case(text))
}

fn is_gmt(text: &str) -> bool {
    text.eq_ignore_ascii_case("GMT")
}

fn month(text: &str) -> Option<i64> {
    let index = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(text))?;
    Some(index as i64 + 1)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let valid = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.bytes().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
}

/// `08:49:37` as milliseconds since midnight. A second 60 is a leap second, which is the last one before it.
fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second.min(59)) * 1_000)
}

fn moment(year: i64, month: i64, day: i64, time_ms: i64) -> Option<Timestamp> {
    let days = days_from_civil(year, month, day);
    // A day that does not exist (30 February) would come back as another one.
    (civil_from_days(days) == (year, month, day)).then(|| Timestamp(days * MS_PER_DAY + time_ms))
}
