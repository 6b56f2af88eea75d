//! What an edge has: the copies by their addresses, with what purges them.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderName};
use playground_core::cdn::caching::{Key, Stored};

use super::object::{End, Object};
use super::quick::Prepared;

/// The most copies for one address; the oldest goes.
const MOST_VARIANTS: usize = 64;
/// How many purges are remembered, for requests that were on their way meanwhile.
const MOST_PURGES: usize = 128;
/// Fields that name the tags of a response, separated by spaces and by commas.
static TAGS: [HeaderName; 2] =
    [HeaderName::from_static("surrogate-key"), HeaderName::from_static("cache-tag")];
/// The most tags of one copy.
const MOST_TAGS: usize = 256;

/// A copy.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    /// Path and query.
    pub(super) url: String,
    pub(super) stored: Stored,
    pub(super) object: Arc<Object>,
    pub(super) tags: Vec<String>,
    /// How often it was served.
    pub(super) hits: AtomicU64,
    pub(super) prepared: Prepared,
}

impl Entry {
    /// The same body with another head.
    pub(super) fn with(&self, stored: Stored) -> Self {
        Self {
            key: self.key.clone(),
            url: self.url.clone(),
            tags: tags(stored.headers()),
            stored,
            object: self.object.clone(),
            hits: AtomicU64::new(self.hits.load(Ordering::Relaxed)),
            prepared: Prepared::default(),
        }
    }
}

/// The tags in a response's header.
pub(super) fn tags(headers: &HeaderMap) -> Vec<String> {
    let lines = TAGS.iter().flat_map(|name| headers.get_all(name));
    let words = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split([' ', ',', '\t']))
        .filter(|word| !word.is_empty());
    words.take(MOST_TAGS).map(str::to_owned).collect()
}

/// What to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purge {
    Key(Key),
    Prefix(String),
    Tag(String),
    All,
}

impl Purge {
    fn matches(&self, entry: &Entry) -> bool {
        match self {
            Purge::Key(key) => *key == entry.key,
            Purge::Prefix(prefix) => entry.url.starts_with(prefix.as_str()),
            Purge::Tag(tag) => entry.tags.contains(tag),
            Purge::All => true,
        }
    }
}

/// The copies for one address, shared with whoever looks at them.
pub(super) type Variants = Arc<Vec<Arc<Entry>>>;

/// All copies of an edge.
#[derive(Debug, Default)]
pub(super) struct Index(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    by_key: HashMap<Key, Variants>,
    /// The last purges, the oldest first.
    purges: VecDeque<Purge>,
    /// How many there have been.
    purge_count: u64,
}

impl Inner {
    /// Whether a copy was purged since there had been so many purges; also if that is no longer known.
    fn was_purged(&self, entry: &Entry, purges_before: u64) -> bool {
        let since = self.purge_count - purges_before;
        let remembered = self.purges.iter().rev();
        since > self.purges.len() as u64
            || remembered.take(since as usize).any(|purge| purge.matches(entry))
    }
}

impl Index {
    /// The copies for an address; empty if there are none.
    pub(super) fn get(&self, key: &Key) -> Variants {
        self.lock().by_key.get(key).cloned().unwrap_or_default()
    }

    /// How many purges there have been, for [`Index::insert`] later on.
    pub(super) fn purge_count(&self) -> u64 {
        self.lock().purge_count
    }

    /// Adds a copy in place of those that it supersedes, and gives these. None, and nothing is added, if it was
    /// purged since it was asked for, when there had been so many purges.
    pub(super) fn insert(
        &self,
        entry: Arc<Entry>,
        request: &HeaderMap,
        purges_before: u64,
    ) -> Option<Vec<Arc<Entry>>> {
        let mut inner = self.lock();
        if inner.was_purged(&entry, purges_before) {
            return None;
        }
        let variants = inner.by_key.entry(entry.key.clone()).or_default();
        let (mut superseded, mut kept): (Vec<_>, Vec<_>) =
            variants.iter().cloned().partition(|other| other.stored.is_superseded_by(request));
        if kept.len() >= MOST_VARIANTS {
            superseded.push(kept.remove(0));
        }
        kept.push(entry);
        *variants = Arc::new(kept);
        Some(superseded)
    }

    /// Adds a copy that was found on disk.
    pub(super) fn restore(&self, entry: Arc<Entry>) {
        let mut inner = self.lock();
        let variants = inner.by_key.entry(entry.key.clone()).or_default();
        Arc::make_mut(variants).push(entry);
    }

    /// Puts a copy in another's place, if that is still there.
    pub(super) fn replace(&self, old: &Arc<Entry>, new: Arc<Entry>) -> bool {
        let mut inner = self.lock();
        let Some(variants) = inner.by_key.get_mut(&old.key) else { return false };
        let Some(place) = variants.iter().position(|entry| Arc::ptr_eq(entry, old)) else {
            return false;
        };
        Arc::make_mut(variants)[place] = new;
        true
    }

    /// Removes what has this body; whether anything had.
    pub(super) fn remove(&self, key: &Key, object: u64) -> bool {
        let mut inner = self.lock();
        let Some(variants) = inner.by_key.get_mut(key) else { return false };
        let before = variants.len();
        Arc::make_mut(variants).retain(|entry| entry.object.id != object);
        let is_removed = variants.len() < before;
        if variants.is_empty() {
            inner.by_key.remove(key);
        }
        is_removed
    }

    /// The copy with this body, as it is now.
    pub(super) fn find(&self, key: &Key, object: u64) -> Option<Arc<Entry>> {
        self.get(key).iter().find(|entry| entry.object.id == object).cloned()
    }

    /// Removes what a purge is about, and remembers it for what is on its way.
    pub(super) fn purge(&self, purge: Purge) -> Vec<Arc<Entry>> {
        let mut inner = self.lock();
        let mut removed = Vec::new();
        inner.by_key.retain(|_, variants| {
            if variants.iter().any(|entry| purge.matches(entry)) {
                let (gone, kept) = variants.iter().cloned().partition(|entry| purge.matches(entry));
                removed.extend::<Vec<_>>(gone);
                *variants = Arc::new(kept);
            }
            !variants.is_empty()
        });
        if inner.purges.len() == MOST_PURGES {
            inner.purges.pop_front();
        }
        inner.purges.push_back(purge);
        inner.purge_count += 1;
        removed
    }

    /// Changes the head of every copy.
    pub(super) fn change_all(&self, change: impl Fn(&mut Stored)) -> Vec<Arc<Entry>> {
        let mut inner = self.lock();
        let mut changed = Vec::new();
        for variants in inner.by_key.values_mut() {
            for entry in Arc::make_mut(variants) {
                let mut stored = entry.stored.clone();
                change(&mut stored);
                *entry = Arc::new(entry.with(stored));
                changed.push(entry.clone());
            }
        }
        changed
    }

    /// All copies, in the order of their addresses.
    pub(super) fn all(&self) -> Vec<Arc<Entry>> {
        let mut all: Vec<_> =
            self.lock().by_key.values().flat_map(|some| some.iter().cloned()).collect();
        all.sort_by(|one, other| one.key.cmp(&other.key));
        all
    }

    /// How many copies there are, and how long their bodies are together, in bytes.
    pub(super) fn totals(&self) -> (u64, u64) {
        let inner = self.lock();
        let all = inner.by_key.values().flat_map(|variants| variants.iter());
        all.fold((0, 0), |(count, bytes), entry| {
            let state = entry.object.state();
            (count + u64::from(state.end != End::Broken), bytes + state.arrived)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nobody panics between two changes that belong together.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
