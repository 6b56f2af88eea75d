//! Every knob: what is there at the start, and what is so from now on.

use super::knobs::{CAPACITIES, PACES_MS, mean_ms, on_pace};
use super::page::Stage;
use super::runs::POLICIES;
use super::words::{mistake_text, order_text, policy_text};
use crate::components::{Choice, Slider};
use playground_core::blocking_queue::Order;
use playground_core::blocking_queue::lab::{
    Action, Lab, MOST_WORKERS, Mistake, Pace, Policy, Scenario, Spread,
};
use playground_core::blocking_queue::scenarios;
use playground_core::sim::{Named, Run, Time};
use yew::prelude::*;

const BURSTS: [u32; 7] = [1, 2, 3, 5, 10, 20, 50];
const WAKES_MS: [u32; 7] = [0, 20, 60, 100, 200, 500, 1_000];
const ORDERS: [Order; 2] = [Order::Barging, Order::Fair];
const SPREADS: [(Spread, &str); 3] = [
    (Spread::Steady, "always the same"),
    (Spread::Uniform, "half to one and a half of it"),
    (Spread::Memoryless, "at random, as telephone calls"),
];

/// How long a run of one's own is worth watching at first.
const UNTIL: Time = Time::from_ms(30_000);

/// What can be done wrong, nothing first.
fn mistakes() -> Vec<Option<Mistake>> {
    std::iter::once(None).chain(Mistake::ALL.map(Some)).collect()
}

/// The runs worth seeing, those with a mistake last.
fn named() -> impl Iterator<Item = Named<Lab>> {
    scenarios::all().into_iter().chain(scenarios::broken())
}

/// So many workers at the pace of those who are there.
fn workers(paces: &[Pace], count: usize) -> Vec<Pace> {
    let pace = paces.first().copied().unwrap_or(Pace::uniform(1_000));
    (0..count).map(|index| paces.get(index).copied().unwrap_or(pace)).collect()
}

fn spread(paces: &mut [Pace], number: usize) {
    for pace in paces {
        pace.spread = SPREADS.get(number).map_or(Spread::Uniform, |it| it.0);
    }
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
    let to = |most: u8| (1..=u32::from(most)).collect::<Vec<u32>>();
    let texts = |texts: Vec<&'static str>| -> Vec<AttrValue> {
        texts.into_iter().map(AttrValue::from).collect()
    };
    let spread_of = |paces: &[Pace]| {
        let first = paces.first()?.spread;
        SPREADS.iter().position(|(it, _)| *it == first)
    };
    html! {
        <fieldset class="blocking-queue-panel">
            <legend>{ "A new run" }</legend>
            <Begin ..props.clone() />
            <Choice label="The mistake" chosen={mistakes().iter().position(|it| *it == scenario.mistake)}
                options={texts(mistakes().into_iter().map(mistake_text).collect())}
                on_change={on_change(|it, number| it.mistake = mistakes().get(number).copied().flatten())} />
            <Slider label="Producers" steps={to(MOST_WORKERS)} value={scenario.producers.len() as u32}
                on_change={on_number(|it, count| it.producers = workers(&it.producers, count))} />
            <Slider label="Consumers" steps={to(MOST_WORKERS)} value={scenario.consumers.len() as u32}
                on_change={on_number(|it, count| it.consumers = workers(&it.consumers, count))} />
            <Slider label="Items that a producer makes at once" steps={BURSTS.to_vec()} value={u32::from(scenario.burst)}
                on_change={on_number(|it, count| it.burst = count as u16)} />
            <Choice label="Who goes first" chosen={ORDERS.iter().position(|it| *it == scenario.order)}
                options={texts(ORDERS.map(order_text).to_vec())}
                on_change={on_change(|it, number| it.order = ORDERS.get(number).copied().unwrap_or_default())} />
            <Choice label="How long an item takes a producer" chosen={spread_of(&scenario.producers)}
                options={texts(SPREADS.map(|it| it.1).to_vec())}
                on_change={on_change(|it, number| spread(&mut it.producers, number))} />
            <Choice label="How long an item takes a consumer" chosen={spread_of(&scenario.consumers)}
                options={texts(SPREADS.map(|it| it.1).to_vec())}
                on_change={on_change(|it, number| spread(&mut it.consumers, number))} />
            <Slider label="To get up takes at most" unit="ms" steps={WAKES_MS.to_vec()} value={scenario.wake_ms.1}
                on_change={on_number(|it, ms| it.wake_ms = (ms as u32 / 2, ms as u32))} />
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

/// Which policy it is, however long somebody waits.
fn kind_of(policy: Policy) -> usize {
    match policy {
        Policy::Block => 0,
        Policy::TimeOut { .. } => 1,
        Policy::DropNewest => 2,
        Policy::DropOldest => 3,
    }
}

/// What is so from now on.
#[component]
pub fn Later(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    let options: Vec<AttrValue> = POLICIES.iter().map(|it| policy_text(*it).into()).collect();
    let on_policy = on_act.reform(|number: usize| Action::SetPolicy {
        policy: POLICIES.get(number).copied().unwrap_or_default(),
    });
    let on_capacity =
        on_act.reform(|capacity: u32| Action::SetCapacity { capacity: capacity as u16 });
    html! {
        <fieldset class="blocking-queue-panel">
            <legend>{ "From now on" }</legend>
            <Choice label="Without room" {options} chosen={Some(kind_of(frame.policy))} on_change={on_policy} />
            <Slider label="Capacity" unit="places" steps={CAPACITIES.to_vec()} value={frame.capacity} on_change={on_capacity} />
            <Slider label="Producers take" unit="ms an item" steps={PACES_MS.to_vec()} value={mean_ms(&frame.producers)}
                on_change={on_pace(&frame.producers, on_act)} />
            <Slider label="Consumers take" unit="ms an item" steps={PACES_MS.to_vec()} value={mean_ms(&frame.consumers)}
                on_change={on_pace(&frame.consumers, on_act)} />
            <div class="toolbar">
                <button type="button" disabled={frame.is_closed} onclick={on_act.reform(|_: MouseEvent| Action::Close)}>
                    { "Close the queue" }
                </button>
            </div>
        </fieldset>
    }
}
