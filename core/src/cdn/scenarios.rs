//! Runs worth seeing: what the page opens with, and what the golden tests replay.

mod broken;

pub use broken::{all as broken, of_without};

use super::eviction::Policy;
use super::lab::{
    Action, Audience, Control, Item, Lab, Node, OriginState, Pictures, Routing, Scenario, Variation,
};
use super::places::City;
use crate::sim;

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

/// Readers by their number in the usual world.
const SAN_FRANCISCO: u8 = 0;
const LAGOS: u8 = 3;
const STOCKHOLM: u8 = 4;
const MUMBAI: u8 = 6;
const TOKYO: u8 = 7;
const SYDNEY: u8 = 8;
const ROTORUA: u8 = 9;

/// Items by their number among the usual ones.
const HOME: u16 = 0;
const PHOTO: u16 = 1;
const WELCOME: u16 = 2;
const ACCOUNT: u16 = 3;

/// Those in which every promise is kept, the opening first.
pub fn all() -> Vec<Named> {
    vec![
        opening(),
        distance(),
        stampede(),
        stampede_alone(),
        expiry(),
        stale_while_revalidate(),
        origin_dies(),
        purge(),
        variants(),
        shield(),
        edge_dies(),
        edge_dies_modulo(),
        scan(),
        scan_resistant(),
        sandbox(),
    ]
}

/// What there is to read unless a scenario says otherwise.
pub fn items() -> Vec<Item> {
    let private = Control { audience: Audience::Private, ..Control::fresh_for(60) };
    let nobody = Control { audience: Audience::Nobody, ..Control::fresh_for(0) };
    let varied = |variation, item| Item { variation, ..item };
    vec![
        Item::new("/", 24, Control::fresh_for(20)),
        Item::new("/photo.jpg", 256, Control::fresh_for(3_600)),
        varied(Variation::Language, Item::new("/welcome", 16, Control::fresh_for(20))),
        varied(Variation::Reader, Item::new("/account", 8, private)),
        Item::new("/basket", 4, nobody),
    ]
}

fn ask(reader: u8, item: u16) -> Action {
    Action::Request { reader, item }
}

/// A reader at the other end of the world asks, asks again, and so do neighbours.
pub fn opening() -> Named {
    let actions = [
        (800, ask(ROTORUA, HOME)),
        (6_000, ask(ROTORUA, HOME)),
        (8_000, ask(SYDNEY, HOME)),
        (10_500, ask(STOCKHOLM, HOME)),
    ];
    let title = "A first visit is a miss, the next ones are hits";
    Named::new("opening", title, Scenario::default(), &actions, 14_000)
}

/// The same copy, 19,762 km away and 194 km away, over a new connection each time.
pub fn distance() -> Named {
    let scenario = Scenario {
        edges: vec![City::Madrid, City::Auckland],
        readers: vec![City::Lisbon, City::Rotorua],
        handshakes: true,
        slow_motion: 8,
        ..Scenario::default()
    };
    let near = Node::Edge(1, 0);
    let actions = [
        (100, Action::Crash { node: near }),
        (200, ask(0, HOME)),
        (4_000, ask(1, HOME)),
        (14_000, Action::Restart { node: near }),
        (15_000, ask(1, HOME)),
        (20_500, ask(1, HOME)),
    ];
    let title = "The first byte from 19,762 km away, and from 194 km";
    Named::new("distance", title, scenario, &actions, 23_000)
}

fn crowd(collapsing: bool) -> Scenario {
    Scenario { collapsing, origin_work: (150, 2), ..Scenario::default() }
}

/// Forty readers at once, and one fetch for each edge.
pub fn stampede() -> Named {
    let actions = [(1_000, Action::Rush { item: PHOTO, each: 4 })];
    let title = "Forty requests at once become one from each edge";
    Named::new("stampede", title, crowd(true), &actions, 16_000)
}

/// The same without collapsing: forty requests wait in line at the origin, and the last ones for too long.
pub fn stampede_alone() -> Named {
    let actions = [(1_000, Action::Rush { item: PHOTO, each: 4 })];
    let title = "The same, and every request asks the origin";
    Named::new("stampede_alone", title, crowd(false), &actions, 44_000)
}

fn news(control: Control) -> Scenario {
    Scenario { items: vec![Item::new("/news", 24, control)], ..Scenario::default() }
}

/// A copy expires and still holds; then it has changed.
pub fn expiry() -> Named {
    let actions = [
        (500, ask(STOCKHOLM, 0)),
        (4_000, ask(STOCKHOLM, 0)),
        (9_000, ask(STOCKHOLM, 0)),
        (13_000, Action::Change { item: 0 }),
        (14_000, ask(STOCKHOLM, 0)),
        (18_000, ask(STOCKHOLM, 0)),
    ];
    let title = "A copy expires: 304 while it holds, 200 when it has changed";
    Named::new("expiry", title, news(Control::fresh_for(6)), &actions, 22_000)
}

/// A stale copy is served at once and validated meanwhile.
pub fn stale_while_revalidate() -> Named {
    let control = Control { stale_while_revalidate_s: 30, ..Control::fresh_for(8) };
    let actions = [
        (500, ask(ROTORUA, 0)),
        (12_000, ask(ROTORUA, 0)),
        (18_000, Action::Change { item: 0 }),
        (24_000, ask(ROTORUA, 0)),
        (29_000, ask(ROTORUA, 0)),
    ];
    let title = "Served stale at once, validated meanwhile";
    Named::new("stale_while_revalidate", title, news(control), &actions, 32_000)
}

fn two_pages() -> Scenario {
    let forgiving = Control { stale_if_error_s: 60, ..Control::fresh_for(5) };
    let strict = Control { must_revalidate: true, ..Control::fresh_for(5) };
    Scenario {
        items: vec![Item::new("/news", 24, forgiving), Item::new("/prices", 24, strict)],
        ..Scenario::default()
    }
}

/// The origin dies: one page may be served stale then, the other must not.
pub fn origin_dies() -> Named {
    let actions = [
        (500, ask(LAGOS, 0)),
        (600, ask(LAGOS, 1)),
        (6_000, Action::SetOrigin { state: OriginState::Down }),
        (9_000, ask(LAGOS, 0)),
        (9_100, ask(LAGOS, 1)),
        (13_000, Action::SetOrigin { state: OriginState::Up }),
        (14_000, ask(LAGOS, 0)),
        (14_100, ask(LAGOS, 1)),
    ];
    let title = "The origin dies: stale-if-error, and must-revalidate";
    Named::new("origin_dies", title, two_pages(), &actions, 18_000)
}

/// Content changes, and every copy is purged.
pub fn purge() -> Named {
    let scenario = Scenario { shield: Some(City::London), ..Scenario::default() };
    let actions = [
        (500, ask(SAN_FRANCISCO, PHOTO)),
        (600, ask(STOCKHOLM, PHOTO)),
        (700, ask(TOKYO, PHOTO)),
        (9_000, Action::Change { item: PHOTO }),
        (10_000, ask(TOKYO, PHOTO)),
        (14_000, Action::Purge { item: Some(PHOTO) }),
        (18_000, ask(SAN_FRANCISCO, PHOTO)),
        (18_100, ask(STOCKHOLM, PHOTO)),
        (18_200, ask(TOKYO, PHOTO)),
    ];
    let title = "A purge reaches the shield, then every edge";
    Named::new("purge", title, scenario, &actions, 26_000)
}

/// One address, several answers: by language, and one that is private.
pub fn variants() -> Named {
    let actions = [
        (500, ask(MUMBAI, WELCOME)),
        (5_000, ask(TOKYO, WELCOME)),
        (9_500, ask(TOKYO, WELCOME)),
        (11_000, ask(MUMBAI, ACCOUNT)),
        (11_100, ask(TOKYO, ACCOUNT)),
        (16_000, ask(MUMBAI, ACCOUNT)),
        (16_100, ask(TOKYO, ACCOUNT)),
    ];
    let title = "One address, an answer for each language, and private ones";
    Named::new("variants", title, Scenario::default(), &actions, 21_000)
}

/// Five edges, one shield: the origin has one request; and then five without it.
pub fn shield() -> Named {
    let scenario = Scenario { shield: Some(City::London), ..Scenario::default() };
    let rush = Action::Rush { item: PHOTO, each: 1 };
    let actions = [
        (500, rush.clone()),
        (12_000, Action::Purge { item: None }),
        (15_000, Action::SetShield { on: false }),
        (17_000, rush),
    ];
    let title = "Five edges ask the shield, and the shield asks once";
    Named::new("shield", title, scenario, &actions, 28_000)
}

fn one_city(routing: Routing) -> Scenario {
    Scenario {
        edges: vec![City::Frankfurt],
        readers: vec![City::Stockholm, City::London, City::Lagos, City::Dubai],
        shards: 4,
        routing,
        pictures: Pictures { count: 60, per_second: 12, max_age_s: 3_600, ..Pictures::none() },
        slow_motion: 4,
        capacity_kib: 65_536,
        ..Scenario::default()
    }
}

fn one_server_dies() -> [(u64, Action); 2] {
    let node = Node::Edge(0, 2);
    [(20_000, Action::Crash { node }), (30_000, Action::Restart { node })]
}

/// One of four cache servers dies: only its paths move to others.
pub fn edge_dies() -> Named {
    let title = "One of four cache servers dies: its paths move, by the ring";
    Named::new("edge_dies", title, one_city(Routing::Ring), &one_server_dies(), 40_000)
}

/// The same where a path belongs to its hash modulo the number of servers: nearly all move.
pub fn edge_dies_modulo() -> Named {
    let title = "The same by modulo: nearly all paths move";
    Named::new("edge_dies_modulo", title, one_city(Routing::Modulo), &one_server_dies(), 40_000)
}

fn scanned(policy: Policy) -> Scenario {
    Scenario {
        edges: vec![City::Frankfurt],
        readers: vec![City::Stockholm, City::London, City::Lagos],
        pictures: Pictures {
            count: 200,
            per_second: 25,
            scan_every: 2,
            max_age_s: 3_600,
            ..Pictures::none()
        },
        policy,
        capacity_kib: 1_024,
        slow_motion: 2,
        ..Scenario::default()
    }
}

/// Somebody reads everything once, and pushes out what others want again.
pub fn scan() -> Named {
    let title = "A small cache under a scan, by LRU";
    Named::new("scan", title, scanned(Policy::Lru), &[], 25_000)
}

/// The same under a policy that a scan does not impress.
pub fn scan_resistant() -> Named {
    let title = "The same, by S3-FIFO";
    Named::new("scan_resistant", title, scanned(Policy::S3Fifo), &[], 25_000)
}

/// Everything there is: a shield, two servers in each city, and pictures that readers ask for by themselves.
pub fn sandbox() -> Named {
    let forgiving =
        Control { stale_while_revalidate_s: 10, stale_if_error_s: 300, ..Control::fresh_for(20) };
    let mut items = items();
    items.push(Item { changes_every_s: 15, ..Item::new("/news", 24, forgiving) });
    let scenario = Scenario {
        shield: Some(City::London),
        shards: 2,
        items,
        pictures: Pictures { count: 100, per_second: 2, ..Pictures::none() },
        ..Scenario::default()
    };
    let actions = [(1_000, ask(ROTORUA, 5)), (9_000, ask(ROTORUA, 5))];
    Named::new("sandbox", "Everything at once", scenario, &actions, 30_000)
}
