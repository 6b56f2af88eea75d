//! A channel's last messages in memory: what readers resume from, and what retries are known by.

use crate::chat::wire::Message;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What a message takes beside its texts, about.
const FIXED_BYTES: u64 = 160;

/// The last messages, without gaps, and the numbers that bound the whole history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::chat) struct Window {
    messages: VecDeque<Arc<Message>>,
    bytes: u64,
    /// Who sent what under which id, for exactly the messages above.
    ids: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// The number of the last message; 0 if there has never been one.
    head: u64,
    /// The oldest number that the store keeps; `head` + 1 if it keeps none.
    oldest: u64,
    most_messages: usize,
    most_bytes: u64,
}

/// About how many bytes a message takes.
pub(in crate::chat) fn weight(message: &Message) -> u64 {
    let to = message.to.as_ref().map_or(0, |to| to.len());
    let texts = message.text.len() + message.id.len() + message.from.len() + to;
    texts as u64 + FIXED_BYTES
}

impl Window {
    /// A window on what the store has. Of `recent` only what ends at `head` without a gap is of use.
    pub(super) fn recover(
        head: u64,
        oldest: u64,
        recent: Vec<Arc<Message>>,
        most_messages: u32,
        most_bytes: u64,
    ) -> Self {
        let head = recent.iter().map(|it| it.seq).max().unwrap_or(0).max(head);
        let mut window = Window {
            messages: VecDeque::new(),
            bytes: 0,
            ids: BTreeMap::new(),
            head: 0,
            oldest: oldest.clamp(1, head + 1),
            most_messages: (most_messages as usize).max(1),
            most_bytes,
        };
        for message in recent {
            if message.seq != window.head + 1 {
                window.messages.clear();
                window.ids.clear();
                window.bytes = 0;
            }
            window.push(message);
        }
        if window.head != head {
            window.messages.clear();
            window.ids.clear();
            window.bytes = 0;
        }
        window.head = head;
        window
    }

    /// Adds the next message.
    pub(super) fn push(&mut self, message: Arc<Message>) {
        self.head = message.seq;
        self.bytes += weight(&message);
        self.ids.insert((message.from.clone(), message.id.clone()), message.seq);
        self.messages.push_back(message);
        while self.messages.len() > self.most_messages
            || (self.bytes > self.most_bytes && self.messages.len() > 1)
        {
            let Some(old) = self.messages.pop_front() else { break };
            self.bytes -= weight(&old);
            let key = (old.from.clone(), old.id.clone());
            // Without idempotency the id may have been stored again since.
            if self.ids.get(&key) == Some(&old.seq) {
                self.ids.remove(&key);
            }
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    pub(super) fn oldest(&self) -> u64 {
        self.oldest
    }

    pub(super) fn set_oldest(&mut self, oldest: u64) {
        self.oldest = self.oldest.max(oldest.min(self.head + 1));
    }

    /// The first number that is in memory; `head` + 1 if none is.
    pub(super) fn first(&self) -> u64 {
        self.messages.front().map_or(self.head + 1, |first| first.seq)
    }

    /// The message that a retry repeats, if it is still remembered.
    pub(super) fn find(&self, from: &Arc<str>, id: &Arc<str>) -> Option<&Arc<Message>> {
        let seq = *self.ids.get(&(from.clone(), id.clone()))?;
        self.messages.get((seq - self.first()) as usize)
    }

    /// The message with this number, if it is in memory.
    pub(super) fn get(&self, seq: u64) -> Option<&Arc<Message>> {
        self.messages.get(usize::try_from(seq.checked_sub(self.first())?).ok()?)
    }

    /// The messages from a number that is in memory on: as many as a page may have.
    pub(super) fn forwards(&self, from: u64, limit: usize, bytes: u64) -> Vec<Arc<Message>> {
        let start = from.saturating_sub(self.first()) as usize;
        page(self.messages.iter().skip(start), limit, bytes)
    }

    /// The messages up to a number that is in memory, the oldest first: as many as a page may have,
    /// the last ones.
    pub(super) fn backwards(&self, to: u64, limit: usize, bytes: u64) -> Vec<Arc<Message>> {
        let end = ((to + 1).saturating_sub(self.first()) as usize).min(self.messages.len());
        let mut page = page(self.messages.iter().take(end).rev(), limit, bytes);
        page.reverse();
        page
    }

    /// What is in memory, the oldest first.
    pub(in crate::chat) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        self.messages.iter()
    }
}

fn page<'a>(
    messages: impl Iterator<Item = &'a Arc<Message>>,
    limit: usize,
    bytes: u64,
) -> Vec<Arc<Message>> {
    let mut left = bytes;
    let mut page = Vec::new();
    for message in messages.take(limit) {
        let weight = weight(message);
        if weight > left && !page.is_empty() {
            break;
        }
        left = left.saturating_sub(weight);
        page.push(message.clone());
    }
    page
}
