//! A node of the cluster: a coordinator or a participant.

use super::{
    Command, Coordinator, CoordinatorConfig, Event, Message, Participant, ParticipantConfig,
    Record, Timer,
};
use crate::sim::{Input, Machine, Outbox, Time};

/// A coordinator or a participant; the two share messages, records and timers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TwoPhaseNode {
    /// The one that decides.
    Coordinator(Coordinator),
    /// One that does the work.
    Participant(Participant),
}

/// Which of the two a node is, and what it is told before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeConfig {
    /// The one that decides.
    Coordinator(CoordinatorConfig),
    /// One that does the work.
    Participant(ParticipantConfig),
}

impl TwoPhaseNode {
    /// The coordinator; none if this is a participant.
    pub fn coordinator(&self) -> Option<&Coordinator> {
        match self {
            TwoPhaseNode::Coordinator(coordinator) => Some(coordinator),
            TwoPhaseNode::Participant(_) => None,
        }
    }

    /// The participant; none if this is a coordinator.
    pub fn participant(&self) -> Option<&Participant> {
        match self {
            TwoPhaseNode::Participant(participant) => Some(participant),
            TwoPhaseNode::Coordinator(_) => None,
        }
    }
}

impl Machine for TwoPhaseNode {
    type Config = NodeConfig;
    type Command = Command;
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Event = Event;

    fn recover(config: &NodeConfig, log: &[Record]) -> Self {
        match config {
            NodeConfig::Coordinator(config) => {
                TwoPhaseNode::Coordinator(Coordinator::recover(config, log))
            }
            NodeConfig::Participant(config) => {
                TwoPhaseNode::Participant(Participant::recover(config, log))
            }
        }
    }

    fn handle(&mut self, now: Time, input: Input<Self>, out: &mut Outbox<Self>) {
        match self {
            TwoPhaseNode::Coordinator(coordinator) => coordinator.handle(now, input, out),
            TwoPhaseNode::Participant(participant) => participant.handle(now, input, out),
        }
    }

    fn checkpoint(&self) -> Option<Vec<Record>> {
        Some(match self {
            TwoPhaseNode::Coordinator(coordinator) => coordinator.checkpoint(),
            TwoPhaseNode::Participant(participant) => participant.checkpoint(),
        })
    }
}
