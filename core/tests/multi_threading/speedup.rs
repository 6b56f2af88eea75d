//! The laws of speed-up, at the figures that their papers give.

use playground_core::multi_threading::speedup::{
    amdahl, amdahl_limit, efficiency, fit_amdahl, gustafson, karp_flatt,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn amdahl_bounds_what_gustafson_lets_grow() {
    assert!(is_near(amdahl(0.0, 8), 8.0) && is_near(amdahl(1.0, 8), 1.0));
    assert!(is_near(amdahl(0.5, 2), 4.0 / 3.0));
    assert!(is_near(amdahl_limit(0.05), 20.0) && amdahl(0.05, 100_000) < 20.0);
    assert!(amdahl_limit(0.0).is_infinite());
    // Gustafson's own: 1,024 processors and 0.4 to 0.8 percent serial work gave 1,016 to 1,021 times as much.
    assert!(
        is_near(gustafson(0.008, 1_024), 1_015.816) && is_near(gustafson(0.004, 1_024), 1_019.908)
    );
    for workers in 1..=8 {
        for serial in [0.0, 0.01, 0.3, 1.0] {
            assert!(amdahl(serial, workers) <= gustafson(serial, workers) + 1e-9);
        }
    }
    assert!(is_near(efficiency(3.0, 4), 0.75));
}

#[test]
fn without_workers_there_is_still_one() {
    assert!(is_near(amdahl(0.3, 0), 1.0) && is_near(gustafson(0.3, 0), 1.0));
    assert!(is_near(efficiency(1.0, 0), 1.0));
    assert!(is_near(amdahl(2.0, 4), 1.0) && is_near(amdahl(-1.0, 4), 4.0));
}

#[test]
fn the_serial_share_of_a_speed_up_is_found_again() {
    for serial in [0.0, 0.02, 0.25, 1.0] {
        for workers in 2..=8 {
            let found = karp_flatt(amdahl(serial, workers), workers).unwrap();
            assert!(is_near(found, serial), "{found} is not {serial}");
        }
        let measured = (1..=8).map(|workers| (workers, amdahl(serial, workers)));
        assert!(is_near(fit_amdahl(measured).unwrap(), serial));
    }
    assert!(karp_flatt(2.5, 2).unwrap() < 0.0, "faster than there are workers");
    assert_eq!(fit_amdahl([(2, 2.5)]), Some(0.0));
}

#[test]
fn what_shows_nothing_is_no_serial_share() {
    assert_eq!(karp_flatt(1.0, 1), None);
    assert_eq!(karp_flatt(0.0, 2), None);
    assert_eq!(karp_flatt(f64::INFINITY, 2), None);
    assert_eq!(karp_flatt(f64::NAN, 2), None);
    assert_eq!(fit_amdahl([]), None);
    assert_eq!(fit_amdahl([(1, 1.0), (4, f64::NAN)]), None);
}

#[test]
fn a_fit_is_between_what_its_points_say() {
    let serial =
        fit_amdahl([(2, amdahl(0.1, 2)), (4, amdahl(0.2, 4)), (8, amdahl(0.3, 8))]).unwrap();
    assert!((0.2..0.3).contains(&serial), "the larger n count more: {serial}");
}
