//! Chooses what is there at the start: a scenario, numbers, or keys of the reader's own.

use crate::player::Player;
use playground_core::consistent_hashing::lab::{MOST_KEYS, MOST_OWN_KEYS, MOST_SHARDS};
use playground_core::consistent_hashing::scenarios::Named;
use playground_core::consistent_hashing::{HashKind, Lab, Scenario, scenarios};
use playground_core::sim::{Run, Time};
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

const HASHES: [HashKind; 2] = [HashKind::XxHash64, HashKind::Md5];

/// Whose start is chosen.
#[derive(Properties, PartialEq)]
pub struct SetupProps {
    /// What is played.
    pub player: Player<Lab>,
}

/// The choices.
#[component]
pub fn Setup(props: &SetupProps) -> Html {
    let player = &props.player;
    let run = player.run();
    let load = {
        let player = player.clone();
        Callback::from(move |scenario: Scenario| {
            let run = Run::new(scenario.clamped(), player.run().seed);
            player.load(run, Time::from_ms(1_000));
        })
    };
    let on_number = |change: fn(&mut Scenario, u32)| {
        let (load, scenario) = (load.clone(), run.scenario.clone());
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let mut scenario = scenario.clone();
            change(&mut scenario, input.value_as_number().max(0.0) as u32);
            load.emit(scenario);
        })
    };
    let on_hash = {
        let (load, scenario) = (load.clone(), run.scenario.clone());
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let hash = HASHES.into_iter().find(|hash| hash.name() == select.value());
            load.emit(Scenario { hash: hash.unwrap_or_default(), ..scenario.clone() });
        })
    };
    let Scenario { shards, virtual_nodes, keys, hash, ref own_keys } = run.scenario;
    html! {
        <div class="consistent-hashing-setup">
            <Scenarios player={player.clone()} />
            <label>{ "Shards " }<input type="number" min="1" max={MOST_SHARDS.to_string()} value={shards.to_string()}
                onchange={on_number(|scenario, number| scenario.shards = number)} /></label>
            <label>{ "Virtual nodes " }<input type="number" min="1" max="1000" value={virtual_nodes.to_string()}
                onchange={on_number(|scenario, number| scenario.virtual_nodes = number)} /></label>
            <label>{ "Keys " }<input type="number" min="0" max={MOST_KEYS.to_string()} value={keys.to_string()}
                disabled={!own_keys.is_empty()}
                onchange={on_number(|scenario, number| scenario.keys = number)} /></label>
            <label>{ "Hash " }<select onchange={on_hash}>
                { for HASHES.iter().map(|it| html! {
                    <option value={it.name()} selected={*it == hash}>{ it.name() }</option>
                }) }
            </select></label>
            <OwnKeys own_keys={own_keys.clone()} scenario={run.scenario.clone()} {load} />
        </div>
    }
}

/// The runs worth seeing.
#[component]
fn Scenarios(props: &SetupProps) -> Html {
    let player = props.player.clone();
    let run = player.run();
    let named = scenarios::all();
    let is_played =
        |named: &Named| named.run.scenario == run.scenario && run.actions == named.run.actions;
    let is_own = !named.iter().any(is_played);
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let named = scenarios::all().into_iter().find(|named| named.name == select.value());
        if let Some(Named { run, until, .. }) = named {
            player.load(run, until);
        }
    });
    html! {
        <label>{ "Begin with " }<select {onchange}>
            if is_own {
                <option value="" selected={true}>{ "A run of your own" }</option>
            }
            { for named.iter().map(|named| html! {
                <option value={named.name} selected={is_played(named)}>{ named.title }</option>
            }) }
        </select></label>
    }
}

#[derive(Properties, PartialEq)]
struct OwnKeysProps {
    own_keys: Vec<String>,
    scenario: Scenario,
    load: Callback<Scenario>,
}

/// Keys of the reader's own, one a line.
#[component]
fn OwnKeys(props: &OwnKeysProps) -> Html {
    let OwnKeysProps { own_keys, scenario, load } = props;
    let text = use_node_ref();
    let place = {
        let (text, scenario, load) = (text.clone(), scenario.clone(), load.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(text) = text.cast::<HtmlTextAreaElement>() else { return };
            let own_keys = text.value().lines().map(|line| line.trim().to_owned()).collect();
            load.emit(Scenario { own_keys, ..scenario.clone() });
        })
    };
    let clear = {
        let (scenario, load) = (scenario.clone(), load.clone());
        Callback::from(move |_: MouseEvent| {
            load.emit(Scenario { own_keys: Vec::new(), ..scenario.clone() });
        })
    };
    html! {
        <details class="consistent-hashing-own-keys" open={!own_keys.is_empty()}>
            <summary>{ "Keys of your own" }</summary>
            <label>{ format!("One a line, at most {MOST_OWN_KEYS}; they travel with the link.") }
                <textarea ref={text} rows="5" spellcheck="false" value={own_keys.join("\n")} />
            </label>
            <div class="toolbar">
                <button onclick={place}>{ "Place these keys" }</button>
                <button onclick={clear} disabled={own_keys.is_empty()}>{ "Back to generated keys" }</button>
            </div>
        </details>
    }
}
