//! The kernel: going back in a run of 100,000 steps, and states a second of the search.
//!
//! Seeking is compared with a replay from the start, which is what it would take without snapshots.

#[path = "../tests/sim/heartbeats.rs"]
mod heartbeats;
#[path = "../tests/sim/two_phase.rs"]
mod two_phase;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use heartbeats::Heartbeats;
use playground_core::sim::{Explorer, Limits, Rng, Time, Timeline};
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

fn explore(criterion: &mut Criterion) {
    let limits = Limits { states: 1_000_000 };
    let states = Explorer::new(TwoPhase(5), limits).run().distinct as u64;
    let mut group =
        criterion.benchmark_group("every state of two-phase commit with 5 participants");
    group.sample_size(10).throughput(Throughput::Elements(states));
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.bench_function("ours", |bencher| {
        bencher.iter(|| Explorer::new(TwoPhase(5), limits).run().distinct);
    });
    group.finish();
}

criterion_group!(benches, seek_back, explore);
criterion_main!(benches);
