//! Two-phase commit: every run of a transaction, and stormy runs a second.
//!
//! The search is compared with itself without its two shortcuts, which finds the same.

#[path = "../tests/two_phase_commit/weather.rs"]
mod weather;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use playground_core::sim::{Explorer, Limits};
use playground_core::two_phase_commit::{Check, CheckModel, Flaw};
use std::time::Duration;

const PLENTY: Limits = Limits { states: 10_000_000 };

fn every_run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("every run of a two-phase commit");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(2));
    for (participants, participant_crashes, coordinator_crashes) in [(2, 1, 1), (3, 1, 2)] {
        let check =
            Check { participants, participant_crashes, coordinator_crashes, ..Check::default() };
        let states = Explorer::new(CheckModel::new(check), PLENTY).run().distinct as u64;
        group.throughput(Throughput::Elements(states));
        let case = format!(
            "{participants} participants, {participant_crashes}+{coordinator_crashes} crashes"
        );
        group.bench_function(BenchmarkId::new("ours", &case), |bencher| {
            bencher.iter(|| Explorer::new(CheckModel::new(check), PLENTY).run().distinct);
        });
        if participants == 2 {
            group.bench_function(BenchmarkId::new("peer-without-shortcuts", &case), |bencher| {
                let model = || CheckModel::without_shortcuts(check);
                bencher.iter(|| Explorer::new(model(), PLENTY).run().distinct);
            });
        }
    }
    group.finish();
}

fn storms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a minute of storm over a two-phase commit");
    group.sample_size(20).throughput(Throughput::Elements(1));
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(2));
    let mut seed = 0;
    group.bench_function("ours", |bencher| {
        bencher.iter(|| {
            seed += 1;
            weather::weather(seed, Flaw::None).violations.len()
        });
    });
    group.finish();
}

criterion_group!(benches, every_run, storms);
criterion_main!(benches);
