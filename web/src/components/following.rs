//! A window over something that grows downwards: it follows the end until the reader scrolls up.

use std::cell::Cell;
use std::rc::Rc;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

/// From how near to its end a reader is taken to follow, in pixels.
const NEAR: i32 = 12;

/// What keeps a window at its end, and what leaves it.
pub struct Following {
    /// For the window.
    pub onscroll: Callback<Event>,
    /// For the window: Home and End are its own while it has the focus, not the player's.
    pub onkeydown: Callback<KeyboardEvent>,
    /// Whether the reader has left the end.
    pub is_left_behind: bool,
    /// For a button that goes back to it.
    pub on_newest: Callback<MouseEvent>,
}

/// Keeps a window at its end when `length` or `width` change, as long as the reader has not left it.
#[hook]
pub fn use_following(window: &NodeRef, length: usize, width: u32) -> Following {
    let is_following = use_memo((), |()| Cell::new(true));
    let is_left_behind = use_state_eq(|| false);
    {
        let (window, is_following) = (window.clone(), is_following.clone());
        use_effect_with((length, width), move |_| {
            if is_following.get() {
                go_to_end(&window);
            }
        });
    }
    let last_top = use_mut_ref(|| 0);
    let onscroll = {
        let (window, is_following): (_, Rc<Cell<bool>>) = (window.clone(), is_following);
        let set_left_behind = is_left_behind.setter();
        Callback::from(move |_: Event| {
            let Some(element) = window.cast::<Element>() else { return };
            let top = element.scroll_top();
            let below = element.scroll_height() - top - element.client_height();
            // What came meanwhile moves the end away, not the reader: only who goes up leaves it.
            let goes_up = last_top.replace(top) > top;
            let follows = below <= NEAR || (is_following.get() && !goes_up);
            is_following.set(follows);
            set_left_behind.set(!follows);
        })
    };
    let on_newest = {
        let window = window.clone();
        Callback::from(move |_: MouseEvent| go_to_end(&window))
    };
    let onkeydown = on_key(window);
    Following { onscroll, onkeydown, is_left_behind: *is_left_behind, on_newest }
}

fn go_to_end(window: &NodeRef) {
    if let Some(element) = window.cast::<Element>() {
        element.set_scroll_top(element.scroll_height());
    }
}

fn on_key(window: &NodeRef) -> Callback<KeyboardEvent> {
    let window = window.clone();
    Callback::from(move |event: KeyboardEvent| {
        let Some(element) = window.cast::<Element>() else { return };
        match event.key().as_str() {
            "Home" => element.set_scroll_top(0),
            "End" => element.set_scroll_top(element.scroll_height()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    })
}
