//! Where things stand in the picture, in CSS pixels: producers, the slots of the queue, consumers, and the two lines of
//! those who wait.

use crate::components::Rect;
use playground_core::blocking_queue::lab::{
    DropReason, Frame, Gone, Maker, Party, Passage, Worker,
};
use playground_core::sim::{Span, Time};

/// Below this width, producers stand above the queue and consumers below it.
const NARROW: f64 = 640.0;
/// The height of a worker's card.
const CARD: f64 = 76.0;
/// The same where there are many.
const LOW_CARD: f64 = 56.0;
/// From so many workers of a side on, their cards are low.
const MANY: usize = 5;
/// Between cards.
const GAP: f64 = 10.0;
/// Between workers and the queue: here items are seen on their way.
const WAY: f64 = 46.0;
/// The largest slot, and the smallest.
const LARGEST_SLOT: f64 = 78.0;
const SMALLEST_SLOT: f64 = 27.0;
/// The most rows of slots before they become smaller.
const ROWS: usize = 3;
/// Around the slots.
const PAD: f64 = 9.0;
/// What is written over the slots.
const HEAD: f64 = 24.0;
/// A line of those who wait.
pub const BENCH: f64 = 32.0;
/// Both lines of those who wait have room beside each other from this width on.
const BESIDE: f64 = 430.0;
/// A worker without words.
const SIGN: f64 = 30.0;
/// How far an item falls that is thrown away.
const FALL: f64 = 60.0;
/// How long an item is on its way between hands and slot.
pub const FLIGHT: Span = Span::from_ms(340);

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// How wide the picture is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// The producers, in their order.
    pub producers: Vec<Rect>,
    /// The consumers, in their order.
    pub consumers: Vec<Rect>,
    /// The queue with all its slots.
    pub queue: Rect,
    /// The middles of the slots, that of the oldest item first.
    pub slots: Vec<(f64, f64)>,
    /// The side of a slot.
    pub slot: f64,
    /// Where those stand in line who wait for room, and those who wait for an item.
    pub benches: [Rect; 2],
}

impl Places {
    /// The places of a frame in a picture so wide.
    pub fn new(width: f64, frame: &Frame) -> Self {
        if width < NARROW { narrow(width, frame) } else { wide(width, frame) }
    }

    /// The same for a picture without words: workers are signs at both ends of the queue.
    pub fn small(width: f64, frame: &Frame) -> Self {
        let (places, slot, (queue_width, queue_height)) =
            slots(slot_count(frame), width - 2.0 * (SIGN + GAP));
        let column = |count: usize, x: f64| -> Vec<Rect> {
            let top = (queue_height - count as f64 * SIGN) / 2.0;
            let y = |index: usize| top + index as f64 * SIGN;
            (0..count).map(|it| Rect { x, y: y(it), width: SIGN, height: SIGN }).collect()
        };
        let x = (width - queue_width) / 2.0;
        let queue = Rect { x, y: 0.0, width: queue_width, height: queue_height };
        let bench = Rect { y: queue_height, height: 0.0, ..queue };
        Places {
            width,
            height: queue_height,
            producers: column(frame.producers.len(), x - GAP - SIGN),
            consumers: column(frame.consumers.len(), queue.right() + GAP),
            queue,
            slots: moved(places, (x, 0.0)),
            slot,
            benches: [bench, bench],
        }
    }

    /// The card of a worker.
    pub fn card(&self, worker: Worker) -> Option<Rect> {
        let cards = match worker {
            Worker::Producer(_) => &self.producers,
            Worker::Consumer(_) => &self.consumers,
        };
        cards.get(usize::from(worker.number())).copied()
    }

    /// The middle of what a worker has in its hands: at the side of its card that looks to the queue.
    pub fn hand(&self, worker: Worker) -> Option<(f64, f64)> {
        let card = self.card(worker)?;
        let y = card.y + card.height / 2.0;
        Some(match worker {
            Worker::Producer(_) => (card.right() - self.token() / 2.0 - 8.0, y),
            Worker::Consumer(_) => (card.x + self.token() / 2.0 + 8.0, y),
        })
    }

    /// The side of an item.
    pub fn token(&self) -> f64 {
        (self.slot - 8.0).clamp(20.0, 48.0)
    }

    /// Where somebody stands in a line of those who wait.
    pub fn waiting(&self, side: usize, place: usize) -> (f64, f64) {
        let bench = self.benches[side];
        let along = 15.0 + 26.0 * place as f64;
        let x = if side == 0 { bench.x + along } else { bench.right() - along };
        (x, bench.y + bench.height / 2.0)
    }

    /// The middle of the slot of an item that is so far behind the oldest one; in between, between two slots.
    pub fn slot_at(&self, place: f64) -> (f64, f64) {
        let last = self.slots.len().saturating_sub(1);
        let of = |index: usize| self.slots.get(index.min(last)).copied().unwrap_or_default();
        let before = place.max(0.0).floor() as usize;
        between(of(before), of(before + 1), place.max(0.0).fract())
    }

    /// Where an item comes from.
    fn source(&self, maker: Maker) -> (f64, f64) {
        match maker {
            Maker::Producer(number) => self.hand(Worker::Producer(number)),
            Maker::Visitor => None,
        }
        .unwrap_or((self.queue.x + self.slot / 2.0, self.queue.bottom() + BENCH))
    }

    /// Where somebody takes an item to.
    pub fn target(&self, party: Party) -> (f64, f64) {
        party
            .worker()
            .and_then(|worker| self.hand(worker))
            .unwrap_or((self.queue.right() - self.slot / 2.0, self.queue.bottom() + BENCH))
    }

    /// Where an item of the queue is drawn: on its way from its maker, or in its slot, or just moving up.
    pub fn item(&self, frame: &Frame, index: usize, is_still: bool) -> (f64, f64) {
        let Some(item) = frame.items.get(index) else { return self.slot_at(index as f64) };
        if is_still {
            return self.slot_at(index as f64);
        }
        // Whoever left made all behind it move up by one.
        let leaving = frame.passed.iter().rev().take_while(|it| is_flying(it.taken_at, frame.now));
        let to_go: f64 = leaving
            .filter(|it| item.stored_at <= it.taken_at)
            .map(|it| 1.0 - progress(it.taken_at, frame.now))
            .sum();
        let slot = self.slot_at(index as f64 + to_go);
        match progress(item.stored_at, frame.now) {
            done if done < 1.0 => between(self.source(item.maker), slot, done),
            _ => slot,
        }
    }

    /// Where an item is drawn that has just come out; none once it is in the hands of whoever took it.
    pub fn leaving(&self, passage: &Passage, now: Time) -> Option<(f64, f64)> {
        let is_on_its_way = is_flying(passage.taken_at, now);
        let done = progress(passage.taken_at, now);
        is_on_its_way.then(|| between(self.slot_at(0.0), self.target(passage.by), done))
    }

    /// Where an item is drawn that is thrown away, and how much of it is still to be seen: from 1 to 0.
    pub fn falling(&self, gone: &Gone, now: Time) -> ((f64, f64), f64) {
        let from = match (gone.why, gone.item.maker) {
            (DropReason::Displaced | DropReason::Closed, _) => self.slot_at(0.0),
            (_, maker) => self.source(maker),
        };
        let done = progress(gone.at, now);
        ((from.0, from.1 + done * FALL), 1.0 - done)
    }
}

/// Whether what began at a moment is still on its way.
pub fn is_flying(since: Time, now: Time) -> bool {
    now.since(since) < FLIGHT
}

/// How far what began at a moment is: slow, fast, slow.
fn progress(since: Time, now: Time) -> f64 {
    let part = now.progress(since, since + FLIGHT);
    part * part * (3.0 - 2.0 * part)
}

fn between(from: (f64, f64), to: (f64, f64), part: f64) -> (f64, f64) {
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}

/// How many slots are drawn: an item too many has one, too.
fn slot_count(frame: &Frame) -> usize {
    (frame.capacity as usize).max(frame.items.len()).max(1)
}

/// The slots of a queue in a space so wide, from its upper left corner: the oldest item's at the upper right, the rows
/// after it to and fro, so that items move along. Also their side, and how wide and high they are together.
fn slots(count: usize, width: f64) -> (Vec<(f64, f64)>, f64, (f64, f64)) {
    let room = (width - 2.0 * PAD).max(SMALLEST_SLOT);
    let by_rows = room / count.div_ceil(ROWS).max(4) as f64;
    let side = by_rows.min(room / count.min(ROWS + 2) as f64);
    let side = side.clamp(SMALLEST_SLOT, LARGEST_SLOT);
    let a_row = ((room / side).floor() as usize).clamp(1, count);
    let rows = count.div_ceil(a_row);
    let wide = a_row as f64 * side;
    let places = (0..count).map(|index| {
        let (row, along) = (index / a_row, index % a_row);
        let from_right = if row % 2 == 0 { along } else { a_row - 1 - along };
        let x = PAD + wide - (from_right as f64 + 0.5) * side;
        (x, HEAD + PAD + (row as f64 + 0.5) * side)
    });
    (places.collect(), side, (wide + 2.0 * PAD, HEAD + rows as f64 * side + 2.0 * PAD))
}

fn moved(places: Vec<(f64, f64)>, (x, y): (f64, f64)) -> Vec<(f64, f64)> {
    places.into_iter().map(|place| (place.0 + x, place.1 + y)).collect()
}

fn card_height(frame: &Frame) -> f64 {
    let most = frame.producers.len().max(frame.consumers.len());
    if most >= MANY { LOW_CARD } else { CARD }
}

/// Producers on the left, consumers on the right, the queue between them.
fn wide(width: f64, frame: &Frame) -> Places {
    let card_width = (width * 0.21).clamp(168.0, 236.0);
    let card = card_height(frame);
    let column = |count: usize| (count as f64 * (card + GAP) - GAP).max(0.0);
    let left = card_width + WAY;
    let room = width - 2.0 * left;
    let (places, slot, (queue_width, queue_height)) = slots(slot_count(frame), room);
    let lines = if room < BESIDE { 2.0 } else { 1.0 };
    let middle = queue_height + lines * BENCH;
    let height = column(frame.producers.len()).max(column(frame.consumers.len())).max(middle) + 2.0;
    let cards = |count: usize, x: f64| -> Vec<Rect> {
        let top = (height - column(count)) / 2.0;
        let y = |index: usize| top + index as f64 * (card + GAP);
        (0..count).map(|index| Rect { x, y: y(index), width: card_width, height: card }).collect()
    };
    let (x, y) = (left + (room - queue_width) / 2.0, (height - middle) / 2.0);
    let queue = Rect { x, y, width: queue_width, height: queue_height };
    let bench = Rect { x: left, y: queue.bottom(), width: room, height: BENCH };
    let second = Rect { y: bench.y + (lines - 1.0) * BENCH, ..bench };
    Places {
        width,
        height,
        producers: cards(frame.producers.len(), 1.0),
        consumers: cards(frame.consumers.len(), width - card_width - 1.0),
        queue,
        slots: moved(places, (x, y)),
        slot,
        benches: [bench, second],
    }
}

/// Producers above, consumers below.
fn narrow(width: f64, frame: &Frame) -> Places {
    let card = card_height(frame);
    let cards = |count: usize, top: f64| -> Vec<Rect> {
        let a_row = if count == 1 { 1 } else { 2 };
        let card_width = (width - 2.0 - GAP * (a_row - 1) as f64) / a_row as f64;
        let rect = |index: usize| Rect {
            x: 1.0 + (index % a_row) as f64 * (card_width + GAP),
            y: top + (index / a_row) as f64 * (card + GAP),
            width: card_width,
            height: card,
        };
        (0..count).map(rect).collect()
    };
    let producers = cards(frame.producers.len(), 1.0);
    let under = |cards: &[Rect], top: f64| cards.last().map_or(top, |it| it.bottom() + GAP);
    let top = under(&producers, 1.0);
    let first = Rect { x: 0.0, y: top, width, height: BENCH };
    let (places, slot, (queue_width, queue_height)) = slots(slot_count(frame), width);
    let (x, y) = ((width - queue_width) / 2.0, first.bottom());
    let queue = Rect { x, y, width: queue_width, height: queue_height };
    let second = Rect { y: queue.bottom(), ..first };
    let consumers = cards(frame.consumers.len(), second.bottom() + 4.0);
    let height = under(&consumers, second.bottom() + 4.0);
    Places {
        width,
        height,
        producers,
        consumers,
        queue,
        slots: moved(places, (x, y)),
        slot,
        benches: [first, second],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::lab::Lab;
    use playground_core::blocking_queue::scenarios;
    use playground_core::sim::{Simulation, replay};

    fn frames() -> Vec<Frame> {
        let all = scenarios::all();
        let at = |named: &playground_core::sim::Named<Lab>, until: Time| {
            replay(&named.run, until, 100_000).state.frame(until)
        };
        let mut frames: Vec<Frame> = all.iter().map(|named| at(named, named.until)).collect();
        let mut large = frames[0].clone();
        large.capacity = 64;
        frames.push(large);
        frames
    }

    #[test]
    fn everything_is_within_the_picture_and_no_two_slots_are_on_each_other() {
        for frame in frames() {
            for width in [320.0, 360.0, 639.0, 640.0, 900.0, 1_152.0] {
                let places = Places::new(width, &frame);
                let cards = places.producers.iter().chain(&places.consumers);
                for rect in cards.chain([&places.queue]).chain(&places.benches) {
                    let is_inside = rect.x >= -0.5
                        && rect.right() <= width + 0.5
                        && rect.y >= -0.5
                        && rect.bottom() <= places.height + 0.5;
                    assert!(is_inside, "{rect:?} in {width} × {}", places.height);
                }
                let mut slots = places.slots.clone();
                slots.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
                for pair in slots.windows(2) {
                    let apart = (pair[0].0 - pair[1].0).abs().max((pair[0].1 - pair[1].1).abs());
                    assert!(apart >= places.slot - 0.01, "{pair:?} at {width}");
                }
            }
        }
    }

    #[test]
    fn an_item_ends_in_its_slot_and_one_that_leaves_in_somebodys_hands() {
        for mut frame in frames() {
            frame.now += Span::from_ms(60_000);
            let places = Places::new(900.0, &frame);
            for index in 0..frame.items.len() {
                let (at, slot) = (places.item(&frame, index, false), places.slot_at(index as f64));
                assert!((at.0 - slot.0).abs() + (at.1 - slot.1).abs() < 0.01);
            }
            for passage in frame.passed.iter() {
                assert_eq!(places.leaving(passage, frame.now), None);
            }
        }
    }
}
