//! The keys of the threads: a number lets that thread do its next instruction.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

/// Where a digit is just a digit. In the lists beside the picture none begins with one, and whoever has just chosen a
/// program there wants to step it.
const TYPING: &str = "input:not([type=range]), textarea, select:not(.multi-threading-desk select), \
    [contenteditable], dialog";

/// The keys, for the sheet of keys.
pub const THREAD_KEYS: &[(&str, &str)] = &[
    ("1 … 8", "let that thread do its next instruction; from then on nobody else decides"),
    ("Tab", "go to the next thread"),
    ("Enter", "open its menu: step, pass over, kill"),
    ("Escape", "close the menu"),
    ("Home, End", "go to the first or the newest turn, while the turns have the focus"),
];

/// Calls `on_step` with the number of a thread, from 0 on, when its key is pressed anywhere on the page, except where
/// somebody types.
#[hook]
pub fn use_thread_keys(on_step: Callback<u8>) {
    use_effect_with(on_step, |on_step| {
        let on_step = on_step.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let window = gloo::utils::window();
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if let Some(thread) = thread_of(event) {
                event.prevent_default();
                on_step.emit(thread);
            }
        });
        move || drop(listener)
    });
}

fn thread_of(event: &KeyboardEvent) -> Option<u8> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if target.is_some_and(|it| it.closest(TYPING).ok().flatten().is_some()) {
        return None;
    }
    digit(&event.key())
}

/// The thread of a key.
fn digit(key: &str) -> Option<u8> {
    let digit: u8 = key.parse().ok()?;
    digit.checked_sub(1).filter(|thread| *thread < 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_thread() {
        assert_eq!(["1", "8"].map(digit), [Some(0), Some(7)]);
        assert_eq!(["0", "9", "a", "F1", "12"].map(digit), [None; 5]);
    }
}
