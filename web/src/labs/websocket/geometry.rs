//! Where things stand in the picture of the wire, in CSS pixels: side by side where there is room, one above
//! the other where there is not.

pub use crate::components::Rect;
use playground_core::websocket::lab::ChunkView;
use playground_core::websocket::wire::Direction;

/// From this width on, the two sides stand left and right.
const WIDE: f64 = 680.0;
/// A byte's cell.
pub const CELL: f64 = 21.0;
/// The height of a segment's box: its name, its bytes.
pub const BOX_HEIGHT: f64 = 42.0;
/// What is left free around a box's content.
pub const PAD: f64 = 5.0;
/// The most bytes of a segment that are shown.
const MOST_CELLS: usize = 5;
const FEWEST_CELLS: usize = 4;
/// Where the number of further bytes stands.
const MORE: f64 = 36.0;
/// Boxes that follow each other closely stand in rows: on their wire, below it, and above it.
const ROWS: [f64; 3] = [0.0, BOX_HEIGHT + 4.0, -(BOX_HEIGHT + 4.0)];
/// The height of all rows of one direction.
const ZONE: f64 = 3.0 * (BOX_HEIGHT + 4.0);
/// With more segments than this on a wire, each is only a mark.
const MOST_BOXES: usize = 6;
/// The mark's edge.
pub const MARK: f64 = 12.0;

/// The places for a picture of some width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The width of the picture.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The client's card.
    pub client: Rect,
    /// The server's card.
    pub server: Rect,
    /// Whether the sides stand left and right.
    pub is_wide: bool,
}

impl Layout {
    /// For a width.
    pub fn of(width: f64) -> Self {
        if width >= WIDE {
            let height = 2.0 * ZONE + 8.0;
            let card = (width * 0.2).clamp(170.0, 230.0);
            let client = Rect { x: 0.0, y: 0.0, width: card, height };
            let server = Rect { x: width - card, ..client };
            return Layout { width, height, client, server, is_wide: true };
        }
        let client = Rect { x: 0.0, y: 0.0, width, height: 118.0 };
        let server = Rect { y: 118.0 + 230.0, ..client };
        Layout { width, height: server.y + server.height, client, server, is_wide: false }
    }

    /// From where to where a wire goes.
    pub fn wire(&self, direction: Direction) -> ((f64, f64), (f64, f64)) {
        if self.is_wide {
            let (left, right) = (self.client.x + self.client.width, self.server.x);
            return match direction {
                Direction::ToServer => ((left, ZONE / 2.0), (right, ZONE / 2.0)),
                Direction::ToClient => {
                    let y = self.height - ZONE / 2.0;
                    ((right, y), (left, y))
                }
            };
        }
        let (top, bottom) = (self.client.y + self.client.height, self.server.y);
        match direction {
            Direction::ToServer => ((0.25 * self.width, top), (0.25 * self.width, bottom)),
            Direction::ToClient => ((0.75 * self.width, bottom), (0.75 * self.width, top)),
        }
    }

    /// Where a wire's name begins or, if it stands on the left of its wire, ends.
    pub fn wire_name(&self, direction: Direction) -> ((f64, f64), bool) {
        let (from, to) = self.wire(direction);
        if self.is_wide {
            return ((from.0.min(to.0) + 10.0, from.1 - 10.0), false);
        }
        let y = |share: f64| from.1.min(to.1) + (to.1 - from.1).abs() * share;
        match direction {
            Direction::ToServer => ((from.0 + 8.0, y(0.25)), false),
            Direction::ToClient => ((from.0 - 8.0, y(0.75)), true),
        }
    }

    /// How many bytes of a segment are shown.
    pub fn cells(&self, chunk: &ChunkView) -> usize {
        chunk.bytes.len().min(if self.is_wide { MOST_CELLS } else { FEWEST_CELLS })
    }

    /// Where a segment is; `others` are as many as are on the same wire, `row` is its place among those
    /// that were sent together.
    pub fn chunk(&self, chunk: &ChunkView, progress: f64, others: usize, row: usize) -> Rect {
        if others > MOST_BOXES {
            return self.mark(chunk, progress);
        }
        let more = if chunk.bytes.len() > self.cells(chunk) { MORE } else { 0.0 };
        let content = self.cells(chunk) as f64 * CELL + more;
        let width = content.max(84.0) + 2.0 * PAD;
        let (from, to) = self.wire(chunk.direction);
        if self.is_wide {
            let along = ((to.0 - from.0).abs() - width) * progress;
            let x = match chunk.direction {
                Direction::ToServer => from.0 + along,
                Direction::ToClient => from.0 - width - along,
            };
            let y = from.1 - BOX_HEIGHT / 2.0 + ROWS[row % ROWS.len()];
            return Rect { x, y, width, height: BOX_HEIGHT };
        }
        let span = (to.1 - from.1).abs() - BOX_HEIGHT;
        let y = match chunk.direction {
            Direction::ToServer => from.1 + span * progress,
            Direction::ToClient => from.1 - BOX_HEIGHT - span * progress,
        };
        let x = (from.0 - width / 2.0).clamp(2.0, self.width - width - 2.0);
        Rect { x, y, width, height: BOX_HEIGHT }
    }

    fn mark(&self, chunk: &ChunkView, progress: f64) -> Rect {
        let (from, to) = self.wire(chunk.direction);
        let x = from.0 + (to.0 - from.0) * progress - MARK / 2.0;
        let y = from.1 + (to.1 - from.1) * progress - MARK / 2.0;
        Rect { x, y, width: MARK, height: MARK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::Time;

    fn chunk(direction: Direction, id: u64, bytes: usize) -> ChunkView {
        ChunkView {
            id,
            direction,
            bytes: vec![0; bytes].into(),
            offset: 0,
            sent_at: Time::ZERO,
            arrives_at: Time::ZERO,
            progress: 0.0,
            flipped: Vec::new(),
            losses: 0,
            fields: Vec::new(),
        }
    }

    #[test]
    fn a_segment_stays_between_the_two_sides_at_every_width() {
        for width in [320.0, 500.0, 680.0, 1_152.0] {
            let layout = Layout::of(width);
            for direction in [Direction::ToServer, Direction::ToClient] {
                for (bytes, others) in [(1, 1), (6, 3), (1_460, 1), (1_460, 40)] {
                    for (row, progress) in [0.0, 0.5, 1.0].into_iter().enumerate() {
                        let rect = layout.chunk(&chunk(direction, 2, bytes), progress, others, row);
                        let case = format!("{width} {direction:?} {bytes} {progress}: {rect:?}");
                        assert!(rect.x >= -MARK && rect.x + rect.width <= width + MARK, "{case}");
                        assert!(rect.y >= 0.0 && rect.y + rect.height <= layout.height, "{case}");
                        if layout.is_wide {
                            let (left, right) = (layout.client.width, layout.server.x);
                            assert!(
                                rect.x >= left - MARK && rect.x + rect.width <= right + MARK,
                                "{case}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_segment_goes_from_its_sender_to_its_receiver() {
        for width in [360.0, 1_000.0] {
            let layout = Layout::of(width);
            let place = |direction, progress| {
                let rect = layout.chunk(&chunk(direction, 0, 3), progress, 1, 0);
                if layout.is_wide { rect.x } else { rect.y }
            };
            assert!(place(Direction::ToServer, 0.0) < place(Direction::ToServer, 1.0));
            assert!(place(Direction::ToClient, 0.0) > place(Direction::ToClient, 1.0));
        }
    }
}
