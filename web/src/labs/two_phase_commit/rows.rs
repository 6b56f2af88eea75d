//! The rows of the sequence diagram: what is worth one, what shares one, and what stretches over many.

use super::rows_notes::note;
use playground_core::sim::{NodeId, Time};
use playground_core::two_phase_commit::{
    Arrow, ArrowEnd, COORDINATOR, Event, Happening, Mark, NodeView, TransactionId, Vote,
};

/// The most rows that are drawn; what was before them is in the player's past.
const MOST_ROWS: usize = 240;

/// Which part of a lifeline's row something needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The lifeline itself: there is room for one sign.
    Middle,
    /// Towards lower columns.
    Left,
    /// Towards higher columns.
    Right,
}

/// The shape before a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteSign {
    /// A record that is forced.
    Forced,
    /// A record that is not.
    Lazy,
    /// The disk has everything up to here.
    OnDisk,
    /// A crash.
    Crash,
    /// A start.
    Start,
    /// A time-out.
    TimeOut,
    /// A decision, and whether it is commit.
    Decision(bool),
    /// Somebody has arranged a crash.
    Armed,
    /// Something that cannot be mended.
    Damage,
    /// Anything else.
    Plain,
}

/// Something at a lifeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The row.
    pub row: usize,
    /// Whose.
    pub node: NodeId,
    /// Where its words stand.
    pub side: Side,
    /// Its shape.
    pub sign: NoteSign,
    /// In a few words; may be empty.
    pub text: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its place among the arrows.
    pub arrow: usize,
    /// The row in which it leaves.
    pub start: usize,
    /// The row in which its way ends; none while it is under way.
    pub end: Option<usize>,
}

/// A time at a lifeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Whose.
    pub node: NodeId,
    /// The first row.
    pub from: usize,
    /// The last; none while it lasts.
    pub to: Option<usize>,
}

/// The diagram, in rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// How many rows there are.
    pub rows: usize,
    /// Messages.
    pub lines: Vec<Line>,
    /// What happened at the nodes.
    pub notes: Vec<Note>,
    /// Where nodes were in doubt.
    pub doubts: Vec<Stretch>,
    /// Where nodes were down.
    pub downs: Vec<Stretch>,
    /// Whether something before the first row is left out.
    pub is_cut: bool,
}

/// The column of a node: the coordinator stands between its first two participants.
pub fn column(node: NodeId) -> usize {
    match node {
        COORDINATOR => 1,
        NodeId(1) => 0,
        NodeId(number) => usize::from(number),
    }
}

/// Which side of its lifeline a participant's notes stand on: away from the coordinator.
fn outer(node: NodeId) -> Side {
    if column(node) == 0 { Side::Left } else { Side::Right }
}

enum Item<'a> {
    Send(usize, &'a Arrow),
    End(usize, &'a Arrow),
    Mark(&'a Mark),
}

impl Item<'_> {
    fn raw_row(&self) -> u64 {
        match self {
            Item::Send(_, arrow) => arrow.row,
            Item::End(_, arrow) => arrow.end_row.unwrap_or(u64::MAX),
            Item::Mark(mark) => mark.row,
        }
    }

    fn at(&self) -> Time {
        match self {
            Item::Send(_, arrow) => arrow.sent_at,
            Item::End(_, arrow) => arrow.end.map_or(arrow.sent_at, |(at, _)| at),
            Item::Mark(mark) => mark.at,
        }
    }
}

/// Fills rows from above: what happens at the same time shares one, as long as it has room.
#[derive(Default)]
struct Filling {
    /// The number of rows begun.
    rows: usize,
    /// When the last row happened.
    at: Time,
    /// What is taken in it.
    taken: Vec<(NodeId, Side)>,
}

impl Filling {
    fn row(&self) -> usize {
        self.rows.saturating_sub(1)
    }

    fn is_free(&self, at: Time, node: NodeId, sides: &[Side]) -> bool {
        let is_taken = |side: &Side| self.taken.contains(&(node, *side));
        self.rows > 0 && self.at == at && !sides.iter().any(is_taken)
    }

    fn take(&mut self, at: Time, node: NodeId, sides: &[Side]) -> usize {
        if !self.is_free(at, node, sides) {
            self.rows += 1;
            self.at = at;
            self.taken.clear();
        }
        self.taken.extend(sides.iter().map(|side| (node, *side)));
        self.row()
    }
}

/// Lays out what happened.
pub fn lay_out(arrows: &[Arrow], marks: &[Mark], nodes: &[NodeView]) -> Diagram {
    let sends = arrows.iter().enumerate().map(|(index, arrow)| Item::Send(index, arrow));
    let ended = arrows.iter().enumerate().filter(|(_, arrow)| arrow.end_row.is_some());
    let ends = ended.map(|(index, arrow)| Item::End(index, arrow));
    let mut items: Vec<Item> = sends.chain(ends).chain(marks.iter().map(Item::Mark)).collect();
    items.sort_by_key(Item::raw_row);
    let mut diagram = Diagram::default();
    let mut filling = Filling::default();
    let mut doubts = Doubts::default();
    let mut line_of = vec![None; arrows.len()];
    for item in &items {
        let at = item.at();
        match item {
            Item::Send(index, arrow) => {
                let start = filling.take(at, arrow.from, &[toward(arrow.from, arrow.to)]);
                line_of[*index] = Some(diagram.lines.len());
                diagram.lines.push(Line { arrow: *index, start, end: None });
            }
            Item::End(index, arrow) => {
                let is_there = !is_lost_on_the_way(arrow);
                let end = if is_there {
                    filling.take(at, arrow.to, &[toward(arrow.to, arrow.from)])
                } else {
                    filling.row()
                };
                if let Some(line) = line_of[*index].and_then(|line| diagram.lines.get_mut(line)) {
                    line.end = Some(end.max(line.start));
                }
            }
            Item::Mark(mark) => {
                if let Some((sign, text)) = note(mark) {
                    let side = side(&filling, at, mark.node);
                    let row = filling.take(at, mark.node, &[Side::Middle, side]);
                    diagram.notes.push(Note { row, node: mark.node, side, sign, text });
                }
                doubts.hear(mark, filling.row());
                hear_life(&mut diagram.downs, mark, filling.row());
            }
        }
    }
    diagram.rows = filling.rows;
    diagram.doubts = doubts.done(nodes);
    cut(&mut diagram);
    diagram
}

/// A note at the coordinator stands on the right, or on the left where only that is free.
fn side(filling: &Filling, at: Time, node: NodeId) -> Side {
    if node != COORDINATOR {
        return outer(node);
    }
    let is_free = |side| filling.is_free(at, node, &[Side::Middle, side]);
    if !is_free(Side::Right) && is_free(Side::Left) { Side::Left } else { Side::Right }
}

fn toward(from: NodeId, to: NodeId) -> Side {
    if column(to) < column(from) { Side::Left } else { Side::Right }
}

/// Whether a message came to nothing before it reached anybody, down or not.
pub fn is_lost_on_the_way(arrow: &Arrow) -> bool {
    use playground_core::sim::LossReason::ReceiverDown;
    matches!(arrow.end, Some((_, ArrowEnd::Lost(reason))) if reason != ReceiverDown)
}

fn hear_life(downs: &mut Vec<Stretch>, mark: &Mark, row: usize) {
    match mark.what {
        Happening::Crashed { .. } => downs.push(Stretch { node: mark.node, from: row, to: None }),
        Happening::Started => {
            let open = downs.iter_mut().rev().find(|it| it.node == mark.node && it.to.is_none());
            if let Some(open) = open {
                open.to = Some(row);
            }
        }
        _ => {}
    }
}

/// Who is in doubt about what, from the promise to the decision.
#[derive(Default)]
struct Doubts {
    stretches: Vec<(TransactionId, Stretch)>,
}

impl Doubts {
    fn hear(&mut self, mark: &Mark, row: usize) {
        let node = mark.node;
        let Happening::Reported(event) = &mark.what else { return };
        match event {
            Event::Voted { tx, vote: Vote::Yes } => self.begin(*tx, node, row),
            Event::Resolved { tx, .. } => self.end(row, |it, of| (*it, of) == (*tx, node)),
            Event::Recovered { unfinished, .. } if node != COORDINATOR => {
                self.end(row, |it, of| of == node && !unfinished.contains(it));
                for tx in unfinished {
                    self.begin(*tx, node, row);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, tx: TransactionId, node: NodeId, from: usize) {
        let is_open = |(it, stretch): &(TransactionId, Stretch)| {
            (*it, stretch.node) == (tx, node) && stretch.to.is_none()
        };
        if !self.stretches.iter().any(is_open) {
            self.stretches.push((tx, Stretch { node, from, to: None }));
        }
    }

    fn end(&mut self, row: usize, is_it: impl Fn(&TransactionId, NodeId) -> bool) {
        for (tx, stretch) in &mut self.stretches {
            if stretch.to.is_none() && is_it(tx, stretch.node) {
                stretch.to = Some(row);
            }
        }
    }

    /// Adds what began before anything that is still remembered.
    fn done(mut self, nodes: &[NodeView]) -> Vec<Stretch> {
        for node in nodes {
            for (tx, ..) in &node.doubts {
                self.begin(*tx, node.id, 0);
            }
        }
        self.stretches.into_iter().map(|(_, stretch)| stretch).collect()
    }
}

/// Leaves the oldest rows out where there are too many.
fn cut(diagram: &mut Diagram) {
    let gone = diagram.rows.saturating_sub(MOST_ROWS);
    if gone == 0 {
        return;
    }
    diagram.is_cut = true;
    diagram.rows -= gone;
    diagram.lines.retain(|line| line.start >= gone);
    diagram.notes.retain(|note| note.row >= gone);
    for line in &mut diagram.lines {
        line.start -= gone;
        line.end = line.end.map(|end| end - gone);
    }
    for note in &mut diagram.notes {
        note.row -= gone;
    }
    for stretches in [&mut diagram.doubts, &mut diagram.downs] {
        stretches.retain(|it| it.to.is_none_or(|to| to >= gone));
        for it in stretches {
            it.from = it.from.saturating_sub(gone);
            it.to = it.to.map(|to| to - gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Rng, Simulation};
    use playground_core::two_phase_commit::{Lab, scenarios};

    /// The diagram at the end of a run.
    fn diagram(named: scenarios::Named) -> Diagram {
        let mut timeline = playground_core::sim::Timeline::<Lab>::new(named.run);
        timeline.seek(named.until);
        let frame = timeline.frame();
        lay_out(&frame.arrows, &frame.marks, &frame.nodes)
    }

    #[test]
    fn a_commit_fits_on_one_screen() {
        let diagram = diagram(scenarios::burger());
        assert_eq!(diagram.lines.len(), 8);
        assert!(diagram.rows <= 22, "{} rows", diagram.rows);
        assert_eq!(diagram.doubts.len(), 2);
        assert!(diagram.doubts.iter().all(|doubt| doubt.to.is_some_and(|to| to > doubt.from)));
        assert!(diagram.downs.is_empty());
    }

    #[test]
    fn who_is_in_doubt_while_the_coordinator_is_down_can_be_seen() {
        let diagram = diagram(scenarios::blocked());
        let down = diagram.downs.first().expect("the coordinator dies");
        assert_eq!(down.node, COORDINATOR);
        let up_again = down.to.expect("it comes back");
        assert!(
            diagram.doubts.iter().all(|doubt| doubt.from <= up_again && doubt.to > Some(up_again))
        );
    }

    #[test]
    fn nothing_shares_a_place() {
        for named in scenarios::all().into_iter().chain(scenarios::broken()) {
            let diagram = diagram(named);
            let places: Vec<_> =
                diagram.notes.iter().map(|it| (it.row, it.node, it.side)).collect();
            for (index, place) in places.iter().enumerate() {
                assert!(!places[..index].contains(place), "{place:?}");
            }
            assert!(diagram.lines.iter().all(|line| line.end.is_none_or(|end| end < diagram.rows)));
        }
    }

    #[test]
    fn an_empty_run_is_an_empty_diagram() {
        let lab = Lab::new(&scenarios::burger().run.scenario, Rng::new(1));
        let frame = lab.frame(Time::ZERO);
        assert_eq!(lay_out(&frame.arrows, &frame.marks, &frame.nodes).rows, 0);
    }
}
