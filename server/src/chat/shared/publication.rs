//! What is published: messages that were numbered together, or what servers pass on to each other.
//!
//! Both are JSON, so that `redis-cli SUBSCRIBE` shows what passes; messages look as they do to a client.

use std::borrow::Cow;
use std::sync::Arc;

use playground_core::chat::wire::Message;
use playground_core::chat::{Passing, ServerId};
use serde::{Deserialize, Serialize};

/// How a publication of [`Passings`] begins, and none of messages does.
const OF_A_SERVER: &[u8] = br#"{"server":"#;

/// What was published.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Publication {
    /// Messages with numbers that follow each other, in this epoch.
    Messages(u64, Vec<Arc<Message>>),
    Passings(Passings),
}

/// What a server passes on to the others.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Passings {
    /// Itself.
    pub(super) server: ServerId,
    pub(super) passings: Vec<Passing>,
}

#[derive(Deserialize)]
struct Messages<'a> {
    #[serde(default)]
    to: Option<Arc<str>>,
    epoch: u64,
    seq: u64,
    at_ms: u64,
    #[serde(borrow)]
    messages: Vec<Said<'a>>,
}

/// Borrowed unless there is something escaped in it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Id, sender and text.
#[derive(Deserialize)]
struct Said<'a>(#[serde(borrow)] Text<'a>, #[serde(borrow)] Text<'a>, #[serde(borrow)] Text<'a>);

/// Reads what was published of this channel.
///
/// # Errors
/// If it cannot be read.
pub(super) fn read(channel: &Arc<str>, json: &[u8]) -> serde_json::Result<Publication> {
    if json.starts_with(OF_A_SERVER) {
        return Ok(Publication::Passings(serde_json::from_slice(json)?));
    }
    let Messages { to, epoch, seq, at_ms, messages } = serde_json::from_slice(json)?;
    let numbered = messages.into_iter().zip(seq..);
    let numbered = numbered.map(|(said, seq)| said.message(channel, seq, at_ms, to.clone()));
    Ok(Publication::Messages(epoch, numbered.collect()))
}

/// Reads an entry of the log.
///
/// # Errors
/// If it cannot be read.
pub(super) fn read_entry(
    channel: &Arc<str>,
    (seq, at_ms): (u64, u64),
    m: &[u8],
    to: Option<Arc<str>>,
) -> serde_json::Result<Arc<Message>> {
    Ok(serde_json::from_slice::<Said>(m)?.message(channel, seq, at_ms, to))
}

impl Said<'_> {
    fn message(self, room: &Arc<str>, seq: u64, at_ms: u64, to: Option<Arc<str>>) -> Arc<Message> {
        let Said(Text(id), Text(from), Text(text)) = self;
        let (room, id, from, text) = (room.clone(), id.into(), from.into(), text.into());
        Arc::new(Message { room, seq, id, from, to, text, at_ms })
    }
}

/// How a message is written in the log and in a publication: `["id","from","text"]`.
pub(super) fn write(id: &str, from: &str, text: &str, out: &mut Vec<u8>) {
    out.clear();
    serde_json::to_writer(out, &(id, from, text)).expect("texts are always JSON");
}

/// How the message with this id begins there.
pub(super) fn start_of(id: &str) -> String {
    format!("[{},", serde_json::Value::from(id))
}
