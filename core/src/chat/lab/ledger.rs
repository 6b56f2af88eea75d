//! What must hold whatever goes wrong, judged from outside the nodes.

use super::super::Client;
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
    /// What is stored in each channel, by id.
    copies: BTreeSet<(Arc<str>, Arc<str>)>,
    /// The number in the last id of each tab that is stored in each channel: tabs count up.
    last: BTreeMap<(Arc<str>, String), u64>,
    /// What has been acknowledged to its author: channel, id, number.
    acknowledged: BTreeSet<(Arc<str>, Arc<str>, u64)>,
    /// What has been said and is not stored: its tab and its thread, by id.
    unstored: BTreeMap<Arc<str>, (NodeId, Arc<str>)>,
    /// What has been said and is stored.
    settled: BTreeMap<Arc<str>, (NodeId, Arc<str>)>,
    broken: Broken,
}

/// The promises that have been broken at some moment: judged when something happens that could break
/// them, because everything that there is would be much to look at after every step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Broken {
    shown_twice: bool,
    out_of_order: bool,
    missing: bool,
    stored_twice: bool,
    said_out_of_order: bool,
    acknowledged: bool,
    shown: bool,
    leaked: bool,
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
        let is_new = self.copies.insert((message.room.clone(), message.id.clone()));
        self.broken.stored_twice |= !is_new;
        if let Some((tab, number)) = message.id.rsplit_once('-')
            && let Ok(number) = number.parse()
        {
            let place = (message.room.clone(), tab.to_owned());
            let before = self.last.insert(place, number);
            self.broken.said_out_of_order |= before.is_some_and(|before| before > number);
        }
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
        self.last.clear();
        self.unstored.append(&mut self.settled);
        for record in log {
            if let Record::Stored(messages) = record {
                messages.iter().for_each(|it| self.store(it.clone()));
            }
        }
        let acknowledged = std::mem::take(&mut self.acknowledged);
        self.broken.acknowledged |= !acknowledged.iter().all(|it| self.has(it));
        self.acknowledged = acknowledged;
    }

    fn has(&self, (room, id, seq): &(Arc<str>, Arc<str>, u64)) -> bool {
        self.stored.get(&(room.clone(), *seq)).is_some_and(|it| it.id == *id)
    }

    /// Looks at what a tab shows.
    pub(super) fn look(&mut self, client: &Client) {
        for channel in client.channels() {
            let mut seen = BTreeSet::new();
            let mut last: Option<u64> = None;
            for message in client.messages(channel) {
                self.broken.shown_twice |= !seen.insert(&message.id);
                if let Some(last) = last {
                    self.broken.out_of_order |= message.seq < last;
                    self.broken.missing |= message.seq > last + 1;
                }
                last = Some(message.seq);
            }
        }
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
                    self.broken.acknowledged |= !self.has(&ack);
                    self.acknowledged.insert(ack);
                }
                let for_others =
                    |it: &Message| it.to.as_ref().is_some_and(|to| to != name && it.from != *name);
                self.broken.leaked |= match &**message {
                    ServerMessage::Messages(run) => run.iter().any(|it| for_others(it)),
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
                self.broken.shown |= self.stored.get(&place) != Some(message);
            }
            _ => {}
        }
    }
}

/// What must hold after every step of every run in which nothing is left out and the disk is honest.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant { name: "no message is shown twice", holds: |lab| !lab.ledger.broken.shown_twice },
    Invariant { name: "messages are shown in order", holds: |lab| !lab.ledger.broken.out_of_order },
    Invariant {
        name: "no message is missing between two that are shown",
        holds: |lab| !lab.ledger.broken.missing,
    },
    Invariant { name: "no message is stored twice", holds: |lab| !lab.ledger.broken.stored_twice },
    Invariant {
        name: "what a tab says is stored in the order of saying",
        holds: |lab| !lab.ledger.broken.said_out_of_order,
    },
    Invariant {
        name: "what is acknowledged is stored",
        holds: |lab| !lab.ledger.broken.acknowledged,
    },
    Invariant { name: "what is shown is stored", holds: |lab| !lab.ledger.broken.shown },
    Invariant { name: "nothing that was said is lost", holds: nothing_lost },
    Invariant {
        name: "private messages reach nobody else",
        holds: |lab| !lab.ledger.broken.leaked,
    },
    Invariant { name: "nobody is present without a connection", holds: no_ghosts },
];

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
