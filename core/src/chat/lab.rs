//! The lab: a chat server and some tabs on a simulated network, and everything that can go wrong.

mod action;
mod frame;
mod ledger;
mod network;
mod path;
mod picture;
mod setup;

pub use action::{Action, LOBBY, Scenario};
pub use frame::{
    ChannelView, FlightView, Frame, LossView, ServerView, SessionView, TabView, Totals,
};
pub use path::{Hop, Path};

use super::client::ClientInput;
use super::names;
use super::node::{Body, ChatNode, Command, Event, LinkId, SERVER};
use crate::sim::{
    Agenda, Cluster, ClusterEvent, Invariant, Network, NodeId, Rng, Simulation, Time,
};
use ledger::Ledger;
use path::Paths;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// What happens in the lab.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Nearly all of them are the large one.
pub enum Happened {
    /// Something in the cluster.
    Cluster(ClusterEvent<ChatNode>),
    /// Something was said.
    Said {
        /// In which tab.
        tab: NodeId,
        /// Where.
        thread: Arc<str>,
        /// Under which id.
        id: Arc<str>,
    },
    /// A connection was cut.
    Cut {
        /// Whose.
        tab: NodeId,
    },
    /// A tab left the network.
    WentOffline {
        /// Which one.
        tab: NodeId,
    },
    /// A tab is back on the network.
    CameOnline {
        /// Which one.
        tab: NodeId,
    },
    /// The server is going to die.
    Armed {
        /// After how many outputs.
        after_outputs: u32,
    },
    /// The network treats packets otherwise from now on.
    NetworkSet,
    /// The server's disk behaves otherwise from now on.
    DiskSet,
    /// The arrival of a packet was put off.
    Delayed {
        /// Its number.
        flight: u64,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Why an action was impossible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Impossible {
    #[error("there is no such tab")]
    NoSuchTab,
    #[error("the tab is closed")]
    Closed,
    #[error("the tab is open already")]
    OpenAlready,
    #[error("the tab has no connection")]
    NotConnected,
    #[error("the tab is not in that room")]
    NotInRoom,
    #[error("there is nothing to say")]
    Nothing,
    #[error("the tab is offline already")]
    OfflineAlready,
    #[error("the tab is online already")]
    OnlineAlready,
    #[error("the server is down already")]
    DownAlready,
    #[error("the server is up already")]
    UpAlready,
    #[error("the packet is not under way any more")]
    NotUnderWay,
    #[error("a run has at most {MOST_SAID} messages")]
    TooMany,
}

/// The most messages of a run.
const MOST_SAID: u32 = 1_000;

/// What happens outside the nodes.
#[derive(Clone, Debug)]
enum Outside {
    /// An operating system tells a node that its connection is broken.
    Broken(NodeId, LinkId),
    /// A tab comes back to the network.
    Online(NodeId),
}

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Arc<Scenario>,
    cluster: Cluster<ChatNode>,
    outside: Agenda<Outside>,
    /// The names of the tabs.
    names: Vec<Arc<str>>,
    /// The tabs that are off the network, and when they come back.
    offline: BTreeMap<NodeId, Option<Time>>,
    armed: Option<u32>,
    starts: u32,
    said: u32,
    ledger: Ledger,
    paths: Paths,
    totals: Totals,
    losses: Vec<LossView>,
}

impl Simulation for Lab {
    const NAME: &'static str = "chat";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Happened;
    type Frame = Frame;

    fn new(scenario: &Scenario, rng: Rng) -> Self {
        let (min, max) = scenario.latency();
        let (names, configs) = setup::configs(scenario);
        let mut cluster = Cluster::new(configs, Network::reliable(min, max), rng);
        if let Some(server) = cluster.node_mut(SERVER) {
            server.force_latency = action::ms(scenario.force_ms);
        }
        Lab {
            scenario: Arc::new(scenario.clone()),
            cluster,
            outside: Agenda::default(),
            names,
            offline: BTreeMap::new(),
            armed: None,
            starts: 0,
            said: 0,
            ledger: Ledger::default(),
            paths: Paths::default(),
            totals: Totals::default(),
            losses: Vec::new(),
        }
    }

    fn next_at(&self) -> Option<Time> {
        [self.cluster.next_at(), self.outside.next_at()].into_iter().flatten().min()
    }

    fn step(&mut self) -> Vec<Happened> {
        let Some(at) = self.next_at() else { return Vec::new() };
        if self.cluster.next_at().is_some_and(|it| it <= at) {
            let events = self.cluster.step();
            return self.note(at, events);
        }
        match self.outside.pop() {
            Some((_, Outside::Broken(node, link))) => self.tell_broken(at, node, link),
            Some((_, Outside::Online(tab))) => self.come_online(at, tab),
            None => Vec::new(),
        }
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Happened> {
        self.try_act(now, action)
            .unwrap_or_else(|reason| vec![Happened::Refused { reason: reason.to_string() }])
    }

    fn frame(&self, now: Time) -> Frame {
        picture::draw(self, now)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        ledger::INVARIANTS
    }

    fn footprint_bytes(&self) -> usize {
        let logs: usize = self.cluster.nodes().iter().map(|it| it.log().len()).sum();
        let shown = self.ledger.stored.len() * (self.names.len() + 2);
        size_of::<Self>() + 49_152 * self.names.len() + logs * 700 + shown * 60
    }
}

impl Lab {
    /// The cluster, for whoever wants to look closer than a frame does.
    pub fn cluster(&self) -> &Cluster<ChatNode> {
        &self.cluster
    }

    fn try_act(&mut self, now: Time, action: Action) -> Result<Vec<Happened>, Impossible> {
        if let Some(tab) = action.tab() {
            self.check(tab)?;
        }
        match action {
            Action::Say { tab, thread, text } => self.say(now, tab, thread.into(), text.into()),
            Action::Flood { tab, thread, count } => {
                let count = count.clamp(1, 100);
                let thread: Arc<str> = thread.into();
                let mut happened = Vec::new();
                for number in 1..=count {
                    let text = format!("{number} of {count}").into();
                    happened.extend(self.say(now, tab, thread.clone(), text)?);
                }
                Ok(happened)
            }
            Action::Type { tab, thread, text } => {
                let (thread, text) = (thread.into(), text.into());
                self.tell(now, tab, ClientInput::Draft { thread, text })
            }
            Action::Look { tab, thread } => {
                self.tell(now, tab, ClientInput::Look { thread: thread.map(Into::into) })
            }
            Action::Join { tab, room } => {
                self.tell(now, tab, ClientInput::Join { room: room.into() })
            }
            Action::Leave { tab, room } => {
                let happened =
                    self.tell(now, tab, ClientInput::Leave { room: room.as_str().into() })?;
                self.ledger.left(tab, &room);
                Ok(happened)
            }
            Action::Older { tab, thread } => {
                self.tell(now, tab, ClientInput::Older { thread: thread.into() })
            }
            Action::Cut { tab } => self.cut(now, tab),
            Action::Offline { tab, ms } => self.go_offline(now, tab, ms),
            Action::Online { tab } => match self.offline.contains_key(&tab) {
                true => Ok(self.come_online(now, tab)),
                false => Err(Impossible::OnlineAlready),
            },
            Action::SetReading { tab, reads } => {
                self.check_open(tab)?;
                let events = self.cluster.command(now, tab, Command::SetReading(reads));
                Ok(self.note(now, events))
            }
            Action::Close { tab } => self.close(now, tab),
            Action::Open { tab } => {
                if self.cluster.is_up(tab) {
                    return Err(Impossible::OpenAlready);
                }
                let events = self.cluster.restart(now, tab);
                Ok(self.note(now, events))
            }
            Action::Reload { tab } => {
                let mut happened = self.close(now, tab)?;
                let events = self.cluster.restart(now, tab);
                happened.extend(self.note(now, events));
                Ok(happened)
            }
            Action::Crash { after_outputs } => self.crash(now, after_outputs),
            Action::Restart => {
                if self.cluster.is_up(SERVER) {
                    return Err(Impossible::UpAlready);
                }
                let events = self.cluster.restart(now, SERVER);
                Ok(self.note(now, events))
            }
            action => self.meddle(now, action),
        }
    }

    fn check(&self, tab: NodeId) -> Result<(), Impossible> {
        let is_there = tab != SERVER && usize::from(tab.0) <= self.names.len();
        if is_there { Ok(()) } else { Err(Impossible::NoSuchTab) }
    }

    fn check_open(&self, tab: NodeId) -> Result<(), Impossible> {
        if self.cluster.is_up(tab) { Ok(()) } else { Err(Impossible::Closed) }
    }

    fn tab(&self, tab: NodeId) -> Option<&super::Tab> {
        self.cluster.nodes().get(usize::from(tab.0))?.machine()?.tab()
    }

    /// Does something in a tab.
    fn tell(
        &mut self,
        now: Time,
        tab: NodeId,
        input: ClientInput,
    ) -> Result<Vec<Happened>, Impossible> {
        self.check_open(tab)?;
        let events = self.cluster.command(now, tab, Command::Client(input));
        Ok(self.note(now, events))
    }

    fn say(
        &mut self,
        now: Time,
        tab: NodeId,
        thread: Arc<str>,
        text: Arc<str>,
    ) -> Result<Vec<Happened>, Impossible> {
        self.check_open(tab)?;
        if self.said >= MOST_SAID {
            return Err(Impossible::TooMany);
        }
        if text.trim().is_empty() {
            return Err(Impossible::Nothing);
        }
        let client = self.tab(tab).map(super::Tab::client);
        let is_in = |it: &super::Client| it.channels().any(|room| *room == thread);
        if names::owner_of(&thread).is_none() && !client.is_some_and(is_in) {
            return Err(Impossible::NotInRoom);
        }
        let input = ClientInput::Say { thread: thread.clone(), text: text.clone() };
        let events = self.cluster.command(now, tab, Command::Client(input));
        let said = self.tab(tab).and_then(|it| it.client().traces().next_back());
        let Some(id) = said.map(|it| it.id.clone()) else { return Err(Impossible::Nothing) };
        self.said += 1;
        self.ledger.said(id.clone(), tab, thread.clone());
        self.paths.said(now, tab, id.clone(), thread.clone(), text);
        let mut happened = vec![Happened::Said { tab, thread, id }];
        happened.extend(self.note(now, events));
        Ok(happened)
    }

    fn crash(&mut self, now: Time, after_outputs: u32) -> Result<Vec<Happened>, Impossible> {
        if !self.cluster.is_up(SERVER) {
            return Err(Impossible::DownAlready);
        }
        let mut happened = Vec::new();
        if after_outputs > 0 {
            self.armed = Some(after_outputs);
            happened.push(Happened::Armed { after_outputs });
        }
        let events = self.cluster.crash_after(now, SERVER, after_outputs);
        happened.extend(self.note(now, events));
        Ok(happened)
    }

    fn close(&mut self, now: Time, tab: NodeId) -> Result<Vec<Happened>, Impossible> {
        self.check_open(tab)?;
        let events = self.cluster.crash(now, tab);
        Ok(self.note(now, events))
    }

    /// Looks at what a tab shows, if that may have changed.
    fn look(&mut self, event: &ClusterEvent<ChatNode>) {
        let node = match event {
            ClusterEvent::Reported(node, Event::Shown(_)) => *node,
            ClusterEvent::Delivered(flight) if matches!(flight.message.body, Body::ToTab(_)) => {
                flight.to
            }
            _ => return,
        };
        let tab = self.cluster.nodes().get(usize::from(node.0)).and_then(|it| it.machine()?.tab());
        if let Some(tab) = tab {
            self.ledger.look(tab.client());
        }
    }

    fn note(&mut self, at: Time, events: Vec<ClusterEvent<ChatNode>>) -> Vec<Happened> {
        for event in &events {
            self.count(at, event);
            self.consequences(at, event);
            self.paths.hear(at, event);
            self.ledger.hear(event, &self.names);
            self.look(event);
        }
        events.into_iter().map(Happened::Cluster).collect()
    }
}
