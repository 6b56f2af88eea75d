//! The connections between server and tabs, and the packets on them.

use super::cards::index_of;
use super::geometry::{CHIP, Lane, Places, chip_width, spread};
use super::packets::{packet_name, packet_words, tone};
use super::signs::{self, mark, px, text};
use super::words::node_title;
use crate::components::{Control, Subject};
use playground_core::chat::{Body, Connection, FlightView, Frame, SERVER};
use playground_core::sim::{LossReason, NodeId};
use yew::prelude::*;

/// The height of what a finger has to meet.
const REACH: f64 = 40.0;
/// How far packets in the same place are moved apart.
const APART: f64 = CHIP + 2.0;

/// Whether a packet is drawn: those that only keep a connection going would hide the others.
fn is_drawn(flight: &FlightView) -> bool {
    !matches!(flight.packet.body, Body::Read(_) | Body::Ping | Body::Pong(_))
}

fn lane(places: &Places, from: NodeId, to: NodeId) -> Option<Lane> {
    let is_up = to == SERVER;
    places.lane(index_of(if is_up { from } else { to })?, is_up)
}

/// The connections: drawn where there is one.
pub fn lines(frame: &Frame, places: &Places) -> Html {
    let each = frame.tabs.iter().enumerate().flat_map(|(number, tab)| {
        let is_there = tab.is_open && tab.is_online && frame.server.is_up;
        let class = match tab.connection {
            Connection::Up if is_there => "chat-line-of is-up",
            _ => "chat-line-of",
        };
        [true, false].into_iter().filter_map(move |is_up| {
            let lane = places.lane(number, is_up)?;
            let [from, to] = [lane.from, lane.to].map(|(x, y)| format!("{x:.1} {y:.1}"));
            Some(html! { <path {class} d={format!("M{from}L{to}")} /> })
        })
    });
    html! { <g aria-hidden="true">{ for each }</g> }
}

/// The packets under way, each a button where something can be done to it.
pub fn flights(
    frame: &Frame,
    places: &Places,
    is_reduced: bool,
    control: impl Fn(Subject) -> Control,
) -> Vec<Html> {
    let shown: Vec<&FlightView> = frame.flights.iter().filter(|it| is_drawn(it)).collect();
    let mut drawn = Vec::with_capacity(shown.len());
    for flight in &shown {
        let Some(lane) = lane(places, flight.from, flight.to) else { continue };
        let on_lane = || shown.iter().filter(|it| (it.from, it.to) == (flight.from, flight.to));
        let length = lane.length();
        let mut along: Vec<f64> =
            on_lane().map(|it| seen(it.progress, is_reduced) * length).collect();
        spread(&mut along, APART, length);
        let Some(rank) = on_lane().position(|it| it.id == flight.id) else { continue };
        let place = lane.at(along[rank] / length.max(1.0));
        drawn.push(chip(frame, flight, places, place, control(Subject::Flight(flight.id))));
    }
    drawn
}

/// With less motion wanted, a packet is here, then there, then there.
fn seen(progress: f64, is_reduced: bool) -> f64 {
    if is_reduced { ((progress * 3.0).floor().min(2.0) + 0.5) / 3.0 } else { progress }
}

fn chip(
    frame: &Frame,
    flight: &FlightView,
    places: &Places,
    (x, y): (f64, f64),
    control: Control,
) -> Html {
    let body = &flight.packet.body;
    let tone = tone(body);
    let name = if places.is_roomy() { packet_name(body) } else { String::new() };
    let wide = chip_width(&name);
    let x = x.clamp(wide / 2.0 + 1.0, (places.width - wide / 2.0 - 1.0).max(wide / 2.0 + 1.0));
    let label = format!(
        "{} to {}: {}",
        node_title(frame, flight.from),
        node_title(frame, flight.to),
        packet_words(body)
    );
    let content = html! {
        <g transform={format!("translate({x:.1} {y:.1})")}>
            if control != Control::None {
                <rect class="chat-chip-reach" x={px(-wide / 2.0)} y={px(-REACH / 2.0)} width={px(wide)}
                    height={px(REACH)} />
            }
            <rect class="chat-chip-ground" x={px(-wide / 2.0)} y={px(-CHIP / 2.0)} width={px(wide)}
                height={px(CHIP)} rx="11.5" />
            { mark("is-chip", tone.shape(), (-wide / 2.0 + if name.is_empty() { 13.0 } else { 12.0 }, 0.0), 4.5) }
            { text("chip-name", (-wide / 2.0 + 20.0, 0.5), name) }
        </g>
    };
    Subject::Flight(flight.id).group((label, classes!("chat-chip", tone.class())), control, content)
}

/// Where packets have just been lost.
pub fn losses(frame: &Frame, places: &Places) -> Html {
    let recent = frame.losses.iter().filter_map(|loss| {
        let lane = lane(places, loss.from, loss.to)?;
        let (x, y) = lane.at(if loss.reason == LossReason::ReceiverDown { 1.0 } else { 0.5 });
        let word = match loss.reason {
            LossReason::Chance | LossReason::Dropped => "lost",
            LossReason::Partition => "cut off",
            LossReason::ReceiverDown => "unheard",
        };
        Some(html! {
            <g key={loss.id}>
                { mark("is-cross is-halo", signs::CROSS, (x, y), 7.0) }
                { mark("is-cross", signs::CROSS, (x, y), 7.0) }
                { text("loss", (x, y + 17.0), word) }
            </g>
        })
    });
    html! { <g aria-hidden="true">{ for recent }</g> }
}
