//! The race that really happens: workers that add to one word of shared memory, and how much of it arrives.

mod kept;
mod table;

use super::histogram::Histogram;
use super::team::{Isolated, StandingOf};
use crate::components::{Badge, Choice, Provenance, Slider, grouped};
use crate::workers::{TeamState, use_team};
use kept::{Kept, Step, way_text};
use playground_core::multi_threading::team::{LostUpdates, LostUpdatesReading, Way};
use table::Table;
use yew::prelude::*;

const WORKERS: [u32; 7] = [2, 3, 4, 5, 6, 7, 8];
const INCREMENTS: [u32; 6] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const RUNS: [u32; 5] = [1, 10, 50, 100, 500];
/// No more additions than this are done at once.
const MOST_ADDITIONS: u64 = 2_000_000_000;

/// The section.
#[component]
pub fn Racing() -> Html {
    let team = use_team::<LostUpdates>(Callback::noop());
    let plan = use_state_eq(first_plan);
    let kept = use_reducer(Kept::default);
    {
        let (dispatcher, reading) = (kept.dispatcher(), team.reading().cloned());
        use_effect_with(reading, move |reading| {
            if let Some(reading) = reading {
                dispatcher.dispatch(Step::Hear(reading.clone()));
            }
        });
    }
    let onclick = {
        let (start, plan, dispatcher) = (team.on_start(), *plan, kept.dispatcher());
        Callback::from(move |_: MouseEvent| {
            dispatcher.dispatch(Step::Begin(plan));
            start.emit(plan);
        })
    };
    let is_running = team.is_under_way();
    let last = kept.last();
    html! {
        <section class="multi-threading-racing" aria-labelledby="racing">
            { prose() }
            <Isolated instead="So there is nothing to race for; every race that is modelled runs as well." />
            <div class="figure multi-threading-wide">
                <Knobs plan={*plan} disabled={is_running} on_change={
                    let plan = plan.setter();
                    Callback::from(move |changed: LostUpdates| plan.set(changed))
                } />
                <div class="toolbar">
                    <button type="button" disabled={is_running} {onclick}>{ "Let them race" }</button>
                    <button type="button" disabled={!is_running} onclick={team.on_stop()}>{ "Stop" }</button>
                    <StandingOf state={team.state().clone()} idle="They race beside the page, on as many cores as there are." />
                </div>
                if let Some((plan, reading)) = last {
                    <p class="multi-threading-verdict" data-race="verdict">
                        { verdict(&reading, team.state()) }{ " " }<Badge provenance={Provenance::Measured} />
                    </p>
                    <Histogram title={format!("{}: additions lost", way_text(plan.way))} what="additions lost"
                        values={reading.lost().map(u64::from).collect::<Vec<_>>()} />
                }
                <Table kept={(*kept).clone()} />
            </div>
        </section>
    }
}

fn first_plan() -> LostUpdates {
    LostUpdates { workers: 2, increments: 100_000, runs: 100, way: Way::Plain }
}

fn prose() -> Html {
    html! {
        <div class="prose">
            <h2 id="racing">{ "The race itself" }</h2>
            <p>{ "Nothing is scheduled here. Two workers of your browser, on two cores if it has them, add to the same word of \
                  memory, each a hundred thousand times; then the word is looked at. This is done a hundred times over, and \
                  hardly two runs come out alike." }</p>
            <p>{ "With a lock, nothing is lost, and most of the time is spent on handing the lock over. With an atomic \
                  addition nothing is lost either; the word still travels from core to core for each one. The fastest way to \
                  share a counter is not to: let each worker count its own, and add the counts in the end, as the race for \
                  primes does." }</p>
        </div>
    }
}

/// What came of it, in a sentence.
fn verdict(reading: &LostUpdatesReading, state: &TeamState) -> String {
    let (count, losing) = (reading.counted.len(), reading.runs_with_losses());
    let all = u64::from(reading.expected) * count as u64;
    let sum = reading.lost_in_all();
    let runs = match count {
        0 => return "No run is over yet.".to_owned(),
        1 => "one run".to_owned(),
        count => format!("{count} runs"),
    };
    let so_far = if state.is_under_way() { " so far" } else { "" };
    if sum == 0 {
        return format!("{} additions in {runs}{so_far}, none lost.", grouped(all));
    }
    format!(
        "{} of {} additions lost{so_far}, in {losing} of {runs}: {:.1} %.",
        grouped(sum),
        grouped(all),
        sum as f64 * 100.0 / all.max(1) as f64
    )
}

#[derive(Properties, PartialEq)]
struct KnobsProps {
    plan: LostUpdates,
    disabled: bool,
    on_change: Callback<LostUpdates>,
}

#[component]
fn Knobs(props: &KnobsProps) -> Html {
    let KnobsProps { plan, disabled, on_change } = props;
    let (plan, disabled) = (*plan, *disabled);
    let on_change = on_change.reform(bounded);
    let on_way = on_change.reform(move |number: usize| LostUpdates {
        way: Way::ALL.get(number).copied().unwrap_or(plan.way),
        ..plan
    });
    let on_workers = on_change.reform(move |workers: u32| LostUpdates { workers, ..plan });
    let on_increments = on_change.reform(move |increments: u32| LostUpdates { increments, ..plan });
    let on_runs = on_change.reform(move |runs: u32| LostUpdates { runs, ..plan });
    let options: Vec<AttrValue> = Way::ALL.map(|it| way_text(it).into()).to_vec();
    html! {
        <div class="figure-controls">
            <Choice label="Each adds" {options} {disabled} on_change={on_way}
                chosen={Way::ALL.iter().position(|it| *it == plan.way)} />
            <Slider label="Workers" steps={WORKERS.to_vec()} value={plan.workers} {disabled} on_change={on_workers} />
            <Slider label="Additions of each" steps={INCREMENTS.to_vec()} value={plan.increments} {disabled}
                on_change={on_increments} />
            <Slider label="Runs" steps={RUNS.to_vec()} value={plan.runs} {disabled} on_change={on_runs} />
        </div>
    }
}

/// The plan with fewer runs, if it would take too long.
fn bounded(plan: LostUpdates) -> LostUpdates {
    let each = u64::from(plan.workers) * u64::from(plan.increments);
    let most = (MOST_ADDITIONS / each.max(1)).clamp(1, u64::from(u32::MAX)) as u32;
    LostUpdates { runs: plan.runs.min(most), ..plan }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_is_counted_and_none_is_none() {
        let reading = |counted: &[u32]| LostUpdatesReading {
            expected: 1_000,
            counted: counted.to_vec(),
            at_us: 1,
            is_over: true,
        };
        let said = verdict(&reading(&[1_000, 950, 850]), &TeamState::Done);
        assert_eq!(said, "200 of 3,000 additions lost, in 2 of 3 runs: 6.7 %.");
        let said = verdict(&reading(&[1_000]), &TeamState::Running);
        assert_eq!(said, "1,000 additions in one run so far, none lost.");
    }

    #[test]
    fn no_plan_takes_for_ever() {
        let plan = LostUpdates { workers: 8, increments: 10_000_000, runs: 500, ..first_plan() };
        assert_eq!(bounded(plan).runs, 25);
        assert_eq!(bounded(first_plan()), first_plan());
    }
}
