//! Positions in a ring as words: the slot in the lower bits, above them whether the queue is closed, above that the lap.

/// How positions of a ring of this capacity are written.
///
/// A slot is free for the position that its stamp equals, and full for the position before its stamp. There are more
/// numbers below the closed bit than slots, so no position's next number is another position. A lap is far longer than
/// anybody is held up between two operations: with 5 slots it comes round again after 2²⁸ laps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) capacity: u32,
    /// Set in the tail of a queue that is closed.
    pub(super) closed_bit: u32,
}

impl Places {
    pub(super) const fn new(capacity: u32) -> Self {
        Places { capacity, closed_bit: (capacity + 1).next_power_of_two() }
    }

    pub(super) const fn index(self, place: u32) -> u32 {
        place & (self.closed_bit - 1)
    }

    pub(super) const fn is_closed(self, place: u32) -> bool {
        place & self.closed_bit != 0
    }

    /// The position after an open one.
    pub(super) const fn after(self, place: u32) -> u32 {
        if self.index(place) + 1 < self.capacity {
            place + 1
        } else {
            (place & !(self.lap() - 1)).wrapping_add(self.lap())
        }
    }

    /// The same slot's position in the next lap.
    pub(super) const fn next_lap(self, place: u32) -> u32 {
        place.wrapping_add(self.lap())
    }

    /// How many positions lie between these two, of which the first is not more than a lap behind.
    pub(super) const fn between(self, head: u32, tail: u32) -> u32 {
        let tail = tail & !self.closed_bit;
        let laps = (tail & !(self.lap() - 1)).wrapping_sub(head & !(self.lap() - 1)) / self.lap();
        let len = (laps * self.capacity + self.index(tail)).saturating_sub(self.index(head));
        if len < self.capacity { len } else { self.capacity }
    }

    const fn lap(self) -> u32 {
        2 * self.closed_bit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_go_round_and_laps_wrap() {
        for capacity in [1, 2, 3, 5, 7, 8, 1_000] {
            let places = Places::new(capacity);
            // Some positions before the last lap that fits in a word.
            let start = 0_u32.wrapping_sub(2 * places.lap());
            let mut place = start;
            for count in 0..4 * capacity {
                assert_eq!(places.index(place), count % capacity);
                assert!(!places.is_closed(place));
                let from = count.saturating_sub(capacity);
                let mut behind = start;
                (0..from).for_each(|_| behind = places.after(behind));
                assert_eq!(places.between(behind, place), count - from);
                assert_eq!(places.between(behind, place | places.closed_bit), count - from);
                place = places.after(place);
            }
        }
    }

    #[test]
    fn a_full_stamp_is_no_position() {
        for capacity in [1, 2, 3, 4] {
            let places = Places::new(capacity);
            let mut positions = Vec::new();
            let mut place = 0;
            for _ in 0..3 * capacity {
                positions.push(place);
                place = places.after(place);
            }
            for place in &positions {
                let full = place + 1;
                let same_slot = |other: &&u32| places.index(**other) == places.index(*place);
                assert!(positions.iter().filter(same_slot).all(|other| *other != full));
            }
        }
    }
}
