//! The time line: a lane a worker number, on it the windows of the leases, the workers' clocks, and every ID at the
//! moment that it tells.

use super::geometry::{LANE, Places, Timed};
use super::signs::{CROSS, mark, px, sign_at, worker_sign};
use crate::components::grouped;
use playground_core::unique_id::lab::{Frame, MadeRun, WorkerState, WorkerView};
use yew::prelude::*;

/// So many milliseconds off, an ID tells no time of this run.
const FAR_MS: u64 = 1_000_000;
/// The greatest height of what stands for a run of IDs.
const TALLEST: f64 = 24.0;

/// The whole of it; nothing where IDs tell no time.
pub fn time_line(frame: &Frame, places: &Places) -> Html {
    if !frame.is_timed() {
        return Html::default();
    }
    let line = places.line;
    let marks = places.marks();
    let lanes = (0..places.lanes).map(|index| {
        let y = line.y + LANE * index as f64;
        let name = places.numbers.get(index).map_or_else(|| "–".to_owned(), u16::to_string);
        html! {
            <g key={index}>
                <line class="unique-id-lane" x1={px(line.x)} y1={px(y + LANE)} x2={px(line.right())} y2={px(y + LANE)} />
                <text class="unique-id-lane-name" x={px(line.x - 12.0)} y={px(y + LANE - 12.0)}>{ name }</text>
            </g>
        }
    });
    let now = places
        .x(frame.since_start_ms(frame.right_clock.unix_ms) as f64 + frame.right_clock.progress);
    html! {
        <g class="unique-id-time-line" aria-hidden="true">
            <text class="unique-id-axis" x="0" y={px(line.y - 22.0)}>{ "number" }</text>
            <text class="unique-id-axis is-end" x={px(line.right())} y={px(line.y - 22.0)}>{ "time in the ID, ms" }</text>
            { for marks.iter().filter(|ms| **ms >= 0.0).map(|ms| scale_mark(places, *ms)) }
            { for lanes }
            { for frame.workers.iter().map(|view| window(frame, places, view)) }
            <line class="unique-id-now" x1={px(now)} y1={px(line.y - 2.0)} x2={px(now)} y2={px(line.bottom())} />
            { for frame.workers.iter().map(|view| clock(frame, places, view)) }
            { for frame.made.iter().enumerate().map(|(index, run)| made(frame, places, index, run)) }
        </g>
    }
}

fn scale_mark(places: &Places, ms: f64) -> Html {
    let (x, line) = (places.x(ms), places.line);
    html! {
        <g key={format!("{ms:.0}")}>
            <line class="unique-id-scale" x1={px(x)} y1={px(line.y)} x2={px(x)} y2={px(line.bottom())} />
            <text class="unique-id-scale-name" x={px(x)} y={px(line.y - 8.0)}>{ grouped(ms as u64) }</text>
        </g>
    }
}

/// What a worker may write into its IDs: from the former holder's high-water mark to the end of its lease.
fn window(frame: &Frame, places: &Places, view: &WorkerView) -> Html {
    let Some(lease) = view.lease.filter(|_| view.state != WorkerState::Down) else {
        return Html::default();
    };
    let Some(y) = places.lane(lease.number) else { return Html::default() };
    let from = places.x_within(frame.since_start_ms(lease.after_ms) as f64 + 1.0);
    let to = places.x_within(frame.since_start_ms(lease.until_ms) as f64 + 1.0);
    let durable =
        frame.registry.numbers.get(usize::from(lease.number)).map_or(to, |slot| {
            places.x_within(frame.since_start_ms(slot.row.until_ms) as f64 + 1.0)
        });
    let hue = worker_sign(u32::from(view.worker)).hue();
    html! {
        <g key={format!("window-{}", view.worker)}>
            if durable > to {
                <rect class="unique-id-reserved" x={px(to)} y={px(y + 9.0)} width={px(durable - to)} height={px(LANE - 9.0)} />
            }
            if to > from {
                <rect class={format!("unique-id-window hue-{hue}")} x={px(from)} y={px(y + 9.0)} width={px(to - from)}
                    height={px(LANE - 9.0)} />
                <line class="unique-id-window-end" x1={px(to)} y1={px(y + 9.0)} x2={px(to)} y2={px(y + LANE)} />
                if to - from > 74.0 {
                    <text class="unique-id-epoch" x={px(from + 5.0)} y={px(y + 18.0)}>{ format!("epoch {}", lease.epoch) }</text>
                }
            }
        </g>
    }
}

/// Where a worker's clock stands.
fn clock(frame: &Frame, places: &Places, view: &WorkerView) -> Html {
    let number = view.number.filter(|_| view.state != WorkerState::Down);
    let Some(y) = number.and_then(|number| places.lane(number)) else { return Html::default() };
    let ms = frame.since_start_ms(view.clock.unix_ms) as f64 + view.clock.progress;
    if !places.shows(ms) {
        return Html::default();
    }
    let x = places.x(ms);
    html! {
        <g key={format!("clock-{}", view.worker)}>
            <line class="unique-id-clock" x1={px(x)} y1={px(y + 6.0)} x2={px(x)} y2={px(y + LANE)} />
            { sign_at(worker_sign(u32::from(view.worker)), (x, y + 3.0), 5.0) }
        </g>
    }
}

/// IDs that follow each other: the taller, the more of them.
fn made(frame: &Frame, places: &Places, index: usize, run: &MadeRun) -> Html {
    let told_ms = frame.layout.unix_ms(run.first);
    let ms = if told_ms.abs_diff(run.clock_ms) > FAR_MS { run.clock_ms } else { told_ms };
    let ms = frame.since_start_ms(ms) as f64 + 0.5;
    let number = frame.layout.decompose(run.first).worker;
    let Some(y) = places.lane(number).filter(|_| places.shows(ms)) else { return Html::default() };
    let share = f64::from(run.count).log2() / (frame.layout.ids_per_tick() as f64).log2().max(1.0);
    let tall = (5.0 + (TALLEST - 5.0) * share).min(TALLEST);
    let (x, foot) = (places.x(ms), y + LANE - 1.0);
    html! {
        <g key={format!("made-{index}")} class={format!("unique-id-made hue-{}", worker_sign(u32::from(run.worker)).hue())}>
            <line class="unique-id-stem" x1={px(x)} y1={px(foot)} x2={px(x)} y2={px(foot - tall)} />
            { sign_at(worker_sign(u32::from(run.worker)), (x, foot - tall), 4.0) }
            if run.is_duplicate {
                { mark("unique-id-mark is-cross is-halo", CROSS, (x, foot - tall), 7.0) }
                { mark("unique-id-mark is-cross", CROSS, (x, foot - tall), 7.0) }
            }
        </g>
    }
}
