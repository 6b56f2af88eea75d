//! What is drawn of the lab at one moment: plain data.

use super::super::caching::Freshness;
use super::super::eviction::Policy;
use super::super::places::City;
use super::action::{OriginState, Routing, Scenario};
use super::catalogue::Item;
use super::counts::{Latency, Sample, Totals};
use super::exchange::{Exchange, Outcome};
use super::wire::Node;
use crate::sim::Time;
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How it was set up.
    pub scenario: Arc<Scenario>,
    /// What may have been changed since.
    pub settings: Settings,
    /// The readers, by number.
    pub readers: Vec<ReaderView>,
    /// The cities with edges, by number.
    pub edges: Vec<EdgeView>,
    /// The shield, if there is one.
    pub shield: Option<CacheView>,
    /// The origin.
    pub origin: OriginView,
    /// What is under way, in the order of sending.
    pub flights: Vec<FlightView>,
    /// The last clicks, the newest last, each with its way.
    pub exchanges: Arc<Vec<Exchange>>,
    /// What has been counted so far.
    pub totals: Totals,
    /// How long readers waited for the first byte, and for the last.
    pub latency: Latency,
    /// One sample a second, the newest last.
    pub history: Arc<Vec<Sample>>,
}

/// What a visitor can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What caches evict by.
    pub policy: Policy,
    /// What a cache server holds, in KiB.
    pub capacity_kib: u32,
    /// Whether misses become one fetch.
    pub collapsing: bool,
    /// Whether edges ask the shield.
    pub shield: bool,
    /// How many cache servers a city has.
    pub shards: u8,
    /// What chooses among them.
    pub routing: Routing,
    /// How many pictures are asked for in a second.
    pub per_second: u32,
}

impl Settings {
    pub(super) fn of(scenario: &Scenario) -> Self {
        Settings {
            policy: scenario.policy,
            capacity_kib: scenario.capacity_kib,
            collapsing: scenario.collapsing,
            shield: scenario.shield.is_some(),
            shards: scenario.shards,
            routing: scenario.routing,
            per_second: scenario.pictures.per_second,
        }
    }
}

/// A reader.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderView {
    /// Where.
    pub city: City,
    /// The language it asks for.
    pub language: &'static str,
    /// Which city with an edge is nearest that has a server alive; none if there is none.
    pub edge: Option<u8>,
    /// How far that is, in kilometres.
    pub edge_km: u32,
    /// How far the origin is, in kilometres.
    pub origin_km: u32,
    /// For how many answers it waits.
    pub waiting: u32,
    /// The last of its exchanges that ended: how, and the microseconds of the Earth to its first byte.
    pub last: Option<(Outcome, Option<u64>)>,
}

/// A city with cache servers.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeView {
    /// Where.
    pub city: City,
    /// Its cache servers, by number.
    pub shards: Vec<CacheView>,
}

/// A cache server.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheView {
    /// Which one.
    pub node: Node,
    /// Where.
    pub city: City,
    /// Whether it is up.
    pub is_up: bool,
    /// How many bytes it holds.
    pub bytes: u64,
    /// How many bytes it may hold.
    pub capacity_bytes: u64,
    /// How many copies it holds.
    pub count: usize,
    /// Its copies in the order in which the policy keeps them, at most [`MOST_ENTRIES`] of them, what is
    /// described one by one before pictures.
    pub entries: Vec<EntryView>,
    /// What it is fetching.
    pub fetches: Vec<FetchView>,
    /// Requests it has answered out of what it had, and all of them.
    pub hits: u64,
    /// All requests it has answered.
    pub requests: u64,
    /// How much of each path's circle belongs to it, in thousandths; none if it is not chosen by a ring.
    pub ring_permille: Option<u32>,
}

/// The most copies of a cache server that a frame describes.
pub const MOST_ENTRIES: usize = 24;

/// A copy.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryView {
    /// Of which item.
    pub item: u16,
    /// Its path.
    pub path: Arc<str>,
    /// Which version.
    pub version: u32,
    /// Whether the origin has a newer version.
    pub is_outdated: bool,
    /// For which language or reader it was made, in words; none if for everybody.
    pub variant: Option<Arc<str>>,
    /// Its size.
    pub bytes: u64,
    /// How much of it has arrived, 0 to 1.
    pub arrived: f64,
    /// How old it is and how long it is fresh, with every term of both.
    pub freshness: Freshness,
    /// What may be done with it now.
    pub state: EntryState,
    /// The header fields it is stored with.
    pub fields: Arc<Vec<(String, String)>>,
}

/// What may be done with a copy now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// Serve it.
    Fresh,
    /// Serve it, and validate it meanwhile.
    StaleWhileRevalidate,
    /// Validate it; serve it if the origin fails.
    StaleIfError,
    /// Validate it before anything else.
    Stale,
}

/// A fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchView {
    /// Of which item.
    pub item: u16,
    /// How many wait for it.
    pub waiting: u32,
    /// Whether it only asks if the copy still holds.
    pub is_conditional: bool,
    /// When it began.
    pub since: Time,
}

/// The origin.
#[derive(Clone, Debug, PartialEq)]
pub struct OriginView {
    /// Where.
    pub city: City,
    /// How it fares.
    pub state: OriginState,
    /// What it has: items, not pictures, as they are now.
    pub items: Vec<ItemView>,
    /// How many requests it works on, or has waiting.
    pub busy: u32,
    /// The most there ever were.
    pub most_busy: u32,
}

/// An item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemView {
    /// As the origin treats it now.
    pub item: Item,
    /// Its version, from 1 on.
    pub version: u32,
    /// How many requests for it the origin has had.
    pub requests: u64,
}

/// A message under way. It lies on the line from one place to the other: its head `head` of the way, its
/// tail `tail` of the way; both are the same if it is short.
#[derive(Clone, Debug, PartialEq)]
pub struct FlightView {
    /// Its number.
    pub id: u64,
    /// From whom.
    pub from: Node,
    /// To whom.
    pub to: Node,
    /// What.
    pub cargo: Cargo,
    /// The exchange in whose course it goes, if it is a click's.
    pub exchange: Option<u64>,
    /// How far its head is, 0 to 1.
    pub head: f64,
    /// How far its tail is, 0 to 1.
    pub tail: f64,
    /// Whether it can be dropped: its head has not arrived.
    pub can_be_dropped: bool,
    /// When it was sent.
    pub sent_at: Time,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cargo {
    /// A step of opening a connection: SYN, SYN-ACK, ClientHello, ServerHello, from 0 on.
    Handshake(u8),
    /// A request.
    Request {
        /// For what.
        item: u16,
        /// Whether it only asks if a copy still holds.
        is_conditional: bool,
    },
    /// A response.
    Response {
        /// About what.
        item: u16,
        /// The status.
        status: u16,
        /// The version, if it has a content.
        version: Option<u32>,
        /// The size of its body.
        bytes: u64,
    },
    /// The connection is broken, or nobody listens.
    Reset,
    /// Forget an item, or everything.
    Purge {
        /// What; none for everything.
        item: Option<u16>,
    },
    /// That is done.
    Purged,
}

impl Frame {
    /// Where somebody is; none for one that is not there.
    pub fn city(&self, node: Node) -> Option<City> {
        match node {
            Node::Reader(reader) => self.readers.get(usize::from(reader)).map(|it| it.city),
            Node::Edge(edge, _) => self.edges.get(usize::from(edge)).map(|it| it.city),
            Node::Shield => self.shield.as_ref().map(|it| it.city),
            Node::Origin => Some(self.origin.city),
        }
    }

    /// A cache server; none for others.
    pub fn cache(&self, node: Node) -> Option<&CacheView> {
        match node {
            Node::Edge(edge, shard) => {
                self.edges.get(usize::from(edge))?.shards.get(usize::from(shard))
            }
            Node::Shield => self.shield.as_ref(),
            Node::Reader(_) | Node::Origin => None,
        }
    }

    /// The path of an item.
    pub fn path(&self, item: u16) -> String {
        super::path_of(&self.scenario.items, item)
    }
}
