//! What must hold whatever goes wrong, judged from outside the nodes.

use super::super::{Branch, Event, Outcome, Participant, Record, Stock, TransactionId, Work};
use super::super::{NodeConfig, TwoPhaseNode};
use super::Lab;
use crate::sim::{ClusterEvent, Invariant, Machine, Node, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// What an auditor writes down who hears everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    branches: BTreeMap<TransactionId, Vec<Branch>>,
    /// Where clients have been told "committed".
    answered: BTreeSet<TransactionId>,
    /// What nodes have written and not yet been told to be durable.
    written: BTreeSet<(NodeId, TransactionId)>,
    /// Who has ever committed what, durably as the disk said.
    committed: BTreeSet<(NodeId, TransactionId)>,
    /// What has been decided.
    decided: BTreeMap<TransactionId, Outcome>,
    /// Whether two decisions about one transaction differed.
    has_wavered: bool,
    /// Where an operator has resolved something by hand.
    operated: BTreeSet<NodeId>,
}

impl Ledger {
    pub(super) fn hear(&mut self, event: &ClusterEvent<TwoPhaseNode>) {
        match event {
            ClusterEvent::Reported(_, Event::Began { tx, branches, .. }) => {
                self.branches.insert(*tx, branches.clone());
            }
            ClusterEvent::Reported(_, Event::Answered { tx, outcome: Outcome::Committed, .. }) => {
                self.answered.insert(*tx);
            }
            ClusterEvent::Reported(_, Event::Decided { tx, outcome, .. }) => {
                let first = self.decided.entry(*tx).or_insert(*outcome);
                self.has_wavered |= first != outcome;
            }
            ClusterEvent::Appended { node, record, .. } => {
                if let Some(tx) = committed_in(record) {
                    self.written.insert((*node, tx));
                }
            }
            ClusterEvent::Forced(node) => {
                let of_node = self.written.extract_if(.., |(it, _)| it == node);
                self.committed.extend(of_node);
            }
            ClusterEvent::Crashed { node, .. } => self.written.retain(|(it, _)| it != node),
            _ => {}
        }
    }

    pub(super) fn intervened(&mut self, node: NodeId) {
        self.operated.insert(node);
    }

    fn promised(&self, tx: TransactionId, node: NodeId) -> Option<(super::super::Good, u32)> {
        let branch = self.branches.get(&tx)?.iter().find(|branch| branch.node == node)?;
        match branch.work {
            Work::Take { good, quantity } => Some((good, quantity)),
            Work::Look { .. } => None,
        }
    }
}

/// What must hold after every step of every run without a flaw and without a lying disk.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant { name: "no participant commits what another aborts", holds: nobody_disagrees },
    Invariant { name: "what is committed stays committed", holds: commits_stay },
    Invariant {
        name: "nobody aborts what the coordinator has decided to commit",
        holds: decisions_are_followed,
    },
    Invariant { name: "a decision never changes", holds: |lab| !lab.ledger.has_wavered },
    Invariant { name: "what is committed is kept by everybody who promised", holds: promises_kept },
    Invariant { name: "nothing is sold twice, nothing is lost", holds: goods_add_up },
    Invariant { name: "nothing is locked once its outcome is known", holds: locks_are_doubts },
];

/// The participants as they are, or as they would come back from their disks.
fn standing(lab: &Lab) -> Vec<(NodeId, Participant)> {
    let one = |(index, node): (usize, &Node<TwoPhaseNode>)| {
        let machine = match node.machine() {
            Some(machine) => machine.clone(),
            None => TwoPhaseNode::recover(node.config(), node.durable_log()),
        };
        Some((NodeId(index as u16), machine.participant()?.clone()))
    };
    lab.cluster.nodes().iter().enumerate().filter_map(one).collect()
}

/// How a transaction ended at a participant without an operator's doing.
fn outcome(lab: &Lab, tx: TransactionId, at: &(NodeId, Participant)) -> Option<Outcome> {
    if lab.ledger.operated.contains(&at.0) { None } else { at.1.outcomes().get(&tx).copied() }
}

fn nobody_disagrees(lab: &Lab) -> bool {
    let participants = standing(lab);
    lab.ledger.branches.keys().all(|tx| {
        let mut outcomes = participants.iter().filter_map(|it| outcome(lab, *tx, it));
        let first = outcomes.next();
        outcomes.all(|it| Some(it) == first)
    })
}

fn decisions_are_followed(lab: &Lab) -> bool {
    let participants = standing(lab);
    let coordinators = lab.cluster.nodes().iter().take(1);
    let mut decided = coordinators.flat_map(Node::durable_log).filter_map(|record| match record {
        Record::Decided { tx, .. } => Some(*tx),
        _ => None,
    });
    decided.all(|tx| participants.iter().all(|it| outcome(lab, tx, it) != Some(Outcome::Aborted)))
}

fn commits_stay(lab: &Lab) -> bool {
    let nodes = lab.cluster.nodes();
    lab.ledger.committed.iter().all(|(node, tx)| {
        let log = nodes.get(usize::from(node.0)).map_or(&[][..], Node::log);
        log.iter().any(|record| committed_in(record) == Some(*tx))
    })
}

/// The transaction that a participant's record commits.
fn committed_in(record: &Record) -> Option<TransactionId> {
    match record {
        Record::Committed { tx } | Record::CommittedInOnePhase { tx, .. } => Some(*tx),
        _ => None,
    }
}

fn promises_kept(lab: &Lab) -> bool {
    let participants = standing(lab);
    let ledger = &lab.ledger;
    ledger.branches.iter().all(|(tx, branches)| {
        let is_committed = ledger.answered.contains(tx)
            || participants.iter().any(|it| outcome(lab, *tx, it) == Some(Outcome::Committed));
        let mut promised = participants.iter().filter(|(node, _)| {
            ledger.promised(*tx, *node).is_some() && !ledger.operated.contains(node)
        });
        !is_committed
            || promised.all(|(_, it)| {
                let is_waiting = branches.len() > 1 && it.doubts().contains_key(tx);
                is_waiting || it.outcomes().get(tx) == Some(&Outcome::Committed)
            })
    })
}

fn goods_add_up(lab: &Lab) -> bool {
    let nodes = lab.cluster.nodes();
    standing(lab).iter().all(|(id, it)| {
        let Some(NodeConfig::Participant(config)) =
            nodes.get(usize::from(id.0)).map(Node::config).copied()
        else {
            return false;
        };
        if lab.ledger.operated.contains(id) {
            return true;
        }
        let mut sum: Stock = it.free();
        let waiting = it.doubts().values().map(|doubt| doubt.work);
        for work in waiting {
            if let Work::Take { good, quantity } = work {
                sum.put(good, quantity);
            }
        }
        for (tx, _) in it.outcomes().iter().filter(|(_, it)| **it == Outcome::Committed) {
            if let Some((good, quantity)) = lab.ledger.promised(*tx, *id) {
                sum.put(good, quantity);
            }
        }
        sum == config.stock
    })
}

fn locks_are_doubts(lab: &Lab) -> bool {
    standing(lab).iter().all(|(_, it)| {
        let known = it.doubts().keys().any(|tx| it.outcomes().contains_key(tx));
        !known && (it.held() == Stock::default() || !it.doubts().is_empty())
    })
}
