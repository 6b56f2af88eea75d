//! What a client says to the server.

use super::{Position, Request};
use crate::chat::SessionId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// From the client to the server.
///
/// ```
/// # use playground_core::chat::wire::{ClientMessage, Position};
/// # fn read(json: &str) -> ClientMessage { serde_json::from_str(json).expect(json) }
/// let hello = r#"{"type":"hello","v":1,"name":"Ada","secret":"4f1d36c89d1a4be7a3a5bd1f1a6b2c3d"}"#;
/// let again = r#"{"type":"hello","v":1,"name":"Ada","secret":"4f1d36c89d1a4be7a3a5bd1f1a6b2c3d","last":17}"#;
/// let rooms = r#"{"type":"rooms"}"#;
/// let join = r#"{"type":"join","room":"lobby"}"#;
/// let resume = r#"{"type":"join","room":"lobby","after":{"epoch":1764106000000,"seq":41}}"#;
/// let leave = r#"{"type":"leave","room":"lobby"}"#;
/// let send = r#"{"type":"send","room":"lobby","id":"a1","text":"hi","since":{"epoch":1764106000000,"seq":41}}"#;
/// let private = r#"{"type":"private","to":"Bob","id":"a2","text":"psst"}"#;
/// let typing = r#"{"type":"typing","room":"lobby"}"#;
/// let history = r#"{"type":"history","room":"@Ada","before":41,"limit":50}"#;
/// let received = r#"{"type":"received","room":"lobby","seq":42}"#;
/// # for json in [hello, again, rooms, join, resume, leave, send, private, typing, history, received] {
/// #     let message = read(json);
/// #     assert_ne!(message, ClientMessage::Unknown);
/// #     assert_eq!(serde_json::to_string(&message).unwrap(), json);
/// # }
/// assert!(matches!(read(resume), ClientMessage::Join { after: Some(Position { seq: 41, .. }), .. }));
/// // What a newer client says is not an error.
/// assert_eq!(read(r#"{"type":"dance","room":"lobby"}"#), ClientMessage::Unknown);
/// assert_eq!(read(r#"{"type":"join","room":"lobby","mood":"good"}"#), read(join));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Who is there. First, and only once a connection; the same once more is answered once more.
    Hello {
        /// The version that the client speaks: [`VERSION`](super::VERSION).
        v: u32,
        /// The person's name.
        name: Arc<str>,
        /// What only this person knows.
        secret: Arc<str>,
        /// The session of the last connection of this tab, to be told why it was cut.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<SessionId>,
    },
    /// Which rooms are there?
    Rooms,
    /// Hear a channel, from here on or from behind a position on. A room opens with its first member.
    Join {
        /// The channel.
        room: Arc<str>,
        /// What has been read already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Position>,
    },
    /// Hear it no more. Not answered.
    Leave {
        /// The channel.
        room: Arc<str>,
    },
    /// Say something in a room.
    Send {
        /// The room.
        room: Arc<str>,
        /// The idempotency key: 1 to 64 visible ASCII characters.
        id: Arc<str>,
        /// The text.
        text: Arc<str>,
        /// The position in the room when this was sent for the first time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Position>,
    },
    /// Say something to one person, in all of that person's tabs and in all of one's own.
    Private {
        /// To whom.
        to: Arc<str>,
        /// The idempotency key: 1 to 64 visible ASCII characters.
        id: Arc<str>,
        /// The text.
        text: Arc<str>,
        /// The position in one's own inbox when this was sent for the first time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Position>,
    },
    /// Somebody is typing. Say it at most every few seconds; not answered.
    Typing {
        /// The room.
        room: Arc<str>,
    },
    /// What was said before?
    History {
        /// The channel.
        room: Arc<str>,
        /// The messages wanted are those right before this number.
        before: u64,
        /// At most so many; the server may give fewer.
        limit: u32,
    },
    /// Everything up to here has arrived in this tab. Not answered.
    Received {
        /// The channel.
        room: Arc<str>,
        /// The number of the last message.
        seq: u64,
    },
    /// A type that this version does not know.
    #[serde(other)]
    Unknown,
}

impl ClientMessage {
    /// What kind of request it is.
    pub fn request(&self) -> Request {
        match self {
            ClientMessage::Hello { .. } => Request::Hello,
            ClientMessage::Rooms => Request::Rooms,
            ClientMessage::Join { .. } => Request::Join,
            ClientMessage::Leave { .. } => Request::Leave,
            ClientMessage::Send { .. } => Request::Send,
            ClientMessage::Private { .. } => Request::Private,
            ClientMessage::Typing { .. } => Request::Typing,
            ClientMessage::History { .. } => Request::History,
            ClientMessage::Received { .. } => Request::Received,
            ClientMessage::Unknown => Request::Unknown,
        }
    }
}
