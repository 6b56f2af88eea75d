//! The real chat: everybody who has this page open from the same server, each message with its way.

use super::desk::Desk;
use super::session::use_session;
use crate::live::{Presence, use_presence};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The section.
#[component]
pub fn Live() -> Html {
    let session = use_session();
    html! {
        <section class="chat-live" aria-labelledby="live">
            <div class="prose">
                <h2 id="live">{ "Live: a chat, and the way of each message" }</h2>
                <p>{ "A real chat, with everybody who has this page open from the same server. Open it in a second tab, \
                      or on your telephone, and be somebody else there. The page runs the very client that the figure \
                      above animates; beside it stands what the last message has been through, measured." }</p>
            </div>
            <Away />
            <Door name={session.name.clone()} refused={session.refused.clone()} on_name={session.on_name.clone()} />
            if let Some(view) = session.view {
                <Desk {view} on_ask={session.on_ask} />
            }
        </section>
    }
}

/// Whether there is a server at all.
#[component]
fn Away() -> Html {
    let presence = use_presence();
    if !matches!(presence, Presence::Away { .. }) {
        return Html::default();
    }
    html! {
        <p class="notice">
            { "The server is away, and the page keeps trying. What you write meanwhile is kept in this tab. Start it with \
               cargo run -p playground-server; everything simulated works without it." }
        </p>
    }
}

#[derive(Properties, PartialEq)]
struct DoorProps {
    /// Who one is; none before one has said so.
    name: Option<AttrValue>,
    /// Why the name will not do.
    refused: Option<AttrValue>,
    on_name: Callback<AttrValue>,
}

/// Where one says who one is, and later becomes somebody else.
#[component]
fn Door(props: &DoorProps) -> Html {
    let DoorProps { name, refused, on_name } = props;
    let typed = use_state(|| None::<AttrValue>);
    let is_changing = use_state_eq(|| false);
    let oninput = {
        let typed = typed.setter();
        Callback::from(move |event: InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            typed.set(Some(field.value().into()));
        })
    };
    let onsubmit = {
        let (typed, is_changing, on_name) = (typed.clone(), is_changing.setter(), on_name.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let name = typed.as_ref().map(|it| it.trim().to_owned()).unwrap_or_default();
            if !name.is_empty() {
                on_name.emit(name.into());
                is_changing.set(false);
                typed.set(None);
            }
        })
    };
    let on_change = {
        let is_changing = is_changing.setter();
        Callback::from(move |_: MouseEvent| is_changing.set(true))
    };
    if let (Some(name), None, false) = (name, refused, *is_changing) {
        return html! {
            <p class="chat-door chat-hint">
                { format!("In this tab you are {name}, as in all others of this browser unless you say otherwise. ") }
                <button type="button" onclick={on_change}>{ "Be somebody else in this tab" }</button>
            </p>
        };
    }
    let value = (*typed).clone().unwrap_or_default();
    html! {
        <form class="chat-door" {onsubmit}>
            <label for="chat-name">{ "Your name in the chat" }
                <input id="chat-name" type="text" maxlength="32" autocomplete="nickname" required=true
                    aria-invalid={refused.is_some().then_some("true")} aria-describedby="chat-name-note" {value} {oninput} />
            </label>
            <button type="submit" class="chat-primary">{ "Come in" }</button>
            <p id="chat-name-note" class="chat-hint" role={refused.is_some().then_some("alert")}>
                if let Some(refused) = refused {
                    { format!("That will not do: {refused}.") }
                } else {
                    { "1 to 32 characters. A secret kept in this browser makes the name yours." }
                }
            </p>
        </form>
    }
}
