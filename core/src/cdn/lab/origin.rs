//! The origin: what it has, what it says about it, and how long it takes to say it.

use super::action::{OriginState, Scenario};
use super::catalogue::{Audience, Control, Item, Variation};
use super::stamp::Stamp;
use super::wire::{Answer, Ask, Node};
use crate::cdn::caching::Timestamp;
use crate::sim::{Span, Time};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::collections::BTreeMap;

/// The beginning of every run: 1 January 2026, 12:00 UTC.
const START: Timestamp = Timestamp::from_secs(1_767_268_800);

/// What the clocks of all servers say; they agree.
pub(super) fn clock(now: Time) -> Timestamp {
    START.plus_ms((now.0 / 1_000) as i64)
}

/// A request that the origin works on. What it answers is as it was when it began.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Job {
    pub(super) from: Node,
    pub(super) call: u64,
    pub(super) answer: Answer,
}

/// An item as the origin treats it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stock {
    pub(super) item: Item,
    /// When each version came; the first is version 1.
    changes: Vec<Time>,
    pub(super) requests: u64,
}

impl Stock {
    fn new(item: Item) -> Self {
        Stock { item, changes: vec![Time::ZERO], requests: 0 }
    }

    pub(super) fn version(&self) -> u32 {
        self.changes.len() as u32
    }

    /// The version that there was at a time.
    pub(super) fn version_at(&self, at: Time) -> u32 {
        self.changes.partition_point(|change| *change <= at) as u32
    }
}

/// The origin.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) state: OriginState,
    pub(super) stock: Vec<Stock>,
    /// When each worker is free.
    workers: Vec<Time>,
    work: Span,
    slow_motion: u64,
    pub(super) jobs: BTreeMap<u64, Job>,
    pub(super) most_busy: u32,
}

impl Origin {
    pub(super) fn new(scenario: &Scenario, items: Vec<Item>) -> Self {
        let (work_ms, workers) = scenario.origin_work;
        let slow_motion = u64::from(scenario.slow_motion);
        Origin {
            state: OriginState::Up,
            stock: items.into_iter().map(Stock::new).collect(),
            workers: vec![Time::ZERO; usize::from(workers)],
            work: Span::from_ms(u64::from(work_ms)) * slow_motion,
            slow_motion,
            jobs: BTreeMap::new(),
            most_busy: 0,
        }
    }

    pub(super) fn is_down(&self) -> bool {
        self.state == OriginState::Down
    }

    /// Takes a request in; when the answer is ready.
    pub(super) fn take(
        &mut self,
        now: Time,
        id: u64,
        (from, call): (Node, u64),
        ask: &Ask,
    ) -> Time {
        let more = match self.state {
            OriginState::Slow(ms) => Span::from_ms(u64::from(ms.min(60_000))) * self.slow_motion,
            _ => Span::ZERO,
        };
        if let Some(stock) = self.stock.get_mut(usize::from(ask.item)) {
            stock.requests += 1;
        }
        self.jobs.insert(id, Job { from, call, answer: self.answer(now, ask) });
        self.most_busy = self.most_busy.max(self.jobs.len() as u32);
        let first_free = self.workers.iter_mut().min();
        first_free.map_or(now, |free| {
            *free = now.max(*free) + self.work + more;
            *free
        })
    }

    /// Breaks off everything.
    pub(super) fn go_down(&mut self) {
        self.workers.fill(Time::ZERO);
        self.jobs.clear();
    }

    /// Answers a request.
    fn answer(&self, now: Time, ask: &Ask) -> Answer {
        let mut headers = HeaderMap::new();
        let set = |headers: &mut HeaderMap, name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(&mut headers, header::DATE, &clock(now).to_string());
        let Some(stock) = self.stock.get(usize::from(ask.item)) else {
            set(&mut headers, header::CACHE_CONTROL, "no-store");
            return Answer {
                item: ask.item,
                status: 404,
                headers,
                bytes: 0,
                stamp: None,
                served: None,
            };
        };
        if self.state == OriginState::Failing {
            set(&mut headers, header::CACHE_CONTROL, "no-store");
            return Answer {
                item: ask.item,
                status: 500,
                headers,
                bytes: 0,
                stamp: None,
                served: None,
            };
        }
        let stamp = stamp(now, ask, stock);
        let etag = etag(&stamp);
        set(&mut headers, header::CACHE_CONTROL, &stock.item.control.field());
        set(&mut headers, header::ETAG, &etag);
        if let Some(language) = stamp.language {
            set(&mut headers, header::VARY, "Accept-Language");
            set(&mut headers, header::CONTENT_LANGUAGE, language);
        }
        let known = ask.headers.get_all(header::IF_NONE_MATCH).iter();
        if known.into_iter().any(|it| it.as_bytes() == etag.as_bytes()) {
            return Answer {
                item: ask.item,
                status: 304,
                headers,
                bytes: 0,
                stamp: Some(stamp),
                served: None,
            };
        }
        let bytes = u64::from(stock.item.kib) * 1_024;
        set(&mut headers, header::CONTENT_LENGTH, &bytes.to_string());
        Answer { item: ask.item, status: 200, headers, bytes, stamp: Some(stamp), served: None }
    }

    /// The content of an item changes; its version then.
    pub(super) fn change(&mut self, now: Time, item: u16) -> Option<u32> {
        let stock = self.stock.get_mut(usize::from(item))?;
        stock.changes.push(now);
        Some(stock.version())
    }

    pub(super) fn set_control(&mut self, item: u16, control: Control) -> bool {
        let stock = self.stock.get_mut(usize::from(item));
        stock.map(|it| it.item.control = control).is_some()
    }
}

fn stamp(now: Time, ask: &Ask, stock: &Stock) -> Stamp {
    let text = |name| ask.headers.get(name).and_then(|it| it.to_str().ok());
    let reader = || text(header::COOKIE)?.strip_prefix("reader=")?.parse().ok();
    let item = &stock.item;
    let is_personal =
        item.variation == Variation::Reader && item.control.audience != Audience::Public;
    let language = || text(header::ACCEPT_LANGUAGE).and_then(super::catalogue::known_language);
    Stamp {
        item: ask.item,
        version: stock.version(),
        owner: is_personal.then(reader).flatten(),
        language: (item.variation == Variation::Language).then(language).flatten(),
        vouched_at: now,
        control: item.control,
    }
}

/// The validator: it is another one for each version, reader and language.
fn etag(stamp: &Stamp) -> String {
    let mut tag = format!("\"v{}", stamp.version);
    if let Some(owner) = stamp.owner {
        tag.push_str(&format!("-reader{owner}"));
    }
    if let Some(language) = stamp.language {
        tag.push_str(&format!("-{language}"));
    }
    tag.push('"');
    tag
}
