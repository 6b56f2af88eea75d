//! How much goes onto a page, and where a full one is split: PostgreSQL's arithmetic for entries of one size.

/// Bytes of a page of PostgreSQL.
const PAGE_BYTES: u16 = 8_192;
/// `SizeOfPageHeaderData`.
const HEADER_BYTES: u16 = 24;
/// `BTPageOpaqueData`: the links to the neighbours, the level, flags.
const SPECIAL_BYTES: u16 = 16;
/// `IndexTupleData`: where the row is, and the entry's length.
const TUPLE_HEADER_BYTES: u16 = 8;
/// `ItemIdData`: where on the page the entry is.
const LINE_POINTER_BYTES: u16 = 4;
/// `MAXIMUM_ALIGNOF`.
const ALIGNMENT: u16 = 8;
/// `BTREE_DEFAULT_FILLFACTOR` and `BTREE_NONLEAF_FILLFACTOR`, in percent.
const FILL_PERCENT: [u8; 2] = [90, 70];

/// How much goes onto a page. All sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What a page has for entries.
    pub usable_bytes: u16,
    /// What an entry of a leaf takes, its line pointer included.
    pub leaf_entry_bytes: u16,
    /// What a child of an inner page takes.
    pub inner_entry_bytes: u16,
    /// What the first child takes, beside which there is no key.
    pub first_child_bytes: u16,
    /// What the bound of a page takes that is not the last one of its level: its high key.
    pub high_key_bytes: u16,
    /// What a split of a leaf keeps free on the left, in case the high key gets a row's address.
    pub reserve_bytes: u16,
    /// What `pgstatindex` counts as used on every page: room for one line pointer.
    pub overhead_bytes: u16,
    /// How full the left half is to be when the last leaf is split, in percent.
    pub leaf_fill_percent: u8,
    /// The same for the last inner page of a level.
    pub inner_fill_percent: u8,
}

/// What kind of page is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    /// Whether it is a leaf.
    pub is_leaf: bool,
    /// Whether it is the last page of its level: it has no high key.
    pub is_rightmost: bool,
}

impl Layout {
    /// PostgreSQL's pages of 8 KiB and an index on one column of so many bytes, 8 for a `bigint`, 16 for a `uuid`,
    /// with the usual fill factors: 90 % on leaves, 70 % above. Keys may have up to 2,000 bytes.
    pub const fn postgresql(key_bytes: u16) -> Self {
        let tuple = TUPLE_HEADER_BYTES + if key_bytes > 2_000 { 2_000 } else { key_bytes };
        let entry = tuple.next_multiple_of(ALIGNMENT) + LINE_POINTER_BYTES;
        Layout {
            usable_bytes: PAGE_BYTES - HEADER_BYTES - SPECIAL_BYTES,
            leaf_entry_bytes: entry,
            inner_entry_bytes: entry,
            first_child_bytes: TUPLE_HEADER_BYTES + LINE_POINTER_BYTES,
            high_key_bytes: entry,
            // An `ItemPointerData` of 6 bytes, aligned.
            reserve_bytes: ALIGNMENT,
            overhead_bytes: LINE_POINTER_BYTES,
            leaf_fill_percent: FILL_PERCENT[0],
            inner_fill_percent: FILL_PERCENT[1],
        }
    }

    /// Pages small enough to be drawn: so many keys on a leaf and so many children on an inner page, each 2 to
    /// 100, and nothing else. The fill factors are the usual ones.
    pub const fn small(leaf_entries: u8, inner_entries: u8) -> Self {
        let leaf = clamped(leaf_entries);
        let inner = clamped(inner_entries);
        // Bytes divide without a rest, and are fine enough for the arithmetic of a split.
        Layout {
            usable_bytes: leaf * inner * 6,
            leaf_entry_bytes: inner * 6,
            inner_entry_bytes: leaf * 6,
            first_child_bytes: leaf * 6,
            high_key_bytes: 0,
            reserve_bytes: 0,
            overhead_bytes: 0,
            leaf_fill_percent: FILL_PERCENT[0],
            inner_fill_percent: FILL_PERCENT[1],
        }
    }

    /// The most entries of any page.
    pub fn most_entries(&self) -> usize {
        let least = self.leaf_entry_bytes.min(self.inner_entry_bytes).max(1);
        usize::from(self.usable_bytes / least) + 1
    }

    /// What so many entries take, with what else is written on the page.
    pub fn used_bytes(&self, half: Half, entries: usize) -> u32 {
        let entries = entries as u32;
        let high_key = if half.is_rightmost { 0 } else { u32::from(self.high_key_bytes) };
        let all = if half.is_leaf {
            entries * u32::from(self.leaf_entry_bytes)
        } else {
            let others = entries.saturating_sub(1) * u32::from(self.inner_entry_bytes);
            others + u32::from(self.first_child_bytes)
        };
        all + high_key
    }

    /// Whether so many entries fit onto a page.
    pub fn fits(&self, half: Half, entries: usize) -> bool {
        self.used_bytes(half, entries) <= u32::from(self.usable_bytes)
    }

    /// How many of the entries of an overfull page stay on it, at least 1, so that one at least goes.
    ///
    /// As `_bt_findsplitloc` in nbtsplitloc.c: what is free on the left and on the right is to be equal; on the last
    /// page of a level, in the proportion that leaves the left one filled to the fill factor. Where two places are
    /// equally good, PostgreSQL takes what its sorting puts first; here it is the left one.
    pub fn split(&self, half: Half, entries: usize) -> usize {
        let percent = match half {
            Half { is_rightmost: false, .. } => 50,
            Half { is_leaf: true, .. } => i32::from(self.leaf_fill_percent),
            Half { is_leaf: false, .. } => i32::from(self.inner_fill_percent),
        };
        let reserve = if half.is_leaf { u32::from(self.reserve_bytes) } else { 0 };
        let free = |half, entries, reserve| {
            i32::from(self.usable_bytes) - (self.used_bytes(half, entries) + reserve) as i32
        };
        let left_half = Half { is_rightmost: false, ..half };
        let unbalance = |kept: &usize| {
            let left = free(left_half, *kept, reserve);
            let right = free(half, entries - kept, 0);
            if left < 0 || right < 0 {
                return i32::MAX;
            }
            (percent * left - (100 - percent) * right).abs()
        };
        (1..entries).min_by_key(unbalance).unwrap_or(1)
    }
}

const fn clamped(entries: u8) -> u16 {
    match entries {
        0 | 1 => 2,
        101.. => 100,
        entries => entries as u16,
    }
}
