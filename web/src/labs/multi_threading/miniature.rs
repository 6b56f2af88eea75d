//! The lab as a small moving picture without words, for the front door: two threads, and the counter between them.

use super::signs::{self, mark, px, sign_at, text, thread_sign};
use crate::components::use_seen;
use crate::player::{Start, use_player};
use playground_core::multi_threading::lab::{Frame, ThreadState, ThreadView};
use playground_core::multi_threading::process::Effect;
use playground_core::multi_threading::scenarios;
use yew::prelude::*;

/// Where the threads stand in a rectangle of 300 by 240.
const PLACES: [(f64, f64); 2] = [(72.0, 182.0), (228.0, 182.0)];
/// The counter.
const CELL: (f64, f64) = (150.0, 58.0);
/// A thread's radius.
const RADIUS: f64 = 32.0;
/// How many updates are counted below each other.
const MOST_LOST: usize = 8;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    let frame = player.frame();
    let value = frame.cells.first().map_or(0, |cell| cell.value);
    let lost = frame.turns.iter().filter(|turn| turn.overwrote.is_some()).count();
    html! {
        <div ref={root} class="multi-threading-miniature">
            <svg viewBox="0 0 300 240" role="img"
                aria-label="Two threads add to one counter, and overwrite each other’s additions">
                { for frame.threads.iter().zip(PLACES).map(|(view, place)| thread(&frame, view, place)) }
                <rect class="multi-threading-cell-box" x={px(CELL.0 - 44.0)} y={px(CELL.1 - 34.0)} width="88" height="68" rx="4" />
                <text class="multi-threading-miniature-value" x={px(CELL.0)} y={px(CELL.1)}>{ value.to_string() }</text>
                { for (0..lost.min(MOST_LOST)).map(|number| {
                    mark("is-bad", signs::CROSS, (CELL.0 + 64.0 + 16.0 * (number % 4) as f64, CELL.1 - 24.0 + 16.0 * (number / 4) as f64), 5.0)
                }) }
            </svg>
        </div>
    }
}

fn thread(frame: &Frame, view: &ThreadView, (x, y): (f64, f64)) -> Html {
    let toward = (CELL.0 - x).signum();
    let (from, to) = ((x + 14.0 * toward, y - RADIUS), (CELL.0 - 30.0 * toward, CELL.1 + 34.0));
    let last = frame.turns.last().filter(|turn| turn.thread == view.thread);
    let (is_reading, is_writing) = match last.map(|turn| turn.effect) {
        Some(Effect::Loaded { .. }) => (true, false),
        Some(Effect::Stored { .. }) => (false, true),
        _ => (false, false),
    };
    let class = match (is_writing, is_reading) {
        (true, _) => "multi-threading-way is-writing",
        (_, true) => "multi-threading-way",
        _ => "multi-threading-rule",
    };
    let head = if is_writing { to } else { from };
    let back = if is_writing {
        (to.0 - 5.0 * toward, to.1 + 9.0)
    } else {
        (from.0 + 5.0 * toward, from.1 - 9.0)
    };
    let disc = match view.state {
        ThreadState::Finished => "multi-threading-disc is-finished",
        _ if view.stale.is_some() => "multi-threading-disc is-stale",
        _ => "multi-threading-disc",
    };
    let register = view.registers[0].to_string();
    html! {
        <g key={view.thread}>
            <path {class} d={format!("M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1)} />
            if is_reading || is_writing {
                <path class="multi-threading-way is-writing"
                    d={format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}", back.0 - 5.0, back.1, head.0, head.1, back.0 + 5.0, back.1)} />
            }
            <circle class={disc} cx={px(x)} cy={px(y)} r={px(RADIUS)} />
            { sign_at(thread_sign(view.thread.into()), (x - 9.0, y), 11.0) }
            if view.state != ThreadState::Finished {
                { text("value", (x + 9.0, y), register) }
            } else {
                { mark("is-good", signs::TICK, (x + 15.0, y), 6.0) }
            }
        </g>
    }
}
