//! Where things stand in the picture of the nodes, in CSS pixels.

pub use crate::components::Rect;
use playground_core::sim::NodeId;
use playground_core::two_phase_commit::{COORDINATOR, NodeView};

/// No participant's card is narrower: the picture is scrolled instead.
const LEAST_CARD: f64 = 148.0;
/// A narrower card has less beside each other.
const NARROW_CARD: f64 = 210.0;
/// A line of small text.
pub const LINE: f64 = 16.0;
/// What is between a card's edge and its content.
pub const PAD: f64 = 10.0;
/// The height of a card's name and condition.
pub const HEAD: f64 = 46.0;
/// The height of a good's row.
pub const GOOD: f64 = 20.0;
/// How many records of a log are shown.
pub const RECORDS: usize = 5;
/// The height of a message.
pub const CHIP: f64 = 24.0;
/// The width of a letter of small text, roughly: no measuring before drawing.
const LETTER: f64 = 6.5;

/// Whether two lines of a card have to share what fits on one.
pub fn is_narrow(area: &Rect) -> bool {
    area.width < NARROW_CARD
}

/// The way of messages from one node to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lane {
    from: (f64, f64),
    /// Towards this the way bends.
    bend: (f64, f64),
    to: (f64, f64),
}

impl Lane {
    /// The place after so much of the way, 0 to 1.
    pub fn at(&self, progress: f64) -> (f64, f64) {
        let (t, s) = (progress, 1.0 - progress);
        let mix = |from: f64, bend: f64, to: f64| s * s * from + 2.0 * s * t * bend + t * t * to;
        (mix(self.from.0, self.bend.0, self.to.0), mix(self.from.1, self.bend.1, self.to.1))
    }

    /// Its length, roughly.
    pub fn length(&self) -> f64 {
        (self.to.0 - self.from.0).hypot(self.to.1 - self.from.1)
    }

    /// As an SVG path.
    pub fn path(&self) -> String {
        let Lane { from, bend, to } = self;
        let [from, bend, to] = [from, bend, to].map(|(x, y)| format!("{x:.1} {y:.1}"));
        format!("M{from}Q{bend} {to}")
    }
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// How wide the picture is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// The nodes' cards, in the order of their ids.
    pub cards: Vec<Rect>,
    /// How many rows of goods a participant's card has.
    pub good_rows: usize,
    /// How many lines a participant's card has for doubts and crashes to come; the coordinator's has one
    /// more.
    pub note_lines: usize,
    /// How many lines a card has for the process and its log file.
    pub process_lines: usize,
}

impl Places {
    /// The places of these nodes in a picture so wide, or wider if they need more.
    pub fn new(width: f64, nodes: &[NodeView]) -> Self {
        let goods = |node: &NodeView| node.full.goods(&node.full).count();
        let good_rows = nodes.iter().map(goods).max().unwrap_or(0).max(2);
        let participants = nodes.len().saturating_sub(1).max(1) as f64;
        let between = if width < 480.0 { 12.0 } else { 24.0 };
        let gaps = 4.0 + between * (participants - 1.0);
        let width = width.max(LEAST_CARD * participants + gaps);
        let card = (width - gaps) / participants;
        let is_narrow = card < NARROW_CARD;
        let has_process = nodes.iter().any(|node| node.process.is_some());
        let process_lines = if !has_process {
            0
        } else if is_narrow {
            2
        } else {
            1
        };
        let records = LINE * (RECORDS as f64 + 1.0) + 4.0;
        let process = LINE * process_lines as f64;
        let note_lines = if is_narrow { 4 } else { 3 };
        let notes = LINE * note_lines as f64;
        let top = Rect {
            x: if is_narrow { 2.0 } else { width * 0.1 },
            y: 2.0,
            width: if is_narrow { width - 4.0 } else { width * 0.8 },
            height: (HEAD + notes + LINE + process).max(records + 2.0 * PAD - 4.0),
        };
        let gap = if is_narrow { 124.0 } else { 148.0 };
        let bottom = HEAD + GOOD * good_rows as f64 + notes + records + process + PAD + 6.0;
        let mut cards = vec![top];
        for number in 0..nodes.len().saturating_sub(1) {
            let x = 2.0 + (card + between) * number as f64;
            cards.push(Rect { x, y: top.bottom() + gap, width: card, height: bottom });
        }
        let peers = if nodes.len() > 2 { CHIP * 2.4 + 8.0 } else { 0.0 };
        let height = top.bottom() + gap + bottom + peers;
        Places { width, height, cards, good_rows, note_lines, process_lines }
    }

    /// The way from one node to another; none if there is no such node.
    pub fn lane(&self, from: NodeId, to: NodeId) -> Option<Lane> {
        let card = |id: NodeId| self.cards.get(usize::from(id.0));
        let (sender, receiver) = (card(from)?, card(to)?);
        let coordinator = self.cards.first()?;
        let bottom = self.cards.get(1)?.bottom();
        if from != COORDINATOR && to != COORDINATOR {
            // Participants talk to each other below their cards, each way on a line of its own.
            let line = if receiver.x > sender.x { 0.6 } else { 1.8 };
            let (start, end, y) = (sender.middle(), receiver.middle(), bottom + CHIP * line + 4.0);
            return Some(Lane { from: (start, y), bend: ((start + end) / 2.0, y), to: (end, y) });
        }
        let clear = CHIP / 2.0 + 3.0;
        let (high, low) = (coordinator.bottom() + clear, self.cards.get(1)?.y - clear);
        let (x, from_y, to_y) = if from == COORDINATOR {
            (receiver.middle() - lane_offset(receiver), high, low)
        } else {
            (sender.middle() + lane_offset(sender), low, high)
        };
        Some(Lane { from: (x, from_y), bend: (x, (from_y + to_y) / 2.0), to: (x, to_y) })
    }
}

/// How far the two lanes of a link are from its middle.
fn lane_offset(card: &Rect) -> f64 {
    (card.width * 0.22).clamp(30.0, 48.0)
}

/// How wide a message with this name is.
pub fn chip_width(name: &str) -> f64 {
    name.chars().count() as f64 * 7.0 + 30.0
}

/// How wide a small text is, roughly.
pub fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// A text in lines no wider than `width`, at most so many; what is left over is cut.
pub fn wrap(text: &str, width: f64, most: usize) -> Vec<String> {
    crate::components::wrap(text, (width / LETTER).max(4.0) as usize, most)
}

/// Moves places along a lane apart, so that no two are closer than `apart`; the order stays. `places` are
/// lengths from the start, in any order; those nearer to the end keep theirs where they can.
pub fn spread(places: &mut [f64], apart: f64, length: f64) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*b].total_cmp(&places[*a]).then(a.cmp(b)));
    let apart = apart.min(length / places.len().max(1) as f64);
    let mut limit = length;
    for (rank, index) in order.iter().enumerate() {
        let behind = (order.len() - 1 - rank) as f64;
        places[*index] = places[*index].max(apart * behind).min(limit);
        limit = places[*index] - apart;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_and_cut() {
        let text = "dies after telling one participant to commit";
        assert_eq!(wrap(text, 150.0, 2), ["dies after telling one", "participant to commit"]);
        assert_eq!(wrap(text, 150.0, 1), ["dies after telling one…"]);
    }

    #[test]
    fn messages_in_one_place_are_moved_apart() {
        let mut places = [50.0, 50.0, 50.0, 5.0];
        spread(&mut places, 20.0, 100.0);
        assert_eq!(places, [60.0, 40.0, 20.0, 0.0]);
        let mut apart = [0.0, 100.0];
        spread(&mut apart, 20.0, 100.0);
        assert_eq!(apart, [0.0, 100.0]);
    }
}
