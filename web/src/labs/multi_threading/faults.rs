//! What can be done to each thread, as buttons.

use super::words::{state_text, thread_title};
use playground_core::multi_threading::lab::{Action, Frame, ThreadState, ThreadView};
use std::rc::Rc;
use yew::prelude::*;

/// What the buttons need.
#[derive(Properties, PartialEq)]
pub struct FaultsProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// A row a thread.
#[component]
pub fn Faults(props: &FaultsProps) -> Html {
    let FaultsProps { frame, on_act } = props;
    html! {
        <fieldset class="multi-threading-panel">
            <legend>{ "From now on" }</legend>
            { for frame.threads.iter().map(|view| thread(frame, view, on_act)) }
        </fieldset>
    }
}

fn thread(frame: &Frame, view: &ThreadView, on_act: &Callback<Action>) -> Html {
    let thread = view.thread;
    let has_ended = matches!(view.state, ThreadState::Finished | ThreadState::Killed);
    let is_paused = view.state == ThreadState::Paused;
    let button = |label: &'static str, action: Action, disabled: bool| {
        let onclick = on_act.reform(move |_: MouseEvent| action.clone());
        html! {
            <button type="button" {disabled} {onclick}>
                { label }<span class="visually-hidden">{ format!(": {}", thread_title(thread)) }</span>
            </button>
        }
    };
    html! {
        <div key={thread} class="multi-threading-fault">
            <span>{ format!("{}: {}", thread_title(thread), state_text(frame, view)) }</span>
            <div class="toolbar">
                if is_paused {
                    { button("Let it go on", Action::Resume { thread }, has_ended) }
                } else {
                    { button("Pass it over", Action::Pause { thread }, has_ended) }
                }
                { button("Kill it", Action::Kill { thread }, has_ended) }
            </div>
        </div>
    }
}
