//! The search's own hash and table, which nobody sees from outside: the same numbers natively and in
//! wasm, and as few collisions as chance allows.

#[path = "../../src/sim/explore/fingerprint.rs"]
mod fingerprint;
#[path = "../../src/sim/explore/seen.rs"]
mod seen;

use fingerprint::fingerprint;
use playground_core::sim::Rng;
use seen::Seen;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Clone, Copy, Hash)]
enum Light {
    Red,
    Green,
}

#[test]
fn fingerprints_are_the_same_everywhere() {
    // One state of each shape in which the width of a `usize` shows: variants, lengths, numbers.
    let negative: isize = -1;
    let found = [
        fingerprint(&0_u8),
        fingerprint(&(1_u8, 2_u16, 3_u32, 4_u64, 5_u128)),
        fingerprint(&[Light::Red, Light::Green]),
        fingerprint(&vec![7_u8; 300]),
        fingerprint(&(negative, usize::from(u16::MAX))),
        fingerprint(&Some("text")),
    ];
    let expected = [
        16_294_208_416_658_607_535,
        5_996_348_993_956_735_581,
        11_141_727_384_442_938_803,
        17_949_307_156_352_371_886,
        2_489_754_864_895_003_100,
        8_040_861_794_102_449_179,
    ];
    assert_eq!(found, expected);
}

/// How many pairs share 32 bits of their fingerprints, the lower and the higher.
fn pairs_that_share_half<S: Hash>(states: impl Iterator<Item = S>) -> (usize, [usize; 2]) {
    let fingerprints: Vec<u64> = states.map(|state| fingerprint(&state)).collect();
    let all: BTreeSet<u64> = fingerprints.iter().copied().collect();
    assert_eq!(all.len(), fingerprints.len(), "none is shared whole");
    let pairs = |shift: u32| {
        let mut halves: Vec<u32> = fingerprints.iter().map(|it| (it >> shift) as u32).collect();
        halves.sort_unstable();
        halves.chunk_by(PartialEq::eq).map(|same| same.len() * (same.len() - 1) / 2).sum()
    };
    (fingerprints.len(), [pairs(0), pairs(32)])
}

/// States differ in few and low bits: counters, variants, sets. Among n fingerprints that were drawn,
/// n²/2³³ pairs would share a given half; here, with n = 2¹⁶, half a pair, and six one time in 10⁵.
#[test]
fn half_a_fingerprint_collides_as_often_as_chance_says() {
    let grid = (0..256_u64).flat_map(|x| (0..256_u64).map(move |y| (x, y)));
    let shapes = [
        pairs_that_share_half(0..1_u64 << 16),
        pairs_that_share_half((0..1_u64 << 16).map(|it| it << 48)),
        pairs_that_share_half(grid.clone()),
        pairs_that_share_half(grid.clone().map(|(x, y)| (x << 56, y << 56))),
        pairs_that_share_half(grid.clone().map(|(x, y)| [x, 0, 0, y])),
        pairs_that_share_half(grid.map(|(x, y)| (x as u8, u128::MAX, y as u8))),
        // Sixteen variants, as many bytes: two words.
        pairs_that_share_half((0..1_u32 << 16).map(|bits| {
            let light = |it| if bits >> it & 1 == 0 { Light::Red } else { Light::Green };
            std::array::from_fn::<Light, 16, _>(light)
        })),
    ];
    for (number, (states, shared)) in shapes.into_iter().enumerate() {
        assert_eq!(states, 1 << 16);
        assert!(shared.iter().all(|pairs| *pairs < 6), "shape {number}: {shared:?}");
    }
}

#[test]
fn the_table_knows_what_it_has_seen() {
    let mut rng = Rng::new(7);
    let mut seen = Seen::new();
    let mut expected = BTreeMap::new();
    for _ in 0..20_000 {
        // Many twice, and many that want the same slot: the first and the last of the table.
        let fingerprint = match rng.below(4) {
            0 => rng.below(10_000),
            1 => u64::MAX - rng.below(10_000),
            _ => rng.next_u64(),
        }
        .max(2);
        assert_eq!(seen.contains(fingerprint), expected.contains_key(&fingerprint));
        assert_eq!(seen.insert(fingerprint), expected.insert(fingerprint, ()).is_none());
        assert!(seen.contains(fingerprint));
    }
    assert!(!seen.contains(0));
    assert!(seen.insert(0), "0 is a fingerprint like any other");
    assert!(!seen.insert(0) && !seen.insert(1), "… which it shares with 1");
    assert!(expected.into_keys().all(|fingerprint| seen.contains(fingerprint)));
}
