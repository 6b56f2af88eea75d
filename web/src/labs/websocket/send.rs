//! What can be sent by hand: one line of text and a few buttons.

use super::words::state_text;
use playground_core::websocket::lab::{Action, Frame};
use playground_core::websocket::{CloseCode, Role, State};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The longest text of the field, in characters.
const MOST_CHARACTERS: usize = 200;

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct SendProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// The form. It sends as the client; who wants the server to speak finds that in the sandbox.
#[component]
pub fn Send(props: &SendProps) -> Html {
    let SendProps { frame, on_act } = props;
    let text = use_state(|| "Hello".to_owned());
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            text.set(input.value());
        })
    };
    let by = Role::Client;
    let onsubmit = {
        let (on_act, text) = (on_act.clone(), (*text).clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_act.emit(Action::SendText { by, text: text.clone() });
        })
    };
    let on_pieces = {
        let (on_act, text) = (on_act.clone(), (*text).clone());
        Callback::from(move |_: MouseEvent| {
            on_act.emit(Action::SendPieces { by, text: text.clone(), pieces: 3, ping: true });
        })
    };
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    let close = Action::Close { by, code: CloseCode::NORMAL, reason: "done".to_owned() };
    let is_open = frame.ending.is_none() && frame.client.state == Some(State::Open);
    let has_ended = frame.ending.is_some();
    html! {
        <form class="websocket-send-form" {onsubmit}>
            <label class="websocket-field">
                { "The client says" }
                <input type="text" maxlength={MOST_CHARACTERS.to_string()} value={(*text).clone()} {oninput} />
            </label>
            <div class="toolbar">
                <button type="submit" class="websocket-send" disabled={!is_open}>{ "Send" }</button>
                <button type="button" disabled={!is_open} onclick={on_pieces}>{ "In 3 frames, a ping between" }</button>
                <button type="button" disabled={!is_open} onclick={act(Action::Ping { by })}>{ "Ping" }</button>
                <button type="button" disabled={!is_open} onclick={act(close)}>{ "Close" }</button>
                if has_ended {
                    <button type="button" onclick={act(Action::Reconnect)}>{ "Connect again" }</button>
                } else {
                    <button type="button" onclick={act(Action::Cut)}>{ "Pull the cable" }</button>
                }
            </div>
            <p class="visually-hidden">{ format!("The client is {}.", state_text(frame, &frame.client)) }</p>
        </form>
    }
}
