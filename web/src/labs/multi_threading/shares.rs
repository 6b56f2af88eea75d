//! How numbers are dealt out, as the model sees it: the whole Gantt chart for each way.

use super::primes::gantt::Gantt;
use super::words::{ms_text, times_text};
use crate::components::{Badge, Choice, Provenance};
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::race::Frame;
use playground_core::multi_threading::schedule::{Machine, Work, predict};
use playground_core::multi_threading::split::Split;
use std::rc::Rc;
use yew::prelude::*;

/// What the knob can be turned to.
const SPLITS: [(Split, &str); 4] = [
    (Split::Static, "a range for each"),
    (Split::Interleaved { size: 10_000 }, "in turn, like cards"),
    (Split::Chunks { size: 100_000 }, "100,000 for whoever is free"),
    (Split::Chunks { size: 1_000_000 }, "1,000,000 for whoever is free"),
];
/// So many workers on as many cores.
const WORKERS: u32 = 4;

/// A machine with as many cores as workers, on which a division takes about three nanoseconds: a usual one.
const MACHINE: Machine = Machine { cores: WORKERS, unit_ps: 3_000, start_us: 0, piece_ns: 200 };

/// How the job goes there.
fn foretold(split: Split, workers: u32) -> Frame {
    let job = Job { up_to: 10_000_000, workers, method: Method::TrialDivision, split };
    predict(&job, &Work::new(job.method, job.up_to), &MACHINE)
}

/// The chart and the knob.
#[component]
pub fn Shares() -> Html {
    let chosen = use_state_eq(|| 0_usize);
    let on_change = {
        let chosen = chosen.setter();
        Callback::from(move |number: usize| chosen.set(number))
    };
    let (frame, alone_us, least_us) = &*use_memo(*chosen, |chosen| {
        let split = SPLITS.get(*chosen).map_or(Split::Static, |it| it.0);
        // The same scale for all, so that what is faster is shorter.
        let (alone, unfair) = (foretold(Split::Static, 1), foretold(Split::Static, WORKERS));
        (Rc::new(foretold(split, WORKERS)), alone.elapsed_us, unfair.elapsed_us)
    });
    let together_us = frame.elapsed_us;
    let options: Vec<AttrValue> = SPLITS.iter().map(|it| AttrValue::from(it.1)).collect();
    html! {
        <div class="multi-threading-experiment" data-figure="shares">
            <Gantt frame={frame.clone()} least_us={*least_us} label="Four workers count the primes up to ten million" />
            <Choice label="Numbers are dealt out" {options} chosen={Some(*chosen)} {on_change} />
            <p class="multi-threading-caption" role="status">
                { format!("Done after {}, {} as fast as one worker alone.", ms_text(together_us),
                    times_text(*alone_us as f64 / together_us.max(1) as f64)) }
            </p>
            <p class="multi-threading-provenance"><Badge provenance={Provenance::Modelled} /></p>
        </div>
    }
}
