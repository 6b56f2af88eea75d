//! What a cache's fetch brings: an answer to store, the news that a copy still holds, or a failure.

use super::super::caching::{CacheStatus, Failure, Forwarded};
use super::super::flights::Landing;
use super::cache::{Copied, CopyId, Fetch, Waiter, variant};
use super::exchange::{Hop, Served};
use super::heads;
use super::origin::clock;
use super::rules;
use super::serving::Serving;
use super::wire::{Answer, Node};
use super::{Event, Lab};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::sync::Arc;

impl Lab {
    /// The head of an answer has come to a cache.
    pub(super) fn fetched(&mut self, node: Node, number: u64, answer: Answer, flight: u64) {
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let Some(fetch) = cache.fetches.remove(&number) else { return };
        if let Some(failure) = rules::failure(answer.status) {
            return self.failed(node, &fetch, failure, Some((answer, flight)));
        }
        if answer.status == 304 {
            return self.validated(node, &fetch, &answer);
        }
        let path = self.path(fetch.id.item).to_owned();
        let times = (fetch.began_at, self.now);
        let stored = rules::store(self.scenario.without, &fetch.ask, &path, &answer, times);
        match (stored, answer.stamp) {
            (Ok(stored), Some(stamp)) => {
                let filling = (answer.bytes > 0).then_some(flight);
                let fields = Arc::new(heads::fields(stored.headers()));
                let copied = Copied { stored, stamp, bytes: answer.bytes, filling, fields };
                self.take_in(node, &fetch, copied);
            }
            (Err(why), _) => self.pass_on(node, &fetch, answer, flight, &why),
            (Ok(_), None) => self.pass_on(node, &fetch, answer, flight, "nothing is known of it"),
        }
    }

    /// Everybody who waits for a fetch, in the order in which they came.
    fn land(&mut self, node: Node, fetch: &Fetch, landing: Landing) -> Vec<Waiter> {
        let now = self.now;
        let Some(cache) = self.caches.get_mut(&node) else { return Vec::new() };
        let calls = match fetch.is_shared {
            true => cache.flights.land(now, &fetch.id, landing),
            false => fetch.waiters.clone(),
        };
        calls.iter().filter_map(|call| cache.waiters.get(call).cloned()).collect()
    }

    /// An answer that may be shared: it is kept, and everybody has it for whom it was chosen.
    fn take_in(&mut self, node: Node, fetch: &Fetch, copied: Copied) {
        let waiters = self.land(node, fetch, Landing::Shared);
        if fetch.may_store {
            let names: Vec<HeaderName> =
                copied.stored.selecting().fields().map(|(name, _)| name.clone()).collect();
            let id = CopyId { item: fetch.id.item, variant: variant(&names, &fetch.ask.headers) };
            self.keep(node, id, copied.clone(), fetch.exchange);
        }
        for waiter in waiters {
            if copied.stored.selecting().matches(&waiter.ask.headers) {
                let (served, mut status) = outcome(fetch, &waiter);
                status.stored = Some(fetch.may_store);
                self.answer_from(node, &waiter, &copied, served, status);
            } else {
                self.look(node, waiter.call);
            }
        }
    }

    fn keep(&mut self, node: Node, id: CopyId, copied: Copied, exchange: Option<u64>) {
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let is_whole = copied.filling.is_none();
        let item = id.item;
        let evicted = cache.insert(id.clone(), copied);
        let is_kept = !evicted.contains(&id);
        for gone in evicted.iter().filter(|it| **it != id) {
            self.counts.totals.evicted += 1;
            self.events.push(Event::Evicted { by: node, item: gone.item });
        }
        if !is_kept {
            let why = "there is no room for it";
            return self.note_not_stored(node, item, why, exchange);
        }
        if let Some(exchange) = exchange {
            self.desk.hop(exchange, self.now, Hop::Stored { at: node });
        }
        if is_whole {
            self.note_stored(node, &id);
        }
    }

    fn note_stored(&mut self, by: Node, id: &CopyId) {
        let Some(copied) = self.caches.get(&by).and_then(|it| it.copies.get(id)) else { return };
        let lifetime = copied.stored.freshness(clock(self.now)).lifetime;
        let lifetime_s = (lifetime.ms / 1_000) as u32;
        let (item, version) = (id.item, copied.stamp.version);
        self.events.push(Event::Stored { by, item, version, lifetime_s });
    }

    fn note_not_stored(&mut self, at: Node, item: u16, why: &str, exchange: Option<u64>) {
        if let Some(exchange) = exchange {
            self.desk.hop(exchange, self.now, Hop::NotStored { at, why: why.into() });
        }
        self.events.push(Event::NotStored { by: at, item, why: why.into() });
    }

    /// The last byte of a copy has come, or is known not to.
    pub(super) fn filled(&mut self, node: Node, flight: u64, item: u16, is_cut: bool) {
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let filling = cache.copies_of(item).find(|(_, it)| it.filling == Some(flight));
        let Some(id) = filling.map(|(id, _)| id.clone()) else { return };
        if is_cut {
            cache.remove(&id);
            return self.note_not_stored(node, item, "half of it never came", None);
        }
        if let Some(copied) = cache.copies.get_mut(&id) {
            copied.filling = None;
        }
        self.note_stored(node, &id);
    }

    /// An answer for the one who asked. The others have to ask themselves.
    fn pass_on(&mut self, node: Node, fetch: &Fetch, answer: Answer, flight: u64, why: &str) {
        let waiters = self.land(node, fetch, Landing::Private);
        self.note_not_stored(node, fetch.id.item, why, fetch.exchange);
        for waiter in waiters {
            if waiter.call == fetch.lead {
                let (served, mut status) = outcome(fetch, &waiter);
                status.stored = Some(false);
                let serving = Serving { served, status, source: Some(flight) };
                self.deliver(node, &waiter, answer.clone(), serving);
            } else {
                self.look(node, waiter.call);
            }
        }
    }

    /// The news that a copy still holds.
    fn validated(&mut self, node: Node, fetch: &Fetch, answer: &Answer) {
        let (without, times) = (self.scenario.without, (fetch.began_at, self.now));
        let path = self.path(fetch.id.item).to_owned();
        let waiters = self.land(node, fetch, Landing::Shared);
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let asked = fetch.validates.as_ref().filter(|_| fetch.may_store);
        let ids = asked.map(|it| rules::identified(cache, it, answer)).unwrap_or_default();
        for id in &ids {
            let Some(copied) = cache.copies.get_mut(id) else { continue };
            copied.stored =
                rules::freshened(without, &copied.stored, &fetch.ask, &path, answer, times);
            copied.fields = Arc::new(heads::fields(copied.stored.headers()));
            if let Some(stamp) = answer.stamp {
                copied.stamp = stamp;
            }
        }
        for id in &ids {
            self.events.push(Event::Validated { by: node, item: id.item });
        }
        self.answer_validated(node, fetch, waiters, &ids);
        if rules::forbids_keeping(without, &answer.headers, self.now) {
            for id in &ids {
                self.caches.get_mut(&node).and_then(|it| it.remove(id));
                let why = "it holds, but may be kept no longer";
                self.note_not_stored(node, id.item, why, fetch.exchange);
            }
        }
    }

    /// Answers everybody with the copy that has just been validated for them.
    fn answer_validated(
        &mut self,
        node: Node,
        fetch: &Fetch,
        waiters: Vec<Waiter>,
        ids: &[CopyId],
    ) {
        for waiter in waiters {
            let cache = self.caches.get(&node);
            let fits = |id: &&CopyId| {
                let copied = cache.and_then(|it| it.copies.get(*id));
                copied.is_some_and(|it| it.stored.selecting().matches(&waiter.ask.headers))
            };
            match ids.iter().find(fits) {
                Some(id) => {
                    let (served, mut status) = outcome(fetch, &waiter);
                    let served =
                        if served == Served::Joined { served } else { Served::Revalidated };
                    status.fwd_status = Some(304);
                    self.answer_with(node, &waiter, id, served, status);
                }
                // The copy is gone meanwhile: now it has to be fetched.
                None => self.look(node, waiter.call),
            }
        }
    }

    /// A fetch has had no answer.
    pub(super) fn fetch_failed(&mut self, node: Node, number: u64, in_silence: bool) {
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let Some(fetch) = cache.fetches.remove(&number) else { return };
        // A copy that cannot be validated calls for 504 (RFC 9111, section 5.2.2.2).
        let status = if in_silence || fetch.validates.is_some() { 504 } else { 502 };
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(date) = HeaderValue::from_str(&clock(self.now).to_string()) {
            headers.insert(header::DATE, date);
        }
        let item = fetch.id.item;
        let answer = Answer { item, status, headers, bytes: 0, stamp: None, served: None };
        self.failed(node, &fetch, Failure::Unreachable, Some((answer, 0)));
    }

    /// A fetch has failed: who may have a stale copy has it, the others the failure.
    fn failed(&mut self, node: Node, fetch: &Fetch, failure: Failure, with: Option<(Answer, u64)>) {
        for waiter in self.land(node, fetch, Landing::Failed) {
            if let Some(id) = self.stale_copy(node, &waiter, failure) {
                let status = CacheStatus { fwd: Some(Forwarded::Stale), ..CacheStatus::default() };
                self.answer_with(node, &waiter, &id, Served::StaleIfError, status);
            } else if let Some((answer, flight)) = &with {
                let (_, status) = outcome(fetch, &waiter);
                let serving = Serving { served: Served::Error, status, source: Some(*flight) };
                self.deliver(node, &waiter, answer.clone(), serving);
            }
        }
    }

    /// The copy that a request may have although the origin fails.
    fn stale_copy(&self, node: Node, waiter: &Waiter, failure: Failure) -> Option<CopyId> {
        let cache = self.caches.get(&node)?;
        let path = self.path(waiter.ask.item);
        let id = match rules::lookup(cache, &waiter.ask, path, self.now) {
            rules::Verdict::Serve { id, .. } | rules::Verdict::Validate { id, .. } => id,
            rules::Verdict::Miss { .. } => return None,
        };
        let stored = &cache.copies.get(&id)?.stored;
        let without = self.scenario.without;
        rules::may_be_stale(without, stored, &waiter.ask, failure, self.now).then_some(id)
    }
}

/// Out of what somebody is answered who waited for a fetch.
fn outcome(fetch: &Fetch, waiter: &Waiter) -> (Served, CacheStatus) {
    let status = CacheStatus { fwd: Some(fetch.why), ..CacheStatus::default() };
    if waiter.call != fetch.lead {
        return (Served::Joined, CacheStatus { collapsed: true, ..status });
    }
    (if fetch.is_pass { Served::Pass } else { Served::Miss }, status)
}
