//! The list of a lab's keys, a `?` away.

use gloo::events::EventListener;
use gloo::utils::window;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, KeyboardEvent};
use yew::prelude::*;

/// Where a question mark is just a question mark.
const TYPING: &str = "input:not([type=range]), textarea, select, [contenteditable]";

/// Keys that belong together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyGroup {
    /// What they are about.
    pub title: &'static str,
    /// Each key, and what it does.
    pub keys: &'static [(&'static str, &'static str)],
}

/// What the sheet needs.
#[derive(Properties, PartialEq)]
pub struct KeysSheetProps {
    /// All keys of the page.
    pub groups: Vec<KeyGroup>,
}

/// A button and the sheet that it opens, as does `?`. The browser closes the sheet at Escape and gives the
/// focus back to where it was.
#[component]
pub fn KeysSheet(props: &KeysSheetProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&window(), "keydown", move |event| {
                if event.dyn_ref().is_some_and(is_question) {
                    toggle(&dialog);
                }
            });
            move || drop(listener)
        });
    }
    let onclick = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| toggle(&dialog))
    };
    // A press beside the sheet hits the dialog itself, one on the sheet something within.
    let onclick_beside = {
        let dialog = dialog.clone();
        Callback::from(move |event: MouseEvent| {
            if event.target().as_ref() == dialog.get().as_deref() {
                toggle(&dialog);
            }
        })
    };
    let groups = props.groups.iter().map(|group| {
        let keys = group.keys.iter().map(|(key, action)| {
            html! { <div class="keys-row"><dt><kbd>{ *key }</kbd></dt><dd>{ *action }</dd></div> }
        });
        html! { <section key={group.title}><h3>{ group.title }</h3><dl>{ for keys }</dl></section> }
    });
    html! {
        <>
            <button type="button" class="keys-button" onclick={onclick.clone()} aria-haspopup="dialog">
                { "Keys " }<kbd>{ "?" }</kbd>
            </button>
            <dialog class="keys-sheet" ref={dialog} onclick={onclick_beside} aria-label="Keys">
                <div class="keys-sheet-body">
                    <div class="keys-sheet-head">
                        <h2>{ "Keys" }</h2>
                        <button type="button" {onclick}>{ "Close" }</button>
                    </div>
                    { for groups }
                </div>
            </dialog>
        </>
    }
}

fn is_question(event: &KeyboardEvent) -> bool {
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_typing = target.is_some_and(|it| it.closest(TYPING).ok().flatten().is_some());
    event.key() == "?" && !has_modifier && !is_typing
}

fn toggle(dialog: &NodeRef) {
    let Some(dialog) = dialog.cast::<HtmlDialogElement>() else { return };
    if dialog.open() {
        dialog.close();
    } else {
        // It fails only for a dialog that is open or not in the document.
        let _ = dialog.show_modal();
    }
}
