//! The nodes of the simulated chat, and what they say to each other: packets of connections.
//!
//! What is simplified: TCP sends lost packets again; here a packet that stays missing breaks the
//! connection, so that what the chat itself does about it can be seen. Opening takes one round trip.

use super::server::{ChatServer, ServerConfig};
use super::tab::{Tab, TabConfig};
use super::wire::{ClientMessage, Message, ServerMessage};
use super::{Claim, ClientInput, Farewell, Refusal, Saved, SessionId};
use crate::sim::{Input, Machine, NodeId, Outbox, Time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The server's node; all others are tabs.
pub const SERVER: NodeId = NodeId(0);

/// What carries the messages.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Connections as of TCP: in order, nothing twice, nothing missing, until they break.
    #[default]
    Stream,
    /// Packets as they come, so that a reader can see what numbers are for.
    Raw,
}

/// A connection: a tab, and its number among all that this tab has ever opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId {
    /// The tab.
    pub tab: NodeId,
    /// Its number.
    pub number: u32,
}

/// What travels between a tab and the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The number of the connection among those of the tab.
    pub link: u32,
    /// The number of the packet among those of its direction, from 0.
    pub number: u32,
    /// What it carries.
    pub body: Body,
}

/// What a packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Tab to server: a connection, please.
    Open,
    /// Server to tab: here it is.
    Opened,
    /// Tab to server: a message of the protocol.
    ToServer(ClientMessage),
    /// Server to tab: a message of the protocol, encoded once for everybody who gets it.
    ToTab(Arc<ServerMessage>),
    /// Tab to server: so many packets have been read; the window of TCP.
    Read(u32),
    /// Server to tab: are you there?
    Ping,
    /// Tab to server: I am, and have read so many packets.
    Pong(u32),
    /// The connection ends, with a close code.
    Close(u16),
    /// There is no such connection.
    Reset,
}

impl Body {
    /// Whether it keeps the connection going, and says nothing.
    pub fn is_transport(&self) -> bool {
        !matches!(self, Body::ToServer(_) | Body::ToTab(_) | Body::Close(_))
    }
}

/// What a node writes down: the server in its store, a tab in its browser's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// It has started once more.
    Started,
    /// Server: a room has been opened, with this epoch.
    Opened(Arc<str>, u64),
    /// Server: messages, all or none, each in the channel that it names.
    Stored(Vec<Arc<Message>>),
    /// Server: a name is somebody's; the inbox has this epoch if it is new.
    Claimed(Claim, u64),
    /// Server: a name is nobody's any more.
    Forgotten(Arc<str>),
    /// Tab: what survives a reload.
    Saved(Saved),
}

/// What a node waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Server: reports of a room are due.
    Room(Arc<str>),
    /// Server: a connection is to say hello.
    Hello(LinkId),
    /// Server: a connection is to show that it lives.
    Ping(LinkId),
    /// A packet of a connection has been missing for too long.
    Gap(LinkId),
    /// Tab: a connection is to be opened.
    Connect,
    /// Tab: the server is to answer that.
    Answer,
    /// Tab: the client wants to be woken.
    Wake,
}

/// What somebody does to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Tab: the person does something.
    Client(ClientInput),
    /// Tab: it reads what arrives, or does not.
    SetReading(bool),
    /// The operating system tells that a connection is broken.
    Broken(LinkId),
}

/// What a node reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Tab: it is connected and welcome; the close code of the session before, if it was cut.
    Connected(SessionId, Option<Farewell>),
    /// Tab: the connection has ended, or could not be opened.
    Disconnected(Farewell),
    /// Tab: the server does not let this name in.
    Rejected(Refusal),
    /// Tab: it hears a channel; whether it was recovered, and how many messages came with that.
    Joined {
        /// The channel.
        room: Arc<str>,
        /// Whether they continue what the tab had.
        recovered: bool,
        /// How many messages came.
        messages: usize,
    },
    /// Tab: a message is shown.
    Shown(Arc<Message>),
    /// Tab: a message came that is shown already, and was dropped.
    DroppedDouble(Arc<str>),
    /// Tab: a message is missing in a channel, and is asked for.
    NoticedGap(Arc<str>),
    /// Tab: a message of its own is acknowledged.
    Acknowledged {
        /// Its id.
        id: Arc<str>,
        /// Its number.
        seq: u64,
        /// Whether the server had it already.
        is_retry: bool,
    },
    /// Tab: a message of its own has arrived at so many people.
    Delivered {
        /// The channel.
        room: Arc<str>,
        /// Its number.
        seq: u64,
        /// At how many.
        by: u32,
    },
    /// Tab: the server refused something.
    Refused(Refusal),
    /// Server: a session has been opened.
    SessionOpened(SessionId, LinkId),
    /// Server: a session has ended, and why if the server ended it.
    SessionEnded(SessionId, LinkId, Option<Farewell>),
    /// Server: it has recovered so many messages.
    Recovered(usize),
}

/// What a node is told before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatConfig {
    /// The server.
    Server(ServerConfig),
    /// A tab.
    Tab(TabConfig),
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // There are a handful of them.
pub enum ChatNode {
    /// The server.
    Server(ChatServer),
    /// A tab.
    Tab(Tab),
}

impl ChatNode {
    /// The server; none of a tab.
    pub fn server(&self) -> Option<&ChatServer> {
        match self {
            ChatNode::Server(server) => Some(server),
            ChatNode::Tab(_) => None,
        }
    }

    /// The tab; none of the server.
    pub fn tab(&self) -> Option<&Tab> {
        match self {
            ChatNode::Tab(tab) => Some(tab),
            ChatNode::Server(_) => None,
        }
    }
}

impl Machine for ChatNode {
    type Config = ChatConfig;
    type Command = Command;
    type Message = Packet;
    type Timer = Timer;
    type Record = Record;
    type Event = Event;

    fn recover(config: &ChatConfig, log: &[Record]) -> Self {
        match config {
            ChatConfig::Server(config) => ChatNode::Server(ChatServer::recover(config, log)),
            ChatConfig::Tab(config) => ChatNode::Tab(Tab::recover(config, log)),
        }
    }

    fn handle(&mut self, now: Time, input: Input<Self>, out: &mut Outbox<Self>) {
        match self {
            ChatNode::Server(server) => server.handle(now, input, out),
            ChatNode::Tab(tab) => tab.handle(now, input, out),
        }
    }
}
