//! Rendezvous hashing: winners that stay for ever, loads as the weights say, and every error.

use crate::coarse::Coarse;
use expect_test::expect;
use playground_core::consistent_hashing::{
    HashKind, KeyHash, Placement, Rendezvous, RingError, ShardId, XxHash64,
};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const KEYS: u32 = if cfg!(target_arch = "wasm32") { 20_000 } else { 100_000 };

fn shards(weights: &[u32]) -> Rendezvous {
    let mut shards = Rendezvous::new(XxHash64::default());
    for (shard, weight) in weights.iter().enumerate() {
        shards.add(&format!("shard-{shard}"), *weight).expect("the names differ");
    }
    shards
}

fn owners<H: KeyHash>(shards: &Rendezvous<H>, keys: u32) -> Vec<ShardId> {
    let owner = |key| shards.owner(format!("user-{key}").as_bytes()).expect("there are shards");
    (0..keys).map(owner).collect()
}

#[test]
fn owners_stay() {
    let mut table = String::new();
    for hash in [HashKind::XxHash64, HashKind::Md5] {
        let mut even = Rendezvous::new(hash);
        let mut weighted = Rendezvous::new(hash);
        for (name, weight) in [("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 1)] {
            even.add(name, 1).expect("the names differ");
            weighted.add(name, weight).expect("the names differ");
        }
        for key in ["", "a", "user-1", "user-2", "user-3", "Grüße", "🔑", "\0"] {
            let owner = even.owner(key.as_bytes()).expect("there are shards");
            let other = weighted.owner(key.as_bytes()).expect("there are shards");
            writeln!(table, "{owner}, weighted {other}: {key:?}").expect("a string");
        }
    }
    expect![[r#"
        shard 0, weighted shard 3: ""
        shard 4, weighted shard 3: "a"
        shard 3, weighted shard 3: "user-1"
        shard 4, weighted shard 3: "user-2"
        shard 4, weighted shard 4: "user-3"
        shard 4, weighted shard 1: "Grüße"
        shard 1, weighted shard 3: "🔑"
        shard 0, weighted shard 0: "\0"
        shard 4, weighted shard 4: ""
        shard 3, weighted shard 3: "a"
        shard 0, weighted shard 0: "user-1"
        shard 3, weighted shard 3: "user-2"
        shard 1, weighted shard 3: "user-3"
        shard 3, weighted shard 3: "Grüße"
        shard 1, weighted shard 1: "🔑"
        shard 1, weighted shard 1: "\0"
    "#]]
    .assert_eq(&table);
}

#[test]
fn keys_are_shared_out_as_the_weights_say() {
    for weights in [&[1; 10][..], &[1, 2, 3, 4], &[1, 1, 1, 1, 1, 50], &[1_000, 4_000]] {
        let owners = owners(&shards(weights), KEYS);
        let all: u32 = weights.iter().sum();
        for (shard, weight) in weights.iter().enumerate() {
            let keys = owners.iter().filter(|owner| owner.0 as usize == shard).count() as f64;
            let part = f64::from(*weight) / f64::from(all);
            // A binomial variable; 4.5 standard deviations in some 20 cases.
            let deviation = (part * (1.0 - part) / f64::from(KEYS)).sqrt();
            let measured = keys / f64::from(KEYS);
            assert!((measured - part).abs() < 4.5 * deviation, "{weights:?}: {measured} {part}");
        }
    }
}

#[test]
fn a_very_heavy_shard_leaves_others_their_due() {
    // 1 in 2³² keys would be its share: not one of these.
    let owners = owners(&shards(&[1, u32::MAX]), 10_000);
    assert!(owners.iter().all(|owner| *owner == ShardId(1)));
}

#[test]
fn equal_bids_go_to_the_first_by_name() {
    // On two positions all bids of a key are one of two: ties decide nearly everything.
    let mut forward = Rendezvous::new(Coarse { positions: 2 });
    let mut backward = Rendezvous::new(Coarse { positions: 2 });
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let add = |shards: &mut Rendezvous<Coarse>, name: &str| {
        shards.add(name, 1).expect("the names differ");
    };
    names.iter().for_each(|name| add(&mut forward, name));
    names.iter().rev().for_each(|name| add(&mut backward, name));
    let mirrored = owners(&backward, 100).into_iter().map(|owner| ShardId(7 - owner.0));
    assert!(owners(&forward, 100).into_iter().eq(mirrored));
}

#[test]
fn every_error_leaves_the_shards_as_they_were() {
    let mut shards = shards(&[1, 2]);
    let before = format!("{shards:?}");
    let unknown = ShardId(2);
    let duplicate = RingError::DuplicateShard("shard-0".into());
    assert_eq!(shards.add("shard-0", 1), Err(duplicate));
    assert_eq!(shards.add("new", 0), Err(RingError::ZeroWeight));
    assert_eq!(shards.remove(unknown), Err(RingError::UnknownShard(unknown)));
    assert_eq!(shards.set_weight(unknown, 1), Err(RingError::UnknownShard(unknown)));
    assert_eq!(shards.set_weight(ShardId(0), 0), Err(RingError::ZeroWeight));
    assert_eq!(format!("{shards:?}"), before);
    shards.remove(ShardId(0)).expect("it is there");
    shards.remove(ShardId(1)).expect("it is there");
    assert_eq!(shards.owner(b"key"), Err(RingError::Empty));
    assert_eq!(shards.table_bytes(), 0);
    assert_eq!(shards.add("shard-0", 1), Ok(unknown), "a number is not used again");
}

#[test]
fn the_table_takes_12_bytes_a_shard() {
    assert_eq!(shards(&[1; 1_000]).table_bytes(), 12_000);
}
