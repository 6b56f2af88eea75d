//! The ring's table: what it weighs, and that its index finds what a scan of all points finds, also
//! where the number of points changes by much and where they crowd.

use crate::coarse::Coarse;
use playground_core::consistent_hashing::{KeyHash, Point, Ring, ShardId, XxHash64};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn ring<H: KeyHash>(shards: u32, virtual_nodes: u32, hash: H) -> Ring<H> {
    let mut ring = Ring::with_hash(virtual_nodes, hash).expect("few virtual nodes");
    for shard in 0..shards {
        ring.add(&format!("shard-{shard}"), 1).expect("the names differ");
    }
    ring
}

fn bytes_a_point<H: KeyHash>(ring: &Ring<H>) -> f64 {
    ring.table_bytes() as f64 / ring.points().len() as f64
}

/// Asks for positions at, before and behind some of the points, and far from them.
fn check<H: KeyHash>(ring: &Ring<H>) {
    let points = ring.points();
    assert!(points.is_sorted_by_key(|point| point.position));
    let step = points.len().div_ceil(300).max(1);
    let near = points.iter().step_by(step).flat_map(|point| {
        let at = point.position;
        [at, at.wrapping_add(1), at.wrapping_sub(1)]
    });
    let everywhere = (0..300).map(|it| it * (u64::MAX / 299));
    for position in near.chain(everywhere).chain([0, u64::MAX]) {
        let scanned: Option<&Point> =
            points.iter().find(|point| point.position >= position).or(points.first());
        assert_eq!(ring.point_at(position).ok().as_ref(), scanned, "{position:x}");
    }
}

#[test]
fn a_point_and_its_part_of_the_index_take_at_most_17_bytes() {
    let mut ring = ring(1_000, 100, XxHash64::default());
    assert_eq!(ring.points().len(), 100_000);
    assert!(bytes_a_point(&ring) <= 17.0, "{}", bytes_a_point(&ring));
    // 16 are the point alone: less would be a miscount.
    assert!(bytes_a_point(&ring) > 16.0, "{}", bytes_a_point(&ring));
    assert!(bytes_a_point(&ring.clone()) <= 17.0);
    let mut at_once = Ring::new(100).expect("few virtual nodes");
    let names: Vec<String> = (0..1_000).map(|shard| format!("shard-{shard}")).collect();
    at_once.add_all(names.iter().map(|name| (name.as_str(), 1))).expect("the names differ");
    assert!(bytes_a_point(&at_once) <= 17.0, "{}", bytes_a_point(&at_once));
    assert_eq!(at_once.points(), ring.points());
    // Most of them leave again, one by one.
    for shard in 0..900 {
        ring.remove(ShardId(shard)).expect("it is there");
        assert!(bytes_a_point(&ring) <= 17.0, "{shard}: {}", bytes_a_point(&ring));
    }
    check(&ring);
}

#[test]
fn an_empty_table_takes_nothing() {
    let mut ring = ring(3, 10, XxHash64::default());
    for shard in 0..3 {
        ring.set_in_service(ShardId(shard), false).expect("it is there");
    }
    assert_eq!(ring.points(), []);
    assert_eq!(ring.table_bytes(), 0);
}

#[test]
fn the_index_keeps_up_while_a_ring_grows_and_shrinks() {
    let mut ring = ring(0, 7, XxHash64::default());
    for shard in 0..120 {
        ring.add(&format!("shard-{shard}"), shard % 3 + 1).expect("the names differ");
        if shard % 7 == 0 {
            check(&ring);
        }
    }
    for shard in 0..120 {
        match shard % 4 {
            0 => ring.remove(ShardId(shard)),
            1 => ring.set_in_service(ShardId(shard), false),
            2 => ring.set_weight(ShardId(shard), 5),
            _ => ring.place(ShardId(shard), 3, u64::from(shard) << 56),
        }
        .expect("it is there");
        if shard % 5 == 0 {
            check(&ring);
        }
    }
    ring.set_virtual_nodes(70).expect("few virtual nodes");
    check(&ring);
    ring.set_virtual_nodes(1).expect("one virtual node");
    check(&ring);
}

#[test]
fn crowded_points_are_found_all_the_same() {
    // All points on a few spots, or a hundred placed by hand within one arc of the index.
    check(&ring(40, 25, Coarse { positions: 3 }));
    check(&ring(40, 25, Coarse { positions: 100 }));
    let mut ring = ring(40, 25, XxHash64::default());
    for point in 0..100 {
        ring.place(ShardId(point % 40), point / 40, 1_000 + u64::from(point) * 2)
            .expect("each has 25 virtual nodes");
    }
    check(&ring);
    for point in 0..100 {
        assert_eq!(ring.owner_at(1_000 + point * 2), Ok(ShardId(point as u32 % 40)));
        assert_eq!(ring.owner_at(999 + point * 2), Ok(ShardId(point as u32 % 40)));
    }
}
