//! Runs of the shelf worth seeing.

use super::super::arrivals::Arrivals;
use super::{Action, Scenario, Shelf, SideId};
use crate::sim;

/// A run of the shelf with a name.
pub type Named = sim::Named<Shelf>;

/// All of them, the opening first.
pub fn all() -> Vec<Named> {
    vec![opening(), slightly_late(), late(), descending(), small_pool(), by_hand()]
}

fn named(
    name: &'static str,
    title: &'static str,
    scenario: Scenario,
    actions: &[(u64, Action)],
) -> Named {
    let last = actions.last().map_or(0, |(at, _)| *at);
    let until_ms = last + u64::from(scenario.rows + 1) * u64::from(scenario.interval_ms);
    Named::new(name, title, scenario, actions, until_ms)
}

/// Rising keys beside random ones.
pub fn opening() -> Named {
    let title = "Rising keys fill one page after the other, random keys all of them";
    named("opening", title, Scenario::default(), &[])
}

/// Rows that come a little late fill what the fill factor left free.
pub fn slightly_late() -> Named {
    let scenario = Scenario {
        right: Arrivals::Late { rows: 6 },
        rows: 200,
        leaf_entries: 16,
        interval_ms: 200,
        ..Scenario::default()
    };
    named("slightly_late", "A little late: the gaps fill up", scenario, &[])
}

/// Rows that come later than the gaps can take: pages are split to which no row comes any more.
pub fn late() -> Named {
    let scenario = Scenario {
        left: Arrivals::Late { rows: 30 },
        rows: 200,
        leaf_entries: 20,
        interval_ms: 200,
        ..Scenario::default()
    };
    named("late", "Too late: packed no better than by chance, or worse", scenario, &[])
}

/// Every key is less than all before: the last page is never the one that is split.
pub fn descending() -> Named {
    let scenario = Scenario { right: Arrivals::Descending, ..Scenario::default() };
    named("descending", "Rising keys beside falling ones", scenario, &[])
}

/// Room for three pages, then for many.
pub fn small_pool() -> Named {
    let scenario = Scenario { pool_pages: 3, ..Scenario::default() };
    let actions = [(24_000, Action::SetPool { pages: 40 })];
    named("small_pool", "With room for three pages, then for forty", scenario, &actions)
}

/// A reader inserts keys and changes the order.
pub fn by_hand() -> Named {
    let actions = [
        (1_000, Action::Insert { key: 505 }),
        (1_200, Action::Insert { key: 505 }),
        (6_000, Action::SetArrivals { side: SideId::Right, arrivals: Arrivals::UuidV7 }),
        (6_100, Action::Insert { key: 10_000 }),
    ];
    let scenario = Scenario { rows: 40, ..Scenario::default() };
    named("by_hand", "Keys by hand, and another order", scenario, &actions)
}
