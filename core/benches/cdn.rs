//! Eviction policies against their peers: requests for 100,000 objects by Zipf's law, α = 0.99, of which a
//! cache for 5,000 objects has seen enough to be full. A request is a look-up and, after a miss, an insertion.
//!
//! Every peer gets foldhash, the fastest hash that it can be given; ours mixes its keys with SplitMix64, whose
//! values stay. The peers count objects here, where ours counts bytes; they hold values, where ours holds
//! none. `quick_cache` is like S3-FIFO and calls itself so, `mini-moka` is a W-TinyLFU without the window.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use foldhash::fast::FixedState;
use playground_core::cdn::eviction::{Eviction, Fifo, Lfu, Lru, Policy, S3Fifo, Sieve, WTinyLfu};
use playground_core::cdn::workload::Workload;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Duration;

const OBJECTS: u32 = 100_000;
const CAPACITY: u64 = 5_000;
const REQUESTS: usize = 1 << 19;

fn requests() -> Vec<u64> {
    let requests = Workload::zipf(OBJECTS, 990, 1).requests();
    requests.take(REQUESTS).map(|request| request.object).collect()
}

fn group<'a>(criterion: &'a mut Criterion, policy: Policy) -> BenchmarkGroup<'a, WallTime> {
    let name = format!("{policy}, a request, 5,000 of 100,000 objects");
    let mut group = criterion.benchmark_group(name);
    group.sample_size(30);
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    group
}

/// Measures one request after the other, from a cache that has seen them all once.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    function: &str,
    requests: &[u64],
    mut request: impl FnMut(u64) -> bool,
) {
    let hits = requests.iter().filter(|key| request(**key)).count();
    assert!(hits > REQUESTS / 3 && hits < REQUESTS, "{function}: {hits} hits");
    let mut turn = requests.iter().cycle();
    group.bench_function(function, |bencher| {
        bencher.iter(|| request(*black_box(turn.next().expect("a cycle"))));
    });
}

fn ours(mut cache: impl Eviction<u64>) -> impl FnMut(u64) -> bool {
    let mut evicted = Vec::new();
    move |key| {
        evicted.clear();
        cache.request(&key, 1, &mut evicted)
    }
}

fn alone(criterion: &mut Criterion) {
    let requests = requests();
    let mut measured = group(criterion, Policy::Fifo);
    measure(&mut measured, "ours", &requests, ours(Fifo::new(CAPACITY)));
    measured.finish();
    let mut measured = group(criterion, Policy::Lfu);
    measure(&mut measured, "ours", &requests, ours(Lfu::new(CAPACITY)));
    measured.finish();
}

fn lru(criterion: &mut Criterion) {
    let requests = requests();
    let mut group = group(criterion, Policy::Lru);
    measure(&mut group, "ours", &requests, ours(Lru::new(CAPACITY)));
    let capacity = NonZeroUsize::new(CAPACITY as usize).expect("not nothing");
    let mut cache = lru::LruCache::with_hasher(capacity, FixedState::default());
    measure(&mut group, "peer-lru", &requests, |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            cache.push(key, ());
        }
        is_hit
    });
    group.finish();
}

fn quick_cache() -> impl FnMut(u64) -> bool {
    let mut cache = quick_cache::unsync::Cache::with(
        CAPACITY as usize,
        CAPACITY,
        quick_cache::UnitWeighter,
        FixedState::default(),
        quick_cache::unsync::DefaultLifecycle::default(),
    );
    move |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            cache.insert(key, ());
        }
        is_hit
    }
}

fn sieve(criterion: &mut Criterion) {
    let requests = requests();
    let mut group = group(criterion, Policy::Sieve);
    measure(&mut group, "ours", &requests, ours(Sieve::new(CAPACITY)));
    measure(&mut group, "peer-quick_cache", &requests, quick_cache());
    group.finish();
}

fn s3_fifo(criterion: &mut Criterion) {
    let requests = requests();
    let mut group = group(criterion, Policy::S3Fifo);
    measure(&mut group, "ours", &requests, ours(S3Fifo::new(CAPACITY)));
    measure(&mut group, "peer-quick_cache", &requests, quick_cache());
    group.finish();
}

fn w_tiny_lfu(criterion: &mut Criterion) {
    let requests = requests();
    let mut group = group(criterion, Policy::WTinyLfu);
    measure(&mut group, "ours", &requests, ours(WTinyLfu::new(CAPACITY)));
    let builder = mini_moka::unsync::Cache::builder().max_capacity(CAPACITY);
    let mut cache = builder.build_with_hasher(FixedState::default());
    measure(&mut group, "peer-mini-moka", &requests, |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            cache.insert(key, ());
        }
        is_hit
    });
    group.finish();
}

criterion_group!(benches, alone, lru, sieve, s3_fifo, w_tiny_lfu);
criterion_main!(benches);
