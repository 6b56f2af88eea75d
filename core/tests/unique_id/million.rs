//! The million: within 3 points of what PostgreSQL does with the same rows, and the same however it is cut.

use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::million::{Lane, MEASURED, Million, POINTS, Plan};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// All rows in one order.
fn lane(arrivals: Arrivals, rows: u64) -> Lane {
    let mut million = Million::new(&Plan { lanes: vec![arrivals], rows, ..Plan::kinds() });
    assert!(!million.advance(u64::MAX));
    million.standing().lanes.remove(0)
}

/// A million rows of one order are within 3 points of the real index, and have about as many pages.
fn compare(is_meant: fn(Arrivals) -> bool) {
    let measured = MEASURED.iter().filter(|it| is_meant(it.arrivals));
    assert!(measured.clone().count() > 0);
    for real in measured {
        let ours = lane(real.arrivals, 1_000_000);
        let (density, arrivals) = (ours.density * 100.0, real.arrivals);
        let difference = (density - real.density_percent).abs();
        assert!(difference <= 3.0, "{arrivals}: {density:.2} against {}", real.density_percent);
        let pages = f64::from(ours.counts.leaf_pages) / f64::from(real.leaf_pages);
        assert!((0.96..1.04).contains(&pages), "{arrivals}: {pages:.3} of its leaves");
        assert_eq!(u32::from(ours.levels) - 1, u32::from(real.tree_level), "{arrivals}");
    }
}

#[test]
fn in_order() {
    compare(|it| matches!(it, Arrivals::AutoIncrement | Arrivals::UuidV7Counted));
}

#[test]
fn falling() {
    compare(|it| it == Arrivals::Descending);
}

#[test]
fn by_the_millisecond() {
    compare(|it| matches!(it, Arrivals::Snowflake | Arrivals::UuidV7));
    // To an index, ULIDs are UUIDs of version 7.
    let [uuid, ulid] = [Arrivals::UuidV7, Arrivals::Ulid].map(|it| lane(it, 10_000));
    assert_eq!(ulid, Lane { arrivals: Arrivals::Ulid, ..uuid });
}

#[test]
fn by_chance() {
    compare(|it| it == Arrivals::UuidV4);
}

#[test]
fn a_little_late() {
    compare(|it| matches!(it, Arrivals::Late { rows: 0..=100 }));
}

#[test]
fn too_late() {
    compare(|it| matches!(it, Arrivals::Late { rows: 101..=1_000 }));
}

#[test]
fn much_too_late() {
    compare(|it| matches!(it, Arrivals::Late { rows: 1_001.. }));
}

#[test]
fn it_does_not_matter_how_it_is_cut() {
    let plan = Plan { rows: 3_000, pool_pages: 8, ..Plan::windows() };
    let mut at_once = Million::new(&plan);
    let mut in_steps = at_once.clone();
    assert!(!at_once.advance(u64::MAX));
    let all = at_once.standing();
    assert_eq!((all.done_rows, all.all_rows), (21_000, 21_000));
    for step in [0, 1, 2_999, 1, 7_000, 10_000] {
        assert!(in_steps.advance(step));
    }
    assert_eq!(in_steps.standing().done_rows, 20_001);
    assert!(!in_steps.advance(999));
    assert_eq!(in_steps.standing(), all);
    assert!(!in_steps.advance(1));
    assert_eq!(in_steps.standing(), all);
}

#[test]
fn curves_end_where_the_lanes_do_and_add_up() {
    let lane = lane(Arrivals::UuidV4, 50_000);
    assert_eq!(lane.curve.len() as u64, POINTS);
    assert!(lane.curve.iter().zip(1..).all(|(point, number)| point.rows == number * 500));
    assert_eq!(lane.curve.last().map(|point| point.density), Some(lane.density));
    let splits: u32 = lane.curve.iter().map(|point| point.splits).sum();
    let misses: u64 = lane.curve.iter().map(|point| point.misses).sum();
    let write_backs: u64 = lane.curve.iter().map(|point| point.write_backs).sum();
    let counts = lane.counts;
    assert_eq!((splits, misses, write_backs), (counts.splits(), counts.misses, counts.write_backs));
    assert_eq!(lane.index_bytes(), (u64::from(counts.pages()) + 1) * 8_192);
    assert_eq!(lane.fill_steps.iter().sum::<u32>(), counts.leaf_pages);
}

#[test]
fn random_keys_miss_where_rising_ones_do_not() {
    let plan = Plan { rows: 100_000, pool_pages: 64, ..Plan::kinds() };
    let mut million = Million::new(&plan);
    assert!(!million.advance(u64::MAX));
    let standing = million.standing();
    let misses = |kind: Arrivals| {
        let lane = standing.lanes.iter().find(|lane| lane.arrivals == kind);
        lane.map(|lane| lane.counts.misses_per_insert()).unwrap_or_default()
    };
    assert!(misses(Arrivals::UuidV4) > 0.5, "{}", misses(Arrivals::UuidV4));
    assert!(misses(Arrivals::AutoIncrement) < 0.001, "{}", misses(Arrivals::AutoIncrement));
    assert!(misses(Arrivals::UuidV7) < 0.001, "{}", misses(Arrivals::UuidV7));
}

#[test]
fn a_plan_may_say_anything() {
    let plan = Plan { lanes: Vec::new(), rows: 0, pool_pages: 0, seed: 0 };
    let mut million = Million::new(&plan);
    assert!(!million.advance(1));
    assert_eq!(million.standing().all_rows, 0);
    let mut million = Million::new(&Plan { lanes: vec![Arrivals::UuidV4; 40], ..plan });
    assert!(!million.advance(u64::MAX));
    let standing = million.standing();
    assert_eq!((standing.done_rows, standing.lanes.len()), (32, 32));
    assert_eq!(standing.lanes[0].curve.len(), 1);
}
