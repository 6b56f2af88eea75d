//! Who is in a channel: sessions, and the people they belong to.

use super::elsewhere::{Changes, Elsewhere};
use crate::chat::{Bucket, ServerId, SessionId};
use crate::sim::Time;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A person in a channel, in one tab or several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Person {
    pub(super) sessions: Vec<SessionId>,
    /// The last message that has arrived in one of the tabs.
    pub(super) received: u64,
    pub(super) bucket: Bucket,
    /// When it was announced that this person types.
    pub(super) typed_at: Option<Time>,
}

/// Who is in a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Roster {
    sessions: BTreeMap<SessionId, Arc<str>>,
    people: BTreeMap<Arc<str>, Person>,
    elsewhere: Elsewhere,
    /// How many people are at other servers and not here.
    only_elsewhere: usize,
}

impl Roster {
    pub(super) fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.sessions.keys().copied()
    }

    pub(super) fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// How many people there are, here and elsewhere.
    pub(super) fn people_count(&self) -> usize {
        self.people.len() + self.only_elsewhere
    }

    /// Who is there, here and elsewhere, in the order of names.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        if self.only_elsewhere == 0 {
            return self.people.keys().cloned().collect();
        }
        let everybody: BTreeSet<_> = self.people.keys().chain(self.elsewhere.names()).collect();
        everybody.into_iter().cloned().collect()
    }

    pub(super) fn is_elsewhere(&self, name: &str) -> bool {
        self.elsewhere.has(name)
    }

    pub(super) fn has_others_elsewhere(&self) -> bool {
        !self.elsewhere.is_empty()
    }

    /// Hears of other servers; what that changes in who is there at all.
    pub(super) fn elsewhere(&mut self, hear: impl FnOnce(&mut Elsewhere) -> Changes) -> Changes {
        let mut changes = hear(&mut self.elsewhere);
        changes.retain(|(name, _)| !self.people.contains_key(name));
        for (_, online) in &changes {
            match online {
                true => self.only_elsewhere += 1,
                false => self.only_elsewhere -= 1,
            }
        }
        changes
    }

    /// Hears how far the people of another server have read; whether that server is known.
    pub(super) fn received_elsewhere(
        &mut self,
        server: &ServerId,
        counts: Vec<(u64, u32)>,
    ) -> bool {
        self.elsewhere.received(server, counts)
    }

    /// At how many people of other servers a message has arrived.
    pub(super) fn arrived_elsewhere(&self, seq: u64) -> usize {
        self.elsewhere.arrived(seq)
    }

    /// The people here.
    pub(super) fn people(&self) -> impl Iterator<Item = (&Arc<str>, &Person)> {
        self.people.iter()
    }

    pub(super) fn name_of(&self, session: SessionId) -> Option<&Arc<str>> {
        self.sessions.get(&session)
    }

    pub(super) fn person(&self, name: &str) -> Option<&Person> {
        self.people.get(name)
    }

    /// The person whose session this is.
    pub(super) fn person_mut(&mut self, session: SessionId) -> Option<(&Arc<str>, &mut Person)> {
        let name = self.sessions.get(&session)?;
        Some((name, self.people.get_mut(name)?))
    }

    /// Adds a session; true if its person was not there before.
    pub(super) fn add(&mut self, session: SessionId, name: Arc<str>, bucket: Bucket) -> bool {
        self.sessions.insert(session, name.clone());
        let person = Person { sessions: Vec::new(), received: 0, bucket, typed_at: None };
        let person = self.people.entry(name.clone()).or_insert(person);
        person.sessions.push(session);
        let is_first = person.sessions.len() == 1;
        if is_first && self.elsewhere.has(&name) {
            self.only_elsewhere -= 1;
        }
        is_first
    }

    /// Removes a session: its person, and whether that was the last one. None if it was not there.
    pub(super) fn remove(&mut self, session: SessionId) -> Option<(Arc<str>, bool)> {
        let name = self.sessions.remove(&session)?;
        let person = self.people.get_mut(&name)?;
        person.sessions.retain(|it| *it != session);
        let is_last = person.sessions.is_empty();
        if is_last {
            self.people.remove(&name);
            self.only_elsewhere += usize::from(self.elsewhere.has(&name));
        }
        Some((name, is_last))
    }
}
