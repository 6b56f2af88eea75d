//! What is allowed, and how much is remembered.

use crate::sim::Span;
use serde::{Deserialize, Serialize};

/// A rate with room for bursts: see [`Bucket`](super::Bucket).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// How many a second in the long run; 0 is none at all once the burst is used up.
    pub per_second: u32,
    /// How many at once after a quiet time.
    pub burst: u32,
}

impl Rate {
    /// No limit worth the name.
    pub const UNLIMITED: Rate = Rate { per_second: u32::MAX, burst: u32::MAX };
}

/// What is allowed. The server tells its clients in `welcome`, so that a page can say so in time.
///
/// Characters are Unicode scalar values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// The longest name of a person or a room, in characters; the shortest has 1. Control characters,
    /// invisible ones, white space at the ends, and `@` or `#` at the start are not allowed.
    pub name_chars: u32,
    /// The longest text of a message, in characters; the shortest has 1.
    pub text_chars: u32,
    /// The longest id of a message, in characters, all of them visible ASCII; the shortest has 1.
    pub id_chars: u32,
    /// The shortest and the longest secret, in characters. 128 random bits in hexadecimal have 32.
    pub secret_chars: (u32, u32),
    /// How many rooms a connection may be in, its inbox not counted.
    pub rooms_a_session: u32,
    /// How many connections a person may have at once, to one server.
    pub sessions_a_person: u32,
    /// How many connections of one server may be in a room.
    pub members: u32,
    /// How many rooms there may be. A room with messages stays one when nobody is in it: nobody's history
    /// makes room for somebody else's.
    pub rooms: u32,
    /// How many people are remembered. One more makes the one forgotten who has been away longest.
    pub people: u32,
    /// The most messages in one `history` or `joined`.
    pub page_messages: u32,
    /// The most names in one `joined` or `people`. In a room with more people nobody is announced by
    /// name: a thousand people who come and go would be a million announcements.
    pub people_named: u32,
    /// Messages that a connection may send, and a person to a channel.
    pub messages: Rate,
    /// Other requests that a connection may make.
    pub requests: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            name_chars: 32,
            text_chars: 2_000,
            id_chars: 64,
            secret_chars: (16, 128),
            rooms_a_session: 32,
            sessions_a_person: 32,
            members: 10_000,
            rooms: 1_000,
            people: 10_000,
            page_messages: 100,
            people_named: 200,
            messages: Rate { per_second: 5, burst: 20 },
            requests: Rate { per_second: 50, burst: 200 },
        }
    }
}

/// What can be left out of the protocol, to see what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// A reader takes messages as they come.
    SequenceNumbers,
    /// The server stores whatever it is sent, also for the second time.
    Idempotency,
    /// A reader that comes back does not say how far it had read.
    Resume,
}

impl Without {
    /// All of them.
    pub const ALL: [Without; 3] = [Without::SequenceNumbers, Without::Idempotency, Without::Resume];
}

/// What the server is told before it starts. One value for all channels: share it in an `Arc`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What is allowed.
    pub limits: Limits,
    /// How many of a room's last messages are kept in memory, for resuming and against doubles.
    pub window_messages: u32,
    /// How many bytes of texts and names that may be; the last message is always kept.
    pub window_bytes: u64,
    /// How many of an inbox's last messages are kept in memory. There is an inbox a person.
    pub inbox_window_messages: u32,
    /// How many bytes of texts and names one page may have; one message is always allowed.
    pub page_bytes: u64,
    /// How many messages a reader may lag and still resume; one that lags more gets the newest page
    /// and `recovered: false`.
    pub resume_messages: u64,
    /// How many of a room's messages the store keeps; it may have an eighth more before it is told to
    /// trim.
    pub retained_messages: u64,
    /// How many of an inbox's messages the store keeps.
    pub inbox_retained_messages: u64,
    /// The shortest time from one announcement that a person types to the next.
    pub typing_every: Span,
    /// The most announcements of typing in a channel.
    pub typing: Rate,
    /// The shortest time from one report about deliveries, or about a crowd, to the next.
    pub report_every: Span,
    /// How many malformed or needless messages a connection may send before it is cut; every granted
    /// request pays for one.
    pub patience: u32,
    /// What is left out, for the lab; nothing in earnest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<Without>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            limits: Limits::default(),
            window_messages: 4_096,
            window_bytes: 8 << 20,
            inbox_window_messages: 64,
            page_bytes: 128 << 10,
            resume_messages: 20_000,
            retained_messages: 100_000,
            inbox_retained_messages: 2_000,
            typing_every: Span::from_ms(2_000),
            typing: Rate { per_second: 10, burst: 10 },
            report_every: Span::from_ms(500),
            patience: 100,
            without: None,
        }
    }
}
