//! Every knob: what is there at the start, and what is so from now on.

use super::page::Stage;
use super::words::without_text;
use crate::components::{Choice, Slider};
use playground_core::cdn::eviction::Policy;
use playground_core::cdn::lab::{Control, MOST_SHARDS, OriginState, Pictures, Routing, Without};
use playground_core::cdn::places::City;
use playground_core::cdn::scenarios::{self, Named};
use playground_core::cdn::{Action, Scenario};
use playground_core::sim::{Run, Time};
use yew::prelude::*;

const CAPACITIES_KIB: [u32; 9] = [64, 256, 512, 1_024, 2_048, 4_096, 8_192, 32_768, 131_072];
const SECONDS: [u32; 9] = [0, 2, 5, 10, 20, 60, 300, 3_600, 86_400];
const PER_SECOND: [u32; 8] = [0, 1, 2, 5, 10, 20, 50, 100];
const SLOW: [u32; 6] = [1, 2, 5, 10, 20, 50];
const ALPHAS: [u32; 7] = [0, 50, 70, 90, 100, 120, 150];
const ORIGINS: [(OriginState, &str); 4] = [
    (OriginState::Up, "answers"),
    (OriginState::Slow(500), "answers 500 ms later"),
    (OriginState::Failing, "answers everything with 500"),
    (OriginState::Down, "does not answer"),
];

/// What can be left out, nothing first.
fn withouts() -> Vec<Option<Without>> {
    std::iter::once(None).chain(Without::ALL.map(Some)).collect()
}

/// The runs worth seeing, those that break a promise last.
fn named() -> impl Iterator<Item = Named> {
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
            on_load.emit((Run::new(scenario, seed), Time::from_ms(6_000)));
        })
    };
    let on_number =
        |change: fn(&mut Scenario, usize)| on_change(change).reform(|number: u32| number as usize);
    let shields = ["none", "London"].map(AttrValue::from).to_vec();
    html! {
        <fieldset class="cdn-panel">
            <legend>{ "A new run" }</legend>
            <Begin ..props.clone() />
            <Choice label="Left out" chosen={withouts().iter().position(|it| *it == scenario.without)}
                options={withouts().into_iter().map(|it| AttrValue::from(without_text(it))).collect::<Vec<_>>()}
                on_change={on_change(|scenario, number| {
                    scenario.without = withouts().get(number).copied().flatten();
                })} />
            <Choice label="A shield between edges and origin" options={shields}
                chosen={Some(usize::from(scenario.shield.is_some()))}
                on_change={on_change(|scenario, number| scenario.shield = (number == 1).then_some(City::London))} />
            <Choice label="Connections" chosen={Some(usize::from(scenario.handshakes))}
                options={["are open already", "are opened for each request: TCP and TLS"].map(AttrValue::from).to_vec()}
                on_change={on_change(|scenario, number| scenario.handshakes = number == 1)} />
            <Slider label="Slower than on the Earth" unit="times" steps={SLOW.to_vec()} value={scenario.slow_motion}
                on_change={on_number(|scenario, slow| scenario.slow_motion = slow as u32)} />
            <Slider label="Popularity of pictures: Zipf’s exponent, in hundredths" steps={ALPHAS.to_vec()}
                value={scenario.pictures.alpha_percent}
                on_change={on_number(|scenario, alpha| scenario.pictures.alpha_percent = alpha as u32)} />
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

/// What is so from now on, at the caches.
#[component]
pub fn Caches(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    let settings = &frame.settings;
    let policies = Policy::ALL.map(|it| AttrValue::from(it.name())).to_vec();
    let collapsing = ["become one fetch", "are a fetch each"].map(AttrValue::from).to_vec();
    let routing = ["the ring of consistent hashing", "the hash modulo their number"];
    let on_shield = on_act.reform(|_: Event| Action::SetShield { on: true });
    let off_shield = on_act.reform(|_: Event| Action::SetShield { on: false });
    html! {
        <fieldset class="cdn-panel">
            <legend>{ "Caches, from now on" }</legend>
            <Slider label="A cache server holds" unit="KiB" steps={CAPACITIES_KIB.to_vec()} value={settings.capacity_kib}
                on_change={on_act.reform(|kib| Action::SetCapacity { kib })} />
            <Choice label="A full one evicts by" options={policies}
                chosen={Policy::ALL.iter().position(|it| *it == settings.policy)}
                on_change={on_act.reform(|number: usize| Action::SetPolicy {
                    policy: Policy::ALL.get(number).copied().unwrap_or_default(),
                })} />
            <Choice label="Misses of the same thing" options={collapsing} chosen={Some(usize::from(!settings.collapsing))}
                on_change={on_act.reform(|number: usize| Action::SetCollapsing { on: number == 0 })} />
            <Slider label="Cache servers in each city" steps={(1..=u32::from(MOST_SHARDS)).collect::<Vec<_>>()}
                value={u32::from(settings.shards)}
                on_change={on_act.reform(|count: u32| Action::SetShards { count: count as u8 })} />
            <Choice label="What chooses among them" options={routing.map(AttrValue::from).to_vec()}
                chosen={Some(usize::from(settings.routing == Routing::Modulo))}
                on_change={on_act.reform(|number: usize| Action::SetRouting {
                    routing: if number == 0 { Routing::Ring } else { Routing::Modulo },
                })} />
            if frame.shield.is_some() {
                <label class="cdn-check">
                    <input type="checkbox" checked={settings.shield}
                        onchange={if settings.shield { off_shield } else { on_shield }} />
                    { " Edges ask the shield" }
                </label>
            }
        </fieldset>
    }
}

/// What is so from now on, at the origin and with readers.
#[component]
pub fn Origin(props: &Stage) -> Html {
    let Stage { frame, on_act, item, .. } = props;
    let origins = ORIGINS.map(|(_, text)| AttrValue::from(text)).to_vec();
    let has_pictures = frame.scenario.pictures.count > 0;
    html! {
        <fieldset class="cdn-panel">
            <legend>{ "Origin and readers, from now on" }</legend>
            <Choice label="The origin" options={origins}
                chosen={ORIGINS.iter().position(|(state, _)| *state == frame.origin.state)}
                on_change={on_act.reform(|number: usize| Action::SetOrigin {
                    state: ORIGINS.get(number).map_or(OriginState::Up, |it| it.0),
                })} />
            <Lifetimes frame={frame.clone()} item={*item} on_act={on_act.clone()} />
            if has_pictures {
                <Slider label="Pictures asked for" unit="a second" steps={PER_SECOND.to_vec()}
                    value={frame.settings.per_second}
                    on_change={on_act.reform(|per_second| Action::SetTraffic { per_second })} />
            } else {
                <Crowd ..props.clone() />
            }
        </fieldset>
    }
}

/// Readers who ask by themselves need pictures, and those are there from the start of a run.
#[component]
fn Crowd(props: &Stage) -> Html {
    let Stage { player, on_load, .. } = props;
    let (scenario, seed) = player.with_run(|run| (run.scenario.clone(), run.seed));
    let onclick = on_load.reform(move |_: MouseEvent| {
        let pictures = Pictures {
            count: 300,
            per_second: 10,
            alpha_percent: 90,
            scan_every: 0,
            max_age_s: 600,
        };
        let scenario = Scenario { pictures, slow_motion: 3, ..scenario.clone() };
        (Run::new(scenario, seed), Time::from_ms(30_000))
    });
    html! {
        <div class="toolbar">
            <button type="button" {onclick}>{ "Begin a run with readers who ask by themselves" }</button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct LifetimesProps {
    frame: std::rc::Rc<playground_core::cdn::Frame>,
    item: u16,
    on_act: Callback<Action>,
}

/// What the origin says about storing an item.
#[component]
fn Lifetimes(props: &LifetimesProps) -> Html {
    let LifetimesProps { frame, item, on_act } = props;
    let item = *item;
    let Some(view) = frame.origin.items.get(usize::from(item)) else { return Html::default() };
    let control = view.item.control;
    let slider = |label: String, value: u32, change: fn(&mut Control, u32)| {
        let on_change = on_act.reform(move |seconds: u32| {
            let mut control = control;
            change(&mut control, seconds);
            Action::SetControl { item, control }
        });
        html! { <Slider {label} unit="s" steps={SECONDS.to_vec()} {value} {on_change} /> }
    };
    let on_must = on_act.reform(move |_: Event| {
        let control = Control { must_revalidate: !control.must_revalidate, ..control };
        Action::SetControl { item, control }
    });
    html! {
        <>
            <p class="cdn-hint"><code>{ format!("{}: Cache-Control: {}", view.item.path, control.field()) }</code></p>
            { slider(format!("{}: max-age", view.item.path), control.max_age_s, |it, s| it.max_age_s = s) }
            { slider("… stale-while-revalidate".to_owned(), control.stale_while_revalidate_s,
                |it, s| it.stale_while_revalidate_s = s) }
            { slider("… stale-if-error".to_owned(), control.stale_if_error_s, |it, s| it.stale_if_error_s = s) }
            <label class="cdn-check">
                <input type="checkbox" checked={control.must_revalidate} onchange={on_must} />
                { " must-revalidate" }
            </label>
        </>
    }
}
