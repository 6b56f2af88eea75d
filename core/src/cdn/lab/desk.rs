//! Where readers' requests are written down: who asked what, how often, and how it ended.

use super::exchange::{Exchange, Hop, Outcome, Served};
use super::wire::{Answer, Ask, Message, Node, Purpose};
use super::{Event, Lab};
use crate::sim::{Span, Time};
use http::{HeaderMap, HeaderValue, header};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many clicks are remembered with their way.
const MOST_CLICKS: usize = 40;
/// How many times a reader asks in all, if connections break.
const MOST_ATTEMPTS: u8 = 3;

/// A request that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) reader: u8,
    pub(super) item: u16,
    pub(super) asked_at: Time,
    pub(super) edge: Node,
    attempts: u8,
    first_byte_at: Option<Time>,
    served: Option<Served>,
    status: u16,
    /// The flight that brings the answer.
    flight: Option<u64>,
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) open: BTreeMap<u64, Open>,
    /// How each reader's last request ended.
    pub(super) last: Vec<Option<(Outcome, Option<u64>)>>,
    /// The clicks, the newest last.
    pub(super) clicks: Arc<Vec<Exchange>>,
}

impl Desk {
    pub(super) fn new(readers: usize) -> Self {
        Desk { open: BTreeMap::new(), last: vec![None; readers], clicks: Arc::default() }
    }

    pub(super) fn is_click(&self, exchange: u64) -> bool {
        self.clicks.iter().rev().any(|it| it.id == exchange)
    }

    fn click(&mut self, exchange: u64) -> Option<&mut Exchange> {
        if !self.is_click(exchange) {
            return None;
        }
        Arc::make_mut(&mut self.clicks).iter_mut().rev().find(|it| it.id == exchange)
    }

    pub(super) fn hop(&mut self, exchange: u64, at: Time, hop: Hop) {
        if let Some(click) = self.click(exchange) {
            click.hops.push((at, hop));
        }
    }

    fn remember(&mut self, click: Exchange) {
        let clicks = Arc::make_mut(&mut self.clicks);
        if clicks.len() == MOST_CLICKS {
            clicks.remove(0);
        }
        clicks.push(click);
    }
}

impl Lab {
    /// A reader asks for something.
    pub(super) fn ask(&mut self, reader: u8, item: u16, is_click: bool) {
        let exchange = self.new_id();
        let asked_at = self.now;
        self.counts.totals.asked += 1;
        if is_click {
            self.desk.remember(Exchange {
                id: exchange,
                reader,
                item,
                asked_at,
                first_byte_at: None,
                end: None,
                took_us: (None, None),
                hops: Vec::new(),
                version: None,
            });
        }
        let open = Open {
            reader,
            item,
            asked_at,
            edge: Node::Origin,
            attempts: 0,
            first_byte_at: None,
            served: None,
            status: 0,
            flight: None,
        };
        self.desk.open.insert(exchange, open);
        self.dial(exchange);
    }

    /// Turns to the edge that is right now, or gives up.
    fn dial(&mut self, exchange: u64) {
        let Some(open) = self.desk.open.get(&exchange) else { return };
        let (reader, item) = (Node::Reader(open.reader), open.item);
        let path = self.path(item).to_owned();
        let city = self.city(reader);
        let server = self.router.server(city, self.settings.routing, &path);
        let Some(edge) = server.filter(|_| open.attempts < MOST_ATTEMPTS) else {
            return self.finish(exchange, Outcome::GivenUp);
        };
        let is_again = open.attempts > 0;
        if let Some(open) = self.desk.open.get_mut(&exchange) {
            open.attempts += 1;
            open.edge = edge;
        }
        self.events.push(match (is_again, reader) {
            (false, Node::Reader(reader)) => Event::Asked { exchange, reader, item, edge },
            _ => Event::AskedAgain { exchange, edge },
        });
        let call = self.call(reader, edge, Purpose::Exchange(exchange));
        if self.scenario.handshakes {
            self.events.push(Event::Connecting { exchange });
            self.send((reader, edge), call, Message::Handshake(0), None);
        } else {
            self.send_ask(call);
        }
    }

    /// Sends a reader's request, on a connection that is open.
    pub(super) fn send_ask(&mut self, call: u64) {
        let Some((it, _)) = self.calls.get(&call) else { return };
        let (caller, callee) = (it.caller, it.callee);
        let Purpose::Exchange(exchange) = it.purpose else { return };
        let Some(open) = self.desk.open.get(&exchange) else { return };
        let ask = Ask { item: open.item, headers: self.reader_fields(open.reader) };
        self.send((caller, callee), call, Message::Ask(ask), None);
    }

    fn reader_fields(&self, reader: u8) -> HeaderMap {
        let language = super::language(self.city(Node::Reader(reader)));
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(language));
        if let Ok(cookie) = HeaderValue::from_str(&format!("reader={reader}")) {
            headers.insert(header::COOKIE, cookie);
        }
        headers
    }

    pub(super) fn ask_again(&mut self, exchange: u64, in_silence: bool) {
        if in_silence {
            self.finish(exchange, Outcome::GivenUp);
        } else {
            self.dial(exchange);
        }
    }

    pub(super) fn first_byte(&mut self, exchange: u64, flight: u64, answer: &Answer) {
        let now = self.now;
        let Some(open) = self.desk.open.get_mut(&exchange) else { return };
        open.first_byte_at = Some(now);
        open.served = answer.served;
        open.status = answer.status;
        open.flight = Some(flight);
        let (reader, waited) = (open.reader, now.since(open.asked_at));
        let after_us = self.earth_us(waited);
        self.events.push(Event::FirstByte { exchange, after_us });
        self.auditor.reader_got(reader, super::language(self.city(Node::Reader(reader))), answer);
        if let Some(click) = self.desk.click(exchange) {
            click.first_byte_at = Some(now);
            click.took_us.0 = Some(after_us);
            click.version = answer.stamp.map(|it| it.version);
        }
    }

    pub(super) fn last_byte(&mut self, flight: u64, is_cut: bool) {
        let mut open = self.desk.open.iter();
        let Some((exchange, it)) = open.find(|(_, it)| it.flight == Some(flight)) else { return };
        let outcome = match it.served {
            _ if is_cut => Outcome::Cut,
            Some(served) if it.status < 400 => Outcome::Answered(served),
            _ => Outcome::Failed(it.status),
        };
        self.finish(*exchange, outcome);
    }

    fn finish(&mut self, exchange: u64, outcome: Outcome) {
        let Some(open) = self.desk.open.remove(&exchange) else { return };
        let first = open.first_byte_at.map(|at| self.earth_us(at.since(open.asked_at)));
        let after_us = self.earth_us(self.now.since(open.asked_at));
        let bytes = self.origin.stock.get(usize::from(open.item));
        let bytes = bytes.map_or(0, |it| u64::from(it.item.kib) * 1_024);
        let waits = (first.unwrap_or(after_us), after_us);
        self.counts.finished(self.now, outcome, waits, bytes);
        if let Some(last) = self.desk.last.get_mut(usize::from(open.reader)) {
            *last = Some((outcome, first));
        }
        let now = self.now;
        if let Some(click) = self.desk.click(exchange) {
            click.end = Some((now, outcome));
            click.took_us.1 = Some(after_us);
        }
        self.events.push(Event::Finished { exchange, outcome, after_us });
    }

    /// The longest that a request may take: every attempt with all the patience there is, and a body.
    pub(super) fn longest_wait(&self) -> Span {
        self.slow(Span::from_ms(super::PATIENCE_MS[0] * u64::from(MOST_ATTEMPTS) + 30_000))
    }
}
