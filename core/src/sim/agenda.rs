//! What is due and when: a priority queue whose entries can be seen, moved and withdrawn.

use super::Time;
use std::collections::BTreeMap;

/// Names an entry of an [`Agenda`]: its time, and its number among all entries ever added.
///
/// Entries of the same time are due in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// When the entry is due.
    pub at: Time,
    serial: u64,
}

/// Entries in the order in which they are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agenda<T> {
    entries: BTreeMap<Ticket, T>,
    next_serial: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Agenda { entries: BTreeMap::new(), next_serial: 0 }
    }
}

impl<T> Agenda<T> {
    /// Adds an entry and names it.
    pub fn add(&mut self, at: Time, entry: T) -> Ticket {
        let ticket = Ticket { at, serial: self.next_serial };
        self.next_serial += 1;
        self.entries.insert(ticket, entry);
        ticket
    }

    /// When the next entry is due.
    pub fn next_at(&self) -> Option<Time> {
        self.entries.keys().next().map(|ticket| ticket.at)
    }

    /// Takes the next entry.
    pub fn pop(&mut self) -> Option<(Ticket, T)> {
        self.entries.pop_first()
    }

    /// Withdraws an entry; none if it has been taken already.
    pub fn cancel(&mut self, ticket: Ticket) -> Option<T> {
        self.entries.remove(&ticket)
    }

    /// Keeps only the entries for which `keep`, which may change them, is true.
    pub fn retain(&mut self, mut keep: impl FnMut(Ticket, &mut T) -> bool) {
        self.entries.retain(|ticket, entry| keep(*ticket, entry));
    }

    /// All entries in the order in which they are due.
    pub fn iter(&self) -> impl Iterator<Item = (Ticket, &T)> {
        self.entries.iter().map(|(ticket, entry)| (*ticket, entry))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is due any more.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
