//! Counting the primes up to 10,000,000 three ways, beside the crate `primal`, and on one and two threads.

// The benchmark brings the threads that the core does not have.
#![allow(clippy::disallowed_methods)]

use criterion::{Criterion, criterion_group, criterion_main};
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::{Counter, Method};
use playground_core::multi_threading::race::Counted;
use playground_core::multi_threading::split::Split;
use playground_core::multi_threading::worker::{Surroundings, work};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

const UP_TO: u64 = 10_000_000;
const PRIMES: u64 = 664_579;

fn count(method: Method) -> u64 {
    let mut counter = Counter::new(method, UP_TO).expect("within the bounds");
    counter.count(black_box(1..UP_TO + 1))
}

/// The three ways, the peer's beside each.
fn alone(criterion: &mut Criterion) {
    for (name, method) in [
        ("primes to 10^7, segmented sieve", Method::Segmented),
        ("primes to 10^7, divided by primes", Method::ByPrimes),
        ("primes to 10^7, trial division", Method::TrialDivision),
    ] {
        let mut group = criterion.benchmark_group(name);
        let is_slow = method != Method::Segmented;
        group.sample_size(if is_slow { 10 } else { 100 });
        group.measurement_time(Duration::from_secs(if is_slow { 1 } else { 5 }));
        group.bench_function("ours", |bencher| {
            bencher.iter(|| assert_eq!(count(method), PRIMES));
        });
        group.bench_function("peer-primal", |bencher| {
            bencher.iter(|| {
                let sieve = primal::Sieve::new(black_box(UP_TO as usize));
                assert_eq!(sieve.prime_pi(UP_TO as usize) as u64, PRIMES);
            });
        });
        group.finish();
    }
}

/// A thread that shares nothing but the counter of pieces.
struct Thread<'a> {
    taken: &'a AtomicU32,
    found: u64,
}

impl Surroundings for Thread<'_> {
    fn now_us(&mut self) -> u64 {
        0
    }

    fn take(&mut self) -> u32 {
        self.taken.fetch_add(1, Ordering::Relaxed)
    }

    fn tell(&mut self, counted: Counted, _: u64, _: u64) -> ControlFlow<()> {
        self.found += counted.found;
        ControlFlow::Continue(())
    }
}

fn race(job: &Job) -> u64 {
    let (taken, found) = (AtomicU32::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for worker in 0..job.workers {
            let (taken, found) = (&taken, &found);
            scope.spawn(move || {
                let mut thread = Thread { taken, found: 0 };
                assert!(work(job, worker, &mut thread).is_ok_and(|flow| flow.is_continue()));
                found.fetch_add(thread.found, Ordering::Relaxed);
            });
        }
    });
    found.into_inner()
}

/// The threads' start included.
fn side_by_side(criterion: &mut Criterion) {
    let methods =
        [("segmented sieve", Method::Segmented), ("trial division", Method::TrialDivision)];
    for (name, method) in methods {
        let mut group = criterion.benchmark_group(format!("primes to 10^7 on threads, {name}"));
        group.sample_size(10);
        let splits = [
            ("1 thread", 1, Split::Chunks { size: 250_000 }),
            ("2 threads, chunks", 2, Split::Chunks { size: 250_000 }),
            ("2 threads, interleaved", 2, Split::Interleaved { size: 250_000 }),
            ("2 threads, static", 2, Split::Static),
        ];
        for (name, workers, split) in splits {
            let job = Job { up_to: UP_TO, workers, method, split };
            group.bench_function(name, |bencher| {
                bencher.iter(|| assert_eq!(race(black_box(&job)), PRIMES));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, alone, side_by_side);
criterion_main!(benches);
