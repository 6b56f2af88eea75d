//! Chooses what is there at the start: a run worth seeing, or a world, a mistake and a pace.

use super::page::Stage;
use crate::components::{Choice, Slider};
use playground_core::sim::{Run, Time};
use playground_core::two_phase_commit::scenarios::Named;
use playground_core::two_phase_commit::{Flaw, Pace, Scenario, World, scenarios};
use yew::prelude::*;

/// The worlds, each with its name here.
const WORLDS: [(World, &str); 3] = [
    (World::Restaurant, "a restaurant"),
    (World::Paid, "a restaurant, and a card that pays"),
    (World::Wallets, "two wallets"),
];
const PACES: [(Pace, &str); 2] = [(Pace::Timed, "time"), (Pace::ByHand, "you, message by message")];
/// How long messages and forced writes can be made to take, in milliseconds.
const LATENCIES: [u32; 8] = [50, 100, 250, 550, 1_000, 2_000, 4_000, 8_000];
const FORCES: [u32; 8] = [0, 10, 50, 100, 250, 500, 1_000, 3_000];

/// The mistakes, the protocol as it should be first.
pub fn flaws() -> Vec<Flaw> {
    std::iter::once(Flaw::None).chain(Flaw::ALL).collect()
}

/// A mistake in a few words.
pub fn flaw_text(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::None => "nothing",
        Flaw::DecideBeforeLogging => "it decides before it writes",
        Flaw::ForgetVote => "it forgets its vote in a crash",
        Flaw::AbortOnTimeout => "it aborts when the decision is overdue",
        Flaw::PresumeCommit => "it presumes commit where its log is silent",
        Flaw::AcknowledgeBeforeCommit => "it acknowledges before it commits",
    }
}

/// The choices. Each begins a new run.
#[component]
pub fn Setup(props: &Stage) -> Html {
    let Stage { player, on_load, .. } = props;
    let (scenario, seed) = player.with_run(|run| (run.scenario.clone(), run.seed));
    let load = {
        let on_load = on_load.clone();
        move |scenario: Scenario| on_load.emit((Run::new(scenario, seed), Time::from_ms(1_000)))
    };
    let on_change = |change: fn(&mut Scenario, usize)| {
        let (load, scenario) = (load.clone(), scenario.clone());
        Callback::from(move |number: usize| {
            let mut scenario = scenario.clone();
            change(&mut scenario, number);
            load(scenario);
        })
    };
    let on_number =
        |change: fn(&mut Scenario, usize)| on_change(change).reform(|ms: u32| ms as usize);
    let by_hand = scenario.pace == Pace::ByHand;
    let names =
        |names: &[&'static str]| names.iter().map(|it| AttrValue::from(*it)).collect::<Vec<_>>();
    let mean = (scenario.latency_ms.0 + scenario.latency_ms.1) / 2;
    html! {
        <fieldset class="two-phase-commit-panel">
            <legend>{ "A new run" }</legend>
            <Begin ..props.clone() />
            <Choice label="World" options={names(&WORLDS.map(|it| it.1))}
                chosen={WORLDS.iter().position(|it| it.0 == scenario.world)}
                on_change={on_change(|scenario, number| scenario.world = WORLDS[number.min(2)].0)} />
            <Choice label="What it gets wrong"
                options={flaws().into_iter().map(|it| AttrValue::from(flaw_text(it))).collect::<Vec<_>>()}
                chosen={flaws().iter().position(|it| *it == scenario.flaw)}
                on_change={on_change(|scenario, number| {
                    scenario.flaw = flaws().get(number).copied().unwrap_or_default();
                })} />
            <Choice label="Moved on by" options={names(&PACES.map(|it| it.1))}
                chosen={PACES.iter().position(|it| it.0 == scenario.pace)}
                on_change={on_change(|scenario, number| scenario.pace = PACES[number.min(1)].0)} />
            <Slider label="A message takes about" unit="ms" steps={LATENCIES.to_vec()} value={mean} disabled={by_hand}
                on_change={on_number(|scenario, ms| {
                    let ms = ms as u32;
                    scenario.latency_ms = (ms - ms / 5, ms + ms / 5);
                })} />
            <Slider label="A forced write takes" unit="ms" steps={FORCES.to_vec()} value={scenario.force_ms}
                disabled={by_hand} on_change={on_number(|scenario, ms| scenario.force_ms = ms as u32)} />
        </fieldset>
    }
}

/// The runs worth seeing.
#[component]
fn Begin(props: &Stage) -> Html {
    let named: Vec<Named> = scenarios::all().into_iter().chain(scenarios::broken()).collect();
    let chosen = props.player.with_run(|run| named.iter().position(|named| named.run == *run));
    let options: Vec<AttrValue> = named.iter().map(|named| named.title.into()).collect();
    let on_load = props.on_load.clone();
    let on_change = Callback::from(move |number: usize| {
        let mut named = scenarios::all().into_iter().chain(scenarios::broken());
        if let Some(Named { run, until, .. }) = named.nth(number) {
            on_load.emit((run, until));
        }
    });
    html! { <Choice label="Begin with" {options} {chosen} otherwise="a run of your own" {on_change} /> }
}
