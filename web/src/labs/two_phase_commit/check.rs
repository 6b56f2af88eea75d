//! Every run there is, visited in a worker while the page stays as it is.

use super::setup::{flaw_text, flaws};
use super::verdict::VerdictRow;
use crate::components::{Badge, Choice, Provenance, Slider, grouped};
use crate::workers::{Answer, Checked, WorkerFailure, use_worker};
use playground_core::sim::{Progress, Run, Time};
use playground_core::two_phase_commit::{Check, Finding, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// After the last step of a counterexample the picture is given this long.
const TAIL_MS: u64 = 900;

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct CheckEveryRunProps {
    /// Told a run that is to be seen, and until when.
    pub on_open: Callback<(Run<Lab>, Time)>,
}

/// How a search stands.
#[derive(Clone, PartialEq)]
enum Standing {
    Idle,
    Running,
    Cancelled,
    Done,
    Failed(WorkerFailure),
}

/// A search, and what has come of it.
#[derive(Clone, PartialEq)]
struct Search {
    standing: Standing,
    progress: Option<Progress>,
    findings: Rc<Vec<Finding>>,
    took_ms: f64,
}

enum Step {
    Begin,
    Hear(Result<Answer<Checked>, WorkerFailure>),
    Cancel,
}

impl Reducible for Search {
    type Action = Step;

    fn reduce(mut self: Rc<Self>, step: Step) -> Rc<Self> {
        let search = Rc::make_mut(&mut self);
        match step {
            Step::Begin => *search = Search { standing: Standing::Running, ..Search::idle() },
            Step::Hear(Ok(answer)) => {
                let (checked, standing) = match answer {
                    Answer::SoFar(checked) => (checked, Standing::Running),
                    Answer::Done(checked) => (checked, Standing::Done),
                };
                search.standing = standing;
                search.progress = Some(checked.progress);
                search.took_ms = checked.took_ms;
                if let Some(findings) = checked.findings {
                    search.findings = Rc::new(findings);
                }
            }
            Step::Hear(Err(failure)) => search.standing = Standing::Failed(failure),
            Step::Cancel => search.standing = Standing::Cancelled,
        }
        self
    }
}

impl Search {
    fn idle() -> Self {
        Search { standing: Standing::Idle, progress: None, findings: Rc::default(), took_ms: 0.0 }
    }
}

/// The section.
#[component]
pub fn CheckEveryRun(props: &CheckEveryRunProps) -> Html {
    let check = use_state(Check::default);
    let search = use_reducer(Search::idle);
    let worker = use_worker::<Check>({
        let search = search.dispatcher();
        Callback::from(move |answer| search.dispatch(Step::Hear(answer)))
    });
    let on_start = {
        let (worker, check, search) = (worker.clone(), check.clone(), search.dispatcher());
        Callback::from(move |_: MouseEvent| {
            search.dispatch(Step::Begin);
            worker.start(&check);
        })
    };
    let on_cancel = {
        let search = search.dispatcher();
        Callback::from(move |_: MouseEvent| {
            worker.cancel();
            search.dispatch(Step::Cancel);
        })
    };
    let on_check = {
        let check = check.setter();
        Callback::from(move |changed: Check| check.set(changed))
    };
    let on_open = props.on_open.reform(|run: Run<Lab>| {
        let last = run.actions.last().map_or(Time::ZERO, |(at, _)| *at);
        (run, last + playground_core::sim::Span::from_ms(TAIL_MS))
    });
    let is_running = search.standing == Standing::Running;
    html! {
        <section class="two-phase-commit-check" aria-labelledby="every-run">
            <div class="prose">
                <h2 id="every-run">{ "Check every run" }</h2>
                <p>{ "What you have seen are single runs. For one order all of them can be visited: every order in which \
                      messages arrive, arrive twice or get lost, every timer, and every crash between any two \
                      steps. Either a promise holds in all of them, or here is a shortest run that breaks it." }</p>
            </div>
            <Settings check={*check} {on_check} {is_running} />
            <div class="toolbar">
                <button disabled={is_running} onclick={on_start}>{ "Check every run" }</button>
                <button disabled={!is_running} onclick={on_cancel}>{ "Cancel" }</button>
            </div>
            <Numbers search={(*search).clone()} />
            if !search.findings.is_empty() {
                <ul class="two-phase-commit-verdicts" role="list">
                    { for search.findings.iter().map(|finding| html! {
                        <VerdictRow key={finding.property.clone()} finding={finding.clone()}
                            is_over={!is_running} on_open={on_open.clone()} />
                    }) }
                </ul>
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct SettingsProps {
    check: Check,
    on_check: Callback<Check>,
    is_running: bool,
}

/// What is to be checked.
#[component]
fn Settings(props: &SettingsProps) -> Html {
    let SettingsProps { check, on_check, is_running } = props;
    let check = *check;
    let number = |label: &'static str, steps: &[u32], value: u8, change: fn(&mut Check, u8)| {
        let on_change = on_check.reform(move |number: u32| {
            let mut check = check;
            change(&mut check, number as u8);
            check
        });
        html! { <Slider {label} steps={steps.to_vec()} value={u32::from(value)} {on_change} disabled={*is_running} /> }
    };
    let on_flaw = on_check.reform(move |number: usize| {
        let flaw = flaws().get(number).copied().unwrap_or_default();
        Check { flaw, ..check }
    });
    let on_order =
        on_check.reform(move |number: usize| Check { is_sold_out: number == 1, ..check });
    html! {
        <div class="two-phase-commit-settings">
            <Choice label="What it gets wrong" chosen={flaws().iter().position(|it| *it == check.flaw)}
                options={flaws().into_iter().map(|it| AttrValue::from(flaw_text(it))).collect::<Vec<_>>()}
                disabled={*is_running} on_change={on_flaw} />
            <Choice label="The order" chosen={Some(usize::from(check.is_sold_out))} disabled={*is_running}
                options={vec![AttrValue::from("can be met"), "asks for more than there is".into()]}
                on_change={on_order} />
            { number("Participants", &[2, 3], check.participants, |check, n| check.participants = n) }
            { number("Participant crashes, each", &[0, 1, 2, 3], check.participant_crashes,
                |check, n| check.participant_crashes = n) }
            { number("Coordinator crashes", &[0, 1, 2, 3], check.coordinator_crashes,
                |check, n| check.coordinator_crashes = n) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NumbersProps {
    search: Search,
}

/// How far the search is.
#[component]
fn Numbers(props: &NumbersProps) -> Html {
    let search = &props.search;
    let text = match &search.standing {
        Standing::Idle => {
            "It runs in a worker beside the page, as fast as this machine can.".to_owned()
        }
        Standing::Running => "Searching …".to_owned(),
        Standing::Cancelled => "Cancelled. What was found so far stays.".to_owned(),
        Standing::Done if search.progress.is_some_and(|it| it.is_complete) => {
            "Done: every state has been visited.".to_owned()
        }
        Standing::Done => "Stopped: there are more states than fit.".to_owned(),
        Standing::Failed(failure) => failure.to_string(),
    };
    let class = if matches!(search.standing, Standing::Failed(_)) {
        "notice"
    } else {
        "two-phase-commit-hint"
    };
    html! {
        <>
            <p {class} role="status">{ text }</p>
            if let Some(progress) = search.progress {
                { numbers(progress, search.took_ms) }
            }
        </>
    }
}

fn numbers(progress: Progress, elapsed_ms: f64) -> Html {
    let a_second = progress.distinct as f64 / elapsed_ms.max(1.0) * 1e3;
    let number = |name: &'static str, key: &'static str, text: String| {
        html! { <div><dt>{ name }</dt><dd data-check={key}>{ text }</dd></div> }
    };
    html! {
        <dl class="two-phase-commit-numbers">
            { number("Distinct states", "distinct", grouped(progress.distinct as u64)) }
            { number("Generated", "generated", grouped(progress.generated as u64)) }
            { number("Depth", "depth", progress.depth.to_string()) }
            { number("Waiting", "waiting", grouped(progress.waiting as u64)) }
            { number("Took", "took", format!("{:.2} s", elapsed_ms / 1e3)) }
            <div>
                <dt>{ "States a second " }<Badge provenance={Provenance::Measured} /></dt>
                <dd data-check="speed">{ grouped(a_second as u64) }</dd>
            </div>
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_grouped_by_three() {
        assert_eq!([7, 1_000, 230_000].map(grouped), ["7", "1,000", "230,000"]);
    }

    #[test]
    fn what_was_found_stays_when_the_search_is_cancelled() {
        let begun = Rc::new(Search::idle()).reduce(Step::Begin);
        let progress = Progress {
            distinct: 5,
            generated: 9,
            depth: 2,
            waiting: 1,
            decided: 0,
            is_complete: false,
        };
        let checked = Checked { progress, findings: None, took_ms: 5.0 };
        let heard = begun.reduce(Step::Hear(Ok(Answer::SoFar(checked))));
        let cancelled = heard.reduce(Step::Cancel);
        assert!(cancelled.standing == Standing::Cancelled);
        assert_eq!(cancelled.progress, Some(progress));
    }
}
