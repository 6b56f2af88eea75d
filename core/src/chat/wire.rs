//! The protocol of `/ws/chat`, version 1, so that a stranger can write a client.
//!
//! Text frames of JSON over one WebSocket; one message a frame. Every message is an object whose `type`
//! says which one it is: a [`ClientMessage`] goes to the server, a [`ServerMessage`] to the client.
//! Whoever reads ignores fields and types that it does not know, so that either side may be newer;
//! binary frames are malformed. All numbers fit a JavaScript number exactly (below 2⁵³). Times of day
//! are milliseconds since 1970, UTC; `_us` are microseconds.
//!
//! # A first conversation
//!
//! ```text
//! client                                         server
//!   hello, with a name and a secret   ─────────▶
//!                                     ◀─────────  welcome, with the limits
//!   join lobby                        ─────────▶
//!                                     ◀─────────  joined: the newest page and the head
//!   send "hi" as id a1                ─────────▶  (stored, durably)
//!                                     ◀─────────  messages from 42 on, to everybody in the room, also to us
//!                                     ◀─────────  ack a1: it is message 42
//! ```
//!
//! # The rules for a client
//!
//! 1. **`hello` first.** The name belongs to whoever used it first with a secret; the same secret is the
//!    same person, in as many tabs as the limits allow. Keep the secret, for instance 128 random bits.
//! 2. **Join a channel** to hear it: a room by its name, your own inbox by `@` and your name. An inbox
//!    is where private messages are, received and sent.
//! 3. **Take exactly the next.** The messages of a channel are numbered from 1 without gaps (`seq`). What
//!    is said now comes in runs ([`Run`]), which say once what their messages share.
//!    With position *n*, take *n* + 1; drop what is *n* or less; if it is more, something is missing:
//!    `join` again with `after` = (epoch, *n*), and take no message until `joined` comes.
//! 4. **After a lost connection**, connect again with back-off and jitter, say `hello`, and `join` each
//!    channel with `after`. With `recovered: true`, `messages` continues exactly behind `after`. With
//!    `more: true`, this was only the first part: `join` again behind it; you are in the channel, and
//!    hear what is new, only with the last part. With `recovered: false` the position was of no use (the
//!    store was lost, or you lagged too far): forget what you have; `messages` is the newest page.
//! 5. **Send with an id** that this person never uses again for another message, and keep the message until
//!    `ack` or `refused` names that id, or a message from yourself carries it. After a lost connection,
//!    send it again with the same id, once the channel is joined: it is stored once. Put into `since`
//!    the position that you had when you first sent it: if the retry comes too late for the server to
//!    know the first attempt, it is refused as `too_late` instead of doubled. One unacknowledged message
//!    a channel at a time keeps them in order even if one is refused.
//! 6. **`ack` may come before or after the message** it is about. It says that the message is durable.
//! 7. **Say what you have** with `received`, at most about once a second, if the tab has shown it: the
//!    author sees `delivered`.
//! 8. **Close codes** say whether to connect again: see [`Farewell`](super::Farewell). From 4000 to 4499:
//!    yes. From 4500 to 4999, 1000 and 1008: no. If a session was cut, `hello` with its number as `last`
//!    tells why in `welcome`.
//!
//! Positions are per channel: the epoch of a room says nothing about an inbox.

mod run;
mod to_client;
mod to_server;

pub use run::Run;
pub use to_client::ServerMessage;
pub use to_server::ClientMessage;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of the protocol.
pub const VERSION: u32 = 1;

/// A place in a channel's history: everything up to `seq` has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Which history: another one after a loss of the store.
    pub epoch: u64,
    /// The last message read; 0 before the first.
    pub seq: u64,
}

/// A stored message, as pages of history have it. Behind an `Arc`, because it is stored, sent and
/// remembered as one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// The channel: a room's name, or `@` and the name of the inbox's owner.
    pub room: Arc<str>,
    /// Its number in the channel, from 1, without gaps.
    pub seq: u64,
    /// The sender's id of it.
    pub id: Arc<str>,
    /// The sender.
    pub from: Arc<str>,
    /// The receiver of a private message; absent in a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Arc<str>>,
    /// The text.
    pub text: Arc<str>,
    /// When the server numbered it, in milliseconds since 1970.
    pub at_ms: u64,
}

/// The way of a message through the server, in microseconds since the server started.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Timing {
    /// When it had been read from the sender's connection.
    pub received_us: u64,
    /// When the shared log of all servers had answered that it has the message; absent where one server
    /// keeps its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bus_us: Option<u64>,
    /// When it was durable; with a shared log, when this server had it from there, numbered, and in its place
    /// behind all before it: not before `bus_us`.
    pub stored_us: u64,
    /// When it had been handed to everybody's connection.
    pub fanned_out_us: u64,
}

/// The server that a client is connected to, of one or of many.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServerInfo {
    /// Its name.
    pub name: Arc<str>,
    /// What carries messages between the servers, with its version: "redis 7.0.15". Absent if there is only
    /// this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bus: Option<Arc<str>>,
}

/// A message is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ack {
    /// The channel: for a private message, the sender's own inbox.
    pub room: Arc<str>,
    /// The sender's id of it.
    pub id: Arc<str>,
    /// Its number.
    pub seq: u64,
    /// When it was numbered, in milliseconds since 1970.
    pub at_ms: u64,
    /// Whether it had been stored already, so that this was a retry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_retry: bool,
    /// How long it took.
    #[serde(default)]
    pub timing: Timing,
}

/// The answer to `join`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Joined {
    /// The channel.
    pub room: Arc<str>,
    /// Its epoch.
    pub epoch: u64,
    /// The number of its last message; 0 if there is none.
    pub head: u64,
    /// Whether `messages` continues exactly behind `after`. Without `after`, and if that was of no use,
    /// `messages` is the newest page.
    pub recovered: bool,
    /// Whether this is only a part of what is missing: join again, behind the last one of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Whether `history` has something before the first of these messages.
    #[serde(default)]
    pub has_older: bool,
    /// The messages, in order, without gaps.
    pub messages: Vec<Arc<Message>>,
    /// Who is there; nobody by name if they are too many, or if `more`. In an inbox: with whom there
    /// are private messages, and who is online.
    #[serde(default)]
    pub people: Vec<Arc<str>>,
    /// How many people are there.
    #[serde(default)]
    pub count: u32,
}

/// A room, in the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Its name.
    pub room: Arc<str>,
    /// How many people are there.
    pub people: u32,
    /// The number of its last message.
    pub head: u64,
}

/// What a request was, for its refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // They are the types of `ClientMessage`.
pub enum Request {
    Hello,
    Rooms,
    Join,
    Leave,
    Send,
    Private,
    Typing,
    History,
    Received,
    /// None that is known.
    #[serde(other)]
    Unknown,
}
