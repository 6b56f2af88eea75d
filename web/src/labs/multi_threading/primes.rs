//! The race for primes: real workers, each with its lane in a Gantt chart, beside what the model foretells.

pub mod gantt;
pub mod key;
pub mod knobs;
mod measured;
pub mod numbers;
mod speedup;

use super::team::{Isolated, StandingOf};
use crate::components::{Badge, DownloadButton, Provenance, on_svg};
use crate::workers::{Team, TeamState, use_team};
use gantt::Gantt;
use key::Key;
use knobs::Knobs;
use measured::{Measured, Step, foretold};
use numbers::Numbers;
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::team::PrimesTeam;
use speedup::Speedup;
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const PICTURE: &str = ".multi-threading-primes .multi-threading-gantt > svg";

/// How many threads can run at the same moment, as far as the browser says.
pub fn cores() -> u32 {
    (gloo::utils::window().navigator().hardware_concurrency() as u32).max(1)
}

/// Keeps each race that is over, and begins the next one of a series.
#[hook]
fn use_series(team: &Team<PrimesTeam>, measured: &UseReducerHandle<Measured>) {
    let (dispatcher, start) = (measured.dispatcher(), team.on_start());
    let deps = (team.state().clone(), team.reading().cloned(), (**measured).clone());
    use_effect_with(deps, move |(state, reading, measured)| match (state, reading) {
        (TeamState::Done, Some(frame)) if !frame.is_over => {}
        (TeamState::Done, Some(frame)) if !measured.knows(frame) => {
            dispatcher.dispatch(Step::Over(frame.clone()));
        }
        (TeamState::Done, Some(_)) => {
            if let Some(job) = measured.next() {
                dispatcher.dispatch(Step::Next);
                start.emit(PrimesTeam { job });
            }
        }
        (TeamState::Stopped | TeamState::Failed(_), _) => dispatcher.dispatch(Step::Stop),
        _ => {}
    });
}

/// The section.
#[component]
pub fn Primes() -> Html {
    let job = use_state_eq(Job::default);
    let team = use_team::<PrimesTeam>(Callback::noop());
    let measured = use_reducer(Measured::default);
    use_series(&team, &measured);
    let is_busy = team.is_under_way();
    let begin = |jobs: Vec<Job>| {
        let (dispatcher, start) = (measured.dispatcher(), team.on_start());
        Callback::from(move |_: MouseEvent| {
            if let Some((first, rest)) = jobs.split_first() {
                dispatcher.dispatch(Step::Begin(rest.to_vec()));
                start.emit(PrimesTeam { job: *first });
            }
        })
    };
    let on_race = begin(vec![*job]);
    let on_series = begin((1..=job.workers).map(|workers| Job { workers, ..*job }).collect());
    let on_job = {
        let job = job.setter();
        Callback::from(move |changed: Job| job.set(changed))
    };
    let frame = team.reading().cloned();
    let shown = frame.as_ref().map(|frame| frame.job);
    let model = use_memo((shown, measured.calibration(shown)), |(job, calibration)| {
        let frame = foretold((*job)?, (*calibration)?, cores());
        Some(Rc::new(frame))
    });
    let now_us = frame.as_ref().map_or(0, |it| it.elapsed_us);
    let so_far = (*model).clone().map(|whole| match is_busy {
        true => Rc::new(whole.at(now_us)),
        false => whole,
    });
    html! {
        <section class="multi-threading-primes" aria-labelledby="primes">
            { prose() }
            <Isolated instead="So the page hands out the portions one by one, by messages." />
            <div class="figure multi-threading-wide">
                <Knobs job={*job} disabled={is_busy} on_change={on_job} />
                <div class="toolbar">
                    <button type="button" disabled={is_busy} onclick={on_race}>{ "Start the race" }</button>
                    <button type="button" disabled={is_busy || job.workers < 2} onclick={on_series}>
                        { format!("Measure 1 to {} workers", job.workers.max(2)) }
                    </button>
                    <button type="button" disabled={!is_busy} onclick={team.on_stop()}>{ "Stop" }</button>
                    <StandingOf state={team.state().clone()} idle={idle_text()} running="They count …" />
                </div>
                if let Some(frame) = frame {
                    <Gantt frame={frame.clone()} foretold={so_far} label="What each worker did when" />
                    <Key has_model={model.is_some()} />
                    <Numbers frame={frame.clone()} foretold={(*model).clone()} />
                    <div class="toolbar">
                        <DownloadButton label="Gantt chart as SVG" on_click={on_svg("primes.svg", PICTURE)} />
                    </div>
                }
                <Speedup measured={(*measured).clone()} job={*job} cores={cores()} />
            </div>
        </section>
    }
}

fn idle_text() -> String {
    match cores() {
        1 => "Your browser says that it has one core.".to_owned(),
        count => format!("Your browser says that it has {count} cores."),
    }
}

fn prose() -> Html {
    html! {
        <div class="prose">
            <h2 id="primes">{ "Up to eight workers, and your cores" }</h2>
            <p>{ "These are real threads: web workers with this page’s own program, that take their portions from a counter in \
                  shared memory. Their lanes are what their own clocks say. Give each a range of its own, and see the last \
                  one work while the others wait; then let them take portions. " }<Badge provenance={Provenance::Measured} /></p>
            <p>{ "With more workers than cores the lanes get longer and the race no shorter: the operating system shares the cores \
                  among them. Measure one worker after two after three, and the curve bends where your cores end." }</p>
        </div>
    }
}
