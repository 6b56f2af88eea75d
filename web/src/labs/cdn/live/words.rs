//! The steps of a real request, the origin's health and sizes, in words.

use super::verdict::why_forwarded;
use crate::components::grouped;
use playground_core::cdn::wire::{Faults, Step};

/// A step in one word.
pub fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Asked { .. } => "asked",
        Step::Hit { is_stale: false, .. } => "hit",
        Step::Hit { is_stale: true, .. } => "hit, stale",
        Step::Missed { .. } => "missed",
        Step::Joined => "joined",
        Step::Forwarded { .. } => "forwarded",
        Step::Fetched { .. } => "fetched",
        Step::Revalidated => "revalidated",
        Step::Stored { .. } => "stored",
        Step::NotStored { .. } => "not stored",
        Step::Served { .. } => "served",
        Step::Failed { .. } => "failed",
        Step::Purged { .. } => "purged",
        Step::FaultsChanged { .. } | Step::TtlChanged { .. } => "set",
        Step::Lost { .. } => "lost",
    }
}

/// A step in a sentence.
pub fn step_sentence(edge: &str, step: &Step) -> String {
    match step {
        Step::Asked { method, url, .. } => format!("The reader asks {edge}: {method} {url}."),
        Step::Hit { age_s, lifetime_s, is_stale: false } => {
            format!(
                "{edge} has a copy, {age_s} s old and fresh for {lifetime_s} s in all. The origin is not asked."
            )
        }
        Step::Hit { age_s, lifetime_s, is_stale: true } => {
            format!(
                "{edge} has a copy, {age_s} s old, which was fresh for {lifetime_s} s, and may still serve it."
            )
        }
        Step::Missed { why } => format!("{edge} has nothing to serve: {}.", why_forwarded(why)),
        Step::Joined => {
            "Somebody has asked for the same already. This reader waits for that answer.".to_owned()
        }
        Step::Forwarded { is_conditional: false } => format!("{edge} asks the origin."),
        Step::Forwarded { is_conditional: true } => {
            format!("{edge} asks the origin only whether its copy still holds.")
        }
        Step::Fetched { status, took_us } => {
            format!("The origin's answer begins after {}: {status}.", time_text(*took_us))
        }
        Step::Revalidated => "The origin confirms the copy: nothing to fetch.".to_owned(),
        Step::Stored { bytes } => format!("{edge} keeps a copy of {}.", size_text(*bytes)),
        Step::NotStored { why } => format!("{edge} keeps no copy: {why}"),
        Step::Served { status, bytes, took_us, is_whole } => {
            let all = if *is_whole { "all of it" } else { "not all of it" };
            format!(
                "The reader has {all}: {status}, {}, after {}.",
                size_text(*bytes),
                time_text(*took_us)
            )
        }
        Step::Failed { why } => format!("The origin lets {edge} down: {why}"),
        Step::Purged { removed } => format!("{removed} copies are removed."),
        Step::FaultsChanged { faults } => format!("The origin {}.", health(faults)),
        Step::TtlChanged { .. } => "How long things are fresh is set anew.".to_owned(),
        Step::Lost { events } => format!("{events} events were not told."),
    }
}

/// How the origin fares; what follows its name in a sentence.
pub fn health(faults: &Faults) -> String {
    if faults.down {
        "is down".to_owned()
    } else if faults.error {
        "answers everything with 500".to_owned()
    } else if faults.slow_ms > 0 {
        format!("takes {} longer for every answer", time_text(faults.slow_ms * 1_000))
    } else {
        "is well".to_owned()
    }
}

/// A span of time, from microseconds.
pub fn time_text(us: u64) -> String {
    match us {
        0..10_000 => format!("{:.2} ms", us as f64 / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", us as f64 / 1e3),
        _ => format!("{:.2} s", us as f64 / 1e6),
    }
}

/// A span of time, from milliseconds of the browser's clock.
pub fn ms_text(ms: f64) -> String {
    time_text((ms.max(0.0) * 1e3) as u64)
}

/// A number of bytes.
pub fn size_text(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..10_240 => format!("{} bytes", grouped(bytes)),
        10_240..10_485_760 => format!("{} KiB", grouped(bytes / 1_024)),
        _ => format!("{} MiB", grouped(bytes / 1_048_576)),
    }
}

/// What a field of the answer is for; none for those that say nothing about caching.
pub fn field_meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "age" => "How long ago the origin vouched for this, in seconds. Only a copy has it.",
        "cache-control" => "What the origin allows: for how long, and to whom.",
        "cdn-cache-control" => {
            "The same for shared caches alone, and before Cache-Control (RFC 9213)."
        }
        "etag" => "A name for this version. With it the edge can ask whether its copy still holds.",
        "last-modified" => "When it changed last: a weaker name for the version.",
        "expires" => "Until when it is fresh, where Cache-Control does not say.",
        "date" => "When the origin made the answer.",
        "vary" => {
            "Which fields of the request the answer depends on: each combination is a copy of its own."
        }
        "via" => "Who passed it on.",
        "surrogate-key" | "cache-tag" => "Names under which it can be purged together with others.",
        "content-length" => "The length of the body, in bytes.",
        "content-encoding" => "How the body is compressed on the way.",
        "accept-ranges" => "Parts may be asked for.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(
            [0, 2_340, 45_600, 2_000_000].map(time_text),
            ["0.00 ms", "2.34 ms", "46 ms", "2.00 s"]
        );
        assert_eq!(
            [1, 812, 20_480, 20_971_520].map(size_text),
            ["1 byte", "812 bytes", "20 KiB", "20 MiB"]
        );
    }

    #[test]
    fn the_worst_fault_is_named() {
        let faults = Faults { slow_ms: 2_000, down: true, ..Faults::default() };
        assert_eq!(health(&faults), "is down");
        assert_eq!(
            health(&Faults { down: false, ..faults }),
            "takes 2.00 s longer for every answer"
        );
        assert_eq!(health(&Faults::default()), "is well");
    }
}
