//! One page: sorted keys, and above the leaves the children between them.

use super::layout::{Half, Layout};
use serde::{Deserialize, Serialize};

/// Names a page, in the order in which pages came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageId(pub u32);

/// A page of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page<K> {
    /// How far above the leaves.
    pub(super) level: u8,
    /// The entries of a leaf; of an inner page the keys between its children.
    pub(super) keys: Vec<K>,
    /// One more than keys on an inner page, none on a leaf.
    pub(super) children: Vec<PageId>,
    /// The next page of the same level.
    pub(super) right: Option<PageId>,
}

impl<K: Copy + Ord> Page<K> {
    /// An empty leaf without a neighbour, with room for all that it can ever hold.
    pub(super) fn leaf(layout: &Layout) -> Self {
        let keys = Vec::with_capacity(layout.most_entries() + 1);
        Page { level: 0, keys, children: Vec::new(), right: None }
    }

    pub(super) fn inner(level: u8, between: K, children: [PageId; 2]) -> Self {
        Page { level, keys: vec![between], children: children.to_vec(), right: None }
    }

    /// How many entries it has: keys of a leaf, children of an inner page.
    pub(super) fn entries(&self) -> usize {
        if self.level == 0 { self.keys.len() } else { self.children.len() }
    }

    pub(super) fn half(&self) -> Half {
        Half { is_leaf: self.level == 0, is_rightmost: self.right.is_none() }
    }

    /// The place of the child whose keys surround this one. A key between two children is the least of the
    /// right one.
    pub(super) fn place_of(&self, key: K) -> usize {
        self.keys.partition_point(|it| *it <= key)
    }

    /// None on a leaf.
    pub(super) fn child(&self, place: usize) -> Option<PageId> {
        self.children.get(place).copied()
    }

    /// Keeps the first `kept` entries, at least 1 and not all. Returns the key between the halves and the rest as
    /// a page that has no neighbour yet.
    pub(super) fn cut(&mut self, kept: usize, layout: &Layout) -> (K, Page<K>) {
        if self.level == 0 {
            let mut right = Page::leaf(layout);
            right.keys.extend_from_slice(&self.keys[kept..]);
            self.keys.truncate(kept);
            // Of a key of one column nothing can be left out in the parent.
            return (right.keys[0], right);
        }
        let children = self.children.split_off(kept);
        let keys = self.keys.split_off(kept);
        // The least key of an inner page stands in its parent alone.
        let between = self.keys.remove(kept - 1);
        (between, Page { level: self.level, keys, children, right: None })
    }
}
