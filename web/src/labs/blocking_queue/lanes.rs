//! What everybody has done lately: a lane a worker, in which working and waiting are told apart at a glance.

use super::signs::worker_sign;
use super::words::worker_title;
use crate::components::{Rect, px, use_width};
use playground_core::blocking_queue::lab::{Frame, Stretch, WorkerState, WorkerView};
use std::rc::Rc;
use yew::prelude::*;

/// How much of the past is shown, in seconds.
const SHOWN_S: f64 = 15.0;
/// The height of a lane, with its gap.
const LANE: f64 = 22.0;
/// The same where there are many.
const LOW_LANE: f64 = 16.0;
/// From so many lanes on, they are low.
const MANY: usize = 7;
/// What stands before a lane.
const NAME: f64 = 30.0;
/// The line under the lanes.
const FOOT: f64 = 20.0;

/// Whose lanes.
#[derive(Properties, PartialEq)]
pub struct LanesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// The lanes.
#[component]
pub fn Lanes(props: &LanesProps) -> Html {
    let frame = &props.frame;
    let root = use_node_ref();
    let width = use_width(&root);
    let workers: Vec<&WorkerView> = frame.producers.iter().chain(&frame.consumers).collect();
    let lane = if workers.len() >= MANY { LOW_LANE } else { LANE };
    let bottom = lane * workers.len() as f64;
    let height = bottom + FOOT;
    let lanes = workers.iter().enumerate().map(|(index, view)| {
        let y = lane * index as f64;
        html! {
            <g key={view.worker.to_string()}>
                { worker_sign(view.worker, (10.0, y + lane / 2.0), lane * 0.34) }
                { for stretches(frame, view).map(|stretch| drawn(&stretch, width, y, lane)) }
            </g>
        }
    });
    html! {
        <div ref={root} class="blocking-queue-lanes">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role="img" aria-label={summary(&workers)}>
                { for lanes }
                <text class="blocking-queue-axis" x={px(NAME)} y={px(bottom + 11.0)}>{ format!("{SHOWN_S:.0} s ago") }</text>
                <text class="blocking-queue-axis is-end" x={px(width)} y={px(bottom + 11.0)}>{ "now" }</text>
            </svg>
            <ul class="blocking-queue-key" role="list" aria-hidden="true">
                <li><span class="blocking-queue-key-mark is-working"></span>{ "works" }</li>
                <li><span class="blocking-queue-key-mark is-parked"></span>{ "parked" }</li>
                <li><span class="blocking-queue-key-mark is-still"></span>{ "stands still, or is not there" }</li>
            </ul>
        </div>
    }
}

/// A stretch of a lane, in seconds before now.
struct Shown {
    from: f64,
    until: f64,
    stretch: Stretch,
}

/// What of a worker's lane is in view.
fn stretches<'a>(frame: &'a Frame, view: &'a WorkerView) -> impl Iterator<Item = Shown> + 'a {
    let ends = view.lane.iter().skip(1).map(|it| it.from).chain([frame.now]);
    let now = frame.now.as_secs_f64();
    let shown = move |(stretch, end): (&Stretch, playground_core::sim::Time)| Shown {
        from: (now - stretch.from.as_secs_f64()).min(SHOWN_S),
        until: now - end.as_secs_f64(),
        stretch: *stretch,
    };
    view.lane.iter().zip(ends).map(shown).filter(|it| it.from > it.until && it.until < SHOWN_S)
}

fn drawn(shown: &Shown, width: f64, y: f64, lane: f64) -> Html {
    let x = |ago: f64| NAME + (1.0 - ago / SHOWN_S) * (width - NAME);
    let left = x(shown.from);
    let rect = Rect { x: left, y: y + 3.0, width: x(shown.until) - left, height: lane - 6.0 };
    let class = match (shown.stretch.state, shown.stretch.is_paused) {
        (WorkerState::Down | WorkerState::Ended, _) => "is-gone",
        (_, true) => "is-still",
        (WorkerState::Parked | WorkerState::Woken, false) => "is-parked",
        (WorkerState::Working | WorkerState::Between, false) => "is-working",
    };
    html! {
        <g key={format!("{}", shown.stretch.from.0)} class={classes!("blocking-queue-stretch", class)}>
            <rect x={px(rect.x)} y={px(rect.y)} width={px(rect.width)} height={px(rect.height)} />
            if class == "is-parked" { <path d={rect.hatch(6.0)} /> }
        </g>
    }
}

/// The lanes for those who cannot see them.
fn summary(workers: &[&WorkerView]) -> String {
    let waited = workers.iter().map(|view| {
        format!(
            "{} waited {} times, {:.1} s in all",
            worker_title(view.worker),
            view.parks,
            view.parked.as_ms_f64() / 1e3
        )
    });
    format!("What everybody did over time. {}.", waited.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::scenarios;
    use playground_core::sim::{Simulation, Time, replay};

    #[test]
    fn a_lane_has_no_gap_and_reaches_to_now() {
        let named = scenarios::opening();
        let until = Time::from_ms(17_300);
        let frame = replay(&named.run, until, 100_000).state.frame(until);
        for view in frame.producers.iter().chain(&frame.consumers) {
            let shown: Vec<Shown> = stretches(&frame, view).collect();
            assert!(shown.windows(2).all(|pair| (pair[0].until - pair[1].from).abs() < 1e-9));
            assert!(shown.last().is_some_and(|it| it.until.abs() < 1e-9), "{}", view.worker);
        }
    }
}
