//! A hundred thousand appends to a queue without a lock, many times over, a seed each: how many items are gone.

use super::histogram::Histogram;
use super::words::percent_text;
use crate::components::{Badge, Choice, Provenance, Slider, grouped};
use crate::workers::{Course, Phase, Ran, use_runner};
use playground_core::multi_threading::lab::Scheduler;
use playground_core::multi_threading::many::{ManyStanding, Plan};
use playground_core::multi_threading::program::{Program, Setup};
use yew::prelude::*;

/// Who appends, and what guards the queue.
const PROGRAMS: [(Program, &str); 3] = [
    (Program::Append, "nothing"),
    (Program::AppendLocked, "a lock"),
    (Program::AppendReserved, "an atomic reservation of the slot"),
];
/// Appends of both threads together.
const APPENDS: u32 = 100_000;
const THREADS: u8 = 2;
/// How often threads are switched: before so many of a million instructions.
const SWITCH_PPM: [u32; 7] = [10, 100, 1_000, 10_000, 100_000, 500_000, 1_000_000];
const RUNS: u32 = 20;

/// The knobs, the histogram, and what came of it.
#[component]
pub fn Appends() -> Html {
    let program = use_state_eq(|| 0_usize);
    let switch = use_state_eq(|| 1_000_u32);
    let runner = use_runner::<Plan>();
    let plan = Plan {
        setup: Setup {
            program: PROGRAMS.get(*program).map_or(Program::Append, |it| it.0),
            threads: THREADS,
            iterations: APPENDS / u32::from(THREADS),
        },
        scheduler: Scheduler::Random { switch_ppm: *switch },
        runs: RUNS,
        first_seed: 1,
    };
    let onclick = runner.on_start().reform(move |_: MouseEvent| plan);
    let on_program = {
        let program = program.setter();
        Callback::from(move |number: usize| program.set(number))
    };
    let on_switch = {
        let switch = switch.setter();
        Callback::from(move |ppm: u32| switch.set(ppm))
    };
    let (course, is_running) = (runner.course(), runner.is_running());
    let options: Vec<AttrValue> = PROGRAMS.iter().map(|it| AttrValue::from(it.1)).collect();
    let standing = course.answer.as_ref().map(|ran| &ran.standing);
    html! {
        <div class="multi-threading-experiment" data-figure="appends">
            <Choice label="The queue is guarded by" {options} chosen={Some(*program)} on_change={on_program}
                disabled={is_running} />
            <Slider label="Threads are switched" steps={SWITCH_PPM.to_vec()} value={*switch} on_change={on_switch}
                disabled={is_running} unit="times in a million instructions" />
            <div class="toolbar">
                <button type="button" disabled={is_running} {onclick}>
                    { format!("Append {} items, {RUNS} times", grouped(APPENDS.into())) }
                </button>
                <button type="button" disabled={!is_running} onclick={runner.on_stop()}>{ "Stop" }</button>
            </div>
            <p class="multi-threading-caption" role="status" data-appends="course">{ told(course) }</p>
            if let Some(standing) = standing {
                <Histogram title="Items lost" what="items lost" values={losses(standing)} />
                <p class="multi-threading-provenance"><Badge provenance={Provenance::Modelled} /></p>
            }
        </div>
    }
}

/// How many items each run has lost.
fn losses(standing: &ManyStanding) -> Vec<u64> {
    let each = standing.losses.iter();
    each.flat_map(|(lost, runs)| std::iter::repeat_n(u64::from(*lost), *runs as usize)).collect()
}

fn told(course: &Course<Ran>) -> String {
    let standing = course.answer.as_ref().map(|ran| &ran.standing);
    let done = standing.map_or(0, |it| it.done);
    match &course.phase {
        Phase::Idle => "They are run beside the page, each with a seed of its own.".to_owned(),
        Phase::Running => format!("{done} of {RUNS} runs …"),
        Phase::Stopped => format!("Stopped after {done} runs."),
        Phase::Failed(failure) => failure.to_string(),
        Phase::Done => standing.map(verdict).unwrap_or_default(),
    }
}

fn verdict(standing: &ManyStanding) -> String {
    let losses = losses(standing);
    let (sum, runs) = (losses.iter().sum::<u64>(), losses.len() as u64);
    if sum == 0 {
        return format!("{runs} runs, and not one item is lost.");
    }
    let share = sum as f64 / (runs.max(1) * u64::from(APPENDS)) as f64;
    let losing = losses.iter().filter(|lost| **lost > 0).count();
    format!(
        "Items are lost in {losing} of {runs} runs: {} of {} in all, {}.",
        grouped(sum),
        grouped(runs * u64::from(APPENDS)),
        percent_text(share)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_counts_once() {
        let standing = ManyStanding {
            done: 4,
            all: 4,
            losses: vec![(0, 1), (25, 3)],
            stuck: 0,
            first_bad_seed: Some(2),
            steps: 1,
        };
        assert_eq!(losses(&standing), [0, 25, 25, 25]);
        let said = verdict(&standing);
        assert_eq!(said, "Items are lost in 3 of 4 runs: 75 of 400,000 in all, 0.02 %.");
    }
}
