//! The way of each message that was said: tab, server, store, fan-out, acknowledgement, with times.

use super::super::names;
use super::super::node::{Body, ChatNode, Event, Record, SERVER};
use super::super::wire::{ClientMessage, Message, ServerMessage};
use crate::sim::{ClusterEvent, Flight, NodeId, Time};
use std::sync::Arc;

/// The most messages whose way is kept; what is older is dropped.
const MOST: usize = 200;

/// The way of one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Its id.
    pub id: Arc<str>,
    /// Who said it, in which tab.
    pub tab: NodeId,
    /// In which thread.
    pub thread: Arc<str>,
    /// What.
    pub text: Arc<str>,
    /// Its number, in the room or in the sender's inbox, once it has one.
    pub seq: Option<u64>,
    /// What happened to it, in order.
    pub hops: Vec<(Time, Hop)>,
}

/// What happens to a message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// It was said.
    Said,
    /// A packet with it left the tab.
    Sent(u64),
    /// The server had it.
    Arrived,
    /// The server knew it already.
    KnownRetry,
    /// The server numbered it and wrote it down.
    Appended,
    /// It was durable.
    Stored,
    /// A packet with it left for a tab.
    FannedOut(NodeId),
    /// A tab shows it.
    Shown(NodeId),
    /// A packet with its acknowledgement left.
    AckSent,
    /// Its tab knows that it is stored.
    Acknowledged,
    /// Its author knows that it has arrived at so many people.
    Delivered(u32),
    /// A packet with it, or about it, was lost.
    Lost,
}

/// The ways of the last messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Paths {
    pub(super) all: Arc<Vec<Path>>,
    /// The messages that have been appended and are not durable.
    waiting: Vec<Arc<Message>>,
}

impl Paths {
    pub(super) fn said(
        &mut self,
        at: Time,
        tab: NodeId,
        id: Arc<str>,
        thread: Arc<str>,
        text: Arc<str>,
    ) {
        let all = Arc::make_mut(&mut self.all);
        if all.len() == MOST {
            all.remove(0);
        }
        all.push(Path { id, tab, thread, text, seq: None, hops: vec![(at, Hop::Said)] });
    }

    fn add(&mut self, at: Time, id: &str, hop: Hop) {
        let known = self.all.iter().rposition(|it| *it.id == *id);
        if let Some(place) = known {
            Arc::make_mut(&mut self.all)[place].hops.push((at, hop));
        }
    }

    fn number(&mut self, message: &Message) {
        let known = self.all.iter().rposition(|it| it.id == message.id);
        // A private message has two numbers; the sender's counts.
        let is_senders = message.to.is_none() || message.room[1..] == *message.from;
        if let Some(place) = known.filter(|_| is_senders) {
            Arc::make_mut(&mut self.all)[place].seq = Some(message.seq);
        }
    }

    pub(super) fn hear(&mut self, at: Time, event: &ClusterEvent<ChatNode>) {
        match event {
            ClusterEvent::Sent(flight) => match (said(flight), told(flight)) {
                (Some(id), _) => self.add(at, &id.clone(), Hop::Sent(flight.id)),
                (_, Some(ServerMessage::Messages(run))) => {
                    run.iter().for_each(|it| self.add(at, &it.id, Hop::FannedOut(flight.to)));
                }
                (_, Some(ServerMessage::Ack(ack))) => self.add(at, &ack.id, Hop::AckSent),
                _ => {}
            },
            ClusterEvent::Delivered(flight) => {
                if let Some(id) = said(flight) {
                    self.add(at, &id.clone(), Hop::Arrived);
                }
            }
            ClusterEvent::Lost(flight, _) => {
                let ids = match (said(flight), told(flight)) {
                    (Some(id), _) => vec![id.clone()],
                    (_, Some(ServerMessage::Messages(run))) => {
                        run.iter().map(|it| it.id.clone()).collect()
                    }
                    (_, Some(ServerMessage::Ack(ack))) => vec![ack.id.clone()],
                    _ => Vec::new(),
                };
                ids.iter().for_each(|id| self.add(at, id, Hop::Lost));
            }
            ClusterEvent::Appended { record: Record::Stored(messages), .. } => {
                if let Some(first) = messages.first() {
                    self.add(at, &first.id, Hop::Appended);
                }
                messages.iter().for_each(|it| self.number(it));
                self.waiting.extend(messages.first().cloned());
            }
            ClusterEvent::Forced(SERVER) => {
                for message in std::mem::take(&mut self.waiting) {
                    self.add(at, &message.id, Hop::Stored);
                }
            }
            ClusterEvent::Crashed { node: SERVER, .. } => self.waiting.clear(),
            ClusterEvent::Reported(node, event) => self.reported(at, *node, event),
            _ => {}
        }
    }

    fn reported(&mut self, at: Time, node: NodeId, event: &Event) {
        match event {
            Event::Shown(message) => self.add(at, &message.id, Hop::Shown(node)),
            Event::Acknowledged { id, is_retry, .. } => {
                if *is_retry {
                    self.add(at, id, Hop::KnownRetry);
                }
                self.add(at, id, Hop::Acknowledged);
            }
            Event::Delivered { room, seq, by } => {
                let is_private = names::owner_of(room).is_some();
                let is_there = |it: &Path| match is_private {
                    true => names::owner_of(&it.thread).is_some(),
                    false => it.thread == *room,
                };
                let is_it = |it: &Path| it.tab == node && it.seq == Some(*seq) && is_there(it);
                if let Some(place) = self.all.iter().rposition(is_it) {
                    let hop = Hop::Delivered(*by);
                    Arc::make_mut(&mut self.all)[place].hops.push((at, hop));
                }
            }
            _ => {}
        }
    }
}

/// The id of the message that a packet to the server carries.
fn said(flight: &Flight<super::super::node::Packet>) -> Option<&Arc<str>> {
    match &flight.message.body {
        Body::ToServer(ClientMessage::Send { id, .. } | ClientMessage::Private { id, .. }) => {
            Some(id)
        }
        _ => None,
    }
}

/// What a packet to a tab carries.
fn told(flight: &Flight<super::super::node::Packet>) -> Option<&ServerMessage> {
    match &flight.message.body {
        Body::ToTab(message) => Some(message),
        _ => None,
    }
}
