//! Every knob: what is there at the start, and what is so from now on.

use super::page::Stage;
use super::words::mistake_text;
use crate::components::{Choice, Slider};
use playground_core::sim::{Named, Run, Time};
use playground_core::unique_id::lab::{
    Action, Lab, MOST_PER_SECOND, MOST_SHARDS, MOST_WORKERS, Mistake, Scenario, Traffic,
};
use playground_core::unique_id::scenarios;
use playground_core::unique_id::snowflake::{ClockPolicy, Field, Layout, LayoutSpec};
use yew::prelude::*;

const NUMBERS: [u32; 6] = [1, 2, 3, 4, 8, 32];
const LEASES_MS: [u32; 7] = [20, 40, 60, 100, 200, 500, 1_000];
const SLOW: [u32; 8] = [1, 5, 10, 20, 50, 100, 200, 500];
const PER_SECOND: [u32; 6] = [0, 1, 2, 5, 10, 25];
const COUNTS: [u32; 6] = [1, 10, 100, 1_000, 4_000, 10_000];
/// The most bits of a sequence: those of the classical layout.
const MOST_SEQUENCE_BITS: u32 = 12;
/// How far a wait or a loan may go, in milliseconds.
const BOUND_MS: u64 = 50;

/// How long a run of one's own is worth watching at first.
const UNTIL: Time = Time::from_ms(15_000);

/// What can be done wrong, nothing first.
fn mistakes() -> Vec<Option<Mistake>> {
    std::iter::once(None).chain(Mistake::ALL.map(Some)).collect()
}

/// What a worker can do when its clock has stepped back.
fn policies() -> [(ClockPolicy, &'static str); 3] {
    [
        (ClockPolicy::Wait { at_most_ms: BOUND_MS }, "waits until it is there again"),
        (ClockPolicy::Refuse, "refuses"),
        (ClockPolicy::Borrow { at_most_ms: BOUND_MS }, "goes on from its last ID"),
    ]
}

/// The classical layout with fewer bits for the sequence.
fn with_sequence(sequence_bits: u8) -> Layout {
    Layout::new(LayoutSpec { sequence_bits, ..*Layout::CLASSICAL.spec() }).unwrap_or_default()
}

/// Which of them a policy is, whatever its bound.
fn kind_of(policy: ClockPolicy) -> usize {
    match policy {
        ClockPolicy::Wait { .. } => 0,
        ClockPolicy::Refuse => 1,
        ClockPolicy::Borrow { .. } => 2,
    }
}

/// The runs worth seeing, those with a mistake last.
fn named() -> impl Iterator<Item = Named<Lab>> {
    scenarios::all().into_iter().chain(scenarios::broken())
}

/// The choices that begin a new run.
#[component]
pub fn Setup(props: &Stage) -> Html {
    let Stage { player, on_load, .. } = props;
    let (scenario, seed) = player.with_run(|run| (run.scenario.clone(), run.seed));
    let on_change = |change: fn(&mut Scenario, usize)| {
        let (on_load, scenario) = (on_load.clone(), scenario.clone());
        Callback::from(move |number: usize| {
            let mut scenario = scenario.clone();
            change(&mut scenario, number);
            on_load.emit((Run::new(scenario, seed), UNTIL));
        })
    };
    let on_number =
        |change: fn(&mut Scenario, usize)| on_change(change).reform(|number: u32| number as usize);
    let to = |most: u32| (1..=most).collect::<Vec<u32>>();
    html! {
        <fieldset class="unique-id-panel">
            <legend>{ "A new run" }</legend>
            <Begin ..props.clone() />
            <Choice label="The mistake" chosen={mistakes().iter().position(|it| *it == scenario.mistake)}
                options={mistakes().into_iter().map(|it| AttrValue::from(mistake_text(it))).collect::<Vec<_>>()}
                on_change={on_change(|scenario, number| scenario.mistake = mistakes().get(number).copied().flatten())} />
            <Slider label="Workers" steps={to(u32::from(MOST_WORKERS))} value={u32::from(scenario.workers)}
                on_change={on_number(|scenario, count| {
                    scenario.workers = count as u8;
                    scenario.running = count as u8;
                })} />
            <Slider label="Worker numbers to lease" steps={NUMBERS.to_vec()} value={u32::from(scenario.numbers)}
                on_change={on_number(|scenario, count| scenario.numbers = count as u16)} />
            <Slider label="A lease reserves" unit="ms" steps={LEASES_MS.to_vec()} value={scenario.lease_ms}
                on_change={on_number(|scenario, ms| scenario.lease_ms = ms as u32)} />
            <Slider label="The sequence has" unit="bits" steps={to(MOST_SEQUENCE_BITS)}
                value={scenario.layout.width(Field::Sequence)}
                on_change={on_number(|scenario, bits| scenario.layout = with_sequence(bits as u8))} />
            <Slider label="Shards that store posts" steps={(0..=u32::from(MOST_SHARDS)).collect::<Vec<_>>()}
                value={u32::from(scenario.shards)}
                on_change={on_number(|scenario, count| scenario.shards = count as u8)} />
            <Slider label="Slowed down" unit="times" steps={SLOW.to_vec()} value={scenario.slow_motion}
                on_change={on_number(|scenario, slow| scenario.slow_motion = slow as u32)} />
        </fieldset>
    }
}

/// The runs worth seeing.
#[component]
fn Begin(props: &Stage) -> Html {
    let chosen = props.player.with_run(|run| named().position(|named| named.run == *run));
    let options: Vec<AttrValue> = named().map(|named| named.title.into()).collect();
    let on_load = props.on_load.clone();
    let on_change = Callback::from(move |number: usize| {
        if let Some(Named { run, until, .. }) = named().nth(number) {
            on_load.emit((run, until));
        }
    });
    html! { <Choice label="Begin with" {options} {chosen} otherwise="a run of your own" {on_change} /> }
}

/// What is so from now on.
#[component]
pub fn Later(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    let options: Vec<AttrValue> =
        policies().iter().map(|(_, text)| AttrValue::from(*text)).collect();
    let traffic = frame.traffic;
    let on_policy = on_act.reform(|number: usize| Action::SetPolicy {
        policy: policies().get(number).map_or(ClockPolicy::Refuse, |it| it.0),
    });
    let on_rate = on_act.reform(move |per_second: u32| Action::SetTraffic {
        traffic: Traffic {
            per_second: per_second.min(MOST_PER_SECOND),
            count: traffic.count.max(1),
        },
    });
    let on_count = on_act.reform(move |count: u32| Action::SetTraffic {
        traffic: Traffic { count: count as u16, ..traffic },
    });
    html! {
        <fieldset class="unique-id-panel">
            <legend>{ "From now on" }</legend>
            <Choice label="A worker whose clock has gone back" {options} chosen={Some(kind_of(frame.policy))}
                on_change={on_policy} />
            <p class="unique-id-hint">{ format!("Now it {}.", super::words::policy_text(frame.policy)) }</p>
            <Slider label="Requests that come by themselves" unit="a second of yours" steps={PER_SECOND.to_vec()}
                value={traffic.per_second} on_change={on_rate} />
            <Slider label="… IDs of each" steps={COUNTS.to_vec()} value={u32::from(traffic.count.max(1))} on_change={on_count} />
        </fieldset>
    }
}
