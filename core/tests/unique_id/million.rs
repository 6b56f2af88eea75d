//! The million: the same in every world and however it is cut. How near it is to a real index is in `postgresql.rs`.

use expect_test::expect;
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::million::{Lane, Million, POINTS, Plan};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// All rows in one order.
fn lane(arrivals: Arrivals, rows: u64) -> Lane {
    let mut million = Million::new(&Plan { lanes: vec![arrivals], rows, ..Plan::kinds() });
    assert!(!million.advance(u64::MAX));
    million.standing().lanes.remove(0)
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

#[test]
fn to_an_index_ulids_are_uuids_of_version_7() {
    let [uuid, ulid] = [Arrivals::UuidV7, Arrivals::Ulid].map(|it| lane(it, 10_000));
    assert_eq!(ulid, Lane { arrivals: Arrivals::Ulid, ..uuid });
}

#[test]
fn twenty_thousand_rows_in_every_order() {
    let plan = Plan { rows: 20_000, pool_pages: 32, ..Plan::kinds() };
    let lanes = Arrivals::KINDS.into_iter().chain(Arrivals::windows());
    let mut million =
        Million::new(&Plan { lanes: lanes.chain([Arrivals::Descending]).collect(), ..plan });
    assert!(!million.advance(u64::MAX));
    let mut table = "density, leaves, splits of the last, of others, misses, written".to_owned();
    for lane in million.standing().lanes {
        let Lane { arrivals, density, counts, .. } = lane;
        write!(
            table,
            "\n{:<22}{:5.2} %{:6}{:6}{:6}{:7}{:7}",
            arrivals.to_string(),
            density * 100.0,
            counts.leaf_pages,
            counts.rightmost_splits,
            counts.middle_splits,
            counts.misses,
            counts.write_backs,
        )
        .unwrap();
    }
    expect![[r#"
        density, leaves, splits of the last, of others, misses, written
        auto-increment        89.50 %    55    54     0      1     24
        Snowflake             91.16 %    54    53     0      1     23
        UUIDv7, counted       89.60 %    77    76     0      1     46
        UUIDv7                93.22 %    74    73     0      1     43
        ULID                  93.22 %    74    73     0      1     43
        UUIDv4                67.08 %   103     2   100   6285   6356
        up to 0 rows late     93.22 %    74    73     0      1     43
        up to 30 rows late    91.98 %    75    73     1      1     44
        up to 100 rows late   93.22 %    74    72     1      1     43
        up to 300 rows late   54.48 %   127    63    63      1     96
        up to 1000 rows late  62.28 %   111    38    72      1     80
        up to 3000 rows late  68.40 %   101    22    78      1     70
        up to 10000 rows late 67.74 %   102    13    88      3     73
        descending            50.36 %    98     1    96      2     68"#]]
    .assert_eq(&table);
}
