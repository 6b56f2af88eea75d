//! The ring against a peer: finding the owner of a key among 1,000 shards of 100 virtual nodes, and
//! building that ring.
//!
//! The peer is `hashring` as its documentation shows it, with its own hash (SipHash) and one entry a
//! virtual node; ours hashes with XXH64. Both are given the same names and keys.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hashring::HashRing;
use playground_core::consistent_hashing::Ring;
use std::hint::black_box;
use std::time::Duration;

const SHARDS: u32 = 1_000;
const VIRTUAL_NODES: u32 = 100;
/// More than any cache line predictor remembers, fewer than the caches hold.
const KEYS: usize = 4_096;

/// A virtual node as the peer hashes it.
#[derive(Clone, Hash)]
struct VirtualNode {
    shard: String,
    number: u32,
}

fn ours(shards: u32) -> Ring {
    let mut ring = Ring::new(VIRTUAL_NODES).expect("100 virtual nodes are few");
    for shard in 0..shards {
        ring.add(&format!("shard-{shard}"), 1).expect("the names differ");
    }
    ring
}

fn peer(shards: u32) -> HashRing<VirtualNode> {
    let mut ring = HashRing::new();
    for shard in 0..shards {
        let shard = format!("shard-{shard}");
        let node = |number| VirtualNode { shard: shard.clone(), number };
        ring.batch_add((0..VIRTUAL_NODES).map(node).collect());
    }
    ring
}

fn keys() -> Vec<String> {
    (0..KEYS).map(|key| format!("user-{key}")).collect()
}

fn lookup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring lookup, 1,000 shards of 100 virtual nodes");
    group.sample_size(20);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let keys = keys();
    let ring = ours(SHARDS);
    group.bench_function("ours", |bencher| {
        let mut turn = keys.iter().cycle();
        bencher.iter(|| ring.owner(black_box(turn.next().expect("a cycle").as_bytes())));
    });
    let ring = peer(SHARDS);
    group.bench_function("peer-hashring", |bencher| {
        let mut turn = keys.iter().cycle();
        bencher.iter(|| ring.get(black_box(turn.next().expect("a cycle"))));
    });
    group.finish();
}

fn build(criterion: &mut Criterion) {
    let mut group =
        criterion.benchmark_group("ring build, shard by shard, 1,000 of 100 virtual nodes");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.bench_function("ours", |bencher| bencher.iter(|| ours(black_box(SHARDS))));
    group.bench_function("peer-hashring", |bencher| bencher.iter(|| peer(black_box(SHARDS))));
    group.finish();
}

/// What a visitor does: one more shard on a ring that is there already.
fn add(criterion: &mut Criterion) {
    let mut group =
        criterion.benchmark_group("ring, one more shard of 100 virtual nodes after 1,000");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let ring = ours(SHARDS);
    group.bench_function("ours", |bencher| {
        let add = |mut ring: Ring| {
            ring.add("one-more", 1).expect("a new name");
            ring
        };
        bencher.iter_batched(|| ring.clone(), add, BatchSize::LargeInput);
    });
    let ring = peer(SHARDS);
    group.bench_function("peer-hashring", |bencher| {
        let add = |mut ring: HashRing<VirtualNode>| {
            let node = |number| VirtualNode { shard: "one-more".to_owned(), number };
            ring.batch_add((0..VIRTUAL_NODES).map(node).collect());
            ring
        };
        bencher.iter_batched(|| ring.clone(), add, BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, lookup, build, add);
criterion_main!(benches);
