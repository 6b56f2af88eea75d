//! The lines that are in use, and what travels on them.

use super::geometry::{Map, Way};
use super::signs::{self, mark, px};
use super::words::{cargo_text, node_name, sentence};
use crate::components::{Control, Subject};
use playground_core::cdn::lab::{Cargo, FlightView, Frame, Node};
use yew::prelude::*;

/// More messages than this are only dots that cannot be chosen: nobody could.
const MOST_BUTTONS: usize = 40;
/// The radius of what a finger has to meet.
const REACH: f64 = 14.0;

/// What a message is at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Line,
    Asks,
    Asks304,
    Brings,
    Confirms,
    Refuses,
    Forgets,
}

fn tone(cargo: Cargo) -> Tone {
    match cargo {
        Cargo::Handshake(_) => Tone::Line,
        Cargo::Request { is_conditional: false, .. } => Tone::Asks,
        Cargo::Request { is_conditional: true, .. } => Tone::Asks304,
        Cargo::Response { status: 304, .. } | Cargo::Purged => Tone::Confirms,
        Cargo::Response { status: 200..=299, .. } => Tone::Brings,
        Cargo::Response { .. } | Cargo::Reset => Tone::Refuses,
        Cargo::Purge { .. } => Tone::Forgets,
    }
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Line => "is-line",
            Tone::Asks | Tone::Asks304 => "is-asking",
            Tone::Brings => "is-bringing",
            Tone::Confirms => "is-confirming",
            Tone::Refuses => "is-refusing",
            Tone::Forgets => "is-forgetting",
        }
    }
}

/// Between whom a request of each reader would go: lines that are always there.
pub fn lines(frame: &Frame, map: &Map) -> Html {
    let to_edge =
        frame.readers.iter().zip(0..).filter_map(|(reader, number)| {
            map.way(Node::Reader(number), Node::Edge(reader.edge?, 0))
        });
    let above = |node: Node| match frame.shield {
        Some(_) if frame.settings.shield && node != Node::Shield => Node::Shield,
        _ => Node::Origin,
    };
    let caches = (0..frame.edges.len() as u8).map(|edge| Node::Edge(edge, 0));
    let caches = caches.chain(frame.shield.iter().map(|_| Node::Shield));
    let to_origin = caches.filter_map(|node| map.way(node, above(node)));
    let path = |way: Way| html! { <path class="cdn-line" d={way.path()} /> };
    html! { <g aria-hidden="true">{ for to_edge.chain(to_origin).map(path) }</g> }
}

/// What is under way, each a button where something can be done to it.
pub fn flights(
    frame: &Frame,
    map: &Map,
    is_reduced: bool,
    control: impl Fn(Subject) -> Control,
) -> Vec<Html> {
    let is_crowd = frame.flights.len() > MOST_BUTTONS;
    let drawn = frame.flights.iter().filter_map(|flight| {
        let way = map.way(flight.from, flight.to)?;
        let is_button = flight.can_be_dropped && (!is_crowd || flight.exchange.is_some());
        let subject = Subject::Flight(flight.id);
        let control = if is_button { control(subject) } else { Control::None };
        Some(drawing(frame, flight, &way, is_reduced, is_crowd, control))
    });
    drawn.collect()
}

/// With less motion wanted, a message is here, then there, then there.
fn seen(progress: f64, is_reduced: bool) -> f64 {
    if is_reduced { ((progress * 3.0).floor().min(2.0) + 0.5) / 3.0 } else { progress }
}

fn drawing(
    frame: &Frame,
    flight: &FlightView,
    way: &Way,
    is_reduced: bool,
    is_crowd: bool,
    control: Control,
) -> Html {
    let tone = tone(flight.cargo);
    let (head, tail) = (seen(flight.head, is_reduced), seen(flight.tail, is_reduced));
    let at = way.at(head);
    let radius = if is_crowd { 3.0 } else { 5.0 };
    let content = html! {
        <>
            if control != Control::None {
                <circle class="cdn-reach" cx={px(at.0)} cy={px(at.1)} r={px(REACH)} />
            }
            if head - tail > 0.002 {
                <path class="cdn-trail-halo" d={way.part(tail, head)} />
                <path class="cdn-trail" d={way.part(tail, head)} />
            }
            { head_of(tone, at, radius, way.degrees(head)) }
            if control == Control::Open {
                <circle class="cdn-ring is-shown" cx={px(at.0)} cy={px(at.1)} r="11" />
            } else if control == Control::Closed {
                <circle class="cdn-ring" cx={px(at.0)} cy={px(at.1)} r="11" />
            }
        </>
    };
    let label = format!(
        "{} From {} to {}",
        sentence(&cargo_text(frame, flight.cargo)),
        node_name(frame, flight.from),
        node_name(frame, flight.to)
    );
    Subject::Flight(flight.id).group(
        (label, classes!("cdn-flight", tone.class())),
        control,
        content,
    )
}

/// The mark at the head of a message.
fn head_of(tone: Tone, at: (f64, f64), radius: f64, degrees: f64) -> Html {
    let dot = |class: &'static str| {
        html! { <circle {class} cx={px(at.0)} cy={px(at.1)} r={px(radius)} /> }
    };
    match tone {
        Tone::Line => mark("is-head is-dash", signs::DASH, at, radius, degrees),
        Tone::Asks => mark("is-head is-filled", signs::ARROW, at, radius + 1.0, degrees),
        Tone::Asks304 => mark("is-head is-hollow", signs::ARROW, at, radius + 1.0, degrees),
        Tone::Brings => dot("cdn-parcel"),
        Tone::Confirms => dot("cdn-parcel is-hollow"),
        Tone::Refuses | Tone::Forgets => html! {
            <>
                { dot("cdn-parcel is-hollow") }
                { mark("is-head is-cross", signs::CROSS, at, radius * 0.6, 0.0) }
            </>
        },
    }
}
