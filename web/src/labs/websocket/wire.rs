//! Segments on their way, drawn with their first bytes in the colours of their fields.

use super::fields::tone;
use super::geometry::{CELL, Layout, MARK, PAD, Rect};
use super::words::chunk_name;
pub use crate::components::px;
use crate::components::{Subject, grouped};
use playground_core::websocket::lab::{ChunkView, Frame};
use playground_core::websocket::wire::Direction;
use yew::prelude::*;

/// Where in a segment's box its bytes begin.
const BYTES_Y: f64 = 20.0;
const CELL_HEIGHT: f64 = 17.0;

/// Both wires and what is on them. What is clicked bears the segment's name.
pub fn wires(
    frame: &Frame,
    layout: &Layout,
    is_interactive: bool,
    is_reduced: bool,
    open: Option<Subject>,
) -> Html {
    let is_cut = frame.ending.is_some();
    let draw = |direction| {
        let (from, to) = layout.wire(direction);
        let (name, is_end) = layout.wire_name(direction);
        let label = match direction {
            Direction::ToServer => "to the server",
            Direction::ToClient => "to the client",
        };
        let class = classes!("websocket-wire", is_cut.then_some("is-cut"));
        html! {
            <>
                <line {class} x1={px(from.0)} y1={px(from.1)} x2={px(to.0)} y2={px(to.1)} />
                { arrow(from, to) }
                <text class={classes!("websocket-wire-name", is_end.then_some("is-end"))} x={px(name.0)} y={px(name.1)}>{ label }</text>
            </>
        }
    };
    let count = |direction| frame.in_flight.iter().filter(|it| it.direction == direction).count();
    let counts = (count(Direction::ToServer), count(Direction::ToClient));
    // The first to arrive is drawn last, above those behind it.
    let chunks = frame.in_flight.iter().rev().map(|chunk| {
        let others = if chunk.direction == Direction::ToServer { counts.0 } else { counts.1 };
        let progress = if is_reduced { in_stops(chunk.progress) } else { chunk.progress };
        let rect = layout.chunk(chunk, progress, others, row_of(frame, chunk));
        chunk_html(chunk, layout, rect, is_interactive, open == Some(Subject::Flight(chunk.id)))
    });
    html! {
        <>
            { draw(Direction::ToServer) }
            { draw(Direction::ToClient) }
            { for chunks }
        </>
    }
}

/// The place of a segment among those that were sent together: they arrive one gap after the other.
fn row_of(frame: &Frame, chunk: &ChunkView) -> usize {
    let ms = chunk.arrives_at.since(chunk.sent_at).0 / 1_000;
    let behind_ms = ms.saturating_sub(u64::from(frame.scenario.latency_ms));
    (behind_ms / u64::from(frame.scenario.gap_ms.max(1))) as usize
}

/// With less motion, a segment stands at one of four places until it has arrived.
fn in_stops(progress: f64) -> f64 {
    ((progress * 4.0).floor().min(3.0) + 0.5) / 4.0
}

fn arrow(from: (f64, f64), to: (f64, f64)) -> Html {
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let point =
        |back: f64, aside: f64| (to.0 - dx * back - dy * aside, to.1 - dy * back + dx * aside);
    let (tip, left, right) = (point(1.0, 0.0), point(9.0, 4.5), point(9.0, -4.5));
    let path = format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        tip.0, tip.1, left.0, left.1, right.0, right.1
    );
    html! { <path class="websocket-wire-end" d={path} /> }
}

fn chunk_html(
    chunk: &ChunkView,
    layout: &Layout,
    rect: Rect,
    is_interactive: bool,
    is_open: bool,
) -> Html {
    let name = chunk_name(chunk);
    let lost = if chunk.losses > 0 { ", lost and sent again" } else { "" };
    let flipped = match chunk.flipped.len() {
        0 => String::new(),
        1 => ", 1 bit flipped".to_owned(),
        count => format!(", {count} bits flipped"),
    };
    let to = if chunk.direction == Direction::ToServer { "server" } else { "client" };
    let said = format!("To the {to}: {name}, {} bytes{flipped}{lost}", chunk.bytes.len());
    let class = classes!(
        "websocket-chunk",
        (!chunk.flipped.is_empty()).then_some("is-flipped"),
        (chunk.losses > 0).then_some("is-lost"),
        is_open.then_some("is-open"),
        is_interactive.then_some("is-interactive"),
    );
    let content =
        if rect.width <= MARK { mark(chunk, rect) } else { cells(chunk, layout, rect, &name) };
    html! {
        <g key={chunk.id} {class} role={is_interactive.then_some("button")}
            tabindex={is_interactive.then_some("0")} aria-label={said}
            aria-haspopup={is_interactive.then_some("dialog")}
            data-subject={is_interactive.then(|| Subject::Flight(chunk.id).key())}>
            { content }
        </g>
    }
}

/// One of many: only where it is, and what it begins with.
fn mark(chunk: &ChunkView, rect: Rect) -> Html {
    html! {
        <rect class={classes!("websocket-mark", tone_at(chunk, 0))} x={px(rect.x)} y={px(rect.y)}
            width={px(rect.width)} height={px(rect.height)} />
    }
}

fn cells(chunk: &ChunkView, layout: &Layout, rect: Rect, name: &str) -> Html {
    let shown = layout.cells(chunk);
    let cell = |(index, byte): (usize, &u8)| {
        let x = rect.x + PAD + index as f64 * CELL;
        let is_flipped = chunk.flipped.iter().any(|bit| *bit as usize / 8 == index);
        let class = classes!("websocket-chunk-byte", is_flipped.then_some("is-flipped"));
        html! {
            <g key={index} class={tone_at(chunk, index)}>
                <rect class="websocket-chunk-rule" x={px(x + 0.5)} y={px(rect.y + BYTES_Y + CELL_HEIGHT - 3.0)}
                    width={px(CELL - 1.0)} height="3" />
                <text {class} x={px(x + CELL / 2.0)} y={px(rect.y + BYTES_Y + 6.0)}>{ format!("{byte:02x}") }</text>
            </g>
        }
    };
    let more = chunk.bytes.len() - shown;
    html! {
        <>
            <rect class="websocket-chunk-ground" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="3" />
            <text class="websocket-chunk-name" x={px(rect.x + PAD)} y={px(rect.y + 10.0)}>{ name.to_owned() }</text>
            { for chunk.bytes.iter().take(shown).enumerate().map(cell) }
            if more > 0 {
                <text class="websocket-chunk-more" x={px(rect.x + PAD + shown as f64 * CELL + 4.0)}
                    y={px(rect.y + BYTES_Y + 7.0)}>{ format!("+{}", grouped(more as u64)) }</text>
            }
        </>
    }
}

/// The colour of a byte: that of the field of its last bit, which is the wider one where fields share it.
fn tone_at(chunk: &ChunkView, byte: usize) -> &'static str {
    let bit = byte * 8 + 7;
    chunk.fields.iter().find(|field| field.bits.contains(&bit)).map_or("", |field| tone(field.kind))
}
