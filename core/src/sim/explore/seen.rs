//! The fingerprints seen so far, in a table of our own.

/// A set of fingerprints that only grows.
///
/// Fingerprints are uniform already, so their highest bits say where to look, and nothing is hashed
/// twice; who collides sits in the next free slot. At most half of the slots are taken: looking one up
/// touches one cache line nearly always. The order of the slots is never seen from outside.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// 0 is a free slot; their number is a power of two, at least two.
    slots: Vec<u64>,
    taken: usize,
}

impl Seen {
    /// An empty set.
    pub(super) fn new() -> Self {
        Seen { slots: vec![0; 1 << 10], taken: 0 }
    }

    /// Whether the fingerprint has been inserted.
    #[inline]
    pub(super) fn contains(&self, fingerprint: u64) -> bool {
        let fingerprint = fingerprint.max(1);
        self.slots[self.slot_of(fingerprint)] == fingerprint
    }

    /// Inserts a fingerprint; false if it has been there.
    #[inline]
    pub(super) fn insert(&mut self, fingerprint: u64) -> bool {
        // 0 means free: its states are taken for those of 1, which is one chance in 2⁶⁴ more.
        let fingerprint = fingerprint.max(1);
        let slot = self.slot_of(fingerprint);
        if self.slots[slot] == fingerprint {
            return false;
        }
        self.slots[slot] = fingerprint;
        self.taken += 1;
        if self.taken * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    /// Where the fingerprint is, or else the free slot where it belongs.
    #[inline]
    fn slot_of(&self, fingerprint: u64) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = (fingerprint >> (u64::BITS - self.slots.len().trailing_zeros())) as usize;
        loop {
            let found = self.slots[slot];
            if found == fingerprint || found == 0 {
                return slot;
            }
            slot = (slot + 1) & last;
        }
    }

    /// Twice the slots, and every fingerprint moves to its new one.
    #[cold]
    fn grow(&mut self) {
        let slots = vec![0; self.slots.len() * 2];
        for fingerprint in std::mem::replace(&mut self.slots, slots) {
            if fingerprint != 0 {
                let slot = self.slot_of(fingerprint);
                self.slots[slot] = fingerprint;
            }
        }
    }
}
