//! What can be set up and done in the lab.

use super::super::eviction::Policy;
use super::super::places::City;
use super::catalogue::{Control, Item};
use super::wire::Node;
use serde::{Deserialize, Serialize};

/// The most edges, readers and items of a run.
pub const MOST_EDGES: usize = 10;
/// The most readers of a run.
pub const MOST_READERS: usize = 16;
/// The most items of a run that are described one by one.
pub const MOST_ITEMS: usize = 12;
/// The most numbered pictures of a run.
pub const MOST_PICTURES: u16 = 2_000;
/// The most cache servers in a city.
pub const MOST_SHARDS: u8 = 8;
/// The most requests a second that come by themselves.
pub const MOST_PER_SECOND: u32 = 100;
/// The most capacity of a cache server, in KiB.
pub const MOST_CAPACITY_KIB: u32 = 4_194_304;

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Where everything comes from.
    pub origin: City,
    /// Where the shield stands, if there is one.
    pub shield: Option<City>,
    /// The cities with edges; 1 to [`MOST_EDGES`].
    pub edges: Vec<City>,
    /// How many cache servers each of them has; 1 to [`MOST_SHARDS`].
    pub shards: u8,
    /// What chooses among them.
    pub routing: Routing,
    /// Where the readers live; 1 to [`MOST_READERS`].
    pub readers: Vec<City>,
    /// What there is to read; 1 to [`MOST_ITEMS`].
    pub items: Vec<Item>,
    /// Pictures beside, which readers ask for by themselves.
    pub pictures: Pictures,
    /// What each cache server evicts by.
    pub policy: Policy,
    /// How much it holds, in KiB: 1 to [`MOST_CAPACITY_KIB`].
    pub capacity_kib: u32,
    /// Whether misses of the same thing at the same time become one fetch.
    pub collapsing: bool,
    /// Whether a reader opens a new connection for each request: TCP and TLS 1.3, two round trips.
    pub handshakes: bool,
    /// How long the origin works on a request, in milliseconds, and how many it works on at once (1 to 64).
    pub origin_work: (u32, u8),
    /// How much slower than on the Earth everything travels, works and is waited for, 1 to 50, so that it
    /// can be seen. Lifetimes and ages are not slower. The frame's figures are divided by it.
    pub slow_motion: u32,
    /// What is left out of the rules.
    pub without: Option<Without>,
}

/// Pictures that readers ask for by themselves, some much more often than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pictures {
    /// How many there are, up to [`MOST_PICTURES`].
    pub count: u16,
    /// How many of them are asked for in a second by all readers together, up to [`MOST_PER_SECOND`].
    pub per_second: u32,
    /// The exponent of their popularity (Zipf), in hundredths, 0 to 200.
    pub alpha_percent: u32,
    /// Every how many requests a visitor who reads everything once asks for the next picture; 0 if there
    /// is none.
    pub scan_every: u32,
    /// How long they are fresh, in seconds.
    pub max_age_s: u32,
}

/// What chooses the cache server of a city for a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// The ring of the consistent-hashing lab.
    #[default]
    Ring,
    /// The hash modulo the number of servers.
    Modulo,
}

/// A part of the rules that can be left out, to see what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// `Vary` is not looked at: one copy for all languages.
    Vary,
    /// `private` is not looked at.
    Private,
    /// The age that an answer has already when it arrives is not counted.
    Age,
    /// `must-revalidate` is not looked at when the origin fails.
    MustRevalidate,
    /// All caches are told at once to forget, instead of the shield first.
    PurgeOrder,
    /// A purge forgets what is stored, but not what is being fetched.
    PurgeOfFetches,
    /// Nobody ever loses patience.
    Timeouts,
    /// Who misses asks, though somebody else has asked already.
    Collapsing,
}

impl Without {
    /// All of them.
    pub const ALL: [Without; 8] = [
        Without::Vary,
        Without::Private,
        Without::Age,
        Without::MustRevalidate,
        Without::PurgeOrder,
        Without::PurgeOfFetches,
        Without::Timeouts,
        Without::Collapsing,
    ];
}

/// How the origin fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginState {
    /// It answers.
    #[default]
    Up,
    /// It answers this many milliseconds later.
    Slow(u32),
    /// It answers everything with 500.
    Failing,
    /// It does not answer.
    Down,
}

/// What a visitor can do. An item is a number in [`Scenario::items`], a reader one in
/// [`Scenario::readers`]; pictures are numbered after the items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A reader asks for an item.
    Request {
        /// Who.
        reader: u8,
        /// What.
        item: u16,
    },
    /// All readers ask for an item at once, again and again: a stampede.
    Rush {
        /// What.
        item: u16,
        /// How many times each, 1 to 20.
        each: u8,
    },
    /// Every cache is to forget an item, or everything.
    Purge {
        /// What; none for everything.
        item: Option<u16>,
    },
    /// A cache server dies, and what it held with it.
    Crash {
        /// Which one.
        node: Node,
    },
    /// A cache server starts again, empty.
    Restart {
        /// Which one.
        node: Node,
    },
    /// The origin fares otherwise from now on.
    SetOrigin {
        /// How.
        state: OriginState,
    },
    /// The content of an item changes.
    Change {
        /// Of which.
        item: u16,
    },
    /// The origin says something else about storing an item from now on.
    SetControl {
        /// About which.
        item: u16,
        /// What.
        control: Control,
    },
    /// Caches hold more or less from now on.
    SetCapacity {
        /// In KiB.
        kib: u32,
    },
    /// Caches evict by another policy, which takes over what they hold.
    SetPolicy {
        /// Which one.
        policy: Policy,
    },
    /// Misses of the same thing become one fetch, or each its own.
    SetCollapsing {
        /// Which.
        on: bool,
    },
    /// Edges ask the shield, or the origin itself.
    SetShield {
        /// Whether the shield.
        on: bool,
    },
    /// Each city has this many cache servers from now on.
    SetShards {
        /// How many.
        count: u8,
    },
    /// Something else chooses the cache server of a city.
    SetRouting {
        /// What.
        routing: Routing,
    },
    /// Pictures are asked for more or less often.
    SetTraffic {
        /// How many a second.
        per_second: u32,
    },
    /// A message under way is lost.
    Drop {
        /// Its number.
        flight: u64,
    },
}

impl Default for Scenario {
    /// Ten readers, five edges and an origin in Madrid, without a shield, ten times slower than on the
    /// Earth.
    fn default() -> Self {
        use City::*;
        Scenario {
            origin: Madrid,
            shield: None,
            edges: vec![Ashburn, SaoPaulo, Frankfurt, Singapore, Auckland],
            shards: 1,
            routing: Routing::Ring,
            readers: vec![
                SanFrancisco,
                NewYork,
                Santiago,
                Lagos,
                Stockholm,
                Nairobi,
                Mumbai,
                Tokyo,
                Sydney,
                Rotorua,
            ],
            items: super::super::scenarios::items(),
            pictures: Pictures::none(),
            policy: Policy::Lru,
            capacity_kib: 4_096,
            collapsing: true,
            handshakes: false,
            origin_work: (40, 8),
            slow_motion: 10,
            without: None,
        }
    }
}

impl Pictures {
    /// None at all.
    pub const fn none() -> Self {
        Pictures { count: 0, per_second: 0, alpha_percent: 100, scan_every: 0, max_age_s: 60 }
    }
}

impl Scenario {
    /// The nearest scenario within the limits: a link may say anything.
    pub fn clamped(&self) -> Self {
        let mut it = self.clone();
        it.edges.truncate(MOST_EDGES);
        if it.edges.is_empty() {
            it.edges.push(it.origin);
        }
        it.readers.truncate(MOST_READERS);
        if it.readers.is_empty() {
            it.readers.push(it.origin);
        }
        it.items = it.items.iter().take(MOST_ITEMS).map(Item::clamped).collect();
        if it.items.is_empty() {
            it.items.push(Item::new("/", 16, Control::fresh_for(60)));
        }
        it.shards = it.shards.clamp(1, MOST_SHARDS);
        it.pictures.count = it.pictures.count.min(MOST_PICTURES);
        it.pictures.per_second = it.pictures.per_second.min(MOST_PER_SECOND);
        it.pictures.alpha_percent = it.pictures.alpha_percent.min(200);
        it.capacity_kib = it.capacity_kib.clamp(1, MOST_CAPACITY_KIB);
        it.origin_work = (it.origin_work.0.min(10_000), it.origin_work.1.clamp(1, 64));
        it.slow_motion = it.slow_motion.clamp(1, 50);
        it
    }
}
