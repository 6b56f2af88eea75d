//! The situation of one node: everything on which its next step depends.

use super::super::{Good, NodeConfig, Outcome, Participant, Record, Timer, TwoPhaseNode, Work};
use crate::sim::{Durability, Machine, Output};
use std::collections::BTreeSet;

/// The situation of one node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Local {
    /// Which node it is.
    pub(super) node: usize,
    /// The machine; none while it is down.
    pub(super) machine: Option<TwoPhaseNode>,
    pub(super) log: Vec<Record>,
    /// How many records of the log a crash would leave.
    pub(super) durable: usize,
    pub(super) timers: BTreeSet<Timer>,
    /// How often it may still die.
    pub(super) crashes_left: u8,
    /// Whether the client has yet to place its order here.
    pub(super) has_client: bool,
}

/// What the properties ask about a situation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) is_up: bool,
    /// Participant: it has committed, or would find so in its log.
    pub(super) committed: bool,
    pub(super) aborted: bool,
    /// Participant: it has committed or still can.
    pub(super) keeps: bool,
    /// Participant: it is in doubt. Coordinator: somebody has yet to answer.
    pub(super) is_waiting: bool,
    /// Coordinator: its decision to commit is durable.
    pub(super) decided: bool,
    /// Participant: what it has, has set aside and has given away is what it had.
    pub(super) adds_up: bool,
}

impl Local {
    /// Carries out an output.
    pub(super) fn perform(&mut self, output: &Output<TwoPhaseNode>) {
        match output {
            Output::Append { record, durability } => {
                self.log.push(record.clone());
                if *durability == Durability::Forced {
                    self.durable = self.log.len();
                }
            }
            Output::WakeAfter { timer, .. } => {
                self.timers.insert(*timer);
            }
            Output::Cancel(timer) => {
                self.timers.remove(timer);
            }
            Output::Send { .. } | Output::Report(_) => {}
        }
    }

    /// Dies, which it may once less from now on.
    pub(super) fn die(&mut self) {
        self.machine = None;
        self.log.truncate(self.durable);
        self.timers.clear();
        // Who has not ordered by now goes elsewhere: there is one transaction, and it is the first.
        self.has_client = false;
        self.crashes_left -= 1;
    }

    pub(super) fn facts(&self, config: &NodeConfig) -> Facts {
        let recovered;
        let machine = match &self.machine {
            Some(machine) => machine,
            None => {
                recovered = TwoPhaseNode::recover(config, &self.log);
                &recovered
            }
        };
        let mut facts = Facts { is_up: self.machine.is_some(), ..Facts::default() };
        match machine {
            TwoPhaseNode::Coordinator(coordinator) => {
                facts.is_waiting = coordinator.open().next().is_some();
                let durable = &self.log[..self.durable];
                facts.decided = durable.iter().any(|it| matches!(it, Record::Decided { .. }));
            }
            TwoPhaseNode::Participant(participant) => {
                let mut outcomes = participant.outcomes().values();
                facts.committed = outcomes.clone().any(|it| *it == Outcome::Committed);
                facts.aborted = outcomes.any(|it| *it == Outcome::Aborted);
                facts.is_waiting = !participant.doubts().is_empty();
                facts.keeps = facts.committed || facts.is_waiting;
                facts.adds_up = self.adds_up(config, participant);
            }
        }
        facts
    }

    /// Whether what is there, set aside and given away is what there was.
    fn adds_up(&self, config: &NodeConfig, participant: &Participant) -> bool {
        let NodeConfig::Participant(config) = config else { return true };
        let (mut sum, held) = (participant.free(), participant.held());
        for (committed, _) in
            participant.outcomes().iter().filter(|(_, it)| **it == Outcome::Committed)
        {
            let promise = self.log.iter().find_map(|record| match record {
                Record::Prepared { tx, work, .. } if tx == committed => Some(*work),
                _ => None,
            });
            if let Some(Work::Take { good, quantity }) = promise {
                sum.put(good, quantity);
            }
        }
        Good::ALL.into_iter().all(|it| sum.count(it) + held.count(it) == config.stock.count(it))
    }
}
