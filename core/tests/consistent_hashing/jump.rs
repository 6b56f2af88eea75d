//! Jump hash: the values that other implementations publish, every key in its share, and a row that grows
//! and shrinks only at its end.

use expect_test::expect;
use playground_core::consistent_hashing::jump::jump;
use playground_core::consistent_hashing::{Jump, Placement, RingError, ShardId, XxHash64};
use playground_core::sim::Rng;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn row(shards: u32) -> Jump {
    let mut row = Jump::new(XxHash64::default());
    for shard in 0..shards {
        row.add(&format!("shard-{shard}"), 1).expect("the names differ");
    }
    row
}

#[test]
fn the_values_are_those_of_guava() {
    // HashingTest of Guava, "to see that implementations across languages are equivalent".
    let golden = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83];
    for (key, place) in golden.into_iter().enumerate() {
        assert_eq!(jump(key as u64, 100), Some(place), "{key}");
    }
    let others = [
        (10_863_919_174_838_991, 11, 6),
        (2_016_238_256_797_177_309, 11, 3),
        (1_673_758_223_894_951_030, 11, 5),
        (2, 100_001, 80_343),
        (2_201, 100_001, 22_152),
        (2_202, 100_001, 15_018),
    ];
    for (key, places, place) in others {
        assert_eq!(jump(key, places), Some(place), "{key}");
    }
}

#[test]
fn the_values_are_those_of_other_libraries() {
    // The test vectors that the Go and Python implementations of Lithammer and of dgryski share.
    let known = [(1, 1, 0), (42, 57, 43), (0xdead_10cc, 1, 0), (0xdead_10cc, 666, 361)];
    for (key, places, place) in known.into_iter().chain([(256, 1_024, 520)]) {
        assert_eq!(jump(key, places), Some(place), "{key}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_values_are_those_of_the_crate_jumphash() {
    use std::hash::Hasher;

    /// Takes the key for its own hash.
    #[derive(Clone, Copy)]
    struct Identity(u64);

    impl Hasher for Identity {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, _: &[u8]) {
            unreachable!("only numbers are hashed");
        }
        fn write_u64(&mut self, number: u64) {
            self.0 = number;
        }
    }

    let peer = jumphash::CustomJumpHasher::new(Identity(0));
    let mut rng = Rng::new(1);
    for _ in 0..20_000 {
        let key = rng.next_u64();
        // Few places as often as many, up to the most there can be.
        let places = (rng.next_u64() >> 32 >> rng.below(32)).max(1) as u32;
        assert_eq!(jump(key, places), Some(peer.slot(&key, places)), "{key} of {places}");
    }
}

#[test]
fn a_key_only_ever_jumps_to_the_newest_place() {
    let mut rng = Rng::new(2);
    for _ in 0..200 {
        let key = rng.next_u64();
        assert_eq!(jump(key, 0), None);
        assert_eq!(jump(key, 1), Some(0));
        for places in 1..300 {
            let (before, after) = (jump(key, places), jump(key, places + 1));
            assert!(before == after || after == Some(places), "{key} at {places}");
        }
    }
    for key in [0, u64::MAX] {
        assert!(jump(key, u32::MAX).is_some_and(|place| place < u32::MAX));
    }
}

#[test]
fn every_shard_has_its_share() {
    const KEYS: u64 = if cfg!(target_arch = "wasm32") { 100_000 } else { 1_000_000 };
    let (mut rng, mut loads) = (Rng::new(3), vec![0_u64; 1_000]);
    for _ in 0..KEYS {
        loads[jump(rng.next_u64(), 1_000).expect("there are places") as usize] += 1;
    }
    let mean = KEYS as f64 / 1_000.0;
    let chi_square: f64 =
        loads.iter().map(|load| (*load as f64 - mean) * (*load as f64 - mean) / mean).sum();
    // With 999 degrees of freedom it deviates from 999 by √(2 · 999) = 44.7.
    assert!((chi_square - 999.0).abs() < 4.0 * 44.7, "{chi_square}");
}

#[test]
fn owners_stay() {
    let row = row(1_000);
    let owner =
        |key| format!("{key} {}\n", row.owner(str::as_bytes(key)).expect("there are shards"));
    expect![[r#"
         shard 332
        a shard 894
        user-1 shard 134
        user-2 shard 275
        Grüße shard 711
    "#]]
    .assert_eq(&["", "a", "user-1", "user-2", "Grüße"].map(owner).concat());
    assert_eq!(row.table_bytes(), 4_000);
    assert_eq!(row.name(), "Jump hash");
}

#[test]
fn only_the_last_shard_can_go() {
    let mut row = row(3);
    let before = row.clone();
    assert_eq!(row.remove(ShardId(1)), Err(RingError::NotTheLast(ShardId(1))));
    assert_eq!(row.remove(ShardId(3)), Err(RingError::UnknownShard(ShardId(3))));
    assert_eq!(row.add("shard-1", 1), Err(RingError::DuplicateShard("shard-1".to_owned())));
    assert_eq!(row.add("heavy", 2), Err(RingError::Unweighted(2)));
    assert_eq!(row.add("light", 0), Err(RingError::ZeroWeight));
    assert_eq!(row, before, "a refusal changes nothing");

    row.remove(ShardId(2)).expect("it is the last one");
    assert_eq!(row.remove(ShardId(2)), Err(RingError::UnknownShard(ShardId(2))));
    // Its name may come again, its number does not.
    assert_eq!(row.add("shard-2", 1), Ok(ShardId(3)));
    assert_eq!(row.row(), [ShardId(0), ShardId(1), ShardId(3)]);
    for key in (0..100).map(|key| format!("user-{key}")) {
        let (old, new) = (before.owner(key.as_bytes()), row.owner(key.as_bytes()));
        let same = |id: ShardId| if id == ShardId(2) { ShardId(3) } else { id };
        assert_eq!(new, old.map(same), "the same place in the row");
    }
    for shard in [3, 1, 0] {
        row.remove(ShardId(shard)).expect("it is the last one");
    }
    assert_eq!(row.owner(b"key"), Err(RingError::Empty));
}
