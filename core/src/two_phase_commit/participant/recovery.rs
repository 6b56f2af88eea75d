//! What a participant gets back from its log, and how it makes the log shorter.

use super::super::{Flaw, Outcome, ParticipantConfig, Record, Stock, TransactionId, Work};
use super::Participant;
use crate::sim::{NodeId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A transaction of which a participant waits to hear the decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doubt {
    /// What it has promised to do.
    pub work: Work,
    /// Whom it may ask besides the coordinator.
    pub peers: Vec<NodeId>,
    /// What an operator has made of it meanwhile.
    pub took: Option<Outcome>,
    /// How long to wait before asking (again).
    pub(super) delay: Span,
}

impl Participant {
    /// Boots from its log.
    pub fn recover(config: &ParticipantConfig, log: &[Record]) -> Self {
        let mut it = Participant {
            config: *config,
            is_new: log.is_empty(),
            free: config.stock,
            doubts: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            damage: BTreeMap::new(),
            alone: BTreeMap::new(),
            fragile: BTreeSet::new(),
        };
        for record in log {
            it.replay(record);
        }
        if config.flaw == Flaw::ForgetVote {
            for tx in it.doubts.keys().copied().collect::<Vec<_>>() {
                it.release(tx);
            }
        }
        it
    }

    fn replay(&mut self, record: &Record) {
        match record {
            Record::Stocked { free } => self.free = *free,
            Record::Prepared { tx, work, peers } => {
                self.give_away(*work);
                self.doubt(*tx, *work, peers.clone());
            }
            Record::Committed { tx } => {
                self.doubts.remove(tx);
                self.outcomes.insert(*tx, Outcome::Committed);
            }
            Record::CommittedInOnePhase { tx, work } => {
                self.give_away(*work);
                self.alone.insert(*tx, *work);
                self.outcomes.insert(*tx, Outcome::Committed);
            }
            Record::Aborted { tx } => {
                self.release(*tx);
                self.outcomes.insert(*tx, Outcome::Aborted);
            }
            Record::Heuristic { tx, outcome } => self.take_for(*tx, *outcome),
            Record::Settled { tx, outcome, took } => {
                self.doubts.remove(tx);
                self.outcomes.insert(*tx, *outcome);
                if took != outcome {
                    self.damage.insert(*tx, *took);
                }
            }
            // Written by coordinators only.
            _ => {}
        }
    }

    /// The fewest records from which [`recover`](Participant::recover) gives this state back.
    pub fn checkpoint(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for (&tx, &outcome) in &self.outcomes {
            let took = self.damage.get(&tx).copied();
            records.push(match (took, self.alone.get(&tx), outcome) {
                (Some(took), _, _) => Record::Settled { tx, outcome, took },
                (_, Some(&work), _) => Record::CommittedInOnePhase { tx, work },
                (_, _, Outcome::Committed) => Record::Committed { tx },
                (_, _, Outcome::Aborted) => Record::Aborted { tx },
            });
        }
        for (&tx, doubt) in &self.doubts {
            let (work, peers) = (doubt.work, doubt.peers.clone());
            records.push(Record::Prepared { tx, work, peers });
            if let Some(outcome) = doubt.took {
                records.push(Record::Heuristic { tx, outcome });
            }
        }
        // Last, since it says what is free after all of these, however they are replayed.
        records.push(Record::Stocked { free: self.free });
        records
    }

    pub(super) fn doubt(&mut self, tx: TransactionId, work: Work, peers: Vec<NodeId>) {
        let delay = self.config.patience.inquire;
        self.doubts.insert(tx, Doubt { work, peers, took: None, delay });
    }

    /// Takes what an operator says for the decision.
    pub(super) fn take_for(&mut self, tx: TransactionId, outcome: Outcome) {
        if let Some(doubt) = self.doubts.get_mut(&tx) {
            doubt.took = Some(outcome);
            if outcome == Outcome::Aborted {
                put(&mut self.free, doubt.work);
            }
        }
    }

    /// Gives back exactly what was set aside.
    pub(super) fn release(&mut self, tx: TransactionId) {
        if let Some(doubt) = self.doubts.remove(&tx) {
            put(&mut self.free, doubt.work);
        }
    }

    fn give_away(&mut self, work: Work) {
        if let Work::Take { good, quantity } = work {
            // What was promised was there when it was promised. Only the first records of a shortened
            // log may take what is not there, and its last one says what is.
            let _ = self.free.take(good, quantity);
        }
    }
}

pub(super) fn put(stock: &mut Stock, work: Work) {
    if let Work::Take { good, quantity } = work {
        stock.put(good, quantity);
    }
}
