//! The orders in which keys arrive: how far each of them is from order, and that no key comes twice.

use playground_core::sim::Rng;
use playground_core::unique_id::arrivals::{Arrivals, ROWS_PER_MS, SHORT_GAP, WINDOWS};
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ROWS: usize = 20_000;

fn keys(arrivals: Arrivals) -> Vec<u128> {
    arrivals.keys(Rng::new(1)).take(ROWS).collect()
}

/// By how many rows the latest key comes too late: those before it that are greater, looking back.
fn most_rows_late(keys: &[u128]) -> usize {
    let mut greatest: Vec<u128> = Vec::new();
    let late = keys.iter().map(|key| {
        let before = greatest.last().copied().unwrap_or(0).max(*key);
        greatest.push(before);
        // The first place up to which something greater had come.
        greatest.len() - 1 - greatest.partition_point(|it| it <= key).min(greatest.len() - 1)
    });
    late.max().unwrap_or(0)
}

#[test]
fn every_order_is_what_it_says() {
    let per_ms = ROWS_PER_MS as usize;
    for arrivals in [Arrivals::AutoIncrement, Arrivals::UuidV7Counted] {
        assert!(keys(arrivals).is_sorted_by(|a, b| a < b), "{arrivals}");
    }
    assert!(keys(Arrivals::Descending).is_sorted_by(|a, b| a > b));
    for arrivals in [Arrivals::Snowflake, Arrivals::UuidV7, Arrivals::Ulid] {
        let keys = keys(arrivals);
        assert!((per_ms / 2..per_ms).contains(&most_rows_late(&keys)), "{arrivals}");
        // Nothing is out of order from one millisecond to the next.
        let mut milliseconds = keys.chunks(per_ms);
        assert!(milliseconds.all(|ms| ms.iter().all(|key| key >> 64 == ms[0] >> 64)), "{arrivals}");
    }
    for rows in WINDOWS {
        let late = most_rows_late(&keys(Arrivals::Late { rows }));
        let most = rows as usize + per_ms;
        assert!((most * 9 / 10..=most).contains(&late) || late < per_ms, "{rows}: {late}");
    }
    // By chance alone the last keys are later than almost all others.
    assert!(most_rows_late(&keys(Arrivals::UuidV4)) > ROWS * 9 / 10);
}

#[test]
fn no_key_comes_twice() {
    let late = Arrivals::Late { rows: 300 };
    for arrivals in Arrivals::KINDS.into_iter().chain([late, Arrivals::Descending]) {
        let keys = keys(arrivals);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), ROWS, "{arrivals}");
    }
}

#[test]
fn snowflakes_of_a_millisecond_are_ordered_by_worker_then_sequence() {
    let first: Vec<u128> =
        keys(Arrivals::Snowflake).into_iter().take(ROWS_PER_MS as usize).collect();
    let field = |key: &u128| ((key >> 59) & 31, (key >> 47) & 4_095);
    let mut sequences = [0; 32];
    for (worker, sequence) in first.iter().map(field) {
        assert_eq!(sequence, sequences[worker as usize]);
        sequences[worker as usize] += 1;
    }
    assert!(sequences.iter().filter(|count| **count > 0).count() > 20, "{sequences:?}");
}

#[test]
fn short_keys_are_readable_and_in_the_same_order() {
    let short = |arrivals: Arrivals| -> Vec<u32> {
        arrivals.short_keys(100, Rng::new(1)).take(100).collect()
    };
    let rising: Vec<u32> = (0..100).map(|row| row * SHORT_GAP).collect();
    assert_eq!(short(Arrivals::AutoIncrement), rising);
    let falling = short(Arrivals::Descending);
    assert!(falling.is_sorted_by(|a, b| a > b));
    for arrivals in Arrivals::KINDS.into_iter().chain([Arrivals::Descending]) {
        let keys = short(arrivals);
        assert!(keys.iter().all(|key| *key < 100 * SHORT_GAP), "{arrivals}: {keys:?}");
    }
    // Rows of one moment are five, which share fifty keys.
    let keys = short(Arrivals::UuidV7);
    assert!(keys.iter().enumerate().all(|(row, key)| row / 5 == *key as usize / 50), "{keys:?}");
    assert!(!keys.is_sorted());
}

#[test]
fn the_same_seed_gives_the_same_keys() {
    let again = |seed| Arrivals::UuidV4.keys(Rng::new(seed)).take(10).collect::<Vec<_>>();
    assert_eq!(again(1), again(1));
    assert_ne!(again(1), again(2));
}
