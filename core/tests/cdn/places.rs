//! Distances against trigonometry, the map against what is known of it.

use playground_core::cdn::places::City;
use playground_core::cdn::world::{self, HEIGHT, LAND, WIDTH};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The haversine formula on a sphere of the Earth's mean radius (IUGG).
#[allow(clippy::disallowed_methods)] // A second opinion: the core itself looks distances up.
fn haversine_km(from: City, to: City) -> f64 {
    let radians = |city: City| {
        let (latitude, longitude) = city.position();
        (f64::from(latitude).to_radians() / 100.0, f64::from(longitude).to_radians() / 100.0)
    };
    let ((lat_a, lon_a), (lat_b, lon_b)) = (radians(from), radians(to));
    let half = |angle: f64| (angle / 2.0).sin() * (angle / 2.0).sin();
    let h = half(lat_b - lat_a) + lat_a.cos() * lat_b.cos() * half(lon_b - lon_a);
    2.0 * 6_371.008_8 * h.sqrt().asin()
}

#[test]
fn every_distance_is_the_great_circle() {
    for from in City::ALL {
        for to in City::ALL {
            let (table, computed) = (from.km_to(to), haversine_km(from, to));
            assert!((f64::from(table) - computed).abs() <= 0.51, "{from:?} {to:?}: {computed}");
            assert_eq!(table, to.km_to(from));
        }
    }
    assert_eq!(City::Madrid.km_to(City::Rotorua), 19_762);
    assert_eq!(City::Auckland.km_to(City::Rotorua), 195);
}

#[test]
fn light_takes_what_it_takes() {
    for (from, to, ping_ms) in [
        // What pings are known to take, to within a half.
        (City::London, City::NewYork, 70),
        (City::Frankfurt, City::Singapore, 155),
        (City::NewYork, City::Sydney, 200),
        (City::Madrid, City::Auckland, 290),
    ] {
        let ms = from.latency_to(to).0 * 2 / 1_000;
        assert!((ping_ms / 2..=ping_ms * 3 / 2).contains(&ms), "{from:?} {to:?}: {ms} ms");
    }
}

#[test]
fn the_map_is_the_world() {
    let places = City::ALL.map(|city| {
        let (latitude, longitude) = city.position();
        world::project(f64::from(latitude) / 100.0, f64::from(longitude) / 100.0)
    });
    for (x, y) in places {
        assert!(x > 0.0 && x < WIDTH && y > 0.0 && y < HEIGHT);
    }
    assert_eq!(world::project(0.0, 0.0), (WIDTH / 2.0, world::EQUATOR));
    let (right, _) = world::project(0.0, 180.0);
    assert!((right - WIDTH).abs() < 1e-9);
}

/// The rings of the outline as points.
fn rings() -> Vec<Vec<(f64, f64)>> {
    let numbers = |text: &str| -> Vec<f64> {
        let spaced = text.replace('-', " -");
        spaced.split_whitespace().map(|it| it.parse().expect("a number")).collect()
    };
    let rings = LAND.split_terminator('z').map(|ring| {
        let (start, steps) =
            ring.strip_prefix('M').and_then(|it| it.split_once('l')).expect("M…l…z");
        let [mut x, mut y] = numbers(start)[..] else { panic!("{start}") };
        let mut points = vec![(x, y)];
        for step in numbers(steps).chunks(2) {
            (x, y) = (x + step[0], y + step[1]);
            points.push((x, y));
        }
        points
    });
    rings.collect()
}

fn is_inside(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    let crossed = edges.filter(|((x1, y1), (x2, y2))| {
        (*y1 > y) != (*y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    });
    crossed.count() % 2 == 1
}

#[test]
fn what_is_land_is_land_and_what_is_sea_is_sea() {
    let rings = rings();
    let is_land = |latitude: f64, longitude: f64| {
        let place = world::project(latitude, longitude);
        rings.iter().any(|ring| is_inside(ring, place))
    };
    for (latitude, longitude) in [
        (40.4, -3.7),
        (48.9, 2.4),
        (61.0, 105.0),
        (-25.0, 134.0),
        (39.0, -98.0),
        (-10.0, -55.0),
        (0.0, 25.0),
        (-38.5, 176.0),
    ] {
        assert!(is_land(latitude, longitude), "{latitude} {longitude}");
    }
    for (latitude, longitude) in
        [(30.0, -40.0), (0.0, -150.0), (-30.0, 80.0), (36.0, 18.0), (-45.0, 0.0), (58.0, -86.0)]
    {
        assert!(!is_land(latitude, longitude), "{latitude} {longitude}");
    }
    assert!(LAND.len() < 8_000, "a few kilobytes");
    let points = rings.iter().flatten();
    assert!(points.clone().all(|(x, y)| (0.0..=WIDTH).contains(x) && (0.0..=HEIGHT).contains(y)));
}
