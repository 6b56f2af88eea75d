//! A cache answers a request: out of a copy, by joining a fetch, or by beginning one.

use super::super::caching::{CacheStatus, Forwarded, Freshness};
use super::super::flights::Arrival;
use super::cache::{Copied, CopyId, Fetch, Waiter};
use super::exchange::{Found, Hop, Served};
use super::rules::{self, Verdict};
use super::wire::{Answer, Ask, Message, Node, Purpose};
use super::{Event, Lab};
use http::HeaderMap;

/// What there is to say about an answer.
pub(super) struct Serving {
    pub(super) served: Served,
    pub(super) status: CacheStatus,
    /// The flight that still brings the body.
    pub(super) source: Option<u64>,
}

/// How a cache is going to ask.
struct Plan {
    id: CopyId,
    /// The copy to be validated, and with which fields.
    copy: Option<(CopyId, HeaderMap)>,
    why: Forwarded,
    is_shared: bool,
    is_pass: bool,
}

impl Lab {
    /// A request has come to a cache that is up.
    pub(super) fn serve(&mut self, node: Node, call: u64, ask: Ask) {
        let arrived_at = self.now;
        let Some(cache) = self.caches.get_mut(&node) else { return };
        cache.requests += 1;
        cache.waiters.insert(call, Waiter { call, ask, arrived_at });
        self.look(node, call);
    }

    /// A cache looks what it has for a request that waits.
    pub(super) fn look(&mut self, node: Node, call: u64) {
        let Some(cache) = self.caches.get(&node) else { return };
        let Some(waiter) = cache.waiters.get(&call).cloned() else { return };
        let verdict = rules::lookup(cache, &waiter.ask, self.path(waiter.ask.item), self.now);
        match verdict {
            Verdict::Serve { id, freshness, is_stale } => {
                let found = if is_stale { Found::Stale } else { Found::Hit };
                self.note_looked(node, call, found, Some(freshness));
                let served = if is_stale { Served::StaleWhileRevalidate } else { Served::Hit };
                self.answer_with(node, &waiter, &id, served, CacheStatus::hit(&freshness));
                if is_stale {
                    self.revalidate(node, &waiter, &id);
                }
            }
            Verdict::Validate { id, freshness, conditions, why } => {
                self.want(node, &waiter, Some((id, conditions)), why, Some(freshness));
            }
            Verdict::Miss { why } => self.want(node, &waiter, None, why, None),
        }
    }

    fn note_looked(&mut self, at: Node, call: u64, found: Found, freshness: Option<Freshness>) {
        if let Some(exchange) = self.exchange_of(call) {
            self.desk.hop(exchange, self.now, Hop::Looked { at, found, freshness });
        }
    }

    /// A request has to wait for a fetch: one that is under way, or a new one.
    fn want(
        &mut self,
        node: Node,
        waiter: &Waiter,
        copy: Option<(CopyId, HeaderMap)>,
        why: Forwarded,
        freshness: Option<Freshness>,
    ) {
        let (now, item) = (self.now, waiter.ask.item);
        let collapses =
            self.settings.collapsing && self.scenario.without != Some(super::Without::Collapsing);
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let id = cache.id(item, &waiter.ask.headers);
        let arrival = match collapses {
            true => cache.flights.arrive(now, &id, waiter.call),
            false => Arrival::Pass,
        };
        let waiting = cache.flights.waiting(&id).len() as u32;
        let found = match arrival {
            Arrival::Join => Found::Joined,
            Arrival::Pass if collapses => Found::Pass,
            _ if copy.is_some() => Found::MustValidate,
            _ => Found::Miss,
        };
        // What a cache finds comes before what it does about it.
        self.note_looked(node, waiter.call, found, freshness);
        match arrival {
            Arrival::Join => self.events.push(Event::Joined { at: node, item, waiting }),
            Arrival::Lead => {
                let plan = Plan { id, copy, why, is_shared: true, is_pass: false };
                self.begin_fetch(node, waiter, plan);
            }
            Arrival::Pass => {
                let plan = Plan { id, copy, why, is_shared: false, is_pass: collapses };
                self.begin_fetch(node, waiter, plan);
            }
        }
    }

    /// Validates a stale copy that has just been served, unless that is under way.
    fn revalidate(&mut self, node: Node, waiter: &Waiter, copy: &CopyId) {
        let now = self.now;
        let Some(cache) = self.caches.get_mut(&node) else { return };
        let id = cache.id(copy.item, &waiter.ask.headers);
        let is_under_way = cache.fetches.values().any(|it| it.id == id && it.may_store);
        if is_under_way || cache.flights.arrive(now, &id, 0) != Arrival::Lead {
            return;
        }
        let copied = cache.copies.get(copy);
        let conditions = copied.map(|it| rules::conditions(&it.stored)).unwrap_or_default();
        let nobody = Waiter { call: 0, ..waiter.clone() };
        let copy = Some((copy.clone(), conditions));
        let plan = Plan { id, copy, why: Forwarded::Stale, is_shared: true, is_pass: false };
        self.begin_fetch(node, &nobody, plan);
    }

    /// Asks the next server on behalf of a request.
    fn begin_fetch(&mut self, node: Node, waiter: &Waiter, plan: Plan) {
        let Plan { id, copy, why, is_shared, is_pass } = plan;
        let (validates, conditions) = copy.unzip();
        let is_conditional = conditions.as_ref().is_some_and(|it| !it.is_empty());
        let headers = rules::fetch_fields(&waiter.ask, conditions.as_ref());
        let ask = Ask { item: waiter.ask.item, headers };
        let upstream = self.upstream(node);
        let exchange = self.exchange_of(waiter.call);
        let number = self.new_id();
        let call = self.call(node, upstream, Purpose::Fetch(number));
        let fetch = Fetch {
            lead: waiter.call,
            id,
            ask: ask.clone(),
            is_shared,
            waiters: if is_shared { Vec::new() } else { vec![waiter.call] },
            why,
            validates,
            may_store: true,
            is_pass,
            collapses: self.settings.collapsing,
            began_at: self.now,
            exchange,
        };
        let Some(cache) = self.caches.get_mut(&node) else { return };
        cache.fetches.insert(number, fetch);
        self.auditor.fetch_began(cache);
        let item = ask.item;
        let is_background = waiter.call == 0;
        self.events.push(Event::Fetched {
            by: node,
            from: upstream,
            item,
            is_conditional,
            is_background,
        });
        self.send((node, upstream), call, Message::Ask(ask), None);
    }

    /// Whom a cache asks: edges the shield while it is up and wanted, everybody else the origin.
    fn upstream(&self, node: Node) -> Node {
        let has_shield =
            self.settings.shield && self.caches.get(&Node::Shield).is_some_and(|it| it.is_up);
        match node {
            Node::Edge(..) if has_shield => Node::Shield,
            _ => Node::Origin,
        }
    }

    /// Answers a request with a copy that the cache holds.
    pub(super) fn answer_with(
        &mut self,
        node: Node,
        waiter: &Waiter,
        id: &CopyId,
        served: Served,
        status: CacheStatus,
    ) {
        let Some(cache) = self.caches.get_mut(&node) else { return };
        cache.touch(id);
        let Some(copied) = cache.copies.get(id).cloned() else { return };
        self.answer_from(node, waiter, &copied, served, status);
    }

    /// Answers a request with a copy that the cache holds, or holds not for long.
    pub(super) fn answer_from(
        &mut self,
        node: Node,
        waiter: &Waiter,
        copied: &Copied,
        served: Served,
        status: CacheStatus,
    ) {
        let path = self.path(waiter.ask.item);
        let (code, headers) = rules::respond(&copied.stored, &waiter.ask, path, self.now);
        let answer = Answer {
            item: waiter.ask.item,
            status: code,
            headers,
            bytes: if code == 304 { 0 } else { copied.bytes },
            stamp: Some(copied.stamp),
            served: None,
        };
        let serving = Serving { served, status, source: copied.filling };
        self.deliver(node, waiter, answer, serving);
    }

    /// Sends an answer to whoever waits for it, if anybody still does.
    pub(super) fn deliver(
        &mut self,
        node: Node,
        waiter: &Waiter,
        mut answer: Answer,
        serving: Serving,
    ) {
        let Serving { served, status, source } = serving;
        let Some(cache) = self.caches.get_mut(&node) else { return };
        cache.waiters.remove(&waiter.call);
        let is_hit = served.is_hit();
        cache.hits += u64::from(is_hit);
        if node == Node::Shield {
            self.counts.shield_served(is_hit);
        }
        let Some((call, _)) = self.calls.get(&waiter.call) else { return };
        let (to, item) = (call.caller, waiter.ask.item);
        answer.served = Some(served);
        status.append_to(&mut answer.headers, &self.cache_name(node));
        self.audit_served(node, waiter, &answer, served);
        let age =
            answer.headers.get(http::header::AGE).and_then(|it| it.to_str().ok()?.parse().ok());
        self.events.push(Event::Served {
            by: node,
            to,
            item,
            served,
            status: answer.status,
            age_s: age,
        });
        self.send((node, to), waiter.call, Message::Answer(answer), source);
    }

    /// The name of a cache in `Cache-Status`.
    fn cache_name(&self, node: Node) -> String {
        let city = self.city(node).name();
        match node {
            Node::Edge(_, shard) if self.settings.shards > 1 => format!("{city} {shard}"),
            Node::Shield => format!("{city} shield"),
            _ => city.to_owned(),
        }
    }
}
