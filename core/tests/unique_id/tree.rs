//! The B+tree: PostgreSQL's arithmetic, page by page, and what it counts.

use playground_core::unique_id::bplus_tree::{
    Access, Duplicate, Half, Layout, PageId, Split, Touched, Tree,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const LEAF: Half = Half { is_leaf: true, is_rightmost: false };
const LAST_LEAF: Half = Half { is_leaf: true, is_rightmost: true };
const INNER: Half = Half { is_leaf: false, is_rightmost: false };
const LAST_INNER: Half = Half { is_leaf: false, is_rightmost: true };

/// The most entries that fit.
fn most(layout: &Layout, half: Half) -> usize {
    (1..).find(|entries| !layout.fits(half, entries + 1)).expect("a page ends")
}

#[test]
fn pages_hold_as_much_as_those_of_postgresql() {
    // 8,152 bytes for entries; a uuid takes 28 of them, a bigint 20; the high key takes one more.
    let uuid = Layout::postgresql(16);
    assert_eq!((uuid.usable_bytes, uuid.leaf_entry_bytes), (8_152, 28));
    assert_eq!([LAST_LEAF, LEAF].map(|half| most(&uuid, half)), [291, 290]);
    assert_eq!([LAST_INNER, INNER].map(|half| most(&uuid, half)), [291, 290]);
    let bigint = Layout::postgresql(8);
    assert_eq!(bigint.leaf_entry_bytes, 20);
    assert_eq!([LAST_LEAF, LEAF].map(|half| most(&bigint, half)), [407, 406]);
    // A key of 5 bytes is aligned as one of 8.
    assert_eq!(Layout::postgresql(5), bigint);
}

#[test]
fn pages_split_where_those_of_postgresql_do() {
    let uuid = Layout::postgresql(16);
    assert_eq!(uuid.split(LAST_LEAF, 292), 261);
    assert_eq!(uuid.split(LEAF, 291), 145);
    let bigint = Layout::postgresql(8);
    // The well-known 366 of an index that was filled in order, and the high key.
    assert_eq!(bigint.split(LAST_LEAF, 408), 366);
    // Above the leaves, 70 %.
    let kept = bigint.split(LAST_INNER, 408);
    assert_eq!(kept, 285);
    let share = f64::from(bigint.used_bytes(INNER, kept)) / f64::from(bigint.usable_bytes);
    assert!((0.695..0.705).contains(&share), "{share}");
}

#[test]
fn small_pages_hold_what_they_say() {
    for (leaf, inner) in [(3, 3), (4, 5), (8, 6), (10, 10), (32, 32)] {
        let layout = Layout::small(leaf, inner);
        assert_eq!(most(&layout, LEAF), usize::from(leaf));
        assert_eq!(most(&layout, LAST_LEAF), usize::from(leaf));
        assert_eq!(most(&layout, INNER), usize::from(inner));
        assert_eq!(most(&layout, LAST_INNER), usize::from(inner));
    }
    let layout = Layout::small(10, 10);
    assert_eq!(layout.split(LAST_LEAF, 11), 9);
    assert_eq!(layout.split(LAST_INNER, 11), 7);
    assert_eq!(layout.split(LEAF, 11), 5);
    // What makes no sense becomes the nearest that does.
    assert_eq!(most(&Layout::small(0, 200), LEAF), 2);
    assert_eq!(most(&Layout::small(0, 200), INNER), 100);
}

#[test]
fn rising_keys_leave_full_pages_behind() {
    let mut tree = Tree::new(Layout::small(10, 10), 1_000);
    for key in 0..100 {
        assert_eq!(tree.insert(key), Ok(()));
        tree.check().expect("a sound tree");
    }
    let leaves = tree.level_pages(0);
    let sizes: Vec<usize> = leaves.iter().map(|leaf| tree.keys(*leaf).len()).collect();
    assert_eq!(sizes, [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 10]);
    assert_eq!((tree.counts().rightmost_splits, tree.counts().middle_splits), (10, 0));
    assert_eq!(tree.levels(), 3);
}

#[test]
fn falling_keys_leave_half_pages_behind() {
    let mut tree = Tree::new(Layout::small(10, 10), 1_000);
    for key in (0..100).rev() {
        assert_eq!(tree.insert(key), Ok(()));
    }
    tree.check().expect("a sound tree");
    let counts = tree.counts();
    assert_eq!((counts.rightmost_splits, counts.middle_splits), (1, 15));
    assert!(tree.leaf_density() < 0.65, "{}", tree.leaf_density());
}

#[test]
fn an_insert_tells_what_it_did() {
    let mut tree = Tree::new(Layout::small(3, 3), 1_000);
    for key in [10, 20, 30] {
        tree.insert(key).expect("a new key");
        let touched = [Touched { page: PageId(0), access: Access::Change, was_miss: key == 10 }];
        assert_eq!(tree.trace().touched, touched);
        assert!(tree.trace().splits.is_empty());
    }
    tree.insert(40).expect("a new key");
    let trace = tree.trace();
    let touched = |page, access| Touched { page: PageId(page), access, was_miss: false };
    let expected =
        [touched(0, Access::Change), touched(1, Access::Create), touched(2, Access::Create)];
    assert_eq!(trace.touched, expected);
    let split = Split { left: PageId(0), right: PageId(1), level: 0, was_rightmost: true };
    assert_eq!((trace.splits.as_slice(), trace.new_root), ([split].as_slice(), Some(PageId(2))));
    assert_eq!(
        (tree.keys(PageId(0)), tree.keys(PageId(1))),
        ([10, 20, 30].as_slice(), [40].as_slice())
    );
    assert_eq!(
        (tree.keys(PageId(2)), tree.children(PageId(2))),
        ([40].as_slice(), [PageId(0), PageId(1)].as_slice())
    );
    // The left leaf is full, and not the last one: it is split in the middle, and its neighbour's link changes.
    tree.insert(15).expect("a new key");
    let expected = [
        touched(2, Access::Read),
        touched(0, Access::Change),
        touched(3, Access::Create),
        touched(1, Access::Change),
        touched(2, Access::Change),
    ];
    assert_eq!(tree.trace().touched, expected);
    assert!(!tree.trace().splits[0].was_rightmost);
    assert_eq!(tree.level_pages(0), [0, 3, 1].map(PageId));
    assert_eq!((tree.is_rightmost(PageId(3)), tree.is_rightmost(PageId(1))), (false, true));
    tree.check().expect("a sound tree");
}

#[test]
fn a_key_is_there_once() {
    let mut tree = Tree::new(Layout::postgresql(8), 10);
    assert!(!tree.contains(7));
    assert_eq!(tree.insert(7), Ok(()));
    assert_eq!(tree.insert(7), Err(Duplicate));
    assert!(tree.contains(7));
    let counts = tree.counts();
    assert_eq!((counts.entries, counts.duplicates, counts.touched), (1, 1, 2));
    tree.check().expect("a sound tree");
}

#[test]
fn density_counts_as_pgstatindex_does() {
    // An empty index: nothing but the room for a line pointer.
    let mut tree = Tree::new(Layout::postgresql(16), 10);
    assert_eq!(tree.leaf_density(), 4.0 / 8_152.0);
    for key in 0..292_u32 {
        tree.insert(key).expect("a new key");
    }
    // 261 entries and a high key on one page, 31 entries on the other.
    assert_eq!(tree.counts().leaf_pages, 2);
    let used = (261 + 1 + 31) * 28 + 2 * 4;
    assert_eq!(tree.leaf_density(), f64::from(used) / (2.0 * 8_152.0));
    let fill = tree.leaf_fill();
    assert_eq!(fill.density, tree.leaf_density());
    assert_eq!((fill.steps[17], fill.steps[2], fill.steps.iter().sum()), (1, 1, 2));
}
