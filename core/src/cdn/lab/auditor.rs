//! What must hold whatever goes wrong, judged by somebody who knows the truth behind every message.

use super::cache::{Cache, Fetch, Waiter};
use super::exchange::Served;
use super::wire::{Answer, Node};
use super::{Lab, rules};
use crate::sim::{Invariant, Simulation, Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What the auditor has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Auditor {
    /// The promises that have been broken.
    broken: BTreeSet<Promise>,
    /// When each cache was told last to forget an item, or everything: when it heard, and when that was decided.
    purged: BTreeMap<(Node, Option<u16>), (Time, Time)>,
}

/// What can be broken at a moment, and stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Promise {
    Lifetime,
    Content,
    Purge,
    Privacy,
    Variant,
    OneFetch,
}

/// `Date` and `Age` have whole seconds, so that an age may be less by that much.
const ROUNDING: Span = Span::from_ms(1_000);

impl Auditor {
    fn check(&mut self, holds: bool, promise: Promise) {
        if !holds {
            self.broken.insert(promise);
        }
    }

    /// A reader has got an answer.
    pub(super) fn reader_got(&mut self, reader: u8, language: &str, answer: &Answer) {
        let Some(stamp) = &answer.stamp else { return };
        self.check(stamp.owner.is_none_or(|it| it == reader), Promise::Privacy);
        self.check(stamp.language.is_none_or(|it| it == language), Promise::Variant);
    }

    /// A cache has forgotten.
    pub(super) fn purged(&mut self, now: Time, node: Node, item: Option<u16>, issued_at: Time) {
        let known = self.purged.entry((node, item)).or_insert((now, issued_at));
        if issued_at > known.1 {
            *known = (now, issued_at);
        }
    }

    /// A cache has begun a fetch.
    pub(super) fn fetch_began(&mut self, cache: &Cache) {
        let mut seen = BTreeSet::new();
        // Where everybody asks alone, or asked before misses were collapsed, nothing is promised.
        let counts = |it: &&Fetch| it.collapses && !it.is_pass && it.may_store;
        let is_once = cache.fetches.values().filter(counts).all(|it| seen.insert(&it.id));
        self.check(is_once, Promise::OneFetch);
    }

    fn served(
        &mut self,
        (now, node): (Time, Node),
        waiter: &Waiter,
        answer: &Answer,
        served: Served,
        version_then: u32,
    ) {
        let Some(stamp) = &answer.stamp else { return };
        self.check(stamp.version == version_then, Promise::Content);
        let (while_revalidating, if_error) = stamp.control.stale_s();
        let more = match served {
            Served::Hit => Some(0),
            Served::StaleWhileRevalidate => Some(u64::from(while_revalidating)),
            // Where nothing is said, a cache that can reach nobody may serve what is not too old.
            Served::StaleIfError => Some(match (stamp.control.forbids_stale(), if_error) {
                (true, _) => 0,
                (false, 0) => rules::disconnected_s(),
                (false, seconds) => u64::from(seconds),
            }),
            _ => None,
        };
        if let Some(more) = more {
            let allowed_ms = (u64::from(stamp.control.lifetime_s()) + more) * 1_000;
            let allowed = Span::from_ms(allowed_ms) + ROUNDING;
            self.check(now.since(stamp.vouched_at) <= allowed, Promise::Lifetime);
        }
        for about in [Some(stamp.item), None] {
            let Some((heard_at, issued_at)) = self.purged.get(&(node, about)) else { continue };
            let came_later = waiter.arrived_at > *heard_at;
            let is_new = stamp.vouched_at >= *issued_at;
            self.check(!came_later || is_new, Promise::Purge);
        }
    }
}

impl Lab {
    /// Judges an answer that a cache gives.
    pub(super) fn audit_served(
        &mut self,
        node: Node,
        waiter: &Waiter,
        answer: &Answer,
        served: Served,
    ) {
        let Some(stamp) = &answer.stamp else { return };
        let Some(stock) = self.origin.stock.get(usize::from(stamp.item)) else { return };
        let version_then = stock.version_at(stamp.vouched_at);
        self.counts.totals.outdated += u64::from(stamp.version != stock.version());
        self.auditor.served((self.now, node), waiter, answer, served, version_then);
    }

    fn keeps(&self, promise: Promise) -> bool {
        !self.auditor.broken.contains(&promise)
    }
}

/// What must hold after every step of every run in which nothing is left out.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant {
        name: "nothing is served for longer than its origin has allowed",
        holds: |lab| lab.keeps(Promise::Lifetime),
    },
    Invariant {
        name: "a copy is what the origin had when it vouched for it",
        holds: |lab| lab.keeps(Promise::Content),
    },
    Invariant {
        name: "what was purged is not served again",
        holds: |lab| lab.keeps(Promise::Purge),
    },
    Invariant {
        name: "a private answer reaches nobody else",
        holds: |lab| lab.keeps(Promise::Privacy),
    },
    Invariant {
        name: "everybody gets the variant that was asked for",
        holds: |lab| lab.keeps(Promise::Variant),
    },
    Invariant {
        name: "where misses are collapsed, a cache fetches a thing once at a time",
        holds: |lab| lab.keeps(Promise::OneFetch),
    },
    Invariant { name: "no cache holds more than it has room for", holds: fits },
    Invariant { name: "nobody waits forever", holds: nobody_waits_forever },
    Invariant { name: "every request is answered, given up, or under way", holds: adds_up },
];

fn fits(lab: &Lab) -> bool {
    lab.caches.values().all(|it| it.used_bytes() <= it.capacity_bytes())
}

fn nobody_waits_forever(lab: &Lab) -> bool {
    let open = &lab.desk.open;
    let longest = lab.longest_wait();
    let is_over = lab.next_at().is_none();
    open.values().all(|it| !is_over && lab.now.since(it.asked_at) <= longest)
}

fn adds_up(lab: &Lab) -> bool {
    let totals = &lab.counts.totals;
    totals.asked == totals.answered + totals.failed + lab.desk.open.len() as u64
}
