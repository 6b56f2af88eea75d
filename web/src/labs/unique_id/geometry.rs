//! Where things stand in the picture, in CSS pixels: the registry, the workers below it, and the time line.

pub use crate::components::Rect;
use playground_core::unique_id::lab::{Frame, Node, Scenario};

/// Below this width, workers stand in rows of two.
const NARROW: f64 = 560.0;
/// No card is narrower where there is a choice.
const LEAST_CARD: f64 = 172.0;
/// No card is wider.
const WIDEST_CARD: f64 = 320.0;
/// The height of a worker's card.
const CARD: f64 = 122.0;
/// The registry: its head, and a row of its numbers.
pub const HEAD: f64 = 30.0;
/// The side of a number in the registry.
pub const SLOT: f64 = 18.0;
/// How many numbers stand in a row of the registry.
pub const SLOTS: usize = 16;
/// Between the registry and the workers: here messages are seen.
const WAY: f64 = 58.0;
/// Between cards.
const GAP: f64 = 12.0;
/// The head of the time line, with its scale.
const SCALE: f64 = 34.0;
/// A lane of the time line.
pub const LANE: f64 = 40.0;
/// What stands before a lane: its number.
const LANE_NAME: f64 = 34.0;
/// How much of the time line lies in the past.
const PAST: f64 = 0.62;
/// After so many milliseconds of the visitor's, something has passed by.
const PASSES_BY_MS: f64 = 13_200.0;
/// The fewest milliseconds on the time line.
const LEAST_SPAN_MS: f64 = 8.0;
/// The most lanes.
const MOST_LANES: usize = 8;

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// How wide the picture is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// The registry.
    pub registry: Rect,
    /// The workers, in their order.
    pub workers: Vec<Rect>,
    /// What the lanes of the time line share: from its first lane's upper edge to its last one's lower edge.
    pub line: Rect,
    /// The worker numbers that have a lane, from the top; less than there are lanes while some have not been leased.
    pub numbers: Vec<u16>,
    /// How many lanes there are.
    pub lanes: usize,
    /// The first millisecond of the time line, since the start of the run.
    from_ms: f64,
    /// Pixels a millisecond.
    scale: f64,
}

impl Places {
    /// The places of a frame in a picture so wide. With `is_still`, the time line moves by whole marks; with `is_small`
    /// there is nothing else.
    pub fn new(width: f64, frame: &Frame, is_still: bool, is_small: bool) -> Self {
        let is_timed = frame.is_timed();
        let registry = registry(width, frame, is_small);
        let top = if registry.height > 0.0 { registry.bottom() + WAY } else { 1.0 };
        // Where each shard counts by itself, nobody else makes anything.
        let drawn = if is_timed && !is_small { frame.workers.len() } else { 0 };
        let workers = cards(width, top, drawn);
        let under = workers.last().map_or(0.0, |card| card.bottom() + GAP);
        let numbers = numbers(frame);
        let lanes = numbers.len().max(frame.workers.len().min(MOST_LANES));
        let line = Rect {
            x: LANE_NAME,
            y: under + SCALE,
            width: width - LANE_NAME - 1.0,
            height: if is_timed { LANE * lanes as f64 } else { 0.0 },
        };
        let span_ms = span_ms(&frame.scenario);
        let mut now_ms =
            frame.since_start_ms(frame.right_clock.unix_ms) as f64 + frame.right_clock.progress;
        let step = step_ms(span_ms);
        if is_still {
            now_ms = (now_ms / step).floor() * step;
        }
        let height = if is_timed { line.bottom() + 4.0 } else { 1.0 };
        let (from_ms, scale) = (now_ms - span_ms * PAST, line.width / span_ms);
        Places { width, height, registry, workers, line, numbers, lanes, from_ms, scale }
    }

    /// Where a moment is on the time line, in milliseconds since the start of the run.
    pub fn x(&self, ms: f64) -> f64 {
        self.line.x + (ms - self.from_ms) * self.scale
    }

    /// The same, kept within the time line.
    pub fn x_within(&self, ms: f64) -> f64 {
        self.x(ms).clamp(self.line.x, self.line.right())
    }

    /// Whether a moment is on the time line.
    pub fn shows(&self, ms: f64) -> bool {
        (self.line.x..=self.line.right()).contains(&self.x(ms))
    }

    /// The upper edge of the lane of a number, if it has one.
    pub fn lane(&self, number: u16) -> Option<f64> {
        let index = self.numbers.iter().position(|it| *it == number)?;
        Some(self.line.y + LANE * index as f64)
    }

    /// The marks of the scale, in milliseconds since the start of the run.
    pub fn marks(&self) -> Vec<f64> {
        let span_ms = self.line.width / self.scale;
        // A label needs some room.
        let step = step_ms(span_ms.max(span_ms * 480.0 / self.line.width.max(1.0)));
        let first = (self.from_ms / step).ceil() as i64;
        (first..).map(|it| it as f64 * step).take_while(|ms| self.shows(*ms)).collect()
    }

    /// The way from somebody to somebody: a worker and the registry.
    pub fn way(&self, from: Node, to: Node) -> Option<((f64, f64), (f64, f64))> {
        Some((self.end(from, to)?, self.end(to, from)?))
    }

    fn end(&self, node: Node, other: Node) -> Option<(f64, f64)> {
        match node {
            Node::Worker(worker) => {
                let card = self.workers.get(usize::from(worker))?;
                Some((card.middle(), card.y))
            }
            Node::Registry => {
                let Node::Worker(worker) = other else { return None };
                // The ways leave the registry beside each other.
                let place = (f64::from(worker) + 1.0) / (self.workers.len() as f64 + 1.0);
                Some((self.registry.x + self.registry.width * place, self.registry.bottom()))
            }
        }
    }
}

/// The registry; of no height where there is none.
fn registry(width: f64, frame: &Frame, is_small: bool) -> Rect {
    let slots = frame.registry.numbers.len().div_ceil(SLOTS).max(1) as f64;
    let wide = (SLOT * SLOTS as f64 + 24.0).min(width - 2.0);
    let is_there = has_registry(frame) && !is_small;
    let height = if is_there { HEAD + SLOT * slots + 8.0 } else { 0.0 };
    Rect { x: (width - wide) / 2.0, y: 1.0, width: wide, height }
}

/// So many cards, in rows that are as even as they can be: four and four, not six and two.
fn cards(width: f64, top: f64, count: usize) -> Vec<Rect> {
    let fitting = ((width + GAP) / (LEAST_CARD + GAP)).floor().max(1.0) as usize;
    let columns = count.min(if width < NARROW { 2 } else { fitting }).max(1);
    let columns = count.div_ceil(count.div_ceil(columns).max(1)).max(1);
    // One worker alone does not fill a whole screen.
    let card = ((width - 2.0 - GAP * (columns as f64 - 1.0)) / columns as f64).min(WIDEST_CARD);
    let left = (width - card * columns as f64 - GAP * (columns as f64 - 1.0)) / 2.0;
    let rect = |index: usize| Rect {
        x: left + (index % columns) as f64 * (card + GAP),
        y: top + (index / columns) as f64 * (CARD + GAP),
        width: card,
        height: CARD,
    };
    (0..count).map(rect).collect()
}

/// How many milliseconds the time line has: two leases and a bit, as far as they pass by within some seconds.
fn span_ms(scenario: &Scenario) -> f64 {
    let leases = f64::from(scenario.lease_ms) * 2.2;
    leases.min(PASSES_BY_MS / f64::from(scenario.slow_motion)).max(LEAST_SPAN_MS)
}

/// Whether there is a registry that anybody asks.
pub fn has_registry(frame: &Frame) -> bool {
    use playground_core::unique_id::lab::Mistake;
    !matches!(frame.scenario.mistake, Some(Mistake::OneNumber | Mistake::AutoIncrement))
}

/// The numbers that have a lane: those that are or were leased, and those that stand in IDs.
fn numbers(frame: &Frame) -> Vec<u16> {
    let leased = frame.registry.numbers.iter().zip(0..).filter(|(view, _)| view.row.epoch > 0);
    let mut numbers: Vec<u16> = leased.map(|(_, number)| number).collect();
    numbers.extend(frame.workers.iter().filter_map(|it| it.number));
    numbers.extend(frame.made.iter().map(|it| frame.layout.decompose(it.first).worker));
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(MOST_LANES);
    numbers
}

/// A round number of milliseconds of which about six make up a span.
fn step_ms(span_ms: f64) -> f64 {
    let mut step = 1.0;
    for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
        if span_ms / step <= 8.0 {
            return step;
        }
        step *= factor;
    }
    step
}

/// What the picture asks a frame.
pub trait Timed {
    /// A moment, in milliseconds since the start of the run; before it if negative.
    fn since_start_ms(&self, unix_ms: u64) -> i64;
    /// Whether its IDs tell a time.
    fn is_timed(&self) -> bool;
}

impl Timed for Frame {
    fn since_start_ms(&self, unix_ms: u64) -> i64 {
        unix_ms.cast_signed().wrapping_sub(self.scenario.start_unix_ms.cast_signed())
    }

    fn is_timed(&self) -> bool {
        use playground_core::unique_id::lab::Mistake;
        self.scenario.mistake != Some(Mistake::AutoIncrement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Rng, Simulation, Time};
    use playground_core::unique_id::lab::{Lab, MOST_WORKERS};

    fn frame(workers: u8) -> Frame {
        let scenario = Scenario { workers, running: workers, ..Scenario::default() };
        Lab::new(&scenario, Rng::new(1)).frame(Time::ZERO)
    }

    #[test]
    fn cards_stand_within_the_picture_and_apart_from_each_other() {
        for workers in 1..=MOST_WORKERS {
            for width in [296.0, 520.0, 1_152.0] {
                let places = Places::new(width, &frame(workers), false, false);
                let cards = &places.workers;
                assert_eq!(cards.len(), usize::from(workers));
                for (index, card) in cards.iter().enumerate() {
                    assert!(
                        card.x >= 0.0 && card.right() <= width,
                        "{workers} in {width}: {card:?}"
                    );
                    assert!(card.y >= places.registry.bottom() && card.bottom() <= places.line.y);
                    let apart = |other: &Rect| card.right() <= other.x || card.bottom() <= other.y;
                    assert!(cards[index + 1..].iter().all(apart), "{workers} in {width}");
                }
            }
        }
    }

    #[test]
    fn now_is_on_the_time_line_and_so_are_its_marks() {
        let places = Places::new(1_152.0, &frame(3), false, false);
        assert!(places.shows(0.0) && places.shows(40.0) && !places.shows(200.0));
        let marks = places.marks();
        assert!((4..=12).contains(&marks.len()), "{marks:?}");
        assert_eq!([7.0, 60.0, 132.0, 4_400.0].map(step_ms), [1.0, 10.0, 20.0, 1_000.0]);
    }
}
