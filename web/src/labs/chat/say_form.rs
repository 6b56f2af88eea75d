//! Somebody says something: who, to whom, and what.

use super::words::tab_title;
use crate::components::Choice;
use playground_core::chat::{Action, Frame, LOBBY, inbox_of};
use playground_core::sim::NodeId;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The longest text, in characters: it has to be seen in the picture.
const MOST_CHARS: usize = 40;

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct SayFormProps {
    /// Who is there.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
    /// What tells the fields of this form from another's.
    pub id: AttrValue,
}

/// The form. What is typed shows up as typing in the picture.
#[component]
pub fn SayForm(props: &SayFormProps) -> Html {
    let SayFormProps { frame, on_act, id } = props;
    let from = use_state_eq(|| 0_usize);
    let to = use_state_eq(|| 0_usize);
    let typed = use_state(|| AttrValue::from("hello"));
    let tab = frame.tabs.get(*from).map_or(NodeId(1), |tab| tab.node);
    let me = frame.tabs.get(*from).map(|tab| tab.name.clone());
    let mut others: Vec<Arc<str>> = frame.tabs.iter().map(|it| it.name.clone()).collect();
    others.sort();
    others.dedup();
    others.retain(|name| Some(name) != me.as_ref());
    let senders = frame.tabs.iter().map(|tab| AttrValue::from(tab_title(frame, tab)));
    let receivers = std::iter::once(AttrValue::from("everybody"))
        .chain(others.iter().map(|name| AttrValue::from(format!("{name} alone"))));
    let thread = match (*to).checked_sub(1).and_then(|place| others.get(place)) {
        Some(name) => inbox_of(name).to_string(),
        None => LOBBY.to_owned(),
    };
    let oninput = {
        let typed = typed.setter();
        Callback::from(move |event: InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            typed.set(field.value().into());
        })
    };
    let onsubmit = {
        let (typed, on_act) = (typed.clone(), on_act.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text: String = typed.trim().chars().take(MOST_CHARS).collect();
            if !text.is_empty() {
                on_act.emit(Action::Say { tab, thread: thread.clone(), text });
            }
        })
    };
    let set = |state: &UseStateHandle<usize>| {
        let state = state.setter();
        Callback::from(move |number: usize| state.set(number))
    };
    let field = format!("{id}-text");
    html! {
        <form class="chat-say" {onsubmit}>
            <Choice label="Who" options={senders.collect::<Vec<_>>()} chosen={Some(*from)} on_change={set(&from)} />
            <Choice label="says to" options={receivers.collect::<Vec<_>>()} chosen={Some((*to).min(others.len()))}
                on_change={set(&to)} />
            <label class="chat-say-text" for={field.clone()}>{ "what" }
                <input id={field} type="text" maxlength={MOST_CHARS.to_string()} autocomplete="off"
                    value={(*typed).clone()} {oninput} />
            </label>
            <button type="submit" class="chat-primary">{ "Say it" }</button>
        </form>
    }
}
