//! Where things stand in the picture, in CSS pixels: what the threads share above, the threads beside each other below.

use super::listing::{CodeRow, rows};
pub use crate::components::Rect;
use playground_core::multi_threading::lab::Frame;
use playground_core::multi_threading::program::CellKind;

/// No thread's card is narrower: the picture is scrolled instead.
const LEAST_CARD: f64 = 146.0;
/// No card is wider.
const WIDEST_CARD: f64 = 380.0;
/// A narrower card leaves words out.
const NARROW_CARD: f64 = 210.0;
/// What is between a card's edge and its content.
pub const PAD: f64 = 10.0;
/// The height of a card's name.
pub const HEAD: f64 = 34.0;
/// A row of code.
pub const CODE: f64 = 15.0;
/// Before the code: the mark of the next instruction.
pub const POINTER: f64 = 12.0;
/// A line of small text.
pub const LINE: f64 = 16.0;
/// The lines under the code: registers, rounds, and what is amiss.
pub const NOTES: f64 = 3.0;
/// Between cards.
const GAP: f64 = 12.0;
/// Between memory and threads: here it is seen who touches what.
const WAY: f64 = 52.0;
/// The height of a cell with a name, and of a lock.
const CELL: f64 = 50.0;
/// The side of a slot of a queue.
const SLOT: f64 = 34.0;
/// Between cells.
const CELL_GAP: f64 = 14.0;
/// The width of a letter of small text, roughly.
const LETTER: f64 = 6.8;

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// How wide the picture is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// The cells, in their order.
    pub cells: Vec<Rect>,
    /// The locks, in their order.
    pub locks: Vec<Rect>,
    /// The threads' cards, in their order.
    pub cards: Vec<Rect>,
    /// The rows of each thread's listing.
    pub listings: Vec<Vec<CodeRow>>,
}

impl Places {
    /// The places of a frame in a picture so wide, or wider if it needs more.
    pub fn new(width: f64, frame: &Frame) -> Self {
        let count = frame.threads.len().max(1);
        let gaps = GAP * (count as f64 - 1.0) + 2.0;
        // Many threads stand in two rows before the picture is scrolled.
        let columns = if (LEAST_CARD * count as f64 + gaps) > width && count > 3 {
            count.div_ceil(2)
        } else {
            count
        };
        let gaps = GAP * (columns as f64 - 1.0) + 2.0;
        let width = width.max(LEAST_CARD * columns as f64 + gaps);
        let card = ((width - gaps) / columns as f64).min(WIDEST_CARD);
        let left = (width - card * columns as f64 - GAP * (columns as f64 - 1.0)) / 2.0;
        let room = card - 2.0 * PAD - POINTER;
        let listings: Vec<Vec<CodeRow>> =
            frame.threads.iter().map(|view| rows(&view.listing, room)).collect();
        let (cells, locks, bottom) = memory(width, frame);
        let longest = listings.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let height = HEAD + CODE * longest + LINE * NOTES + PAD + 4.0;
        let rect = |number: usize| Rect {
            x: left + (number % columns) as f64 * (card + GAP),
            y: bottom + WAY + (number / columns) as f64 * (height + GAP),
            width: card,
            height,
        };
        let cards: Vec<Rect> = (0..frame.threads.len()).map(rect).collect();
        let height = cards.last().map_or(bottom, Rect::bottom) + 2.0;
        Places { width, height, cells, locks, cards, listings }
    }
}

/// Whether a card has too little room for words.
pub fn is_narrow(card: &Rect) -> bool {
    card.width < NARROW_CARD
}

/// The cells with names and the locks beside each other in as many rows as it takes, then the slots; and where they end.
fn memory(width: f64, frame: &Frame) -> (Vec<Rect>, Vec<Rect>, f64) {
    let is_slot = |kind: CellKind| kind == CellKind::Slot;
    let named = frame.cells.iter().filter(|cell| !is_slot(cell.kind));
    let mut widths: Vec<f64> = named.map(|cell| cell_width(&cell.name)).collect();
    let cells_in_row = widths.len();
    widths.extend(frame.locks.iter().map(|lock| cell_width(lock.name) + 10.0));
    let (mut rects, bottom) = flow(width, 2.0, CELL, &widths);
    let locks = rects.split_off(cells_in_row);
    let slots = frame.cells.iter().filter(|cell| is_slot(cell.kind)).count();
    let (slots, bottom) = match slots {
        0 => (Vec::new(), bottom),
        count => flow(width, bottom + 10.0, SLOT, &vec![SLOT; count]),
    };
    // Cells with names come before the slots, here as in the frame.
    rects.extend(slots);
    (rects, locks, bottom)
}

fn cell_width(name: &str) -> f64 {
    (name.chars().count() as f64 * LETTER + 20.0).max(72.0)
}

/// Boxes in rows, each row in the middle; and where the last row ends.
fn flow(width: f64, top: f64, height: f64, widths: &[f64]) -> (Vec<Rect>, f64) {
    let gap = if height == SLOT { 3.0 } else { CELL_GAP };
    let mut rects: Vec<Rect> = Vec::new();
    let (mut x, mut y, mut begin) = (0.0, top, 0);
    let centre = |rects: &mut [Rect], row_width: f64| {
        let shift = ((width - row_width) / 2.0).max(1.0);
        rects.iter_mut().for_each(|rect| rect.x += shift);
    };
    for &wide in widths {
        if x > 0.0 && x + wide > width - 2.0 {
            centre(&mut rects[begin..], x - gap);
            (x, y, begin) = (0.0, y + height + gap, rects.len());
        }
        rects.push(Rect { x, y, width: wide, height });
        x += wide + gap;
    }
    centre(&mut rects[begin..], x - gap);
    (rects, y + height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::{Lab, Scenario};
    use playground_core::multi_threading::program::{Program, Setup};
    use playground_core::sim::{Rng, Simulation, Time};

    fn frame(program: Program, threads: u8) -> Frame {
        let setup = Setup { program, threads, iterations: 4 };
        let scenario = Scenario { setup, ..Scenario::default() };
        Lab::new(&scenario, Rng::new(1)).frame(Time::ZERO)
    }

    #[test]
    fn everything_stands_within_the_picture_and_nothing_on_anything_else() {
        for program in Program::ALL {
            for threads in 1..=program.most_threads() {
                for width in [296.0, 560.0, 1_152.0] {
                    let frame = frame(program, threads);
                    let places = Places::new(width, &frame);
                    assert_eq!(places.cells.len(), frame.cells.len(), "{program:?}");
                    assert_eq!(places.locks.len(), frame.locks.len(), "{program:?}");
                    let all: Vec<&Rect> =
                        places.cells.iter().chain(&places.locks).chain(&places.cards).collect();
                    for (index, rect) in all.iter().enumerate() {
                        let is_in = rect.x >= 0.0
                            && rect.right() <= places.width
                            && rect.bottom() <= places.height;
                        assert!(is_in, "{program:?}, {threads} in {width}: {rect:?}");
                        let apart = |other: &&&Rect| {
                            rect.right() <= other.x
                                || other.right() <= rect.x
                                || rect.bottom() <= other.y
                                || other.bottom() <= rect.y
                        };
                        let others = &all[index + 1..];
                        assert!(others.iter().all(|it| apart(&it)), "{program:?} in {width}");
                    }
                }
            }
        }
    }

    #[test]
    fn two_threads_fit_on_a_telephone() {
        for program in Program::ALL {
            assert_eq!(Places::new(328.0, &frame(program, 2)).width, 328.0, "{program:?}");
        }
    }
}
