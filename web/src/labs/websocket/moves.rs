//! Everything that can be sent, by either side.

use super::sentences::mistake_text;
use crate::components::{Choice, NumberField, grouped};
use playground_core::websocket::lab::{Action, Frame, Mistake};
use playground_core::websocket::{CloseCode, Role};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

const SIDES: [Role; 2] = [Role::Client, Role::Server];
const LENGTHS: [u32; 8] = [0, 5, 125, 126, 1_000, 65_535, 65_536, 70_000];

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct MovesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// The panel.
#[component]
pub fn Moves(props: &MovesProps) -> Html {
    let MovesProps { frame, on_act } = props;
    let side = use_state_eq(|| 0);
    let text = use_state(|| "Hello".to_owned());
    let by = SIDES[*side];
    let on_side = {
        let side = side.setter();
        Callback::from(move |number: usize| side.set(number.min(1)))
    };
    let on_text = typed(&text);
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    let said = || (*text).clone();
    let fragment = |fin: bool| act(Action::SendFragment { text: said(), fin });
    let pieces = Action::SendPieces { by, text: said(), pieces: 4, ping: false };
    html! {
        <fieldset class="websocket-panel">
            <legend>{ "Send" }</legend>
            <Choice label="Who sends" options={vec!["the client".into(), "the server".into()]} chosen={Some(*side)}
                on_change={on_side} />
            <label class="websocket-field">
                { "Text" }
                <input type="text" maxlength="1000" value={said()} oninput={on_text} />
            </label>
            <div class="toolbar">
                <button type="button" onclick={act(Action::SendText { by, text: said() })}>{ "As text" }</button>
                <button type="button" onclick={act(pieces)}>{ "In 4 frames" }</button>
                if by == Role::Client {
                    <button type="button" onclick={fragment(false)}>{ "As a fragment" }</button>
                    <button type="button" onclick={fragment(true)}>{ "As the last fragment" }</button>
                }
                <button type="button" onclick={act(Action::Ping { by })}>{ "Ping" }</button>
            </div>
            <Lengths {by} on_act={on_act.clone()} />
            <Mistakes {by} on_act={on_act.clone()} />
            <Raw {by} on_act={on_act.clone()} />
            <Closing {by} on_act={on_act.clone()} />
            <div class="toolbar">
                <button type="button" disabled={frame.ending.is_some()} onclick={act(Action::Cut)}>
                    { "Pull the cable" }
                </button>
                <button type="button" disabled={frame.ending.is_none()} onclick={act(Action::Reconnect)}>
                    { "Connect again" }
                </button>
            </div>
        </fieldset>
    }
}

/// Keeps what is typed.
fn typed(text: &UseStateHandle<String>) -> Callback<InputEvent> {
    let text = text.setter();
    Callback::from(move |event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        text.set(input.value());
    })
}

#[derive(Properties, PartialEq)]
struct ByProps {
    by: Role,
    on_act: Callback<Action>,
}

#[component]
fn Lengths(props: &ByProps) -> Html {
    let chosen = use_state_eq(|| 3_usize);
    let by = props.by;
    let bytes = LENGTHS[*chosen];
    let options =
        LENGTHS.map(|bytes| AttrValue::from(format!("{} bytes", grouped(u64::from(bytes)))));
    let onclick = props.on_act.reform(move |_: MouseEvent| Action::SendBinary { by, bytes });
    html! {
        <div class="websocket-pair">
            <Choice label="Bytes" options={options.to_vec()} chosen={Some(*chosen)} on_change={chosen_by(&chosen)} />
            <button type="button" {onclick}>{ "Send bytes" }</button>
        </div>
    }
}

fn chosen_by(chosen: &UseStateHandle<usize>) -> Callback<usize> {
    let chosen = chosen.setter();
    Callback::from(move |number| chosen.set(number))
}

#[component]
fn Mistakes(props: &ByProps) -> Html {
    let chosen = use_state_eq(|| 0_usize);
    let by = props.by;
    let mistake = Mistake::ALL[(*chosen).min(Mistake::ALL.len() - 1)];
    let options = Mistake::ALL.map(|it| AttrValue::from(mistake_text(it)));
    let onclick = props.on_act.reform(move |_: MouseEvent| Action::Misbehave { by, mistake });
    html! {
        <div class="websocket-pair">
            <Choice label="Break a rule" options={options.to_vec()} chosen={Some(*chosen)}
                on_change={chosen_by(&chosen)} />
            <button type="button" {onclick}>{ "Break it" }</button>
        </div>
    }
}

#[component]
fn Raw(props: &ByProps) -> Html {
    let text = use_state(|| "89 80 01 02 03 04".to_owned());
    let by = props.by;
    let bytes = bytes_of(&text);
    let is_bad = bytes.is_none();
    let onclick = {
        let on_act = props.on_act.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(bytes) = bytes.clone() {
                on_act.emit(Action::SendBytes { by, bytes });
            }
        })
    };
    html! {
        <div class="websocket-pair">
            <label class="websocket-field">
                { "Bytes as they are, in hexadecimal" }
                <input class="is-code" type="text" spellcheck="false" autocomplete="off" maxlength="3000"
                    value={(*text).clone()} oninput={typed(&text)} aria-invalid={is_bad.to_string()} />
            </label>
            <button type="button" disabled={is_bad} {onclick}>{ "Put on the wire" }</button>
        </div>
    }
}

/// The bytes of a hexadecimal text, with or without spaces; none if it is not one, or empty.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let is_whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    // Two digits are at most 255.
    is_whole.then(|| digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

#[component]
fn Closing(props: &ByProps) -> Html {
    let code = use_state_eq(|| 1_000_u64);
    let reason = use_state(|| "done".to_owned());
    let by = props.by;
    let on_code = {
        let code = code.setter();
        Callback::from(move |it| code.set(it))
    };
    let onclick = {
        // The field takes no more than fits.
        let (code, reason) = (CloseCode(*code as u16), (*reason).clone());
        props.on_act.reform(move |_: MouseEvent| Action::Close { by, code, reason: reason.clone() })
    };
    html! {
        <div class="websocket-pair">
            <NumberField label="Close code" max={65_535} value={*code} on_change={on_code} />
            <label class="websocket-field">
                { "Reason" }
                <input type="text" maxlength="123" value={(*reason).clone()} oninput={typed(&reason)} />
            </label>
            <button type="button" {onclick}>{ "Close" }</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_read_with_and_without_spaces() {
        assert_eq!(bytes_of("89 80 0A"), Some(vec![0x89, 0x80, 0x0a]));
        assert_eq!(bytes_of("8980"), Some(vec![0x89, 0x80]));
        assert!(["", "8", "8g", "898"].into_iter().all(|text| bytes_of(text).is_none()));
    }
}
