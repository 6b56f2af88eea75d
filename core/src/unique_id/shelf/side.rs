//! One of the two trees, the rows that come to it, and what is remembered for its picture.

use super::super::arrivals::{Arrivals, ShortKeys};
use super::super::bplus_tree::{Layout, PageId, Tree};
use super::frame::{EntryView, Insertion, PageView, SideView, Touch};
use super::{Event, Scenario, SideId};
use crate::sim::{Rng, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often another key is drawn for a row whose key is taken.
const MOST_DRAWS: usize = 100;

/// A tree and its rows.
#[derive(Clone, Debug)]
pub struct Side {
    id: SideId,
    arrivals: Arrivals,
    tree: Tree<u32>,
    keys: ShortKeys,
    rows: u32,
    rows_left: u32,
    /// With which row, if any, and when each key came.
    origins: BTreeMap<u32, (Option<u32>, Time)>,
    touches: BTreeMap<PageId, Touch>,
    splits: BTreeMap<PageId, Time>,
    last: Option<Insertion>,
}

impl Side {
    pub(super) fn new(id: SideId, scenario: &Scenario, arrivals: Arrivals, rng: Rng) -> Self {
        let layout = Layout::small(scenario.leaf_entries, scenario.inner_entries);
        Side {
            id,
            arrivals,
            tree: Tree::new(layout, scenario.pool_pages),
            keys: arrivals.short_keys(scenario.rows, rng),
            rows: 0,
            rows_left: scenario.rows,
            origins: BTreeMap::new(),
            touches: BTreeMap::new(),
            splits: BTreeMap::new(),
            last: None,
        }
    }

    /// The tree.
    pub fn tree(&self) -> &Tree<u32> {
        &self.tree
    }

    pub(super) fn has_rows_left(&self) -> bool {
        self.rows_left > 0
    }

    /// Whether the tree holds every key that came, and no other.
    pub(super) fn holds_all(&self) -> bool {
        let leaves = self.tree.level_pages(0);
        leaves.iter().flat_map(|leaf| self.tree.keys(*leaf)).eq(self.origins.keys())
    }

    pub(super) fn footprint_bytes(&self) -> usize {
        // As it will be when all rows are there: an entry is in the tree and among the origins, and the pages' own
        // parts come on top.
        let rows = self.origins.len() + self.rows_left as usize;
        rows * 96 + size_of::<Self>()
    }

    pub(super) fn set_pool_pages(&mut self, pages: u32) {
        self.tree.set_pool_pages(pages);
    }

    /// Lets the next row come, if any is left.
    pub(super) fn insert_next(&mut self, now: Time, events: &mut Vec<Event>) {
        if self.rows_left == 0 {
            return;
        }
        let mut key = self.keys.next().unwrap_or_default();
        for _ in 0..MOST_DRAWS {
            if !self.tree.contains(key) {
                break;
            }
            key = self.keys.again();
        }
        let row = self.rows;
        self.rows += 1;
        self.rows_left -= 1;
        self.insert(key, Some(row), now, events);
    }

    /// Inserts a key, of a row or a reader's own.
    pub(super) fn insert(
        &mut self,
        key: u32,
        row: Option<u32>,
        now: Time,
        events: &mut Vec<Event>,
    ) {
        let before = self.tree.counts();
        let inserted = self.tree.insert(key);
        let after = self.tree.counts();
        let insertion = Insertion {
            key,
            at: now,
            leaf: self.leaf_of(key),
            is_duplicate: inserted.is_err(),
            touched: (after.touched - before.touched) as u32,
            misses: (after.misses - before.misses) as u32,
            write_backs: (after.write_backs - before.write_backs) as u32,
        };
        let Insertion { touched, misses, write_backs, .. } = insertion;
        let side = self.id;
        self.last = Some(insertion);
        if inserted.is_ok() {
            self.origins.insert(key, (row, now));
            events.push(Event::Inserted { side, key, touched, misses, write_backs });
        } else {
            events.push(Event::Duplicate { side, key });
        }
        self.tell_splits(now, events);
        self.remember_touches(now);
    }

    pub(super) fn view(&self) -> SideView {
        SideView {
            id: self.id,
            arrivals: self.arrivals,
            rows: self.rows,
            pages: self.draw_pages(),
            counts: self.tree.counts(),
            levels: self.tree.levels(),
            density: self.tree.leaf_density(),
            last: self.last.clone(),
        }
    }

    fn leaf_of(&self, key: u32) -> PageId {
        let mut at = self.tree.root();
        loop {
            let place = self.tree.keys(at).partition_point(|it| *it <= key);
            match self.tree.children(at).get(place) {
                Some(child) => at = *child,
                None => return at,
            }
        }
    }

    fn tell_splits(&mut self, now: Time, events: &mut Vec<Event>) {
        let side = self.id;
        let entries = |page: PageId| {
            let children = self.tree.children(page).len();
            (if children == 0 { self.tree.keys(page).len() } else { children }) as u32
        };
        for split in &self.tree.trace().splits {
            self.splits.extend([(split.left, now), (split.right, now)]);
            events.push(Event::Split {
                side,
                level: split.level,
                page: split.left,
                new: split.right,
                kept: entries(split.left),
                moved: entries(split.right),
                was_rightmost: split.was_rightmost,
            });
        }
        if self.tree.trace().new_root.is_some() {
            events.push(Event::Grew { side, levels: self.tree.levels() });
        }
    }

    fn remember_touches(&mut self, now: Time) {
        let mut this_time: BTreeMap<PageId, Touch> = BTreeMap::new();
        for (order, touched) in self.tree.trace().touched.iter().enumerate() {
            let touch = Touch {
                at: now,
                order: order.min(usize::from(u8::MAX)) as u8,
                access: touched.access,
                was_miss: touched.was_miss,
            };
            // A page that is touched twice keeps its first place and the strongest of what was done to it.
            let first = this_time.entry(touched.page).or_insert(touch);
            first.access = first.access.max(touch.access);
            first.was_miss |= touch.was_miss;
        }
        self.touches.extend(this_time);
    }

    fn draw_pages(&self) -> Arc<[PageView]> {
        let levels = (0..self.tree.levels()).rev();
        let ids = levels.flat_map(|level| self.tree.level_pages(level));
        ids.map(|id| self.draw_page(id)).collect()
    }

    fn draw_page(&self, id: PageId) -> PageView {
        let tree = &self.tree;
        let level = tree.level(id);
        let entry = |key: &u32| {
            let origin = self.origins.get(key).filter(|_| level == 0);
            EntryView {
                key: *key,
                row: origin.and_then(|(row, _)| *row),
                at: origin.map(|(_, at)| *at),
            }
        };
        PageView {
            id,
            level,
            entries: tree.keys(id).iter().map(entry).collect(),
            children: tree.children(id).to_vec(),
            fill: tree.fill(id),
            is_rightmost: tree.is_rightmost(id),
            is_in_memory: tree.pool().holds(id),
            is_dirty: tree.pool().is_dirty(id),
            touch: self.touches.get(&id).copied(),
            split_at: self.splits.get(&id).copied(),
        }
    }
}
