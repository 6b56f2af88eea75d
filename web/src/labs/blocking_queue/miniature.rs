//! The lab as a small moving picture without words, for the front door.

use super::geometry::Places;
use super::items::{leaving, queue};
use super::signs::worker_sign;
use crate::components::{Control, use_seen, use_width};
use crate::player::{Start, use_player};
use crate::theme::use_reduced_motion;
use playground_core::blocking_queue::lab::{WorkerState, WorkerView};
use playground_core::blocking_queue::scenarios;
use yew::prelude::*;

/// The radius of a worker.
const RADIUS: f64 = 10.0;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let frame = player.frame();
    let places = Places::small(width, &frame);
    let worker = |view: &WorkerView| {
        let rect = places.card(view.worker)?;
        let class = if view.state == WorkerState::Parked { "blocking-queue-dim" } else { "" };
        let at = (rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
        Some(
            html! { <g {class} key={view.worker.to_string()}>{ worker_sign(view.worker, at, RADIUS) }</g> },
        )
    };
    let workers = frame.producers.iter().chain(&frame.consumers).filter_map(worker);
    let height = places.height;
    html! {
        <div ref={root} class="blocking-queue-miniature">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")} height={format!("{height:.0}")}
                role="img" aria-label="Two producers put items into a queue of five places, two consumers take them out">
                <g>{ for workers }</g>
                { queue(&frame, &places, is_reduced, |_| Control::None) }
                { leaving(&frame, &places, is_reduced) }
            </svg>
        </div>
    }
}
