//! Links between the cards, and the messages on them.

use super::card::{px, text};
use super::geometry::{CHIP, Lane, Places, chip_width, spread, text_width};
use super::signs::{self, mark};
use super::words::{message_name, node_name};
use crate::components::{Control, Subject};
use playground_core::sim::{LossReason, NodeId, Span};
use playground_core::two_phase_commit::{
    Arrow, ArrowEnd, FlightView, Frame, Message, Outcome, Pace, Vote,
};
use yew::prelude::*;

/// For how long it is to be seen where a message was lost.
pub const SHOWN_LOST: Span = Span::from_ms(1_400);
/// The height of what a finger has to meet.
const REACH: f64 = 44.0;
/// How far messages in the same place are moved apart.
const APART: f64 = CHIP + 3.0;

/// What a message is at a glance: its colour, and a shape before its name.
pub fn tone(message: &Message) -> (&'static str, &'static str) {
    match message {
        Message::Prepare { .. } | Message::CommitInOnePhase { .. } => ("is-asking", signs::LOZENGE),
        Message::Inquiry { .. } => ("is-inquiry", signs::CLOCK),
        Message::Voted { vote: Vote::No(_), .. } => ("is-no", signs::CROSS),
        Message::Decision { outcome: Outcome::Aborted, .. }
        | Message::Concluded { outcome: Outcome::Aborted, .. } => ("is-no", signs::CROSS),
        Message::Acknowledged { .. } => ("is-ack", signs::SQUARE),
        Message::Voted { .. } | Message::Decision { .. } | Message::Concluded { .. } => {
            ("is-yes", signs::TICK)
        }
    }
}

/// The links, whole or cut.
pub fn links(frame: &Frame, places: &Places) -> Html {
    let ids: Vec<NodeId> = frame.nodes.iter().map(|node| node.id).collect();
    let pairs = ids.iter().flat_map(|a| ids.iter().filter(move |b| *b != a).map(move |b| (*a, *b)));
    let is_isolated = |id: NodeId| frame.node(id).is_some_and(|node| node.is_isolated);
    let link = |(from, to): (NodeId, NodeId)| {
        let lane = places.lane(from, to)?;
        let is_cut = is_isolated(from) || is_isolated(to);
        Some(html! {
            <>
                <path class={classes!("two-phase-commit-link", is_cut.then_some("is-cut"))} d={lane.path()} />
                { head(&lane) }
                if is_cut {
                    { mark("is-cross", signs::CROSS, lane.at(0.5), 6.0) }
                }
            </>
        })
    };
    // What the lower lanes are for is not obvious: they are empty nearly always.
    let peers = ids.get(1).zip(ids.get(2..)).and_then(|(a, rest)| places.lane(*a, *rest.last()?));
    let caption = peers.map(|lane| {
        let (x, y) = lane.at(0.5);
        text("small is-middle", (x, y + CHIP * 0.6), "they ask each other when in doubt")
    });
    html! { <g aria-hidden="true">{ for pairs.filter_map(link) }{ caption }</g> }
}

/// The arrow's head at the end of a lane.
fn head(lane: &Lane) -> Html {
    let ((x, y), before) = (lane.at(1.0), lane.at(0.9));
    let length = (x - before.0).hypot(y - before.1).max(0.1);
    let (dx, dy) = ((x - before.0) / length * 6.0, (y - before.1) / length * 6.0);
    let (left_x, left_y) = (x - dx - dy * 0.6, y - dy + dx * 0.6);
    let (right_x, right_y) = (x - dx + dy * 0.6, y - dy - dx * 0.6);
    html! {
        <path class="two-phase-commit-link-head"
            d={format!("M{left_x:.1} {left_y:.1}L{x:.1} {y:.1}L{right_x:.1} {right_y:.1}")} />
    }
}

/// The messages under way, each a button where something can be done to it.
pub fn flights(
    frame: &Frame,
    places: &Places,
    is_reduced: bool,
    control: impl Fn(Subject) -> Control,
) -> Vec<Html> {
    let mut drawn = Vec::with_capacity(frame.flights.len());
    for (index, flight) in frame.flights.iter().enumerate() {
        let on_lane: Vec<(usize, &FlightView)> = frame.flights.iter().enumerate().collect();
        let is_same = |it: &&(usize, &FlightView)| (it.1.from, it.1.to) == (flight.from, flight.to);
        let on_lane: Vec<&(usize, &FlightView)> = on_lane.iter().filter(is_same).collect();
        let Some(lane) = places.lane(flight.from, flight.to) else { continue };
        let length = lane.length();
        let mut along: Vec<f64> =
            on_lane.iter().map(|it| seen(it.1.progress, is_reduced) * length).collect();
        let wide = chip_width(message_name(&flight.message)) + 4.0;
        // On a level lane they stand beside each other, on an upright one above each other.
        spread(&mut along, if is_level(&lane) { wide } else { APART }, length);
        let Some(rank) = on_lane.iter().position(|it| it.0 == index) else { continue };
        let place = lane.at(along[rank] / length.max(1.0));
        drawn.push(chip(frame, flight, place, control(Subject::Flight(flight.id))));
    }
    drawn
}

fn is_level(lane: &Lane) -> bool {
    (lane.at(0.0).1 - lane.at(1.0).1).abs() < 1.0
}

/// With less motion wanted, a message is here, then there, then there.
fn seen(progress: f64, is_reduced: bool) -> f64 {
    if is_reduced { ((progress * 3.0).floor().min(2.0) + 0.5) / 3.0 } else { progress }
}

fn chip(frame: &Frame, flight: &FlightView, (x, y): (f64, f64), control: Control) -> Html {
    let name = message_name(&flight.message);
    let (class, shape) = tone(&flight.message);
    let wide = chip_width(name);
    let (from, to) = (node_name(frame, flight.from), node_name(frame, flight.to));
    let label = format!("Message “{name}” from {from} to {to}, {}", flight.message.tx());
    let content = html! {
        <g transform={format!("translate({x:.1} {y:.1})")}>
            if control != Control::None {
                <rect class="two-phase-commit-chip-reach" x={px(-wide / 2.0 - 4.0)} y={px(-REACH / 2.0)}
                    width={px(wide + 8.0)} height={px(REACH)} />
            }
            <rect class="two-phase-commit-chip-ground" x={px(-wide / 2.0)} y={px(-CHIP / 2.0)} width={px(wide)}
                height={px(CHIP)} rx="12" />
            { mark("is-chip", shape, (-wide / 2.0 + 12.0, 0.0), 4.5) }
            { text("chip-name", (-wide / 2.0 + 21.0, 0.5), name) }
        </g>
    };
    let class = classes!("two-phase-commit-chip", class);
    Subject::Flight(flight.id).group((label, class), control, content)
}

/// Where messages have just been lost.
pub fn losses(frame: &Frame, places: &Places) -> Html {
    let recent = frame.arrows.iter().rev().take(24).filter_map(|arrow| {
        let (at, ArrowEnd::Lost(reason)) = arrow.end? else { return None };
        let is_recent = frame.now >= at && frame.now.since(at) < SHOWN_LOST;
        let lane = is_recent.then(|| places.lane(arrow.from, arrow.to)).flatten()?;
        let (x, y) = lane.at(lost_at(frame, arrow, reason));
        let name = message_name(&arrow.message);
        let words = format!("{name} {}", lost_how(reason));
        let half = text_width(&words) / 2.0;
        // Where it came from there is room; on a level lane, beside the cross.
        let beside = if is_level(&lane) { half + 12.0 } else { 0.0 };
        let text_x = (x + beside).clamp(half, (places.width - half).max(half));
        let from_above = if lane.at(0.0).1 < y { -17.0 } else { 17.0 };
        let text_y = if is_level(&lane) { y } else { y + from_above };
        Some(html! {
            <g key={arrow.flight}>
                { mark("is-cross is-halo", signs::CROSS, (x, y), 7.0) }
                { mark("is-cross", signs::CROSS, (x, y), 7.0) }
                { text("loss", (text_x, text_y), words) }
            </g>
        })
    });
    html! { <g aria-hidden="true">{ for recent }</g> }
}

/// How a message got lost, in a word or two.
fn lost_how(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Chance | LossReason::Dropped => "lost",
        LossReason::Partition => "cut off",
        LossReason::ReceiverDown => "unheard",
    }
}

/// How far a lost message got, as far as that can be told.
fn lost_at(frame: &Frame, arrow: &Arrow, reason: LossReason) -> f64 {
    let (Some((at, _)), Some(scenario)) = (arrow.end, &frame.scenario) else { return 0.5 };
    match reason {
        LossReason::ReceiverDown => 1.0,
        LossReason::Chance | LossReason::Partition => 0.5,
        LossReason::Dropped if scenario.pace == Pace::ByHand => 0.5,
        LossReason::Dropped => {
            let (least, most) = scenario.latency_ms;
            let usual = Span::from_ms(u64::from(least.midpoint(most)));
            at.progress(arrow.sent_at, arrow.sent_at + usual).min(0.95)
        }
    }
}
