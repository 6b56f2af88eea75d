//! Where a policy's entries lie: slots found by key, and queues that link them.
//!
//! An entry does not move while it is on the shelf, so that it can be a member of a doubly linked queue and
//! change queues in constant time. The index is a hash table that nobody iterates over: its order is nobody's
//! concern.

use super::Key;
use hashbrown::HashTable;
use slab::Slab;
use std::num::NonZeroU32;

/// Where an entry lies, until it is taken off the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(NonZeroU32);

impl Place {
    fn new(slot: usize) -> Self {
        let number = u32::try_from(slot + 1).ok().and_then(NonZeroU32::new);
        Place(number.expect("four thousand million entries do not fit into memory"))
    }

    fn slot(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An object as a policy sees it.
#[derive(Clone, Debug)]
pub(super) struct Entry<K, M> {
    pub(super) key: K,
    /// The key's [`Key::hash64`].
    pub(super) hash: u64,
    pub(super) bytes: u64,
    /// What the policy notes about it.
    pub(super) mark: M,
}

#[derive(Clone, Debug)]
struct Slot<K, M> {
    entry: Entry<K, M>,
    older: Option<Place>,
    newer: Option<Place>,
}

/// All entries of a policy, whatever queue they are in.
#[derive(Clone, Debug)]
pub(super) struct Shelf<K, M> {
    slots: Slab<Slot<K, M>>,
    index: HashTable<Place>,
    bytes: u64,
}

impl<K: Key, M> Shelf<K, M> {
    pub(super) fn new() -> Self {
        Shelf { slots: Slab::new(), index: HashTable::new(), bytes: 0 }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The sum of all entries' bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    #[inline]
    pub(super) fn find(&self, key: &K) -> Option<Place> {
        let is_it = |place: &Place| self[*place].key == *key;
        self.index.find(key.hash64(), is_it).copied()
    }

    /// Puts an entry there, in no queue yet. Its key must not be there.
    pub(super) fn put(&mut self, key: K, bytes: u64, mark: M) -> Place {
        let hash = key.hash64();
        let entry = Entry { key, hash, bytes, mark };
        let place = Place::new(self.slots.insert(Slot { entry, older: None, newer: None }));
        let slots = &self.slots;
        self.index.insert_unique(hash, place, |place| slots[place.slot()].entry.hash);
        self.bytes += bytes;
        place
    }

    /// Takes an entry off the shelf, after it has left its queue.
    pub(super) fn take(&mut self, place: Place) -> Entry<K, M> {
        let entry = self.slots.remove(place.slot()).entry;
        if let Ok(indexed) = self.index.find_entry(entry.hash, |other| *other == place) {
            indexed.remove();
        }
        self.bytes -= entry.bytes;
        entry
    }

    /// The next newer entry of the same queue.
    #[inline]
    pub(super) fn newer(&self, place: Place) -> Option<Place> {
        self.slots[place.slot()].newer
    }
}

impl<K, M> std::ops::Index<Place> for Shelf<K, M> {
    type Output = Entry<K, M>;

    #[inline]
    fn index(&self, place: Place) -> &Entry<K, M> {
        &self.slots[place.slot()].entry
    }
}

impl<K, M> std::ops::IndexMut<Place> for Shelf<K, M> {
    #[inline]
    fn index_mut(&mut self, place: Place) -> &mut Entry<K, M> {
        &mut self.slots[place.slot()].entry
    }
}

/// Some entries of a shelf in a row: the newest was pushed last. Every operation but
/// those that walk through it takes constant time.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    oldest: Option<Place>,
    newest: Option<Place>,
    bytes: u64,
}

impl Queue {
    #[inline]
    pub(super) fn oldest(&self) -> Option<Place> {
        self.oldest
    }

    /// The sum of the entries' bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.oldest.is_none()
    }

    /// Adds an entry that is in no queue, as the newest.
    #[inline]
    pub(super) fn push<K, M>(&mut self, shelf: &mut Shelf<K, M>, place: Place) {
        let slot = &mut shelf.slots[place.slot()];
        (slot.older, slot.newer) = (self.newest, None);
        self.bytes += slot.entry.bytes;
        match self.newest {
            Some(newest) => shelf.slots[newest.slot()].newer = Some(place),
            None => self.oldest = Some(place),
        }
        self.newest = Some(place);
    }

    /// Takes an entry out that is in this queue; it stays on the shelf.
    #[inline]
    pub(super) fn unlink<K, M>(&mut self, shelf: &mut Shelf<K, M>, place: Place) {
        let slot = &shelf.slots[place.slot()];
        let (older, newer) = (slot.older, slot.newer);
        self.bytes -= slot.entry.bytes;
        match older {
            Some(older) => shelf.slots[older.slot()].newer = newer,
            None => self.oldest = newer,
        }
        match newer {
            Some(newer) => shelf.slots[newer.slot()].older = older,
            None => self.newest = older,
        }
    }

    /// Makes an entry of this queue its newest.
    #[inline]
    pub(super) fn renew<K, M>(&mut self, shelf: &mut Shelf<K, M>, place: Place) {
        if self.newest != Some(place) {
            self.unlink(shelf, place);
            self.push(shelf, place);
        }
    }

    /// Keys and bytes, the oldest first.
    pub(super) fn oldest_first<'a, K: Key, M>(
        &self,
        shelf: &'a Shelf<K, M>,
    ) -> impl Iterator<Item = (&'a K, u64)> {
        self.places(shelf).map(|place| (&shelf[place].key, shelf[place].bytes))
    }

    /// Its entries, the oldest first.
    pub(super) fn places<K: Key, M>(&self, shelf: &Shelf<K, M>) -> impl Iterator<Item = Place> {
        std::iter::successors(self.oldest, |place| shelf.newer(*place))
    }
}
