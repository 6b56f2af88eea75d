//! The blocking queues against their peers: threads that put as fast as they can, and as many that take.
//!
//! All of them put and take one item a call, and wait where there is no room or no item; nobody asks twice or takes
//! several at once. An iteration is a thousand items; a sample puts all of its iterations through one queue, so that starting
//! threads does not count. The fast queue is compared with channels of every kind, and the textbook's with crates that
//! are made like it, of a mutex and condition variables.

// The benchmark brings the clock and the threads that the core does not have.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use playground_core::blocking_queue::fast::FastQueue;
use playground_core::blocking_queue::textbook::BlockingQueue;
use std::num::NonZeroUsize;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Items of an iteration.
const ITEMS: u64 = 1_000;

/// A queue's two ends: for each thread that puts what it does with an item, and for each that takes where it gets one.
struct Ends<P, T> {
    puts: Vec<P>,
    takes: Vec<T>,
}

/// As many threads at each end, each with its own handle.
fn ends<S: Clone, R: Clone, P, T>(
    pairs: usize,
    (sender, receiver): (S, R),
    put: impl Fn(S) -> P,
    take: impl Fn(R) -> T,
) -> Ends<P, T> {
    Ends {
        puts: (0..pairs).map(|_| put(sender.clone())).collect(),
        takes: (0..pairs).map(|_| take(receiver.clone())).collect(),
    }
}

/// A queue that both sides use by the same handle.
fn shared<Q>(queue: Q) -> (Arc<Q>, Arc<Q>) {
    let queue = Arc::new(queue);
    (Arc::clone(&queue), queue)
}

/// From the moment when the first thread begins until the last one is done. Checks that nothing got lost on the way.
fn race<P, T>(items: u64, ends: Ends<P, T>) -> Duration
where
    P: FnMut(u64) + Send,
    T: FnMut() -> u64 + Send,
{
    let pairs = ends.puts.len() as u64;
    let start = &Barrier::new(2 * ends.puts.len());
    thread::scope(|scope| {
        // A thread's part of the items: the first takes what does not divide.
        let part = |thread: usize| items / pairs + if thread == 0 { items % pairs } else { 0 };
        let producers = ends.puts.into_iter().enumerate().map(|(thread, mut put)| {
            scope.spawn(move || {
                start.wait();
                let began = Instant::now();
                (0..part(thread)).for_each(&mut put);
                (began, Instant::now(), (0..part(thread)).sum::<u64>())
            })
        });
        let producers: Vec<_> = producers.collect();
        let consumers = ends.takes.into_iter().enumerate().map(|(thread, mut take)| {
            scope.spawn(move || {
                start.wait();
                let began = Instant::now();
                let sum = (0..part(thread)).map(|_| take()).sum::<u64>();
                (began, Instant::now(), sum)
            })
        });
        let consumers: Vec<_> = consumers.collect();
        let done = |threads: Vec<thread::ScopedJoinHandle<'_, (Instant, Instant, u64)>>| {
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        };
        let (producers, consumers) = (done(producers), done(consumers));
        let sum =
            |threads: &[(Instant, Instant, u64)]| -> u64 { threads.iter().map(|it| it.2).sum() };
        assert_eq!(sum(&producers), sum(&consumers), "an item was lost or doubled");
        let all = || producers.iter().chain(&consumers);
        let (first, last) = (all().map(|it| it.0).min(), all().map(|it| it.1).max());
        last.zip(first).map(|(last, first)| last - first).unwrap_or_default()
    })
}

fn measure<P, T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    open: impl Fn() -> Ends<P, T>,
) where
    P: FnMut(u64) + Send,
    T: FnMut() -> u64 + Send,
{
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| race(iterations * ITEMS, open()));
    });
}

/// The same four cells for everybody.
fn cells(
    criterion: &mut Criterion,
    of: &str,
    run: impl Fn(&mut BenchmarkGroup<'_, WallTime>, usize, usize),
) {
    for (pairs, capacity) in [(1, 64), (1, 1_024), (2, 64), (2, 1_024)] {
        let name = format!("{of}, 1,000 items, {pairs} to {pairs}, capacity {capacity}");
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(ITEMS));
        group.sample_size(20).sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        run(&mut group, pairs, capacity);
        group.finish();
    }
}

fn slots(capacity: usize) -> NonZeroUsize {
    NonZeroUsize::new(capacity).expect("a capacity")
}

fn fast(criterion: &mut Criterion) {
    cells(criterion, "Blocking queue", |group, pairs, capacity| {
        measure(group, "ours", || {
            let queue = shared(FastQueue::new(slots(capacity)));
            let put = |queue: Arc<FastQueue<u64>>| move |item| queue.put(item).expect("open");
            ends(pairs, queue, put, |queue| move || queue.take().expect("an item"))
        });
        measure(group, "ours textbook", || textbook_ends(pairs, capacity));
        match pairs {
            1 => measure(group, "peer-std sync_channel", || {
                let (sender, receiver) = mpsc::sync_channel(capacity);
                let put = move |item| sender.send(item).expect("open");
                Ends { puts: vec![put], takes: vec![move || receiver.recv().expect("an item")] }
            }),
            // It has one receiver, so several threads have to share it.
            _ => measure(group, "peer-std sync_channel, receiver in a Mutex", || {
                let (sender, receiver) = mpsc::sync_channel(capacity);
                let channel = (sender, Arc::new(Mutex::new(receiver)));
                let put =
                    |sender: mpsc::SyncSender<_>| move |item| sender.send(item).expect("open");
                ends(pairs, channel, put, |receiver| {
                    move || receiver.lock().expect("no panic").recv().expect("an item")
                })
            }),
        }
        measure(group, "peer-crossbeam-channel", || {
            let channel = crossbeam_channel::bounded(capacity);
            let put = |end: crossbeam_channel::Sender<_>| move |item| end.send(item).expect("open");
            ends(pairs, channel, put, |end| move || end.recv().expect("an item"))
        });
        measure(group, "peer-flume", || {
            let put = |end: flume::Sender<_>| move |item| end.send(item).expect("open");
            let take = |end: flume::Receiver<_>| move || end.recv().expect("an item");
            ends(pairs, flume::bounded(capacity), put, take)
        });
        measure(group, "peer-kanal", || {
            let put = |end: kanal::Sender<_>| move |item| end.send(item).expect("open");
            let take = |end: kanal::Receiver<_>| move || end.recv().expect("an item");
            ends(pairs, kanal::bounded(capacity), put, take)
        });
        measure(group, "peer-async-channel", || {
            let put =
                |end: async_channel::Sender<_>| move |item| end.send_blocking(item).expect("open");
            let take =
                |end: async_channel::Receiver<_>| move || end.recv_blocking().expect("an item");
            ends(pairs, async_channel::bounded(capacity), put, take)
        });
        measure(group, "peer-crossfire", || {
            let channel = crossfire::mpmc::bounded_blocking::<u64>(capacity);
            ends(
                pairs,
                channel,
                |end| move |item| end.send(item).expect("open"),
                |end| move || end.recv().expect("an item"),
            )
        });
        measure(group, "peer-parkring", || {
            let queue = shared(parkring::LockFreeQueue::new(capacity));
            let put = |queue: Arc<parkring::LockFreeQueue<_>>| {
                move |item| queue.push(item).expect("open")
            };
            ends(pairs, queue, put, |queue| move || queue.pop().expect("an item"))
        });
    });
}

fn textbook_ends(
    pairs: usize,
    capacity: usize,
) -> Ends<impl FnMut(u64) + Send, impl FnMut() -> u64 + Send> {
    let queue = shared(BlockingQueue::new(slots(capacity)));
    let put = |queue: Arc<BlockingQueue<u64>>| move |item| queue.put(item).expect("open");
    ends(pairs, queue, put, |queue| move || queue.take().expect("an item"))
}

fn textbook(criterion: &mut Criterion) {
    cells(criterion, "Mutex and condition variables", |group, pairs, capacity| {
        measure(group, "ours", || textbook_ends(pairs, capacity));
        measure(group, "peer-parkring BlockingQueue", || {
            let queue = shared(parkring::BlockingQueue::new(capacity));
            let put = |queue: Arc<parkring::BlockingQueue<_>>| {
                move |item| queue.push(item).expect("open")
            };
            ends(pairs, queue, put, |queue| move || queue.pop().expect("an item"))
        });
        measure(group, "peer-mpmc-queue", || {
            use mpmc_queue::queue::{BoundedQueue, MpmcQueue};
            let queue = shared(MpmcQueue::new(capacity));
            let put = |queue: Arc<MpmcQueue<u64>>| move |item| queue.push(item);
            ends(pairs, queue, put, |queue| move || queue.pop())
        });
        measure(group, "peer-command-executor", || {
            use command_executor::blocking_queue::BlockingQueue;
            let queue = shared(BlockingQueue::new(capacity));
            let put = |queue: Arc<BlockingQueue<u64>>| move |item| queue.enqueue(item);
            ends(pairs, queue, put, |queue| move || queue.dequeue().expect("an item"))
        });
    });
}

criterion_group!(benches, fast, textbook);
criterion_main!(benches);
