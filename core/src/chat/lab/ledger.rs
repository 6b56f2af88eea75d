//! What must hold whatever goes wrong, judged from outside the nodes.

use super::super::node::{Body, ChatNode, Event, Record, SERVER};
use super::super::wire::{Message, ServerMessage};
use super::Lab;
use crate::sim::{ClusterEvent, Invariant, Node, NodeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an auditor writes down who hears everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    /// What is durable, as the server's disk has said, by channel and number.
    pub(super) stored: BTreeMap<(Arc<str>, u64), Arc<Message>>,
    /// What has been written and not yet been told to be durable.
    pub(super) pending: Vec<Arc<Message>>,
    /// How often each id is stored in each channel.
    copies: BTreeMap<(Arc<str>, Arc<str>), u32>,
    /// What has been acknowledged to its author: channel, id, number.
    acknowledged: BTreeSet<(Arc<str>, Arc<str>, u64)>,
    /// What has been said and is not stored: its tab and its thread, by id.
    unstored: BTreeMap<Arc<str>, (NodeId, Arc<str>)>,
    /// What has been said and is stored.
    settled: BTreeMap<Arc<str>, (NodeId, Arc<str>)>,
    is_ack_broken: bool,
    is_shown_broken: bool,
    is_leaked: bool,
}

impl Ledger {
    pub(super) fn said(&mut self, id: Arc<str>, tab: NodeId, thread: Arc<str>) {
        self.unstored.insert(id, (tab, thread));
    }

    /// Whoever leaves a room drops what is unsent for it.
    pub(super) fn left(&mut self, tab: NodeId, room: &str) {
        self.unstored.retain(|_, (it, thread)| *it != tab || **thread != *room);
    }

    fn store(&mut self, message: Arc<Message>) {
        let copies = self.copies.entry((message.room.clone(), message.id.clone()));
        *copies.or_default() += 1;
        if let Some(said) = self.unstored.remove(&message.id) {
            self.settled.insert(message.id.clone(), said);
        }
        self.stored.insert((message.room.clone(), message.seq), message);
    }

    /// The server is dead: what its disk holds is what there is.
    pub(super) fn rebuild(&mut self, log: &[Record]) {
        self.pending.clear();
        self.stored.clear();
        self.copies.clear();
        self.unstored.append(&mut self.settled);
        for record in log {
            if let Record::Stored(messages) = record {
                messages.iter().for_each(|it| self.store(it.clone()));
            }
        }
        let acknowledged = std::mem::take(&mut self.acknowledged);
        self.is_ack_broken |= !acknowledged.iter().all(|it| self.has(it));
        self.acknowledged = acknowledged;
    }

    fn has(&self, (room, id, seq): &(Arc<str>, Arc<str>, u64)) -> bool {
        self.stored.get(&(room.clone(), *seq)).is_some_and(|it| it.id == *id)
    }

    pub(super) fn hear(&mut self, event: &ClusterEvent<ChatNode>, names: &[Arc<str>]) {
        match event {
            ClusterEvent::Appended { node: SERVER, record: Record::Stored(messages), .. } => {
                self.pending.extend(messages.iter().cloned());
            }
            ClusterEvent::Forced(SERVER) => {
                for message in std::mem::take(&mut self.pending) {
                    self.store(message);
                }
            }
            ClusterEvent::Sent(flight) => {
                let Body::ToTab(message) = &flight.message.body else { return };
                let Some(name) = usize::from(flight.to.0).checked_sub(1).map(|it| &names[it])
                else {
                    return;
                };
                if let ServerMessage::Ack(ack) = &**message {
                    let ack = (ack.room.clone(), ack.id.clone(), ack.seq);
                    self.is_ack_broken |= !self.has(&ack);
                    self.acknowledged.insert(ack);
                }
                let for_others =
                    |it: &Message| it.to.as_ref().is_some_and(|to| to != name && it.from != *name);
                self.is_leaked |= match &**message {
                    ServerMessage::Message(it) => for_others(it),
                    ServerMessage::Joined(joined) => {
                        joined.messages.iter().any(|it| for_others(it))
                    }
                    ServerMessage::History { messages, .. } => {
                        messages.iter().any(|it| for_others(it))
                    }
                    _ => false,
                };
            }
            ClusterEvent::Reported(_, Event::Shown(message)) => {
                let place = (message.room.clone(), message.seq);
                self.is_shown_broken |= self.stored.get(&place) != Some(message);
            }
            _ => {}
        }
    }
}

/// What must hold after every step of every run in which nothing is left out and the disk is honest.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant { name: "no message is shown twice", holds: nothing_twice },
    Invariant { name: "messages are shown in order", holds: in_order },
    Invariant { name: "no message is missing between two that are shown", holds: nothing_missing },
    Invariant { name: "no message is stored twice", holds: stored_once },
    Invariant {
        name: "what a tab says is stored in the order of saying",
        holds: first_in_first_out,
    },
    Invariant { name: "what is acknowledged is stored", holds: |lab| !lab.ledger.is_ack_broken },
    Invariant { name: "what is shown is stored", holds: |lab| !lab.ledger.is_shown_broken },
    Invariant { name: "nothing that was said is lost", holds: nothing_lost },
    Invariant { name: "private messages reach nobody else", holds: |lab| !lab.ledger.is_leaked },
    Invariant { name: "nobody is present without a connection", holds: no_ghosts },
];

/// The messages that tabs show: those of each tab and channel.
fn shown(lab: &Lab) -> impl Iterator<Item = Vec<&Arc<Message>>> {
    let tabs = lab.cluster.nodes().iter().filter_map(|it| it.machine()?.tab());
    tabs.flat_map(|tab| {
        let client = tab.client();
        client.channels().map(|channel| client.messages(channel).collect())
    })
}

fn nothing_twice(lab: &Lab) -> bool {
    shown(lab).all(|messages| {
        let mut seen = BTreeSet::new();
        messages.iter().all(|it| seen.insert(&it.id))
    })
}

fn in_order(lab: &Lab) -> bool {
    shown(lab).all(|messages| messages.windows(2).all(|it| it[0].seq <= it[1].seq))
}

fn nothing_missing(lab: &Lab) -> bool {
    shown(lab).all(|messages| messages.windows(2).all(|it| it[1].seq <= it[0].seq + 1))
}

fn stored_once(lab: &Lab) -> bool {
    lab.ledger.copies.values().all(|copies| *copies == 1)
}

/// Ids end with a number that a tab counts up.
fn first_in_first_out(lab: &Lab) -> bool {
    let mut last = BTreeMap::new();
    lab.ledger.stored.iter().all(|((room, _), message)| {
        let Some((tab, number)) = message.id.rsplit_once('-') else { return true };
        let Ok(number) = number.parse::<u64>() else { return true };
        last.insert((room, tab), number).is_none_or(|before| before <= number)
    })
}

fn nothing_lost(lab: &Lab) -> bool {
    lab.ledger.unstored.iter().all(|(id, (tab, _))| {
        let Some(node) = lab.cluster.nodes().get(usize::from(tab.0)) else { return false };
        let is_it = |outgoing: &super::super::Outgoing| outgoing.id == *id;
        match node.machine().and_then(ChatNode::tab) {
            Some(tab) => tab.client().outbox().iter().any(is_it),
            None => saved(node).is_some_and(|it| it.outbox.iter().any(is_it)),
        }
    })
}

/// What the browser of a closed tab has.
pub(super) fn saved(node: &Node<ChatNode>) -> Option<&super::super::Saved> {
    node.durable_log().iter().rev().find_map(|record| match record {
        Record::Saved(saved) => Some(saved),
        _ => None,
    })
}

fn no_ghosts(lab: &Lab) -> bool {
    let server = lab.cluster.nodes().first().and_then(|it| it.machine()?.server());
    server.is_none_or(|server| !server.has_ghosts())
}
