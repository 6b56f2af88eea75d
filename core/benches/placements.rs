//! Jump hash, Maglev and AnchorHash against their peers, with 1,000 shards.
//!
//! Every lookup begins with the key as text, and each side hashes it with a hash of its own: ours with
//! XXH64, `jumphash` and `maglev` with their SipHash, `anchorhash` with foldhash, which is faster than
//! XXH64 but may give other values tomorrow.

use anchorhash::{AnchorHash, Builder};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use foldhash::fast::FixedState;
use jumphash::JumpHasher;
use maglev::ConsistentHasher;
use playground_core::consistent_hashing::maglev::{LARGE_TABLE_ENTRIES, TABLE_ENTRIES};
use playground_core::consistent_hashing::{Anchor, Jump, Maglev, Placement, XxHash64};
use std::hint::black_box;
use std::time::Duration;

const SHARDS: u32 = 1_000;
/// More than any cache line predictor remembers, fewer than the caches hold.
const KEYS: usize = 4_096;

type PeerAnchor<'a> = AnchorHash<&'a str, u32, FixedState>;

fn names() -> Vec<String> {
    (0..SHARDS).map(|shard| format!("shard-{shard}")).collect()
}

fn keys() -> Vec<String> {
    (0..KEYS).map(|key| format!("user-{key}")).collect()
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
    keys: &[String],
    mut look_up: impl FnMut(&String) -> T,
) {
    group.bench_function(function, |bencher| {
        let mut turn = keys.iter().cycle();
        bencher.iter(|| look_up(black_box(turn.next().expect("a cycle"))));
    });
}

fn jump(criterion: &mut Criterion) {
    let keys = keys();
    let mut ours = Jump::new(XxHash64::default());
    for name in names() {
        ours.add(&name, 1).expect("the names differ");
    }
    let peer = JumpHasher::new_with_keys(0, 0);
    let mut group = lookups(criterion, "jump lookup, 1,000 shards");
    measure(&mut group, "ours", &keys, |key| ours.owner(key.as_bytes()));
    measure(&mut group, "peer-jumphash", &keys, |key| peer.slot(key, SHARDS));
    group.finish();
}

fn our_maglev(names: &[String], entries: u32) -> Maglev {
    let mut ours = Maglev::new(entries, XxHash64::default()).expect("a prime number");
    ours.add_all(names.iter().map(|name| (name.as_str(), 1))).expect("the names differ");
    ours
}

fn peer_maglev(names: &[String], entries: u32) -> maglev::Maglev<&String> {
    maglev::Maglev::with_capacity(names, entries as usize)
}

fn maglev_lookup(criterion: &mut Criterion) {
    let (keys, names) = (keys(), names());
    let ours = our_maglev(&names, TABLE_ENTRIES);
    let peer = peer_maglev(&names, TABLE_ENTRIES);
    assert_eq!(peer.capacity(), TABLE_ENTRIES as usize, "tables of the same size are compared");
    let mut group = lookups(criterion, "maglev lookup, 1,000 shards, 65,537 entries");
    measure(&mut group, "ours", &keys, |key| ours.owner(key.as_bytes()));
    measure(&mut group, "peer-maglev", &keys, |key| peer.get(key).copied());
    group.finish();
}

fn maglev_build(criterion: &mut Criterion) {
    let names = names();
    let mut group = criterion.benchmark_group("maglev build, 1,000 shards, 65,537 entries");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.bench_function("ours", |bencher| bencher.iter(|| our_maglev(&names, TABLE_ENTRIES)));
    group.bench_function("peer-maglev", |bencher| {
        bencher.iter(|| peer_maglev(&names, TABLE_ENTRIES));
    });
    group.finish();
    // The peer stores all rankings, which would be 5 GB here.
    let mut group = criterion.benchmark_group("maglev build, 1,000 shards, 655,373 entries");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.bench_function("ours", |bencher| {
        bencher.iter(|| our_maglev(&names, LARGE_TABLE_ENTRIES));
    });
    group.finish();
}

fn our_anchor(room: u32) -> Anchor {
    let mut ours = Anchor::new(room, XxHash64::default()).expect("little room");
    for name in names() {
        ours.add(&name, 1).expect("the names differ");
    }
    ours
}

fn peer_anchor<'a>(room: u16) -> PeerAnchor<'a> {
    Builder::with_hasher(FixedState::default()).with_resources(0..SHARDS).build(room)
}

fn anchor(criterion: &mut Criterion) {
    let keys = keys();
    for room in [1_000_u16, 2_000, 10_000] {
        let (ours, peer) = (our_anchor(u32::from(room)), peer_anchor(room));
        let name = format!("anchor lookup, 1,000 shards, room for {room}");
        let mut group = lookups(criterion, &name);
        measure(&mut group, "ours", &keys, |key| ours.owner(key.as_bytes()));
        measure(&mut group, "peer-anchorhash", &keys, |key| peer.get_resource(key).copied());
        group.finish();
    }
}

criterion_group!(benches, jump, maglev_lookup, maglev_build, anchor);
criterion_main!(benches);
