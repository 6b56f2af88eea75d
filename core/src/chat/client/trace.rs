//! The way of one's own messages, with times: what the figure beside the chat draws.

use crate::chat::wire::Timing;
use crate::sim::Time;
use std::sync::Arc;

/// How many messages are followed.
pub(super) const MOST_TRACES: usize = 50;

/// The way of a message, in times of the client's own clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trace {
    /// The idempotency key.
    pub id: Arc<str>,
    /// The thread.
    pub thread: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// When it was said.
    pub said_at: Time,
    /// When it was sent for the first time.
    pub first_sent_at: Option<Time>,
    /// When it was sent for the last time.
    pub sent_at: Option<Time>,
    /// How often it was sent, over all connections.
    pub sends: u32,
    /// When it came back as a message, as it does to everybody.
    pub told_at: Option<Time>,
    /// When its acknowledgement came.
    pub acknowledged_at: Option<Time>,
    /// What the server says about its times, on the server's clock.
    pub timing: Option<Timing>,
    /// Whether the server recognised it as a retry.
    pub is_retry: bool,
    /// Its number.
    pub seq: Option<u64>,
    /// When the first news came that it has arrived at somebody.
    pub delivered_at: Option<Time>,
    /// At how many people it has arrived.
    pub delivered_to: u32,
}

impl Trace {
    pub(super) fn new(id: Arc<str>, thread: Arc<str>, text: Arc<str>, said_at: Time) -> Self {
        Trace {
            id,
            thread,
            text,
            said_at,
            first_sent_at: None,
            sent_at: None,
            sends: 0,
            told_at: None,
            acknowledged_at: None,
            timing: None,
            is_retry: false,
            seq: None,
            delivered_at: None,
            delivered_to: 0,
        }
    }
}
