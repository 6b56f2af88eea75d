//! AnchorHash: it is the paper's algorithm with every set written out, and moves no key more than it must.

use expect_test::expect;
use playground_core::consistent_hashing::anchor::MOST_ROOM;
use playground_core::consistent_hashing::{
    Anchor, KeyHash, Placement, RingError, ShardId, XxHash64,
};
use playground_core::sim::Rng;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ROUNDS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 200 };

fn anchor(shards: u32, room: u32) -> Anchor {
    let mut anchor = Anchor::new(room, XxHash64::default()).expect("little room");
    for shard in 0..shards {
        anchor.add(&format!("shard-{shard}"), 1).expect("the names differ");
    }
    anchor
}

/// AnchorHash with every set W_b written out: the paper's algorithm 1, and the order in which the in-place
/// version would find the members of the sets.
struct NaiveAnchor {
    room: u32,
    /// The buckets with a shard.
    working: Vec<u32>,
    /// The buckets without one, and which buckets had one right after they had lost theirs.
    removed: Vec<(u32, Vec<u32>)>,
}

impl NaiveAnchor {
    fn new(room: u32) -> Self {
        let removed = (0..room).rev().map(|bucket| (bucket, (0..bucket).collect()));
        NaiveAnchor { room, working: Vec::new(), removed: removed.collect() }
    }

    fn add(&mut self) -> u32 {
        let (bucket, _) = self.removed.pop().expect("there is room");
        // The place of the bucket is where the set before differs from the one after.
        self.working = match self.removed.last() {
            Some((_, before)) => before.clone(),
            None => (0..self.room).collect(),
        };
        bucket
    }

    fn remove(&mut self, bucket: u32) {
        let place = self.working.iter().position(|it| *it == bucket).expect("it has a shard");
        self.working.swap_remove(place);
        self.removed.push((bucket, self.working.clone()));
    }

    fn bucket(&self, position: u64) -> u32 {
        let scale = |hash: u64, bound: u64| (((hash >> 32) * bound) >> 32) as usize;
        let mut bucket = scale(position, u64::from(self.room)) as u32;
        while let Some((_, set)) = self.removed.iter().find(|(removed, _)| *removed == bucket) {
            let mixed = position ^ (u64::from(bucket) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let hash = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bucket = set[scale(hash, set.len() as u64)];
        }
        bucket
    }
}

#[test]
fn it_is_the_naive_one_and_moves_nothing_in_vain() {
    for seed in 0..ROUNDS {
        let mut rng = Rng::new(seed);
        let room = 1 + rng.below(24) as u32;
        let mut anchor = Anchor::new(room, XxHash64::default()).expect("little room");
        let mut naive = NaiveAnchor::new(room);
        // The shard of each bucket.
        let mut shards: Vec<Option<ShardId>> = vec![None; room as usize];
        let keys: Vec<u64> = (0..100).map(|_| rng.next_u64()).collect();
        for change in 0..60 {
            let before: Vec<_> = keys.iter().map(|key| anchor.owner_at(*key).ok()).collect();
            let removes = rng.chance(500_000);
            let changed = match rng.pick(&naive.working).copied().filter(|_| removes) {
                Some(bucket) => {
                    let shard = shards[bucket as usize].take().expect("it has a shard");
                    anchor.remove(shard).expect("it is there");
                    naive.remove(bucket);
                    shard
                }
                None if naive.removed.is_empty() => continue,
                None => {
                    let shard = anchor.add(&format!("shard-{change}"), 1).expect("there is room");
                    shards[naive.add() as usize] = Some(shard);
                    shard
                }
            };
            for (key, from) in keys.iter().zip(before) {
                let to = anchor.owner_at(*key).ok();
                let expected = || shards[naive.bucket(*key) as usize];
                assert_eq!(to, (!naive.working.is_empty()).then(expected).flatten());
                let is_about_it = [from, to].contains(&Some(changed));
                assert!(from == to || is_about_it, "{key} moved from {from:?} to {to:?}");
            }
        }
    }
}

#[test]
fn what_is_undone_in_reverse_is_as_before() {
    let (before, mut anchor) = (anchor(500, 1_000), anchor(500, 1_000));
    let (mut rng, mut left) = (Rng::new(7), (0..500).collect::<Vec<u32>>());
    for _ in 0..300 {
        let place = rng.below(left.len() as u64) as usize;
        anchor.remove(ShardId(left.swap_remove(place))).expect("it is there");
    }
    for shard in 0..300 {
        anchor.add(&format!("again-{shard}"), 1).expect("there is room");
    }
    for _ in 0..1_000 {
        let key = rng.next_u64();
        let owner = before.owner_at(key).expect("there are shards");
        let owner_now = anchor.owner_at(key).expect("there are shards");
        // Those that stayed have their keys; those that left have left theirs to the new ones.
        assert!(if left.contains(&owner.0) { owner == owner_now } else { owner_now.0 >= 500 });
    }
}

#[test]
fn every_shard_has_its_share_after_many_have_left() {
    const KEYS: u64 = if cfg!(target_arch = "wasm32") { 40_000 } else { 400_000 };
    // One that only ever grew, and others of which many have left, with little and with much room.
    for (shards, room, leaving) in
        [(200, 201, 0), (200, 2_000, 0), (400, 400, 200), (900, 1_000, 700)]
    {
        let mut anchor = anchor(shards, room);
        let mut rng = Rng::new(u64::from(room));
        let mut left: Vec<u32> = (0..shards).collect();
        for _ in 0..leaving {
            let place = rng.below(left.len() as u64) as usize;
            anchor.remove(ShardId(left.swap_remove(place))).expect("it is there");
        }
        let mut loads = vec![0_u64; shards as usize];
        for _ in 0..KEYS {
            loads[anchor.owner_at(rng.next_u64()).expect("there are shards").0 as usize] += 1;
        }
        let mean = KEYS as f64 / 200.0;
        let chi_square: f64 = left
            .iter()
            .map(|shard| loads[*shard as usize] as f64 - mean)
            .map(|off| off * off / mean)
            .sum();
        // With 199 degrees of freedom it deviates from 199 by √(2 · 199) = 19.9.
        assert!((chi_square - 199.0).abs() < 4.0 * 19.9, "{chi_square} of {shards} in {room}");
        assert_eq!(loads.iter().sum::<u64>(), KEYS);
    }
}

#[test]
fn owners_stay() {
    let mut anchor = anchor(1_000, 2_000);
    (0..1_000).step_by(7).for_each(|shard| anchor.remove(ShardId(shard)).expect("it is there"));
    let owner =
        |key| format!("{key} {}\n", anchor.owner(str::as_bytes(key)).expect("there are shards"));
    expect![[r#"
         shard 408
        a shard 131
        user-1 shard 93
        user-2 shard 808
        Grüße shard 324
    "#]]
    .assert_eq(&["", "a", "user-1", "user-2", "Grüße"].map(owner).concat());
    // All shards' shares in one number.
    let owners = (0..5_000_u64).map(|key| XxHash64::default().position(&key.to_le_bytes()));
    let bytes: Vec<u8> = owners
        .flat_map(|key| anchor.owner_at(key).expect("there are shards").0.to_le_bytes())
        .collect();
    expect!["bad9169c641dd6bf"]
        .assert_eq(&format!("{:016x}", XxHash64::default().position(&bytes)));
    assert_eq!((anchor.name(), anchor.room()), ("AnchorHash", 2_000));
    assert_eq!(anchor.table_bytes(), 2_000 * 20 + 1_000 * 4);
}

#[test]
fn there_is_only_so_much_room() {
    let too_much = Anchor::new(MOST_ROOM + 1, XxHash64::default()).map(|_| ());
    assert_eq!(too_much, Err(RingError::TooManyShards(u64::from(MOST_ROOM) + 1)));
    let mut none = anchor(0, 0);
    assert_eq!(none.add("a", 1), Err(RingError::TooManyShards(1)));
    assert_eq!(none.owner(b"key"), Err(RingError::Empty));

    let mut anchor = anchor(3, 3);
    let before = anchor.clone();
    assert_eq!(anchor.add("one more", 1), Err(RingError::TooManyShards(4)));
    assert_eq!(anchor.remove(ShardId(3)), Err(RingError::UnknownShard(ShardId(3))));
    assert_eq!(anchor, before, "a refusal changes nothing");
    anchor.remove(ShardId(1)).expect("it is there");
    let before = anchor.clone();
    assert_eq!(anchor.remove(ShardId(1)), Err(RingError::UnknownShard(ShardId(1))));
    assert_eq!(anchor.add("shard-0", 1), Err(RingError::DuplicateShard("shard-0".to_owned())));
    assert_eq!(anchor.add("heavy", 2), Err(RingError::Unweighted(2)));
    assert_eq!(anchor.add("light", 0), Err(RingError::ZeroWeight));
    assert_eq!(anchor, before, "a refusal changes nothing");
    assert_eq!(anchor.add("shard-1", 1), Ok(ShardId(3)), "no number is given again");

    for shard in [0, 3, 2] {
        anchor.remove(ShardId(shard)).expect("it is there");
    }
    assert_eq!(anchor.owner(b"key"), Err(RingError::Empty));
    assert_eq!(anchor.add("back", 1), Ok(ShardId(4)));
    assert_eq!(anchor.owner(b"key"), Ok(ShardId(4)));
}
