//! For any sequence of shards that come and go: rendezvous and multi-probe hashing and the ring's
//! replicas are what a naive program finds, and only keys of the shard in question move.

use crate::coarse::Coarse;
use crate::naive::NaiveRing;
use playground_core::consistent_hashing::{
    KeyHash, MultiProbe, Placement, Rendezvous, Ring, ShardId, XxHash64,
};
use proptest::prelude::*;

const NAMES: [&str; 8] = ["A", "B", "AA", "cache-1", "Grüße", "", "C", "D"];

/// A shard by its place among [`NAMES`], and a weight: it comes if it is not there, and else goes.
fn changes() -> impl Strategy<Value = Vec<(usize, u32)>> {
    prop::collection::vec((0..NAMES.len(), 1..5_u32), 1..30)
}

/// Names and numbers of the shards that are there.
type Roll = Vec<(String, ShardId)>;

/// Makes a change, and checks that only keys of the shard in question move.
fn change<P: Placement>(placement: &mut P, roll: &mut Roll, name: &str, weight: u32) {
    let keys: Vec<String> = (0..100).map(|key| format!("user-{key}")).collect();
    let owner = |placement: &P, key: &String| placement.owner(key.as_bytes()).ok();
    let before: Vec<_> = keys.iter().map(|key| owner(placement, key)).collect();
    let changed = match roll.iter().position(|(known, _)| known == name) {
        Some(place) => {
            let (_, shard) = roll.remove(place);
            placement.remove(shard).expect("it is there");
            shard
        }
        None => {
            let shard = placement.add(name, weight).expect("a new name");
            roll.push((name.to_owned(), shard));
            shard
        }
    };
    for (key, before) in keys.iter().zip(before) {
        let after = owner(placement, key);
        let is_about_it = [before, after].contains(&Some(changed));
        assert!(before == after || is_about_it, "{key} moved from {before:?} to {after:?}");
    }
}

/// The order of additions makes no difference: owners, by name, are those of a placement built anew.
fn check_anew<P: Placement>(placement: &P, roll: &Roll, mut anew: P, weight: impl Fn(&str) -> u32) {
    let mut shards: Roll = Vec::new();
    for (name, _) in roll.iter().rev() {
        let shard = anew.add(name, weight(name)).expect("a new name");
        shards.push((name.clone(), shard));
    }
    let named = |placement: &P, roll: &Roll, key: &str| {
        let owner = placement.owner(key.as_bytes()).ok()?;
        roll.iter().find(|(_, shard)| *shard == owner).map(|(name, _)| name.clone())
    };
    for key in (0..100).map(|key| format!("user-{key}")) {
        assert_eq!(named(placement, roll, &key), named(&anew, &shards, &key));
    }
}

fn check_rendezvous<H: KeyHash>(hash: H, changes: &[(usize, u32)]) {
    let mut placement = Rendezvous::new(hash.clone());
    let mut roll = Roll::new();
    // A shard weighs the same whenever it comes.
    let weight = |name: &str| name.len() as u32 + 1;
    for (name, new_weight) in changes {
        let name = NAMES[*name];
        change(&mut placement, &mut roll, name, weight(name));
        check_anew(&placement, &roll, Rendezvous::new(hash.clone()), weight);
        // A weight that grows draws keys to the shard, one that shrinks drives them off.
        let Some((_, shard)) = roll.iter().find(|(known, _)| known == name) else { continue };
        let mut other = placement.clone();
        other.set_weight(*shard, *new_weight).expect("it is there");
        for key in (0..100).map(|key| format!("user-{key}")) {
            let (from, to) = (placement.owner(key.as_bytes()), other.owner(key.as_bytes()));
            let gainer = if *new_weight > weight(name) { to.clone() } else { from.clone() };
            assert!(from == to || gainer == Ok(*shard), "{key} moved from {from:?} to {to:?}");
        }
    }
}

fn check_multi_probe<H: KeyHash>(hash: H, changes: &[(usize, u32)]) {
    let mut placement = MultiProbe::new(hash.clone());
    let mut roll = Roll::new();
    for (name, _) in changes {
        change(&mut placement, &mut roll, NAMES[*name], 1);
        check_anew(&placement, &roll, MultiProbe::new(hash.clone()), |_| 1);
    }
}

fn check_replicas<H: KeyHash>(hash: H, changes: &[(usize, u32)], positions: &[u64]) {
    let mut ring = Ring::with_hash(3, hash.clone()).expect("few virtual nodes");
    let mut naive = NaiveRing::new(3, hash);
    let mut roll = Roll::new();
    for (name, weight) in changes {
        change(&mut ring, &mut roll, NAMES[*name], *weight);
        if naive.shards.remove(NAMES[*name]).is_none() {
            naive.add(NAMES[*name], *weight);
        }
        let points = naive.points();
        for position in positions {
            let ahead = points.iter().filter(|(at, _, _)| at >= position);
            let behind = points.iter().filter(|(at, _, _)| at < position);
            let mut names: Vec<&str> = Vec::new();
            for (_, name, _) in ahead.chain(behind) {
                if !names.contains(name) {
                    names.push(name);
                }
            }
            let shard = |name: &&str| roll.iter().find(|(known, _)| known == name).map(|it| it.1);
            let expected: Option<Vec<ShardId>> = names.iter().map(shard).collect();
            assert_eq!(Some(ring.clockwise(*position).collect()), expected);
        }
        let key = b"user-1";
        let all: Vec<ShardId> = ring.clockwise(ring.position(key)).collect();
        for count in 0..=all.len() + 1 {
            let replicas = ring.replicas(key, count);
            assert_eq!(replicas.is_err(), all.is_empty());
            assert_eq!(replicas.unwrap_or_default(), all[..count.min(all.len())]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn rendezvous_moves_only_what_it_must(changes in changes(), spots in 1..12_u64) {
        check_rendezvous(XxHash64::default(), &changes);
        check_rendezvous(Coarse { positions: spots }, &changes);
    }

    #[test]
    fn multi_probe_moves_only_what_it_must(changes in changes(), spots in 1..12_u64) {
        check_multi_probe(XxHash64::default(), &changes);
        check_multi_probe(Coarse { positions: spots }, &changes);
    }

    #[test]
    fn replicas_are_the_naive_ones(
        changes in changes(),
        positions in prop::collection::vec(any::<u64>(), 8),
        spots in 1..12_u64,
    ) {
        check_replicas(XxHash64::default(), &changes, &positions);
        check_replicas(Coarse { positions: spots }, &changes, &positions);
    }
}
