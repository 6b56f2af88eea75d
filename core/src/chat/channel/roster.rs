//! Who is in a channel: sessions, and the people they belong to.

use crate::chat::{Bucket, SessionId};
use crate::sim::Time;
use std::collections::BTreeMap;
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
}

impl Roster {
    pub(super) fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.sessions.keys().copied()
    }

    pub(super) fn session_count(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn people_count(&self) -> usize {
        self.people.len()
    }

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
        let person = self.people.entry(name).or_insert(person);
        person.sessions.push(session);
        person.sessions.len() == 1
    }

    /// Removes a session: its person, and whether that was the last one. None if it was not there.
    pub(super) fn remove(&mut self, session: SessionId) -> Option<(Arc<str>, bool)> {
        let name = self.sessions.remove(&session)?;
        let person = self.people.get_mut(&name)?;
        person.sessions.retain(|it| *it != session);
        let is_last = person.sessions.is_empty();
        if is_last {
            self.people.remove(&name);
        }
        Some((name, is_last))
    }
}
