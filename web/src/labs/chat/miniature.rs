//! The lab as a small moving picture without words, for the front door.

use super::packets::tone;
use super::people::sign_of;
use super::signs::{self, mark, px, sign_at};
use crate::components::use_seen;
use crate::player::{Start, use_player};
use crate::theme::use_reduced_motion;
use playground_core::chat::{Body, FlightView, Frame, LOBBY, SERVER, TabView, scenarios};
use std::f64::consts::TAU;
use yew::prelude::*;

/// The middle of the server, in a square of 300.
const MIDDLE: (f64, f64) = (150.0, 150.0);
/// How far the tabs are from it.
const FAR: f64 = 108.0;
/// The size of a tab.
const TAB: (f64, f64) = (66.0, 52.0);
/// How many messages of a tab are shown.
const SHOWN: usize = 8;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    let is_reduced = use_reduced_motion();
    let frame = player.frame();
    let count = frame.tabs.len();
    let line = |number: usize| {
        let (x, y) = place(number, count);
        html! { <path class="chat-line-of is-up" d={format!("M{} {}L{x:.1} {y:.1}", MIDDLE.0, MIDDLE.1)} /> }
    };
    html! {
        <div ref={root} class="chat-miniature">
            <svg viewBox="0 0 300 300" role="img"
                aria-label="Four tabs around a server; a message goes to the server and from there to all of them">
                { for (0..count).map(line) }
                { server(&frame) }
                { for frame.tabs.iter().enumerate().map(|(number, tab)| tab_html(tab, place(number, count))) }
                { for frame.flights.iter().filter_map(|flight| packet(flight, count, is_reduced)) }
            </svg>
        </div>
    }
}

fn place(number: usize, count: usize) -> (f64, f64) {
    let angle = TAU * (number as f64 + 0.5) / count.max(1) as f64 - TAU / 4.0;
    (MIDDLE.0 + angle.cos() * FAR, MIDDLE.1 + angle.sin() * FAR)
}

fn server(frame: &Frame) -> Html {
    let class = if frame.server.is_up { "chat-card-ground" } else { "chat-card-ground is-cut" };
    let room = frame.server.rooms.iter().find(|room| &*room.name == LOBBY);
    let stored = room.map_or(0, |room| room.messages.len()).min(5);
    let disk = |number: usize| {
        let x = MIDDLE.0 + 13.0 * (number as f64 - (stored as f64 - 1.0) / 2.0);
        mark("is-disk", signs::DISK, (x, MIDDLE.1), 5.0)
    };
    html! {
        <>
            <rect {class} x={px(MIDDLE.0 - 40.0)} y={px(MIDDLE.1 - 24.0)} width="80" height="48" rx="8" />
            { for (0..stored).map(disk) }
        </>
    }
}

fn tab_html(tab: &TabView, (x, y): (f64, f64)) -> Html {
    let lobby = tab.threads.iter().find(|thread| &*thread.thread == LOBBY);
    let lines = lobby.map_or(&[][..], |thread| &thread.lines);
    let lines = &lines[lines.len().saturating_sub(SHOWN)..];
    let line = |(number, line): (usize, &playground_core::chat::Line)| {
        let at = (x - 21.0 + 14.0 * (number % 4) as f64, y - 2.0 + 14.0 * (number / 4) as f64);
        sign_at(sign_of(&line.from), at, 4.5)
    };
    html! {
        <g class="chat-card">
            <rect class="chat-card-ground" x={px(x - TAB.0 / 2.0)} y={px(y - TAB.1 / 2.0)} width={px(TAB.0)}
                height={px(TAB.1)} rx="6" />
            <path class="chat-line-of is-up" d={format!("M{:.1} {:.1}h{}", x - TAB.0 / 2.0, y - 12.0, TAB.0)} />
            { for lines.iter().enumerate().map(line) }
        </g>
    }
}

fn packet(flight: &FlightView, count: usize, is_reduced: bool) -> Option<Html> {
    if matches!(flight.packet.body, Body::Read(_) | Body::Ping | Body::Pong(_)) {
        return None;
    }
    let tab = if flight.to == SERVER { flight.from } else { flight.to };
    let edge = place(usize::from(tab.0).checked_sub(1)?, count);
    let progress = if is_reduced { 0.5 } else { flight.progress };
    let way = if flight.to == SERVER { 1.0 - progress } else { progress };
    let (x, y) = (MIDDLE.0 + (edge.0 - MIDDLE.0) * way, MIDDLE.1 + (edge.1 - MIDDLE.1) * way);
    let tone = tone(&flight.packet.body);
    Some(html! {
        <g key={flight.id} class={format!("chat-chip {}", tone.class())}>
            <circle class="chat-chip-ground" cx={px(x)} cy={px(y)} r="10" />
            { mark("is-chip", tone.shape(), (x, y), 4.5) }
        </g>
    })
}
