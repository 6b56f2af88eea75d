//! The ring, rendezvous and multi-probe hashing against their peers: finding the owner of a key among
//! 1,000 shards, of 100 virtual nodes each on the ring, and building that ring.
//!
//! Every lookup begins with the key as text. Ours hashes it with XXH64, whose values stay for ever; each
//! peer that takes a hash gets foldhash, which is faster, and its shards as plain numbers, which are
//! smaller than names. `peer-hashring-siphash` is that crate as its documentation shows it.

use conhash::ConsistentHash;
use consistent_hash::{Node, RingHash, StaticHashRing};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main};
use foldhash::fast::FixedState;
use hashring::HashRing;
use hrw_hash::HrwNodes;
use playground_core::consistent_hashing::{MultiProbe, Placement, Rendezvous, Ring, XxHash64};
use std::hash::{BuildHasher, Hash};
use std::hint::black_box;
use std::time::Duration;

const SHARDS: u32 = 1_000;
const VIRTUAL_NODES: u32 = 100;
/// More than any cache line predictor remembers, fewer than the caches hold.
const KEYS: usize = 4_096;
/// As many probes as the paper takes for a peak of 1.05 times the average.
const PROBES: u64 = 21;

/// A virtual node as `hashring` hashes it: shard and number.
type VirtualNode = (u32, u32);

fn name(shard: u32) -> String {
    format!("shard-{shard}")
}

fn ours(shards: u32) -> Ring {
    let mut ring = Ring::new(VIRTUAL_NODES).expect("100 virtual nodes are few");
    for shard in 0..shards {
        ring.add(&name(shard), 1).expect("the names differ");
    }
    ring
}

fn virtual_nodes(shard: u32) -> Vec<VirtualNode> {
    (0..VIRTUAL_NODES).map(|number| (shard, number)).collect()
}

fn hashring<S: BuildHasher>(hasher: S, shards: u32) -> HashRing<VirtualNode, S> {
    let mut ring = HashRing::with_hasher(hasher);
    for shard in 0..shards {
        ring.batch_add(virtual_nodes(shard));
    }
    ring
}

/// The same with the names that ours hashes.
fn hashring_of_names(shards: u32) -> HashRing<(String, u32), FixedState> {
    let mut ring = HashRing::with_hasher(FixedState::default());
    for shard in 0..shards {
        let node = |number| (name(shard), number);
        ring.batch_add((0..VIRTUAL_NODES).map(node).collect());
    }
    ring
}

fn hash_rings(ids: &[u32]) -> hash_rings::consistent::Ring<'_, u32, FixedState> {
    let mut ring = hash_rings::consistent::Ring::with_hasher(FixedState::default());
    for id in ids {
        ring.insert_node(id, VIRTUAL_NODES as usize);
    }
    ring
}

/// Foldhash as `consistent_hash` takes it.
struct Fold(FixedState);

impl RingHash for Fold {
    fn hash_item<T: Hash>(&self, item: &T) -> u64 {
        self.0.hash_one(item)
    }
}

fn consistent_hash<'a>(shards: u32) -> StaticHashRing<'a, u32, (), Fold> {
    let nodes = (0..shards).map(|shard| Node::new(shard).quantity(VIRTUAL_NODES as usize));
    StaticHashRing::new(Fold(FixedState::default()), nodes)
}

/// A shard as `conhash` names it.
#[derive(Clone, Debug)]
struct Named(u32);

impl conhash::Node for Named {
    fn name(&self) -> String {
        name(self.0)
    }
}

fn conhash(shards: u32) -> ConsistentHash<Named> {
    let fold = |bytes: &[u8]| FixedState::default().hash_one(bytes).to_be_bytes().to_vec();
    let mut ring = ConsistentHash::with_hash(fold);
    for shard in 0..shards {
        ring.add(&Named(shard), VIRTUAL_NODES as usize);
    }
    ring
}

/// A group of lookups, each of the next key.
fn lookups<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(30);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group
}

fn measure<T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    function: &str,
    mut look_up: impl FnMut(&String) -> T,
) {
    let keys: Vec<String> = (0..KEYS).map(|key| format!("user-{key}")).collect();
    group.bench_function(function, |bencher| {
        let mut turn = keys.iter().cycle();
        bencher.iter(|| look_up(black_box(turn.next().expect("a cycle"))));
    });
}

fn lookup(criterion: &mut Criterion) {
    let mut group = lookups(criterion, "ring lookup, 1,000 shards of 100 virtual nodes");
    let ring = ours(SHARDS);
    measure(&mut group, "ours", |key| ring.owner(key.as_bytes()));
    let ring = hashring(FixedState::default(), SHARDS);
    measure(&mut group, "peer-hashring", |key| ring.get(key).copied());
    let ring = hashring_of_names(SHARDS);
    measure(&mut group, "peer-hashring-names", |key| ring.get(key).map(|it| it.1));
    let ring = hashring(hashring::DefaultHashBuilder, SHARDS);
    measure(&mut group, "peer-hashring-siphash", |key| ring.get(key).copied());
    let ids: Vec<u32> = (0..SHARDS).collect();
    let ring = hash_rings(&ids);
    measure(&mut group, "peer-hash-rings", |key| *ring.get_node(key));
    let ring = consistent_hash(SHARDS);
    measure(&mut group, "peer-consistent_hash", |key| {
        ring.calc_candidates(key).next().map(|node| node.key)
    });
    let ring = conhash(SHARDS);
    measure(&mut group, "peer-conhash", |key| ring.get_str(key).map(|node| node.0));
    group.finish();
}

fn build(criterion: &mut Criterion) {
    let mut group =
        criterion.benchmark_group("ring build, shard by shard, 1,000 of 100 virtual nodes");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.bench_function("ours", |bencher| bencher.iter(|| ours(black_box(SHARDS))));
    group.bench_function("peer-hashring", |bencher| {
        bencher.iter(|| hashring(FixedState::default(), black_box(SHARDS)));
    });
    group.bench_function("peer-hashring-names", |bencher| {
        bencher.iter(|| hashring_of_names(black_box(SHARDS)));
    });
    let ids: Vec<u32> = (0..SHARDS).collect();
    group.bench_function("peer-hash-rings", |bencher| {
        bencher.iter(|| hash_rings(black_box(&ids)).len());
    });
    group.finish();
}

/// All shards are known from the start, as when a client boots.
fn build_at_once(criterion: &mut Criterion) {
    let mut group =
        criterion.benchmark_group("ring build, all at once, 1,000 of 100 virtual nodes");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let names: Vec<String> = (0..SHARDS).map(name).collect();
    group.bench_function("ours", |bencher| {
        bencher.iter(|| {
            let mut ring = Ring::new(VIRTUAL_NODES).expect("100 virtual nodes are few");
            let shards = black_box(&names).iter().map(|name| (name.as_str(), 1));
            ring.add_all(shards).expect("the names differ");
            ring
        });
    });
    group.bench_function("peer-hashring", |bencher| {
        bencher.iter(|| {
            let mut ring = HashRing::with_hasher(FixedState::default());
            ring.batch_add((0..black_box(SHARDS)).flat_map(virtual_nodes).collect());
            ring
        });
    });
    group.bench_function("peer-hashring-names", |bencher| {
        bencher.iter(|| {
            let mut ring = HashRing::with_hasher(FixedState::default());
            let node = |name: &String| {
                let name = name.clone();
                (0..VIRTUAL_NODES).map(move |number| (name.clone(), number))
            };
            ring.batch_add(black_box(&names).iter().flat_map(node).collect());
            ring
        });
    });
    group.bench_function("peer-consistent_hash", |bencher| {
        bencher.iter(|| consistent_hash(black_box(SHARDS)).len());
    });
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
    let ring = hashring(FixedState::default(), SHARDS);
    group.bench_function("peer-hashring", |bencher| {
        let add = |mut ring: HashRing<VirtualNode, FixedState>| {
            ring.batch_add(virtual_nodes(SHARDS));
            ring
        };
        bencher.iter_batched(|| ring.clone(), add, BatchSize::LargeInput);
    });
    group.finish();
}

fn rendezvous(criterion: &mut Criterion) {
    let mut group = lookups(criterion, "rendezvous lookup, 1,000 shards");
    let mut shards = Rendezvous::new(XxHash64::default());
    for shard in 0..SHARDS {
        shards.add(&name(shard), 1).expect("the names differ");
    }
    measure(&mut group, "ours", |key| shards.owner(key.as_bytes()));
    let ids: Vec<u32> = (0..SHARDS).collect();
    let mut ring = hash_rings::rendezvous::Ring::with_hasher(FixedState::default());
    ids.iter().for_each(|id| ring.insert_node(id, 1));
    measure(&mut group, "peer-hash-rings", |key| *ring.get_node(key));
    let nodes = HrwNodes::with_build_hasher(FixedState::default(), 0..SHARDS);
    measure(&mut group, "peer-hrw-hash", |key| nodes.sorted(key).next().copied());
    group.finish();
    let mut group = lookups(criterion, "rendezvous lookup, 1,000 shards of weights 1 to 4");
    let mut shards = Rendezvous::new(XxHash64::default());
    for shard in 0..SHARDS {
        shards.add(&name(shard), shard % 4 + 1).expect("the names differ");
    }
    measure(&mut group, "ours", |key| shards.owner(key.as_bytes()));
    let mut ring = hash_rings::weighted_rendezvous::Ring::with_hasher(FixedState::default());
    ids.iter().for_each(|id| ring.insert_node(id, f64::from(id % 4 + 1)));
    measure(&mut group, "peer-hash-rings", |key| *ring.get_node(key));
    group.finish();
}

fn multi_probe(criterion: &mut Criterion) {
    let mut group = lookups(criterion, "multi-probe lookup, 1,000 shards, 21 probes");
    let mut shards = MultiProbe::new(XxHash64::default());
    for shard in 0..SHARDS {
        shards.add(&name(shard), 1).expect("the names differ");
    }
    measure(&mut group, "ours", |key| shards.owner(key.as_bytes()));
    let ids: Vec<u32> = (0..SHARDS).collect();
    let mut ring = hash_rings::mpc::Ring::with_hasher(FixedState::default(), PROBES);
    ids.iter().for_each(|id| ring.insert_node(id));
    measure(&mut group, "peer-hash-rings", |key| *ring.get_node(key));
    // It makes 23 probes and offers no choice.
    let ring = mpchash::HashRing::new();
    ids.iter().for_each(|id| ring.add(*id));
    measure(&mut group, "peer-mpchash", |key| ring.node(key).map(|token| *token.node()));
    group.finish();
}

criterion_group!(benches, lookup, build, build_at_once, add, rendezvous, multi_probe);
criterion_main!(benches);
