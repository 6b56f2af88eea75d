//! What is to be seen of a run at a moment.

use super::audit::{Audit, Ledger};
use super::layout::Layout;
use super::status::{Desk, Doing, Item, What};
use super::{ITEM_WORDS, QueueTeam};
use crate::shared_memory::{SharedMemory, Teamwork};

/// A run at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueReading {
    /// When it was looked at, in microseconds since the beginning.
    pub at_us: u64,
    /// How many items fit.
    pub capacity: u32,
    /// How many items are inside.
    pub len: u32,
    /// What is inside, what waited longest first; [`QueueReading::MOST_SHOWN`] at most.
    pub inside: Vec<Item>,
    /// Whether nothing is put in any more.
    pub is_closed: bool,
    /// Those who take part: first the producers, then the consumers.
    pub workers: Vec<WorkerReading>,
    /// What happened since the last look, in the order of time. In a run of a given number of items, a sample: each
    /// 256th item, and nothing about who was parked.
    pub happened: Vec<Happened>,
    /// How many things happened so far that nobody looked at in time; they are missing above.
    pub missed: u32,
    /// What is known about the items.
    pub audit: Audit,
}

impl QueueReading {
    /// The most items that are shown one by one.
    pub const MOST_SHOWN: usize = 64;
}

/// A worker at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerReading {
    /// Whether it puts items in; otherwise it takes them out.
    pub is_producer: bool,
    /// What it does.
    pub doing: Doing,
    /// Since when, in microseconds since the beginning, to the millisecond.
    pub since_us: u64,
    /// How many items it has put in or taken out.
    pub done: u32,
    /// How often it had to be parked.
    pub parks: u32,
    /// What it has in its hands: made and not yet put in, or taken out and worked on. Not known in a run of a given
    /// number of items.
    pub holds: Option<Item>,
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When, in microseconds since the beginning.
    pub at_us: u64,
    /// To whom; the visitor's number is the one after all workers.
    pub worker: u32,
    /// What.
    pub what: What,
    /// With which item; none for a consumer that waits for one.
    pub item: Option<Item>,
}

/// What somebody who looks on remembers.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    ledger: Ledger,
}

pub(super) fn read(
    team: &QueueTeam,
    reader: &mut Reader,
    memory: &impl SharedMemory,
    now_us: u64,
    is_over: bool,
) -> QueueReading {
    let layout = Layout::new(team);
    let queue = layout.queue(memory);
    let mut reading = QueueReading {
        at_us: now_us,
        capacity: queue.capacity(),
        len: queue.len(),
        is_closed: queue.is_closed(),
        ..QueueReading::default()
    };
    let inside = queue.items(QueueReading::MOST_SHOWN).into_iter();
    reading.inside = inside.map(|[item, _]: [u32; ITEM_WORDS]| Item::from_word(item)).collect();
    for worker in 0..=team.workers() {
        let desk = Desk::new(memory, &layout, worker);
        if worker == team.visitor() {
            reading.audit.put += u64::from(desk.done());
            reading.audit.taken += u64::from(desk.taken_by_hand());
        } else {
            look_at(&desk, worker < team.producers.len() as u32, &mut reading);
        }
        desk.read(|at_us, what, item| {
            reader.ledger.enter(what, item);
            let age_us = (now_us as u32).wrapping_sub(at_us);
            // A clock may be read a moment before what is written down after it.
            let age_us = if age_us > u32::MAX / 2 { 0 } else { u64::from(age_us) };
            let at_us = now_us.saturating_sub(age_us);
            reading.happened.push(Happened { at_us, worker, what, item });
        });
        reading.missed = reading.missed.wrapping_add(desk.missed());
    }
    reading.happened.sort_by_key(|it| it.at_us);
    if is_over {
        judge(team, reader, memory, &layout, &mut reading);
    }
    reading
}

fn look_at(desk: &Desk<'_, impl SharedMemory>, is_producer: bool, reading: &mut QueueReading) {
    let (doing, since_ms) = desk.doing();
    let done = desk.done();
    let since_us = u64::from(since_ms) * 1_000;
    let (parks, holds) = (desk.parks(), desk.holds());
    reading.workers.push(WorkerReading { is_producer, doing, since_us, done, parks, holds });
    let audit = &mut reading.audit;
    *(if is_producer { &mut audit.put } else { &mut audit.taken }) += u64::from(done);
    audit.out_of_order += u64::from(desk.out_of_order());
}

/// Once everybody has gone home: is anything missing, did anything come twice?
fn judge(
    team: &QueueTeam,
    reader: &Reader,
    memory: &impl SharedMemory,
    layout: &Layout,
    reading: &mut QueueReading,
) {
    let inside = u64::from(reading.len);
    let audit = &mut reading.audit;
    audit.is_final = true;
    (audit.lost, audit.doubled) = match team.items {
        Some(_) => {
            let seen = u64::from(memory.load(layout.seen_at()));
            let doubled = u64::from(memory.load(layout.doubled_at()));
            (audit.put.saturating_sub(seen + inside), doubled)
        }
        None if reading.missed == 0 => reader.ledger.balance(inside),
        // Some of what happened is not known one by one: then only the sums can be compared.
        None => {
            let out = audit.taken + inside;
            (audit.put.saturating_sub(out), out.saturating_sub(audit.put))
        }
    };
}
