//! A cache server: the copies it holds, what it is fetching, and who waits for it.

use super::super::caching::{Forwarded, Stored};
use super::super::eviction::{Admission, AnyPolicy, Eviction, Key, Policy};
use super::super::flights::Flights;
use super::stamp::Stamp;
use super::wire::Ask;
use crate::consistent_hashing::hash::{KeyHash, XxHash64};
use crate::sim::{Span, Time};
use http::{HeaderMap, HeaderName};
use std::collections::BTreeMap;
use std::sync::Arc;

/// For how long nobody waits for what could not be shared.
const PASS_FOR: Span = Span::from_ms(10_000);
/// How many such things are remembered.
const MOST_PASSED: usize = 1_000;

/// What a copy is called: its item, and the values of the request's fields that `Vary` names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CopyId {
    pub(super) item: u16,
    pub(super) variant: Arc<str>,
}

impl Key for CopyId {
    fn hash64(&self) -> u64 {
        XxHash64 { seed: u64::from(self.item) }.position(self.variant.as_bytes())
    }
}

/// A copy.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    pub(super) stored: Stored,
    pub(super) stamp: Stamp,
    pub(super) bytes: u64,
    /// The flight that still brings it; none once it is whole.
    pub(super) filling: Option<u64>,
    /// Its fields for the picture.
    pub(super) fields: Arc<Vec<(String, String)>>,
}

/// A request that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Waiter {
    pub(super) call: u64,
    pub(super) ask: Ask,
    pub(super) arrived_at: Time,
}

/// A request of the cache's own.
#[derive(Clone, Debug)]
pub(super) struct Fetch {
    /// The request that set it off; 0 if none waits.
    pub(super) lead: u64,
    /// What it is for, as the rule for collapsing knows it.
    pub(super) id: CopyId,
    /// What it asks.
    pub(super) ask: Ask,
    /// Whether others may join; if so, the rule knows who waits.
    pub(super) is_shared: bool,
    /// Who waits, if the rule does not know them.
    pub(super) waiters: Vec<u64>,
    /// Why the cache had to ask, as `Cache-Status` has it.
    pub(super) why: Forwarded,
    /// Which copy it validates.
    pub(super) validates: Option<CopyId>,
    /// Whether the cache's answer to it may be stored: not after a purge.
    pub(super) may_store: bool,
    /// Whether it is one of those that everybody makes alone.
    pub(super) is_pass: bool,
    /// Whether misses were to be collapsed when it began.
    pub(super) collapses: bool,
    pub(super) began_at: Time,
    /// The click on whose behalf.
    pub(super) exchange: Option<u64>,
}

/// A cache server.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    pub(super) is_up: bool,
    pub(super) copies: BTreeMap<CopyId, Copied>,
    policy: AnyPolicy<CopyId>,
    pub(super) flights: Flights<CopyId, u64>,
    pub(super) fetches: BTreeMap<u64, Fetch>,
    pub(super) waiters: BTreeMap<u64, Waiter>,
    /// Which request fields each item's answers are chosen by, as far as is known.
    vary: BTreeMap<u16, Vec<HeaderName>>,
    pub(super) hits: u64,
    pub(super) requests: u64,
}

impl Cache {
    pub(super) fn new(policy: Policy, capacity_bytes: u64) -> Self {
        Cache {
            is_up: true,
            copies: BTreeMap::new(),
            policy: policy.build(capacity_bytes),
            flights: Flights::new(PASS_FOR, MOST_PASSED),
            fetches: BTreeMap::new(),
            waiters: BTreeMap::new(),
            vary: BTreeMap::new(),
            hits: 0,
            requests: 0,
        }
    }

    /// What an answer to this request would be called.
    pub(super) fn id(&self, item: u16, headers: &HeaderMap) -> CopyId {
        let names = self.vary.get(&item).map_or(&[][..], Vec::as_slice);
        CopyId { item, variant: variant(names, headers) }
    }

    /// The copies of an item.
    pub(super) fn copies_of(&self, item: u16) -> impl Iterator<Item = (&CopyId, &Copied)> {
        let first = CopyId { item, variant: Arc::from("") };
        self.copies.range(first..).take_while(move |(id, _)| id.item == item)
    }

    /// Counts a use of a copy.
    pub(super) fn touch(&mut self, id: &CopyId) {
        self.policy.hit(id);
    }

    /// Takes a copy in; what had to go for it. The copy itself is among that if there is no room for it.
    pub(super) fn insert(&mut self, id: CopyId, copied: Copied) -> Vec<CopyId> {
        let mut evicted = Vec::new();
        let names = copied.stored.selecting().fields().map(|(name, _)| name.clone());
        self.vary.insert(id.item, names.collect());
        if self.policy.insert(id.clone(), copied.bytes, &mut evicted) == Admission::Refused {
            self.copies.remove(&id);
            evicted.push(id);
        } else {
            self.copies.insert(id, copied);
        }
        for id in &evicted {
            self.copies.remove(id);
        }
        evicted
    }

    pub(super) fn remove(&mut self, id: &CopyId) -> Option<Copied> {
        self.policy.remove(id);
        self.copies.remove(id)
    }

    /// Goes on with another policy or capacity, and as many of the copies as it takes; which ones had to go.
    pub(super) fn rebuild(&mut self, policy: Policy, capacity_bytes: u64) -> Vec<CopyId> {
        let held: Vec<(CopyId, u64)> =
            self.policy.held().into_iter().map(|(id, bytes)| (id.clone(), bytes)).collect();
        self.policy = policy.build(capacity_bytes);
        for (id, bytes) in held {
            self.policy.insert(id, bytes, &mut Vec::new());
        }
        let gone: Vec<CopyId> =
            self.copies.keys().filter(|id| self.policy.bytes_of(id).is_none()).cloned().collect();
        gone.iter().for_each(|id| {
            self.copies.remove(id);
        });
        gone
    }

    /// The copies in the order in which the policy keeps them.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (&CopyId, &Copied)> {
        self.policy.held().into_iter().filter_map(|(id, _)| self.copies.get_key_value(id))
    }

    pub(super) fn used_bytes(&self) -> u64 {
        self.policy.used_bytes()
    }

    pub(super) fn capacity_bytes(&self) -> u64 {
        self.policy.capacity_bytes()
    }

    /// Forgets an item, or everything, and sees to it that nothing is stored or joined that was asked for
    /// before; how many copies that were.
    pub(super) fn purge(&mut self, now: Time, item: Option<u16>, fetches_too: bool) -> u32 {
        let concerns = |it: u16| item.is_none_or(|item| item == it);
        let ids: Vec<CopyId> = self.copies.keys().filter(|id| concerns(id.item)).cloned().collect();
        for id in &ids {
            self.remove(id);
        }
        for fetch in self.fetches.values_mut().filter(|it| fetches_too && concerns(it.id.item)) {
            detach(now, &mut self.flights, fetch);
        }
        ids.len() as u32
    }
}

/// Nobody joins this fetch any more; who waits for it already still does.
fn detach(now: Time, flights: &mut Flights<CopyId, u64>, fetch: &mut Fetch) {
    fetch.may_store = false;
    if std::mem::take(&mut fetch.is_shared) {
        let landing = super::super::flights::Landing::Failed;
        fetch.waiters = flights.land(now, &fetch.id, landing);
    }
}

/// The values of these fields, as a name.
pub(super) fn variant(names: &[HeaderName], headers: &HeaderMap) -> Arc<str> {
    let value = |name: &HeaderName| {
        headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("-").to_owned()
    };
    names.iter().map(value).collect::<Vec<_>>().join(" ").into()
}
