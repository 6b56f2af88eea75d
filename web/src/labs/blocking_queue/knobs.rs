//! The two knobs under the figure at the top: how much fits in, and how slow the consumers are.

use crate::components::Slider;
use playground_core::blocking_queue::lab::{Action, Frame, Pace, Worker, WorkerView};
use std::rc::Rc;
use yew::prelude::*;

/// The capacities of the slider.
pub const CAPACITIES: [u32; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64];
/// How long an item may take, in milliseconds.
pub const PACES_MS: [u32; 12] =
    [100, 200, 300, 500, 700, 1_000, 1_300, 1_600, 2_000, 3_000, 5_000, 10_000];

/// What the knobs need.
#[derive(Properties, PartialEq)]
pub struct KnobsProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// Two sliders.
#[component]
pub fn Knobs(props: &KnobsProps) -> Html {
    let KnobsProps { frame, on_act } = props;
    let on_capacity =
        on_act.reform(|capacity: u32| Action::SetCapacity { capacity: capacity as u16 });
    html! {
        <div class="figure-controls">
            <Slider label="Capacity" unit="places" steps={CAPACITIES.to_vec()} value={frame.capacity} on_change={on_capacity} />
            <Slider label="A consumer takes" unit="ms" steps={PACES_MS.to_vec()} value={mean_ms(&frame.consumers)}
                on_change={on_pace(&frame.consumers, on_act)} />
        </div>
    }
}

/// How long the workers of a side take for an item on average, in milliseconds.
pub fn mean_ms(workers: &[WorkerView]) -> u32 {
    let paces: Vec<u32> = workers.iter().filter_map(|it| Some(it.pace?.mean_ms)).collect();
    paces.iter().sum::<u32>().checked_div(paces.len() as u32).unwrap_or_default()
}

/// Sets the pace of all workers of a side.
pub fn on_pace(workers: &[WorkerView], on_act: &Callback<Action>) -> Callback<u32> {
    let paces: Vec<(Worker, Pace)> =
        workers.iter().filter_map(|it| Some((it.worker, it.pace?))).collect();
    let on_act = on_act.clone();
    Callback::from(move |mean_ms: u32| {
        for &(worker, pace) in &paces {
            on_act.emit(Action::SetPace { worker, pace: Pace { mean_ms, ..pace } });
        }
    })
}
