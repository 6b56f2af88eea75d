//! Chooses what is there at the start, and what goes wrong from now on.

use super::page::Stage;
use crate::components::{Choice, Slider};
use playground_core::chat::scenarios::{self, Named};
use playground_core::chat::{Action, Scenario, Transport, Without};
use playground_core::sim::{Run, Time};
use yew::prelude::*;

/// Of so many packets in a hundred.
const PERCENTS: [u32; 8] = [0, 5, 10, 20, 30, 50, 75, 100];
/// How long a packet, and a write, can be made to take, in milliseconds.
const LATENCIES: [u32; 7] = [20, 50, 100, 250, 550, 1_000, 2_000];
const FORCES: [u32; 7] = [0, 10, 50, 250, 500, 1_000, 2_500];
/// How many packets the server can keep for a tab.
const QUEUES: [u32; 7] = [4, 6, 12, 25, 50, 100, 500];
const TRANSPORTS: [(Transport, &str); 2] = [
    (Transport::Stream, "connections, as TCP makes them"),
    (Transport::Raw, "packets, as they come"),
];

/// What can be left out, nothing first.
fn withouts() -> Vec<Option<Without>> {
    std::iter::once(None).chain(Without::ALL.map(Some)).collect()
}

fn without_text(without: Option<Without>) -> &'static str {
    match without {
        None => "nothing",
        Some(Without::SequenceNumbers) => "sequence numbers",
        Some(Without::Idempotency) => "idempotency: ids are not remembered",
        Some(Without::Resume) => "resuming",
    }
}

/// The choices. Each begins a new run.
#[component]
pub fn Setup(props: &Stage) -> Html {
    let Stage { player, on_load, .. } = props;
    let (scenario, seed) = player.with_run(|run| (run.scenario.clone(), run.seed));
    let load = {
        let on_load = on_load.clone();
        move |scenario: Scenario| on_load.emit((Run::new(scenario, seed), Time::from_ms(4_000)))
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
        |change: fn(&mut Scenario, usize)| on_change(change).reform(|number: u32| number as usize);
    let mean = (scenario.latency_ms.0 + scenario.latency_ms.1) / 2;
    let transports = TRANSPORTS.iter().map(|it| AttrValue::from(it.1));
    html! {
        <fieldset class="chat-panel">
            <legend>{ "A new run" }</legend>
            <Begin ..props.clone() />
            <Choice label="Left out" chosen={withouts().iter().position(|it| *it == scenario.without)}
                options={withouts().into_iter().map(|it| AttrValue::from(without_text(it))).collect::<Vec<_>>()}
                on_change={on_change(|scenario, number| {
                    scenario.without = withouts().get(number).copied().flatten();
                })} />
            <Choice label="Carried by" options={transports.collect::<Vec<_>>()}
                chosen={TRANSPORTS.iter().position(|it| it.0 == scenario.transport)}
                on_change={on_change(|scenario, number| scenario.transport = TRANSPORTS[number.min(1)].0)} />
            <Slider label="A packet takes about" unit="ms" steps={LATENCIES.to_vec()} value={mean}
                on_change={on_number(|scenario, ms| {
                    let ms = ms as u32;
                    scenario.latency_ms = (ms - ms / 5, ms + ms / 5);
                })} />
            <Slider label="The server keeps for a slow reader" unit="packets" steps={QUEUES.to_vec()}
                value={scenario.queue} on_change={on_number(|scenario, queue| scenario.queue = queue as u32)} />
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

/// What goes wrong from now on.
#[component]
pub fn Faults(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    let (loss, duplication, reordering) = frame.network;
    let (force_ms, lies) = frame.server.disk;
    let slider = |label: &'static str, value: u32, action: Callback<u32>| {
        html! { <Slider {label} unit="%" steps={PERCENTS.to_vec()} {value} on_change={action} /> }
    };
    let set = |loss, duplication, reordering| Action::SetNetwork { loss, duplication, reordering };
    let on_lies = on_act.reform(move |_: Event| Action::SetDisk { force_ms, lies: !lies });
    html! {
        <fieldset class="chat-panel">
            <legend>{ "What goes wrong from now on" }</legend>
            { slider("Packets lost", loss, on_act.reform(move |loss| set(loss, duplication, reordering))) }
            { slider("Packets doubled", duplication, on_act.reform(move |it| set(loss, it, reordering))) }
            { slider("Packets overtaken", reordering, on_act.reform(move |it| set(loss, duplication, it))) }
            <Slider label="The disk takes" unit="ms" steps={FORCES.to_vec()} value={force_ms}
                on_change={on_act.reform(move |force_ms| Action::SetDisk { force_ms, lies })} />
            <label class="chat-check-box">
                <input type="checkbox" checked={lies} onchange={on_lies} />
                { " The disk says it has written what it has not" }
            </label>
        </fieldset>
    }
}
