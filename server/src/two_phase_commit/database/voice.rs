//! What a database would say if it spoke the protocol: messages to the coordinator, and to whoever watches what has
//! happened in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use playground_core::sim::{ClusterEvent, Durability, Flight, NodeId};
use playground_core::two_phase_commit::{
    COORDINATOR, Event, Good, Message, Outcome, Place, Reason, Record, TransactionId, TwoPhaseNode,
    Vote, Work,
};
use tokio::sync::Notify;

use super::gid::Promise;
use crate::driver::{Clock, Handle};
use crate::two_phase_commit::node::Watch;

/// Speaks for one database. Clones are the same.
#[derive(Clone)]
pub(super) struct Voice(Arc<Inner>);

struct Inner {
    place: Place,
    handle: Handle<TwoPhaseNode>,
    watch: Arc<Watch>,
    clock: Clock,
    next_flight: AtomicU64,
    busy: Arc<Busy>,
}

/// Which transactions are in somebody's hands here, and whose row each is about.
#[derive(Default)]
pub(super) struct Busy {
    live: Mutex<BTreeMap<TransactionId, Good>>,
    /// How many messages were taken, by those who have carried out what they could.
    rested: Mutex<BTreeMap<Good, u64>>,
    has_rested: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Busy {
    /// Takes a transaction in hand; false if it already is.
    pub(super) fn take(&self, tx: TransactionId, good: Good) -> bool {
        lock(&self.live).insert(tx, good).is_none()
    }

    /// Whose row a transaction is about.
    pub(super) fn row(&self, tx: TransactionId) -> Option<Good> {
        lock(&self.live).get(&tx).copied()
    }

    pub(super) fn all(&self) -> BTreeSet<TransactionId> {
        lock(&self.live).keys().copied().collect()
    }

    fn leave(&self, tx: TransactionId) {
        lock(&self.live).remove(&tx);
    }

    /// A row has taken so many messages, and waits for more.
    pub(super) fn rests(&self, good: Good, taken: u64) {
        lock(&self.rested).insert(good, taken);
        self.has_rested.notify_waiters();
    }

    /// Returns once a row has carried out what it can of so many messages.
    pub(super) async fn until_rested(&self, good: Good, sent: u64) {
        loop {
            let rested = self.has_rested.notified();
            if lock(&self.rested).get(&good).copied().unwrap_or(0) >= sent {
                return;
            }
            rested.await;
        }
    }
}

impl Voice {
    pub(super) fn new(
        place: Place,
        handle: Handle<TwoPhaseNode>,
        watch: Arc<Watch>,
        clock: Clock,
        busy: Arc<Busy>,
    ) -> Self {
        let next_flight = AtomicU64::new(clock.first_flight(place.node()));
        Voice(Arc::new(Inner { place, handle, watch, clock, next_flight, busy }))
    }

    pub(super) fn place(&self) -> Place {
        self.0.place
    }

    pub(super) fn busy(&self) -> &Busy {
        &self.0.busy
    }

    /// The vote on a promise.
    pub(super) async fn vote(&self, promise: Promise, peers: &[NodeId], vote: Vote) {
        let (tx, work) = (promise.tx, promise.work());
        if vote == Vote::Yes {
            self.wrote(|| Record::Prepared { tx, work, peers: peers.to_vec() });
        } else {
            self.0.busy.leave(tx);
        }
        self.tell(|| Event::Voted { tx, vote });
        self.say(Message::Voted { tx, vote }).await;
    }

    /// The vote of a branch that changes nothing.
    pub(super) async fn vote_on_look(&self, tx: TransactionId, vote: Vote) {
        self.tell(|| Event::Voted { tx, vote });
        self.say(Message::Voted { tx, vote }).await;
    }

    /// The outcome of a transaction has taken effect here.
    pub(super) async fn resolved(&self, tx: TransactionId, outcome: Outcome) {
        self.0.busy.leave(tx);
        let by_operator = false;
        self.wrote(|| match outcome {
            Outcome::Committed => Record::Committed { tx },
            Outcome::Aborted => Record::Aborted { tx },
        });
        self.tell(|| Event::Resolved { tx, outcome, by_operator });
        if outcome == Outcome::Committed {
            self.say(Message::Acknowledged { tx, damage: None }).await;
        }
    }

    /// The answer about what nobody knows of any more: it has been resolved.
    pub(super) async fn acknowledge(&self, tx: TransactionId) {
        self.0.busy.leave(tx);
        self.say(Message::Acknowledged { tx, damage: None }).await;
    }

    /// The decision of a transaction that this database has decided alone.
    pub(super) async fn conclude(
        &self,
        tx: TransactionId,
        work: Work,
        outcome: Outcome,
        reason: Option<Reason>,
    ) {
        self.0.busy.leave(tx);
        if outcome == Outcome::Committed && matches!(work, Work::Take { .. }) {
            self.wrote(|| Record::CommittedInOnePhase { tx, work });
            self.tell(|| Event::Resolved { tx, outcome, by_operator: false });
        }
        self.say(Message::Concluded { tx, outcome, reason }).await;
    }

    /// Forgets a transaction without a word: whoever wants to know asks again.
    pub(super) fn forget(&self, tx: TransactionId) {
        self.0.busy.leave(tx);
    }

    /// The question how a transaction ended that is found prepared.
    pub(super) async fn inquire(&self, tx: TransactionId) {
        self.tell(|| Event::Inquired { tx });
        self.say(Message::Inquiry { tx }).await;
    }

    /// A message has arrived at the database.
    pub(super) fn heard(&self, flight: Flight<Message>) {
        self.happened(|| ClusterEvent::Delivered(flight));
    }

    fn wrote(&self, record: impl FnOnce() -> Record) {
        let node = self.0.place.node();
        if self.0.watch.is_curious() {
            let (record, durability) = (record(), Durability::Forced);
            self.happened(|| ClusterEvent::Appended { node, record, durability });
            self.happened(|| ClusterEvent::Forced(node));
        }
    }

    fn tell(&self, event: impl FnOnce() -> Event) {
        let node = self.0.place.node();
        self.happened(|| ClusterEvent::Reported(node, event()));
    }

    fn happened(&self, event: impl FnOnce() -> ClusterEvent<TwoPhaseNode>) {
        if self.0.watch.is_curious() {
            self.0.watch.hear(self.0.clock.now(), &event());
        }
    }

    async fn say(&self, message: Message) {
        let id = self.0.next_flight.fetch_add(1, Ordering::Relaxed);
        let (from, to, sent_at) = (self.0.place.node(), COORDINATOR, self.0.clock.now());
        let flight = Flight { id, from, to, message, sent_at };
        self.happened(|| ClusterEvent::Sent(flight.clone()));
        // An error means that the coordinator ends, and this with it.
        let _ = self.0.handle.deliver(vec![flight]).await;
    }
}
