//! What a node process knows of itself for others to look at: made of the events of its machine, so that nothing
//! is told that a crash could still take back. The machine itself runs ahead of its disk.

use std::collections::{BTreeMap, VecDeque};

use playground_core::sim::{ClusterEvent, Durability, Time};
use playground_core::two_phase_commit::wire::{
    Damage, InDoubt, LogState, NodeState, OrderReport, Status,
};
use playground_core::two_phase_commit::{
    Branch, CrashPoint, Event, Order, Outcome, Place, Reason, Record, Stock, TransactionId,
    TwoPhaseNode, Vote, Work,
};

use crate::two_phase_commit::inside::{Knowledge, Report};

/// How many records of the log are shown.
const TAIL: usize = 40;

/// What is known of a node.
#[derive(Debug)]
pub(crate) struct Ledger {
    place: Place,
    events: u64,
    epoch: u32,
    free: Stock,
    held: Stock,
    tail: VecDeque<(Record, Durability)>,
    /// Promises on their way to the disk.
    promises: BTreeMap<TransactionId, Work>,
    doubts: BTreeMap<TransactionId, Waiting>,
    orders: BTreeMap<TransactionId, Known>,
    /// Participant: how transactions ended, by decision.
    outcomes: BTreeMap<TransactionId, Outcome>,
    damage: BTreeMap<TransactionId, Damage>,
}

/// A transaction in doubt.
#[derive(Debug)]
struct Waiting {
    work: Work,
    since: Time,
    took: Option<Outcome>,
}

/// A transaction of which it is known what was to be done in it.
#[derive(Debug)]
struct Known {
    order: Option<Order>,
    status: Status,
    reason: Option<Reason>,
}

impl Ledger {
    /// What a node knows that has just recovered from these records. How long it had been in doubt by then is
    /// not among them.
    pub(crate) fn recovered(
        now: Time,
        place: Place,
        node: &TwoPhaseNode,
        records: &[Record],
    ) -> Self {
        let mut ledger = Ledger {
            place,
            events: 0,
            epoch: 0,
            free: place.stock(),
            held: Stock::default(),
            tail: VecDeque::new(),
            promises: BTreeMap::new(),
            doubts: BTreeMap::new(),
            orders: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            damage: BTreeMap::new(),
        };
        if let Some(coordinator) = node.coordinator() {
            for (tx, closed) in coordinator.history() {
                ledger.began(*tx, &closed.branches);
                ledger.ended(*tx, closed.outcome, closed.reason);
            }
            for (tx, branches, _) in coordinator.open() {
                // What is open in a log has been decided.
                ledger.began(tx, branches);
                ledger.ended(tx, Outcome::Committed, None);
            }
        }
        if let Some(participant) = node.participant() {
            (ledger.free, ledger.held) = (participant.free(), participant.held());
            ledger.outcomes.clone_from(participant.outcomes());
            for (tx, doubt) in participant.doubts() {
                let waiting = Waiting { work: doubt.work, since: now, took: doubt.took };
                ledger.doubts.insert(*tx, waiting);
            }
        }
        ledger.replay(records);
        ledger
    }

    /// What the machine does not remember, but its log does.
    fn replay(&mut self, records: &[Record]) {
        for record in records {
            match record {
                Record::Started { epoch } => self.epoch = *epoch,
                Record::CommittedInOnePhase { tx, work } => self.decided_alone(*tx, *work),
                Record::Settled { tx, outcome, took } if took != outcome => {
                    self.damaged(*tx, *took, *outcome);
                }
                _ => {}
            }
        }
        let shown = records.len().saturating_sub(TAIL);
        // Whatever has survived is durable by now.
        self.tail = records[shown..].iter().map(|it| (it.clone(), Durability::Forced)).collect();
    }

    /// Takes note of an event, and numbers it.
    pub(crate) fn hear(&mut self, at: Time, event: &ClusterEvent<TwoPhaseNode>) -> u64 {
        self.events += 1;
        match event {
            // A coordinator also tells what happens in databases, which are no processes.
            ClusterEvent::Appended { node, record, durability } if *node == self.place.node() => {
                self.appended(record, *durability);
            }
            ClusterEvent::Reported(node, event) if *node == self.place.node() => {
                self.reported(at, event);
            }
            _ => {}
        }
        self.events
    }

    fn appended(&mut self, record: &Record, durability: Durability) {
        match record {
            Record::Started { epoch } => self.epoch = *epoch,
            Record::Prepared { tx, work, .. } => {
                self.promises.insert(*tx, *work);
            }
            Record::CommittedInOnePhase { tx, work } => {
                self.promises.insert(*tx, *work);
            }
            Record::Heuristic { tx, outcome } => {
                if let Some(waiting) = self.doubts.get_mut(tx) {
                    waiting.took = Some(*outcome);
                }
            }
            Record::Settled { tx, outcome, .. } => {
                self.doubts.remove(tx);
                self.outcomes.insert(*tx, *outcome);
            }
            _ => {}
        }
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back((record.clone(), durability));
    }

    fn reported(&mut self, at: Time, event: &Event) {
        match event {
            Event::Began { tx, branches, .. } => self.began(*tx, branches),
            Event::Decided { tx, outcome, reason } => self.ended(*tx, *outcome, *reason),
            Event::Voted { tx, vote: Vote::Yes } => {
                if let Some(work) = self.promises.remove(tx) {
                    self.doubts.insert(*tx, Waiting { work, since: at, took: None });
                }
            }
            Event::Resolved { tx, outcome, by_operator: false } => {
                let waited = self.doubts.remove(tx).is_some();
                self.outcomes.insert(*tx, *outcome);
                if let Some(work) = self.promises.remove(tx)
                    && !waited
                    && *outcome == Outcome::Committed
                {
                    self.decided_alone(*tx, work);
                }
            }
            Event::Holds { free, held } => (self.free, self.held) = (*free, *held),
            Event::Damaged { tx, took, decided } if self.place != Place::Coordinator => {
                self.damaged(*tx, *took, *decided);
            }
            _ => {}
        }
    }

    fn began(&mut self, tx: TransactionId, branches: &[Branch]) {
        let order = Order::of(branches);
        self.orders.insert(tx, Known { order, status: Status::Pending, reason: None });
    }

    fn ended(&mut self, tx: TransactionId, outcome: Outcome, reason: Option<Reason>) {
        if let Some(known) = self.orders.get_mut(&tx) {
            known.status = status(outcome);
            known.reason = reason;
        }
    }

    fn decided_alone(&mut self, tx: TransactionId, work: Work) {
        let order = Order::of(&[Branch { node: self.place.node(), work }]);
        self.orders.insert(tx, Known { order, status: Status::Committed, reason: None });
    }

    fn damaged(&mut self, tx: TransactionId, took: Outcome, decided: Outcome) {
        self.damage.insert(tx, Damage { holder: self.place, took, decided });
    }

    /// Which start of the coordinator this is; none of a participant.
    fn epoch(&self) -> Option<u32> {
        (self.place == Place::Coordinator).then_some(self.epoch)
    }

    /// How many events there have been.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Everything, with the last so many orders.
    pub(crate) fn report(&self, now: Time, own: Own, orders: usize) -> Report {
        let Own { bytes, forces, armed } = own;
        let tail = self.tail.iter().cloned().collect();
        let node = NodeState {
            node: self.place,
            is_up: true,
            pid: Some(std::process::id()),
            starts: 1,
            armed,
            problem: None,
            free: self.free,
            held: self.held,
            log: LogState { bytes, forces, tail },
            database: None,
        };
        let in_doubt = self.doubts.iter().map(|(tx, waiting)| InDoubt {
            id: *tx,
            holder: self.place,
            work: waiting.work,
            age_ms: now.since(waiting.since).0 / 1_000,
            took: waiting.took,
        });
        let mut last: Vec<OrderReport> =
            self.orders.iter().rev().take(orders).map(|(tx, it)| report_of(*tx, it)).collect();
        last.reverse();
        Report {
            events: self.events,
            epoch: self.epoch(),
            node,
            in_doubt: in_doubt.collect(),
            orders: last,
            damage: self.damage.iter().map(|(tx, damage)| (*tx, *damage)).collect(),
        }
    }

    /// What is known of one order.
    pub(crate) fn knowledge(&self, tx: TransactionId) -> Knowledge {
        let bare =
            |status| OrderReport { id: tx, order: None, status, reason: None, damage: Vec::new() };
        let by_order = self.orders.get(&tx).map(|it| report_of(tx, it));
        let by_outcome = || self.outcomes.get(&tx).map(|outcome| bare(status(*outcome)));
        let by_doubt = || self.doubts.get(&tx).map(|_| bare(Status::Pending));
        let mut report = by_order.or_else(by_outcome).or_else(by_doubt);
        if let Some(report) = &mut report {
            report.damage.extend(self.damage.get(&tx).copied());
        }
        Knowledge { report, epoch: self.epoch() }
    }

    /// Whether the node waits for the decision of this transaction and nobody has resolved it by hand.
    pub(crate) fn is_in_doubt(&self, tx: TransactionId) -> bool {
        self.doubts.get(&tx).is_some_and(|it| it.took.is_none())
    }
}

/// What a process knows of itself beside its ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    pub(crate) bytes: u64,
    pub(crate) forces: u64,
    pub(crate) armed: Option<CrashPoint>,
}

fn status(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Committed => Status::Committed,
        Outcome::Aborted => Status::Aborted,
    }
}

fn report_of(id: TransactionId, known: &Known) -> OrderReport {
    let Known { order, status, reason } = *known;
    OrderReport { id, order, status, reason, damage: Vec::new() }
}
