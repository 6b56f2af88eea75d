//! What a tree counts, and how full its leaves are.

use super::layout::{Half, Layout};
use serde::{Deserialize, Serialize};

/// How many steps of fill are told apart: 5 % each.
pub const FILL_STEPS: usize = 20;

/// What a tree has counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many keys it holds.
    pub entries: u64,
    /// How many keys were refused, being there already.
    pub duplicates: u64,
    /// How many leaves it has.
    pub leaf_pages: u32,
    /// How many pages it has above the leaves.
    pub inner_pages: u32,
    /// How often the last leaf was split.
    pub rightmost_splits: u32,
    /// How often another leaf was split, in the middle.
    pub middle_splits: u32,
    /// How often an inner page was split.
    pub inner_splits: u32,
    /// How often a page was read, changed or made.
    pub touched: u64,
    /// How often it was in memory.
    pub hits: u64,
    /// How often it had to be read first.
    pub misses: u64,
    /// How often a changed page had to be written to make room.
    pub write_backs: u64,
}

impl Counts {
    /// All splits of all levels.
    pub fn splits(&self) -> u32 {
        self.rightmost_splits + self.middle_splits + self.inner_splits
    }

    /// All pages.
    pub fn pages(&self) -> u32 {
        self.leaf_pages + self.inner_pages
    }

    /// Pages touched per insert; 0 before the first.
    pub fn touched_per_insert(&self) -> f64 {
        per(self.touched, self.entries + self.duplicates)
    }

    /// Pages read from storage per insert; 0 before the first.
    pub fn misses_per_insert(&self) -> f64 {
        per(self.misses, self.entries + self.duplicates)
    }

    pub(super) fn split(&mut self, half: &Half) {
        match half {
            Half { is_leaf: false, .. } => {
                self.inner_splits += 1;
                self.inner_pages += 1;
            }
            Half { is_rightmost: true, .. } => {
                self.rightmost_splits += 1;
                self.leaf_pages += 1;
            }
            Half { is_rightmost: false, .. } => {
                self.middle_splits += 1;
                self.leaf_pages += 1;
            }
        }
    }
}

fn per(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// How full the leaves are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// The share of their bytes that are used, 0 to 1: `avg_leaf_density` of `pgstatindex`.
    pub density: f64,
    /// How many leaves are filled from 0 to 5 %, from 5 to 10 %, and so on.
    pub steps: [u32; FILL_STEPS],
}

impl Fill {
    /// The density alone; every entry has the same size, so the counts say it all.
    pub(super) fn of(layout: &Layout, counts: &Counts) -> Self {
        let leaves = u64::from(counts.leaf_pages);
        let used = counts.entries * u64::from(layout.leaf_entry_bytes)
            + leaves.saturating_sub(1) * u64::from(layout.high_key_bytes)
            + leaves * u64::from(layout.overhead_bytes);
        let density = per(used, leaves * u64::from(layout.usable_bytes));
        Fill { density, steps: [0; FILL_STEPS] }
    }

    pub(super) fn count(&mut self, used_bytes: u32, layout: &Layout) {
        let step = used_bytes as usize * FILL_STEPS / usize::from(layout.usable_bytes.max(1));
        self.steps[step.min(FILL_STEPS - 1)] += 1;
    }
}
