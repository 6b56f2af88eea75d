//! Throughput, percentiles and Little's law, beside figures that can be counted by hand.

use playground_core::blocking_queue::measures::{
    MOST_REMEMBERED, Meter, Percentiles, Summary, nearest_rank,
};
use playground_core::sim::Rng;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn a_percentile_is_one_of_the_times_by_nearest_rank() {
    // The example of the definition: 15, 20, 35, 40, 50.
    let sorted = [15, 20, 35, 40, 50];
    let ranks = [50, 300, 400, 500, 1_000].map(|it| nearest_rank(&sorted, it));
    assert_eq!(ranks, [Some(15), Some(20), Some(20), Some(35), Some(50)]);
    assert_eq!((nearest_rank(&sorted, 0), nearest_rank(&sorted, 5_000)), (Some(15), Some(50)));
    assert_eq!(nearest_rank(&[], 500), None);
    let mut times: Vec<u64> = (1..=1_000).rev().collect();
    let all = Percentiles::of(&mut times).expect("a thousand");
    assert_eq!((all.samples, all.least_us, all.most_us), (1_000, 1, 1_000));
    assert_eq!((all.p50_us, all.p90_us, all.p99_us, all.p999_us), (500, 900, 990, 999));
    assert_eq!(Percentiles::of(&mut []), None);
}

#[test]
fn three_items_counted_by_hand() {
    let mut meter = Meter::new(1_000_000, 0);
    assert_eq!(meter.summary(0), Summary::default());
    // In at 100, 200 and 300, out at 400, 600 and 900.
    for (level, at) in [(1, 100), (2, 200), (3, 300)] {
        meter.arrive(at, 1);
        meter.set_level(at, level);
    }
    for (level, at, wait) in [(2, 400, 300), (1, 600, 400), (0, 900, 600)] {
        meter.leave(at, 1, &[wait]);
        meter.set_level(at, level);
    }
    let summary = meter.summary(1_000);
    assert_eq!((summary.window_us, summary.arrived, summary.left), (1_000, 3, 3));
    assert_eq!(summary.mean_level, Some(1.3));
    assert_eq!(summary.mean_wait_us, Some(1_300.0 / 3.0));
    assert_eq!(summary.throughput_per_s(), Some(3_000.0));
    assert_eq!(summary.arrivals_per_s(), Some(3_000.0));
    let waits = summary.waits.expect("three");
    assert_eq!((waits.least_us, waits.p50_us, waits.p99_us), (300, 400, 600));
    // The window begins and ends empty: the law holds to the last digit.
    assert!(summary.little().expect("both sides").error() < 1e-12);
    assert_eq!((meter.area_us(1_000), meter.waited_us()), (1_300, 1_300));
}

#[test]
fn what_is_over_is_forgotten() {
    let mut meter = Meter::new(1_000, 0);
    for step in 0..100 {
        let at = step * 100;
        meter.arrive(at, 1);
        meter.set_level(at, 1);
        meter.leave(at + 50, 1, &[50]);
        meter.set_level(at + 50, 0);
    }
    let summary = meter.summary(9_999);
    assert_eq!((summary.window_us, summary.arrived, summary.left), (1_000, 10, 10));
    assert_eq!(summary.mean_level, Some(0.5));
    assert!(meter.remembered() < 40, "{}", meter.remembered());
    // Nothing happens any more.
    let late = meter.summary(1_000_000);
    assert_eq!((late.arrived, late.left, late.mean_level), (0, 0, Some(0.0)));
    assert_eq!((late.mean_wait_us, late.waits, late.little()), (None, None, None));
}

/// Real queues tell of many items at once, and of some of their times only.
#[test]
fn a_sample_of_the_times_is_enough() {
    let mut meter = Meter::new(1_000_000, 5_000);
    meter.arrive(6_000, 1_000_000);
    meter.set_level(6_000, 10);
    meter.leave(10_000, 999_990, &[7, 9, 8]);
    let summary = meter.summary(10_000);
    assert_eq!((summary.window_us, summary.left), (5_000, 999_990));
    assert_eq!(summary.mean_wait_us, Some(8.0));
    assert_eq!(summary.waits.map(|it| (it.samples, it.p50_us)), Some((3, 8)));
}

#[test]
fn it_does_not_grow_without_end_and_time_does_not_go_back() {
    let mut meter = Meter::new(u64::MAX, 0);
    for at in 0..20_000 {
        meter.arrive(at, 1);
        meter.leave(at, 1, &[1]);
        meter.set_level(at, at % 2);
    }
    assert!(meter.remembered() <= 2 * MOST_REMEMBERED);
    let before = meter.summary(20_000);
    meter.arrive(3, 1);
    let after = meter.summary(0);
    assert_eq!(after.arrived, before.arrived + 1);
}

/// A queue of many servers, in which items overtake each other: the law knows neither.
#[test]
fn littles_law_holds_whatever_the_order() {
    for seed in 0..20 {
        let mut rng = Rng::new(seed);
        let mut events: Vec<(u64, i32, u64)> = Vec::new();
        for _ in 0..10_000 {
            let (arrival, stay) = (rng.below(10_000_000), 1 + rng.below(20_000));
            events.push((arrival, 1, 0));
            events.push((arrival + stay, -1, stay));
        }
        events.sort_unstable();
        let mut meter = Meter::new(u64::MAX, 0);
        let mut level = 0_i64;
        for (at, change, stay) in &events {
            level += i64::from(*change);
            if *change > 0 {
                meter.arrive(*at, 1);
            } else {
                meter.leave(*at, 1, &[*stay]);
            }
            meter.set_level(*at, level as u64);
        }
        let summary = meter.summary(events.last().expect("many").0);
        // Of what it remembers: the ends of the window cut off a part.
        let error = summary.little().expect("both sides").error();
        assert!(error < 0.02, "seed {seed}: {error}");
        let total: u64 = events.iter().map(|it| it.2).sum();
        assert_eq!(meter.area_us(events.last().expect("many").0), total);
    }
}
