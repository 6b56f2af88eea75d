//! The links between workers and the registry, and the messages on them.

use super::geometry::Places;
use super::signs::{CROSS, mark, px};
use super::words::{message_name, message_text, node_name};
use crate::components::{Control, Subject};
use playground_core::unique_id::lab::{FlightView, Frame, Message, Node};
use yew::prelude::*;

/// The height of a message.
const CHIP: f64 = 20.0;
/// The width of a letter of small text, roughly: no measuring before drawing.
const LETTER: f64 = 6.4;

/// The links, those that are cut with a cross.
pub fn links(frame: &Frame, places: &Places) -> Html {
    if places.registry.height == 0.0 {
        return Html::default();
    }
    let links = frame.workers.iter().filter_map(|view| {
        let (from, to) = places.way(Node::Worker(view.worker), Node::Registry)?;
        let class = if view.is_cut { "unique-id-wire is-cut" } else { "unique-id-wire" };
        let middle = at((from, to), 0.5);
        Some(html! {
            <g key={view.worker.to_string()}>
                <path {class} d={format!("M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1)} />
                if view.is_cut {
                    { mark("unique-id-mark is-cross", CROSS, middle, 7.0) }
                }
            </g>
        })
    });
    html! { <g aria-hidden="true">{ for links }</g> }
}

fn at((from, to): ((f64, f64), (f64, f64)), progress: f64) -> (f64, f64) {
    (from.0 + (to.0 - from.0) * progress, from.1 + (to.1 - from.1) * progress)
}

/// With less motion wanted, a message is here, then there, then there.
fn seen(progress: f64, is_reduced: bool) -> f64 {
    if is_reduced { ((progress * 3.0).floor().min(2.0) + 0.5) / 3.0 } else { progress }
}

/// The messages, each a button where something can be done to it.
pub fn flights(
    frame: &Frame,
    places: &Places,
    is_reduced: bool,
    control: impl Fn(Subject) -> Control,
) -> Vec<Html> {
    let drawn = frame.flights.iter().filter_map(|flight| {
        let way = places.way(flight.from, flight.to)?;
        let subject = Subject::Flight(flight.id);
        Some(chip(
            frame,
            places,
            flight,
            at(way, seen(flight.progress, is_reduced)),
            control(subject),
        ))
    });
    drawn.collect()
}

fn chip(
    frame: &Frame,
    places: &Places,
    flight: &FlightView,
    (x, y): (f64, f64),
    control: Control,
) -> Html {
    let name = message_name(&flight.message);
    let width = name.chars().count() as f64 * LETTER + 14.0;
    let left = (x - width / 2.0).clamp(0.0, (places.width - width).max(0.0));
    let class = match flight.message {
        Message::Granted(_) => "unique-id-flight is-granting",
        Message::Refused(_) => "unique-id-flight is-refusing",
        _ => "unique-id-flight",
    };
    let label = format!(
        "{} From {} to {}",
        message_text(frame, &flight.message),
        node_name(flight.from),
        node_name(flight.to)
    );
    let content = html! {
        <>
            <rect class="unique-id-reach" x={px(left - 4.0)} y={px(y - 18.0)} width={px(width + 8.0)} height="36" />
            <rect class="unique-id-chip" x={px(left)} y={px(y - CHIP / 2.0)} width={px(width)} height={px(CHIP)} rx="10" />
            <text class="unique-id-chip-name" x={px(left + width / 2.0)} y={px(y + 0.5)}>{ name }</text>
        </>
    };
    Subject::Flight(flight.id).group((label, classes!(class)), control, content)
}
