//! A copy, told: with the sum of its age and freshness, line by line.

use std::sync::atomic::Ordering;

use axum::http::{HeaderName, HeaderValue};
use playground_core::cdn::caching::{Age, Freshness};
use playground_core::cdn::wire;

use super::edge::now;
use super::index::Entry;

/// What `GET /api/cdn/entries` tells of a copy.
pub(super) fn describe(edge: &str, entry: &Entry) -> wire::Entry {
    let stored = &entry.stored;
    let freshness = stored.freshness(now());
    let state = entry.object.state();
    let vary = stored
        .selecting()
        .fields()
        .map(|(name, sent)| (name.as_str().to_owned(), sent.map(text).unwrap_or_default()));
    let field =
        |(name, value): (&HeaderName, &HeaderValue)| (name.as_str().to_owned(), text(value));
    wire::Entry {
        edge: edge.to_owned(),
        url: entry.url.clone(),
        status: stored.status().as_u16(),
        headers: stored.headers().iter().map(field).collect(),
        vary: vary.collect(),
        tags: entry.tags.clone(),
        length: entry.object.length(),
        arrived: state.arrived,
        is_complete: entry.object.is_whole(),
        is_on_disk: entry.object.is_on_disk(),
        stored_at_ms: u64::try_from(stored.received_at().0).unwrap_or(0),
        hits: entry.hits.load(Ordering::Relaxed),
        age_s: u64::from(freshness.age.seconds()),
        lifetime_s: freshness.lifetime.ms / 1_000,
        is_fresh: freshness.is_fresh() && !stored.needs_validation(),
        arithmetic: arithmetic(&freshness),
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// The sum, with the names of RFC 9111, section 4.2.
fn arithmetic(freshness: &Freshness) -> Vec<String> {
    let Freshness { lifetime, age } = freshness;
    let Age { initial, resident_time_ms, current_age_ms, .. } = age;
    let remaining = freshness.remaining_ms();
    let verdict = match freshness.is_fresh() {
        true => format!("fresh for {} s more", seconds(remaining.unsigned_abs())),
        false => format!("stale for {} s", seconds(remaining.unsigned_abs())),
    };
    vec![
        format!("freshness_lifetime = {} s: {}", seconds(lifetime.ms), lifetime.source),
        format!("apparent_age = response_time − Date = {} s", seconds(initial.apparent_age_ms)),
        format!(
            "corrected_age_value = Age {} s + response_delay {} s = {} s",
            seconds(initial.age_value_ms),
            seconds(initial.response_delay_ms),
            seconds(initial.corrected_age_value_ms)
        ),
        format!(
            "corrected_initial_age = the greater of both = {} s",
            seconds(initial.corrected_initial_age_ms)
        ),
        format!(
            "current_age = {} s + resident_time {} s = {} s",
            seconds(initial.corrected_initial_age_ms),
            seconds(*resident_time_ms),
            seconds(*current_age_ms)
        ),
        format!("freshness_lifetime − current_age: {verdict}"),
    ]
}

/// Milliseconds as seconds, with as many decimals as they have.
fn seconds(ms: u64) -> String {
    match ms % 1_000 {
        0 => (ms / 1_000).to_string(),
        rest => format!("{}.{rest:03}", ms / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_the_decimals_that_they_need() {
        assert_eq!(seconds(0), "0");
        assert_eq!(seconds(5_000), "5");
        assert_eq!(seconds(1_042), "1.042");
    }
}
