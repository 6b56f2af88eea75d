//! A B+tree that counts what a storage engine feels: splits, fill, pages touched, cache misses.
//!
//! Modelled on PostgreSQL's nbtree, for keys of one size that are all different: entries and pages have the sizes
//! of the real ones ([`Layout`]); a full page splits where `_bt_findsplitloc` would split it
//! ([`Layout::split`]): the right-most page of its level so that the left half keeps the fill factor, any other
//! one in the middle. That is all there is to an index on one column. (nbtree's other rule, to split after the new
//! entry where neighbours arrive one after the other, asks for at least two columns.)
//!
//! Simplified: nothing is ever deleted, so no page is emptied, merged or used again; entries have no duplicates, so
//! none are merged into posting lists; one writer at a time, hence no locks and no half-finished splits; every
//! insert descends from the root, where nbtree remembers the right-most leaf; the log and its images of whole pages
//! are left out, and so is the table beside the index.

mod counts;
mod layout;
mod page;
mod pool;
mod sound;

pub use counts::{Counts, FILL_STEPS, Fill};
pub use layout::{Half, Layout};
pub use page::PageId;
pub use pool::{Access, MOST_POINTS, Pool};
pub use sound::Unsound;

use page::Page;
use std::fmt::Debug;
use thiserror::Error;

/// The key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the key is there already")]
pub struct Duplicate;

/// One page became two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The page that was full and keeps the lesser keys.
    pub left: PageId,
    /// The new page.
    pub right: PageId,
    /// How far above the leaves: 0 is a leaf.
    pub level: u8,
    /// Whether it was the last page of its level.
    pub was_rightmost: bool,
}

/// A page was needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Which one.
    pub page: PageId,
    /// What for.
    pub access: Access,
    /// Whether it had to be read from storage.
    pub was_miss: bool,
}

/// What the last insert did to pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The pages in the order in which they were touched, the root first. A split touches the new page, the
    /// neighbour to the right and the parent.
    pub touched: Vec<Touched>,
    /// The splits, from the leaf upwards.
    pub splits: Vec<Split>,
    /// The new root, if the old one was split.
    pub new_root: Option<PageId>,
}

/// The tree. Cloning it copies everything.
#[derive(Clone, Debug)]
pub struct Tree<K> {
    layout: Layout,
    pages: Vec<Page<K>>,
    root: PageId,
    counts: Counts,
    pool: Pool,
    trace: Trace,
    /// The inner pages on the way down, each with the place of the child that was taken; kept to save the
    /// allocation.
    path: Vec<(PageId, usize)>,
}

impl<K: Copy + Ord + Debug> Tree<K> {
    /// An empty tree: one leaf, with room for `pool_pages` pages in memory, at least 1.
    pub fn new(layout: Layout, pool_pages: u32) -> Self {
        let counts = Counts { leaf_pages: 1, ..Counts::default() };
        Tree {
            layout,
            pages: vec![Page::leaf(&layout)],
            root: PageId(0),
            counts,
            pool: Pool::new(pool_pages),
            trace: Trace::default(),
            path: Vec::new(),
        }
    }

    /// Inserts a key. What it did to pages is then in [`Tree::trace`].
    ///
    /// # Errors
    /// [`Duplicate`] if the key is there; the pages on the way to it have been read all the same.
    pub fn insert(&mut self, key: K) -> Result<(), Duplicate> {
        self.trace.touched.clear();
        self.trace.splits.clear();
        self.trace.new_root = None;
        let leaf = self.descend(key);
        let place = match self.page(leaf).keys.binary_search(&key) {
            Ok(_) => {
                self.touch(leaf, Access::Read);
                self.counts.duplicates += 1;
                return Err(Duplicate);
            }
            Err(place) => place,
        };
        self.touch(leaf, Access::Change);
        self.page_mut(leaf).keys.insert(place, key);
        self.counts.entries += 1;
        self.split_while_overfull(leaf);
        Ok(())
    }

    /// Whether the key is there; touches and counts nothing.
    pub fn contains(&self, key: K) -> bool {
        let mut page = self.page(self.root);
        while let Some(child) = page.child(page.place_of(key)) {
            page = self.page(child);
        }
        page.keys.binary_search(&key).is_ok()
    }

    /// How much goes onto a page.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What has been counted since the start.
    pub fn counts(&self) -> Counts {
        Counts {
            hits: self.pool.hits(),
            misses: self.pool.misses(),
            write_backs: self.pool.write_backs(),
            ..self.counts
        }
    }

    /// What the last insert did to pages.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The pages in memory.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Gives the pool room for so many pages, at least 1; the others have to go, those that were changed to be
    /// written back.
    pub fn set_pool_pages(&mut self, pages: u32) {
        self.pool.set_capacity(pages);
    }

    /// The page at the top.
    pub fn root(&self) -> PageId {
        self.root
    }

    /// How many levels there are; 1 while the root is a leaf.
    pub fn levels(&self) -> u8 {
        self.page(self.root).level + 1
    }

    /// How far a page stands above the leaves.
    pub fn level(&self, page: PageId) -> u8 {
        self.page(page).level
    }

    /// The keys of a leaf, or those between the children of an inner page, which are one less than its children.
    pub fn keys(&self, page: PageId) -> &[K] {
        &self.page(page).keys
    }

    /// The children of an inner page; none of a leaf.
    pub fn children(&self, page: PageId) -> &[PageId] {
        &self.page(page).children
    }

    /// Whether it is the last page of its level.
    pub fn is_rightmost(&self, page: PageId) -> bool {
        self.page(page).right.is_none()
    }

    /// The pages of a level from left to right; 0 are the leaves.
    pub fn level_pages(&self, level: u8) -> Vec<PageId> {
        let mut first = self.root;
        while self.page(first).level > level {
            first = self.page(first).children[0];
        }
        std::iter::successors(Some(first), |page| self.page(*page).right).collect()
    }

    /// How full a page is, 0 to 1, with all that is written on it.
    pub fn fill(&self, page: PageId) -> f64 {
        let it = self.page(page);
        let used = self.layout.used_bytes(it.half(), it.entries());
        f64::from(used) / f64::from(self.layout.usable_bytes)
    }

    /// How full the leaves are.
    pub fn leaf_fill(&self) -> Fill {
        let mut fill = Fill::of(&self.layout, &self.counts);
        for page in self.pages.iter().filter(|page| page.level == 0) {
            fill.count(self.layout.used_bytes(page.half(), page.entries()), &self.layout);
        }
        fill
    }

    /// The share of the leaves' bytes that are used, 0 to 1, as `pgstatindex` reports it as `avg_leaf_density`.
    /// Costs nothing, unlike [`Tree::leaf_fill`].
    pub fn leaf_density(&self) -> f64 {
        Fill::of(&self.layout, &self.counts).density
    }

    fn page(&self, page: PageId) -> &Page<K> {
        &self.pages[page.0 as usize]
    }

    fn page_mut(&mut self, page: PageId) -> &mut Page<K> {
        &mut self.pages[page.0 as usize]
    }

    fn touch(&mut self, page: PageId, access: Access) {
        let was_miss = !self.pool.touch(page, access);
        self.counts.touched += 1;
        self.trace.touched.push(Touched { page, access, was_miss });
    }

    /// The leaf where a key belongs, with the way there in `path`.
    fn descend(&mut self, key: K) -> PageId {
        self.path.clear();
        let mut at = self.root;
        loop {
            let page = self.page(at);
            let place = page.place_of(key);
            let Some(child) = page.child(place) else { return at };
            self.path.push((at, place));
            self.touch(at, Access::Read);
            at = child;
        }
    }

    /// Splits the page if it holds more than it can, then its parent, and so on.
    fn split_while_overfull(&mut self, leaf: PageId) {
        let mut full = leaf;
        while !self.layout.fits(self.page(full).half(), self.page(full).entries()) {
            let (between, right) = self.split(full);
            let Some((parent, place)) = self.path.pop() else {
                return self.grow(full, between, right);
            };
            self.touch(parent, Access::Change);
            let parent_page = self.page_mut(parent);
            parent_page.keys.insert(place, between);
            parent_page.children.insert(place + 1, right);
            full = parent;
        }
    }

    /// Moves the greater entries of a page to a new one. Returns the key between them and the new page.
    fn split(&mut self, left: PageId) -> (K, PageId) {
        let right = PageId(self.pages.len() as u32);
        let layout = self.layout;
        let page = self.page_mut(left);
        let (half, level) = (page.half(), page.level);
        let old_right = page.right.replace(right);
        let (between, mut new) = page.cut(layout.split(half, page.entries()), &layout);
        new.right = old_right;
        self.pages.push(new);
        self.touch(right, Access::Create);
        if let Some(neighbour) = old_right {
            // Pages of a level are linked both ways: the neighbour's link to the left is another one now.
            self.touch(neighbour, Access::Change);
        }
        self.counts.split(&half);
        let split = Split { left, right, level, was_rightmost: half.is_rightmost };
        self.trace.splits.push(split);
        (between, right)
    }

    /// Puts a new root above the two halves of the old one.
    fn grow(&mut self, left: PageId, between: K, right: PageId) {
        let root = PageId(self.pages.len() as u32);
        let level = self.page(left).level + 1;
        self.pages.push(Page::inner(level, between, [left, right]));
        self.counts.inner_pages += 1;
        self.root = root;
        self.trace.new_root = Some(root);
        self.touch(root, Access::Create);
    }
}
