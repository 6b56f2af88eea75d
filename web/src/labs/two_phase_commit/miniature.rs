//! The lab as a small moving picture without words, for the front door.

use super::signs::{self, mark, sign, sign_at};
use super::traffic::tone;
use crate::components::use_seen;
use crate::player::{Start, use_player};
use crate::theme::use_reduced_motion;
use playground_core::sim::{Durability, NodeId};
use playground_core::two_phase_commit::{
    COORDINATOR, FlightView, Frame, NodeView, RecordView, scenarios,
};
use yew::prelude::*;

/// Where the nodes stand in a square of 300.
const PLACES: [(f64, f64); 3] = [(150.0, 64.0), (60.0, 216.0), (240.0, 216.0)];
/// A node's radius.
const RADIUS: f64 = 34.0;
/// How many records of a log are shown.
const RECORDS: usize = 5;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    let is_reduced = use_reduced_motion();
    let frame = player.frame();
    let pairs = [(0, 1), (0, 2)];
    let link = |(a, b): (usize, usize)| {
        let (from, to) = way(PLACES[a], PLACES[b]);
        html! { <path class="two-phase-commit-link" d={format!("M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1)} /> }
    };
    html! {
        <div ref={root} class="two-phase-commit-miniature">
            <svg viewBox="0 0 300 300" role="img"
                aria-label="A coordinator and two participants send each other messages and write into their logs">
                { for pairs.into_iter().map(link) }
                { for frame.nodes.iter().map(node_html) }
                { for frame.flights.iter().map(|flight| message_html(flight, is_reduced)) }
                { losses(&frame) }
            </svg>
        </div>
    }
}

fn place(node: NodeId) -> (f64, f64) {
    PLACES.get(usize::from(node.0)).copied().unwrap_or_default()
}

/// From the edge of one node to the edge of another.
fn way(from: (f64, f64), to: (f64, f64)) -> ((f64, f64), (f64, f64)) {
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    let share = (RADIUS + 6.0) / length;
    let mix = |share: f64| (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
    (mix(share), mix(1.0 - share))
}

fn node_html(node: &NodeView) -> Html {
    let (x, y) = place(node.id);
    let class = if node.is_up { "two-phase-commit-disc" } else { "two-phase-commit-disc is-down" };
    // Below the coordinator, messages come and go.
    let log_y = y + (RADIUS + 16.0) * if node.id == COORDINATOR { -1.0 } else { 1.0 };
    html! {
        <g key={node.id.0}>
            <circle {class} cx={x.to_string()} cy={y.to_string()} r={RADIUS.to_string()} />
            if node.is_up {
                { sign_at(sign(node.place), (x, y), 17.0) }
            } else {
                { mark("is-cross", signs::CROSS, (x, y), 13.0) }
            }
            if !node.doubts.is_empty() {
                { mark("is-lock is-halo", signs::LOCK, (x + 27.0, y - 25.0), 13.0) }
                { mark("is-lock", signs::LOCK, (x + 27.0, y - 25.0), 11.0) }
            }
            { log_html(node, (x, log_y)) }
        </g>
    }
}

/// The end of its log: a square a record, filled once it is on the disk.
fn log_html(node: &NodeView, (x, y): (f64, f64)) -> Html {
    let first = node.log.len().saturating_sub(RECORDS);
    let middle = (node.log.len() - first) as f64 / 2.0 - 0.5;
    let square = |(number, record): (usize, &RecordView)| {
        let class = match (record.durability, number < node.durable) {
            (Durability::Forced, true) => "is-record",
            (Durability::Forced, false) => "is-record is-pending",
            (Durability::Lazy, _) => "is-record is-lazy",
        };
        let x = x + 15.0 * ((number - first) as f64 - middle);
        mark(class, signs::SQUARE, (x, y), 6.5)
    };
    html! { { for node.log.iter().enumerate().skip(first).map(square) } }
}

fn message_html(flight: &FlightView, is_reduced: bool) -> Html {
    let (from, to) = way(place(flight.from), place(flight.to));
    let progress = if is_reduced { 0.5 } else { flight.progress };
    let (x, y) = (from.0 + (to.0 - from.0) * progress, from.1 + (to.1 - from.1) * progress);
    let (class, shape) = tone(&flight.message);
    html! {
        <g key={flight.id} class={format!("two-phase-commit-chip {class}")}>
            <circle class="two-phase-commit-chip-ground" cx={format!("{x:.1}")} cy={format!("{y:.1}")} r="12" />
            { mark("is-chip", shape, (x, y), 5.5) }
        </g>
    }
}

/// A participant that asks a coordinator that is down gets no answer: its message ends there.
fn losses(frame: &Frame) -> Html {
    let lost = frame.arrows.iter().rev().take(8).filter_map(|arrow| {
        let (at, playground_core::two_phase_commit::ArrowEnd::Lost(_)) = arrow.end? else {
            return None;
        };
        let is_recent = frame.now >= at && frame.now.since(at).as_ms_f64() < 900.0;
        let (_, end) = way(place(arrow.from), place(arrow.to));
        is_recent.then(|| mark("is-cross", signs::CROSS, end, 8.0))
    });
    html! { { for lost } }
}
