//! Messages that are handed out together, and how they say only once what they share.

use super::Message;
use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::iter::once;
use std::sync::Arc;

/// Messages of one channel, at least one, that follow each other.
///
/// On the wire it names the channel, the number `seq` of its first message, and the time `at_ms` of that
/// one; then come the `messages`, each as `[id, from, text]`. The number of each follows from its place.
/// One that was numbered later than the first says by how much: `[id, from, text, ms]`. Elements behind
/// these are ignored. In an inbox `to` names the receiver of all of them.
///
/// ```
/// # use playground_core::chat::wire::{Run, ServerMessage};
/// let json = r#"{"type":"messages","room":"lobby","seq":42,"at_ms":1764106012345,
///     "messages":[["a1","Ada","hi"],["b7","Bob","hello, Ada"],["a2","Ada","how are you?",3]]}"#;
/// let ServerMessage::Messages(run) = serde_json::from_str(json)? else { panic!("{json}") };
/// let last = run.iter().last().unwrap();
/// assert_eq!((last.seq, &*last.id, last.at_ms), (44, "a2", 1764106012348));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    first: Arc<Message>,
    rest: Vec<Arc<Message>>,
    /// What all of them take, about.
    bytes: usize,
}

impl Run {
    /// How long runs are made, in bytes of JSON, about: long enough that what is said once costs little,
    /// and so short that a frame which a slow reader's socket takes a part of can be kept for it. A longer
    /// message is a run by itself.
    pub const MOST_BYTES: usize = 8 << 10;

    /// One message.
    pub fn of(message: Arc<Message>) -> Self {
        Run { bytes: length(&message), first: message, rest: Vec::new() }
    }

    /// Appends another run.
    ///
    /// # Errors
    /// The other run, if it does not continue this one: its channel or receiver is another, its first number
    /// is not the next, its time is an earlier one, or both together are too long.
    pub fn join(&mut self, next: Run) -> Result<(), Run> {
        let (first, last) = (&self.first, self.rest.last().unwrap_or(&self.first));
        let continues = next.first.seq == last.seq + 1
            && next.first.room == first.room
            && next.first.to == first.to
            && next.iter().all(|it| it.at_ms >= first.at_ms)
            && self.bytes + next.bytes <= Self::MOST_BYTES;
        if !continues {
            return Err(next);
        }
        self.bytes += next.bytes;
        self.rest.push(next.first);
        self.rest.extend(next.rest);
        Ok(())
    }

    /// The channel.
    pub fn room(&self) -> &Arc<str> {
        &self.first.room
    }

    /// The messages, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Message>> {
        once(&self.first).chain(&self.rest)
    }

    /// How many there are, at least one.
    #[allow(clippy::len_without_is_empty)] // It never is.
    pub fn len(&self) -> usize {
        1 + self.rest.len()
    }
}

impl IntoIterator for Run {
    type Item = Arc<Message>;
    type IntoIter = std::iter::Chain<std::iter::Once<Arc<Message>>, std::vec::IntoIter<Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        once(self.first).chain(self.rest)
    }
}

/// How long a message is in JSON, unless much of it has to be escaped.
fn length(message: &Message) -> usize {
    r#"["","",""],"#.len() + message.id.len() + message.from.len() + message.text.len()
}

/// A run as it is written.
#[derive(Serialize)]
struct Written<'a> {
    room: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    seq: u64,
    at_ms: u64,
    messages: Said<'a>,
}

struct Said<'a>(&'a Run);

impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Message { room, to, seq, at_ms, .. } = &*self.first;
        let (seq, at_ms) = (*seq, *at_ms);
        Written { room, to: to.as_deref(), seq, at_ms, messages: Said(self) }.serialize(serializer)
    }
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let start_ms = self.0.first.at_ms;
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for Message { id, from, text, at_ms, .. } in self.0.iter().map(|it| &**it) {
            match at_ms - start_ms {
                0 => list.serialize_element(&(&**id, &**from, &**text))?,
                ms => list.serialize_element(&(&**id, &**from, &**text, ms))?,
            }
        }
        list.end()
    }
}

/// A run as it is read.
#[derive(Deserialize)]
struct Read {
    room: Arc<str>,
    #[serde(default)]
    to: Option<Arc<str>>,
    seq: u64,
    at_ms: u64,
    messages: Vec<Heard>,
}

struct Heard {
    id: Arc<str>,
    from: Arc<str>,
    text: Arc<str>,
    ms: u64,
}

impl<'de> Deserialize<'de> for Run {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { room, to, seq, at_ms, messages } = Read::deserialize(deserializer)?;
        let message = |(place, Heard { id, from, text, ms }): (usize, Heard)| {
            let seq =
                seq.checked_add(place as u64).ok_or(D::Error::custom("a number too large"))?;
            let at_ms = at_ms.checked_add(ms).ok_or(D::Error::custom("a time too late"))?;
            let (room, to) = (room.clone(), to.clone());
            Ok(Arc::new(Message { room, seq, id, from, to, text, at_ms }))
        };
        let mut messages = messages.into_iter().enumerate().map(message);
        let first = messages.next().ok_or(D::Error::custom("a run without messages"))??;
        let rest: Vec<_> = messages.collect::<Result<_, D::Error>>()?;
        let bytes = once(&first).chain(&rest).map(|it| length(it)).sum();
        Ok(Run { first, rest, bytes })
    }
}

impl<'de> Deserialize<'de> for Heard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements)
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Heard;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[id, from, text]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Heard, A::Error> {
        let mut text = |place| {
            let text = elements.next_element::<Arc<str>>()?;
            text.ok_or_else(|| A::Error::invalid_length(place, &self))
        };
        let (id, from, text) = (text(0)?, text(1)?, text(2)?);
        let ms = elements.next_element()?.unwrap_or(0);
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Heard { id, from, text, ms })
    }
}
