//! The race of the policies: the same wherever it is run, and however it is cut into steps.

use expect_test::expect;
use playground_core::cdn::eviction::Policy;
use playground_core::cdn::race::{Curves, Race, Tally};
use playground_core::cdn::workload::{Preset, Workload};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn hits_of_every_policy_on_every_preset() {
    const REQUESTS: u64 = 25_000;
    let mut table = format!("hits of {REQUESTS:<10}");
    Policy::ALL.iter().for_each(|policy| write!(table, "{policy:>10}").unwrap());
    for preset in Preset::ALL {
        let mut race = Race::new(&preset.workload(1), preset.capacity_bytes(1));
        race.step(REQUESTS);
        write!(table, "\n{preset:<18}").unwrap();
        for policy in Policy::ALL {
            write!(table, "{:>10}", race.total(policy).unwrap().hits).unwrap();
        }
    }
    expect![[r#"
        hits of 25000           FIFO       LRU       LFU     SIEVE   S3-FIFO W-TinyLFU
        Steady popularity      10157     11251     13025     13025     13176     13196
        One-hit wonders         5653      6417      8099      8099      8247      8324
        A crawler               8304      9118     10832     10832     10957     10974
        Changing fashions      10109     11145     10017     10568     11929     11467
        Large and small         8719      9686     11380     11380     11541     12388"#]]
    .assert_eq(&table);
}

#[test]
fn a_race_does_not_depend_on_how_it_is_stepped() {
    let workload = Preset::Web.workload(7);
    let mut at_once = Race::new(&workload, 1_000_000);
    let mut in_steps = at_once.clone();
    at_once.step(5_000);
    for step in [1, 0, 999, 3_000, 1_000] {
        in_steps.step(step);
    }
    assert_eq!(at_once.frame(), in_steps.frame());
    assert_eq!(at_once.requests(), 5_000);
}

#[test]
fn windows_add_up_to_the_total() {
    let mut race = Race::new(&Workload::zipf(50, 1_000, 1), 10);
    race.step(5_500);
    let frame = race.frame();
    assert_eq!((frame.requests, frame.window_requests), (5_500, 1_000));
    for lane in frame.lanes {
        assert_eq!(lane.windows.len(), 6);
        assert_eq!(lane.windows.iter().map(|it| it.hits).sum::<u64>(), lane.total.hits);
        assert_eq!(lane.windows.iter().map(|it| it.requests).sum::<u64>(), lane.total.requests);
        assert_eq!((lane.objects, lane.used_bytes), (10, 10));
        let misses = lane.total.requests - lane.total.hits;
        // What W-TinyLFU refuses is never held.
        if lane.policy != Policy::WTinyLfu {
            assert_eq!(lane.evictions + 10, misses, "{}", lane.policy);
        }
    }
}

#[test]
fn a_larger_cache_hits_more() {
    // Not a law, but for LRU: Bélády, Nelson and Shedler, "An anomaly in space-time characteristics of certain
    // programs running in a paging machine" (1969), show a FIFO that hits less when it is larger.
    let mut curves = Curves::new(&Workload::zipf(1_000, 800, 3), &[1, 10, 100, 500, 1_000]);
    curves.step(5_000);
    let curves = curves.curves();
    assert_eq!(curves.iter().map(|curve| curve.policy).collect::<Vec<_>>(), Policy::ALL);
    for curve in &curves {
        let hits: Vec<u64> = curve.points.iter().map(|(_, tally)| tally.hits).collect();
        assert!(hits.is_sorted(), "{}: {hits:?}", curve.policy);
    }
    // Nothing ever has to go from a cache for the whole catalogue, so that all policies are one.
    let last = |policy: usize| curves[policy].points[4];
    (1..5).for_each(|policy| assert_eq!(last(policy), last(0)));
}

#[test]
fn bytes_are_counted_apart_from_requests() {
    let mut race = Race::new(&Preset::Web.workload(1), Preset::Web.capacity_bytes(1));
    race.step(10_000);
    let frame = race.frame();
    for lane in &frame.lanes {
        assert!(lane.used_bytes <= frame.capacity_bytes);
        let (by_requests, by_bytes) = (lane.total.hit_ratio(), lane.total.byte_hit_ratio());
        assert!(by_requests > 0.0 && by_bytes > 0.0 && by_requests != by_bytes);
    }
    assert_eq!((Tally::default().hit_ratio(), Tally::default().byte_hit_ratio()), (0.0, 0.0));
}
