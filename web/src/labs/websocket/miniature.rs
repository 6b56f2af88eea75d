//! The lab as a small moving picture without words, for the front door.

use super::fields::tone;
use super::wire::px;
use crate::components::use_seen;
use crate::player::{Start, use_player};
use crate::theme::use_reduced_motion;
use playground_core::websocket::annotate::FieldKind;
use playground_core::websocket::lab::ChunkView;
use playground_core::websocket::scenarios;
use playground_core::websocket::wire::Direction;
use yew::prelude::*;

/// The picture is a square of 300: the client above, the server below.
const TOP: f64 = 62.0;
const BOTTOM: f64 = 238.0;
/// A byte's square.
const BYTE: f64 = 13.0;
const MOST_BYTES: usize = 8;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    let is_reduced = use_reduced_motion();
    let frame = player.frame();
    let is_over = frame.ending.is_some();
    let wire = |x: f64| {
        let class = classes!("websocket-wire", is_over.then_some("is-cut"));
        html! { <line {class} x1={px(x)} x2={px(x)} y1={px(TOP)} y2={px(BOTTOM)} /> }
    };
    let side = |y: f64, count: usize| {
        // Each message that was delivered is a mark on the side that got it.
        let marks = (0..count.min(9)).map(|number| {
            let x = 66.0 + number as f64 * 19.0;
            html! { <circle key={number} class="websocket-got" cx={px(x)} cy={px(y + 22.0)} r="5" /> }
        });
        html! {
            <>
                <rect class="websocket-side-ground" x="46" y={px(y)} width="208" height="44" rx="5" />
                { for marks }
            </>
        }
    };
    html! {
        <div ref={root} class="websocket-miniature">
            <svg viewBox="0 0 300 300" role="img"
                aria-label="Bytes go back and forth between a client and a server">
                { wire(105.0) }
                { wire(195.0) }
                { side(TOP - 44.0, frame.client.delivered.len()) }
                { side(BOTTOM, frame.server.delivered.len()) }
                { for frame.in_flight.iter().map(|chunk| bytes(chunk, is_reduced)) }
            </svg>
        </div>
    }
}

fn bytes(chunk: &ChunkView, is_reduced: bool) -> Html {
    let progress = if is_reduced { 0.5 } else { chunk.progress };
    let way = BOTTOM - TOP - BYTE - 12.0;
    let (x, y) = match chunk.direction {
        Direction::ToServer => (105.0, TOP + 6.0 + way * progress),
        Direction::ToClient => (195.0, BOTTOM - 6.0 - BYTE - way * progress),
    };
    let count = chunk.bytes.len().clamp(1, MOST_BYTES);
    let left = (x - count as f64 * BYTE / 2.0).clamp(4.0, 296.0 - count as f64 * BYTE);
    let square = |index: usize| {
        let bit = index * 8 + 7;
        let kind = chunk.fields.iter().find(|field| field.bits.contains(&bit));
        let class = kind.map_or("", |field| tone(field.kind));
        // A line of text is no field with a colour of its own here.
        let is_text = kind.is_some_and(|field| matches!(field.kind, FieldKind::Line(_)));
        let class = classes!("websocket-square", class, is_text.then_some("is-text"));
        html! {
            <rect key={index} {class} x={px(left + index as f64 * BYTE + 1.0)} y={px(y)} width={px(BYTE - 2.0)}
                height={px(BYTE)} />
        }
    };
    html! { <g key={chunk.id}>{ for (0..count).map(square) }</g> }
}
