//! What is in the file, and the transactions on it.
//!
//! Channels have numbers, so that a message's key is short: (channel, sequence number). A channel's messages have no
//! gaps; they are added at the end and removed at the beginning. Values are JSON, so that a later version may add
//! fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use playground_core::chat::wire::Message;
use playground_core::chat::{Claim, Read, Recovered, inbox_of};
use redb::{
    Database, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableDefinition,
    WriteTransaction,
};

use super::error::StoreError;

/// The version of what is described here.
const FORMAT: u64 = 1;

const ABOUT: TableDefinition<&str, u64> = TableDefinition::new("about");
/// Name to number and epoch.
const CHANNELS: TableDefinition<&str, (u32, u64)> = TableDefinition::new("channels");
/// Channel and sequence number to [`Message`].
const MESSAGES: TableDefinition<(u32, u64), &[u8]> = TableDefinition::new("messages");
/// Channel to the bytes of its messages.
const SIZES: TableDefinition<u32, u64> = TableDefinition::new("sizes");
/// Name to [`Claim`].
const CLAIMS: TableDefinition<&str, &[u8]> = TableDefinition::new("claims");

/// A channel as the writer knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Channel {
    pub(super) number: u32,
    pub(super) epoch: u64,
    /// The first and the last message that is there; the last is before the first if there is none.
    pub(super) first: u64,
    pub(super) last: u64,
    /// The bytes of its messages.
    pub(super) bytes: u64,
}

/// What the writer knows of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) channels: BTreeMap<Arc<str>, Channel>,
    /// The bytes of all messages.
    pub(super) bytes: u64,
}

/// Makes the tables if they are not there, and reads everything but the messages.
pub(super) fn prepare(db: &Database) -> Result<Contents, StoreError> {
    let write = db.begin_write()?;
    {
        let mut about = write.open_table(ABOUT)?;
        let found = about.get("format")?.map(|format| format.value());
        match found {
            None => drop(about.insert("format", FORMAT)?),
            Some(FORMAT) => {}
            Some(found) => return Err(StoreError::Format { found, known: FORMAT }),
        }
        write.open_table(CHANNELS)?;
        write.open_table(MESSAGES)?;
        write.open_table(SIZES)?;
        write.open_table(CLAIMS)?;
    }
    write.commit()?;
    channels(&db.begin_read()?)
}

fn channels(read: &ReadTransaction) -> Result<Contents, StoreError> {
    let (channels, messages) = (read.open_table(CHANNELS)?, read.open_table(MESSAGES)?);
    let sizes = read.open_table(SIZES)?;
    let mut found = Contents::default();
    for row in channels.iter()? {
        let (name, row) = row?;
        let (number, epoch) = row.value();
        let mut range = messages.range((number, 0)..=(number, u64::MAX))?;
        let first = range.next().transpose()?.map(|(key, _)| key.value().1);
        let last = range.next_back().transpose()?.map(|(key, _)| key.value().1).or(first);
        let bytes = sizes.get(number)?.map_or(0, |bytes| bytes.value());
        let (first, last) = (first.unwrap_or(1), last.unwrap_or(0));
        let channel = Channel { number, epoch, first, last, bytes };
        found.channels.insert(name.value().into(), channel);
        found.bytes += bytes;
    }
    Ok(found)
}

/// Who has which name.
pub(super) fn claims(db: &Database) -> Result<Vec<Claim>, StoreError> {
    let mut found = Vec::new();
    for row in db.begin_read()?.open_table(CLAIMS)?.iter()? {
        found.push(serde_json::from_slice(row?.1.value())?);
    }
    Ok(found)
}

/// A transaction that writes. Nothing of it is there until it is committed.
pub(super) struct Writing<'a> {
    contents: &'a mut Contents,
    messages: Table<'a, (u32, u64), &'static [u8]>,
    rows: Table<'a, &'static str, (u32, u64)>,
    sizes: Table<'a, u32, u64>,
    claims: Table<'a, &'static str, &'static [u8]>,
    /// Whose size has changed.
    touched: BTreeMap<u32, u64>,
}

impl<'a> Writing<'a> {
    /// `contents` is right again once the transaction is committed; if it is not, it has to be read anew.
    pub(super) fn begin(
        write: &'a WriteTransaction,
        contents: &'a mut Contents,
    ) -> Result<Self, StoreError> {
        Ok(Writing {
            contents,
            messages: write.open_table(MESSAGES)?,
            rows: write.open_table(CHANNELS)?,
            sizes: write.open_table(SIZES)?,
            claims: write.open_table(CLAIMS)?,
            touched: BTreeMap::new(),
        })
    }

    /// Adds a channel, unless it is there.
    fn open(&mut self, name: &Arc<str>, epoch: u64) -> Result<(), StoreError> {
        if !self.contents.channels.contains_key(name) {
            let number = self.contents.channels.values().map(|channel| channel.number + 1).max();
            let number = number.unwrap_or_default();
            self.rows.insert(&**name, (number, epoch))?;
            let channel = Channel { number, epoch, first: 1, last: 0, bytes: 0 };
            self.contents.channels.insert(name.clone(), channel);
        }
        Ok(())
    }

    /// Adds a message; a channel that is new has this epoch. The numbers of a channel must come in order.
    pub(super) fn append(
        &mut self,
        message: &Message,
        epoch: u64,
        json: &[u8],
    ) -> Result<(), StoreError> {
        self.open(&message.room, epoch)?;
        let channel = self.contents.channels.get_mut(&message.room).ok_or(StoreError::Gap)?;
        let is_empty = channel.last < channel.first;
        if !is_empty && message.seq != channel.last + 1 {
            return Err(StoreError::Gap);
        }
        self.messages.insert((channel.number, message.seq), json)?;
        if is_empty {
            channel.first = message.seq;
        }
        channel.last = message.seq;
        channel.bytes += json.len() as u64;
        self.contents.bytes += json.len() as u64;
        self.touched.insert(channel.number, channel.bytes);
        Ok(())
    }

    /// Removes messages before `keep_from`, at most `most` of them, but never a channel's last. Returns how many.
    pub(super) fn trim(
        &mut self,
        name: &str,
        keep_from: u64,
        most: u64,
    ) -> Result<u64, StoreError> {
        let Some(channel) = self.contents.channels.get_mut(name) else { return Ok(0) };
        let end = keep_from.min(channel.last).min(channel.first.saturating_add(most));
        if end <= channel.first {
            return Ok(0);
        }
        let (number, mut bytes) = (channel.number, 0);
        let range = (number, channel.first)..(number, end);
        self.messages.retain_in(range, |_, json| {
            bytes += json.len() as u64;
            false
        })?;
        let removed = end - channel.first;
        channel.first = end;
        channel.bytes = channel.bytes.saturating_sub(bytes);
        self.contents.bytes = self.contents.bytes.saturating_sub(bytes);
        self.touched.insert(number, channel.bytes);
        Ok(removed)
    }

    /// Keeps who has a name; an inbox that is new has this epoch.
    pub(super) fn claim(&mut self, name: &str, epoch: u64, json: &[u8]) -> Result<(), StoreError> {
        self.claims.insert(name, json)?;
        self.open(&inbox_of(name), epoch)
    }

    /// Forgets a person and the inbox.
    pub(super) fn forget(&mut self, name: &str) -> Result<(), StoreError> {
        self.claims.remove(name)?;
        let inbox = inbox_of(name);
        if let Some(channel) = self.contents.channels.remove(&inbox) {
            let number = channel.number;
            self.contents.bytes = self.contents.bytes.saturating_sub(channel.bytes);
            self.messages.retain_in((number, 0)..=(number, u64::MAX), |_, _| false)?;
            self.rows.remove(&*inbox)?;
            self.sizes.remove(number)?;
            self.touched.remove(&number);
        }
        Ok(())
    }

    /// What is there, with what was done so far.
    pub(super) fn contents(&self) -> &Contents {
        self.contents
    }

    /// To be called before the commit.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        for (number, bytes) in std::mem::take(&mut self.touched) {
            self.sizes.insert(number, bytes)?;
        }
        Ok(())
    }
}

/// The number and the epoch of a channel; none if it is not there.
fn row(read: &ReadTransaction, name: &str) -> Result<Option<(u32, u64)>, StoreError> {
    Ok(read.open_table(CHANNELS)?.get(name)?.map(|row| row.value()))
}

/// The messages of a channel that `wanted` asks for, in order.
pub(super) fn messages(
    db: &Database,
    name: &str,
    wanted: &Wanted,
) -> Result<Vec<Arc<Message>>, StoreError> {
    let read = db.begin_read()?;
    let Some((number, _)) = row(&read, name)? else { return Ok(Vec::new()) };
    let messages = read.open_table(MESSAGES)?;
    if wanted.from > wanted.to {
        return Ok(Vec::new());
    }
    let mut range = messages.range((number, wanted.from)..=(number, wanted.to))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    while found.len() < wanted.limit {
        let next = if wanted.backwards { range.next_back() } else { range.next() };
        let Some(row) = next.transpose()? else { break };
        let json = row.1;
        bytes += json.value().len() as u64;
        if bytes > wanted.bytes && !found.is_empty() {
            break;
        }
        found.push(Arc::new(serde_json::from_slice(json.value())?));
    }
    if wanted.backwards {
        found.reverse();
    }
    Ok(found)
}

/// Which messages of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The first and the last number.
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// How many, and how many bytes of them; one is always allowed.
    pub(crate) limit: usize,
    pub(crate) bytes: u64,
    /// Whether the last ones of the range are wanted if not all of them fit.
    pub(crate) backwards: bool,
}

impl Wanted {
    pub(crate) fn of(read: &Read) -> Self {
        Wanted {
            from: read.from,
            to: read.to,
            limit: read.limit,
            bytes: read.bytes,
            backwards: read.is_backwards(),
        }
    }
}

/// What is stored of a channel, with its last messages; `epoch` is that of one that is not there.
pub(super) fn recover(
    db: &Database,
    name: &str,
    epoch: u64,
    recent: usize,
) -> Result<Recovered, StoreError> {
    let read = db.begin_read()?;
    let Some((number, epoch)) = row(&read, name)? else {
        return Ok(Recovered { epoch, head: 0, oldest: 1, recent: Vec::new() });
    };
    let messages = read.open_table(MESSAGES)?;
    let mut range = messages.range((number, 0)..=(number, u64::MAX))?;
    let mut found = Vec::new();
    while found.len() < recent {
        let Some(row) = range.next_back().transpose()? else { break };
        found.push(Arc::new(serde_json::from_slice::<Message>(row.1.value())?));
    }
    found.reverse();
    let first = range.next().transpose()?.map(|(key, _)| key.value().1);
    let head = found.last().map_or(0, |last| last.seq);
    let oldest = first.or(found.first().map(|first| first.seq)).unwrap_or(1);
    Ok(Recovered { epoch, head, oldest, recent: found })
}

/// The names of all channels, with the numbers of their first and last messages.
pub(super) fn bounds(db: &Database) -> Result<Vec<(Arc<str>, u64, u64)>, StoreError> {
    let contents = channels(&db.begin_read()?)?;
    let bounds = |(name, channel): (Arc<str>, Channel)| (name, channel.first, channel.last);
    Ok(contents.channels.into_iter().map(bounds).collect())
}
