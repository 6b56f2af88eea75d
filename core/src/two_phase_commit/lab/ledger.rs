//! What must hold whatever goes wrong, judged from outside the nodes.

use super::super::{Branch, Event, Good, Outcome, Participant, Record, Stock, TransactionId, Work};
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
    /// What nodes have decided in writing and not yet been told to be durable.
    written: BTreeSet<(NodeId, TransactionId)>,
    /// Who has ever decided what to commit, durably as the disk said.
    decided: BTreeSet<(NodeId, TransactionId)>,
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
            ClusterEvent::Appended { node, record, .. } => {
                if let Some(tx) = committed_in(record) {
                    self.written.insert((*node, tx));
                }
            }
            ClusterEvent::Forced(node) => {
                let of_node = self.written.extract_if(.., |(it, _)| it == node);
                self.decided.extend(of_node);
            }
            ClusterEvent::Crashed { node, .. } => self.written.retain(|(it, _)| it != node),
            _ => {}
        }
    }

    fn promised(&self, tx: TransactionId, node: NodeId) -> Option<(Good, u32)> {
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
    Invariant {
        name: "nobody aborts what the coordinator has decided to commit",
        holds: decisions_are_followed,
    },
    Invariant { name: "a decision never changes", holds: decisions_stay },
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

fn nobody_disagrees(lab: &Lab) -> bool {
    let participants = standing(lab);
    lab.ledger.branches.keys().all(|tx| {
        let mut outcomes = participants.iter().filter_map(|(_, it)| it.outcomes().get(tx));
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
    let aborts = |it: &Participant, tx| it.outcomes().get(&tx) == Some(&Outcome::Aborted);
    decided.all(|tx| !participants.iter().any(|(_, it)| aborts(it, tx)))
}

fn decisions_stay(lab: &Lab) -> bool {
    let nodes = lab.cluster.nodes();
    lab.ledger.decided.iter().all(|(node, tx)| {
        let log = nodes.get(usize::from(node.0)).map_or(&[][..], Node::log);
        log.iter().any(|record| committed_in(record) == Some(*tx))
    })
}

/// The transaction that a record commits.
fn committed_in(record: &Record) -> Option<TransactionId> {
    match record {
        Record::Decided { tx, .. }
        | Record::Committed { tx }
        | Record::CommittedInOnePhase { tx, .. } => Some(*tx),
        _ => None,
    }
}

fn promises_kept(lab: &Lab) -> bool {
    let participants = standing(lab);
    let ledger = &lab.ledger;
    ledger.branches.iter().all(|(tx, branches)| {
        let has_committed = |it: &Participant| it.outcomes().get(tx) == Some(&Outcome::Committed);
        let is_committed =
            ledger.answered.contains(tx) || participants.iter().any(|(_, it)| has_committed(it));
        let mut promised =
            participants.iter().filter(|(node, _)| ledger.promised(*tx, *node).is_some());
        !is_committed
            || promised.all(|(_, it)| {
                let is_waiting = branches.len() > 1 && it.doubts().contains_key(tx);
                is_waiting || has_committed(it)
            })
    })
}

/// What is free, set aside and given away is what there was, and clients have been promised no more.
fn goods_add_up(lab: &Lab) -> bool {
    let nodes = lab.cluster.nodes();
    standing(lab).iter().all(|(id, it)| {
        let Some(NodeConfig::Participant(config)) =
            nodes.get(usize::from(id.0)).map(Node::config).copied()
        else {
            return false;
        };
        let (mut sum, mut sold, held) = (it.free(), Stock::default(), it.held());
        for good in Good::ALL {
            sum.put(good, held.count(good));
        }
        for tx in lab.ledger.branches.keys() {
            let Some((good, quantity)) = lab.ledger.promised(*tx, *id) else { continue };
            let effect = it.effect(*tx);
            if effect == Some(Outcome::Committed) {
                sum.put(good, quantity);
            }
            // What an operator has taken back may be sold again: that is damage, and said so.
            if lab.ledger.answered.contains(tx) && effect != Some(Outcome::Aborted) {
                sold.put(good, quantity);
            }
        }
        sum == config.stock
            && Good::ALL.into_iter().all(|it| sold.count(it) <= config.stock.count(it))
    })
}

fn locks_are_doubts(lab: &Lab) -> bool {
    let participants = standing(lab);
    participants.iter().all(|(_, it)| !it.doubts().keys().any(|tx| it.outcomes().contains_key(tx)))
}
