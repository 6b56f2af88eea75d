//! The experiment: what it counts adds up, and its outcomes are the same for ever and everywhere.

use expect_test::expect;
use playground_core::consistent_hashing::experiment::{
    Bin, Change, Load, MOST_KEYS, MOST_SHARDS, MOST_VIRTUAL_NODES,
};
use playground_core::consistent_hashing::{
    Algorithm, Experiment, HashKind, KeyHash, Outcome, Ring, RingError, ShardId,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Small enough for every algorithm, also where nothing is optimised.
const SMALL: Experiment = Experiment {
    shards: 40,
    virtual_nodes: 8,
    hash: HashKind::XxHash64,
    keys: 2_000,
    remove: 6,
    add: 9,
    seed: 1,
};

fn run(experiment: &Experiment, algorithm: Algorithm) -> Outcome {
    experiment.run(algorithm).expect("all algorithms can do this")
}

/// The outcome's main figures in two lines.
fn summary(outcome: &Outcome) -> String {
    let load = |load: &Load| {
        let Load { mean, standard_deviation, min, p99, max, .. } = load;
        format!("{mean:.3} ± {standard_deviation:.6}, {min} to {max}, p99 {p99}")
    };
    let change = |change: &Change| {
        let Change { moved, necessary, expected_percent, .. } = change;
        format!("{moved} moved, {necessary} necessary, {expected_percent:.4} % expected")
    };
    let (removal, addition) = (&outcome.removal, &outcome.addition);
    format!(
        "{}: {}\n  removal: {}; {}\n  addition: {}; {}\n",
        outcome.algorithm.name(),
        load(&outcome.load),
        change(removal),
        load(&removal.load),
        change(addition),
        load(&addition.load),
    )
}

#[test]
fn the_reference_experiment_stays() {
    let experiment = Experiment::reference(1);
    let keys = experiment.keys();
    let quick = [Algorithm::Ring, Algorithm::Jump, Algorithm::Anchor, Algorithm::Modulo];
    let summary = |algorithm| {
        summary(&experiment.run_on(algorithm, &keys).expect("all algorithms can do this"))
    };
    expect![[r#"
        Hash ring: 10.000 ± 6.689993, 0 to 47, p99 32
          removal: 503 moved, 503 necessary, 5.0000 % expected; 10.526 ± 6.969924, 0 to 47, p99 33
          addition: 475 moved, 475 necessary, 5.0000 % expected; 10.000 ± 6.790582, 0 to 47, p99 30
        Jump hash: 10.000 ± 3.085126, 1 to 20, p99 17
          removal: 493 moved, 493 necessary, 5.0000 % expected; 10.526 ± 3.128282, 2 to 21, p99 18
          addition: 493 moved, 493 necessary, 5.0000 % expected; 10.000 ± 3.085126, 1 to 20, p99 17
        AnchorHash: 10.000 ± 3.321445, 2 to 27, p99 19
          removal: 476 moved, 476 necessary, 5.0000 % expected; 10.526 ± 3.395793, 2 to 28, p99 19
          addition: 476 moved, 476 necessary, 5.0000 % expected; 10.000 ± 3.321445, 2 to 27, p99 19
        Hash modulo n: 10.000 ± 3.155947, 2 to 21, p99 18
          removal: 9948 moved, 536 necessary, 5.0000 % expected; 10.526 ± 3.235794, 1 to 22, p99 19
          addition: 9502 moved, 503 necessary, 5.0000 % expected; 10.000 ± 3.155947, 2 to 21, p99 18
    "#]]
    .assert_eq(&quick.map(summary).concat());
}

#[test]
fn outcomes_stay() {
    let outcomes = SMALL.run_all().expect("all algorithms can do this");
    expect![[r#"
        Hash ring: 50.000 ± 17.633774, 23 to 102, p99 102
          removal: 331 moved, 331 necessary, 15.0000 % expected; 58.824 ± 20.006573, 29 to 107, p99 107
          addition: 389 moved, 389 necessary, 20.9302 % expected; 46.512 ± 15.826637, 19 to 85, p99 85
        Bounded loads: 50.000 ± 11.681181, 23 to 63, p99 63
          removal: 390 moved, 302 necessary, 15.0000 % expected; 58.824 ± 13.147289, 31 to 74, p99 74
          addition: 489 moved, 401 necessary, 20.9302 % expected; 46.512 ± 12.177700, 20 to 59, p99 59
        Multi-probe: 50.000 ± 13.382825, 4 to 75, p99 75
          removal: 313 moved, 313 necessary, 15.0000 % expected; 58.824 ± 13.115932, 4 to 79, p99 79
          addition: 392 moved, 392 necessary, 20.9302 % expected; 46.512 ± 10.237578, 4 to 63, p99 63
        Rendezvous: 50.000 ± 7.864477, 32 to 69, p99 69
          removal: 318 moved, 318 necessary, 15.0000 % expected; 58.824 ± 7.073025, 44 to 76, p99 76
          addition: 420 moved, 420 necessary, 20.9302 % expected; 46.512 ± 5.840405, 34 to 62, p99 62
        Jump hash: 50.000 ± 7.433034, 34 to 64, p99 64
          removal: 320 moved, 320 necessary, 15.0000 % expected; 58.824 ± 7.942701, 42 to 75, p99 75
          addition: 441 moved, 441 necessary, 20.9302 % expected; 46.512 ± 7.121445, 30 to 60, p99 60
        Maglev: 50.000 ± 6.434283, 36 to 67, p99 67
          removal: 301 moved, 292 necessary, 15.0000 % expected; 58.824 ± 6.608687, 44 to 75, p99 75
          addition: 434 moved, 424 necessary, 20.9302 % expected; 46.512 ± 5.739995, 30 to 58, p99 58
        AnchorHash: 50.000 ± 8.363612, 34 to 69, p99 69
          removal: 303 moved, 303 necessary, 15.0000 % expected; 58.824 ± 8.597095, 41 to 75, p99 75
          addition: 412 moved, 412 necessary, 20.9302 % expected; 46.512 ± 7.895751, 32 to 64, p99 64
        Hash modulo n: 50.000 ± 6.356099, 37 to 66, p99 66
          removal: 1957 moved, 298 necessary, 15.0000 % expected; 58.824 ± 8.194225, 46 to 81, p99 81
          addition: 1962 moved, 447 necessary, 20.9302 % expected; 46.512 ± 6.162045, 29 to 63, p99 63
    "#]]
    .assert_eq(&outcomes.iter().map(summary).collect::<String>());
    let json = serde_json::to_string(&outcomes[0]).expect("plain data");
    let read: Outcome = serde_json::from_str(&json).expect("what was written");
    // Reading may round the last bit of a figure that is not a whole number.
    assert_eq!((read.algorithm, read.experiment), (outcomes[0].algorithm, outcomes[0].experiment));
    assert_eq!(read.addition.shards, outcomes[0].addition.shards);
    assert_eq!(read.removal.load.histogram, outcomes[0].removal.load.histogram);
    let json = serde_json::to_string(&outcomes[4].removal).expect("plain data");
    expect![[r#"{"shards":[39,38,37,36,35,34],"moved":320,"moved_percent":16.0,"necessary":320,"necessary_percent":16.0,"expected_percent":15.0,"load":{"shards":34,"mean":58.8235294117647,"standard_deviation":7.942701378643883,"min":42,"p99":75,"max":75,"max_over_mean":1.275,"histogram":[{"from":0,"to":3,"shards":0},{"from":4,"to":7,"shards":0},{"from":8,"to":11,"shards":0},{"from":12,"to":15,"shards":0},{"from":16,"to":19,"shards":0},{"from":20,"to":23,"shards":0},{"from":24,"to":27,"shards":0},{"from":28,"to":31,"shards":0},{"from":32,"to":35,"shards":0},{"from":36,"to":39,"shards":0},{"from":40,"to":43,"shards":1},{"from":44,"to":47,"shards":2},{"from":48,"to":51,"shards":3},{"from":52,"to":55,"shards":5},{"from":56,"to":59,"shards":7},{"from":60,"to":63,"shards":7},{"from":64,"to":67,"shards":4},{"from":68,"to":71,"shards":2},{"from":72,"to":75,"shards":3}]},"table_bytes":136}"#]].assert_eq(&json);
}

#[test]
fn what_is_counted_adds_up() {
    for outcome in SMALL.run_all().expect("all algorithms can do this") {
        let name = outcome.algorithm.name();
        assert_eq!(outcome.experiment, SMALL, "{name}");
        assert_eq!((outcome.removal.shards.len(), outcome.addition.shards.len()), (6, 9));
        assert_eq!(outcome.addition.shards, (40..49).map(ShardId).collect::<Vec<_>>(), "{name}");
        for (load, shards) in
            [(&outcome.load, 40), (&outcome.removal.load, 34), (&outcome.addition.load, 43)]
        {
            assert_eq!(load.shards, shards, "{name}");
            assert!(
                (load.mean * f64::from(shards) - 2_000.0).abs() < 1e-9,
                "{name}: every key counts"
            );
            assert_eq!(load.histogram.iter().map(|bin| bin.shards).sum::<u32>(), shards, "{name}");
            assert!(load.min <= load.p99 && load.p99 <= load.max, "{name}");
            assert!((load.max_over_mean * load.mean - f64::from(load.max)).abs() < 1e-9, "{name}");
        }
        for change in [&outcome.removal, &outcome.addition] {
            assert!(change.necessary <= change.moved && change.moved <= 2_000, "{name}");
            assert!((change.moved_percent - f64::from(change.moved) / 20.0).abs() < 1e-9, "{name}");
            assert!(change.table_bytes > 0 && outcome.table_bytes > 0, "{name}");
        }
        assert!((outcome.removal.expected_percent - 15.0).abs() < 1e-9, "{name}");
        assert!((outcome.addition.expected_percent - 900.0 / 43.0).abs() < 1e-9, "{name}");
    }
}

#[test]
fn it_counts_what_a_ring_by_hand_does() {
    let outcome = run(&SMALL, Algorithm::Ring);
    let mut ring = Ring::with_hash(8, SMALL.hash).expect("few virtual nodes");
    (0..40).for_each(|shard| {
        ring.add(&format!("shard-{shard}"), 1).expect("the names differ");
    });
    let owners = |ring: &Ring<HashKind>| -> Vec<ShardId> {
        let keys = (0..2_000).map(|key| format!("key-{key}"));
        keys.map(|key| ring.owner(key.as_bytes()).expect("there are shards")).collect()
    };
    let before = owners(&ring);
    for shard in &outcome.removal.shards {
        ring.remove(*shard).expect("six different ones leave");
    }
    let left = owners(&ring);
    let moved = before.iter().zip(&left).filter(|(from, to)| from != to).count();
    assert_eq!(outcome.removal.moved, moved as u32);
    let busiest = (0..40).map(|shard| left.iter().filter(|owner| owner.0 == shard).count()).max();
    assert_eq!(outcome.removal.load.max as usize, busiest.expect("there are shards"));
    (40..49).for_each(|shard| {
        ring.add(&format!("shard-{shard}"), 1).expect("the names differ");
    });
    let moved = left.iter().zip(owners(&ring)).filter(|(from, to)| **from != *to).count();
    assert_eq!(outcome.addition.moved, moved as u32);
}

#[test]
fn a_seed_chooses_who_leaves() {
    let leaving = |seed, algorithm| run(&Experiment { seed, ..SMALL }, algorithm).removal.shards;
    let chosen = leaving(5, Algorithm::Ring);
    assert_eq!(chosen, leaving(5, Algorithm::Maglev), "whatever the algorithm");
    assert_ne!(chosen, leaving(6, Algorithm::Ring));
    // Jump hash can only lose the last ones.
    let last: Vec<ShardId> = (34..40).rev().map(ShardId).collect();
    assert_eq!(leaving(5, Algorithm::Jump), last);
    // Each shard is as likely to leave as any other: of 1,000 seeds 150, give or take 11.
    let mut times = vec![0_u32; 40];
    let few_keys = Experiment { keys: 0, ..SMALL };
    let outcomes = few_keys.run_with_seeds(Algorithm::Modulo, &few_keys.keys(), 0..1_000);
    for outcome in outcomes.expect("all algorithms can do this") {
        assert_eq!(outcome.removal.moved_percent, 0.0);
        assert_eq!(outcome.load.max_over_mean, 0.0);
        outcome.removal.shards.iter().for_each(|shard| times[shard.0 as usize] += 1);
    }
    assert!(times.iter().all(|times| times.abs_diff(150) < 5 * 11), "{times:?}");
}

#[test]
fn one_run_of_many_seeds_is_the_run_of_that_seed() {
    let keys = SMALL.keys();
    for algorithm in Algorithm::ALL {
        let all = SMALL.run_with_seeds(algorithm, &keys, [3, 4]);
        let one = |seed| run(&Experiment { seed, ..SMALL }, algorithm);
        assert_eq!(all.expect("all algorithms can do this"), [one(3), one(4)]);
    }
    // Keys of another experiment are hashed anew.
    let other = Experiment { hash: HashKind::Md5, keys: 1_999, ..SMALL };
    let mixed_up = other.run_on(Algorithm::Ring, &keys).expect("a ring can do this");
    assert_eq!(mixed_up, run(&other, Algorithm::Ring));
    assert_eq!(keys.positions()[7], HashKind::XxHash64.position(b"key-7"));
}

#[test]
fn algorithms_are_known_by_one_name() {
    for algorithm in Algorithm::ALL {
        let mut placement = algorithm.placement(&SMALL).expect("within the limits");
        assert_eq!(placement.name(), algorithm.name());
        assert_eq!(placement.owner(b"key"), Err(RingError::Empty));
        let shard = placement.add("shard-0", 1).expect("the first one");
        assert_eq!(placement.owner(b"key"), Ok(shard));
        let json = serde_json::to_string(&algorithm).expect("plain data");
        assert_eq!(serde_json::from_str::<Algorithm>(&json).expect("what was written"), algorithm);
    }
}

#[test]
fn nonsense_is_brought_within_the_limits() {
    let huge = Experiment {
        shards: u32::MAX,
        virtual_nodes: u32::MAX,
        keys: u32::MAX,
        remove: u32::MAX,
        add: u32::MAX,
        ..SMALL
    };
    let largest = Experiment {
        shards: MOST_SHARDS,
        virtual_nodes: MOST_VIRTUAL_NODES,
        keys: MOST_KEYS,
        remove: MOST_SHARDS - 1,
        add: MOST_SHARDS,
        ..SMALL
    };
    assert_eq!(huge.clamped(), largest);
    assert_eq!(largest.clamped(), largest);
    let nothing = Experiment { shards: 0, virtual_nodes: 0, keys: 0, remove: 9, add: 0, ..SMALL };
    for outcome in nothing.run_all().expect("one shard is enough") {
        assert_eq!(
            outcome.experiment,
            Experiment { shards: 1, virtual_nodes: 1, remove: 0, ..nothing }
        );
        assert_eq!(outcome.load.shards, 1);
        assert_eq!((outcome.removal.moved, outcome.addition.moved), (0, 0));
        assert_eq!(outcome.addition.expected_percent, 0.0);
    }
}

#[test]
fn loads_are_summed_up() {
    let load = Load::of(vec![9, 1, 3, 3]);
    assert_eq!((load.shards, load.min, load.p99, load.max), (4, 1, 9, 9));
    // Distances of 5, 3, 1 and 1 from the mean of 4: 36 / 4 = 9.
    assert_eq!((load.mean, load.standard_deviation, load.max_over_mean), (4.0, 3.0, 2.25));
    let bins: Vec<(u32, u32)> = load.histogram.iter().map(|bin| (bin.from, bin.shards)).collect();
    let expected = [(0, 0), (1, 1), (2, 0), (3, 2), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 1)];
    assert_eq!(bins, expected);

    // The 99th of 100, and of 101 the 100th: 99 % are 99.99 shards.
    assert_eq!(Load::of((1..=100).rev().collect()).p99, 99);
    assert_eq!(Load::of((1..=101).collect()).p99, 100);
    // 1,000 keys a shard make bins of 1,000 / 16, rounded up.
    let wide = Load::of(vec![1_000, 1_062, 938, 1_000]);
    assert_eq!(wide.histogram.len(), 17);
    assert_eq!(wide.histogram[14], Bin { from: 882, to: 944, shards: 1 });
    assert_eq!(wide.histogram[15], Bin { from: 945, to: 1_007, shards: 2 });
    assert_eq!(wide.histogram[16], Bin { from: 1_008, to: 1_070, shards: 1 });
    assert_eq!(Load::of(vec![u32::MAX]).histogram.last().map(|bin| bin.to), Some(u32::MAX));
    assert_eq!(Load::of(Vec::new()), Load::default());
}
