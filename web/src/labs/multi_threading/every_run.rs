//! Every interleaving there is of a tiny program: visited and counted in a worker, with the shortest run that breaks a
//! promise, or the proof that none does.

use super::endings::Endings;
use super::verdict::VerdictRow;
use crate::components::{Badge, Choice, Provenance, Slider, grouped};
use crate::workers::{Course, Interleaved, Phase, use_runner};
use playground_core::multi_threading::lab::Lab;
use playground_core::multi_threading::program::{Program, Setup};
use playground_core::multi_threading::{CalmestRun, Check, FoundRun};
use playground_core::sim::{Run, Span, Time};
use std::rc::Rc;
use yew::prelude::*;

/// After the last step of a run the picture is given this long.
const TAIL: Span = Span::from_ms(900);

/// What the section needs.
#[derive(Properties, PartialEq)]
pub struct EveryRunProps {
    /// Told a run that is to be seen, and until when.
    pub on_open: Callback<(Run<Lab>, Time)>,
}

/// The section.
#[component]
pub fn EveryRun(props: &EveryRunProps) -> Html {
    let setup = use_state_eq(Setup::default);
    let begun = use_state_eq(Setup::default);
    let runner = use_runner::<Check>();
    let onclick = {
        let (start, begun, setup) = (runner.on_start(), begun.setter(), *setup);
        Callback::from(move |_: MouseEvent| {
            begun.set(setup);
            start.emit(Check { setup });
        })
    };
    let on_setup = {
        let setup = setup.setter();
        Callback::from(move |changed: Setup| setup.set(changed))
    };
    let on_open = props.on_open.reform(|found: FoundRun| {
        let last = found.run.actions.last().map_or(Time::ZERO, |(at, _)| *at);
        (*found.run, last + TAIL)
    });
    let (course, is_running) = (runner.course(), runner.is_running());
    html! {
        <section class="multi-threading-every" aria-labelledby="every-run">
            { prose() }
            <div class="figure multi-threading-wide">
                <Knobs setup={*setup} disabled={is_running} on_change={on_setup} />
                <div class="toolbar">
                    <button type="button" disabled={is_running} {onclick}>{ "Search every interleaving" }</button>
                    <button type="button" disabled={!is_running} onclick={runner.on_stop()}>{ "Stop" }</button>
                    <span class="multi-threading-course" role="status" data-every="course">{ told(course) }</span>
                </div>
                if let Some(found) = course.answer.clone() {
                    <Found found={found.clone()} is_over={!is_running} {on_open} />
                    if let Some(interleavings) = found.interleavings.clone() {
                        <Endings {interleavings} program={begun.program} />
                    }
                }
            </div>
        </section>
    }
}

fn prose() -> Html {
    html! {
        <div class="prose">
            <h2 id="every-run">{ "Every interleaving there is" }</h2>
            <p>{ "Two threads of three instructions each can be interleaved in twenty ways. Of these, two count right: one \
                  thread after the other, in either order. All others lose an update. That is so few that it can be done by hand; \
                  with a second round each there are 924, and with a third thread many more. But orders that lead to the same state \
                  need to be followed only once, so a worker visits the states and counts the ways that lead through them." }</p>
            <p>{ "If a promise holds in all of them, that is a proof for this program with so many threads and rounds. If it \
                  does not, here is a shortest run that breaks it: open it at the top, and step through it." }</p>
        </div>
    }
}

fn told(course: &Course<Interleaved>) -> String {
    let progress = course.answer.as_ref().map(|it| it.progress);
    match (&course.phase, progress) {
        (Phase::Idle, _) => "It is done in a worker beside the page.".to_owned(),
        (Phase::Running, None) => "The worker is on its way …".to_owned(),
        (Phase::Running, Some(_)) if course.answer.as_ref().is_some_and(|it| it.is_counting) => {
            "All states have been visited; now the ways that lead through them are counted …"
                .to_owned()
        }
        (Phase::Running, Some(progress)) => {
            format!("{} states so far …", grouped(progress.distinct as u64))
        }
        (Phase::Stopped, _) => "Stopped. What was found so far stays.".to_owned(),
        (Phase::Done, Some(progress)) if !progress.is_complete => {
            "Stopped: there are more states than fit.".to_owned()
        }
        (Phase::Done, _) => "Done: every state has been visited.".to_owned(),
        (Phase::Failed(failure), _) => failure.to_string(),
    }
}

#[derive(Properties, PartialEq)]
struct KnobsProps {
    setup: Setup,
    disabled: bool,
    on_change: Callback<Setup>,
}

#[component]
fn Knobs(props: &KnobsProps) -> Html {
    let KnobsProps { setup, disabled, on_change } = props;
    let (setup, disabled) = (*setup, *disabled);
    let on_program = on_change.reform(move |number: usize| {
        let program = Program::ALL.get(number).copied().unwrap_or_default();
        let threads = setup.threads.min(program.most_threads());
        Setup { program, threads, ..setup }
    });
    let on_threads =
        on_change.reform(move |threads: u32| Setup { threads: threads as u8, ..setup });
    let on_rounds = on_change.reform(move |iterations: u32| Setup { iterations, ..setup });
    let options: Vec<AttrValue> = Program::ALL.map(|it| it.title().into()).to_vec();
    let threads: Vec<u32> = (2..=4.min(u32::from(setup.program.most_threads()))).collect();
    html! {
        <div class="figure-controls">
            <Choice label="The program" {options} {disabled} on_change={on_program}
                chosen={Program::ALL.iter().position(|it| *it == setup.program)} />
            <Slider label="Threads" steps={threads} value={u32::from(setup.threads)} {disabled} on_change={on_threads} />
            <Slider label="Rounds of each" steps={vec![1, 2, 3, 4]} value={setup.iterations} {disabled} on_change={on_rounds} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct FoundProps {
    found: Rc<Interleaved>,
    is_over: bool,
    on_open: Callback<FoundRun>,
}

/// The numbers, and what is known of each promise.
#[component]
fn Found(props: &FoundProps) -> Html {
    let FoundProps { found, is_over, on_open } = props;
    let progress = found.progress;
    let number = |name: &'static str, key: &'static str, text: String| {
        html! { <div key={key}><dt>{ name }</dt><dd data-every={key}>{ text }</dd></div> }
    };
    let total = found.interleavings.as_ref().map(|it| match it.total {
        Some(total) => big_text(total),
        None => "without bound".to_owned(),
    });
    html! {
        <>
            <dl class="multi-threading-numbers">
                { number("Interleavings", "total", total.unwrap_or_else(|| "not counted".to_owned())) }
                { number("Distinct states", "distinct", grouped(progress.distinct as u64)) }
                { number("Steps of the longest run", "depth", progress.depth.saturating_sub(1).to_string()) }
                <div>
                    <dt>{ "Took " }<Badge provenance={Provenance::Measured} /></dt>
                    <dd data-every="took">{ format!("{:.0} ms", found.took_ms) }</dd>
                </div>
            </dl>
            <ul class="multi-threading-findings" role="list">
                { for found.findings.iter().map(|finding| html! {
                    <VerdictRow key={finding.property.clone()} finding={finding.clone()} is_over={*is_over}
                        on_open={on_open.clone()} />
                }) }
            </ul>
            if let Some(calmest) = &found.calmest {
                { calmest_html(calmest, on_open) }
            }
        </>
    }
}

/// The run that is switched least often against a thread’s will, and breaks a promise all the same.
fn calmest_html(calmest: &CalmestRun, on_open: &Callback<FoundRun>) -> Html {
    let found = calmest.run.clone();
    let onclick = on_open.reform(move |_: MouseEvent| found.clone());
    let text = match calmest.preemptions {
        0 => "It takes no preemption at all to break a promise: each thread may run until it waits or ends.".to_owned(),
        1 => "One preemption at the wrong moment is enough to break a promise.".to_owned(),
        count => format!("It takes {count} preemptions at the wrong moments to break a promise."),
    };
    html! {
        <div class="multi-threading-calmest">
            <p data-every="calmest">{ text }</p>
            <button type="button" {onclick}>{ "Open that run in the player" }</button>
        </div>
    }
}

/// A number that may be larger than any that is easily read.
pub fn big_text(number: u128) -> String {
    match u64::try_from(number) {
        Ok(small) if small < 1_000_000_000_000 => grouped(small),
        _ => {
            let digits = number.to_string();
            let (first, rest) = digits.split_at(1);
            let rest = rest.get(..2).unwrap_or_default();
            format!("{first}.{rest} · 10^{}", digits.len() - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_stay_readable() {
        let shown = [20, 924, 1_000_000_000_000, u128::MAX].map(big_text);
        assert_eq!(shown, ["20", "924", "1.00 · 10^12", "3.40 · 10^38"]);
    }
}
