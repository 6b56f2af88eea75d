//! Snowflake generators against their peers, each as people use it: with the system's clock read for each ID, or with
//! a clock that a thread beside it moves on every millisecond, as ferroid brings one along.
//!
//! A worker of these layouts has 4,096 IDs a millisecond, so whoever makes them in a row mostly waits. What is
//! measured is a burst at the beginning of a millisecond, which has room for all of it; the waiting between two
//! bursts is not. The last groups measure with the waiting: whether the format's limit, an ID every 244.14 ns, is
//! reached.

// The benchmark brings the clock and the threads that the core does not have.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use ferroid::generator::{AtomicSnowflakeGenerator, BasicSnowflakeGenerator};
use ferroid::id::SnowflakeTwitterId;
use ferroid::time::{MonotonicClock, TWITTER_EPOCH, TimeSource};
use playground_core::unique_id::snowflake::{
    Clock, ClockPolicy, Gate, Generator, Id, Layout, Next, SharedGenerator,
};
use std::hint::{black_box, spin_loop};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How many IDs are made in one millisecond: so many that reading the time before and after does not count, and so
/// few that all peers have made them before it is over.
const BURST: u64 = 2_000;

/// So that a step of the machine's clock does not end the benchmark.
const POLICY: ClockPolicy = ClockPolicy::Wait { at_most_ms: 10_000 };

/// The system's clock, as std reads it.
#[inline]
fn system() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_1970.as_secs() * 1_000 + u64::from(since_1970.subsec_millis())
}

/// The same clock behind a gate that the processor's counter opens: still one reading for each ID, but of the counter.
#[inline]
fn gated() -> u64 {
    static COUNTER: LazyLock<quanta::Clock> = LazyLock::new(quanta::Clock::new);
    fn counts_per_ms() -> u64 {
        const COUNTS: u64 = 1 << 40;
        let ns = COUNTER.delta_as_nanos(0, COUNTS);
        (u128::from(COUNTS) * 1_000_000 / u128::from(ns)) as u64
    }
    thread_local! {
        static COUNTED: (quanta::Clock, Gate) = (COUNTER.clone(), Gate::new(counts_per_ms()));
    }
    COUNTED.with(|(counter, gate)| {
        gate.unix_ms(counter.raw(), || {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            since_1970.as_secs() * 1_000_000_000 + u64::from(since_1970.subsec_nanos())
        })
    })
}

/// The same for ferroid.
struct System;

impl TimeSource<u64> for System {
    #[inline]
    fn current_millis(&self) -> u64 {
        system() - TWITTER_EPOCH.as_millis() as u64
    }
}

/// What a thread writes down every millisecond: the same as ferroid's clock, for ours.
static TICKED_MS: AtomicU64 = AtomicU64::new(0);

/// A clock that costs a load.
#[inline]
fn ticked() -> u64 {
    TICKED_MS.load(Ordering::Relaxed)
}

fn start_ticking() {
    TICKED_MS.store(system(), Ordering::Relaxed);
    thread::spawn(|| {
        loop {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            thread::sleep(Duration::from_nanos(
                1_000_000 - u64::from(since_1970.subsec_nanos()) % 1_000_000,
            ));
            TICKED_MS.store(system(), Ordering::Relaxed);
        }
    });
}

/// Waits until a clock shows another millisecond.
fn fresh(clock: &impl Clock) {
    let now_ms = clock.unix_ms();
    while clock.unix_ms() == now_ms {
        spin_loop();
    }
}

/// What bursts take if all of them take what the middle one takes: a burst in which the machine did something else
/// says nothing about a generator.
fn extrapolate(mut bursts: Vec<Duration>) -> Duration {
    bursts.sort();
    bursts[bursts.len() / 2] * bursts.len() as u32
}

/// Measures bursts, without the time between them.
fn bursts(count: u64, clock: &impl Clock, mut make: impl FnMut() -> u64) -> Duration {
    let bursts = (0..count).map(|_| {
        fresh(clock);
        let start = Instant::now();
        for _ in 0..BURST {
            black_box(make());
        }
        start.elapsed()
    });
    extrapolate(bursts.collect())
}

/// The same on two threads at once, which make half of each burst.
fn bursts_of_two(
    count: u64,
    clock: &(impl Clock + Sync),
    make: impl Fn() -> u64 + Sync,
) -> Duration {
    let run = || {
        for _ in 0..BURST / 2 {
            black_box(make());
        }
    };
    // The burst that the other thread is to make, and the one that it has made.
    let (wanted, made) = (AtomicU64::new(0), AtomicU64::new(0));
    let (is_ready, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            is_ready.store(true, Ordering::Release);
            while !is_over.load(Ordering::Acquire) {
                let burst = wanted.load(Ordering::Acquire);
                if burst > made.load(Ordering::Relaxed) {
                    run();
                    made.store(burst, Ordering::Release);
                }
                spin_loop();
            }
        });
        while !is_ready.load(Ordering::Acquire) {
            thread::yield_now();
        }
        let bursts = (1..=count).map(|burst| {
            fresh(clock);
            let start = Instant::now();
            wanted.store(burst, Ordering::Release);
            run();
            while made.load(Ordering::Acquire) < burst {
                spin_loop();
            }
            start.elapsed()
        });
        let total = extrapolate(bursts.collect());
        is_over.store(true, Ordering::Release);
        total
    })
}

/// A group of bursts. An iteration is one, and takes a millisecond, of which the IDs are a small part.
fn group<'a>(criterion: &'a mut Criterion, name: &str, ids: u64) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(ids));
    group.sample_size(20).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
    group
}

#[track_caller]
fn made(next: Result<Next, impl std::fmt::Debug>) -> u64 {
    match next {
        Ok(Next::Made(id)) => id.0,
        other => panic!("{other:?}"),
    }
}

/// The peers' IDs have signs or types of their own; here they are bits.
mod peers {
    use super::*;

    pub(super) struct Params;

    impl snowdon::MachineId for Params {
        fn machine_id() -> u64 {
            7
        }
    }

    impl snowdon::Epoch for Params {
        fn millis_since_unix() -> u64 {
            Layout::CLASSICAL.spec().epoch_unix_ms
        }
    }

    pub(super) type Snowdon = snowdon::Generator<snowdon::ClassicLayout<Params>, Params>;

    pub(super) fn rs_snowflake() -> snowflake::SnowflakeIdGenerator {
        let epoch = UNIX_EPOCH + Duration::from_millis(Layout::CLASSICAL.spec().epoch_unix_ms);
        snowflake::SnowflakeIdGenerator::with_epoch(0, 7, epoch)
    }

    pub(super) fn snowflake_me() -> snowflake_me::Snowflake {
        let start = Layout::CLASSICAL.spec().epoch_unix_ms as i64;
        let builder = snowflake_me::Snowflake::builder().start_time(start);
        builder.machine_id(&|| Ok(7)).data_center_id(&|| Ok(0)).finalize().expect("a generator")
    }

    pub(super) fn atomic<T: TimeSource<u64>>(
        time: T,
    ) -> AtomicSnowflakeGenerator<SnowflakeTwitterId, T> {
        AtomicSnowflakeGenerator::new(7, time)
    }
}

fn system_clock_alone(criterion: &mut Criterion) {
    let mut group = group(criterion, "Snowflake, 2,000 IDs, system clock, alone", BURST);
    let clock = system;
    let mut ours = Generator::new(Layout::CLASSICAL, 7, POLICY).expect("a worker");
    group.bench_function("ours", |bencher| {
        bencher.iter_custom(|n| bursts(n, &clock, || made(ours.next_by(&clock))));
    });
    let mut ours = Generator::new(Layout::CLASSICAL, 7, POLICY).expect("a worker");
    group.bench_function("ours gated", |bencher| {
        bencher.iter_custom(|n| bursts(n, &clock, || made(ours.next_by(&gated))));
    });
    let mut peer = peers::rs_snowflake();
    group.bench_function("peer-rs-snowflake", |bencher| {
        bencher.iter_custom(|n| bursts(n, &clock, || peer.real_time_generate() as u64));
    });
    let peer = BasicSnowflakeGenerator::<SnowflakeTwitterId, _>::new(7, System);
    group.bench_function("peer-ferroid", |bencher| {
        bencher.iter_custom(|n| bursts(n, &clock, || peer.next_id(|_| spin_loop()).to_raw()));
    });
    group.finish();
}

fn system_clock_shared(criterion: &mut Criterion) {
    let clock = system;
    let ours = SharedGenerator::new(Layout::CLASSICAL, 7, POLICY, clock).expect("a worker");
    let snowflake_me = peers::snowflake_me();
    let snowdon = peers::Snowdon::default();
    let ferroid = peers::atomic(System);
    let us = || made(ours.next());
    let ours = SharedGenerator::new(Layout::CLASSICAL, 7, POLICY, gated).expect("a worker");
    let gated = || made(ours.next());
    let snowflake_me = || snowflake_me.next_id().expect("an ID").as_u64();
    let snowdon = || snowdon.generate().expect("an ID").into_inner();
    let ferroid = || ferroid.next_id(|_| spin_loop()).to_raw();
    for (name, threads) in [("shared, 1 thread", 1), ("shared, 2 threads", 2)] {
        let name = format!("Snowflake, 2,000 IDs, system clock, {name}");
        let mut group = group(criterion, &name, BURST);
        measure(&mut group, "ours", threads, &clock, us);
        measure(&mut group, "ours gated", threads, &clock, gated);
        measure(&mut group, "peer-snowflake_me", threads, &clock, snowflake_me);
        measure(&mut group, "peer-snowdon", threads, &clock, snowdon);
        measure(&mut group, "peer-ferroid", threads, &clock, ferroid);
        group.finish();
    }
}

fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    threads: usize,
    clock: &(impl Clock + Sync),
    make: impl Fn() -> u64 + Sync,
) {
    group.bench_function(name, |bencher| match threads {
        1 => bencher.iter_custom(|n| bursts(n, clock, &make)),
        _ => bencher.iter_custom(|n| bursts_of_two(n, clock, &make)),
    });
}

fn ticking_clock(criterion: &mut Criterion) {
    start_ticking();
    let theirs = || MonotonicClock::<1>::with_epoch(TWITTER_EPOCH);
    let their_clock = theirs();
    // Each burst begins when the clock of its generator has moved on.
    let at_theirs = || TimeSource::<u64>::current_millis(&their_clock);
    {
        let mut group = group(criterion, "Snowflake, 2,000 IDs, ticking clock, alone", BURST);
        let mut ours = Generator::new(Layout::CLASSICAL, 7, POLICY).expect("a worker");
        group.bench_function("ours", |bencher| {
            bencher.iter_custom(|n| bursts(n, &ticked, || made(ours.next_by(&ticked))));
        });
        let peer = BasicSnowflakeGenerator::<SnowflakeTwitterId, _>::new(7, theirs());
        group.bench_function("peer-ferroid", |bencher| {
            bencher
                .iter_custom(|n| bursts(n, &at_theirs, || peer.next_id(|_| spin_loop()).to_raw()));
        });
        group.finish();
    }
    let ours = SharedGenerator::new(Layout::CLASSICAL, 7, POLICY, ticked).expect("a worker");
    let ferroid = peers::atomic(theirs());
    for (name, threads) in [("shared, 1 thread", 1), ("shared, 2 threads", 2)] {
        let name = format!("Snowflake, 2,000 IDs, ticking clock, {name}");
        let mut group = group(criterion, &name, BURST);
        measure(&mut group, "ours", threads, &ticked, || made(ours.next()));
        measure(&mut group, "peer-ferroid", threads, &at_theirs, || {
            ferroid.next_id(|_| spin_loop()).to_raw()
        });
        group.finish();
    }
}

/// A thousand IDs under one reading of the clock, twice.
fn batches(criterion: &mut Criterion) {
    let mut group = group(criterion, "Snowflake, 2,000 IDs, in two batches", BURST);
    let clock = system;
    let batch = |n: u64, fill: &mut dyn FnMut()| {
        let bursts = (0..n).map(|_| {
            fresh(&clock);
            let start = Instant::now();
            fill();
            fill();
            start.elapsed()
        });
        extrapolate(bursts.collect())
    };
    let mut ids = vec![Id(0); 1_000];
    let shared = SharedGenerator::new(Layout::CLASSICAL, 7, POLICY, clock).expect("a worker");
    group.bench_function("ours", |bencher| {
        bencher.iter_custom(|n| {
            batch(n, &mut || {
                let filled = shared.fill(black_box(&mut ids)).expect("IDs");
                assert_eq!(filled.made, 1_000);
            })
        });
    });
    let mut alone = Generator::new(Layout::CLASSICAL, 7, POLICY).expect("a worker");
    group.bench_function("ours alone", |bencher| {
        bencher.iter_custom(|n| {
            batch(n, &mut || {
                let filled = alone.fill(clock(), black_box(&mut ids)).expect("IDs");
                assert_eq!(filled.made, 1_000);
            })
        });
    });
    let peer = peers::snowflake_me();
    let mut ids = Vec::with_capacity(1_000);
    group.bench_function("peer-snowflake_me", |bencher| {
        bencher.iter_custom(|n| {
            batch(n, &mut || {
                ids.clear();
                peer.next_ids_into(1_000, black_box(&mut ids)).expect("IDs");
            })
        });
    });
    group.finish();
}

/// The waiting included: the format's limit are 244.14 ns an ID.
fn limit(criterion: &mut Criterion) {
    fn run(generator: &SharedGenerator<impl Clock>, count: u64) {
        for _ in 0..count {
            while let Ok(Next::Wait(_)) = black_box(generator.next()) {
                spin_loop();
            }
        }
    }
    let mut group = group(criterion, "Snowflake, limit of 244.14 ns", 1);
    for threads in [1, 2] {
        let generator =
            SharedGenerator::new(Layout::CLASSICAL, 7, POLICY, system).expect("a worker");
        group.bench_function(format!("{threads} threads"), |bencher| {
            bencher.iter_custom(|n| {
                let share = n / threads;
                let start = Instant::now();
                thread::scope(|scope| {
                    for _ in 1..threads {
                        scope.spawn(|| run(&generator, share));
                    }
                    run(&generator, n - share * (threads - 1));
                });
                start.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, system_clock_alone, system_clock_shared, ticking_clock, batches, limit);
criterion_main!(benches);
