//! The real edges as a frame of the simulation, so that the same map draws both.
//!
//! What the server does not tell is not drawn: only the page's own reader stands on the map, and of the copies
//! only those of what it has asked for. A step lasts less than a thousandth of a second, so a message is drawn
//! on its way, as long as somebody looks at the step.

use super::feed::Feed;
use playground_core::cdn::caching::{
    Age, Freshness, InitialAge, Lifetime, LifetimeSource, Timestamp,
};
use playground_core::cdn::lab::{
    Cargo, EdgeView, EntryState, EntryView, FlightView, Frame, Node, OriginState,
};
use playground_core::cdn::places::City;
use playground_core::cdn::wire::{Entry, Faults, Stats, Step};
use playground_core::cdn::{Lab, Scenario};
use playground_core::sim::{Rng, Simulation, Time};
use std::sync::Arc;

/// Where the origin stands on the map.
const ORIGIN: City = City::Madrid;
/// How far a message is drawn on its way.
const UNDER_WAY: f64 = 0.62;

/// The picture of an edge and a step of a request to it.
pub fn picture(feed: &Feed, stats: &Stats, edge: usize, step: Option<&Step>) -> Frame {
    let cities = cities(stats);
    let number = edge.min(cities.len().saturating_sub(1));
    let city = cities.get(number).copied().unwrap_or(ORIGIN);
    let scenario = Scenario {
        origin: ORIGIN,
        shield: None,
        readers: vec![reader_near(city, &cities)],
        edges: cities,
        shards: 1,
        ..Scenario::default()
    };
    // The numbers of a picture are small: there are at most as many edges as the scenario takes.
    let mut frame = Lab::new(&scenario, Rng::new(1)).frame(Time::ZERO);
    let at = Node::Edge(number as u8, 0);
    for (view, edge) in frame.edges.iter_mut().zip(&stats.edges) {
        fill(view, edge, feed);
    }
    frame.origin.state = origin_state(&stats.origin.faults);
    let is_waiting = feed.exchange.as_ref().is_some_and(|it| it.answer.is_none());
    for reader in &mut frame.readers {
        reader.edge = Some(number as u8);
        reader.waiting = u32::from(is_waiting);
    }
    frame.flights = step.and_then(|step| flight(step, at)).into_iter().collect();
    frame
}

fn fill(view: &mut EdgeView, edge: &playground_core::cdn::wire::EdgeStats, feed: &Feed) {
    let Some(cache) = view.shards.first_mut() else { return };
    cache.bytes = edge.stored_bytes;
    cache.capacity_bytes = edge.memory_capacity.max(edge.disk_capacity).max(1);
    cache.count = usize::try_from(edge.entries).unwrap_or(usize::MAX);
    cache.hits = edge.hits;
    cache.requests = edge.requests;
    let Some(exchange) = &feed.exchange else { return };
    let is_asked = |entry: &&Entry| entry.edge == edge.name && entry.url == exchange.asking.path;
    cache.entries = feed.entries.iter().filter(is_asked).map(entry_view).collect();
}

fn entry_view(entry: &Entry) -> EntryView {
    let length = entry.length.unwrap_or(entry.arrived).max(1);
    EntryView {
        item: 0,
        path: entry.url.as_str().into(),
        version: 1,
        is_outdated: false,
        variant: None,
        bytes: entry.arrived,
        arrived: (entry.arrived as f64 / length as f64).min(1.0),
        freshness: freshness(entry.age_s * 1_000, entry.lifetime_s * 1_000),
        state: if entry.is_fresh { EntryState::Fresh } else { EntryState::Stale },
        fields: Arc::new(entry.headers.clone()),
    }
}

/// So old, and fresh for so long, in milliseconds; how that came about is the server's to tell.
fn freshness(age_ms: u64, lifetime_ms: u64) -> Freshness {
    let begin = Timestamp(0);
    let initial = InitialAge {
        request_time: begin,
        response_time: begin,
        date_value: begin,
        has_date: false,
        age_value_ms: age_ms,
        apparent_age_ms: 0,
        response_delay_ms: 0,
        corrected_age_value_ms: age_ms,
        corrected_initial_age_ms: age_ms,
    };
    let age = Age { initial, now: begin, resident_time_ms: 0, current_age_ms: age_ms };
    Freshness { lifetime: Lifetime { ms: lifetime_ms, source: LifetimeSource::Nothing }, age }
}

fn origin_state(faults: &Faults) -> OriginState {
    match faults {
        Faults { down: true, .. } => OriginState::Down,
        Faults { error: true, .. } => OriginState::Failing,
        Faults { slow_ms: 0, .. } => OriginState::Up,
        Faults { slow_ms, .. } => OriginState::Slow(u32::try_from(*slow_ms).unwrap_or(u32::MAX)),
    }
}

/// The message that a step sends or brings; none for what happens at the edge itself.
fn flight(step: &Step, edge: Node) -> Option<FlightView> {
    let reader = Node::Reader(0);
    let response = |status, bytes| Cargo::Response { item: 0, status, version: Some(1), bytes };
    let (from, to, cargo) = match *step {
        Step::Asked { .. } => (reader, edge, Cargo::Request { item: 0, is_conditional: false }),
        Step::Forwarded { is_conditional } => {
            (edge, Node::Origin, Cargo::Request { item: 0, is_conditional })
        }
        Step::Fetched { status, .. } => (Node::Origin, edge, response(status, 1)),
        Step::Revalidated => (Node::Origin, edge, response(304, 0)),
        Step::Failed { .. } => (Node::Origin, edge, Cargo::Reset),
        Step::Served { status, bytes, .. } => (edge, reader, response(status, bytes)),
        _ => return None,
    };
    Some(FlightView {
        id: 0,
        from,
        to,
        cargo,
        exchange: None,
        head: UNDER_WAY,
        tail: if matches!(cargo, Cargo::Response { .. }) { 0.0 } else { UNDER_WAY },
        can_be_dropped: false,
        sent_at: Time::ZERO,
    })
}

/// Where the edges stand: an edge that is named after a city in it, any other in one that is free.
fn cities(stats: &Stats) -> Vec<City> {
    let named: Vec<Option<City>> = stats.edges.iter().map(|edge| city_of(&edge.name)).collect();
    let is_free = |city: &City| *city != ORIGIN && !named.contains(&Some(*city));
    let mut free = City::ALL.into_iter().filter(is_free);
    named.iter().filter_map(|city| city.or_else(|| free.next())).collect()
}

fn city_of(name: &str) -> Option<City> {
    City::ALL.into_iter().find(|city| plain(city.name()) == plain(name))
}

/// A name without accents, spaces and capitals.
fn plain(name: &str) -> String {
    let letters = name.chars().flat_map(char::to_lowercase).map(|c| if c == 'ã' { 'a' } else { c });
    letters.filter(char::is_ascii_alphanumeric).collect()
}

/// A city near an edge, in which nobody stands yet.
fn reader_near(edge: City, taken: &[City]) -> City {
    let is_free = |city: &City| *city != ORIGIN && !taken.contains(city);
    let free = City::ALL.into_iter().filter(is_free);
    free.min_by_key(|city| city.km_to(edge)).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::cdn::wire::EdgeStats;

    fn stats(names: &[&str]) -> Stats {
        let edge = |name: &&str| EdgeStats { name: (*name).to_owned(), ..EdgeStats::default() };
        Stats { edges: names.iter().map(edge).collect(), ..Stats::default() }
    }

    #[test]
    fn edges_stand_in_the_cities_after_which_they_are_named() {
        let cities = cities(&stats(&["sao-paulo", "Tokyo", "mine"]));
        assert_eq!(cities[..2], [City::SaoPaulo, City::Tokyo]);
        assert!(![City::SaoPaulo, City::Tokyo, ORIGIN].contains(&cities[2]));
    }

    #[test]
    fn a_step_is_a_message_on_its_way() {
        let feed = Feed::new();
        let step = Step::Forwarded { is_conditional: true };
        let frame = picture(&feed, &stats(&["tokyo", "london"]), 1, Some(&step));
        let [flight] = frame.flights.as_slice() else { panic!("{:?}", frame.flights) };
        assert_eq!((flight.from, flight.to), (Node::Edge(1, 0), Node::Origin));
        assert_eq!(frame.readers[0].edge, Some(1));
        let frame = picture(&feed, &stats(&["tokyo"]), 0, Some(&Step::Joined));
        assert!(frame.flights.is_empty());
    }

    #[test]
    fn an_age_past_the_lifetime_is_stale() {
        assert!(freshness(59_000, 60_000).is_fresh());
        assert!(!freshness(61_000, 60_000).is_fresh());
    }
}
