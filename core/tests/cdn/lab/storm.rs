//! Runs in which everything that can go wrong goes wrong for a while, and then nothing any more.

use playground_core::cdn::eviction::Policy;
use playground_core::cdn::lab::{
    Action, Audience, Control, Item, Lab, Node, OriginState, Pictures, Routing, Scenario,
    Variation, Without,
};
use playground_core::cdn::places::City;
use playground_core::sim::{Rng, Run, Simulation, Time, Timeline, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 10 } else { 300 };
const STORM_MS: u64 = 60_000;
/// When nobody can be waiting any more.
const SETTLED_MS: u64 = STORM_MS + 200_000;

fn control(rng: &mut Rng) -> Control {
    let seconds = |rng: &mut Rng, most| rng.below(most) as u32;
    Control {
        audience: match rng.below(6) {
            0 => Audience::Private,
            1 => Audience::Nobody,
            _ => Audience::Public,
        },
        max_age_s: seconds(rng, 12),
        shared_max_age_s: (rng.below(5) == 0).then(|| seconds(rng, 12)),
        stale_while_revalidate_s: if rng.below(2) == 0 { seconds(rng, 10) } else { 0 },
        stale_if_error_s: if rng.below(2) == 0 { seconds(rng, 20) } else { 0 },
        must_revalidate: rng.below(4) == 0,
    }
}

fn item(rng: &mut Rng, number: u64) -> Item {
    let variation = match rng.below(4) {
        0 => Variation::Language,
        1 => Variation::Reader,
        _ => Variation::None,
    };
    let control = control(rng);
    let changes_every_s = if rng.below(4) == 0 { 5 + rng.below(10) as u32 } else { 0 };
    let kib = 1 + rng.below(200) as u32;
    Item { variation, changes_every_s, ..Item::new(&format!("/item/{number}"), kib, control) }
}

fn scenario(rng: &mut Rng, without: Option<Without>) -> Scenario {
    let cities = |rng: &mut Rng, most: u64| {
        let count = 1 + rng.below(most);
        (0..count).map(|_| *rng.pick(&City::ALL).expect("cities")).collect()
    };
    Scenario {
        origin: *rng.pick(&City::ALL).expect("cities"),
        shield: (rng.below(2) == 0).then(|| *rng.pick(&City::ALL).expect("cities")),
        edges: cities(rng, 4),
        shards: 1 + rng.below(3) as u8,
        routing: if rng.below(3) == 0 { Routing::Modulo } else { Routing::Ring },
        readers: cities(rng, 6),
        items: (0..1 + rng.below(4)).map(|number| item(rng, number)).collect(),
        pictures: Pictures { count: 20, per_second: rng.below(3) as u32, ..Pictures::none() },
        policy: *rng.pick(&Policy::ALL).expect("policies"),
        capacity_kib: 50 + rng.below(1_000) as u32,
        collapsing: rng.below(4) > 0,
        handshakes: rng.below(2) == 0,
        origin_work: (rng.below(200) as u32, 1 + rng.below(4) as u8),
        slow_motion: 1 + rng.below(10) as u32,
        without,
    }
}

fn misfortune(rng: &mut Rng, scenario: &Scenario) -> Action {
    let items = scenario.items.len() as u64;
    let item = rng.below(items) as u16;
    let node = match rng.below(5) {
        0 => Node::Shield,
        _ => Node::Edge(rng.below(4) as u8, rng.below(3) as u8),
    };
    match rng.below(20) {
        0..=2 => Action::Drop { flight: rng.below(1_500) },
        3 => Action::Crash { node },
        4 | 5 => Action::Restart { node },
        6 | 7 => Action::Purge { item: (rng.below(3) > 0).then_some(item) },
        8 => Action::SetOrigin { state: OriginState::Down },
        9 => Action::SetOrigin { state: OriginState::Failing },
        10 => Action::SetOrigin { state: OriginState::Slow(rng.below(900) as u32) },
        11 | 12 => Action::SetOrigin { state: OriginState::Up },
        13 | 14 => Action::Change { item },
        15 => Action::SetControl { item, control: control(rng) },
        16 => Action::SetShield { on: rng.below(2) == 0 },
        17 => Action::SetShards { count: 1 + rng.below(4) as u8 },
        18 => Action::SetCapacity { kib: 1 + rng.below(800) as u32 },
        _ => match rng.below(3) {
            0 => Action::SetPolicy { policy: *rng.pick(&Policy::ALL).expect("policies") },
            1 => Action::SetCollapsing { on: rng.below(2) == 0 },
            _ => Action::Rush { item, each: 2 },
        },
    }
}

fn storm(seed: u64, without: Option<Without>) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let scenario = scenario(&mut rng, without);
    let mut run = Run::new(scenario.clone(), seed);
    for _ in 0..80 {
        let at = Time(rng.below(STORM_MS * 1_000));
        let action = match rng.below(3) {
            0 => misfortune(&mut rng, &scenario),
            _ => Action::Request {
                reader: rng.below(scenario.readers.len() as u64) as u8,
                item: rng.below(scenario.items.len() as u64) as u16,
            },
        };
        run.actions.push((at, action));
    }
    run.actions.sort_by_key(|(at, _)| *at);
    run.actions.push((Time::from_ms(STORM_MS), Action::SetTraffic { per_second: 0 }));
    run
}

fn weather(seed: u64, without: Option<Without>) -> Transcript<Lab> {
    replay(&storm(seed, without), Time::from_ms(SETTLED_MS), u64::MAX)
}

#[test]
fn whatever_happens_every_promise_is_kept() {
    let (mut answered, mut failed, mut stale, mut hits) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let transcript = weather(seed, None);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
        let frame = transcript.state.frame(Time::from_ms(SETTLED_MS));
        let totals = frame.totals;
        assert_eq!(totals.asked, totals.answered + totals.failed, "seed {seed}: somebody waits");
        answered += totals.answered;
        failed += totals.failed;
        stale += totals.stale;
        hits += totals.hits;
    }
    // The storm is neither a calm nor the end of the world.
    assert!(answered > SEEDS * 20 && failed > SEEDS, "{answered} answered, {failed} failed");
    assert!(hits > SEEDS * 2 && stale > SEEDS / 4, "{hits} hits, {stale} stale");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_storm_finds_out_what_is_left_out() {
    for (without, promise) in [
        (Without::Vary, "everybody gets the variant that was asked for"),
        (Without::Private, "a private answer reaches nobody else"),
        (Without::Age, "nothing is served for longer than its origin has allowed"),
        (Without::MustRevalidate, "nothing is served for longer than its origin has allowed"),
        (Without::Timeouts, "nobody waits forever"),
        (Without::Collapsing, "where misses are collapsed, a cache fetches a thing once at a time"),
    ] {
        let breaks = |seed: &u64| {
            let transcript = weather(*seed, Some(without));
            transcript.violations.iter().any(|it| it.invariant == promise)
        };
        assert!((0..100).any(|seed| breaks(&seed)), "{without:?}: {promise}");
    }
}

#[test]
fn a_storm_can_be_travelled() {
    for seed in 0..4 {
        let run = storm(seed, None);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(Time::from_ms(STORM_MS));
        let mut rng = Rng::new(seed);
        for _ in 0..5 {
            let at = Time(rng.below(STORM_MS * 1_000));
            timeline.seek(at);
            let replayed = replay(&run, at, u64::MAX).state.frame(at);
            assert!(timeline.frame() == replayed, "seed {seed} at {at}");
        }
    }
}
