//! What Redis has at the end: its own streams, read without any server of ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use playground_core::chat::wire::Message;
use playground_core::chat::{folded, inbox_of, owner_of};
use playground_engines::Redis;

/// All that is stored, by channel.
pub(super) type Histories = BTreeMap<Arc<str>, Vec<Arc<Message>>>;

/// Everything in these channels.
pub(super) fn histories(redis: &Redis, channels: impl IntoIterator<Item = Arc<str>>) -> Histories {
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_connection().unwrap();
    let mut histories = Histories::new();
    for channel in channels {
        let key = match owner_of(&channel) {
            Some(owner) => inbox_of(&folded(owner)),
            None => channel.clone(),
        };
        let key = format!("playground:chat:log:{{{key}}}");
        let mut range = redis::cmd("XRANGE");
        let entries = range.arg(key).arg("-").arg("+").query::<Vec<Entry>>(&mut connection);
        let messages = entries.unwrap().into_iter().map(|entry| message(&channel, entry));
        histories.insert(channel.clone(), messages.collect());
    }
    histories
}

/// An entry of a stream: its id, and its fields and values in turn.
type Entry = (String, Vec<String>);

fn message(channel: &Arc<str>, (number, fields): Entry) -> Arc<Message> {
    let field = |name: &str| {
        let place = fields.iter().step_by(2).position(|field| field == name)?;
        Some(fields[2 * place + 1].as_str())
    };
    let (id, from, text) = serde_json::from_str(field("m").unwrap()).unwrap();
    Arc::new(Message {
        room: channel.clone(),
        seq: number.strip_suffix("-0").unwrap().parse().unwrap(),
        id,
        from,
        to: field("to").map(Into::into),
        text,
        at_ms: field("at").unwrap().parse().unwrap(),
    })
}
