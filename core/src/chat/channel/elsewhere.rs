//! Who is at other servers: from what they pass on, and from their registers.
//!
//! What a server passes on may be lost or come late, and its register may have been read earlier than that.
//! The version that comes with both says what is newer.

use crate::chat::{Passing, ServerId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of one other server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct There {
    version: u64,
    people: BTreeSet<Arc<str>>,
    /// How far they have read: numbers, and how many people have come so far.
    received: Vec<(u64, u32)>,
}

/// Who is at other servers; nobody, if there is only one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::chat) struct Elsewhere {
    servers: BTreeMap<ServerId, There>,
    /// At how many other servers each person is.
    names: BTreeMap<Arc<str>, u32>,
}

/// Names of people, and whether each is now at another server, who was not, or is at none any more.
pub(in crate::chat) type Changes = Vec<(Arc<str>, bool)>;

impl Elsewhere {
    pub(in crate::chat) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(in crate::chat) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Everybody, in the order of names.
    pub(in crate::chat) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names.keys()
    }

    /// Takes what another server tells of one of its people.
    pub(in crate::chat) fn passed(&mut self, server: ServerId, passing: Passing) -> Changes {
        let (name, version, online) = match passing {
            Passing::Came { name, version } => (name, version, true),
            Passing::Went { name, version } => (name, version, false),
            _ => return Vec::new(),
        };
        let there = match online {
            true => self.servers.entry(server).or_default(),
            false => match self.servers.get_mut(&server) {
                Some(there) => there,
                None => return Vec::new(),
            },
        };
        if version <= there.version {
            return Vec::new();
        }
        there.version = version;
        let is_news = match online {
            true => there.people.insert(name.clone()),
            false => there.people.remove(&name),
        };
        let mut changes = Vec::new();
        if is_news {
            self.count(name, online, &mut changes);
        }
        changes
    }

    /// Takes the register of another server: whoever is in it is there, and nobody else.
    pub(in crate::chat) fn present(
        &mut self,
        server: ServerId,
        version: u64,
        people: Vec<Arc<str>>,
    ) -> Changes {
        let there = self.servers.entry(server).or_default();
        if version < there.version {
            return Vec::new();
        }
        there.version = version;
        let people: BTreeSet<Arc<str>> = people.into_iter().collect();
        let before = std::mem::replace(&mut there.people, people.clone());
        let mut changes = Vec::new();
        for name in before.difference(&people) {
            self.count(name.clone(), false, &mut changes);
        }
        for name in people.difference(&before) {
            self.count(name.clone(), true, &mut changes);
        }
        changes
    }

    /// A server is gone, and everybody with it.
    pub(in crate::chat) fn gone(&mut self, server: &ServerId) -> Changes {
        let mut changes = Vec::new();
        for name in self.servers.remove(server).map(|it| it.people).unwrap_or_default() {
            self.count(name, false, &mut changes);
        }
        changes
    }

    fn count(&mut self, name: Arc<str>, online: bool, changes: &mut Changes) {
        if online {
            let count = self.names.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 {
                changes.push((name, true));
            }
        } else if let Some(count) = self.names.get_mut(&name) {
            *count -= 1;
            if *count == 0 {
                self.names.remove(&name);
                changes.push((name, false));
            }
        }
    }

    /// Takes how far the people of another server have read; whether that server is known.
    pub(super) fn received(&mut self, server: &ServerId, counts: Vec<(u64, u32)>) -> bool {
        let there = self.servers.get_mut(server);
        there.map(|there| there.received = counts).is_some()
    }

    /// At how many people of other servers a message has arrived. Who is at two of them counts twice.
    pub(super) fn arrived(&self, seq: u64) -> usize {
        let counts = self.servers.values().flat_map(|it| &it.received);
        counts.filter(|(last, _)| *last >= seq).map(|(_, people)| *people as usize).sum()
    }
}
