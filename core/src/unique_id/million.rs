//! The million: rows in different orders into the index of a real database's size, as far as one likes.
//!
//! One order after the other, each into an empty [`Tree`] with PostgreSQL's pages; a tree is dropped when it is full,
//! so that there is never more than one in memory.

use super::arrivals::{Arrivals, Keys};
use super::bplus_tree::{Counts, FILL_STEPS, Layout, Tree};
use crate::sim::Rng;
use serde::{Deserialize, Serialize};

/// The most rows.
pub const MOST_ROWS: u64 = 10_000_000;
/// The most orders.
pub const MOST_LANES: usize = 32;
/// How many points a curve has when its tree is full.
pub const POINTS: u64 = 100;
/// Bytes of a page, as far as storage is concerned.
pub const PAGE_BYTES: u64 = 8_192;

/// What a real index was like after the same rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The order in which they came.
    pub arrivals: Arrivals,
    /// `avg_leaf_density` of `pgstatindex`, in percent.
    pub density_percent: f64,
    /// Its `leaf_pages`.
    pub leaf_pages: u32,
    /// Its `tree_level`: 0 if the root is a leaf.
    pub tree_level: u8,
}

/// A million rows into PostgreSQL 15.18 (Debian 12), each order into a table with nothing but a primary key, by one
/// `COPY` in the order of arrival; then `pgstatindex`.
pub const MEASURED: [Measured; 14] = [
    measured(Arrivals::AutoIncrement, 90.06, 2_733),
    measured(Arrivals::Snowflake, 91.36, 2_694),
    measured(Arrivals::UuidV7Counted, 90.03, 3_832),
    measured(Arrivals::UuidV7, 93.25, 3_699),
    measured(Arrivals::Ulid, 93.25, 3_699),
    measured(Arrivals::UuidV4, 73.13, 4_722),
    measured(Arrivals::Late { rows: 0 }, 93.37, 3_694),
    measured(Arrivals::Late { rows: 30 }, 93.22, 3_700),
    measured(Arrivals::Late { rows: 100 }, 93.58, 3_686),
    measured(Arrivals::Late { rows: 300 }, 54.15, 6_389),
    measured(Arrivals::Late { rows: 1_000 }, 61.2, 5_649),
    measured(Arrivals::Late { rows: 3_000 }, 67.22, 5_140),
    measured(Arrivals::Late { rows: 10_000 }, 69.34, 4_982),
    measured(Arrivals::Descending, 50.34, 4_902),
];

const fn measured(arrivals: Arrivals, density_percent: f64, leaf_pages: u32) -> Measured {
    Measured { arrivals, density_percent, leaf_pages, tree_level: 2 }
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The orders, up to [`MOST_LANES`].
    pub lanes: Vec<Arrivals>,
    /// How many rows each of them brings, 1 to [`MOST_ROWS`].
    pub rows: u64,
    /// For how many pages there is room in memory, at least 1.
    pub pool_pages: u32,
    /// Determines the keys.
    pub seed: u64,
}

impl Plan {
    /// The kinds of IDs, a million rows each, with 8 MiB of memory.
    pub fn kinds() -> Self {
        Plan { lanes: Arrivals::KINDS.to_vec(), rows: 1_000_000, pool_pages: 1_024, seed: 1 }
    }

    /// Keys out of order within the usual windows, a million rows each, with 8 MiB of memory.
    pub fn windows() -> Self {
        Plan { lanes: Arrivals::windows().collect(), ..Plan::kinds() }
    }

    /// The nearest plan within the limits.
    fn clamped(&self) -> Self {
        Plan {
            lanes: self.lanes.iter().copied().take(MOST_LANES).collect(),
            rows: self.rows.clamp(1, MOST_ROWS),
            pool_pages: self.pool_pages.max(1),
            seed: self.seed,
        }
    }
}

/// The experiment and how far it has come.
#[derive(Clone, Debug)]
pub struct Million {
    plan: Plan,
    lanes: Vec<Lane>,
    current: Option<Current>,
}

/// The order that is being tried.
#[derive(Clone, Debug)]
struct Current {
    tree: Tree<u128>,
    keys: Keys,
    rows: u64,
    lane: Lane,
    /// What had been counted at the curve's last point.
    told: Counts,
}

/// How the experiment stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// How many rows have been inserted, by all orders together.
    pub done_rows: u64,
    /// How many there are to be.
    pub all_rows: u64,
    /// The orders that have begun, the last of which may be under way.
    pub lanes: Vec<Lane>,
}

/// What came of one order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// The order.
    pub arrivals: Arrivals,
    /// How many rows have arrived.
    pub rows: u64,
    /// What was counted.
    pub counts: Counts,
    /// How many levels the tree has.
    pub levels: u8,
    /// The share of the leaves' bytes that are used, 0 to 1.
    pub density: f64,
    /// How many leaves are filled from 0 to 5 %, from 5 to 10 %, and so on.
    pub fill_steps: [u32; FILL_STEPS],
    /// How things went, [`POINTS`] points when all rows are there.
    pub curve: Vec<Point>,
}

impl Lane {
    /// How large the index is, in bytes, its first page, which tells where the root is, included.
    pub fn index_bytes(&self) -> u64 {
        (u64::from(self.counts.pages()) + 1) * PAGE_BYTES
    }

    /// How many bytes were read and written to make room in memory.
    pub fn moved_bytes(&self) -> u64 {
        (self.counts.misses + self.counts.write_backs) * PAGE_BYTES
    }
}

/// A point of a curve: how things stood, and what happened since the point before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// How many rows had arrived.
    pub rows: u64,
    /// The share of the leaves' bytes that are used, 0 to 1.
    pub density: f64,
    /// How many pages were split since.
    pub splits: u32,
    /// How many pages had to be read since.
    pub misses: u64,
    /// How many pages had to be written since, to make room.
    pub write_backs: u64,
}

impl Million {
    /// Nothing is done yet. A plan beyond the limits is cut to them.
    pub fn new(plan: &Plan) -> Self {
        let mut million = Million { plan: plan.clamped(), lanes: Vec::new(), current: None };
        million.begin_next();
        million
    }

    /// Inserts up to so many rows more; false once all are there.
    pub fn advance(&mut self, rows: u64) -> bool {
        let mut left = rows;
        while let Some(current) = &mut self.current {
            if left == 0 {
                return true;
            }
            let now = left.min(self.plan.rows - current.rows);
            current.advance(now, self.plan.rows);
            left -= now;
            if current.rows == self.plan.rows {
                let Some(Current { lane, .. }) = self.current.take() else { break };
                self.lanes.push(lane);
                self.begin_next();
            }
        }
        false
    }

    /// How the experiment stands, as plain data.
    pub fn standing(&self) -> Standing {
        let mut lanes = self.lanes.clone();
        lanes.extend(self.current.as_ref().map(Current::lane));
        Standing {
            done_rows: lanes.iter().map(|lane| lane.rows).sum(),
            all_rows: self.plan.rows * self.plan.lanes.len() as u64,
            lanes,
        }
    }

    fn begin_next(&mut self) {
        let next = self.plan.lanes.get(self.lanes.len());
        self.current = next.map(|arrivals| Current::new(*arrivals, &self.plan));
    }
}

impl Current {
    fn new(arrivals: Arrivals, plan: &Plan) -> Self {
        let tree = Tree::new(Layout::postgresql(arrivals.key_bytes()), plan.pool_pages);
        let lane = Lane {
            arrivals,
            rows: 0,
            counts: tree.counts(),
            levels: 1,
            density: 0.0,
            fill_steps: [0; FILL_STEPS],
            curve: Vec::new(),
        };
        let keys = arrivals.keys(Rng::new(plan.seed));
        Current { told: tree.counts(), tree, keys, rows: 0, lane }
    }

    fn advance(&mut self, rows: u64, of: u64) {
        let until = self.rows + rows;
        while self.rows < until {
            // The first row at which the next point is due; there may be fewer rows than points.
            let due = ((self.rows * POINTS / of + 1) * of).div_ceil(POINTS);
            let chunk = due.min(until) - self.rows;
            for key in self.keys.by_ref().take(chunk as usize) {
                // Two equal keys by chance are one row less, which nobody will see.
                let _ = self.tree.insert(key);
            }
            self.rows += chunk;
            if self.rows == due {
                self.draw_point();
            }
        }
        if self.rows == of {
            self.lane = self.lane();
        }
    }

    fn draw_point(&mut self) {
        let counts = self.tree.counts();
        self.lane.curve.push(Point {
            rows: self.rows,
            density: self.tree.leaf_density(),
            splits: counts.splits() - self.told.splits(),
            misses: counts.misses - self.told.misses,
            write_backs: counts.write_backs - self.told.write_backs,
        });
        self.told = counts;
    }

    fn lane(&self) -> Lane {
        let fill = self.tree.leaf_fill();
        Lane {
            rows: self.rows,
            counts: self.tree.counts(),
            levels: self.tree.levels(),
            density: fill.density,
            fill_steps: fill.steps,
            ..self.lane.clone()
        }
    }
}
