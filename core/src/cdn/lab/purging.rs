//! Purges: the shield forgets first, and only then the edges, which otherwise would fetch from it what they
//! have just forgotten. A purge that gets lost is sent again until it is done.

use super::wire::{Message, Node};
use super::{Due, Event, Lab, Without};
use crate::sim::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// The purges that have ever been, those that are not done with whom they wait for.
#[derive(Clone, Debug, Default)]
pub(super) struct Purges {
    all: BTreeMap<u32, Purge>,
}

#[derive(Clone, Debug)]
struct Purge {
    item: Option<u16>,
    issued_at: Time,
    waits_for: BTreeSet<Node>,
    /// Whether the edges have been told.
    has_told_edges: bool,
    is_done: bool,
}

impl Purges {
    /// What a purge is to forget; an inner none for everything.
    pub(super) fn item(&self, purge: u32) -> Option<Option<u16>> {
        self.all.get(&purge).map(|it| it.item)
    }
}

impl Lab {
    pub(super) fn purge(&mut self, item: Option<u16>) {
        let number = self.purges.all.len() as u32 + 1;
        let has_shield = self.caches.get(&Node::Shield).is_some_and(|it| it.is_up);
        let purge = Purge {
            item,
            issued_at: self.now,
            waits_for: BTreeSet::new(),
            has_told_edges: false,
            is_done: false,
        };
        self.purges.all.insert(number, purge);
        self.events.push(Event::PurgeSent { purge: number, item });
        if has_shield {
            self.tell_to_purge(number, Node::Shield);
        }
        if !has_shield || self.scenario.without == Some(Without::PurgeOrder) {
            self.tell_edges(number);
        }
    }

    fn tell_edges(&mut self, number: u32) {
        let Some(purge) = self.purges.all.get_mut(&number) else { return };
        if std::mem::replace(&mut purge.has_told_edges, true) {
            return;
        }
        let caches =
            self.caches.iter().filter(|(node, cache)| **node != Node::Shield && cache.is_up);
        let edges: Vec<Node> = caches.map(|(node, _)| *node).collect();
        for node in edges {
            self.tell_to_purge(number, node);
        }
        self.close(number);
    }

    fn tell_to_purge(&mut self, number: u32, node: Node) {
        let Some(purge) = self.purges.all.get_mut(&number) else { return };
        purge.waits_for.insert(node);
        self.send((Node::Origin, node), 0, Message::Purge(number), None);
        let again = self.latency(Node::Origin, node) * 3 + self.slow(Span::from_ms(100));
        self.agenda.add(self.now + again, Due::PurgeAgain(number, node));
    }

    pub(super) fn purge_again(&mut self, number: u32, node: Node) {
        let purge = self.purges.all.get(&number);
        if purge.is_some_and(|it| it.waits_for.contains(&node)) {
            self.tell_to_purge(number, node);
        }
    }

    /// A purge has come to a cache. Where none is up, there is nothing to forget.
    pub(super) fn purge_arrives(&mut self, node: Node, from: Node, number: u32) {
        let Some(purge) = self.purges.all.get(&number) else { return };
        let (item, issued_at) = (purge.item, purge.issued_at);
        let fetches_too = self.scenario.without != Some(Without::PurgeOfFetches);
        if let Some(cache) = self.caches.get_mut(&node).filter(|it| it.is_up) {
            let copies = cache.purge(self.now, item, fetches_too);
            self.auditor.purged(self.now, node, item, issued_at);
            self.events.push(Event::Purged { by: node, purge: number, copies });
        }
        self.send((node, from), 0, Message::Purged(number), None);
    }

    /// The origin hears that a cache has forgotten.
    pub(super) fn purged(&mut self, node: Node, number: u32) {
        let purge = self.purges.all.get_mut(&number);
        if purge.is_some_and(|it| it.waits_for.remove(&node)) && node == Node::Shield {
            self.tell_edges(number);
        }
        self.close(number);
    }

    fn close(&mut self, number: u32) {
        let Some(purge) = self.purges.all.get_mut(&number) else { return };
        let is_done = purge.waits_for.is_empty() && purge.has_told_edges;
        if is_done && !std::mem::replace(&mut purge.is_done, true) {
            self.events.push(Event::PurgeDone { purge: number });
        }
    }
}
