//! Draws the lab: makes a frame of its state at a moment.

use super::cache::{Cache, Copied, CopyId, Fetch};
use super::frame::{
    CacheView, Cargo, EdgeView, EntryState, EntryView, FetchView, FlightView, Frame, ItemView,
    MOST_ENTRIES, OriginView, ReaderView,
};
use super::origin::clock;
use super::wire::{Flight, Message, Node};
use super::{Lab, Routing};
use crate::sim::Time;
use std::sync::Arc;

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let scenario = &lab.scenario;
    let edges = scenario.edges.iter().zip(0..).map(|(city, edge)| {
        let shards = (0..lab.settings.shards).filter_map(|shard| {
            let node = Node::Edge(edge, shard);
            let ring = lab.settings.routing == Routing::Ring;
            let permille = ring.then(|| lab.router.permille(edge, shard)).flatten();
            Some(cache_view(lab, now, node, lab.caches.get(&node)?, permille))
        });
        EdgeView { city: *city, shards: shards.collect() }
    });
    let shield = lab.caches.get(&Node::Shield);
    Frame {
        now,
        scenario: scenario.clone(),
        settings: lab.settings,
        readers: (0..scenario.readers.len() as u8).map(|it| reader_view(lab, it)).collect(),
        edges: edges.collect(),
        shield: shield.map(|it| cache_view(lab, now, Node::Shield, it, None)),
        origin: origin_view(lab),
        flights: lab.flights.iter().map(|(id, it)| flight_view(lab, now, *id, it)).collect(),
        exchanges: lab.desk.clicks.clone(),
        totals: lab.counts.totals,
        latency: lab.counts.latency(),
        history: lab.counts.history.clone(),
    }
}

fn reader_view(lab: &Lab, reader: u8) -> ReaderView {
    let city = lab.city(Node::Reader(reader));
    let edge = lab.router.nearest(city);
    let edge_city = edge.map(|it| lab.city(Node::Edge(it, 0)));
    ReaderView {
        city,
        language: super::language(city),
        edge,
        edge_km: edge_city.map_or(0, |it| city.km_to(it)),
        origin_km: city.km_to(lab.scenario.origin),
        waiting: lab.desk.open.values().filter(|it| it.reader == reader).count() as u32,
        last: lab.desk.last.get(usize::from(reader)).copied().flatten(),
    }
}

fn cache_view(
    lab: &Lab,
    now: Time,
    node: Node,
    cache: &Cache,
    ring_permille: Option<u32>,
) -> CacheView {
    let described = lab.scenario.items.len() as u16;
    let all = || cache.in_order();
    let items = all().filter(|(id, _)| id.item < described);
    let pictures = all().filter(|(id, _)| id.item >= described);
    let shown = items.chain(pictures).take(MOST_ENTRIES);
    CacheView {
        node,
        city: lab.city(node),
        is_up: cache.is_up,
        bytes: cache.used_bytes(),
        capacity_bytes: cache.capacity_bytes(),
        count: cache.copies.len(),
        entries: shown.map(|(id, it)| entry_view(lab, now, id, it)).collect(),
        fetches: cache.fetches.values().map(|it| fetch_view(cache, it)).collect(),
        hits: cache.hits,
        requests: cache.requests,
        ring_permille,
    }
}

fn entry_view(lab: &Lab, now: Time, id: &CopyId, copied: &Copied) -> EntryView {
    let freshness = copied.stored.freshness(clock(now));
    let stale_s = freshness.stale_for_ms().div_ceil(1_000);
    let (while_revalidating, if_error) = copied.stamp.control.stale_s();
    let state = match stale_s {
        _ if freshness.is_fresh() => EntryState::Fresh,
        _ if stale_s <= u64::from(while_revalidating) => EntryState::StaleWhileRevalidate,
        _ if stale_s <= u64::from(if_error) => EntryState::StaleIfError,
        _ => EntryState::Stale,
    };
    let flight = copied.filling.and_then(|it| lab.flights.get(&it));
    let stock = lab.origin.stock.get(usize::from(id.item));
    let owner = copied.stamp.owner.map(|it| format!("reader {it}").into());
    EntryView {
        item: id.item,
        path: lab.path(id.item).into(),
        version: copied.stamp.version,
        is_outdated: stock.is_some_and(|it| it.version() > copied.stamp.version),
        variant: owner.or_else(|| copied.stamp.language.map(Arc::from)),
        bytes: copied.bytes,
        arrived: flight.map_or(1.0, |it| now.progress(it.head_at, it.tail_at)),
        freshness,
        state,
        fields: copied.fields.clone(),
    }
}

fn fetch_view(cache: &Cache, fetch: &Fetch) -> FetchView {
    let waiting = match fetch.is_shared {
        true => cache.flights.waiting(&fetch.id).iter().filter(|it| **it > 0).count(),
        false => fetch.waiters.len(),
    };
    FetchView {
        item: fetch.id.item,
        waiting: waiting as u32,
        is_conditional: fetch.ask.headers.contains_key(http::header::IF_NONE_MATCH),
        since: fetch.began_at,
    }
}

fn origin_view(lab: &Lab) -> OriginView {
    let stock = lab.origin.stock.iter().take(lab.scenario.items.len());
    OriginView {
        city: lab.scenario.origin,
        state: lab.origin.state,
        items: stock
            .map(|it| ItemView {
                item: it.item.clone(),
                version: it.version(),
                requests: it.requests,
            })
            .collect(),
        busy: lab.origin.jobs.len() as u32,
        most_busy: lab.origin.most_busy,
    }
}

fn flight_view(lab: &Lab, now: Time, id: u64, flight: &Flight) -> FlightView {
    // The tail is sent as much later as it arrives later.
    let latency = flight.head_at.since(flight.sent_at);
    let tail = now.progress(flight.tail_at - latency, flight.tail_at);
    FlightView {
        id,
        from: flight.from,
        to: flight.to,
        cargo: cargo(lab, &flight.message),
        exchange: flight.exchange,
        head: now.progress(flight.sent_at, flight.head_at),
        tail: if now + latency < flight.tail_at { 0.0 } else { tail },
        can_be_dropped: !flight.has_arrived,
        sent_at: flight.sent_at,
    }
}

fn cargo(lab: &Lab, message: &Message) -> Cargo {
    match message {
        Message::Handshake(step) => Cargo::Handshake(*step),
        Message::Ask(ask) => Cargo::Request {
            item: ask.item,
            is_conditional: ask.headers.contains_key(http::header::IF_NONE_MATCH),
        },
        Message::Answer(answer) => Cargo::Response {
            item: answer.item,
            status: answer.status,
            version: answer.stamp.map(|it| it.version),
            bytes: answer.bytes,
        },
        Message::Reset => Cargo::Reset,
        Message::Purge(purge) => Cargo::Purge { item: lab.purges.item(*purge).flatten() },
        Message::Purged(_) => Cargo::Purged,
    }
}
