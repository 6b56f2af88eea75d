//! Names, lengths of time and states in words.

use playground_core::cdn::lab::{
    Cargo, EntryState, Found, Frame, Node, OriginState, Outcome, Served, Without,
};

/// Who somebody is, within a sentence: "the edge in Auckland".
pub fn node_name(frame: &Frame, node: Node) -> String {
    let city = frame.city(node).map_or("nowhere", |it| it.name());
    match node {
        Node::Reader(_) => format!("the reader in {city}"),
        Node::Edge(_, shard) if frame.settings.shards > 1 => {
            format!("edge server {} in {city}", shard + 1)
        }
        Node::Edge(..) => format!("the edge in {city}"),
        Node::Shield => format!("the shield in {city}"),
        Node::Origin => format!("the origin in {city}"),
    }
}

/// The same at the start of a sentence or in a table.
pub fn node_title(frame: &Frame, node: Node) -> String {
    let city = frame.city(node).map_or("Nowhere", |it| it.name());
    match node {
        Node::Reader(_) => city.to_owned(),
        Node::Edge(_, shard) if frame.settings.shards > 1 => {
            format!("Edge, {city} {}", shard + 1)
        }
        Node::Edge(..) => format!("Edge, {city}"),
        Node::Shield => format!("Shield, {city}"),
        Node::Origin => format!("Origin, {city}"),
    }
}

/// Microseconds of the Earth as milliseconds.
pub fn earth_ms(us: u64) -> String {
    let ms = us as f64 / 1e3;
    if ms < 100.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// Milliseconds as seconds, with as many digits as can be read.
pub fn seconds(ms: u64) -> String {
    let seconds = ms as f64 / 1e3;
    match ms {
        0 => "0 s".to_owned(),
        1..1_000_000 => format!("{seconds:.1} s"),
        _ => format!("{seconds:.0} s"),
    }
}

/// A number of bytes.
pub fn bytes_text(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// A number of copies.
pub fn copies_text(count: u64) -> String {
    if count == 1 { "1 copy".to_owned() } else { format!("{count} copies") }
}

/// What a cache found, as the name of a step.
pub fn found_name(found: Found) -> &'static str {
    match found {
        Found::Hit => "Hit",
        Found::Stale => "Stale, but allowed",
        Found::MustValidate => "Stale",
        Found::Miss => "Miss",
        Found::Joined => "Join",
        Found::Pass => "Pass",
    }
}

/// What a cache found, and what follows.
pub fn found_text(found: Found) -> &'static str {
    match found {
        Found::Hit => "has a fresh copy and need not ask anybody",
        Found::Stale => {
            "has a stale copy, which it may serve while it is validated (RFC 5861, section 3)"
        }
        Found::MustValidate => "has a copy, but a stale one: it asks whether it still holds",
        Found::Miss => "has no copy",
        Found::Joined => "has no copy, but a fetch is under way already: this request waits for it",
        Found::Pass => {
            "remembers that this cannot be shared: nobody waits for anybody, everybody asks alone"
        }
    }
}

/// Out of what a cache answered.
pub fn served_text(served: Served) -> &'static str {
    match served {
        Served::Hit => "hit",
        Served::StaleWhileRevalidate => "stale, validated meanwhile",
        Served::StaleIfError => "stale, since the origin fails",
        Served::Revalidated => "validated first",
        Served::Joined => "joined a fetch",
        Served::Miss => "miss",
        Served::Pass => "not shared",
        Served::Error => "error",
    }
}

/// How a request ended.
pub fn outcome_text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Answered(served) => served_text(served).to_owned(),
        Outcome::Failed(status) => format!("failed: {status}"),
        Outcome::Cut => "cut off in the middle".to_owned(),
        Outcome::GivenUp => "given up".to_owned(),
    }
}

/// What may be done with a copy now, and where that is written.
pub fn state_text(state: EntryState) -> &'static str {
    match state {
        EntryState::Fresh => "Fresh: it may be served without asking (RFC 9111, section 4.2).",
        EntryState::StaleWhileRevalidate => {
            "Stale, but it may be served while it is validated in the background (RFC 5861, section 3)."
        }
        EntryState::StaleIfError => {
            "Stale: it must be validated (RFC 9111, section 4.3), and may be served if the origin fails (RFC 5861, \
             section 4)."
        }
        EntryState::Stale => {
            "Stale: it must be validated before it is served again (RFC 9111, section 4.2.4)."
        }
    }
}

/// The same in a word.
pub fn state_name(state: EntryState) -> &'static str {
    match state {
        EntryState::Fresh => "fresh",
        EntryState::StaleWhileRevalidate => "stale, servable meanwhile",
        EntryState::StaleIfError => "stale, servable on failure",
        EntryState::Stale => "stale",
    }
}

/// How the origin fares.
pub fn origin_text(state: OriginState) -> String {
    match state {
        OriginState::Up => "answers".to_owned(),
        OriginState::Slow(ms) => format!("answers {ms} ms later"),
        OriginState::Failing => "answers everything with 500".to_owned(),
        OriginState::Down => "does not answer".to_owned(),
    }
}

/// What is under way.
pub fn cargo_text(frame: &Frame, cargo: Cargo) -> String {
    match cargo {
        Cargo::Handshake(step) => {
            let name = ["SYN", "SYN-ACK", "ClientHello", "ServerHello"];
            let name = name.get(usize::from(step)).copied().unwrap_or("a handshake");
            format!("{name}: a connection is being opened")
        }
        Cargo::Request { item, is_conditional: false } => format!("GET {}", frame.path(item)),
        Cargo::Request { item, is_conditional: true } => {
            format!("GET {}, if it is no longer the same", frame.path(item))
        }
        Cargo::Response { item, status: 304, .. } => {
            format!("304: the copy of {} still holds", frame.path(item))
        }
        Cargo::Response { item, status, version: Some(version), bytes } => {
            format!("{status}: {}, version {version}, {}", frame.path(item), bytes_text(bytes))
        }
        Cargo::Response { item, status, .. } => format!("{status} about {}", frame.path(item)),
        Cargo::Reset => "the connection is broken".to_owned(),
        Cargo::Purge { item: Some(item) } => format!("forget {}", frame.path(item)),
        Cargo::Purge { item: None } => "forget everything".to_owned(),
        Cargo::Purged => "it is forgotten".to_owned(),
    }
}

/// A rule that can be left out.
pub fn without_text(without: Option<Without>) -> &'static str {
    match without {
        None => "nothing",
        Some(Without::Vary) => "Vary: one copy for all languages",
        Some(Without::Private) => "private: stored for everybody",
        Some(Without::Age) => "the age that an answer arrives with",
        Some(Without::MustRevalidate) => "must-revalidate, when the origin fails",
        Some(Without::PurgeOrder) => "the order of a purge: the shield first",
        Some(Without::PurgeOfFetches) => "the purge of what is being fetched",
        Some(Without::Timeouts) => "patience that ends",
        Some(Without::Collapsing) => "collapsing: who misses asks",
    }
}

/// A sentence begins with a capital letter and ends with a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_units_that_fit() {
        assert_eq!([1_500, 99_940, 312_000].map(earth_ms), ["1.5 ms", "99.9 ms", "312 ms"]);
        assert_eq!([0, 340, 20_000, 3_600_000].map(seconds), ["0 s", "0.3 s", "20.0 s", "3600 s"]);
        assert_eq!([12, 24_576, 1_572_864].map(bytes_text), ["12 B", "24 KiB", "1.5 MiB"]);
    }

    #[test]
    fn a_sentence_is_one() {
        assert_eq!(sentence("the origin dies"), "The origin dies.");
        assert_eq!(sentence(""), "");
    }
}
