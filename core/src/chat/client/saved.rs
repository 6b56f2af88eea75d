//! What survives a reload of the page: plain data, to be stored as JSON.

use super::Outgoing;
use crate::chat::SessionId;
use crate::chat::wire::Position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What survives a reload: who one is, what is unsent, what has been seen.
///
/// Messages are not in it: the server has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The person's name; empty before there is one.
    pub name: Arc<str>,
    /// The person's secret.
    pub secret: Arc<str>,
    /// The last session, to be told why it was cut.
    pub session: Option<SessionId>,
    /// The rooms that are joined.
    pub rooms: Vec<Arc<str>>,
    /// What is unsent, in the order in which it was said.
    pub outbox: Vec<Outgoing>,
    /// What is in the text fields, by thread.
    pub drafts: BTreeMap<Arc<str>, Arc<str>>,
    /// Up to where each thread has been seen: a position in its channel.
    pub seen: BTreeMap<Arc<str>, Position>,
}
