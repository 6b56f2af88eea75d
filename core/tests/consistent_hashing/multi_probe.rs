//! Multi-probe consistent hashing: owners that stay for ever, a peak as published, and every error.

use crate::coarse::Coarse;
use expect_test::expect;
use playground_core::consistent_hashing::multi_probe::{MOST_PROBES, PROBES};
use playground_core::consistent_hashing::{
    HashKind, KeyHash, MultiProbe, Placement, Ring, RingError, ShardId, XxHash64,
};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn shards<H: KeyHash>(count: u32, probes: u32, hash: H) -> MultiProbe<H> {
    let mut shards = MultiProbe::with_probes(probes, hash).expect("some probes");
    for shard in 0..count {
        shards.add(&format!("shard-{shard}"), 1).expect("the names differ");
    }
    shards
}

/// The share of each shard, times the number of shards, if probes were independent.
///
/// A probe is farther than `d` from the next point with a probability S(d) that falls by `d` for every
/// arc longer than that. A shard wins at distance `d`, below the length of its arc, with density
/// k·S(d)ᵏ⁻¹, whose integral between two lengths of arcs is a difference of k-th powers of S.
fn expected(shards: &MultiProbe, probes: u32) -> Vec<f64> {
    let points = shards.points();
    let mut before = points[points.len() - 1].position;
    let mut arcs = Vec::new();
    for point in points {
        let arc = point.position.wrapping_sub(before) as f64 / 18_446_744_073_709_551_616.0;
        arcs.push((arc, point.shard));
        before = point.position;
    }
    arcs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let power = |base: f64| (0..probes).fold(1.0, |product, _| product * base);
    let mut loads = vec![0.0; points.len()];
    let (mut farther, mut length, mut share) = (1.0, 0.0, 0.0);
    for (passed, (arc, shard)) in arcs.iter().enumerate() {
        let longer = (points.len() - passed) as f64;
        let next = farther - longer * (arc - length);
        share += (power(farther) - power(next)) / longer;
        (farther, length) = (next, *arc);
        loads[shard.0 as usize] = share * points.len() as f64;
    }
    loads
}

#[test]
fn owners_stay() {
    let mut table = String::new();
    for hash in [HashKind::XxHash64, HashKind::Md5] {
        let shards = shards(5, PROBES, hash);
        for key in ["", "a", "user-1", "user-2", "user-3", "Grüße", "🔑", "\0"] {
            let owner = shards.owner(key.as_bytes()).expect("there are shards");
            let last = shards.probes(hash.position(key.as_bytes())).last().expect("a probe");
            writeln!(table, "{owner}, last probe {last:016x}: {key:?}").expect("a string");
        }
    }
    expect![[r#"
        shard 0, last probe 43c1eb6e712d1f85: ""
        shard 4, last probe 5e4822faa51a6a97: "a"
        shard 2, last probe 90d6a892d6a66a94: "user-1"
        shard 3, last probe ff5c6e9807a784dd: "user-2"
        shard 1, last probe d47d01bc8dbdc102: "user-3"
        shard 2, last probe 1672888556d5b5f1: "Grüße"
        shard 4, last probe 884b7bfd4af7dc15: "🔑"
        shard 2, last probe 65a89ee9dceca96c: "\0"
        shard 4, last probe db14f8c10a1b27c0: ""
        shard 0, last probe 7c989e82f13889c4: "a"
        shard 4, last probe 3340493799979b3a: "user-1"
        shard 3, last probe 788d56dd85de8bef: "user-2"
        shard 1, last probe 026514a1c639dd45: "user-3"
        shard 3, last probe c1aa263bc03f03ca: "Grüße"
        shard 4, last probe 9326f5d2f17eaf05: "🔑"
        shard 0, last probe c518e84b9b078c65: "\0"
    "#]]
    .assert_eq(&table);
}

#[test]
fn the_busiest_shard_is_hardly_busier_than_the_average() {
    // Published: 1 + 1/20 with 21 probes, since the longest arc gets k / (k − 1). Some 48 of 1,000 arcs
    // are shorter than a probe's way, give or take 7, whose 0.7 % of the load the others share.
    let peak = |probes| {
        let loads = expected(&shards(1_000, probes, XxHash64::default()), probes);
        assert!((loads.iter().sum::<f64>() - 1_000.0).abs() < 1e-6, "all of the keys");
        loads.into_iter().fold(0.0, f64::max)
    };
    assert!((peak(PROBES) - 1.05).abs() < 0.02, "{}", peak(PROBES));
    // With one probe it is a ring without virtual nodes: the longest of n arcs is about ln n times the
    // average, 6.9.
    assert!(peak(1) > 5.0, "{}", peak(1));
}

#[test]
fn loads_are_those_of_independent_probes() {
    let keys = if cfg!(target_arch = "wasm32") { 20_000 } else { 200_000 };
    let shards = shards(100, PROBES, XxHash64::default());
    let mut loads = [0.0; 100];
    for key in 0..keys {
        let owner = shards.owner(format!("user-{key}").as_bytes()).expect("there are shards");
        loads[owner.0 as usize] += 1.0;
    }
    for (measured, share) in loads.into_iter().zip(expected(&shards, PROBES)) {
        let expected = share * f64::from(keys) / 100.0;
        // A binomial variable; 4.5 standard deviations in 100 cases.
        assert!((measured - expected).abs() < 4.5 * expected.sqrt() + 1.0, "{measured} {expected}");
    }
}

#[test]
fn the_nearest_probe_wins() {
    let shards = shards(30, 4, XxHash64::default());
    let points = shards.points().to_vec();
    for key in 0..500_u64 {
        let position = XxHash64::default().position(&key.to_le_bytes());
        assert_eq!(shards.probes(position).count(), 4);
        assert_eq!(shards.probes(position).next(), Some(position));
        let ways = shards.probes(position).flat_map(|probe| {
            points.iter().map(move |point| (point.position.wrapping_sub(probe), point.shard))
        });
        let nearest = ways.min_by_key(|(way, _)| *way).map(|(_, shard)| shard);
        assert_eq!(shards.owner_at(position).ok(), nearest);
    }
}

#[test]
fn one_probe_makes_a_ring_of_one_point_a_shard() {
    let shards = shards(10, 1, XxHash64::default());
    let mut ring = Ring::new(1).expect("one virtual node");
    for shard in 0..10 {
        let name = format!("shard-{shard}");
        let id = ring.add(&name, 1).expect("the names differ");
        // A ring hashes `shard-0#0`.
        ring.place(id, 0, XxHash64::default().position(name.as_bytes())).expect("virtual node 0");
    }
    for key in 0..1_000 {
        let key = format!("user-{key}");
        assert_eq!(shards.owner(key.as_bytes()), ring.owner(key.as_bytes()));
    }
}

#[test]
fn of_coinciding_shards_the_first_by_name_owns_the_arc() {
    let mut forward = MultiProbe::new(Coarse { positions: 1 });
    let mut backward = forward.clone();
    ["a", "b", "c"].iter().for_each(|name| drop(forward.add(name, 1)));
    ["c", "b", "a"].iter().for_each(|name| drop(backward.add(name, 1)));
    assert_eq!(forward.owner(b"key"), Ok(ShardId(0)));
    assert_eq!(backward.owner(b"key"), Ok(ShardId(2)));
}

#[test]
fn every_error_leaves_the_shards_as_they_were() {
    let mut shards = shards(2, PROBES, XxHash64::default());
    let before = format!("{shards:?}");
    let unknown = ShardId(2);
    assert_eq!(shards.add("shard-1", 1), Err(RingError::DuplicateShard("shard-1".into())));
    assert_eq!(shards.add("new", 0), Err(RingError::ZeroWeight));
    assert_eq!(shards.add("new", 2), Err(RingError::Unweighted(2)));
    assert_eq!(shards.remove(unknown), Err(RingError::UnknownShard(unknown)));
    assert_eq!(format!("{shards:?}"), before);
    let too_many = MOST_PROBES + 1;
    let hash = XxHash64::default();
    assert_eq!(MultiProbe::with_probes(0, hash).err(), Some(RingError::ZeroProbes));
    assert_eq!(
        MultiProbe::with_probes(too_many, hash).err(),
        Some(RingError::TooManyProbes(too_many))
    );
    assert!(MultiProbe::with_probes(MOST_PROBES, hash).is_ok());
    shards.remove(ShardId(0)).expect("it is there");
    assert_eq!(shards.owner(b"key"), Ok(ShardId(1)));
    shards.remove(ShardId(1)).expect("it is there");
    assert_eq!(shards.owner(b"key"), Err(RingError::Empty));
}

#[test]
fn the_table_takes_at_most_17_bytes_a_shard() {
    let bytes = shards(1_000, PROBES, XxHash64::default()).table_bytes();
    assert!((16_000..=17_000).contains(&bytes), "{bytes}");
}
