//! Reads the logs: when a channel is opened, when something is missing, and when somebody asks for what was said before.

use std::collections::HashMap;
use std::sync::Arc;

use playground_core::chat::wire::Message;
use playground_core::chat::{Bounds, ChannelInput, Recovered, owner_of};
use redis::{FromRedisValue, ParsingError, Pipeline, Value};

use super::channel::{Channel, Turn};
use super::keys::Keys;
use super::registering::Renewed;
use super::{Inner, Life, OpenError, Shared, publication};
use crate::chat::store::{StoreError, Wanted};
use crate::redis_link::LinkError;

/// How many messages of a log are read at once.
const CHUNK: usize = 512;

/// An entry of a log.
struct Entry {
    seq: u64,
    fields: HashMap<String, Vec<u8>>,
}

impl FromRedisValue for Entry {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (id, fields): (String, HashMap<String, Vec<u8>>) = redis::from_redis_value(value)?;
        let number = id.split_once('-').and_then(|(seq, _)| seq.parse().ok());
        let seq = number.ok_or_else(|| ParsingError::from("an entry without a number"))?;
        Ok(Entry { seq, fields })
    }
}

/// The messages of these entries.
fn messages(channel: &Arc<str>, entries: Vec<Entry>) -> serde_json::Result<Vec<Arc<Message>>> {
    let message = |Entry { seq, fields }: Entry| {
        let text = |name| fields.get(name).and_then(|it| std::str::from_utf8(it).ok());
        let at_ms = text("at").and_then(|at| at.parse().ok()).unwrap_or(0);
        let m = fields.get("m").map(Vec::as_slice).unwrap_or_default();
        publication::read_entry(channel, (seq, at_ms), m, text("to").map(Arc::from))
    };
    entries.into_iter().map(message).collect()
}

/// What `meta` has; nothing of a channel that is not there.
type Meta = (Option<u64>, Option<u64>, Option<u64>);

fn read_meta(calls: &mut Pipeline, channel: &Channel) {
    calls.cmd("HMGET").arg(channel.keys.meta()).arg(&["epoch", "head", "oldest"]);
}

/// The bounds of a log whose first entry, of those that were asked for from `from` on, is this one. What should be there
/// and is not counts as trimmed.
fn bounds((epoch, head, oldest): Meta, from: u64, first: Option<u64>) -> Bounds {
    let (epoch, head) = (epoch.unwrap_or(0), head.unwrap_or(0));
    let oldest = oldest.unwrap_or(1).min(head + 1);
    let oldest = match first {
        Some(first) if first > from => oldest.max(first),
        None if from <= head => head + 1,
        _ => oldest,
    };
    Bounds { epoch, head, oldest }
}

impl Inner {
    /// Reads what there is of a channel that is subscribed, and who is there.
    pub(super) async fn read_at_first(
        &self,
        mut life: Life,
        channel: &Channel,
        recent: usize,
    ) -> Result<Recovered, OpenError> {
        let (reading, known) = channel.begin_reading();
        let mut calls = redis::pipe();
        // Nobody must see a room that has neither messages nor servers, and take it away.
        calls.atomic();
        calls.add_command(self.settle(channel, life.number, self.settings.limits.rooms));
        let is_room = owner_of(&channel.name).is_none();
        if is_room {
            calls.add_command(self.renew(channel, &known));
        } else {
            calls.cmd("ECHO").arg("");
        }
        read_meta(&mut calls, channel);
        let (log, count) = (channel.keys.log(), recent.max(1));
        calls.cmd("XREVRANGE").arg(log).arg("+").arg("-").arg("COUNT").arg(count);
        let read = self.scripts.ask_all(&mut life.commands, &calls).await;
        let (settled, renewed, meta, mut entries): (Vec<u64>, Value, Meta, Vec<Entry>) =
            read.map_err(StoreError::from)?;
        if settled.is_empty() {
            return Err(OpenError::NoMoreRooms);
        }
        entries.reverse();
        let first = entries.first().map(|entry| entry.seq);
        let is_all = entries.len() < count;
        let from = if is_all { meta.2.unwrap_or(1) } else { first.unwrap_or(1) };
        let bounds = bounds(meta, from, first);
        let recent = messages(&channel.name, entries).map_err(StoreError::from)?;
        if !channel.opened(life.number, bounds, recent.last().cloned()) {
            return Err(self.away().into());
        }
        if is_room {
            let renewed: Renewed = redis::from_redis_value(renewed).map_err(|error| {
                StoreError::from(LinkError::from(redis::RedisError::from(error)))
            })?;
            if let Some(registers) = renewed.registers() {
                channel.read(reading, registers.of_others(&self.id));
            }
        }
        let Bounds { epoch, head, oldest } = bounds;
        Ok(Recovered { epoch, head, oldest, recent })
    }
}

/// Reads what is behind this number, and passes it on, when it is its turn. If that fails, nothing is told: whoever asks will ask again.
pub(super) async fn refill(inner: Arc<Inner>, mut life: Life, turn: Turn, after: u64) {
    turn.comes().await;
    let channel = &turn.channel;
    let mut from = after + 1;
    let mut oldest = 0;
    loop {
        let mut calls = redis::pipe();
        calls.atomic();
        read_meta(&mut calls, channel);
        let range = calls.cmd("XRANGE").arg(channel.keys.log());
        range.arg(format!("{from}-0")).arg("+").arg("COUNT").arg(CHUNK);
        let read = inner.scripts.ask_all(&mut life.commands, &calls).await;
        let (meta, entries): (Meta, Vec<Entry>) = match read {
            Ok(read) => read,
            Err(error) => {
                return tracing::warn!(%error, channel = %channel.name, "what is missing cannot be read");
            }
        };
        let is_all = entries.len() < CHUNK;
        let first = entries.first().map(|entry| entry.seq);
        let bounds = bounds(meta, from, first);
        oldest = bounds.oldest.max(oldest);
        let messages = match messages(&channel.name, entries) {
            Ok(messages) => messages,
            Err(error) => {
                return tracing::warn!(%error, channel = %channel.name, "unreadable message");
            }
        };
        from = messages.last().map_or(from, |last| last.seq + 1);
        channel.publish(life.number, bounds.epoch, messages);
        if is_all {
            channel.pass_on(life.number, [ChannelInput::Refilled(Bounds { oldest, ..bounds })]);
            return;
        }
    }
}

impl Shared {
    /// Messages of a channel.
    ///
    /// # Errors
    /// If Redis is away or says no.
    pub(crate) async fn messages(
        &self,
        name: Arc<str>,
        wanted: Wanted,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        let Wanted { from, to, limit, bytes, backwards } = wanted;
        let mut connection = self.0.link.connection()?;
        let keys = Keys::of(&name, self.0.database);
        let (from, to) = (format!("{from}-0"), format!("{to}-0"));
        let (command, start, end) =
            if backwards { ("XREVRANGE", to, from) } else { ("XRANGE", from, to) };
        let mut call = redis::cmd(command);
        call.arg(keys.log()).arg(start).arg(end).arg("COUNT").arg(limit);
        let entries: Vec<Entry> = self.0.scripts.ask(&mut connection, &call).await?;
        let mut page = messages(&name, entries)?;
        let mut left = bytes;
        let fits = page.iter().take_while(|message| {
            let fits = left > 0;
            left = left.saturating_sub(message.text.len() as u64);
            fits
        });
        let fits = fits.count();
        page.truncate(fits);
        if backwards {
            page.reverse();
        }
        Ok(page)
    }

    /// Reads messages, and has `then` take them.
    pub(crate) fn read(
        &self,
        name: Arc<str>,
        wanted: Wanted,
        then: impl FnOnce(Result<Vec<Arc<Message>>, StoreError>) + Send + 'static,
    ) {
        let shared = self.clone();
        tokio::spawn(async move { then(shared.messages(name, wanted).await) });
    }
}
