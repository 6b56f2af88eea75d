//! What a producer does: make an item, put it in, and so on.

use super::layout::Layout;
use super::rhythm::{Rhythm, Watch};
use super::status::{Desk, Doing, Item, What};
use super::{QueueTeam, SAMPLE, stamp};
use crate::shared_memory::SharedMemory;
use std::cell::Cell;

pub(super) fn work<M: SharedMemory>(
    team: &QueueTeam,
    layout: &Layout,
    desk: &Desk<'_, M>,
    worker: u32,
    now_us: &impl Fn() -> u64,
) {
    let queue = layout.queue(desk.memory());
    let share = team.share(worker);
    let mut rhythm = Rhythm::new(desk);
    let mut number = 0_u32;
    while share.is_none_or(|share| number < share) {
        let item = Item { producer: worker, number: number % Item::NUMBERS };
        if share.is_none() {
            desk.hold(Some(item));
        }
        if !rhythm.next(desk, now_us) {
            break;
        }
        let is_noted = share.is_none() || number.is_multiple_of(SAMPLE);
        let mut watch = Watch::new(desk, team, Doing::ParkedFull, now_us);
        watch.item = Some(item);
        // When there is room at last, and not when it was asked for: an item that waits outside is not inside.
        let stored_us = Cell::new(0);
        let stamped = || {
            if is_noted {
                stored_us.set(now_us());
            }
            [item.to_word(), if is_noted { stamp(stored_us.get()) } else { 0 }]
        };
        if queue.put_with(stamped, &mut watch).is_err() {
            break;
        }
        number = number.wrapping_add(1);
        if is_noted {
            desk.note(stored_us.get(), What::Stored, Some(item));
            desk.set_done(number);
        }
        rhythm.has_acted(now_us);
    }
    desk.set_done(number);
    if share.is_some() && !desk.is_killed() {
        has_brought_all(team, layout, desk.memory());
    }
}

/// The last producer to have brought everything closes the queue.
pub(super) fn has_brought_all(team: &QueueTeam, layout: &Layout, memory: &impl SharedMemory) {
    let before = memory.add(layout.producers_done_at(), 1);
    if before + 1 == team.producers.len() as u32 {
        layout.queue(memory).close();
    }
}
