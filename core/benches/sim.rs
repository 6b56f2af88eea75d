//! The kernel: going back in a run of 100,000 steps, and states a second of the search.
//!
//! Seeking is compared with a replay from the start, which is what it would take without snapshots.

#[path = "../tests/sim/heartbeats.rs"]
mod heartbeats;
#[path = "../tests/sim/paxos_commit.rs"]
mod paxos_commit;
#[path = "../tests/sim/two_phase.rs"]
mod two_phase;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use heartbeats::Heartbeats;
use paxos_commit::PaxosCommit;
use playground_core::sim::{Explorer, Limits, Model, Rng, Time, Timeline};
use std::time::Duration;
use two_phase::TwoPhase;

const STEPS: u64 = 100_000;

fn seek_back(criterion: &mut Criterion) {
    let mut timeline = Timeline::new(Heartbeats::run());
    for _ in 0..STEPS {
        timeline.step();
    }
    let end = timeline.now();
    let mut group = criterion.benchmark_group("timeline seek back over 100,000 steps");
    group.sample_size(20);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let mut rng = Rng::new(1);
    let mut anywhere = move || Time(rng.below(end.0));
    // Every time from the end: copying its snapshots is not what is measured, but seeking there is.
    group.bench_function("ours", |bencher| {
        let from_the_end = || {
            timeline.go_to(timeline.frontier());
            (timeline.clone(), anywhere())
        };
        let seek = |(mut timeline, time): (Timeline<Heartbeats>, Time)| {
            timeline.seek(time);
            timeline
        };
        bencher.iter_batched(from_the_end, seek, BatchSize::PerIteration);
    });
    let mut rng = Rng::new(1);
    group.bench_function("peer-replay-from-start", |bencher| {
        let replay = |time| {
            let mut timeline = Timeline::new(Heartbeats::run());
            timeline.advance(time);
            timeline
        };
        bencher.iter_batched(|| Time(rng.below(end.0)), replay, BatchSize::PerIteration);
    });
    group.finish();
}

/// Every state of models whose counts are published: the first keeps its managers in a `Vec`, the
/// second is a few small numbers. Throughput is in successors, seen before or not, a second.
fn explore(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("every state");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    let mut case = |name: &str, search: fn() -> u64| {
        group.throughput(Throughput::Elements(search()));
        let id = BenchmarkId::new("ours", name);
        group.bench_function(id, |bencher| bencher.iter(search));
    };
    case("two-phase commit, 8,832", || search(TwoPhase(5), 1_000_000));
    case("Paxos Commit, the first 230,000", || search(PaxosCommit, 230_000));
    case("Paxos Commit, all 1,321,761", || search(PaxosCommit, 2_000_000));
    group.finish();
}

/// How many states were generated.
fn search<M: Model>(model: M, states: usize) -> u64 {
    Explorer::new(model, Limits { states }).run().generated as u64
}

criterion_group!(benches, seek_back, explore);
criterion_main!(benches);
