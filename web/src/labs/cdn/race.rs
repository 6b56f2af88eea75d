//! The race: all policies of eviction over the same requests, drawn while it runs beside the page.

mod standing;

use super::signs::noun;
use crate::components::{Badge, Choice, Provenance, Slider, grouped};
use crate::workers::{Course, Phase, RaceJob, Raced, use_runner};
use playground_core::cdn::workload::{Preset, Workload};
use standing::{Standing, policy_sign};
use yew::prelude::*;

/// How many requests a race has.
const REQUESTS: u64 = 400_000;
/// Determines the requests.
const SEED: u64 = 1;
/// Zipf's α in hundredths, on the slider.
const ALPHAS: [u32; 11] = [0, 40, 60, 70, 80, 90, 100, 110, 120, 140, 160];
/// The cache's size in percent of everything there is, on the slider.
const CAPACITIES: [u32; 9] = [1, 2, 3, 5, 8, 12, 20, 35, 60];

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Knobs {
    preset: Preset,
    alpha_percent: u32,
    capacity_percent: u32,
}

impl Knobs {
    fn of(preset: Preset) -> Self {
        let alpha_percent = preset.workload(SEED).alpha_milli / 10;
        Knobs { preset, alpha_percent, capacity_percent: 5 }
    }

    fn job(self) -> RaceJob {
        let workload =
            Workload { alpha_milli: self.alpha_percent * 10, ..self.preset.workload(SEED) };
        let share = u64::from(self.capacity_percent);
        let capacity_bytes = (workload.catalogue_bytes() * share / 100).max(1);
        RaceJob { workload, capacity_bytes, requests: REQUESTS }
    }
}

/// The section.
#[component]
pub fn Race() -> Html {
    let knobs = use_state_eq(|| Knobs::of(Preset::Zipf));
    let runner = use_runner::<RaceJob>();
    let course = runner.course();
    let start = runner.on_start();
    let on_start = {
        let (start, knobs) = (start.clone(), *knobs);
        Callback::from(move |_: MouseEvent| start.emit(knobs.job()))
    };
    let on_knobs = {
        let (knobs, is_begun) = (knobs.setter(), course.phase != Phase::Idle);
        Callback::from(move |changed: Knobs| {
            knobs.set(changed);
            if is_begun {
                start.emit(changed.job());
            }
        })
    };
    let is_running = runner.is_running();
    html! {
        <section class="cdn-race" aria-labelledby="race">
            <div class="prose">
                <h2 id="race">{ "A race of policies" }</h2>
                <p>{ "A cache that is full has to let something go for everything new. What it lets go is its policy. Here \
                      six of them get the same requests, each with a cache of the same size: " }{ policies() }
                   { ". The model is eviction alone; nothing is ever stale." }</p>
                <p>{ "With steady popularity they are hard to tell apart. Send a crawler through, or let every third \
                      request be for something that nobody asks for again." }</p>
            </div>
            <div class="figure cdn-race-figure">
                <Standing raced={course.answer.clone()} requests={REQUESTS} />
                <KnobPanel knobs={*knobs} on_change={on_knobs} />
                <div class="toolbar">
                    <button onclick={on_start}>{ if is_running { "Start again" } else { "Race" } }</button>
                    <button disabled={!is_running} onclick={runner.on_stop()}>{ "Stop" }</button>
                    <span class="cdn-race-course" role="status">{ told(course) }</span>
                </div>
            </div>
        </section>
    }
}

/// The names of the policies, each with its sign.
fn policies() -> Html {
    use playground_core::cdn::eviction::Policy;
    let last = Policy::ALL.len() - 1;
    let names = Policy::ALL.into_iter().enumerate().map(|(number, policy)| {
        let between = match number {
            0 => "",
            _ if number == last => " and ",
            _ => ", ",
        };
        html! { <>{ between }{ noun(policy_sign(policy), policy.name()) }</> }
    });
    html! { { for names } }
}

fn told(course: &Course<Raced>) -> Html {
    let done = course.answer.as_ref().map_or(0, |raced| raced.frame.requests);
    let took = course.answer.as_ref().map_or(0.0, |raced| raced.took_ms);
    let text = match &course.phase {
        Phase::Idle => format!("{} requests for each policy.", grouped(REQUESTS)),
        Phase::Running => format!("{} of {} requests …", grouped(done), grouped(REQUESTS)),
        Phase::Stopped => format!("Stopped after {} requests.", grouped(done)),
        Phase::Done => {
            return html! {
                <>
                    { format!("Done: six times {} requests in {:.1} s ", grouped(done), took / 1e3) }
                    <Badge provenance={Provenance::Measured} />
                </>
            };
        }
        Phase::Failed(failure) => failure.to_string(),
    };
    html! { { text } }
}

#[derive(Properties, PartialEq)]
struct KnobPanelProps {
    knobs: Knobs,
    on_change: Callback<Knobs>,
}

#[component]
fn KnobPanel(props: &KnobPanelProps) -> Html {
    let KnobPanelProps { knobs, on_change } = props;
    let knobs = *knobs;
    let on_preset = on_change.reform(move |number: usize| {
        let preset = Preset::ALL.get(number).copied().unwrap_or_default();
        Knobs { capacity_percent: knobs.capacity_percent, ..Knobs::of(preset) }
    });
    let on_alpha = on_change.reform(move |alpha_percent| Knobs { alpha_percent, ..knobs });
    let on_capacity = on_change.reform(move |capacity_percent| Knobs { capacity_percent, ..knobs });
    let options = Preset::ALL.map(|preset| AttrValue::from(preset.name())).to_vec();
    let chosen = Preset::ALL.iter().position(|preset| *preset == knobs.preset);
    html! {
        <div class="figure-controls">
            <Choice label="What is asked for" {options} {chosen} on_change={on_preset} />
            <Slider label="Zipf's α" unit="/ 100" steps={ALPHAS.to_vec()} value={knobs.alpha_percent} on_change={on_alpha} />
            <Slider label="The cache holds" unit="% of all there is" steps={CAPACITIES.to_vec()}
                value={knobs.capacity_percent} on_change={on_capacity} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_holds_a_share_of_the_catalogue() {
        for preset in Preset::ALL {
            let job = Knobs::of(preset).job();
            assert_eq!(job.workload, preset.workload(SEED), "{preset}");
            assert_eq!(job.capacity_bytes, job.workload.catalogue_bytes() * 5 / 100, "{preset}");
        }
    }
}
