//! What the server and the page tell each other about the real edges, as JSON.
//!
//! Times are milliseconds since 1970-01-01 UTC, or microseconds since the server started where they end in `_us`.

mod machines;

pub use machines::{
    Exchange, Exchanged, Known, MachineStats, NumberedPurge, OtherStats, PurgedAt, ShieldStats,
};

use serde::{Deserialize, Serialize};

/// The field by which a request to `/edge/` says what its reader calls it: a number below 2^53, which the event
/// [`Step::Asked`] tells again, so that whoever asks and watches knows which events are about that request. The edge
/// keeps the field to itself.
pub const MARK: &str = "cdn-mark";

/// What `GET /api/cdn/stats` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// The edges, in their order.
    pub edges: Vec<EdgeStats>,
    /// What stands behind them.
    pub origin: OriginStats,
    /// The port for browsers and curl, as a URL; none if there is none.
    pub listener: Option<Listener>,
    /// How long everything is fresh, in seconds, where an operator has said so.
    pub ttl_override_s: Option<u64>,
    /// What an edge that is a process of its own knows of the others; none at a server with its edges inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineStats>,
}

/// The port by which an edge is reached without the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Where it is, such as `http://127.0.0.1:8000`.
    pub url: String,
    /// The edge that answers there unless a request names another one.
    pub edge: String,
}

/// What an edge has done since the server started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeStats {
    /// Its name, as in `/edge/<name>/`.
    pub name: String,
    /// Requests, of all kinds.
    pub requests: u64,
    /// … answered with a fresh copy.
    pub hits: u64,
    /// … answered with a stale copy that is revalidated meanwhile, or because the origin is dead.
    pub stale: u64,
    /// … for which there was no copy to use.
    pub misses: u64,
    /// … that waited for another reader's request to the origin.
    pub joined: u64,
    /// … answered with a copy that the origin has confirmed.
    pub revalidated: u64,
    /// … passed to the origin without a thought of storing: other methods, objects that cannot be shared.
    pub passed: u64,
    /// … refused, or failed.
    pub failed: u64,
    /// Requests sent to the origin.
    pub origin_requests: u64,
    /// Bytes of bodies given to readers.
    pub bytes_served: u64,
    /// Bytes of bodies taken from the origin.
    pub bytes_fetched: u64,
    /// Copies there are.
    pub entries: u64,
    /// Bytes of their bodies.
    pub stored_bytes: u64,
    /// … of which in memory.
    pub memory_bytes: u64,
    /// How many bytes may be in memory.
    pub memory_capacity: u64,
    /// How many bytes may be on disk; 0 if nothing is kept there.
    pub disk_capacity: u64,
}

/// What stands behind the edges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginStats {
    /// Where it is.
    pub url: String,
    /// Whether it is the one that the server brings along.
    pub is_embedded: bool,
    /// Requests sent there by all edges.
    pub requests: u64,
    /// What is wrong with it, on purpose.
    pub faults: Faults,
}

/// What is wrong with the origin, on purpose; also the answer of `POST /api/cdn/faults`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    /// How much longer every answer takes, in milliseconds.
    pub slow_ms: u64,
    /// Whether it does not answer at all.
    pub down: bool,
    /// Whether it answers every request with 500.
    pub error: bool,
    /// How often its content was changed.
    pub revision: u64,
}

/// The body of `POST /api/cdn/faults`: what is not said stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRequest {
    /// How much longer every answer is to take, in milliseconds, 60,000 at most; 0 for no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_ms: Option<u64>,
    /// Whether not to answer at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<bool>,
    /// Whether to answer every request with 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<bool>,
    /// Whether to change the content now. Only the embedded origin can.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub change: bool,
}

/// The body of `POST /api/cdn/purge`: exactly one of `url`, `prefix`, `tag` and `all`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgeRequest {
    /// All variants of this path and query, such as `/news?page=2`. An absolute URL counts by these parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Everything whose path and query begins so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Everything that bears this tag in `Surrogate-Key` or `Cache-Tag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// At which edge; at all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge: Option<String>,
}

/// What a purge has removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// How many copies, at all edges together.
    pub removed: u64,
    /// Which processes have purged, where the edges are processes of their own: this one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purged: Vec<PurgedAt>,
    /// Which of them could not be reached. They are told as soon as they can be, and trust no copy before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreachable: Vec<String>,
}

/// The body of `PUT /api/cdn/ttl`, and its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TtlOverride {
    /// How long everything that may be stored is fresh, in seconds, whatever its origin says; null for what the
    /// origin says.
    pub seconds: Option<u64>,
}

/// A copy at an edge, as `GET /api/cdn/entries` tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The edge's name.
    pub edge: String,
    /// Path and query.
    pub url: String,
    /// The status.
    pub status: u16,
    /// The header fields, as they are stored.
    pub headers: Vec<(String, String)>,
    /// What the request's fields were that `Vary` names; an empty value where there was none.
    pub vary: Vec<(String, String)>,
    /// The tags by which it can be purged.
    pub tags: Vec<String>,
    /// The body's length, in bytes; none while it is not known.
    pub length: Option<u64>,
    /// How much of it has arrived, in bytes.
    pub arrived: u64,
    /// Whether all of it has.
    pub is_complete: bool,
    /// Whether it would be there again if the server died now.
    #[serde(default)]
    pub is_on_disk: bool,
    /// When it was received or last confirmed.
    pub stored_at_ms: u64,
    /// How often it was served.
    pub hits: u64,
    /// Its age, in seconds.
    pub age_s: u64,
    /// How long it is fresh, in seconds.
    pub lifetime_s: u64,
    /// Whether it is fresh now.
    pub is_fresh: bool,
    /// The sum of its age and freshness, line by line, with the values of the header fields.
    pub arithmetic: Vec<String>,
}

/// Something that happened at an edge; one message of `/ws/cdn`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, in microseconds since the server started.
    pub at_us: u64,
    /// The edge's name; empty for what is not about one edge.
    pub edge: String,
    /// The request, by a number that the server gives it; 0 for what is not about one request.
    pub request: u64,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// A step of a request, or a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Step {
    /// A reader asked for something.
    Asked {
        /// The method.
        method: String,
        /// Path and query.
        url: String,
        /// What the reader calls this request, if it said so in the field [`MARK`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<u64>,
    },
    /// There is a fresh copy, or a stale one that may be served.
    Hit {
        /// Its age, in seconds.
        age_s: u64,
        /// How long it is fresh, in seconds.
        lifetime_s: u64,
        /// Whether it is past that.
        is_stale: bool,
    },
    /// There is no copy to use.
    Missed {
        /// Why, in the words of RFC 9211's parameter `fwd`: `uri-miss`, `vary-miss`, `stale`, `request`, …
        why: String,
    },
    /// The reader waits for a request that is on its way.
    Joined,
    /// A request left for the origin.
    Forwarded {
        /// Whether it only asks for confirmation.
        is_conditional: bool,
    },
    /// The head of the origin's answer has arrived.
    Fetched {
        /// The status.
        status: u16,
        /// How long that took, in microseconds.
        took_us: u64,
    },
    /// The origin has confirmed the copy.
    Revalidated,
    /// The whole body has arrived and is stored.
    Stored {
        /// Its length, in bytes.
        bytes: u64,
    },
    /// The answer may not be stored.
    NotStored {
        /// Why.
        why: String,
    },
    /// The reader has got everything, or has left.
    Served {
        /// The status.
        status: u16,
        /// How many bytes of the body it got.
        bytes: u64,
        /// How long it took since it asked, in microseconds.
        took_us: u64,
        /// Whether it got everything.
        is_whole: bool,
    },
    /// The origin did not answer, or broke off.
    Failed {
        /// What happened.
        why: String,
    },
    /// Copies were removed.
    Purged {
        /// How many.
        removed: u64,
    },
    /// What is wrong with the origin was changed.
    FaultsChanged {
        /// To what.
        faults: Faults,
    },
    /// The time that everything is fresh was changed.
    TtlChanged {
        /// To how many seconds; null for what the origin says.
        seconds: Option<u64>,
    },
    /// Here events are missing: the listener was too slow for them.
    Lost {
        /// How many.
        events: u64,
    },
}
