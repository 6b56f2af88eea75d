//! What each scenario shows, and which promise breaks if a part of the rules is left out.

use playground_core::cdn::lab::{
    Action, Event, Exchange, Frame, Lab, Node, Outcome, Scenario, Served, Without,
};
use playground_core::cdn::scenarios::{self, Named};
use playground_core::sim::{Rng, Simulation, Time, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn run(named: &Named) -> Transcript<Lab> {
    replay(&named.run, named.until, u64::MAX)
}

fn end(named: &Named) -> Frame {
    run(named).state.frame(named.until)
}

fn outcomes(frame: &Frame) -> Vec<Outcome> {
    frame.exchanges.iter().filter_map(|it| Some(it.end?.1)).collect()
}

fn served(expected: &[Served]) -> Vec<Outcome> {
    expected.iter().map(|it| Outcome::Answered(*it)).collect()
}

fn first_byte_ms(exchange: &Exchange) -> u64 {
    exchange.took_us.0.expect("it was answered") / 1_000
}

#[test]
fn a_first_visit_is_a_miss_and_the_next_are_hits() {
    let frame = end(&scenarios::opening());
    let expected = served(&[Served::Miss, Served::Hit, Served::Hit, Served::Miss]);
    assert_eq!(outcomes(&frame), expected);
    assert_eq!(frame.totals.origin_requests, 2);
}

#[test]
fn the_first_byte_is_a_hundred_times_nearer() {
    let frame = end(&scenarios::distance());
    let [_, far, miss, near] = &frame.exchanges[..] else { panic!("{:?}", frame.exchanges) };
    let ms = [far, miss, near].map(first_byte_ms);
    // Three round trips of 19,762 km, or of 195 km and a last mile.
    assert_eq!(ms, [922, 376, 41]);
    assert_eq!(outcomes(&frame)[1..], served(&[Served::Hit, Served::Miss, Served::Hit]));
}

#[test]
fn collapsing_spares_the_origin() {
    let (with, without) = (end(&scenarios::stampede()), end(&scenarios::stampede_alone()));
    assert_eq!(with.totals.origin_requests, 5, "one from each edge");
    assert_eq!(without.totals.origin_requests, 40);
    assert_eq!((with.totals.answered, with.totals.failed), (40, 0));
    assert_eq!((without.totals.answered, without.totals.failed), (24, 16), "patience has an end");
    assert!(with.latency.first_byte_us[2] * 2 < without.latency.first_byte_us[2]);
    assert!(without.origin.most_busy > 4 * with.origin.most_busy);
}

#[test]
fn a_copy_expires_and_holds_and_changes() {
    let frame = end(&scenarios::expiry());
    let expected =
        served(&[Served::Miss, Served::Hit, Served::Revalidated, Served::Hit, Served::Miss]);
    assert_eq!(outcomes(&frame), expected);
    let versions: Vec<_> = frame.exchanges.iter().map(|it| it.version.expect("a body")).collect();
    assert_eq!(versions, [1, 1, 1, 1, 2]);
    assert_eq!(frame.totals.origin_not_modified, 1);
}

#[test]
fn stale_is_served_at_once_and_validated_meanwhile() {
    let frame = end(&scenarios::stale_while_revalidate());
    let stale = Served::StaleWhileRevalidate;
    assert_eq!(outcomes(&frame), served(&[Served::Miss, stale, stale, Served::Hit]));
    let versions: Vec<_> = frame.exchanges.iter().map(|it| it.version.expect("a body")).collect();
    assert_eq!(versions, [1, 1, 1, 2]);
    assert!(frame.exchanges[1..].iter().all(|it| first_byte_ms(it) < 20), "nobody waits");
}

#[test]
fn a_dead_origin_is_no_reason_to_serve_what_must_be_validated() {
    let frame = end(&scenarios::origin_dies());
    let expected = [
        Outcome::Answered(Served::Miss),
        Outcome::Answered(Served::Miss),
        Outcome::Answered(Served::StaleIfError),
        Outcome::Failed(504),
        Outcome::Answered(Served::Revalidated),
        Outcome::Answered(Served::Revalidated),
    ];
    assert_eq!(outcomes(&frame), expected);
}

#[test]
fn a_purge_reaches_everybody_the_shield_first() {
    let named = scenarios::purge();
    let purged: Vec<Node> = run(&named)
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Purged { by, .. } => Some(*by),
            _ => None,
        })
        .collect();
    assert_eq!(purged.len(), 6);
    assert_eq!(purged[0], Node::Shield);
    let frame = end(&named);
    let versions: Vec<_> = frame.exchanges.iter().map(|it| it.version.expect("a body")).collect();
    assert_eq!(versions, [1, 1, 1, 1, 2, 2, 2], "the fourth is what is served without a purge");
}

#[test]
fn each_reader_has_the_variant_that_is_meant() {
    let frame = end(&scenarios::variants());
    let got = outcomes(&frame);
    assert_eq!(got[..3], served(&[Served::Miss, Served::Miss, Served::Hit]));
    assert!(got[3..].iter().all(|it| matches!(it, Outcome::Answered(Served::Miss | Served::Pass))));
    let singapore = &frame.edges[3].shards[0];
    let variants: Vec<_> = singapore.entries.iter().map(|it| it.variant.clone()).collect();
    assert_eq!(variants, [Some("en".into()), Some("ja".into())]);
}

#[test]
fn a_shield_asks_once_for_all_edges() {
    let named = scenarios::shield();
    let asked: Vec<Time> = run(&named)
        .events
        .iter()
        .filter_map(|(at, event)| matches!(event, Event::OriginAsked { .. }).then_some(*at))
        .collect();
    let (with, without) = asked.split_at(asked.partition_point(|at| *at < Time::from_ms(15_000)));
    assert_eq!((with.len(), without.len()), (1, 5));
}

/// The hit ratio in percent in some seconds of a run.
fn hit_percent(frame: &Frame, from: u32, to: u32) -> u32 {
    let samples = frame.history.iter().filter(|it| (from..to).contains(&it.second));
    let (hits, answers) = samples.fold((0, 0), |(h, a), it| (h + it.hits, a + it.answers));
    hits * 100 / answers.max(1)
}

#[test]
fn with_a_ring_a_dead_server_takes_few_copies_along() {
    let ring = end(&scenarios::edge_dies());
    let modulo = end(&scenarios::edge_dies_modulo());
    let [a, b] = [&ring, &modulo].map(|it| hit_percent(it, 20, 30));
    assert!(a >= b + 10, "by the ring {a} %, by modulo {b} %");
    let [a, b] = [&ring, &modulo].map(|it| it.totals.origin_requests);
    assert!(a < b, "by the ring {a} requests at the origin, by modulo {b}");
}

#[test]
fn a_scan_does_not_impress_every_policy() {
    let [lru, s3_fifo] =
        [scenarios::scan(), scenarios::scan_resistant()].map(|it| hit_percent(&end(&it), 8, 25));
    assert!(s3_fifo >= lru + 5, "LRU {lru} %, S3-FIFO {s3_fifo} %");
}

#[test]
fn each_part_that_is_left_out_breaks_what_its_scenario_says() {
    for (without, broken) in [
        (Without::Vary, "everybody gets the variant that was asked for"),
        (Without::Private, "a private answer reaches nobody else"),
        (Without::Age, "nothing is served for longer than its origin has allowed"),
        (Without::MustRevalidate, "nothing is served for longer than its origin has allowed"),
        (Without::PurgeOrder, "what was purged is not served again"),
        (Without::PurgeOfFetches, "what was purged is not served again"),
        (Without::Timeouts, "nobody waits forever"),
        (Without::Collapsing, "where misses are collapsed, a cache fetches a thing once at a time"),
    ] {
        let named = scenarios::of_without(without);
        let found: Vec<&str> = run(&named).violations.iter().map(|it| it.invariant).collect();
        assert_eq!(found, [broken], "{}", named.name);
        // The same run by all the rules breaks nothing.
        let mut whole = named.clone();
        whole.run.scenario.without = None;
        let transcript = run(&whole);
        assert_eq!(transcript.violations, [], "{}", named.name);
        let is_refused = |event: &Event| matches!(event, Event::Refused { .. });
        assert!(!transcript.events.iter().any(|(_, it)| is_refused(it)), "{}", named.name);
    }
}

#[test]
fn what_is_impossible_changes_nothing_and_says_why() {
    let at = Time::from_ms(1);
    for action in [
        Action::Request { reader: 99, item: 0 },
        Action::Request { reader: 0, item: 99 },
        Action::Rush { item: 99, each: 1 },
        Action::Purge { item: Some(99) },
        Action::Crash { node: Node::Origin },
        Action::Crash { node: Node::Shield },
        Action::Restart { node: Node::Edge(0, 0) },
        Action::Change { item: 99 },
        Action::SetShield { on: true },
        Action::SetShards { count: 1 },
        Action::Drop { flight: 1 },
    ] {
        let mut lab = Lab::new(&Scenario::default(), Rng::new(1));
        let before = lab.frame(at);
        let events = lab.act(at, action.clone());
        assert!(matches!(&events[..], [Event::Refused { .. }]), "{action:?}: {events:?}");
        assert!(lab.frame(at) == before, "{action:?}");
    }
}
