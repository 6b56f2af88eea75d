//! What stands still in the sequence diagram: everything but the messages under way. It is drawn again only
//! when something happens.

use super::card::{px, text};
use super::geometry::{Rect, text_width};
use super::rows::{Diagram, Line, Note, NoteSign, Side, Stretch, column, is_lost_on_the_way};
use super::signs::{self, mark};
use super::traffic::tone;
use super::words::message_name;
use playground_core::sim::NodeId;
use playground_core::two_phase_commit::Arrow;
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// The height of a row.
pub const ROW: f64 = 22.0;
/// How near to each other lifelines stand at most, so that a message's name fits between them: up to three
/// fit on any screen, of more the names would not.
const LEAST_APART: [f64; 2] = [72.0, 92.0];
/// How far from the middle of a lifeline a message's line ends: half of the widest sign.
const CLEAR: f64 = 7.0;
/// The width of the bar where a node is in doubt.
const DOUBT: f64 = 9.0;

/// Where the lifelines stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    first: f64,
    apart: f64,
    count: usize,
    /// How wide the diagram is.
    pub width: f64,
}

impl Columns {
    /// So many lifelines in a diagram so wide, or wider if they need more, with room for notes on both
    /// sides.
    pub fn new(width: f64, count: usize) -> Self {
        let margin = (width * 0.22).clamp(84.0, 118.0);
        let gaps = (count.max(2) - 1) as f64;
        let apart = ((width - 2.0 * margin) / gaps).max(LEAST_APART[usize::from(count > 3)]);
        Columns { first: margin, apart, count, width: apart * gaps + 2.0 * margin }
    }

    /// The place of a lifeline.
    pub fn x(&self, column: usize) -> f64 {
        self.first + self.apart * column as f64
    }

    /// Where a message leaves in a row, and how far to the side it goes: clear of lifelines and signs.
    pub fn way(&self, arrow: &Arrow, row: usize) -> ((f64, f64), f64) {
        let (from, y) = self.place(arrow.from, row);
        let to = self.x(column(arrow.to));
        let toward = (to - from).signum() * CLEAR;
        ((from + toward, y), to - toward)
    }

    /// The place of a node in a row.
    fn place(&self, node: NodeId, row: usize) -> (f64, f64) {
        (self.x(column(node)), row_y(row))
    }
}

/// The middle of a row.
fn row_y(row: usize) -> f64 {
    (row as f64 + 0.5) * ROW
}

/// A straight line with a head at its end.
pub fn line_path((x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> String {
    let length = (x1 - x0).hypot(y1 - y0).max(0.1);
    let (dx, dy) = ((x1 - x0) / length * 7.0, (y1 - y0) / length * 7.0);
    format!(
        "M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}M{:.1} {:.1}L{x1:.1} {y1:.1}L{:.1} {:.1}",
        x1 - dx - dy * 0.5,
        y1 - dy + dx * 0.5,
        x1 - dx + dy * 0.5,
        y1 - dy - dx * 0.5,
    )
}

/// What is drawn.
#[derive(Properties)]
pub struct ChartProps {
    /// The rows.
    pub diagram: Rc<Diagram>,
    /// The messages that its lines are of.
    pub arrows: Arc<Vec<Arrow>>,
    /// The lifelines.
    pub columns: Columns,
}

/// Equal while it is the very same, so that nothing is compared in depth.
impl PartialEq for ChartProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.diagram, &other.diagram) && self.columns == other.columns
    }
}

/// The diagram.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let ChartProps { diagram, arrows, columns } = props;
    let lines = diagram.lines.iter().filter_map(|line| {
        let arrow = arrows.get(line.arrow)?;
        Some(line_html(line, arrow, columns))
    });
    let labels = diagram.lines.iter().filter_map(|line| {
        let arrow = arrows.get(line.arrow)?;
        Some(label_html(line, arrow, diagram, columns))
    });
    html! {
        <>
            if diagram.is_cut {
                { text("small is-middle", (columns.x(1), 8.0), "earlier rows are left out") }
            }
            { for (0..columns.count).map(|column| lifeline(column, diagram, columns)) }
            { for diagram.doubts.iter().map(|doubt| doubt_html(doubt, diagram, columns)) }
            <g>{ for lines }</g>
            <g>{ for diagram.notes.iter().map(|note| note_html(note, columns)) }</g>
            <g>{ for labels }</g>
        </>
    }
}

/// From which to which height a stretch goes.
fn extent(stretch: &Stretch, diagram: &Diagram) -> (f64, f64) {
    let end = stretch.to.map_or((diagram.rows as f64 + 1.0) * ROW, row_y);
    (row_y(stretch.from), end)
}

/// A node's line: whole while it is up, dashed while it is down.
fn lifeline(number: usize, diagram: &Diagram, columns: &Columns) -> Html {
    let x = columns.x(number);
    let downs = diagram.downs.iter().filter(|down| column(down.node) == number);
    let mut up_from = 0.0;
    let mut parts = Vec::new();
    for (from, to) in downs.map(|down| extent(down, diagram)) {
        parts.push(("two-phase-commit-lifeline", up_from, from));
        parts.push(("two-phase-commit-lifeline is-down", from, to));
        up_from = to;
    }
    let end = (diagram.rows as f64 + 1.0) * ROW;
    parts.push(("two-phase-commit-lifeline", up_from, end));
    let part = |(class, from, to): (&'static str, f64, f64)| {
        html! { <path {class} d={format!("M{x:.1} {from:.1}V{to:.1}")} /> }
    };
    html! { <g>{ for parts.into_iter().filter(|(_, from, to)| to > from).map(part) }</g> }
}

/// Where a node has promised and does not know how it ends.
fn doubt_html(doubt: &Stretch, diagram: &Diagram, columns: &Columns) -> Html {
    let (from, to) = extent(doubt, diagram);
    let x = columns.x(column(doubt.node)) - DOUBT / 2.0;
    let bar = Rect { x, y: from, width: DOUBT, height: (to - from).max(2.0) };
    html! {
        <>
            <rect class="two-phase-commit-doubt-bar" x={px(bar.x)} y={px(bar.y)} width={px(bar.width)}
                height={px(bar.height)} />
            <path class="two-phase-commit-doubt-hatch" d={bar.hatch(6.0)} />
        </>
    }
}

/// Where a message's line begins and ends, clear of lifelines and signs; none while it is under way.
fn ends(line: &Line, arrow: &Arrow, columns: &Columns) -> Option<((f64, f64), (f64, f64))> {
    let (from, to_x) = columns.way(arrow, line.start);
    let to = (to_x, row_y(line.end?));
    if !is_lost_on_the_way(arrow) {
        return Some((from, to));
    }
    // Where exactly it was lost is not known: somewhere on the way.
    let half = if arrow.end.is_some_and(|(at, _)| at > arrow.sent_at) { 0.62 } else { 0.4 };
    Some((from, (from.0 + (to.0 - from.0) * half, to.1.max(from.1 + ROW * 0.3))))
}

fn line_html(line: &Line, arrow: &Arrow, columns: &Columns) -> Html {
    let Some((from, to)) = ends(line, arrow, columns) else { return Html::default() };
    let (class, _) = tone(&arrow.message);
    let is_lost =
        !matches!(arrow.end, Some((_, playground_core::two_phase_commit::ArrowEnd::Delivered)));
    let lost = if is_lost { "is-lost" } else { "" };
    html! {
        <g key={arrow.flight}>
            <path class={format!("two-phase-commit-arrow {class} {lost}")} d={line_path(from, to)} />
            if is_lost {
                { mark("is-cross", signs::CROSS, to, 5.0) }
            }
        </g>
    }
}

/// A message's name: nearer to its sender, so that those of two that cross stand apart.
fn label_html(line: &Line, arrow: &Arrow, diagram: &Diagram, columns: &Columns) -> Html {
    let (class, _) = tone(&arrow.message);
    let name = message_name(&arrow.message);
    let (from, to) = ends(line, arrow, columns).unwrap_or_else(|| {
        let (from, to) = columns.way(arrow, line.start);
        (from, (to, (diagram.rows as f64 + 1.0) * ROW))
    });
    let toward = (to.0 - from.0).signum();
    // A longer line has its name further on: lines that begin together, but do not end so, keep apart.
    let further = (to.0 - from.0).abs() - columns.apart;
    let away = 8.0 + text_width(name) / 2.0 + further.clamp(0.0, columns.apart * 0.5);
    let x = from.0 + toward * away;
    // As high as the line is there, and a little above it.
    let share = if to.0 == from.0 { 0.0 } else { (x - from.0) / (to.0 - from.0) };
    let y = from.1 + (to.1 - from.1) * share.clamp(0.0, 1.0) - 7.0;
    let class = format!("two-phase-commit-arrow-name {class}");
    html! { <text key={arrow.flight} {class} x={px(x)} y={px(y)}>{ name }</text> }
}

fn note_html(note: &Note, columns: &Columns) -> Html {
    let (x, y) = columns.place(note.node, note.row);
    let place = (x, y);
    let sign = match note.sign {
        NoteSign::Forced => mark("is-record", signs::SQUARE, place, 6.0),
        NoteSign::Lazy => mark("is-record is-lazy", signs::SQUARE, place, 6.0),
        NoteSign::OnDisk => mark("is-disk", signs::DISK, place, 5.5),
        NoteSign::Crash => mark("is-cross", signs::CROSS, place, 6.5),
        NoteSign::Start => mark("is-start", signs::POWER, place, 6.0),
        NoteSign::TimeOut => mark("is-clock", signs::CLOCK, place, 6.0),
        NoteSign::Decision(true) => mark("is-decision is-yes", signs::LOZENGE, place, 8.0),
        NoteSign::Decision(false) => mark("is-decision is-no", signs::LOZENGE, place, 8.0),
        NoteSign::Armed => mark("is-fuse", signs::FUSE, place, 6.5),
        NoteSign::Damage => mark("is-warning", signs::WARNING, place, 8.0),
        NoteSign::Plain => mark("is-dot", signs::SQUARE, place, 3.0),
    };
    let is_serious = matches!(note.sign, NoteSign::Crash | NoteSign::Damage);
    let (x, class) = match (note.side, is_serious) {
        (Side::Left, false) => (x - 12.0, "note is-last"),
        (Side::Left, true) => (x - 12.0, "note is-last is-bad"),
        (_, false) => (x + 12.0, "note"),
        (_, true) => (x + 12.0, "note is-bad"),
    };
    html! { <>{ sign }{ text(class, (x, y), note.text.clone()) }</> }
}
