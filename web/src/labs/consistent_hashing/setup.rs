//! Chooses what is there at the start: a scenario, numbers, or keys of the reader's own.

use super::words;
use crate::components::NumberField;
use crate::player::Player;
use playground_core::consistent_hashing::lab::{
    LONGEST_KEY_BYTES, MOST_KEYS, MOST_OWN_BYTES, MOST_OWN_KEYS, MOST_SHARDS, MOST_VIRTUAL_NODES,
};
use playground_core::consistent_hashing::scenarios::Named;
use playground_core::consistent_hashing::{HashKind, Lab, Scenario, scenarios};
use playground_core::sim::{Run, Time};
use web_sys::{HtmlSelectElement, HtmlTextAreaElement};
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
    let scenario = player.with_run(|run| run.scenario.clone());
    let load = {
        let player = player.clone();
        Callback::from(move |scenario: Scenario| {
            let run = Run::new(scenario.clamped(), player.with_run(|run| run.seed));
            player.load(run, Time::from_ms(1_000));
        })
    };
    let on_number = |change: fn(&mut Scenario, u32)| {
        let (load, scenario) = (load.clone(), scenario.clone());
        Callback::from(move |number: u64| {
            let mut scenario = scenario.clone();
            change(&mut scenario, number as u32);
            load.emit(scenario);
        })
    };
    let on_hash = {
        let (load, scenario) = (load.clone(), scenario.clone());
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let hash = HASHES.into_iter().find(|hash| hash.name() == select.value());
            load.emit(Scenario { hash: hash.unwrap_or_default(), ..scenario.clone() });
        })
    };
    let Scenario { shards, virtual_nodes, keys, hash, ref own_keys } = scenario;
    html! {
        <div class="consistent-hashing-setup">
            <Scenarios player={player.clone()} />
            <NumberField label="Shards" min={1} max={u64::from(MOST_SHARDS)} value={u64::from(shards)}
                on_change={on_number(|scenario, number| scenario.shards = number)} />
            <NumberField label="Virtual nodes" min={1} max={u64::from(MOST_VIRTUAL_NODES)}
                value={u64::from(virtual_nodes)}
                on_change={on_number(|scenario, number| scenario.virtual_nodes = number)} />
            <NumberField label="Keys" max={u64::from(MOST_KEYS)} value={u64::from(keys)}
                disabled={!own_keys.is_empty()}
                on_change={on_number(|scenario, number| scenario.keys = number)} />
            <label>{ "Hash " }<select onchange={on_hash}>
                { for HASHES.iter().map(|it| html! {
                    <option value={it.name()} selected={*it == hash}>{ it.name() }</option>
                }) }
            </select></label>
            <OwnKeys own_keys={own_keys.clone()} scenario={scenario.clone()} {load} />
        </div>
    }
}

/// The runs worth seeing.
#[component]
fn Scenarios(props: &SetupProps) -> Html {
    let player = props.player.clone();
    let named = scenarios::all();
    let played = player.with_run(|run| named.iter().position(|named| named.run == *run));
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let named = scenarios::all().into_iter().find(|named| named.name == select.value());
        if let Some(Named { run, until, .. }) = named {
            player.load(run, until);
        }
    });
    html! {
        <label>{ "Begin with " }<select {onchange}>
            if played.is_none() {
                <option value="" selected={true}>{ "A run of your own" }</option>
            }
            { for named.iter().enumerate().map(|(number, named)| html! {
                <option value={named.name} selected={played == Some(number)}>{ named.title }</option>
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
    // What is being typed: without it, drawing again would put the keys in force over it.
    let draft = use_state(|| None::<String>);
    let left_out = use_state(|| 0usize);
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| {
            let text: HtmlTextAreaElement = event.target_unchecked_into();
            draft.set(Some(text.value()));
        })
    };
    let place = {
        let (draft, left_out, scenario) = (draft.clone(), left_out.clone(), scenario.clone());
        let load = load.clone();
        Callback::from(move |_: MouseEvent| {
            let Some(text) = &*draft else { return };
            let own_keys: Vec<String> = text
                .lines()
                .map(|line| line.trim().to_owned())
                .filter(|it| !it.is_empty())
                .collect();
            let wanted = own_keys.len();
            let scenario = Scenario { own_keys, ..scenario.clone() }.clamped();
            left_out.set(wanted - scenario.own_keys.len());
            load.emit(scenario);
            draft.set(None);
        })
    };
    let clear = {
        let (draft, left_out, scenario) = (draft.clone(), left_out.clone(), scenario.clone());
        let load = load.clone();
        Callback::from(move |_: MouseEvent| {
            draft.set(None);
            left_out.set(0);
            load.emit(Scenario { own_keys: Vec::new(), ..scenario.clone() });
        })
    };
    let shown = (*draft).clone().unwrap_or_else(|| own_keys.join("\n"));
    let limits = format!(
        "One a line, at most {MOST_OWN_KEYS} and {} KB together, {LONGEST_KEY_BYTES} bytes each; they \
         travel with the link.",
        MOST_OWN_BYTES / 1_000
    );
    html! {
        <details class="consistent-hashing-own-keys" open={!own_keys.is_empty()}>
            <summary>{ "Keys of your own" }</summary>
            <label>{ limits }<textarea rows="5" spellcheck="false" value={shown} {oninput} /></label>
            <div class="toolbar">
                <button onclick={place}>{ "Place these keys" }</button>
                <button onclick={clear} disabled={own_keys.is_empty()}>{ "Back to generated keys" }</button>
            </div>
            if *left_out > 0 {
                <p role="status">
                    { format!("{} left out: repeated, too long, or too many.", words::keys(*left_out as u64)) }
                </p>
            }
        </details>
    }
}
