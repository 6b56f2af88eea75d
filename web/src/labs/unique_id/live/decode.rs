//! An ID taken apart by the server.

use super::super::real::connect::API;
use crate::components::{DataTable, Row};
use crate::live::{FetchError, get_json};
use js_sys::encode_uri_component;
use playground_core::unique_id::anatomy::{self, BitField, Dissection};
use playground_core::unique_id::wire::Decoded;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct DecodeProps {
    /// What is asked about.
    pub text: AttrValue,
    /// Told what is typed.
    pub on_text: Callback<AttrValue>,
    /// Whether nothing can be asked now.
    pub disabled: bool,
}

/// The form, and the answer.
#[component]
pub fn Decode(props: &DecodeProps) -> Html {
    let DecodeProps { text, on_text, disabled } = props;
    let decoded = use_state_eq(|| None::<Result<Rc<Decoded>, FetchError>>);
    let onsubmit = {
        let (text, decoded, disabled) = (text.clone(), decoded.setter(), *disabled);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text = text.trim().to_owned();
            if disabled || text.is_empty() {
                return;
            }
            let decoded = decoded.clone();
            spawn_local(async move {
                let path = format!("{API}/{}", encode_uri_component(&text));
                decoded.set(Some(get_json(&path).await.map(Rc::new)));
            });
        })
    };
    let oninput = on_text.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        input.value().into()
    });
    html! {
        <form class="unique-id-decode" {onsubmit}>
            <div class="unique-id-write-fields">
                <label class="unique-id-text">
                    <span>{ "An ID: decimal, hexadecimal, UUID or ULID" }</span>
                    <input type="text" maxlength="64" value={text.clone()} {oninput} autocomplete="off" spellcheck="false"
                        autocapitalize="off" />
                </label>
                <button type="submit" disabled={*disabled || text.trim().is_empty()}>{ "Let the server read it" }</button>
            </div>
            <div data-live="decoded" role="status">
                { match &*decoded {
                    None => Html::default(),
                    Some(Ok(decoded)) => html! { <Readings decoded={decoded.clone()} /> },
                    Some(Err(problem)) => html! { <p class="notice">{ problem.to_string() }</p> },
                } }
            </div>
        </form>
    }
}

#[derive(Properties, PartialEq)]
struct ReadingsProps {
    decoded: Rc<Decoded>,
}

/// Everything that the text can be read as: the likeliest at once, the others on demand.
#[component]
fn Readings(props: &ReadingsProps) -> Html {
    let mut readings = props.decoded.readings.iter().map(reading);
    let first = readings.next();
    let others: Vec<Html> = readings.collect();
    html! {
        <>
            { for first }
            if !others.is_empty() {
                <details class="unique-id-readings">
                    <summary>{ format!("The same bits in other layouts: {}", others.len()) }</summary>
                    { for others }
                </details>
            }
        </>
    }
}

fn reading(it: &Dissection) -> Html {
    let made = it.unix_ms.map_or("It does not tell when it was made.".to_owned(), |ms| {
        format!("Made {}.", anatomy::utc(ms))
    });
    html! {
        <div class="unique-id-reading">
            <p class="unique-id-hint"><strong>{ it.what.name() }</strong>{ ". " }{ made }</p>
            <DataTable caption={format!("{} bits: {}", it.bits, it.hex)} columns={columns()}
                rows={it.fields.iter().map(row).collect::<Vec<_>>()} />
        </div>
    }
}

fn columns() -> Vec<AttrValue> {
    ["Field", "Bits", "Value", "What it means"].map(AttrValue::from).to_vec()
}

fn row(field: &BitField) -> Row {
    let place = if field.high == field.low {
        field.high.to_string()
    } else {
        format!("{}…{}", field.high, field.low)
    };
    let cells = [field.name.clone(), place, field.value.clone(), field.meaning.clone()];
    Row {
        key: field.high.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}
