//! How near the model is to a real index: a million rows of every order within 3 points of the leaf density that
//! PostgreSQL 15 has after the same rows.

use playground_core::unique_id::arrivals::{Arrivals, WINDOWS};
use playground_core::unique_id::million::{MEASURED, Million, Plan};

/// Percents from earlier measurements, whose rows were made in some other way.
const REPORTED: [(Arrivals, f64); 10] = [
    (Arrivals::Snowflake, 90.5),
    (Arrivals::UuidV7, 93.0),
    (Arrivals::UuidV4, 70.5),
    (Arrivals::Late { rows: 0 }, 93.0),
    (Arrivals::Late { rows: 30 }, 93.5),
    (Arrivals::Late { rows: 100 }, 94.2),
    (Arrivals::Late { rows: 300 }, 54.0),
    (Arrivals::Late { rows: 1_000 }, 61.0),
    (Arrivals::Late { rows: 3_000 }, 66.8),
    (Arrivals::Late { rows: 10_000 }, 69.6),
];

/// A million rows of one order are within 3 points of the real index, and have about as many pages.
fn compare(is_meant: fn(Arrivals) -> bool) {
    let measured = MEASURED.iter().filter(|it| is_meant(it.arrivals));
    assert!(measured.clone().count() > 0);
    for real in measured {
        let mut million = Million::new(&Plan { lanes: vec![real.arrivals], ..Plan::kinds() });
        assert!(!million.advance(u64::MAX));
        let ours = million.standing().lanes.remove(0);
        let (density, arrivals) = (ours.density * 100.0, real.arrivals);
        let reported =
            REPORTED.iter().filter(|(it, _)| *it == arrivals).map(|(_, percent)| *percent);
        for percent in reported.chain([real.density_percent]) {
            let difference = (density - percent).abs();
            assert!(difference <= 3.0, "{arrivals}: {density:.2} against {percent}");
        }
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
fn every_order_of_the_experiments_was_measured() {
    let orders = Arrivals::KINDS.into_iter().chain(Arrivals::windows());
    for arrivals in orders {
        assert!(MEASURED.iter().any(|it| it.arrivals == arrivals), "{arrivals}");
    }
    assert_eq!(Arrivals::windows().count(), WINDOWS.len());
}
