//! Where copies go: to the next distinct shards clockwise, as a naive walk finds them.

use playground_core::consistent_hashing::{Ring, RingError, ShardId};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const A: ShardId = ShardId(0);
const B: ShardId = ShardId(1);
const C: ShardId = ShardId(2);

/// Shards A, B and C; A twice in a row, at 100 and 200, B at 300, C at 400 and, unused, at 500.
fn ring() -> Ring {
    let mut ring = Ring::new(2).expect("two virtual nodes");
    for name in ["A", "B", "C"] {
        ring.add(name, 1).expect("the names differ");
    }
    let places = [(A, 0, 100), (A, 1, 200), (B, 0, 300), (B, 1, 350), (C, 0, 400), (C, 1, 500)];
    for (shard, virtual_node, position) in places {
        ring.place(shard, virtual_node, position).expect("each has two virtual nodes");
    }
    ring
}

fn from(ring: &Ring, position: u64) -> Vec<ShardId> {
    ring.clockwise(position).collect()
}

#[test]
fn every_shard_comes_once_the_owner_first() {
    let ring = ring();
    assert_eq!(from(&ring, 0), [A, B, C]);
    assert_eq!(from(&ring, 100), [A, B, C]);
    assert_eq!(from(&ring, 201), [B, C, A]);
    assert_eq!(from(&ring, 351), [C, A, B]);
    assert_eq!(from(&ring, 501), [A, B, C], "around the end of the circle");
}

#[test]
fn a_key_has_as_many_copies_as_asked_for_and_as_there_are_shards() {
    let mut ring = ring();
    let position = ring.position(b"key");
    for count in 0..=5 {
        let replicas = ring.replicas(b"key", count).expect("there are shards");
        assert_eq!(replicas.len(), count.min(3));
        assert_eq!(replicas, from(&ring, position)[..count.min(3)]);
    }
    assert_eq!(ring.replicas(b"key", usize::MAX).map(|it| it.len()), Ok(3));
    ring.set_in_service(B, false).expect("it is there");
    assert_eq!(from(&ring, 0), [A, C], "who is out of service gets no copies");
    ring.remove(A).expect("it is there");
    assert_eq!(ring.replicas(b"key", 2), Ok(vec![C]));
    ring.remove(C).expect("it is there");
    assert_eq!(ring.replicas(b"key", 2), Err(RingError::Empty));
    assert_eq!(ring.replicas(b"key", 0), Err(RingError::Empty));
    assert_eq!(from(&ring, 0), []);
}

#[test]
fn numbers_beyond_a_word_of_bits_are_told_apart() {
    let mut ring = Ring::new(3).expect("three virtual nodes");
    for shard in 0..200 {
        ring.add(&format!("shard-{shard}"), 1).expect("the names differ");
    }
    let mut shards = from(&ring, 1 << 63);
    assert_eq!(shards.len(), 200);
    shards.sort_unstable();
    assert!(shards.into_iter().eq((0..200).map(ShardId)));
}

#[test]
fn the_next_replica_takes_over() {
    let ring = ring();
    for position in [0, 150, 250, 380, 450, 600] {
        let order = from(&ring, position);
        let mut without = ring.clone();
        without.set_in_service(order[0], false).expect("it is there");
        assert_eq!(without.owner_at(position), Ok(order[1]));
        assert_eq!(from(&without, position), order[1..]);
    }
}
