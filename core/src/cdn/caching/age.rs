//! How old a response is (RFC 9111, section 4.2.3): a sum whose every term can be shown.
//!
//! ```text
//! apparent_age          = max(0, response_time − date_value)
//! response_delay        = response_time − request_time
//! corrected_age_value   = age_value + response_delay
//! corrected_initial_age = max(apparent_age, corrected_age_value)
//! resident_time         = now − response_time
//! current_age           = corrected_initial_age + resident_time
//! ```
//!
//! All terms are milliseconds. A date in HTTP is a whole second, so the apparent age is counted in whole
//! seconds, or a response would be up to a second old the moment it is made.

use super::MOST_DELTA_SECONDS;
use super::message::{delta_seconds, split_list};
use super::timestamp::Timestamp;
use http::{HeaderMap, header};
use serde::Serialize;

/// The age with which a response arrived: what does not change while it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InitialAge {
    /// When the request was sent.
    pub request_time: Timestamp,
    /// When the head of the response arrived.
    pub response_time: Timestamp,
    /// What `Date` says; where it says nothing, the second in which the response arrived.
    pub date_value: Timestamp,
    /// Whether `Date` said it.
    pub has_date: bool,
    /// What `Age` says; 0 where it says nothing that is a number.
    pub age_value_ms: u64,
    /// How old it is by the origin's clock and ours.
    pub apparent_age_ms: u64,
    /// How long it was under way, at most.
    pub response_delay_ms: u64,
    /// How old it is by the caches that it came through.
    pub corrected_age_value_ms: u64,
    /// The greater of the two.
    pub corrected_initial_age_ms: u64,
}

impl InitialAge {
    /// The age of a response with these fields, asked for and received at these times.
    pub fn new(headers: &HeaderMap, request_time: Timestamp, response_time: Timestamp) -> Self {
        let date = headers.get(header::DATE);
        let date = date.and_then(|date| Timestamp::parse_http_date(date.as_bytes(), response_time));
        let date_value = date.unwrap_or(response_time.whole_second());
        let age_value_ms = u64::from(age_value(headers).unwrap_or(0)) * 1_000;
        let apparent_age_ms = not_negative(response_time.whole_second().since(date_value));
        let response_delay_ms = not_negative(response_time.since(request_time));
        let corrected_age_value_ms = age_value_ms.saturating_add(response_delay_ms);
        Self {
            request_time,
            response_time,
            date_value,
            has_date: date.is_some(),
            age_value_ms,
            apparent_age_ms,
            response_delay_ms,
            corrected_age_value_ms,
            corrected_initial_age_ms: apparent_age_ms.max(corrected_age_value_ms),
        }
    }

    /// The age at a later moment.
    pub fn at(self, now: Timestamp) -> Age {
        let resident_time_ms = not_negative(now.since(self.response_time));
        let current_age_ms = self.corrected_initial_age_ms.saturating_add(resident_time_ms);
        Age { initial: self, now, resident_time_ms, current_age_ms }
    }
}

/// How old a response is at one moment, with every term of the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Age {
    /// The age with which it arrived.
    pub initial: InitialAge,
    /// The moment.
    pub now: Timestamp,
    /// How long it has been here.
    pub resident_time_ms: u64,
    /// How old it is.
    pub current_age_ms: u64,
}

impl Age {
    /// The value for the `Age` field: whole seconds, at most [`MOST_DELTA_SECONDS`].
    pub fn seconds(&self) -> u32 {
        (self.current_age_ms / 1_000).min(u64::from(MOST_DELTA_SECONDS)) as u32
    }
}

/// The first member of the first `Age`, if it is a number (section 5.1: others are discarded, and what is
/// invalid is ignored).
fn age_value(headers: &HeaderMap) -> Option<u32> {
    delta_seconds(split_list(headers.get(header::AGE)?.as_bytes()).next()?)
}

pub(super) fn not_negative(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
