//! Every run there is of a room, two or three tabs and a few messages: all orders in which things can be
//! said and arrive, connections cut at any moment, the server dead between any two of its outputs.
//!
//! The real [`Channel`](super::Channel) and the real [`Client`](super::Client) run in it. What is left
//! out: hello, inboxes and presence, which have no part in these promises, are answered at once; no time
//! passes, so that nothing is sent again because an answer is late. A doubled packet stands for that
//! ([`Check::doubles`]).
//!
//! What it finds beside the promises: on connections that keep order, a client that resumes before it
//! sends again never sends what the server has. There the idempotency key is a second lock on the same
//! door; where packets come twice, or a client sends again because an answer is late, it is the only one.

mod replay;
mod state;
mod step;

pub use state::{CheckState, CheckTab};

use super::Without;
use super::node::Transport;
use crate::sim::{Kind, Model, Property, Run};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is to be checked. Whatever is out of range is brought into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// How many tabs there are, 1 to 3.
    pub tabs: u8,
    /// How many messages are said, 1 to 4, in any of the tabs.
    pub messages: u8,
    /// How many connections are cut, at most 3.
    pub cuts: u8,
    /// How often the server dies, at most 3.
    pub crashes: u8,
    /// How many packets come twice, at most 3; only of raw ones.
    pub doubles: u8,
    /// What carries the messages.
    pub transport: Transport,
    /// What is left out of the protocol.
    pub without: Option<Without>,
}

impl Default for Check {
    /// Two tabs, two messages, a cut and a crash on honest connections, and nothing left out.
    fn default() -> Self {
        Check {
            tabs: 2,
            messages: 2,
            cuts: 1,
            crashes: 1,
            doubles: 0,
            transport: Transport::Stream,
            without: None,
        }
    }
}

/// What can happen. `dies_after` says after how many packets that it sends the server dies, having stored
/// what there was to store; none, it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckAction {
    /// Somebody says the next message.
    Say {
        /// In which tab, from 0.
        tab: u8,
    },
    /// A packet reaches the server.
    Up {
        /// From which tab.
        tab: u8,
        /// Which of those under way, in the order of sending.
        place: u8,
        /// After how many packets the server dies.
        dies_after: Option<u8>,
    },
    /// A packet reaches a tab.
    Down {
        /// Which one.
        tab: u8,
        /// Which of those under way, in the order of sending.
        place: u8,
    },
    /// A packet to the server is doubled.
    DoubleUp {
        /// From which tab.
        tab: u8,
        /// Which of those under way.
        place: u8,
    },
    /// A packet to a tab is doubled.
    DoubleDown {
        /// To which tab.
        tab: u8,
        /// Which of those under way.
        place: u8,
    },
    /// A connection is cut: what is under way on it is lost.
    Cut {
        /// Of which tab.
        tab: u8,
    },
    /// A tab learns that the server that it was connected to has died.
    Notice {
        /// Which one.
        tab: u8,
    },
    /// A tab connects again.
    Connect {
        /// Which one.
        tab: u8,
    },
    /// The server dies while it does nothing.
    Crash,
    /// The server starts again.
    Restart,
}

/// A room and its tabs, as a [`Model`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckModel {
    check: Check,
}

impl CheckModel {
    /// A model of this check.
    pub fn new(check: Check) -> Self {
        let doubles = if check.transport == Transport::Raw { check.doubles.min(3) } else { 0 };
        let check = Check {
            tabs: check.tabs.clamp(1, 3),
            messages: check.messages.clamp(1, 4),
            cuts: check.cuts.min(3),
            crashes: check.crashes.min(3),
            doubles,
            ..check
        };
        CheckModel { check }
    }

    /// What is checked.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// A run of the lab, by hand, in which this happens, a step a second.
    pub fn run_of(&self, actions: &[CheckAction]) -> Run<super::Lab> {
        replay::run_of(&self.check, actions)
    }
}

impl Model for CheckModel {
    const NAME: &'static str = "chat_check";
    type State = CheckState;
    type Action = CheckAction;

    fn initial(&mut self) -> CheckState {
        CheckState::new(&self.check)
    }

    fn successors(&mut self, state: &CheckState, successors: &mut Vec<(CheckAction, CheckState)>) {
        for action in step::possible(&self.check, state) {
            let mut next = state.clone();
            step::perform(&mut next, action);
            successors.push((action, next));
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "no message is shown twice",
                kind: Kind::Always,
                holds: |_, state| {
                    state.shown().all(|messages| {
                        let mut seen = BTreeSet::new();
                        messages.iter().all(|it| seen.insert(&it.id))
                    })
                },
            },
            Property {
                name: "messages are shown in order",
                kind: Kind::Always,
                holds: |_, state| {
                    let ordered = |it: &[&_]| seq(it[0]) <= seq(it[1]);
                    state.shown().all(|messages| messages.windows(2).all(ordered))
                },
            },
            Property {
                name: "no message is missing between two that are shown",
                kind: Kind::Always,
                holds: |_, state| {
                    let close = |it: &[&_]| seq(it[1]) <= seq(it[0]) + 1;
                    state.shown().all(|messages| messages.windows(2).all(close))
                },
            },
            Property {
                name: "no message is stored twice",
                kind: Kind::Always,
                holds: |_, state| {
                    let mut seen = BTreeSet::new();
                    state.store().iter().all(|it| seen.insert(&it.id))
                },
            },
            Property {
                name: "what is shown is stored",
                kind: Kind::Always,
                holds: |_, state| {
                    let stored = |it: &&_| state.store().get(seq(it) as usize - 1) == Some(*it);
                    state.shown().all(|messages| messages.iter().all(stored))
                },
            },
            Property {
                name: "what is acknowledged is stored",
                kind: Kind::Always,
                holds: |_, state| {
                    state.acks().all(|ack| {
                        let stored = state.store().get(ack.seq as usize - 1);
                        stored.is_some_and(|it| it.id == ack.id)
                    })
                },
            },
            Property {
                name: "nothing that was said is lost",
                kind: Kind::Always,
                holds: |_, state| state.is_all_kept(),
            },
            Property {
                name: "in the end everybody shows everything",
                kind: Kind::EventuallyAtRest,
                holds: |model, state| state.is_all_shown(model.check.messages),
            },
            Property {
                name: "the server sees a retry of what it has",
                kind: Kind::Sometimes,
                holds: |_, state| state.acks().any(|ack| ack.is_retry),
            },
        ]
    }
}

fn seq(message: &std::sync::Arc<super::wire::Message>) -> u64 {
    message.seq
}
