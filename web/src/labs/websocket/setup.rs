//! Chooses what is there at the start: a run worth seeing, or a wire and a handshake.

use super::page::Stage;
use crate::components::{Choice, Slider};
use playground_core::sim::{Run, Time};
use playground_core::websocket::lab::{Greeting, Scenario};
use playground_core::websocket::scenarios::{self, Named};
use yew::prelude::*;

const GREETINGS: [(Greeting, &str); 5] = [
    (Greeting::Proper, "as it should be"),
    (Greeting::ShortKey, "a key that is too short"),
    (Greeting::OldVersion, "version 8"),
    (Greeting::NoUpgrade, "no upgrade asked for"),
    (Greeting::StaleAnswer, "an answer from a cache"),
];
const LATENCIES: [u32; 7] = [50, 100, 200, 400, 800, 1_600, 3_000];
const SEGMENTS: [u32; 7] = [1, 2, 4, 16, 100, 536, 1_460];
const GAPS: [u32; 6] = [1, 10, 60, 120, 250, 500];
const LIMITS: [u32; 6] = [10, 125, 1_000, 10_000, 66_000, 70_000];

/// The choices. Each begins a new run.
#[component]
pub fn Setup(props: &Stage) -> Html {
    let Stage { player, on_load, .. } = props;
    let (scenario, seed) = player.with_run(|run| (run.scenario.clone(), run.seed));
    let on_change = |change: fn(&mut Scenario, u32)| {
        let (on_load, scenario) = (on_load.clone(), scenario.clone());
        Callback::from(move |value: u32| {
            let mut scenario = scenario.clone();
            change(&mut scenario, value);
            on_load.emit((Run::new(scenario, seed), Time::from_ms(2_500)));
        })
    };
    let on_greeting = on_change(|scenario, number| {
        scenario.greeting = GREETINGS.get(number as usize).map_or(Greeting::Proper, |it| it.0);
    });
    let greetings: Vec<AttrValue> = GREETINGS.iter().map(|it| AttrValue::from(it.1)).collect();
    html! {
        <fieldset class="websocket-panel">
            <legend>{ "A new run" }</legend>
            <Begin ..props.clone() />
            <Choice label="The handshake" options={greetings}
                chosen={GREETINGS.iter().position(|it| it.0 == scenario.greeting)}
                on_change={on_greeting.reform(|number: usize| number as u32)} />
            <Slider label="A byte is under way for" unit="ms" steps={LATENCIES.to_vec()} value={scenario.latency_ms}
                on_change={on_change(|scenario, ms| scenario.latency_ms = ms)} />
            <Slider label="A segment holds at most" unit="bytes" steps={SEGMENTS.to_vec()}
                value={scenario.chunk_bytes} on_change={on_change(|scenario, bytes| scenario.chunk_bytes = bytes)} />
            <Slider label="Segments follow each other after" unit="ms" steps={GAPS.to_vec()} value={scenario.gap_ms}
                on_change={on_change(|scenario, ms| scenario.gap_ms = ms)} />
            <Slider label="Both sides take messages up to" unit="bytes" steps={LIMITS.to_vec()}
                value={scenario.limit_bytes} on_change={on_change(|scenario, bytes| scenario.limit_bytes = bytes)} />
        </fieldset>
    }
}

/// The runs worth seeing.
#[component]
fn Begin(props: &Stage) -> Html {
    let named: Vec<Named> = scenarios::all();
    let chosen = props.player.with_run(|run| named.iter().position(|named| named.run == *run));
    let options: Vec<AttrValue> = named.iter().map(|named| named.title.into()).collect();
    let on_load = props.on_load.clone();
    let on_change = Callback::from(move |number: usize| {
        if let Some(Named { run, until, .. }) = scenarios::all().into_iter().nth(number) {
            on_load.emit((run, until));
        }
    });
    html! { <Choice label="Begin with" {options} {chosen} otherwise="a run of your own" {on_change} /> }
}
