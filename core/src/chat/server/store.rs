//! What the simulated disk holds, as a store that can be asked: made from the log, kept along with it.

use super::super::node::Record;
use super::super::wire::Message;
use super::super::{Claim, People, Read, Recovered, Settings, names};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A channel's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct History {
    epoch: u64,
    /// The oldest number that is kept, if any have been trimmed.
    oldest: u64,
    messages: BTreeMap<u64, Arc<Message>>,
}

/// All that is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Store {
    channels: BTreeMap<Arc<str>, History>,
    /// By name.
    claims: BTreeMap<Arc<str>, Claim>,
}

impl Store {
    pub(super) fn recover(log: &[Record]) -> Self {
        let mut store = Store::default();
        for record in log {
            match record {
                Record::Opened(room, epoch) => store.open(room.clone(), *epoch),
                Record::Stored(messages) => {
                    messages.iter().for_each(|it| store.add(it.clone()));
                }
                Record::Claimed(claim, epoch) => {
                    store.claim(claim.clone(), *epoch);
                }
                Record::Forgotten(name) => store.forget(name),
                Record::Started | Record::Saved(_) => {}
            }
        }
        store
    }

    pub(super) fn open(&mut self, channel: Arc<str>, epoch: u64) {
        self.channels.entry(channel).or_insert(History { epoch, ..History::default() });
    }

    /// Makes a name somebody's; the epoch of the inbox, an old one if there is one.
    pub(super) fn claim(&mut self, claim: Claim, epoch: u64) -> u64 {
        let inbox = names::inbox_of(&claim.name);
        self.claims.insert(claim.name.clone(), claim);
        self.open(inbox.clone(), epoch);
        self.channels.get(&inbox).map_or(epoch, |it| it.epoch)
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.claims.remove(name);
        self.channels.remove(&names::inbox_of(name));
    }

    pub(super) fn add(&mut self, message: Arc<Message>) {
        let history = self.channels.entry(message.room.clone()).or_default();
        history.messages.insert(message.seq, message);
    }

    pub(super) fn trim(&mut self, channel: &str, keep_from: u64) {
        if let Some(history) = self.channels.get_mut(channel) {
            history.messages = history.messages.split_off(&keep_from);
            history.oldest = keep_from;
        }
    }

    pub(super) fn rooms(&self) -> impl Iterator<Item = &Arc<str>> {
        self.channels.keys().filter(|it| names::owner_of(it).is_none())
    }

    /// The people, nobody of them online.
    pub(super) fn people(&self, settings: Arc<Settings>, epoch: u64) -> People {
        let claims = self.claims.values().map(|it| {
            let inbox = names::inbox_of(&it.name);
            (it.clone(), self.recovered(&inbox))
        });
        People::recover(settings, epoch, claims)
    }

    pub(super) fn messages(&self) -> usize {
        self.channels.values().map(|it| it.messages.len()).sum()
    }

    pub(super) fn recovered(&self, channel: &str) -> Recovered {
        let Some(history) = self.channels.get(channel) else { return Recovered::default() };
        let head = history.messages.keys().next_back().copied().unwrap_or(0);
        Recovered {
            epoch: history.epoch,
            head,
            oldest: history.messages.keys().next().copied().unwrap_or(head + 1),
            recent: history.messages.values().cloned().collect(),
        }
    }

    pub(super) fn read(&self, channel: &str, read: &Read) -> Vec<Arc<Message>> {
        let Some(history) = self.channels.get(channel) else { return Vec::new() };
        let range = history.messages.range(read.from..=read.to).map(|(_, it)| it.clone());
        if !read.is_backwards() {
            return range.take(read.limit).collect();
        }
        let mut last: Vec<_> = range.rev().take(read.limit).collect();
        last.reverse();
        last
    }
}
