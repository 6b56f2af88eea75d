//! The sequence diagram: a lifeline a node, time running downwards, the newest row in view.

use super::card::{px, text};
use super::chart::{Chart, Columns, ROW, line_path};
use super::rows::{Diagram, column, lay_out};
use super::signs::{sign, sign_at};
use super::traffic::tone;
use crate::components::{Following, use_following, use_width};
use playground_core::two_phase_commit::{Arrow, Frame, Mark};
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct SequenceProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// What the diagram follows from; equal while it is the very same, so that nothing is compared in depth.
#[derive(Clone)]
struct History(Arc<Vec<Arrow>>, Arc<Vec<Mark>>);

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) && Arc::ptr_eq(&self.1, &other.1)
    }
}

/// The diagram in a window that follows its end until the reader scrolls up.
#[component]
pub fn Sequence(props: &SequenceProps) -> Html {
    let frame = &props.frame;
    let window = use_node_ref();
    let width = use_width(&window);
    let history = History(frame.arrows.clone(), frame.marks.clone());
    let diagram = use_memo(history, |History(arrows, marks)| lay_out(arrows, marks, &frame.nodes));
    let columns = Columns::new(width, frame.nodes.len());
    let Following { onscroll, onkeydown, is_left_behind, on_newest } =
        use_following(&window, diagram.rows, width as u32);
    let wide = columns.width;
    let height = (diagram.rows as f64 + 1.5) * ROW;
    html! {
        <div class="two-phase-commit-sequence">
            <div ref={window} class="two-phase-commit-sequence-window" tabindex="0" role="group"
                aria-label="Sequence diagram, newest at the bottom; its content is in the tables" {onscroll} {onkeydown}>
                { heads(frame, &columns) }
                <svg viewBox={format!("0 0 {wide:.0} {height:.0}")} width={px(wide)} height={px(height)}
                    aria-hidden="true">
                    <Chart diagram={diagram.clone()} arrows={frame.arrows.clone()} columns={columns.clone()} />
                    { for under_way(frame, &diagram, &columns) }
                </svg>
            </div>
            if is_left_behind {
                <button type="button" class="two-phase-commit-newest" onclick={on_newest}>
                    { "↓ Newest" }
                </button>
            }
        </div>
    }
}

/// The nodes' names above the lifelines, where they stay when the diagram is scrolled.
fn heads(frame: &Frame, columns: &Columns) -> Html {
    let width = columns.width;
    let head = |node: &playground_core::two_phase_commit::NodeView| {
        let x = columns.x(column(node.id));
        let class = if node.is_up { "column-name" } else { "column-name is-bad" };
        html! {
            <>
                { sign_at(sign(node.place), (x, 11.0), 6.5) }
                { text(class, (x, 29.0), node.place.title()) }
            </>
        }
    };
    html! {
        <svg class="two-phase-commit-sequence-heads" viewBox={format!("0 0 {width:.0} 40")}
            width={px(width)} height="40" aria-hidden="true">
            { for frame.nodes.iter().map(head) }
        </svg>
    }
}

/// The messages that have not arrived: as far as they have got.
fn under_way(frame: &Frame, diagram: &Diagram, columns: &Columns) -> Vec<Html> {
    let open = diagram.lines.iter().filter(|line| line.end.is_none());
    let drawn = open.filter_map(|line| {
        let arrow = frame.arrows.get(line.arrow)?;
        let flight = frame.flights.iter().rev().find(|flight| flight.id == arrow.flight)?;
        let (from, to) = columns.way(arrow, line.start);
        // It ends, so far, in the row after the last.
        let end_y = (diagram.rows as f64 + 1.0) * ROW;
        let progress = flight.progress.clamp(0.06, 1.0);
        let tip = (from.0 + (to - from.0) * progress, from.1 + (end_y - from.1) * progress);
        let (class, _) = tone(&arrow.message);
        let class = format!("two-phase-commit-arrow is-under-way {class}");
        Some(html! { <g key={arrow.flight}><path {class} d={line_path(from, tip)} /></g> })
    });
    drawn.collect()
}
