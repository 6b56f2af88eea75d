//! What happens to a node, for whoever watches: the ledger, those who wait for answers, and the events as they
//! come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use playground_core::sim::{ClusterEvent, Flight, Time};
use playground_core::two_phase_commit::{Message, Place, Record, TwoPhaseNode};
use tokio::sync::{Semaphore, broadcast};
use tokio::time::timeout;

use super::desk::Desk;
use super::ledger::Ledger;
use crate::driver::Transport;
use crate::driver::peers::Peers;
use crate::two_phase_commit::database::Participant;
use crate::two_phase_commit::inside::Line;

/// How many of the first events are kept, for a watcher who could not be there in time.
const OPENING: usize = 256;
/// How many events wait for a slow watcher.
const WAITING: usize = 512;

/// How long a node that is about to die lets watchers read what has happened.
const FAREWELL: Duration = Duration::from_millis(300);
/// How long it lets databases carry out what they have been sent.
const FLUSH_PATIENCE: Duration = Duration::from_secs(1);

/// Something for a watcher.
#[derive(Clone, Debug)]
pub(crate) enum Live {
    /// Something happened.
    Event(Arc<Line>),
    /// The watcher is to say, by a permit, when it has passed on all that came before.
    Flush(Arc<Semaphore>),
}

/// Hears of everything that happens to a node.
#[derive(Debug)]
pub(crate) struct Watch {
    seen: Mutex<Seen>,
    pub(crate) desk: Desk,
    live: broadcast::Sender<Live>,
}

#[derive(Debug)]
struct Seen {
    ledger: Ledger,
    opening: Vec<Arc<Line>>,
    /// When the last event was: losses are told by other threads, which may have looked at the clock earlier.
    last_at: Time,
}

/// The events from some time on.
pub(crate) struct Watching {
    /// Those at the start of the process.
    pub(crate) opening: Vec<Arc<Line>>,
    /// How many there have been so far.
    pub(crate) events: u64,
    /// Those that are yet to come.
    pub(crate) live: broadcast::Receiver<Live>,
}

impl Watch {
    /// Watches a node that has just recovered from these records.
    pub(crate) fn new(now: Time, place: Place, node: &TwoPhaseNode, records: &[Record]) -> Self {
        let ledger = Ledger::recovered(now, place, node, records);
        let seen = Mutex::new(Seen { ledger, opening: Vec::new(), last_at: Time::ZERO });
        Watch { seen, desk: Desk::default(), live: broadcast::Sender::new(WAITING) }
    }

    /// What to tell a driver's events to.
    pub(crate) fn observer(
        self: &Arc<Self>,
    ) -> impl Fn(Time, &ClusterEvent<TwoPhaseNode>) + Send + use<> {
        let watch = self.clone();
        move |at, event| watch.hear(at, event)
    }

    /// Takes note of an event and passes it on.
    pub(crate) fn hear(&self, at: Time, event: &ClusterEvent<TwoPhaseNode>) {
        let mut seen = self.lock();
        let at = at.max(seen.last_at);
        seen.last_at = at;
        let number = seen.ledger.hear(at, event);
        let is_early = seen.opening.len() < OPENING;
        if is_early || self.live.receiver_count() > 0 {
            let line = Arc::new(Line::Event { number, at, what: event.clone() });
            if is_early {
                seen.opening.push(line.clone());
            }
            // An error means that the last watcher has just gone.
            let _ = self.live.send(Live::Event(line));
        }
        drop(seen);
        self.desk.hear(event);
    }

    /// Whether anybody watches, or will want to know how everything began.
    pub(crate) fn is_curious(&self) -> bool {
        self.live.receiver_count() > 0 || self.lock().opening.len() < OPENING
    }

    /// Begins to watch, from the start of the process if that is wanted.
    pub(crate) fn subscribe(&self, from_start: bool) -> Watching {
        let seen = self.lock();
        let live = self.live.subscribe();
        let opening = if from_start { seen.opening.clone() } else { Vec::new() };
        Watching { opening, events: seen.ledger.events(), live }
    }

    /// Returns once all watchers have passed on what has happened so far, or are too slow.
    async fn flushed(&self) {
        let flushed = Arc::new(Semaphore::new(0));
        if let Ok(watchers) = self.live.send(Live::Flush(flushed.clone())) {
            let watchers = u32::try_from(watchers).unwrap_or(u32::MAX);
            let _ = timeout(FAREWELL, flushed.acquire_many(watchers)).await;
        }
    }

    /// Looks at the ledger.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.lock().ledger)
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to the other nodes, of a node that is watched: one that is told to die at some point dies only when
/// everybody has seen how it came to that.
pub(crate) struct Watched {
    pub(crate) peers: Peers<Message>,
    pub(crate) databases: Vec<Participant>,
    pub(crate) watch: Arc<Watch>,
}

impl Transport<Message> for Watched {
    fn send(&self, flight: Flight<Message>) {
        match self.databases.iter().find(|database| database.node() == flight.to) {
            Some(database) => database.send(flight),
            None => self.peers.send(flight),
        }
    }

    async fn flushed(&self) {
        self.peers.flushed().await;
        let databases = async {
            for database in &self.databases {
                database.flushed().await;
            }
        };
        // A database that hangs does not keep this node alive.
        let _ = timeout(FLUSH_PATIENCE, databases).await;
        self.watch.flushed().await;
    }
}
