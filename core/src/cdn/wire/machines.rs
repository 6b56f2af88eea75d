//! What edges and shields on different machines tell each other, and what they tell of each other.

use super::PurgeRequest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far somebody knows the purges: by the name of each log, the number of the last purge known from it. What is
/// not named is known to 0.
pub type Known = BTreeMap<String, u64>;

/// A purge with its place: a number in the log of the process that was asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberedPurge {
    /// The log's name.
    pub log: String,
    /// From 1 in steps of 1.
    pub number: u64,
    /// What is purged. Everything may stand for several purges in one: then for all up to this number.
    pub purge: PurgeRequest,
}

/// The body of `POST /api/cdn/purges`, by which one process tells another what it knows, and asks for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The name of whoever tells.
    pub from: String,
    /// How far they know the purges.
    pub known: Known,
    /// What the other one may not know yet, in the order of the numbers of each log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purges: Vec<NumberedPurge>,
    /// The purge of which they want to know how many copies it has removed: its log and its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<(String, u64)>,
}

/// The answer: whatever was told is carried out, and durable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchanged {
    /// The name of whoever answers.
    pub name: String,
    /// How far they know the purges now.
    pub known: Known,
    /// What the asker does not know, in the order of the numbers of each log; if that is much, only the first of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purges: Vec<NumberedPurge>,
    /// How many copies were removed by the purge that was asked about; 0 if that was long ago.
    pub removed: u64,
}

/// A process that has carried out a purge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgedAt {
    /// Its name.
    pub name: String,
    /// How many copies it has removed.
    pub removed: u64,
}

/// What an edge process knows of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineStats {
    /// The shields, in the order in which they were named; none at a shield.
    pub shields: Vec<ShieldStats>,
    /// All other processes that take part in purges, shields among them.
    pub others: Vec<OtherStats>,
    /// How far the purges are known.
    pub known: Known,
    /// Whether copies are trusted, however long they have been here: enough of the others were heard lately.
    pub trusts_copies: bool,
}

/// A shield, as an edge sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShieldStats {
    /// Its name on the ring.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// How many requests were sent there.
    pub requests: u64,
    /// Whether it has not answered, and is left out.
    pub is_away: bool,
}

/// Another process, as this one sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherStats {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// When it was last heard, in milliseconds since 1970; none if never since this process started.
    pub heard_at_ms: Option<u64>,
}
