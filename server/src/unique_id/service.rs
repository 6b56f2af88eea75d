//! The ID service: it keeps a worker number leased, and makes IDs with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use playground_core::unique_id::lease::{Holder, LeaseRefusal, Registry};
use playground_core::unique_id::snowflake::{Clock, Id};
use playground_core::unique_id::wire::{Held, ServiceState};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::clock::ServiceClock;
use super::desk::{Desk, Making, Step};
use super::registry::{RegistryError, RegistryPlace};

/// How long a caller waits for a fresh millisecond or a lease.
const PATIENCE: Duration = Duration::from_secs(2);
/// Before the registry is asked again after a refusal or a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// Why there is no ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unavailable {
    /// A sentence for the client, without its full stop.
    pub(super) why: String,
    /// After how many milliseconds it may be worth another try; the greatest number for never.
    pub(super) retry_ms: u64,
}

/// The service of a server.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) clock: ServiceClock,
    registry: RegistryPlace,
    holder: Holder,
    desk: Mutex<Desk>,
    /// Somebody waits for a lease.
    wanted: Notify,
    /// Changes after each lease, renewal and failure; what it counts means nothing.
    news: watch::Sender<u64>,
    /// Held by whoever asks the registry, so that a lease is not given back while it is renewed.
    asking: Mutex<()>,
    is_stopped: AtomicBool,
}

impl Service {
    /// A service that has no number yet.
    ///
    /// # Errors
    /// If the system has no random bits.
    pub(super) fn new(registry: RegistryPlace, clock: ServiceClock) -> std::io::Result<Self> {
        let mut start = [0; 8];
        getrandom::fill(&mut start).map_err(std::io::Error::other)?;
        Ok(Self {
            clock,
            registry,
            holder: Holder { process: std::process::id(), start: u64::from_ne_bytes(start) },
            desk: Mutex::default(),
            wanted: Notify::new(),
            news: watch::Sender::default(),
            asking: Mutex::default(),
            is_stopped: AtomicBool::new(false),
        })
    }

    /// Makes so many IDs, in order and all with one number.
    ///
    /// # Errors
    /// If there is no number, or no millisecond that it may be used in.
    pub(super) async fn make(&self, count: usize) -> Result<(Held, Vec<Id>), Unavailable> {
        let end = Instant::now() + PATIENCE;
        let mut news = self.news.subscribe();
        let mut making = Making::new(count);
        loop {
            news.borrow_and_update();
            let step = self.desk().make(self.clock.unix_ms(), &mut making);
            match step {
                Step::Done => {
                    let Some(held) = making.by else { return Err(self.unavailable()) };
                    return Ok((held, making.ids));
                }
                Step::Refused(retry_ms, why) => return Err(Unavailable { why, retry_ms }),
                _ if Instant::now() >= end => return Err(self.unavailable()),
                Step::Wait(ms) => sleep(Duration::from_millis(ms)).await,
                Step::Renew => {
                    self.wanted.notify_one();
                    if timeout_at(end, news.changed()).await.is_err() {
                        return Err(self.unavailable());
                    }
                }
            }
        }
    }

    fn unavailable(&self) -> Unavailable {
        let problem = self.desk().problem().cloned();
        let (why, retry_ms) = problem
            .unwrap_or_else(|| ("There are too many requests for one worker number".into(), 1_000));
        Unavailable { why, retry_ms }
    }

    /// How the service is.
    pub(super) fn state(&self) -> ServiceState {
        let desk = self.desk();
        let (made, duplicates, takeovers) = desk.counts();
        let lease = desk.lease().and_then(|lease| {
            let mut known = desk.known().iter();
            known.find(|it| (it.held.number, it.held.epoch) == (lease.number, lease.epoch)).cloned()
        });
        ServiceState {
            now_ms: self.clock.unix_ms(),
            clock_offset_ms: self.clock.offset_ms(),
            lease,
            problem: desk.problem().map(|(why, _)| format!("{why}.")),
            leases: desk.known().to_vec(),
            made,
            duplicates,
            takeovers,
        }
    }

    /// Wakes whenever the state has changed.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// Tells those who watch that something has changed.
    pub(super) fn tell(&self) {
        self.news.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Keeps a number leased for as long as this is awaited.
    pub(super) async fn keep(self: Arc<Self>) {
        let renewing = Duration::from_millis(self.registry.terms().renew_ms);
        loop {
            let service = self.clone();
            let asked = tokio::task::spawn_blocking(move || service.ask_registry()).await;
            let is_held = asked.unwrap_or(false);
            let pause = if is_held { renewing } else { PAUSE };
            // A request that finds the window used up, perhaps since the clock has been set forward, does not wait.
            let _ = timeout(pause, self.wanted.notified()).await;
            if !is_held {
                // Nor does it make the registry busier than it is.
                sleep(PAUSE / 10).await;
            }
        }
    }

    /// Renews the lease, or asks for one; whether there is one now. Blocks.
    pub(super) fn ask_registry(&self) -> bool {
        let _asking = lock(&self.asking);
        if self.is_stopped.load(Ordering::Acquire) {
            return false;
        }
        let held = self.desk().lease();
        let mut is_lost = false;
        let change = |registry: &mut Registry, now_ms, clock_ms| {
            is_lost = false;
            if let Some(lease) = held {
                match registry.renew_or_reclaim(now_ms, self.holder, lease, clock_ms) {
                    Err(LeaseRefusal::Fenced { .. }) => is_lost = true,
                    renewed => return renewed.map(|lease| (lease.number, lease)),
                }
            }
            let acquired = registry.acquire(now_ms, self.holder, clock_ms);
            acquired.map(|lease| (lease.number, lease))
        };
        let changed = self.registry.change(&self.clock, self.holder.start, change);
        let mut desk = self.desk();
        if is_lost {
            tracing::warn!(?held, "the worker number was taken over by another server");
        }
        let is_held = match changed {
            Ok((lease, known)) => {
                if held.is_none_or(|before| before.epoch != lease.epoch) {
                    let (number, epoch) = (lease.number, lease.epoch);
                    tracing::info!(number, epoch, "a worker number is leased");
                }
                desk.know(&known, self.holder);
                desk.take(lease);
                true
            }
            Err(error) => {
                let (why, retry_ms) = explain(&error, self.registry.sharers());
                if desk.problem().is_none() {
                    tracing::warn!(error = ?error, "no worker number can be leased");
                }
                desk.fail(why, is_lost, retry_ms);
                false
            }
        };
        drop(desk);
        self.tell();
        is_held
    }

    /// Gives the number back, so that the next server may have it at once. Blocks.
    pub(super) fn stop(&self) {
        let _asking = lock(&self.asking);
        self.is_stopped.store(true, Ordering::Release);
        let Some((lease, last_ms)) = self.desk().give_back("The server stops") else { return };
        let release = |registry: &mut Registry, _, _| {
            registry.release(lease.number, lease.epoch, last_ms).map(|()| (lease.number, ()))
        };
        let given = self.registry.change(&self.clock, self.holder.start, release);
        if let Err(error) = given {
            // Its time runs out by itself.
            tracing::warn!(error = ?error, "the worker number cannot be given back");
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A sentence for clients, and after how many milliseconds it may be worth another try.
fn explain(error: &RegistryError, sharers: &str) -> (String, u64) {
    match error {
        RegistryError::Refused(LeaseRefusal::AllTaken { numbers, free_in_ms }) => {
            let why = format!(
                "All {numbers} worker numbers are taken by other servers {sharers}; the next is free in {} s, unless it is \
                 renewed",
                free_in_ms.div_ceil(1_000)
            );
            (why, *free_in_ms)
        }
        RegistryError::Refused(LeaseRefusal::Unsettled { free_in_ms }) => {
            let why = format!(
                "Redis knows no worker numbers yet, or has lost what it knew of them, and somebody may still be making \
                 IDs with any; they are leased again in {} s",
                free_in_ms.div_ceil(1_000)
            );
            (why, *free_in_ms)
        }
        other => {
            let mut why = format!("No worker number can be leased: {other}");
            let mut source = std::error::Error::source(other);
            while let Some(error) = source {
                why = format!("{why}: {error}");
                source = error.source();
            }
            (why, 1_000)
        }
    }
}
