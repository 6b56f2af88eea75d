//! The insert race: the same rows into a real database, keyed by one kind of ID after the other.
//!
//! It runs on a thread of its own, one at a time in a data directory, in a temporary folder that is gone afterwards.
//! SQLite stores each table `WITHOUT ROWID`, so that the rows lie in the order of their keys, as InnoDB has them.
//! Rows come in transactions of a thousand through a write-ahead log.
//!
//! Random keys cost writes here, not space: before SQLite splits a page, it spreads the rows over up to three
//! neighbours (`balance_nonroot` in its `btree.c`), so that random keys pack as well as ordered ones, unlike in
//! PostgreSQL.
//!
//! What is simplified: a commit reaches the system, and the disk only with a checkpoint (`synchronous = NORMAL`), so
//! that the race is about pages and not about forced writes; reads mostly come from the system's cache.

pub(super) mod api;
mod lane;
mod scratch;
mod written;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use playground_core::unique_id::wire::{Lane, LaneState, RaceRequest, RaceState, Sample};
use tokio::sync::watch;

use lane::Stopped;
use scratch::{Scratch, ScratchError};

/// How often those who watch are told.
const NEWS_EVERY: Duration = Duration::from_millis(200);

/// Where races are run. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Race(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    state: Mutex<RaceState>,
    /// Changes whenever the state has; what it counts means nothing.
    news: watch::Sender<u64>,
    is_cancelled: AtomicBool,
    running: Mutex<Option<thread::JoinHandle<()>>>,
}

/// Why a race does not start.
#[derive(Debug)]
pub(super) enum NotStarted {
    /// One runs in this server.
    Running,
    /// The folder cannot be used, or another server's race has it.
    Scratch(ScratchError),
    /// There is no thread for it.
    Thread(io::Error),
}

impl Race {
    /// Where a race finds its temporary folder. What servers have left there that were killed is removed. Blocks.
    pub(super) fn new(folder: &Path) -> Self {
        if let Err(error) = Scratch::sweep(folder) {
            tracing::warn!(%error, "what an earlier race has left cannot be removed");
        }
        Self(Arc::new(Inner {
            folder: folder.to_owned(),
            state: Mutex::default(),
            news: watch::Sender::default(),
            is_cancelled: AtomicBool::new(false),
            running: Mutex::default(),
        }))
    }

    /// The race that runs, or the last one.
    pub(super) fn state(&self) -> RaceState {
        self.0.state().clone()
    }

    /// Wakes whenever the state has changed, a few times a second at most.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    /// Starts a race of a request that has been checked. Blocks for a moment.
    ///
    /// # Errors
    /// See [`NotStarted`].
    pub(super) fn start(&self, request: RaceRequest) -> Result<RaceState, NotStarted> {
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.state().is_running {
            return Err(NotStarted::Running);
        }
        if let Some(thread) = running.take() {
            // It has said that it is over, so this takes no time.
            let _ = thread.join();
        }
        let scratch = Scratch::make(&self.0.folder).map_err(NotStarted::Scratch)?;
        self.0.is_cancelled.store(false, Ordering::Relaxed);
        let begun = {
            let mut state = self.0.state();
            *state = begin(&request, state.number + 1);
            state.clone()
        };
        let inner = self.0.clone();
        let thread = thread::Builder::new().name("insert-race".into());
        match thread.spawn(move || inner.run(&request, scratch)) {
            Ok(thread) => *running = Some(thread),
            Err(error) => {
                self.0.state().is_running = false;
                return Err(NotStarted::Thread(error));
            }
        }
        self.0.tell();
        Ok(begun)
    }

    /// Asks for the end of the race that runs; it comes with the next transaction.
    pub(super) fn cancel(&self) -> RaceState {
        let state = {
            let mut state = self.0.state();
            if state.is_running {
                self.0.is_cancelled.store(true, Ordering::Relaxed);
                state.is_cancelled = true;
            }
            state.clone()
        };
        self.0.tell();
        state
    }

    /// Ends the race, and returns once its folder is gone. Blocks.
    pub(super) fn stop(&self) {
        self.cancel();
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = running {
            // It tells of its own panics.
            let _ = thread.join();
        }
    }
}

fn begin(request: &RaceRequest, number: u32) -> RaceState {
    let lane = |kind: &_| Lane {
        kind: *kind,
        state: LaneState::Waiting,
        latest: Sample::default(),
        samples: Vec::new(),
        leaf: None,
    };
    RaceState {
        number,
        is_running: true,
        is_cancelled: false,
        rows: request.rows,
        cache_mib: request.cache_mib,
        lanes: request.kinds.iter().map(lane).collect(),
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, RaceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.news.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// One lane after the other, until all are through or somebody has asked for the end.
    fn run(&self, request: &RaceRequest, scratch: Scratch) {
        for (at, kind) in request.kinds.iter().enumerate() {
            let mut told = Instant::now();
            let run = AssertUnwindSafe(|| {
                lane::run(*kind, request, scratch.path(), &self.is_cancelled, |step| {
                    self.note(at, request.rows, step);
                    if told.elapsed() >= NEWS_EVERY {
                        told = Instant::now();
                        self.tell();
                    }
                })
            });
            let ended = match catch_unwind(run) {
                Ok(Ok(())) => LaneState::Finished,
                Ok(Err(Stopped::Cancelled)) => LaneState::Cancelled,
                Ok(Err(Stopped::Failed(why))) => LaneState::Failed { why },
                Err(_) => LaneState::Failed { why: "the race has a bug".into() },
            };
            if let Some(lane) = self.state().lanes.get_mut(at) {
                lane.state = ended;
            }
            self.tell();
        }
        // The folder goes first: whoever sees the end finds nothing left.
        drop(scratch);
        self.state().is_running = false;
        self.tell();
    }

    fn note(&self, at: usize, rows: u32, step: lane::Step) {
        let mut state = self.state();
        let Some(lane) = state.lanes.get_mut(at) else { return };
        match step {
            lane::Step::Inserted(sample) => {
                lane.state = LaneState::Inserting;
                let place = |rows_in: u32| {
                    u64::from(rows_in) * u64::from(Lane::MOST_SAMPLES) / u64::from(rows.max(1))
                };
                if place(sample.rows) > place(lane.latest.rows) {
                    lane.samples.push(sample);
                }
                lane.latest = sample;
            }
            lane::Step::Counting(sample) => {
                lane.latest = sample;
                if let Some(last) = lane.samples.last_mut() {
                    *last = sample;
                }
                lane.state = LaneState::Counting;
            }
            lane::Step::Counted(leaf) => lane.leaf = Some(leaf),
        }
    }
}
