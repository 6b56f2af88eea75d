//! Whether a tree is what it claims to be.

use super::{PageId, Tree};
use std::fmt::Debug;
use thiserror::Error;

/// What is wrong with a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unsound {
    /// Two keys of a page, or of neighbours, are in the wrong order.
    #[error("keys are out of order on page {0:?}")]
    Disorder(PageId),
    /// A key lies beyond the bounds that the pages above set.
    #[error("a key of page {0:?} belongs elsewhere")]
    Astray(PageId),
    /// There is more on a page than it can hold.
    #[error("page {0:?} is overfull")]
    Overfull(PageId),
    /// A child is not one level below its parent, or an inner page has not one key less than children.
    #[error("page {0:?} has the wrong shape")]
    Shape(PageId),
    /// What was counted is not what is there.
    #[error("the counts are wrong")]
    Counts,
}

impl<K: Copy + Ord + Debug> Tree<K> {
    /// Looks at every page.
    ///
    /// # Errors
    /// The first thing that is wrong; never, as far as anybody knows.
    pub fn check(&self) -> Result<(), Unsound> {
        let (mut entries, mut leaves, mut inner) = (0, 0, 0);
        let mut open = vec![(self.root, None, None)];
        while let Some((id, least, bound)) = open.pop() {
            let page = self.page(id);
            if !page.keys.is_sorted_by(|a, b| a < b) {
                return Err(Unsound::Disorder(id));
            }
            let is_inside =
                |key: &K| least.is_none_or(|it| it <= *key) && bound.is_none_or(|it| *key < it);
            if !page.keys.iter().all(is_inside) {
                return Err(Unsound::Astray(id));
            }
            if !self.layout.fits(page.half(), page.entries()) {
                return Err(Unsound::Overfull(id));
            }
            if page.level == 0 {
                entries += page.keys.len() as u64;
                leaves += 1;
                continue;
            }
            inner += 1;
            let is_below = |child: &PageId| self.page(*child).level + 1 == page.level;
            if page.children.len() != page.keys.len() + 1 || !page.children.iter().all(is_below) {
                return Err(Unsound::Shape(id));
            }
            for (place, child) in page.children.iter().enumerate() {
                let from = place.checked_sub(1).map(|place| page.keys[place]).or(least);
                open.push((*child, from, page.keys.get(place).copied().or(bound)));
            }
        }
        let linked = (0..self.levels()).map(|level| self.level_pages(level).len() as u32);
        let counted = (self.counts.entries, self.counts.leaf_pages, self.counts.inner_pages);
        let all =
            self.pages.len() as u32 == leaves + inner && linked.sum::<u32>() == leaves + inner;
        if all && counted == (entries, leaves, inner) { Ok(()) } else { Err(Unsound::Counts) }
    }
}
