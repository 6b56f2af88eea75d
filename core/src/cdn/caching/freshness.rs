//! How long a response is fresh (RFC 9111, sections 4.2.1 and 4.2.2), and whether it still is.
//!
//! Nothing is invented: a response that says nothing about its lifetime, and has no Last-Modified to estimate
//! one from, is never fresh.

use super::Settings;
use super::age::{Age, InitialAge, not_negative};
use super::directives::{ResponseDirectives, Seconds};
use super::timestamp::Timestamp;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use std::fmt;

/// Where a freshness lifetime comes from, the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LifetimeSource {
    /// Somebody who runs the cache has set it.
    Operator,
    /// The directive `s-maxage`.
    SMaxage,
    /// The directive `max-age`.
    MaxAge,
    /// `Expires` less `Date`.
    Expires,
    /// A part of the time since `Last-Modified`.
    Heuristic,
    /// A directive or an `Expires` that cannot be understood, which counts as stale.
    Invalid,
    /// Nothing says how long it is fresh.
    Nothing,
}

impl LifetimeSource {
    /// Whether the origin said it, be it understood or not.
    pub const fn is_explicit(self) -> bool {
        matches!(self, Self::SMaxage | Self::MaxAge | Self::Expires | Self::Invalid)
    }
}

impl fmt::Display for LifetimeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operator => "set by whoever runs the cache",
            Self::SMaxage => "s-maxage, for shared caches (RFC 9111, section 5.2.2.10)",
            Self::MaxAge => "max-age (RFC 9111, section 5.2.2.1)",
            Self::Expires => "Expires − Date (RFC 9111, section 5.3)",
            Self::Heuristic => "a part of Date − Last-Modified (RFC 9111, section 4.2.2)",
            Self::Invalid => {
                "it cannot be understood, and so counts as stale (RFC 9111, section 4.2.1)"
            }
            Self::Nothing => "nothing says how long it is fresh (RFC 9111, section 4.2.1)",
        })
    }
}

/// How long a response is fresh from the moment it was made, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lifetime {
    /// In milliseconds.
    pub ms: u64,
    /// Where it comes from.
    pub source: LifetimeSource,
}

impl Lifetime {
    /// The lifetime of a response. `targeted` says that the directives are from a field for our kind of cache,
    /// which replaces Expires as well (RFC 9213, section 2.2).
    pub(super) fn new(
        settings: &Settings,
        status: StatusCode,
        headers: &HeaderMap,
        directives: &ResponseDirectives,
        targeted: bool,
        age: &InitialAge,
    ) -> Self {
        for (directive, source) in [
            (directives.s_maxage, LifetimeSource::SMaxage),
            (directives.max_age, LifetimeSource::MaxAge),
        ] {
            match directive {
                Seconds::Of(seconds) => return Self { ms: u64::from(seconds) * 1_000, source },
                Seconds::Invalid => return Self { ms: 0, source: LifetimeSource::Invalid },
                Seconds::Absent => {}
            }
        }
        if !targeted && headers.contains_key(header::EXPIRES) {
            return Self::from_expires(headers, age);
        }
        Self::heuristic(settings, status, headers, directives, age)
            .unwrap_or(Self { ms: 0, source: LifetimeSource::Nothing })
    }

    /// "MUST interpret invalid date formats, especially the value "0", as representing a time in the past."
    fn from_expires(headers: &HeaderMap, age: &InitialAge) -> Self {
        let mut lines = headers.get_all(header::EXPIRES).iter();
        let first = lines.next().filter(|first| lines.all(|line| line == first));
        let expires =
            first.and_then(|line| Timestamp::parse_http_date(line.as_bytes(), age.response_time));
        match expires {
            Some(expires) => Self {
                ms: not_negative(expires.since(age.date_value)),
                source: LifetimeSource::Expires,
            },
            None => Self { ms: 0, source: LifetimeSource::Invalid },
        }
    }

    /// Only without an explicit lifetime, and only where the status or `public` allows it. A response that
    /// sets a cookie is left out: the RFC permits to guess, it does not ask for it, and here a wrong guess
    /// would hand one reader's cookie to the next.
    fn heuristic(
        settings: &Settings,
        status: StatusCode,
        headers: &HeaderMap,
        directives: &ResponseDirectives,
        age: &InitialAge,
    ) -> Option<Self> {
        let allowed = is_heuristically_cacheable(status) || directives.public;
        if !allowed || headers.contains_key(header::SET_COOKIE) {
            return None;
        }
        let modified = headers.get(header::LAST_MODIFIED)?.as_bytes();
        let modified = Timestamp::parse_http_date(modified, age.response_time)?;
        let unchanged_ms = not_negative(age.date_value.since(modified));
        let ms = unchanged_ms / 100 * u64::from(settings.heuristic_percent.min(100));
        let ms = ms.min(settings.most_heuristic_ms);
        (ms > 0).then_some(Self { ms, source: LifetimeSource::Heuristic })
    }
}

/// Statuses that may be stored without being told so (RFC 9110, section 15.1). 206 is one of them, but a part
/// is not stored here.
pub fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// A lifetime and an age: whether the response is fresh, and how long it still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// How long it is fresh.
    pub lifetime: Lifetime,
    /// How old it is.
    pub age: Age,
}

impl Freshness {
    /// `response_is_fresh = (freshness_lifetime > current_age)`
    pub const fn is_fresh(&self) -> bool {
        self.lifetime.ms > self.age.current_age_ms
    }

    /// How long it stays fresh, in milliseconds; negative for how long it has been stale.
    pub const fn remaining_ms(&self) -> i64 {
        self.lifetime.ms as i64 - self.age.current_age_ms as i64
    }

    /// For how long it has been stale, in milliseconds; 0 while it is fresh.
    pub const fn stale_for_ms(&self) -> u64 {
        self.age.current_age_ms.saturating_sub(self.lifetime.ms)
    }
}
