//! What is drawn of the lab at one moment: plain data.

use super::super::client::{Connection, ThreadView};
use super::super::node::{LinkId, Packet};
use super::super::wire::Message;
use super::super::{Farewell, Refusal, SessionId};
use super::action::Scenario;
use super::path::Path;
use crate::sim::{LossReason, NodeId, Time};
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How it was set up.
    pub scenario: Arc<Scenario>,
    /// The server.
    pub server: ServerView,
    /// The tabs, in the order of their nodes, from node 1 on.
    pub tabs: Vec<TabView>,
    /// The packets under way, in the order of their arrival.
    pub flights: Vec<FlightView>,
    /// The packets that were lost within the last second, and when.
    pub losses: Vec<LossView>,
    /// The way of each message that was said, in the order of saying.
    pub paths: Arc<Vec<Path>>,
    /// What the network does to packets, in percent of them: lost, doubled, overtaken.
    pub network: (u32, u32, u32),
    /// What everything has cost so far.
    pub total: Totals,
}

/// The server.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerView {
    /// Whether it is up.
    pub is_up: bool,
    /// How many times it has started.
    pub starts: u32,
    /// After how many outputs it is going to die, as it was told; none if nothing is planned.
    pub armed: Option<u32>,
    /// Whether it waits for its disk.
    pub is_forcing: bool,
    /// How many outputs it has yet to carry out, most of them behind the disk.
    pub pending: usize,
    /// How long its disk takes, in milliseconds, and whether it lies.
    pub disk: (u32, bool),
    /// The rooms, in the order of names.
    pub rooms: Vec<ChannelView>,
    /// The inboxes, in the order of names.
    pub inboxes: Vec<ChannelView>,
    /// The sessions.
    pub sessions: Vec<SessionView>,
    /// Who is online.
    pub online: Vec<Arc<str>>,
}

/// A channel, as the server has it, or as its disk has it while the server is down.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelView {
    /// Its name.
    pub name: Arc<str>,
    /// Its epoch; 0 while the server is down.
    pub epoch: u64,
    /// Its messages, the oldest first, and whether each is durable.
    pub messages: Vec<(Arc<Message>, bool)>,
    /// The sessions in it.
    pub sessions: Vec<SessionId>,
}

/// A session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionView {
    /// Its number.
    pub session: SessionId,
    /// Its connection.
    pub link: LinkId,
    /// The person, once welcomed.
    pub name: Option<Arc<str>>,
    /// How many packets were sent to it that have not been read: cut at [`Scenario::queue`].
    pub unread: u32,
    /// Whether the tab at the other end still has this connection: if not, it is a ghost that the server
    /// has yet to notice.
    pub is_alive: bool,
}

/// A tab.
#[derive(Clone, Debug, PartialEq)]
pub struct TabView {
    /// Its node.
    pub node: NodeId,
    /// Whose it is.
    pub name: Arc<str>,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether it is on the network.
    pub is_online: bool,
    /// When it comes back to the network by itself.
    pub online_at: Option<Time>,
    /// Whether it reads what arrives.
    pub reads: bool,
    /// How many packets have arrived and have not been read.
    pub buffered: usize,
    /// How its connection is.
    pub connection: Connection,
    /// When it connects by itself.
    pub connects_at: Option<Time>,
    /// Its session, since the first welcome.
    pub session: Option<SessionId>,
    /// How the last connection ended, until the next is welcomed.
    pub farewell: Option<Farewell>,
    /// Why the server had cut the session before this one.
    pub cut: Option<Farewell>,
    /// Why the server refused the name.
    pub rejected: Option<Refusal>,
    /// Its threads: rooms, then private ones.
    pub threads: Vec<ThreadView>,
    /// The thread it looks at.
    pub looks_at: Option<Arc<str>>,
    /// How many messages are in its outbox.
    pub outbox: usize,
    /// How many messages have not been seen.
    pub unread: u32,
}

/// A packet under way.
#[derive(Clone, Debug, PartialEq)]
pub struct FlightView {
    /// Its number.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// What it carries.
    pub packet: Packet,
    /// How much of the way is done, 0 to 1.
    pub progress: f64,
}

/// A packet that was lost.
#[derive(Clone, Debug, PartialEq)]
pub struct LossView {
    /// When.
    pub at: Time,
    /// Its number.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Why.
    pub reason: LossReason,
}

/// What has been counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Packets that carry a message of the protocol.
    pub messages: u64,
    /// Packets that only keep connections going.
    pub transport: u64,
    /// Packets lost.
    pub lost: u64,
    /// Writes that the server waited for.
    pub forced: u64,
    /// Messages that came a second time and were dropped by a tab.
    pub doubles_dropped: u64,
    /// Retries that the server recognised.
    pub retries_known: u64,
    /// How often a tab noticed that something was missing.
    pub gaps: u64,
}

impl Frame {
    /// The tab of a node.
    pub fn tab(&self, node: NodeId) -> Option<&TabView> {
        self.tabs.get(usize::from(node.0).checked_sub(1)?)
    }
}
