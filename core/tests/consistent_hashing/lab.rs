//! The lab: whatever a reader does, sense or nonsense, keys have owners, counters add up, refusals
//! change nothing, and every journey ends.

use playground_core::consistent_hashing::lab::{
    DEPARTURES, LONGEST_KEY_BYTES, MOST_KEYS, MOST_OWN_KEYS, MOST_SHARDS, MOST_VIRTUAL_NODES,
    MOST_WEIGHT, Moved, TRAVEL, position_to_turn, shard_name, turn_to_position,
};
use playground_core::consistent_hashing::{
    Action, Event, Frame, HashKind, Lab, RingError, Scenario, ShardId,
};
use playground_core::sim::{Rng, Run, Simulation, Time, Timeline, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 100 } else { 2_000 };

fn lab(scenario: &Scenario) -> Lab {
    Lab::new(scenario, Rng::new(1))
}

/// A timeline at the start of this scenario.
fn timeline(scenario: Scenario) -> Timeline<Lab> {
    Timeline::new(Run::new(scenario, 1))
}

fn ms(ms: u64) -> Time {
    Time::from_ms(ms)
}

/// Something a reader might do, or a link might say.
fn action(rng: &mut Rng) -> Action {
    let shard = ShardId(rng.below(8) as u32);
    let nonsense = rng.chance(100_000);
    let shard = if nonsense { ShardId(u32::MAX) } else { shard };
    let weight = if nonsense { u32::MAX * rng.below(2) as u32 } else { 1 + rng.below(3) as u32 };
    let virtual_node = rng.below(4) as u32;
    match rng.below(10) {
        0 => Action::AddShard { weight },
        1 => Action::RemoveShard { shard },
        2..=3 => Action::CrashShard { shard },
        4..=5 => Action::RestartShard { shard },
        6 => Action::PlacePoint { shard, virtual_node, turn: rng.below(65_536) as u16 },
        7 => Action::ReleasePoint { shard, virtual_node },
        8 => Action::SetWeight { shard, weight },
        _ if nonsense => Action::SetVirtualNodes { virtual_nodes: 1_000 * rng.below(2) as u32 },
        _ => Action::SetVirtualNodes { virtual_nodes: rng.below(4) as u32 },
    }
}

/// Everything of a frame that an action could change, the moment left out.
fn without_time(mut frame: Frame) -> Frame {
    frame.now = Time::ZERO;
    frame
}

fn is_refusal(events: &[Event]) -> bool {
    matches!(events, [Event::Refused { .. }])
}

/// What a frame must be in itself.
fn check_frame(frame: &Frame) {
    let owned: u32 = frame.shards().iter().map(|shard| shard.keys).sum();
    let owned_by_modulo: u32 = frame.shards().iter().map(|shard| shard.modulo_keys).sum();
    let keys = if frame.points().is_empty() { 0 } else { frame.names.len() as u32 };
    assert_eq!((owned, owned_by_modulo), (keys, keys), "every key has one owner, if any is up");
    let share: f64 = frame.shards().iter().map(|shard| shard.share).sum();
    let all = if frame.points().is_empty() { 0.0 } else { 1.0 };
    assert!((share - all).abs() < 1e-9, "the shards share out the circle, not {share} of it");
    for key in frame.keys() {
        let owner = key.point.map(|point| frame.points()[point].shard);
        assert_eq!(owner, key.shard, "a key's point is one of its shard's");
        assert!(key.shard.is_some() || key.journey.is_none(), "nobody travels to nowhere");
        assert!(key.journey.is_none_or(|it| (0.0..=1.0).contains(&it.progress)));
    }
    let travelling = frame.keys().filter(|key| key.journey.is_some()).count();
    assert_eq!(frame.travelling as usize, travelling);
    assert!(frame.shards().iter().all(|it| it.is_up || (it.keys == 0 && it.share == 0.0)));
}

#[test]
fn whatever_a_reader_does_the_lab_stays_sound() {
    let mut refusals = 0_u64;
    let mut without_owner = 0_u64;
    for seed in 0..SEEDS {
        let mut rng = Rng::new(seed);
        let hash = if rng.chance(500_000) { HashKind::Md5 } else { HashKind::XxHash64 };
        let shards = 1 + rng.below(5) as u32;
        let scenario = Scenario {
            shards,
            virtual_nodes: 1 + rng.below(3) as u32,
            keys: 30,
            hash,
            own_keys: vec![],
        };
        let mut timeline = Timeline::new(Run::<Lab>::new(scenario, seed));
        let mut moved = Moved::default();
        for _ in 0..12 {
            timeline.advance(Time(timeline.now().0 + rng.below(600_000)));
            let before = timeline.frame();
            let events = timeline.act(action(&mut rng));
            let after = timeline.frame();
            let place = || format!("seed {seed}: {:?}", timeline.run().actions);
            if is_refusal(&events) {
                refusals += 1;
                assert_eq!(without_time(before), without_time(after.clone()), "{}", place());
            }
            for event in &events {
                if let Event::KeysMoved(by) = event {
                    moved.ring += by.ring;
                    moved.modulo += by.modulo;
                    assert_eq!(after.last_moved, *by, "{}", place());
                }
            }
            assert_eq!(after.moved, moved, "{}", place());
            assert_eq!(timeline.broken_invariants().next(), None, "{}", place());
            check_frame(&after);
            without_owner += u64::from(after.points().is_empty());
        }
        let end = Time(timeline.now().0 + (DEPARTURES + TRAVEL).0);
        timeline.advance(end);
        assert_eq!(timeline.next_at(), None, "seed {seed}: every journey ends in time");
        assert_eq!(timeline.frame().travelling, 0, "seed {seed}");
        check_frame(&timeline.frame());
        // The run is all it takes: a plain replay ends in the same picture, unbroken.
        let replayed = replay(timeline.run(), end, u64::MAX);
        assert_eq!(replayed.violations, [], "seed {seed}");
        assert_eq!(replayed.state.frame(end), timeline.frame(), "seed {seed}");
    }
    // Runs without refusals and without empty rings would prove little.
    assert!(refusals > SEEDS && without_owner > SEEDS / 10, "{refusals}, {without_owner}");
}

#[test]
fn what_is_impossible_is_refused_by_name() {
    let mut timeline = timeline(Scenario::default());
    timeline.act(Action::CrashShard { shard: ShardId(2) });
    let before = without_time(timeline.frame());
    let unknown = ShardId(99);
    let known = ShardId(0);
    let cases = [
        (Action::RemoveShard { shard: unknown }, "there is no shard 99"),
        (Action::CrashShard { shard: unknown }, "there is no shard 99"),
        (Action::RestartShard { shard: unknown }, "there is no shard 99"),
        (Action::CrashShard { shard: ShardId(2) }, "shard 2 is down already"),
        (Action::RestartShard { shard: known }, "shard 0 is up already"),
        (Action::SetWeight { shard: unknown, weight: 1 }, "there is no shard 99"),
        (Action::SetWeight { shard: known, weight: 0 }, "a shard must have a weight of at least 1"),
        (Action::SetVirtualNodes { virtual_nodes: 0 }, "a shard must have at least 1 virtual node"),
        (
            Action::PlacePoint { shard: known, virtual_node: 1, turn: 0 },
            "the shard has no virtual node 1",
        ),
        (Action::PlacePoint { shard: unknown, virtual_node: 0, turn: 0 }, "there is no shard 99"),
        (Action::ReleasePoint { shard: known, virtual_node: 1 }, "the shard has no virtual node 1"),
    ];
    for (action, reason) in cases {
        let events = timeline.act(action.clone());
        assert_eq!(events, [Event::Refused { reason: reason.to_owned() }], "{action:?}");
        assert_eq!(without_time(timeline.frame()), before, "{action:?}");
    }
}

#[test]
fn numbers_beyond_the_limits_become_the_limits() {
    let scenario = Scenario {
        shards: 0,
        virtual_nodes: 0,
        keys: u32::MAX,
        hash: HashKind::Md5,
        own_keys: vec![],
    };
    let clamped = scenario.clamped();
    assert_eq!((clamped.shards, clamped.virtual_nodes, clamped.keys), (1, 1, MOST_KEYS));
    let most = Scenario { shards: u32::MAX, virtual_nodes: u32::MAX, ..scenario.clone() }.clamped();
    assert_eq!((most.shards, most.virtual_nodes), (MOST_SHARDS, MOST_VIRTUAL_NODES));
    let mut timeline = timeline(Scenario { keys: 0, ..Scenario::default() });
    let added = ShardId(5);
    assert_eq!(
        timeline.act(Action::AddShard { weight: u32::MAX }),
        [Event::ShardAdded { shard: added }]
    );
    assert_eq!(timeline.frame().shards()[5].weight, MOST_WEIGHT);
    assert!(is_refusal(&timeline.act(Action::AddShard { weight: 0 })));
    assert_eq!(timeline.frame().shards().len(), 6);
    // An event says what is, not what was asked for.
    let shard = ShardId(0);
    assert_eq!(
        timeline.act(Action::SetWeight { shard, weight: 99 }),
        [Event::WeightSet { shard, weight: MOST_WEIGHT }]
    );
    assert_eq!(timeline.frame().shards()[0].weight, MOST_WEIGHT);
    assert_eq!(
        timeline.act(Action::SetVirtualNodes { virtual_nodes: u32::MAX }),
        [Event::VirtualNodesSet { virtual_nodes: MOST_VIRTUAL_NODES }]
    );
    assert_eq!(timeline.frame().virtual_nodes, MOST_VIRTUAL_NODES);
}

#[test]
fn a_run_has_room_for_so_many_shards() {
    let scenario = Scenario { shards: MOST_SHARDS, keys: 0, ..Scenario::default() };
    let mut timeline = timeline(scenario);
    assert!(is_refusal(&timeline.act(Action::AddShard { weight: 1 })));
    assert_eq!(timeline.frame().shards().len(), MOST_SHARDS as usize);
    timeline.act(Action::RemoveShard { shard: ShardId(0) });
    assert!(!is_refusal(&timeline.act(Action::AddShard { weight: 1 })));
}

#[test]
fn without_shards_keys_have_no_owner_and_get_one_back() {
    let scenario = Scenario { shards: 2, keys: 40, ..Scenario::default() };
    let mut timeline = timeline(scenario);
    timeline.act(Action::CrashShard { shard: ShardId(0) });
    timeline.advance(ms(100));
    let events = timeline.act(Action::CrashShard { shard: ShardId(1) });
    assert_eq!(events[0], Event::ShardCrashed { shard: ShardId(1), lost_keys: 40 });
    assert_eq!(events[1], Event::KeysMoved(Moved { ring: 40, modulo: 40 }));
    let frame = timeline.frame();
    assert!(frame.keys().all(|key| key.shard.is_none() && key.point.is_none()));
    assert_eq!(frame.travelling, 0, "there is nowhere to go");
    check_frame(&frame);
    // Those under way to the shard that has just died do not arrive.
    timeline.advance(ms(3_000));
    let arrivals = timeline.past().flat_map(|past| &past.events);
    let arrivals = arrivals.filter(|event| matches!(event, Event::KeysArrived { .. })).count();
    assert_eq!(arrivals, 0, "nothing arrives nowhere");
    timeline.act(Action::RestartShard { shard: ShardId(0) });
    let frame = timeline.frame();
    assert!(frame.keys().all(|key| key.shard == Some(ShardId(0))));
    let from_the_database = |key: &playground_core::consistent_hashing::lab::KeyView| {
        key.journey.is_some_and(|journey| journey.from.is_none())
    };
    assert!(frame.keys().all(|key| from_the_database(&key)), "it came back empty");
    timeline.advance(ms(6_000));
    assert_eq!(timeline.frame().travelling, 0);
    assert_eq!(timeline.state().ring().owner(b"any"), Ok(ShardId(0)));
}

#[test]
fn the_only_shard_may_crash_and_be_removed() {
    let mut timeline = timeline(Scenario { shards: 1, ..Scenario::default() });
    let only = ShardId(0);
    assert!(!is_refusal(&timeline.act(Action::CrashShard { shard: only })));
    assert_eq!(timeline.state().ring().owner(b"any"), Err(RingError::Empty));
    assert!(!is_refusal(&timeline.act(Action::RemoveShard { shard: only })));
    assert_eq!(timeline.frame().shards(), []);
    assert!(is_refusal(&timeline.act(Action::RestartShard { shard: only })));
    assert!(!is_refusal(&timeline.act(Action::AddShard { weight: 1 })));
    check_frame(&timeline.frame());
    assert_eq!(timeline.frame().shards()[0].name, "B", "a name is not given to another shard");
    timeline.advance(ms(2_000));
    assert_eq!(timeline.frame().shards()[0].keys, 60);
    assert_eq!(timeline.frame().travelling, 0);
}

#[test]
fn a_crash_loads_from_the_database_and_a_removal_hands_over() {
    for (action, from) in [
        (Action::CrashShard { shard: ShardId(0) }, None),
        (Action::RemoveShard { shard: ShardId(0) }, Some(ShardId(0))),
    ] {
        let mut timeline = timeline(Scenario::default());
        let held: Vec<bool> =
            timeline.frame().keys().map(|key| key.shard == Some(ShardId(0))).collect();
        assert!(held.contains(&true), "shard 0 owns a key to begin with");
        timeline.act(action);
        for (key, held) in timeline.frame().keys().zip(held) {
            assert_eq!(key.journey.is_some(), held, "only its own keys move");
            assert!(key.journey.is_none_or(|journey| journey.from == from));
        }
    }
}

#[test]
fn a_key_sent_on_arrives_once() {
    let mut timeline = timeline(Scenario { keys: 200, ..Scenario::default() });
    timeline.act(Action::CrashShard { shard: ShardId(1) });
    timeline.advance(ms(300));
    timeline.act(Action::RestartShard { shard: ShardId(1) });
    timeline.advance(ms(5_000));
    let mut arrivals = vec![0; 200];
    for past in timeline.past() {
        for event in &past.events {
            if let Event::KeysArrived { keys } = event {
                keys.iter().for_each(|key| arrivals[*key as usize] += 1);
            }
        }
    }
    assert!(arrivals.iter().all(|count| *count <= 1), "{arrivals:?}");
    assert!(arrivals.contains(&1));
    assert_eq!(timeline.frame().travelling, 0);
}

#[test]
fn points_on_one_spot_still_share_out_the_whole_circle() {
    let mut timeline = timeline(Scenario { shards: 2, ..Scenario::default() });
    for shard in [ShardId(1), ShardId(0)] {
        timeline.act(Action::PlacePoint { shard, virtual_node: 0, turn: 100 });
    }
    let frame = timeline.frame();
    check_frame(&frame);
    assert_eq!(frame.shards()[0].share, 1.0, "the first by name owns everything");
    assert_eq!(frame.shards()[0].keys, 60);
}

#[test]
fn seeds_change_the_keys_and_nothing_else() {
    let scenario = Scenario::default();
    let [one, other] = [1, 2].map(|seed| Lab::new(&scenario, Rng::new(seed)));
    assert_ne!(one.keys(), other.keys());
    assert_eq!(one.ring().points(), other.ring().points());
    assert_eq!(lab(&scenario).keys(), one.keys());
    assert_eq!(one.moved(), Moved::default());
}

#[test]
fn names_go_on_like_the_columns_of_a_spreadsheet() {
    let known = [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (701, "ZZ")];
    for (number, name) in known {
        assert_eq!(shard_name(ShardId(number)), name);
    }
    assert_eq!(shard_name(ShardId(702)), "AAA");
    assert!(!shard_name(ShardId(u32::MAX)).is_empty());
}

#[test]
fn turns_are_positions_rounded_around_the_circle() {
    for turn in (0..=u16::MAX).step_by(257) {
        assert_eq!(position_to_turn(turn_to_position(turn)), turn);
        assert_eq!(position_to_turn(turn_to_position(turn).wrapping_sub(1 << 47)), turn);
        assert_eq!(position_to_turn(turn_to_position(turn) + (1 << 47) - 1), turn);
    }
    assert_eq!(position_to_turn(u64::MAX), 0, "the end of the circle is its start");
}

/// A key that is sent elsewhere while it travels leaves the batch that it travelled in: whoever
/// steps always sees something happen.
#[test]
fn every_step_brings_something_about() {
    let mut timeline = timeline(Scenario::default());
    for _ in 0..3 {
        timeline.act(Action::CrashShard { shard: ShardId(1) });
        timeline.act(Action::RestartShard { shard: ShardId(1) });
    }
    while timeline.step() {}
    assert!(timeline.past().len() > 6, "keys are under way after the last restart");
    assert!(timeline.past().all(|past| !past.events.is_empty()));
}

#[test]
fn a_readers_own_keys_stand_in_place_of_generated_ones() {
    let own = ["cart:17", "", "session:9", "cart:17", &"x".repeat(LONGEST_KEY_BYTES + 1)];
    let own_keys = own.map(str::to_owned).to_vec();
    let timeline = timeline(Scenario { own_keys, ..Scenario::default() });
    let names: Vec<&str> = timeline.state().keys().iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["cart:17", "session:9"], "no blanks, no repetitions, nothing endless");
    let many = (0..MOST_OWN_KEYS + 5).map(|number| number.to_string()).collect();
    let clamped = Scenario { own_keys: many, ..Scenario::default() }.clamped();
    assert_eq!(clamped.own_keys.len(), MOST_OWN_KEYS);
}

#[test]
fn a_key_looked_up_is_found_where_the_frame_has_it() {
    let mut timeline = timeline(Scenario { virtual_nodes: 3, ..Scenario::default() });
    timeline.act(Action::CrashShard { shard: ShardId(3) });
    let frame = timeline.frame();
    for (key, view) in frame.names.iter().zip(frame.keys()) {
        let found = timeline.state().look_up(&key.name).expect("shards are up");
        assert_eq!(found.position, key.position);
        assert_eq!(Some(found.point.shard), view.shard);
        assert_eq!(Some(found.point), view.point.map(|point| frame.points()[point]));
        assert_eq!(found.rest, key.position % 4, "four of five are up");
    }
    for shard in [0, 1, 2, 4].map(ShardId) {
        timeline.act(Action::CrashShard { shard });
    }
    assert_eq!(timeline.state().look_up("cart:17"), None);
}

/// Over many rings the loads spread as theory says. Names hash to points as good as random, so rings of
/// 20 shards that differ in which shards have been removed before are as many draws: a variance estimated
/// from 100 of them is off by about √(2 / 2,000) = 3 %, somewhat more for the long tail of arcs; 20 % is
/// far beyond that.
#[test]
fn loads_spread_as_theory_expects() {
    for virtual_nodes in [1, 4] {
        let scenario = Scenario { shards: 20, virtual_nodes, keys: 100, ..Scenario::default() };
        let mut lab = lab(&scenario);
        let (mut measured, mut expected) = (0.0, 0.0);
        for _ in 0..100 {
            let spread = lab.frame(Time::ZERO).spread().expect("shards are up");
            measured += spread.ring * spread.ring;
            let theory = spread.expected.expect("nothing is placed or heavier");
            expected += theory * theory;
            for _ in 0..20 {
                let oldest = lab.frame(Time::ZERO).shards()[0].id;
                lab.act(Time::ZERO, Action::RemoveShard { shard: oldest });
                lab.act(Time::ZERO, Action::AddShard { weight: 1 });
            }
        }
        let ratio: f64 = measured / expected;
        assert!((0.8..1.2).contains(&ratio), "{virtual_nodes} virtual nodes: {ratio}");
        let shard = lab.frame(Time::ZERO).shards()[0].id;
        lab.act(Time::ZERO, Action::SetWeight { shard, weight: 2 });
        let spread = lab.frame(Time::ZERO).spread().expect("shards are up");
        assert_eq!(spread.expected, None, "theory speaks of equal weights");
    }
}
