//! The ring case by case: edges of the circle, ties, every error, and what each change leaves alone.

use crate::coarse::{Coarse, named_points};
use playground_core::consistent_hashing::ring::MOST_POINTS_PER_SHARD;
use playground_core::consistent_hashing::{
    KeyHash, Modulo, Placement, Ring, RingError, ShardId, XxHash64,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const A: ShardId = ShardId(0);
const B: ShardId = ShardId(1);
const C: ShardId = ShardId(2);

/// Shards A, B and C, equally heavy.
fn ring(virtual_nodes: u32) -> Ring {
    let mut ring = Ring::new(virtual_nodes).expect("few virtual nodes");
    for name in ["A", "B", "C"] {
        ring.add(name, 1).expect("the names differ");
    }
    ring
}

/// Shards A, B and C with one point each, at these positions.
fn placed(positions: [u64; 3]) -> Ring {
    let mut ring = ring(1);
    for (shard, position) in [A, B, C].into_iter().zip(positions) {
        ring.place(shard, 0, position).expect("every shard has a virtual node 0");
    }
    ring
}

/// The owners of a thousand positions all around the circle.
fn owners<H: KeyHash>(ring: &Ring<H>) -> Vec<ShardId> {
    let positions = (0..1_000).map(|it| it * (u64::MAX / 1_000));
    positions.map(|it| ring.owner_at(it).expect("there are shards")).collect()
}

#[test]
fn a_point_owns_the_arc_up_to_and_including_itself() {
    let ring = placed([100, 200, 300]);
    for (position, owner) in
        [(0, A), (100, A), (101, B), (200, B), (201, C), (300, C), (301, A), (u64::MAX, A)]
    {
        assert_eq!(ring.owner_at(position), Ok(owner), "{position}");
    }
}

#[test]
fn the_circle_closes_at_its_ends() {
    let ring = placed([0, u64::MAX, 1 << 63]);
    for (position, owner) in
        [(0, A), (1, C), (1 << 63, C), ((1 << 63) + 1, B), (u64::MAX - 1, B), (u64::MAX, B)]
    {
        assert_eq!(ring.owner_at(position), Ok(owner), "{position}");
    }
}

#[test]
fn a_single_point_owns_everything() {
    let mut ring = Ring::new(1).expect("one virtual node");
    let only = ring.add("only", 1).expect("the first of its name");
    for at in [0, 1 << 63, u64::MAX] {
        ring.place(only, 0, at).expect("it has a virtual node 0");
        assert!([0, 1, at, u64::MAX].iter().all(|it| ring.owner_at(*it) == Ok(only)), "{at}");
    }
}

#[test]
fn of_coinciding_points_the_first_by_name_owns_the_arc() {
    // Placed in either order, and added in either order: the tie must not remember.
    let forward = placed([500, 500, 900]);
    assert_eq!(forward.owner_at(400), Ok(A));
    assert_eq!(forward.point_at(500).map(|point| point.shard), Ok(A));
    assert_eq!(forward.owner_at(501), Ok(C));
    let mut backward = Ring::new(1).expect("one virtual node");
    for name in ["C", "B", "A"] {
        let shard = backward.add(name, 1).expect("the names differ");
        backward.place(shard, 0, if name == "C" { 900 } else { 500 }).expect("virtual node 0");
    }
    assert_eq!(named_points(&forward), named_points(&backward));
    let mut without = forward.clone();
    without.remove(A).expect("it is there");
    assert_eq!(without.owner_at(400), Ok(B), "the next of them takes over");
}

#[test]
fn a_ring_without_shards_in_service_is_empty() {
    let mut ring = ring(3);
    for shard in [A, B, C] {
        ring.set_in_service(shard, false).expect("it is there");
    }
    assert_eq!(ring.owner(b"key"), Err(RingError::Empty));
    assert_eq!(ring.point_at(0), Err(RingError::Empty));
    assert_eq!(ring.points(), []);
    assert!(!ring.is_empty(), "its shards are only out of service");
    assert_eq!(ring.len(), 3);
    assert_eq!(Ring::new(1).expect("one virtual node").owner(b"key"), Err(RingError::Empty));
}

#[test]
fn every_error_leaves_the_ring_as_it_was() {
    let mut ring = ring(4);
    ring.place(B, 3, 77).expect("it has four virtual nodes");
    ring.set_in_service(C, false).expect("it is there");
    let unknown = ShardId(3);
    let heavy = (MOST_POINTS_PER_SHARD / 4 + 1) as u32;
    let too_many = RingError::TooManyPoints(MOST_POINTS_PER_SHARD + 4);
    let many = (MOST_POINTS_PER_SHARD + 1) as u32;
    type Change = Box<dyn Fn(&mut Ring) -> Result<(), RingError>>;
    let cases: Vec<(Change, RingError)> = vec![
        (Box::new(|it| it.add("A", 1).map(drop)), RingError::DuplicateShard("A".into())),
        (Box::new(|it| it.add("D", 0).map(drop)), RingError::ZeroWeight),
        (Box::new(move |it| it.add("D", heavy).map(drop)), too_many.clone()),
        (Box::new(move |it| it.remove(unknown)), RingError::UnknownShard(unknown)),
        (Box::new(move |it| it.set_in_service(unknown, true)), RingError::UnknownShard(unknown)),
        (Box::new(move |it| it.set_weight(unknown, 1)), RingError::UnknownShard(unknown)),
        (Box::new(|it| it.set_weight(A, 0)), RingError::ZeroWeight),
        (Box::new(move |it| it.set_weight(A, heavy)), too_many),
        (Box::new(|it| it.set_virtual_nodes(0)), RingError::ZeroVirtualNodes),
        (
            Box::new(move |it| it.set_virtual_nodes(many)),
            RingError::TooManyPoints(MOST_POINTS_PER_SHARD + 1),
        ),
        (Box::new(move |it| it.place(unknown, 0, 1)), RingError::UnknownShard(unknown)),
        (Box::new(|it| it.place(A, 4, 1)), RingError::UnknownVirtualNode(4)),
        (Box::new(move |it| it.release(unknown, 0)), RingError::UnknownShard(unknown)),
        (Box::new(|it| it.release(A, u32::MAX)), RingError::UnknownVirtualNode(u32::MAX)),
    ];
    let before = format!("{ring:?}");
    for (number, (change, error)) in cases.into_iter().enumerate() {
        assert_eq!(change(&mut ring), Err(error), "case {number}");
        assert_eq!(format!("{ring:?}"), before, "case {number}");
    }
    assert_eq!(Ring::new(0).err(), Some(RingError::ZeroVirtualNodes));
    assert_eq!(Ring::new(u32::MAX).err(), Some(RingError::TooManyPoints(u32::MAX.into())));
}

#[test]
fn many_shards_come_as_one_by_one_or_not_at_all() {
    let mut at_once = ring(5);
    let mut one_by_one = at_once.clone();
    let new = [("D", 2), ("", 1), ("E", 3)];
    let ids = at_once.add_all(new).expect("the names differ");
    let expected: Vec<_> = new.iter().map(|(name, weight)| one_by_one.add(name, *weight)).collect();
    assert!(ids.into_iter().map(Ok).eq(expected));
    assert_eq!(at_once.points(), one_by_one.points());
    assert!(at_once.shards().eq(one_by_one.shards()));
    assert_eq!(at_once.add_all([]), Ok(Vec::new()));
    let before = format!("{at_once:?}");
    let duplicate = |name: &str| Err(RingError::DuplicateShard(name.into()));
    assert_eq!(at_once.add_all([("F", 1), ("A", 1)]), duplicate("A"));
    assert_eq!(at_once.add_all([("F", 1), ("F", 1)]), duplicate("F"));
    assert_eq!(at_once.add_all([("F", 1), ("G", 0)]), Err(RingError::ZeroWeight));
    assert_eq!(format!("{at_once:?}"), before);
}

#[test]
fn a_heavy_shard_keeps_the_virtual_nodes_of_all_others_bounded() {
    // 4 virtual nodes are fine for everybody, 2¹⁸ only for those of weight 1 to 4.
    let mut ring = ring(4);
    ring.set_weight(A, 5).expect("twenty points are few");
    let before = format!("{ring:?}");
    let many = 1 << 18;
    assert_eq!(ring.set_virtual_nodes(many), Err(RingError::TooManyPoints(5 << 18)));
    assert_eq!(format!("{ring:?}"), before);
}

#[test]
fn ids_are_not_used_again() {
    let mut ring = ring(1);
    ring.remove(C).expect("it is there");
    assert_eq!(ring.remove(C), Err(RingError::UnknownShard(C)));
    assert_eq!(ring.add("C", 1), Ok(ShardId(3)), "the name is free again, the number is not");
    assert_eq!(ring.next_id(), ShardId(4));
    let shards: Vec<_> = ring.shards().map(|(id, name, _)| (id.0, name)).collect();
    assert_eq!(shards, [(0, "A"), (1, "B"), (3, "C")]);
}

#[test]
fn adding_and_removing_again_leaves_no_trace() {
    let mut ring = ring(50);
    let before = ring.points().to_vec();
    let d = ring.add("D", 3).expect("a new name");
    assert_eq!(ring.points().len(), before.len() + 150);
    ring.remove(d).expect("it was just added");
    assert_eq!(ring.points(), before);
}

#[test]
fn a_suspended_shard_is_as_good_as_removed_and_comes_back_where_it_stood() {
    let mut ring = ring(20);
    ring.place(B, 7, 12_345).expect("it has twenty virtual nodes");
    let before = ring.points().to_vec();
    let mut removed = ring.clone();
    removed.remove(B).expect("it is there");
    ring.set_in_service(B, false).expect("it is there");
    assert!(!ring.is_in_service(B));
    assert_eq!(ring.points(), removed.points());
    assert_eq!(owners(&ring), owners(&removed));
    // A point placed meanwhile is where it was placed once the shard is back.
    ring.place(B, 8, 54_321).expect("it has twenty virtual nodes");
    assert_eq!(ring.points(), removed.points());
    ring.release(B, 8).expect("it has twenty virtual nodes");
    ring.set_in_service(B, true).expect("it is there");
    assert_eq!(ring.points(), before);
    assert!(ring.is_placed(B, 7) && !ring.is_placed(B, 8));
}

#[test]
fn releasing_a_point_restores_it() {
    let mut ring = ring(10);
    let before = ring.points().to_vec();
    let moved = owners(&ring);
    ring.place(A, 3, u64::MAX).expect("it has ten virtual nodes");
    assert!(ring.is_placed(A, 3));
    assert_ne!(ring.points(), before);
    ring.release(A, 3).expect("it has ten virtual nodes");
    assert!(!ring.is_placed(A, 3));
    assert_eq!(ring.points(), before);
    assert_eq!(owners(&ring), moved);
    ring.release(A, 3).expect("releasing what is not placed changes nothing");
    assert_eq!(ring.points(), before);
}

#[test]
fn weights_and_virtual_nodes_multiply() {
    let mut ring = ring(6);
    ring.set_weight(B, 4).expect("24 points are few");
    let count = |ring: &Ring, shard| ring.points().iter().filter(|it| it.shard == shard).count();
    assert_eq!([A, B, C].map(|shard| count(&ring, shard)), [6, 24, 6]);
    ring.place(B, 23, 1).expect("it has 24 virtual nodes");
    ring.set_virtual_nodes(5).expect("few virtual nodes");
    assert_eq!([A, B, C].map(|shard| count(&ring, shard)), [5, 20, 5]);
    assert!(!ring.is_placed(B, 23), "what is no more has no place");
    ring.set_virtual_nodes(6).expect("few virtual nodes");
    assert!(!ring.is_placed(B, 23), "and does not come back to an old one");
    // A change there and back is no change.
    ring.set_weight(B, 1).expect("six points are few");
    assert_eq!(ring.points(), self::ring(6).points());
}

#[test]
fn coarse_hashes_do_not_confuse_the_ring() {
    // All 600 points on ten spots: owners are still well-defined, and removal leaves the others'.
    let mut ring = Ring::with_hash(200, Coarse { positions: 10 }).expect("few virtual nodes");
    for name in ["A", "B", "C"] {
        ring.add(name, 1).expect("the names differ");
    }
    assert!(ring.points().is_sorted_by_key(|point| point.position));
    assert!(owners(&ring).iter().all(|owner| *owner == A), "A comes first on every spot");
    ring.remove(A).expect("it is there");
    assert!(owners(&ring).iter().all(|owner| *owner == B));
}

#[test]
fn modulo_as_a_placement_knows_names_and_no_weights() {
    let mut modulo = Modulo::new(XxHash64::default());
    assert_eq!(Placement::add(&mut modulo, "A", 1), Ok(A));
    modulo.add(C);
    let before = modulo.clone();
    let duplicate = RingError::DuplicateShard("A".into());
    assert_eq!(Placement::add(&mut modulo, "A", 1), Err(duplicate));
    assert_eq!(Placement::add(&mut modulo, "B", 0), Err(RingError::ZeroWeight));
    assert_eq!(Placement::add(&mut modulo, "B", 2), Err(RingError::Unweighted(2)));
    assert_eq!(Placement::remove(&mut modulo, B), Err(RingError::UnknownShard(B)));
    assert_eq!(modulo, before);
    assert_eq!(Placement::add(&mut modulo, "B", 1), Ok(ShardId(3)), "behind all numbers so far");
    Placement::remove(&mut modulo, A).expect("it is there");
    assert_eq!(Placement::add(&mut modulo, "A", 1), Ok(ShardId(4)), "its name is free again");
    let owners: Vec<_> = (0..3).map(|it| modulo.owner_at(it)).collect();
    assert_eq!(owners, [Ok(C), Ok(ShardId(3)), Ok(ShardId(4))]);
    assert_eq!(modulo.table_bytes(), 12);
    modulo.add(ShardId(u32::MAX));
    let full = RingError::TooManyShards((1 << 32) + 1);
    assert_eq!(Placement::add(&mut modulo, "Z", 1), Err(full));
}

#[test]
fn the_ring_as_a_placement_is_the_ring() {
    let mut ring = Ring::new(3).expect("three virtual nodes");
    assert_eq!(Placement::add(&mut ring, "A", 2), Ok(A));
    assert_eq!(Placement::add(&mut ring, "B", 1), Ok(B));
    assert_eq!(Placement::owner(&ring, b"key"), ring.owner(b"key"));
    assert_eq!(Placement::table_bytes(&ring), ring.table_bytes());
    assert_eq!(Placement::remove(&mut ring, A), Ok(()));
    assert_eq!(Placement::remove(&mut ring, A), Err(RingError::UnknownShard(A)));
    assert_eq!(Placement::owner(&ring, b"key"), Ok(B));
}

#[test]
fn modulo_counts_from_the_first_shard_and_closes_gaps() {
    let mut modulo = Modulo::new(XxHash64::default());
    assert_eq!(modulo.owner(b"key"), Err(RingError::Empty));
    [A, B, C].into_iter().for_each(|shard| modulo.add(shard));
    let owners = |modulo: &Modulo<_>| (0..6).map(|it| modulo.owner_at(it)).collect::<Vec<_>>();
    assert_eq!(owners(&modulo), [Ok(A), Ok(B), Ok(C), Ok(A), Ok(B), Ok(C)]);
    modulo.remove(B);
    assert_eq!(owners(&modulo), [Ok(A), Ok(C), Ok(A), Ok(C), Ok(A), Ok(C)]);
    modulo.remove(B);
    assert_eq!(owners(&modulo)[..2], [Ok(A), Ok(C)]);
    assert_eq!(modulo.owner_at(u64::MAX), Ok(C), "2⁶⁴ − 1 is odd");
}
