//! What is drawn of the shelf at one moment: plain data.

use super::super::arrivals::Arrivals;
use super::super::bplus_tree::{Access, Counts, PageId};
use super::SideId;
use crate::sim::{Span, Time};
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How many rows come to each side.
    pub rows: u32,
    /// How many keys a leaf holds.
    pub leaf_entries: u8,
    /// How many children an inner page holds.
    pub inner_entries: u8,
    /// How many pages of each tree are in memory.
    pub pool_pages: u32,
    /// The time between two inserts.
    pub interval: Span,
    /// Left and right.
    pub sides: [SideView; 2],
}

impl Frame {
    /// One side.
    pub fn side(&self, id: SideId) -> &SideView {
        &self.sides[id as usize]
    }
}

/// One tree.
#[derive(Clone, Debug, PartialEq)]
pub struct SideView {
    /// Which one.
    pub id: SideId,
    /// The order in which its keys come.
    pub arrivals: Arrivals,
    /// How many rows have come; a reader's own are not among them.
    pub rows: u32,
    /// The pages, level by level from the root down, each level from left to right.
    pub pages: Arc<[PageView]>,
    /// What was counted since the start.
    pub counts: Counts,
    /// How many levels there are.
    pub levels: u8,
    /// The share of the leaves' room that is used, 0 to 1.
    pub density: f64,
    /// The last insert; none before the first.
    pub last: Option<Insertion>,
}

impl SideView {
    /// The pages of one level, 0 being the leaves, from left to right.
    pub fn level(&self, level: u8) -> impl Iterator<Item = &PageView> {
        self.pages.iter().filter(move |page| page.level == level)
    }

    /// A page.
    pub fn page(&self, id: PageId) -> Option<&PageView> {
        self.pages.iter().find(|page| page.id == id)
    }
}

/// The last insert of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// The key.
    pub key: u32,
    /// When.
    pub at: Time,
    /// The leaf where the key is now.
    pub leaf: PageId,
    /// Whether the key was there already.
    pub is_duplicate: bool,
    /// How many pages were touched for it.
    pub touched: u32,
    /// How many of them had to be read from storage.
    pub misses: u32,
    /// How many changed pages had to be written to make room for them.
    pub write_backs: u32,
}

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageView {
    /// Its number, in the order in which pages came to be.
    pub id: PageId,
    /// How far above the leaves: 0 is a leaf.
    pub level: u8,
    /// The keys of a leaf; of an inner page the keys between its children.
    pub entries: Vec<EntryView>,
    /// The children of an inner page, one more than entries; none of a leaf.
    pub children: Vec<PageId>,
    /// How full it is, 0 to 1.
    pub fill: f64,
    /// Whether it is the last page of its level.
    pub is_rightmost: bool,
    /// Whether it is in memory.
    pub is_in_memory: bool,
    /// Whether it was changed in memory and is not written yet.
    pub is_dirty: bool,
    /// When it was touched last, and how; none if never.
    pub touch: Option<Touch>,
    /// When it was last split, or made by a split.
    pub split_at: Option<Time>,
}

/// When and how a page was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// When.
    pub at: Time,
    /// Its place among the pages that the same insert touched, from 0 on.
    pub order: u8,
    /// What was done to it.
    pub access: Access,
    /// Whether it had to be read from storage.
    pub was_miss: bool,
}

impl Touch {
    /// What is left of a glow of this length: 1 at the touch, 0 when it is over, for drawing.
    pub fn glow(&self, now: Time, length: Span) -> f64 {
        1.0 - now.progress(self.at, self.at + length)
    }
}

/// A key on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// The key.
    pub key: u32,
    /// The how manieth row it came with, from 0 on; none if a reader inserted it, or for a key between children.
    pub row: Option<u32>,
    /// When it was inserted; none for a key between children.
    pub at: Option<Time>,
}
