//! Any ID, pasted: recognised, taken apart bit by bit, and read.

use super::examples::{EXAMPLES, Example};
use super::field_table::FieldTable;
use super::reading;
use super::tiles::Tiles;
use crate::components::Choice;
use playground_core::unique_id::anatomy::{Dissection, Notation, What, recognise, utc};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What lies there at first: an ID from Discord's own documentation.
const FIRST: usize = 1;

/// The field, some examples, and what comes of it.
#[component]
pub fn Dissector() -> Html {
    let text = use_state_eq(|| AttrValue::from(EXAMPLES[FIRST].text()));
    let wanted = use_state_eq(|| EXAMPLES[FIRST].what);
    let oninput = {
        let (text, wanted) = (text.setter(), wanted.setter());
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            text.set(input.value().into());
            // What the one before was taken for says nothing about this one.
            wanted.set(None);
        })
    };
    let on_example = {
        let (text, wanted) = (text.setter(), wanted.setter());
        move |example: &'static Example| {
            let (text, wanted) = (text.clone(), wanted.clone());
            Callback::from(move |_: MouseEvent| {
                text.set(example.text().into());
                wanted.set(example.what);
            })
        }
    };
    let on_wanted = {
        let wanted = wanted.setter();
        Callback::from(move |what: What| wanted.set(Some(what)))
    };
    let examples = EXAMPLES.iter().map(|example| {
        html! { <button type="button" key={example.name} onclick={on_example(example)}>{ example.name }</button> }
    });
    html! {
        <div class="figure unique-id-dissector">
            <label class="unique-id-paste">
                <span>{ "An ID" }</span>
                <input type="text" value={(*text).clone()} {oninput} spellcheck="false" autocomplete="off"
                    autocapitalize="off" maxlength="80" />
            </label>
            <div class="toolbar" role="group" aria-label="Examples">{ for examples }</div>
            { read(&text, *wanted, &on_wanted) }
        </div>
    }
}

/// What a text can be read as: the way that is wanted, if it is among them, or else the most usual one.
fn read(text: &str, wanted: Option<What>, on_wanted: &Callback<What>) -> Html {
    let readings = match recognise(text) {
        Ok(readings) => readings,
        Err(why) => {
            let why = super::words::sentence(&why.to_string());
            return html! { <p class="notice" role="status">{ format!("This is no ID that is known here. {why}") }</p> };
        }
    };
    let chosen = readings.iter().position(|it| Some(it.what) == wanted).unwrap_or(0);
    let Some(reading) = readings.get(chosen) else { return Html::default() };
    let options: Vec<AttrValue> = readings.iter().map(|it| name(it).into()).collect();
    let whats: Vec<What> = readings.iter().map(|it| it.what).collect();
    let on_change =
        on_wanted.reform(move |number: usize| whats.get(number).copied().unwrap_or(What::Ulid));
    html! {
        <>
            if readings.len() > 1 {
                <Choice label={format!("It can be read in {} ways", readings.len())} {options} chosen={Some(chosen)} {on_change} />
            }
            <p class="unique-id-moment" role="status">{ told(reading) }</p>
            <div class="unique-id-wide">
                <Tiles label={format!("The bits of {text}")} value={reading::value(reading)} width={reading.bits}
                    fields={reading::fields(reading)} />
            </div>
            <FieldTable caption="Its fields" fields={reading::fields(reading)} />
        </>
    }
}

/// What something is read as, with how it is written.
fn name(reading: &Dissection) -> String {
    let notation = match reading.notation {
        Notation::Decimal => "decimal digits",
        Notation::Hexadecimal => "hexadecimal digits",
        Notation::Base32 => "Crockford’s base 32",
        Notation::Uuid => "hexadecimal groups",
        Notation::Ulid => "26 digits of base 32",
    };
    format!("{}, in {notation}", reading.what.name())
}

/// What it is and when it was made.
fn told(reading: &Dissection) -> String {
    match reading.unix_ms {
        Some(ms) => format!("{}: made {}", name(reading), utc(ms)),
        None => format!("{}: it does not tell when it was made", name(reading)),
    }
}
