//! Every run there is of one transaction that changes something at two or three participants, ordered
//! before the coordinator dies for the first time: all orders in which messages can arrive, timers
//! fire, and nodes die between any two outputs and come back.
//!
//! A message that was sent stays on the wire for ever and may arrive any number of times, or never:
//! that covers loss, delay, duplication and overtaking. That lost messages are sent again in the end
//! is another question, which [`CheckModel::settles`] answers. Since a message need not arrive, having
//! sent more of them never makes anything impossible. Two things follow, and keep the number of states
//! small without leaving out any combination of what nodes know:
//!
//! - A node that dies between two messages is covered by one that dies after both; so it dies around
//!   forced writes, or while it does nothing. A start that is cut short is covered likewise.
//! - A step that changes no node and only sends (a retry, an inquiry, an answer from what is known)
//!   is taken at once.
//!
//! A node's handling of an input depends on nothing but the node, so the real machine runs only once
//! for each situation of a node and each input, and the search itself only looks up numbers.

mod local;
mod replay;
mod search;
mod tables;

pub use search::{CheckSearch, Finding, FindingVerdict};

use super::lab::{Pace, Scenario, World};
use super::{Flaw, Good, Order};
use crate::sim::{Kind, Model, Property, Run};
use local::Facts;
use serde::{Deserialize, Serialize};
use tables::{Source, Tables};

/// The most nodes of a check: the coordinator and three participants.
const MOST_NODES: usize = 4;

/// What is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// How many participants, 2 or 3.
    pub participants: u8,
    /// How often each participant may die, at most 3.
    pub participant_crashes: u8,
    /// How often the coordinator may die, at most 3.
    pub coordinator_crashes: u8,
    /// Whether the inventory has to vote no.
    pub is_sold_out: bool,
    /// What the nodes get wrong.
    pub flaw: Flaw,
}

impl Default for Check {
    /// Two participants, one crash each and one of the coordinator, nothing wrong.
    fn default() -> Self {
        Check {
            participants: 2,
            participant_crashes: 1,
            coordinator_crashes: 1,
            is_sold_out: false,
            flaw: Flaw::None,
        }
    }
}

impl Check {
    /// The lab in which its runs can be seen.
    pub fn scenario(&self) -> Scenario {
        let world = if self.participants < 3 { World::Restaurant } else { World::Paid };
        Scenario { world, pace: Pace::ByHand, flaw: self.flaw, ..Scenario::default() }
    }

    /// The order that is placed.
    pub fn order(&self) -> Order {
        let quantity = if self.is_sold_out { 9 } else { 1 };
        match self.participants {
            0..=2 => Order::delivered(Good::Pizza, quantity),
            _ => Order::Paid { item: Good::Pizza, quantity, cents: 900 },
        }
    }
}

/// The state of everything: which situation each node is in, and what has ever been sent.
///
/// Both are numbers that mean something only to the [`CheckModel`] that gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckState {
    nodes: [u32; MOST_NODES],
    sent: u128,
}

impl CheckState {
    /// The numbers of the situations that the nodes are in.
    pub fn situations(&self) -> [u32; MOST_NODES] {
        self.nodes
    }
}

/// What can happen. `dies_after` says after how many of its outputs the node dies; 0, it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckAction {
    /// The client places the order.
    Submit {
        /// After how many outputs the coordinator dies.
        dies_after: u16,
    },
    /// A message arrives.
    Deliver {
        /// Its number, of the [`CheckModel`] that gave it.
        message: u8,
        /// After how many outputs the receiver dies.
        dies_after: u16,
    },
    /// A timer fires.
    Fire {
        /// Whose.
        node: u8,
        /// Which: 0 votes are overdue, 1 ask again, 2 the decision is overdue.
        timer: u8,
        /// After how many outputs the node dies.
        dies_after: u16,
    },
    /// A node dies while it does nothing.
    Crash {
        /// Which one.
        node: u8,
    },
    /// A node starts again.
    Restart {
        /// Which one.
        node: u8,
    },
}

/// One transaction among real machines, as a [`Model`].
#[derive(Clone, Debug)]
pub struct CheckModel {
    check: Check,
    tables: Tables,
}

impl CheckModel {
    /// A model of which nothing has been computed yet. Settings out of range are brought into it.
    pub fn new(check: Check) -> Self {
        Self::with(check, true)
    }

    /// The same without the two shortcuts: many more states, in which nodes are in the same
    /// situations.
    pub fn without_shortcuts(check: Check) -> Self {
        Self::with(check, false)
    }

    fn with(check: Check, shortcuts: bool) -> Self {
        let check = Check {
            participants: check.participants.clamp(2, MOST_NODES as u8 - 1),
            participant_crashes: check.participant_crashes.min(3),
            coordinator_crashes: check.coordinator_crashes.min(3),
            ..check
        };
        CheckModel { tables: Tables::new(&check, shortcuts), check }
    }

    /// What is checked.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// In how many situations nodes have been found so far: for each, the machine really ran.
    pub fn situations(&self) -> usize {
        self.tables.situations()
    }

    /// Whether everybody gets out of doubt if from this state on nobody dies any more, although all
    /// messages under way are lost: whoever is down starts, timers fire (unless `timers` is false, to
    /// see that it takes them), and what is sent from now on arrives.
    pub fn settles(&mut self, state: &CheckState, timers: bool) -> bool {
        let mut now = CheckState { sent: 0, ..*state };
        let mut successors = Vec::new();
        loop {
            self.successors(&now, &mut successors);
            let goes_on = |action: &CheckAction| match action {
                CheckAction::Submit { .. } | CheckAction::Crash { .. } => false,
                CheckAction::Fire { dies_after, .. } => timers && *dies_after == 0,
                CheckAction::Deliver { dies_after, .. } => *dies_after == 0,
                CheckAction::Restart { .. } => true,
            };
            match successors.drain(..).find(|(action, _)| goes_on(action)) {
                Some((_, next)) => now = next,
                None => return self.facts(&now).all(|it| it.is_up && !it.is_waiting),
            }
        }
    }

    /// A run of the lab, by hand, in which exactly this happens.
    pub fn run_of(&self, actions: &[CheckAction]) -> Run<super::Lab> {
        replay::run_of(self, actions)
    }

    /// The messages that a step sends by itself.
    fn sent_by(&mut self, state: &CheckState, step: &CheckAction) -> u128 {
        let (node, source, dies_after) = match *step {
            CheckAction::Submit { dies_after } => (0, Source::Submit, dies_after),
            CheckAction::Deliver { message, dies_after } => {
                (self.tables.receiver(message), Source::Message(message), dies_after)
            }
            CheckAction::Fire { node, timer, dies_after } => {
                (usize::from(node), Source::Timer(timer), dies_after)
            }
            CheckAction::Crash { node } => (usize::from(node), Source::Crash, 0),
            CheckAction::Restart { node } => (usize::from(node), Source::Restart, 0),
        };
        let (start, end) = self.tables.edges(node, state.nodes[node], source);
        let mut edges = (start..end).map(|place| self.tables.edge(place));
        edges.find(|edge| edge.dies_after == dies_after).map_or(0, |edge| edge.sent)
    }

    fn facts<'a>(&'a self, state: &CheckState) -> impl Iterator<Item = &'a Facts> + Clone {
        let nodes = usize::from(self.check.participants) + 1;
        state.nodes.into_iter().take(nodes).map(|node| self.tables.facts(node))
    }

    fn add(
        &mut self,
        node: usize,
        source: Source,
        state: &CheckState,
        successors: &mut Vec<(CheckAction, CheckState)>,
    ) {
        let situation = state.nodes[node];
        let (start, end) = self.tables.edges(node, situation, source);
        for place in start..end {
            let edge = *self.tables.edge(place);
            let mut next = *state;
            next.nodes[node] = edge.next;
            next.sent |= edge.sent;
            // What changes nothing is no step; what only sends has been taken already.
            if next != *state {
                if edge.next != situation {
                    self.tables.echo(&mut next);
                }
                successors.push((source.action(node, edge.dies_after), next));
            }
        }
    }

    fn participants<'a>(&'a self, state: &CheckState) -> impl Iterator<Item = &'a Facts> + Clone {
        self.facts(state).skip(1)
    }
}

impl Model for CheckModel {
    const NAME: &'static str = "two_phase_commit_check";
    type State = CheckState;
    type Action = CheckAction;

    fn initial(&mut self) -> CheckState {
        let mut nodes = [0; MOST_NODES];
        for (node, id) in
            nodes.iter_mut().enumerate().take(usize::from(self.check.participants) + 1)
        {
            *id = self.tables.started(node);
        }
        let mut state = CheckState { nodes, sent: 0 };
        self.tables.echo(&mut state);
        state
    }

    fn successors(&mut self, state: &CheckState, successors: &mut Vec<(CheckAction, CheckState)>) {
        self.add(0, Source::Submit, state, successors);
        let mut left = state.sent;
        while left != 0 {
            let message = left.trailing_zeros() as u8;
            left &= left - 1;
            let to = self.tables.receiver(message);
            self.add(to, Source::Message(message), state, successors);
        }
        for node in 0..=usize::from(self.check.participants) {
            for source in Source::AT_ANY_NODE {
                self.add(node, source, state, successors);
            }
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "no participant commits what another aborts",
                kind: Kind::Always,
                holds: |model, state| {
                    let mut all = model.participants(state);
                    !(all.clone().any(|it| it.committed) && all.any(|it| it.aborted))
                },
            },
            Property {
                name: "what is committed is kept by everybody who promised",
                kind: Kind::Always,
                holds: |model, state| {
                    let mut all = model.participants(state);
                    !all.clone().any(|it| it.committed) || all.all(|it| it.keeps)
                },
            },
            Property {
                name: "nobody aborts what the coordinator has decided to commit",
                kind: Kind::Always,
                holds: |model, state| {
                    let has_decided = model.facts(state).any(|it| it.decided);
                    !(has_decided && model.participants(state).any(|it| it.aborted))
                },
            },
            Property {
                name: "nothing is sold twice, nothing is lost",
                kind: Kind::Always,
                holds: |model, state| model.participants(state).all(|it| it.adds_up),
            },
            Property {
                name: "once everything has arrived, nobody is in doubt",
                kind: Kind::EventuallyAtRest,
                holds: |model, state| model.facts(state).all(|it| it.is_up && !it.is_waiting),
            },
            Property {
                name: "it can end with everybody committed",
                kind: Kind::Sometimes,
                holds: |model, state| {
                    let mut all = model.participants(state);
                    all.all(|it| it.committed)
                },
            },
            Property {
                name: "everybody can be in doubt while the coordinator is down",
                kind: Kind::Sometimes,
                holds: |model, state| {
                    let mut all = model.facts(state);
                    let is_down = all.next().is_some_and(|coordinator| !coordinator.is_up);
                    is_down && all.all(|it| it.is_waiting)
                },
            },
        ]
    }
}
