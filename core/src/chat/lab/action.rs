//! What can be set up and done in the lab.

use super::super::Without;
use super::super::node::Transport;
use crate::sim::{NodeId, Span};
use serde::{Deserialize, Serialize};

/// The longest latency, delay and forced write of a run, and the longest time offline.
const MOST_MS: u32 = 60_000;

/// The most tabs of a run.
pub(super) const MOST_TABS: usize = 8;

/// The room in which everybody is at the start.
pub const LOBBY: &str = "lobby";

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Whose tab each is; the first is node 1. One to eight; a name may come twice, for a person with
    /// two tabs.
    pub tabs: Vec<String>,
    /// What carries the messages.
    pub transport: Transport,
    /// What is left out of the protocol.
    pub without: Option<Without>,
    /// The shortest and the longest time of a packet, in milliseconds.
    pub latency_ms: (u32, u32),
    /// How long the server's disk takes to make something durable, in milliseconds.
    pub force_ms: u32,
    /// How many packets the server keeps for a tab that does not read: 4 to 1,000.
    pub queue: u32,
    /// How many messages of a channel the server keeps in memory: 1 to 1,000. The others are read from
    /// the disk.
    pub window: u32,
    /// The most messages of one page: 1 to 100.
    pub page: u32,
}

impl Default for Scenario {
    /// Ada, Bob in two tabs, and Cleo; packets take 300 to 450 ms, the disk 200 ms, so that both can be
    /// seen.
    fn default() -> Self {
        Scenario {
            tabs: ["Ada", "Bob", "Bob", "Cleo"].map(String::from).to_vec(),
            transport: Transport::Stream,
            without: None,
            latency_ms: (300, 450),
            force_ms: 200,
            queue: 12,
            window: 200,
            page: 30,
        }
    }
}

impl Scenario {
    pub(super) fn latency(&self) -> (Span, Span) {
        let (min, max) = self.latency_ms;
        let min = min.min(MOST_MS);
        (ms(min), ms(max.clamp(min, MOST_MS)))
    }
}

pub(super) fn ms(ms: u32) -> Span {
    Span::from_ms(u64::from(ms.min(MOST_MS)))
}

/// What a reader can do. `tab` is a node: 1 is the first. A thread is a room, or `@` and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Say something in a thread.
    Say {
        /// Who.
        tab: NodeId,
        /// Where.
        thread: String,
        /// What.
        text: String,
    },
    /// Say many things at once.
    Flood {
        /// Who.
        tab: NodeId,
        /// Where.
        thread: String,
        /// How many: 1 to 100.
        count: u32,
    },
    /// Type, and do not send yet.
    Type {
        /// Who.
        tab: NodeId,
        /// Where.
        thread: String,
        /// What is in the text field now.
        text: String,
    },
    /// Look at a thread, or at none: what comes there counts as seen.
    Look {
        /// Who.
        tab: NodeId,
        /// Where to.
        thread: Option<String>,
    },
    /// Join a room.
    Join {
        /// Who.
        tab: NodeId,
        /// Which one.
        room: String,
    },
    /// Leave a room.
    Leave {
        /// Who.
        tab: NodeId,
        /// Which one.
        room: String,
    },
    /// Fetch older messages.
    Older {
        /// Who.
        tab: NodeId,
        /// Where.
        thread: String,
    },
    /// Cut a tab's connection: what is under way on it is lost, and both ends notice at once.
    Cut {
        /// Whose.
        tab: NodeId,
    },
    /// Take a tab off the network: it knows, the server finds out.
    Offline {
        /// Which one.
        tab: NodeId,
        /// For how long, in milliseconds; 0 is until [`Action::Online`].
        ms: u32,
    },
    /// Bring a tab back to the network.
    Online {
        /// Which one.
        tab: NodeId,
    },
    /// Make a tab read what arrives, or not: a slow consumer.
    SetReading {
        /// Which one.
        tab: NodeId,
        /// Whether it reads.
        reads: bool,
    },
    /// Close a tab. Its browser keeps what it has stored.
    Close {
        /// Which one.
        tab: NodeId,
    },
    /// Open a tab that is closed.
    Open {
        /// Which one.
        tab: NodeId,
    },
    /// Close a tab and open it at once.
    Reload {
        /// Which one.
        tab: NodeId,
    },
    /// Kill the server.
    Crash {
        /// After it has carried out so many more outputs: 0 is at once.
        after_outputs: u32,
    },
    /// Start the server again.
    Restart,
    /// Take a packet off the wire.
    Drop {
        /// Its number.
        flight: u64,
    },
    /// Hold a packet back.
    Delay {
        /// Its number.
        flight: u64,
        /// For how much longer, in milliseconds.
        ms: u32,
    },
    /// Send a second copy of a packet.
    Duplicate {
        /// Its number.
        flight: u64,
    },
    /// Let a packet arrive now.
    Deliver {
        /// Its number.
        flight: u64,
    },
    /// Change what the network does to packets from now on, in percent of them.
    SetNetwork {
        /// How many get lost, 0 to 100.
        loss: u32,
        /// How many come twice, 0 to 100.
        duplication: u32,
        /// How many are overtaken, 0 to 100.
        reordering: u32,
    },
    /// Change what the server's disk does from now on.
    SetDisk {
        /// How long it takes to make something durable, in milliseconds.
        force_ms: u32,
        /// Whether it confirms what a crash will take.
        lies: bool,
    },
}

impl Action {
    /// The tab that it is about, if there is one.
    pub fn tab(&self) -> Option<NodeId> {
        match self {
            Action::Say { tab, .. }
            | Action::Flood { tab, .. }
            | Action::Type { tab, .. }
            | Action::Look { tab, .. }
            | Action::Join { tab, .. }
            | Action::Leave { tab, .. }
            | Action::Older { tab, .. }
            | Action::Cut { tab }
            | Action::Offline { tab, .. }
            | Action::Online { tab }
            | Action::SetReading { tab, .. }
            | Action::Close { tab }
            | Action::Open { tab }
            | Action::Reload { tab } => Some(*tab),
            _ => None,
        }
    }
}
