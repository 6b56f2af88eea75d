//! Whatever comes and goes in whatever order: loads stay bounded, and the assignment is the one that the
//! keys that are there would get one after the other, in the order of their bytes.

use crate::coarse::Coarse;
use playground_core::consistent_hashing::{Bounded, KeyHash, Placement, ShardId, XxHash64};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NAMES: [&str; 5] = ["A", "B", "AA", "cache-1", ""];

#[derive(Clone, Debug)]
enum Change {
    Add(usize),
    Remove(usize),
    Assign(u8),
    Release(u8),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        2 => (0..NAMES.len()).prop_map(Change::Add),
        1 => (0..NAMES.len()).prop_map(Change::Remove),
        12 => (0..60_u8).prop_map(Change::Assign),
        6 => (0..60_u8).prop_map(Change::Release),
    ];
    prop::collection::vec(change, 1..120)
}

fn factor() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0 + f64::EPSILON), Just(1.25), Just(2.0), 1.001..3.0]
}

/// The assignment told naively: keys come in order, each takes the first shard clockwise with room.
fn naive<H: KeyHash>(shards: &Bounded<H>) -> BTreeMap<Vec<u8>, Option<ShardId>> {
    let (total, count) = (shards.keys().count(), shards.loads().count());
    let room = (shards.capacity_factor() * total as f64).ceil() as usize;
    let rank = |shard| shards.loads().position(|(it, _)| it == shard).expect("it is there");
    let capacity = |shard| (room / count + usize::from(rank(shard) < room % count)).max(1);
    let mut loads: BTreeMap<ShardId, usize> = BTreeMap::new();
    let assign = |(key, _): (&[u8], _)| {
        let mut way = shards.ring().clockwise(shards.ring().position(key));
        let shard = way.find(|shard| loads.get(shard).copied().unwrap_or(0) < capacity(*shard));
        if let Some(shard) = shard {
            *loads.entry(shard).or_default() += 1;
        }
        (key.to_vec(), shard)
    };
    shards.keys().map(assign).collect()
}

fn id_of<H: KeyHash>(shards: &Bounded<H>, name: &str) -> Option<ShardId> {
    shards.ring().shards().find(|(_, known, _)| *known == name).map(|(id, _, _)| id)
}

fn apply<H: KeyHash>(shards: &mut Bounded<H>, change: &Change) {
    match change {
        Change::Add(name) => {
            let known = id_of(shards, NAMES[*name]);
            assert_eq!(shards.add(NAMES[*name], 1).is_err(), known.is_some());
        }
        Change::Remove(name) => {
            if let Some(id) = id_of(shards, NAMES[*name]) {
                shards.remove(id).expect("it is there");
            }
        }
        Change::Assign(key) => {
            let owner = shards.assign(&[*key]);
            assert_eq!(owner.is_ok(), shards.loads().count() > 0);
            assert_eq!(owner.is_ok(), owner == shards.owner(&[*key]) && owner.is_ok());
        }
        Change::Release(key) => {
            let owner = shards.keys().find(|(it, _)| *it == [*key]).and_then(|(_, shard)| shard);
            assert_eq!(shards.release(&[*key]), owner);
            assert!(shards.keys().all(|(it, _)| it != [*key]));
        }
    }
}

fn check<H: KeyHash>(hash: H, factor: f64, changes: &[Change]) {
    let mut shards = Bounded::with_hash(4, factor, hash).expect("few virtual nodes");
    for change in changes {
        apply(&mut shards, change);
        let (total, count) = (shards.keys().count(), shards.loads().count());
        let bound = (factor * total as f64).ceil() as usize;
        let bound = if count == 0 { 0 } else { bound.div_ceil(count) };
        assert_eq!(shards.capacity(), bound);
        assert!(shards.loads().all(|(_, keys)| keys <= bound), "{change:?}");
        // The books of the shards agree with those of the keys.
        for (shard, keys) in shards.loads() {
            let counted = shards.keys().filter(|(_, owner)| *owner == Some(shard)).count();
            assert_eq!(keys, counted, "{change:?}");
        }
        let found: BTreeMap<_, _> = shards.keys().map(|(key, it)| (key.to_vec(), it)).collect();
        assert_eq!(found, naive(&shards), "{change:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn loads_stay_bounded_and_history_does_not_matter(factor in factor(), changes in changes()) {
        check(XxHash64::default(), factor, &changes);
    }

    #[test]
    fn even_if_keys_and_shards_coincide(
        factor in factor(),
        changes in changes(),
        spots in 2..12_u64,
    ) {
        check(Coarse { positions: spots }, factor, &changes);
    }
}
