//! Workloads: Zipf's law to the last bit, and what lies over it.

use expect_test::expect;
use playground_core::cdn::workload::{
    FIRST_SCANNED, FIRST_WONDER, Preset, Scan, Shift, Sizes, Workload, Zipf, zipf,
};
use playground_core::sim::Rng;
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn objects(workload: Workload, count: usize) -> Vec<u64> {
    workload.requests().take(count).map(|request| request.object).collect()
}

#[test]
fn the_first_requests_stay_what_they_are() {
    let line = |preset: Preset| {
        let requests = preset.workload(1).requests().skip(9_995).take(6);
        let requests = requests.map(|it| format!("{}:{}", it.object, it.bytes));
        format!("{preset}: {}", requests.collect::<Vec<_>>().join(" "))
    };
    expect![[r#"
        Steady popularity: 924:1 1464:1 650:1 1674:1 2188:1 1476:1
        One-hit wonders: 1099511631047:1 1099511631048:1 432:1 1099511631049:1 1099511631050:1 1099511631051:1
        A crawler: 1144:1 627:1 114:1 103:1 2779:1 188:1
        Changing fashions: 924:1 1464:1 650:1 1674:1 2688:1 1976:1
        Large and small: 53:1411 1010:3380 1194:7146 9385:217907 6922:124688 57:326"#]].assert_eq(&Preset::ALL.map(line).join("\n"));
}

#[test]
#[allow(clippy::disallowed_methods)] // The last bit does not matter here.
fn weights_are_those_of_the_law() {
    for alpha_milli in [0, 1, 640, 990, 1_000, 1_234, 2_000, 3_000] {
        let zipf = Zipf::new(10_000, alpha_milli);
        let sum: u64 = (0..10_000).map(|object| zipf.weight(object)).sum();
        assert_eq!((sum, zipf.weight(10_000)), (zipf.total(), 0));
        for object in [0, 1, 2, 9, 99, 999, 9_999] {
            let law = f64::from(object + 1).powf(-f64::from(alpha_milli) / 1_000.0);
            let weight = zipf.weight(object) as f64 / zipf.weight(0) as f64;
            let rounding = 1.0 / zipf.weight(object) as f64;
            let error = (weight / law - 1.0).abs();
            assert!(error < 1e-5 + rounding, "α {alpha_milli}, {object}: {weight} for {law}");
        }
    }
}

#[test]
fn a_table_is_the_same_everywhere() {
    let totals = [500, 900, 1_000, 1_234].map(|alpha| Zipf::new(100_000, alpha).total());
    expect!["[2775153092902885, 97604679647392, 53173024955740, 20136731328681]"]
        .assert_eq(&format!("{totals:?}"));
}

#[test]
fn draws_follow_the_weights() {
    let zipf = Zipf::new(20, 1_000);
    let (mut rng, mut drawn) = (Rng::new(5), [0_u64; 20]);
    const DRAWS: u64 = 100_000;
    (0..DRAWS).for_each(|_| drawn[zipf.draw(&mut rng) as usize] += 1);
    for (object, count) in (0..).zip(drawn) {
        let expected = DRAWS as f64 * zipf.weight(object) as f64 / zipf.total() as f64;
        let deviations = (count as f64 - expected) / expected.sqrt();
        assert!(deviations.abs() < 4.0, "{object}: {count} for {expected:.0}");
    }
}

#[test]
fn limits_are_kept() {
    assert_eq!(Zipf::new(0, 1_000).objects(), 1);
    assert_eq!(Zipf::new(2, u32::MAX), Zipf::new(2, zipf::MOST_ALPHA_MILLI));
    let most = Zipf::new(u32::MAX, 0);
    assert_eq!(most.objects(), zipf::MOST_OBJECTS);
    assert_eq!(most.total(), 1 << 62, "so many of the first weight fit into 64 bits");
}

#[test]
fn wonders_come_once() {
    let workload = Workload { wonders_percent: 40, ..Workload::zipf(10, 1_000, 2) };
    let asked = objects(workload, 10_000);
    let wonders: Vec<u64> = asked.iter().copied().filter(|it| *it >= FIRST_WONDER).collect();
    assert!((3_800..4_200).contains(&wonders.len()), "{}", wonders.len());
    assert_eq!(wonders.iter().collect::<BTreeSet<_>>().len(), wonders.len());
    let all = Workload { wonders_percent: 255, ..workload };
    assert!(objects(all, 100).iter().all(|object| *object >= FIRST_WONDER));
}

#[test]
fn a_scan_walks_through_its_objects_in_order() {
    let scan = Some(Scan { every: 4, objects: 3 });
    let asked = objects(Workload { scan, ..Workload::zipf(10, 1_000, 2) }, 14);
    let is_scanned: Vec<u64> =
        asked.iter().map(|it| it.saturating_sub(FIRST_SCANNED - 1)).collect();
    assert_eq!(is_scanned, [0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 1, 2, 3]);
}

#[test]
fn a_shift_takes_the_most_popular_down_to_the_end() {
    // With α = 3 five in six requests are for the most popular object.
    let shift = Some(Shift { every: 100, objects: 3 });
    let asked = objects(Workload { shift, ..Workload::zipf(10, 3_000, 2) }, 300);
    for (number, most_popular) in [(0, 0), (1, 3), (2, 6)] {
        let window = &asked[number * 100..][..99];
        let count = window.iter().filter(|object| **object == most_popular).count();
        assert!(count > 70, "window {number}: {count}");
    }
}

#[test]
fn a_pause_of_nothing_is_a_pause_of_one() {
    let scan = Some(Scan { every: 0, objects: 0 });
    let shift = Some(Shift { every: 0, objects: u32::MAX });
    assert_eq!(objects(Workload { scan, shift, ..Workload::zipf(1, 0, 1) }, 10), [0; 10]);
}

#[test]
fn sizes_of_the_web_are_those_of_the_table() {
    let mut sizes: Vec<u64> = (0..20_001).map(|object| Sizes::Web.bytes_of(object, 1)).collect();
    sizes.sort_unstable();
    let (first, median, last) = (sizes[0], sizes[10_000], sizes[20_000]);
    assert!(first >= 266 && last <= 375_750, "{first} to {last}");
    assert!((9_700..10_300).contains(&median), "{median}");
    let mean = sizes.iter().sum::<u64>() / 20_001;
    assert!((27_000..29_000).contains(&mean), "{mean}");
    assert_ne!(Sizes::Web.bytes_of(1, 1), Sizes::Web.bytes_of(1, 2));
    assert_eq!(Sizes::Equal { bytes: 0 }.bytes_of(1, 1), 1);
}

#[test]
fn a_workload_comes_back_from_its_wire_form() {
    for preset in Preset::ALL {
        let json = serde_json::to_string(&preset.workload(3)).unwrap();
        assert_eq!(serde_json::from_str::<Workload>(&json).unwrap(), preset.workload(3));
    }
    assert_eq!(Workload::zipf(7, 0, 1).catalogue_bytes(), 7);
}
