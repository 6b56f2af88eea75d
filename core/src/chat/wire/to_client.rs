//! What the server says to a client.

use super::{Ack, Joined, Message, Request, RoomInfo, Run, ServerInfo};
use crate::chat::{Limits, Refusal, SessionId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// From the server to the client.
///
/// ```
/// # use playground_core::chat::wire::ServerMessage;
/// # fn read(json: &str) -> ServerMessage { serde_json::from_str(json).expect(json) }
/// let welcome = r#"{"type":"welcome","v":1,"name":"Ada","session":18,"cut":4000,"limits":{"name_chars":32,
///     "text_chars":2000,"id_chars":64,"secret_chars":[16,128],"rooms_a_session":32,"sessions_a_person":32,
///     "members":10000,"rooms":1000,"people":10000,"page_messages":100,"people_named":200,
///     "messages":{"per_second":5,"burst":20},"requests":{"per_second":50,"burst":200}},
///     "server":{"name":"ash","bus":"redis 7.0.15"}}"#;
/// let joined = r#"{"type":"joined","room":"lobby","epoch":1764106000000,"head":42,"recovered":true,
///     "has_older":true,"messages":[{"room":"lobby","seq":42,"id":"a1","from":"Ada","text":"hi",
///     "at_ms":1764106012345}],"people":["Ada","Bob"],"count":2}"#;
/// let messages = r#"{"type":"messages","room":"lobby","seq":42,"at_ms":1764106012345,
///     "messages":[["a1","Ada","hi"],["b7","Bob","hello, Ada"],["a2","Ada","how are you?",3]]}"#;
/// let private = r#"{"type":"messages","room":"@Bob","to":"Bob","seq":7,"at_ms":1764106012345,"messages":[["a3","Ada","psst"]]}"#;
/// let ack = r#"{"type":"ack","room":"lobby","id":"a1","seq":42,"at_ms":1764106012345,
///     "timing":{"received_us":9000100,"stored_us":9002100,"fanned_out_us":9002300}}"#;
/// let retry = r#"{"type":"ack","room":"lobby","id":"a1","seq":42,"at_ms":1764106012345,"is_retry":true,
///     "timing":{"received_us":9100100,"stored_us":9100100,"fanned_out_us":9100100}}"#;
/// let refused = r#"{"type":"refused","request":"send","room":"lobby","id":"a3","reason":"rate_limited","retry_after_ms":200}"#;
/// let presence = r#"{"type":"presence","room":"lobby","name":"Bob","online":false,"count":1}"#;
/// let people = r#"{"type":"people","room":"lobby","people":[],"count":731}"#;
/// let typing = r#"{"type":"typing","room":"lobby","name":"Bob"}"#;
/// let delivered = r#"{"type":"delivered","room":"lobby","seq":42,"by":1}"#;
/// let history = r#"{"type":"history","room":"lobby","before":42,"messages":[],"more":false}"#;
/// let rooms = r#"{"type":"rooms","rooms":[{"room":"lobby","people":2,"head":42}]}"#;
/// let shared = r#"{"type":"ack","room":"lobby","id":"a1","seq":42,"at_ms":1764106012345,
///     "timing":{"received_us":9000100,"bus_us":9000900,"stored_us":9001200,"fanned_out_us":9001300}}"#;
/// let bus = r#"{"type":"bus","works":false}"#;
/// # for json in [welcome, joined, messages, private, ack, retry, refused, presence, people, typing,
/// #     delivered, history, rooms, shared, bus] {
/// #     let message = read(json);
/// #     assert_ne!(message, ServerMessage::Unknown);
/// #     let plain: String = json.split('\n').map(|line| line.trim_start()).collect();
/// #     assert_eq!(serde_json::to_string(&message).unwrap(), plain);
/// # }
/// // What a newer server says is not an error.
/// assert_eq!(read(r#"{"type":"applause","room":"lobby"}"#), ServerMessage::Unknown);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to `hello`.
    Welcome {
        /// The version that the server speaks: [`VERSION`](super::VERSION).
        v: u32,
        /// The person's name, as it was used first: capitals may differ.
        name: Arc<str>,
        /// The number of this connection.
        session: SessionId,
        /// The close code with which the session named as `last` was cut, if the server cut it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut: Option<u16>,
        /// What is allowed.
        limits: Limits,
        /// Which server this is, if it has a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<ServerInfo>,
    },
    /// The answer to `join`.
    Joined(Joined),
    /// Somebody, perhaps oneself, has said something: the messages that follow the last one.
    Messages(Run),
    /// The answer to `send` and `private`.
    Ack(Ack),
    /// The answer to any request that is not granted.
    Refused {
        /// What kind of request it was.
        request: Request,
        /// The channel it was about; for a private message, the receiver's inbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<Arc<str>>,
        /// The id of the message it was about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Arc<str>>,
        /// Why.
        reason: Refusal,
        /// In how many milliseconds the same may be granted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// A person's first tab has come, or the last one has gone.
    Presence {
        /// Where. In an inbox: somebody with whom there are private messages is online, or not.
        room: Arc<str>,
        /// Who.
        name: Arc<str>,
        /// Whether that person is there now.
        online: bool,
        /// How many people are there now.
        count: u32,
    },
    /// Who is there now, in place of everything known before.
    People {
        /// Where.
        room: Arc<str>,
        /// Who; nobody by name if they are too many.
        people: Vec<Arc<str>>,
        /// How many.
        count: u32,
    },
    /// Somebody is typing; forget it after about five seconds, or when that person's message comes.
    Typing {
        /// Where.
        room: Arc<str>,
        /// Who.
        name: Arc<str>,
    },
    /// A message of one's own has arrived at so many other people.
    Delivered {
        /// The channel.
        room: Arc<str>,
        /// The number of the message.
        seq: u64,
        /// At how many.
        by: u32,
    },
    /// The answer to `history`.
    History {
        /// The channel.
        room: Arc<str>,
        /// As it was asked for.
        before: u64,
        /// The messages right before that, the oldest first, without gaps.
        messages: Vec<Arc<Message>>,
        /// Whether there are older ones.
        more: bool,
    },
    /// The answer to `rooms`: those with members or messages, the fullest first, at most
    /// [`Limits::people_named`].
    Rooms {
        /// The rooms.
        rooms: Vec<RoomInfo>,
    },
    /// The log that this server shares with others is away, or is back. While it is away, nothing can be
    /// said, and what is said elsewhere does not come; it will, when it is back. Works, unless said otherwise.
    Bus {
        /// Whether it works.
        works: bool,
    },
    /// A type that this version does not know.
    #[serde(other)]
    Unknown,
}
