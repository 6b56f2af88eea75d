//! What must hold for a tree and its pool whatever is inserted, and that the pool is what its naive form is.

use playground_core::unique_id::bplus_tree::{Access, Layout, MOST_POINTS, PageId, Pool, Tree};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The pool in its simplest form: every frame is looked at.
struct Naive {
    capacity: usize,
    frames: Vec<(PageId, u8, bool)>,
    hand: usize,
    counts: [u64; 3],
}

impl Naive {
    fn touch(&mut self, page: PageId, access: Access) {
        let is_dirty = access != Access::Read;
        if let Some(frame) = self.frames.iter_mut().find(|frame| frame.0 == page) {
            frame.1 = MOST_POINTS.min(frame.1 + 1);
            frame.2 |= is_dirty;
            self.counts[0] += 1;
            return;
        }
        if access != Access::Create {
            self.counts[1] += 1;
        }
        if self.frames.len() < self.capacity {
            return self.frames.push((page, 1, is_dirty));
        }
        while self.frames[self.hand].1 > 0 {
            self.frames[self.hand].1 -= 1;
            self.hand = (self.hand + 1) % self.capacity;
        }
        self.counts[2] += u64::from(self.frames[self.hand].2);
        self.frames[self.hand] = (page, 1, is_dirty);
        self.hand = (self.hand + 1) % self.capacity;
    }
}

fn access() -> impl Strategy<Value = Access> {
    prop_oneof![Just(Access::Read), Just(Access::Change), Just(Access::Create)]
}

proptest! {
    #[test]
    fn a_tree_is_a_sorted_set(
        keys in prop::collection::vec(0..400_u16, 1..600),
        leaf in 2..12_u8,
        inner in 3..12_u8,
        pool in 1..50_u32,
    ) {
        let mut tree = Tree::new(Layout::small(leaf, inner), pool);
        let mut set = BTreeSet::new();
        for key in &keys {
            prop_assert_eq!(tree.insert(*key).is_ok(), set.insert(*key));
        }
        prop_assert_eq!(tree.check(), Ok(()));
        let leaves = tree.level_pages(0);
        let all: Vec<u16> = leaves.iter().flat_map(|leaf| tree.keys(*leaf)).copied().collect();
        prop_assert_eq!(all, set.iter().copied().collect::<Vec<_>>());
        prop_assert!((0..400).all(|key| tree.contains(key) == set.contains(&key)));
        let counts = tree.counts();
        prop_assert_eq!(counts.entries + counts.duplicates, keys.len() as u64);
        prop_assert_eq!(counts.pages(), 1 + counts.splits() + u32::from(tree.levels() - 1));
        // What is touched is read, there, or new.
        let made = u64::from(counts.pages() - 1);
        prop_assert_eq!(counts.touched, counts.hits + counts.misses + made);
        let fill = tree.leaf_fill();
        prop_assert_eq!(fill.steps.iter().sum::<u32>(), counts.leaf_pages);
        prop_assert!(fill.density > 0.0 && fill.density <= 1.0);
    }

    #[test]
    fn the_pool_is_what_its_naive_form_is(
        touches in prop::collection::vec((0..30_u32, access()), 1..400),
        capacity in 1..20_u32,
    ) {
        let mut pool = Pool::new(capacity);
        let frames = Vec::new();
        let mut naive = Naive { capacity: capacity as usize, frames, hand: 0, counts: [0; 3] };
        for (page, access) in touches {
            pool.touch(PageId(page), access);
            naive.touch(PageId(page), access);
            prop_assert_eq!([pool.hits(), pool.misses(), pool.write_backs()], naive.counts);
            prop_assert_eq!(pool.len(), naive.frames.len());
            for (page, _, is_dirty) in &naive.frames {
                prop_assert!(pool.holds(*page));
                prop_assert_eq!(pool.is_dirty(*page), *is_dirty);
            }
        }
    }

    #[test]
    fn a_pool_may_shrink_and_grow(
        touches in prop::collection::vec((0..30_u32, access(), 0..25_u32), 1..200),
    ) {
        let mut pool = Pool::new(8);
        for (page, access, capacity) in touches {
            pool.touch(PageId(page), access);
            prop_assert!(pool.holds(PageId(page)));
            if capacity < 20 {
                pool.set_capacity(capacity);
                prop_assert_eq!(pool.capacity(), capacity.max(1));
            }
            prop_assert!(!pool.is_empty() && pool.len() <= pool.capacity() as usize);
            let held = (0..30).filter(|page| pool.holds(PageId(*page))).count();
            prop_assert_eq!(held, pool.len());
        }
    }
}
