//! Threads that put and threads that take, as fast as they can, and the counts by which they are watched.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use playground_core::blocking_queue::wire::{Latency, RunEvent, RunRequest};

use super::ledger::{Item, Ledger};

/// After how many items a thread says how far it is, and looks whether it is still wanted.
const LOOK_EVERY: u64 = 64;

/// A run, as its threads share it. Its clock starts when it is made.
#[derive(Debug)]
pub(super) struct Traffic {
    pub(super) request: RunRequest,
    began: Instant,
    put: Vec<Count>,
    taken: Vec<Count>,
    is_stopped: AtomicBool,
    /// When the last item had been taken; 0 until then.
    ended_ns: AtomicU64,
}

/// A count that one thread writes. Each has its cache lines to itself, or else the threads would disturb each other.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Count(AtomicU64);

impl Count {
    fn set(&self, count: u64) {
        self.0.store(count, Ordering::Relaxed);
    }
}

impl Traffic {
    pub(super) fn new(request: &RunRequest) -> Self {
        let counts = |threads: u32| (0..threads).map(|_| Count::default()).collect();
        Self {
            request: *request,
            began: Instant::now(),
            put: counts(request.producers),
            taken: counts(request.consumers),
            is_stopped: AtomicBool::new(false),
            ended_ns: AtomicU64::new(0),
        }
    }

    /// Asks producers to stop; what is in the queue is still taken.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// How things stand.
    pub(super) fn progress(&self) -> RunEvent {
        let read = |counts: &[Count]| {
            counts.iter().map(|Count(count)| count.load(Ordering::Relaxed)).collect()
        };
        // Takers first: then nobody has taken more than was put.
        let taken = read(&self.taken);
        let elapsed_ns = match self.ended_ns.load(Ordering::Relaxed) {
            0 => self.now_ns(),
            ended_ns => ended_ns,
        };
        RunEvent::Progress { elapsed_us: elapsed_ns / 1_000, put: read(&self.put), taken }
    }

    /// Lets all items through a queue, of which each thread has an end, and looks what has become of them. `close` is
    /// called when all has been put. Blocks.
    ///
    /// # Errors
    /// A sentence for the visitor, if it was stopped, or if there are no threads.
    pub(super) fn flow<P, T>(
        &self,
        puts: Vec<P>,
        takes: Vec<T>,
        close: impl FnOnce(),
    ) -> Result<RunEvent, String>
    where
        P: Fn(Item) -> bool + Send,
        T: Fn() -> Option<Item> + Send,
    {
        let flown = thread::scope(|scope| {
            let mut failure = None;
            let mut consumers = Vec::new();
            // Consumers first: nobody may be left with a full queue because there were no more threads.
            for (consumer, take) in (0..).zip(takes) {
                let thread = thread::Builder::new().name(format!("consumer-{consumer}"));
                match thread.spawn_scoped(scope, move || self.consume(consumer, take)) {
                    Ok(thread) => consumers.push(thread),
                    Err(error) => failure = Some(error),
                }
            }
            let mut producers = Vec::new();
            for (producer, put) in (0..).zip(puts) {
                if failure.is_some() {
                    self.stop();
                    break;
                }
                let thread = thread::Builder::new().name(format!("producer-{producer}"));
                match thread.spawn_scoped(scope, move || self.produce(producer, put)) {
                    Ok(thread) => producers.push(thread),
                    Err(error) => failure = Some(error),
                }
            }
            let put: Vec<_> = producers.into_iter().map(|thread| thread.join()).collect();
            close();
            let taken: Vec<_> = consumers.into_iter().map(|thread| thread.join()).collect();
            let elapsed_ns = self.now_ns();
            self.ended_ns.store(elapsed_ns, Ordering::Relaxed);
            if let Some(error) = failure {
                return Err(format!("There are no threads for that: {error}."));
            }
            put.into_iter()
                .for_each(|outcome| outcome.unwrap_or_else(|panic| resume_unwind(panic)));
            let mut all = Ledger::new(&self.request);
            for ledger in taken {
                all.merge(ledger.unwrap_or_else(|panic| resume_unwind(panic)));
            }
            Ok((all, elapsed_ns))
        });
        if self.is_stopped() {
            return Err("It was stopped.".into());
        }
        let (ledger, elapsed_ns) = flown?;
        Ok(self.finished(ledger, elapsed_ns))
    }

    fn finished(&self, mut ledger: Ledger, elapsed_ns: u64) -> RunEvent {
        let items = self.request.items;
        let per_second = u128::from(items) * 1_000_000_000 / u128::from(elapsed_ns.max(1));
        RunEvent::Finished {
            elapsed_us: elapsed_ns / 1_000,
            items_per_second: per_second as u64,
            latency: ledger.latency(),
            audit: ledger.audit(items),
        }
    }

    fn produce(&self, producer: u32, put: impl Fn(Item) -> bool) {
        let count = &self.put[producer as usize];
        let items = self.request.items_of(producer);
        for number in 0..items {
            // 0 stands for items that are not measured.
            let at_ns = if number % Latency::EVERY == 0 { self.now_ns().max(1) } else { 0 };
            if !put(Item { producer, number: number as u32, at_ns }) {
                return;
            }
            if number % LOOK_EVERY == 0 {
                count.set(number + 1);
                if self.is_stopped() {
                    return;
                }
            }
        }
        count.set(items);
    }

    fn consume(&self, consumer: u32, take: impl Fn() -> Option<Item>) -> Ledger {
        let count = &self.taken[consumer as usize];
        let mut ledger = Ledger::new(&self.request);
        while let Some(item) = take() {
            if item.at_ns > 0 {
                ledger.time(self.now_ns().saturating_sub(item.at_ns));
            }
            ledger.note(item);
            if ledger.taken().is_multiple_of(LOOK_EVERY) {
                count.set(ledger.taken());
            }
        }
        count.set(ledger.taken());
        ledger
    }
}
