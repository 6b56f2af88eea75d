//! What a consumer does: take an item, look at it, work on it, and so on.

use super::layout::Layout;
use super::rhythm::{Rhythm, Watch};
use super::status::{Desk, Doing, Item, What};
use super::{QueueTeam, SAMPLE, stamp};
use crate::shared_memory::{SharedMemory, Teamwork};

pub(super) fn work<M: SharedMemory>(
    team: &QueueTeam,
    layout: &Layout,
    desk: &Desk<'_, M>,
    now_us: &impl Fn() -> u64,
) {
    let queue = layout.queue(desk.memory());
    let mut rhythm = Rhythm::new(desk);
    let mut seen = Seen::new(team, layout);
    let mut taken = 0_u32;
    while rhythm.next(desk, now_us) {
        if team.items.is_none() {
            desk.hold(None);
        }
        let mut watch = Watch::new(desk, team, Doing::ParkedEmpty, now_us);
        let Ok([word, stored_us]) = queue.take(&mut watch) else { break };
        let item = Item::from_word(word);
        if team.items.is_none() {
            desk.hold(Some(item));
        }
        if !seen.see(item) {
            desk.is_out_of_order();
        }
        taken = taken.wrapping_add(1);
        if stored_us != 0 {
            let at_us = now_us();
            let wait_us = stamp(at_us).wrapping_sub(stored_us);
            desk.note(at_us, What::Taken { wait_us }, Some(item));
        }
        if team.items.is_none() || taken.is_multiple_of(SAMPLE) {
            desk.set_done(taken);
        }
        rhythm.has_acted(now_us);
    }
    desk.hold(None);
    desk.set_done(taken);
    seen.hand_in(layout, desk.memory());
}

/// What a consumer has seen: the last number of each producer, and, if the run ends, a bit for each item.
struct Seen {
    last: Vec<Option<u32>>,
    /// Where the items of each producer begin.
    starts: Vec<u32>,
    bits: Vec<u32>,
    doubled: u32,
}

impl Seen {
    fn new(team: &QueueTeam, layout: &Layout) -> Self {
        let mut start = 0;
        let starts = (0..team.producers.len() as u32).map(|producer| {
            let begin = start;
            start += team.share(producer).unwrap_or(0);
            begin
        });
        Seen {
            starts: starts.collect(),
            last: vec![None; team.workers() as usize + 1],
            bits: vec![0; layout.bit_words()],
            doubled: 0,
        }
    }

    /// Looks at an item; whether it comes after the last one of its producer.
    fn see(&mut self, item: Item) -> bool {
        if let Some(start) = self.starts.get(item.producer as usize) {
            let index = start + item.number;
            if let Some(word) = self.bits.get_mut(index as usize / 32) {
                let bit = 1 << (index % 32);
                self.doubled += u32::from(*word & bit != 0);
                *word |= bit;
            }
        }
        let Some(last) = self.last.get_mut(item.producer as usize) else { return true };
        let before = last.replace(item.number);
        before.is_none_or(|before| {
            let ahead = item.number.wrapping_sub(before) % Item::NUMBERS;
            (1..Item::NUMBERS / 2).contains(&ahead)
        })
    }

    /// Puts what was seen together with what the others have seen.
    fn hand_in(&self, layout: &Layout, memory: &impl SharedMemory) {
        let (mut fresh, mut doubled) = (0, self.doubled);
        for (index, bits) in self.bits.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let others = memory.or(layout.bits_at() + index, *bits);
            fresh += (bits & !others).count_ones();
            doubled += (bits & others).count_ones();
        }
        memory.add(layout.seen_at(), fresh);
        memory.add(layout.doubled_at(), doubled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_memory::NativeMemory;

    fn item(producer: u32, number: u32) -> Item {
        Item { producer, number }
    }

    #[test]
    fn what_comes_twice_or_too_early_is_seen() {
        let team = QueueTeam::flat_out(2, 2, 8, 100);
        let layout = Layout::new(&team);
        let memory = NativeMemory::new(team.words());
        let (mut one, mut other) = (Seen::new(&team, &layout), Seen::new(&team, &layout));
        assert!(one.see(item(0, 0)) && one.see(item(0, 2)) && one.see(item(1, 0)));
        assert!(!one.see(item(0, 1)), "out of order");
        assert!(!one.see(item(0, 1)), "twice");
        assert!(other.see(item(0, 2)), "the other one has seen it, too");
        assert!(other.see(item(1, 49)));
        one.hand_in(&layout, &memory);
        other.hand_in(&layout, &memory);
        assert_eq!(memory.load(layout.doubled_at()), 2);
        assert_eq!(memory.load(layout.seen_at()), 5);
    }

    #[test]
    fn numbers_begin_again_in_order() {
        let team = QueueTeam { items: None, ..QueueTeam::flat_out(1, 1, 8, 0) };
        let mut seen = Seen::new(&team, &Layout::new(&team));
        assert!(seen.see(item(0, Item::NUMBERS - 1)) && seen.see(item(0, 0)));
        assert!(!seen.see(item(0, Item::NUMBERS - 1)));
    }
}
