//! What can be done to a thread: a small window beside it.

use super::subjects::thread_of;
use super::threads::thread_sentence;
use super::words::thread_title;
use crate::components::{Leaving, Popup, Subject};
use playground_core::multi_threading::lab::{Action, Frame, ThreadState, ThreadView};
use std::rc::Rc;
use yew::prelude::*;

/// What a menu needs.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What was clicked.
    pub subject: Subject,
    /// Where, from the figure's upper left corner, in CSS pixels.
    pub place: (f64, f64),
    /// Where actions go.
    pub on_action: Callback<Action>,
    /// Asked to close.
    pub on_close: Callback<Leaving>,
}

/// The menu.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let MenuProps { frame, subject, place, on_action, on_close } = props;
    let on_act = {
        let (on_action, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |action: Action| {
            on_action.emit(action);
            on_close.emit(Leaving::Chosen);
        })
    };
    let thread = thread_of(*subject);
    let view = thread.and_then(|thread| frame.threads.get(usize::from(thread)));
    let title = thread.map_or_else(|| "Nobody".to_owned(), thread_title);
    html! {
        <Popup class="multi-threading-menu" {title} subject={subject.key()} place={*place} on_close={on_close.clone()}>
            if let Some(view) = view {
                { entries(frame, view, &on_act) }
            } else {
                <p>{ "It is not there any more." }</p>
            }
        </Popup>
    }
}

fn entries(frame: &Frame, view: &ThreadView, on_act: &Callback<Action>) -> Html {
    let thread = view.thread;
    let button = |action: Action, label: &'static str| {
        let onclick = on_act.reform(move |_: MouseEvent| action.clone());
        html! { <button type="button" {onclick}>{ label }</button> }
    };
    let has_ended = matches!(view.state, ThreadState::Finished | ThreadState::Killed);
    html! {
        <>
            <p>{ thread_sentence(frame, view) }{ "." }</p>
            if has_ended {
                <p>{ "There is nothing more to be done to it." }</p>
            } else {
                <div class="toolbar">
                    if view.state == ThreadState::Ready {
                        { button(Action::Step { thread }, "Do its next instruction") }
                    }
                    if view.state == ThreadState::Paused {
                        { button(Action::Resume { thread }, "Let it go on") }
                    } else {
                        { button(Action::Pause { thread }, "Pass it over") }
                    }
                    { button(Action::Kill { thread }, "Kill it") }
                </div>
            }
        </>
    }
}
