//! What can be set up, done and seen to happen on the shelf.

use super::super::arrivals::{Arrivals, SHORT_GAP};
use super::super::bplus_tree::PageId;
use serde::{Deserialize, Serialize};

/// The most rows of a run: what can still be drawn.
pub const MOST_ROWS: u32 = 1_000;
/// The most entries of a page.
pub const MOST_ENTRIES: u8 = 32;
/// The most pages in memory.
pub const MOST_POOL_PAGES: u32 = 1_000;
/// The longest time between two inserts, in milliseconds.
pub const MOST_INTERVAL_MS: u32 = 10_000;
/// The greatest key that a reader can insert.
pub const MOST_KEY: u32 = MOST_ROWS * SHORT_GAP - 1;

/// One of the two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideId {
    /// The first one.
    Left,
    /// The second one.
    Right,
}

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The order in which keys come to the left tree.
    pub left: Arrivals,
    /// The same for the right one.
    pub right: Arrivals,
    /// How many rows come to each, 1 to [`MOST_ROWS`].
    pub rows: u32,
    /// How many keys a leaf holds, 3 to [`MOST_ENTRIES`].
    pub leaf_entries: u8,
    /// How many children an inner page holds, 3 to [`MOST_ENTRIES`].
    pub inner_entries: u8,
    /// How many pages of each tree are in memory, 1 to [`MOST_POOL_PAGES`].
    pub pool_pages: u32,
    /// The time between two inserts, in milliseconds, 1 to [`MOST_INTERVAL_MS`].
    pub interval_ms: u32,
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            left: Arrivals::AutoIncrement,
            right: Arrivals::UuidV4,
            rows: 100,
            leaf_entries: 8,
            inner_entries: 6,
            pool_pages: 6,
            interval_ms: 400,
        }
    }
}

impl Scenario {
    /// The nearest scenario within the limits: a link may say anything.
    pub fn clamped(&self) -> Self {
        Scenario {
            left: self.left,
            right: self.right,
            rows: self.rows.clamp(1, MOST_ROWS),
            leaf_entries: self.leaf_entries.clamp(3, MOST_ENTRIES),
            inner_entries: self.inner_entries.clamp(3, MOST_ENTRIES),
            pool_pages: self.pool_pages.clamp(1, MOST_POOL_PAGES),
            interval_ms: self.interval_ms.clamp(1, MOST_INTERVAL_MS),
        }
    }

    /// The order of one side.
    pub fn arrivals(&self, side: SideId) -> Arrivals {
        match side {
            SideId::Left => self.left,
            SideId::Right => self.right,
        }
    }
}

/// What a reader can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Insert a key of one's own into both trees.
    Insert {
        /// 0 to [`MOST_KEY`].
        key: u32,
    },
    /// Give both trees room for another number of pages in memory.
    SetPool {
        /// 1 to [`MOST_POOL_PAGES`].
        pages: u32,
    },
    /// Empty one tree and let its rows come in another order, from the first on.
    SetArrivals {
        /// Which one.
        side: SideId,
        /// The order.
        arrivals: Arrivals,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A key is in its leaf.
    Inserted {
        /// In which tree.
        side: SideId,
        /// The key.
        key: u32,
        /// How many pages were touched for it.
        touched: u32,
        /// How many of them had to be read from storage.
        misses: u32,
        /// How many changed pages had to be written to make room for them.
        write_backs: u32,
    },
    /// A page was full and became two.
    Split {
        /// In which tree.
        side: SideId,
        /// How far above the leaves: 0 is a leaf.
        level: u8,
        /// The page that keeps the lesser keys.
        page: PageId,
        /// The new page.
        new: PageId,
        /// How many entries stay.
        kept: u32,
        /// How many go to the new page.
        moved: u32,
        /// Whether it was the last page of its level.
        was_rightmost: bool,
    },
    /// The root was split: there is a level more.
    Grew {
        /// Which tree.
        side: SideId,
        /// How many levels it has now.
        levels: u8,
    },
    /// A key was there already.
    Duplicate {
        /// In which tree.
        side: SideId,
        /// The key.
        key: u32,
    },
    /// All rows of both sides are there.
    AllInserted {
        /// How many came to each.
        rows: u32,
    },
    /// There is room for another number of pages in memory.
    PoolSet {
        /// How many, for each tree.
        pages: u32,
    },
    /// A tree was emptied, and its rows come in another order.
    ArrivalsSet {
        /// Which one.
        side: SideId,
        /// The order.
        arrivals: Arrivals,
    },
    /// The action was impossible and changed nothing.
    Refused {
        /// Why.
        reason: String,
    },
}
