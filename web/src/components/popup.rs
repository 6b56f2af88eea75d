//! A small window beside something of a picture that was clicked: what can be done to it.

use gloo::events::EventListener;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

/// What opens a popup bears this attribute: a press on it is left to the click that follows.
pub(super) const SUBJECT: &str = "data-subject";

/// How a popup is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Something has been chosen.
    Chosen,
    /// Nothing has: the focus goes back to what was clicked.
    Escaped,
    /// The focus is elsewhere already, and stays there.
    Elsewhere,
}

/// What a popup needs.
#[derive(Properties, PartialEq)]
pub struct PopupProps {
    /// Added to its class.
    #[prop_or_default]
    pub class: Classes,
    /// What it is about.
    pub title: AttrValue,
    /// The name of the very thing that was clicked: another one takes the focus anew.
    pub subject: AttrValue,
    /// Where it belongs, from the upper left corner of what it is placed in, in CSS pixels.
    pub place: (f64, f64),
    /// Asked to close.
    pub on_close: Callback<Leaving>,
    /// What can be done.
    #[prop_or_default]
    pub children: Html,
}

/// The window. It takes the focus; Escape, a press elsewhere and its own button close it.
#[component]
pub fn Popup(props: &PopupProps) -> Html {
    let PopupProps { class, title, subject, place, on_close, children } = props;
    let root = use_node_ref();
    {
        let root = root.clone();
        use_effect_with((subject.clone(), *place), move |(_, place)| {
            if let Some(popup) = root.cast::<HtmlElement>() {
                put(&popup, *place);
                focus_first(&popup);
            }
        });
    }
    let onkeydown = {
        let on_close = on_close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                on_close.emit(Leaving::Escaped);
            }
        })
    };
    let is_click = use_memo((), |()| Cell::new(false));
    use_presses_outside(&root, on_close, &is_click);
    let onfocusout = {
        let (on_close, root) = (on_close.clone(), root.clone());
        Callback::from(move |event: FocusEvent| {
            // Where the focus goes to nothing, the window lost it or a button became useless.
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            let stays =
                to.is_none_or(|to| root.get().is_some_and(|popup| popup.contains(Some(&to))));
            if !stays && !is_click.take() {
                on_close.emit(Leaving::Elsewhere);
            }
        })
    };
    let onclose = on_close.reform(|_: MouseEvent| Leaving::Escaped);
    html! {
        <div ref={root} class={classes!("popup", class.clone())} role="dialog" aria-label={title.clone()}
            tabindex="-1" {onkeydown} {onfocusout}>
            <div class="popup-head">
                <p>{ title }</p>
                <button type="button" aria-label="Close" onclick={onclose}>{ "✕" }</button>
            </div>
            { children.clone() }
        </div>
    }
}

/// Closes the popup when something else is pressed. A press on what could open one is left to the click that
/// follows it, although it takes the focus away first: that may close this popup or open another.
#[hook]
fn use_presses_outside(root: &NodeRef, on_close: &Callback<Leaving>, is_click: &Rc<Cell<bool>>) {
    let (root, is_click) = (root.clone(), is_click.clone());
    use_effect_with(on_close.clone(), move |on_close| {
        let on_close = on_close.clone();
        let window = gloo::utils::window();
        let listener = EventListener::new(&window, "pointerdown", move |event| {
            let pressed = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            let is_inside = root.get().is_some_and(|popup| popup.contains(pressed.as_ref()));
            is_click.set(is_on_subject(event));
            if !is_inside && !is_click.get() {
                on_close.emit(Leaving::Elsewhere);
            }
        });
        move || drop(listener)
    });
}

fn is_on_subject(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|it| it.closest(&format!("[{SUBJECT}]")).ok().flatten().is_some())
}

/// Puts the popup where it belongs, as far as there is room.
fn put(popup: &HtmlElement, (x, y): (f64, f64)) {
    let within = popup.offset_parent().map_or(0, |around| around.client_width());
    let x = x.min(f64::from(within - popup.offset_width())).max(0.0);
    let style = popup.style();
    // Neither fails for a custom property.
    let _ = style.set_property("--popup-x", &format!("{x:.0}px"));
    let _ = style.set_property("--popup-y", &format!("{y:.0}px"));
}

/// Gives the focus to the first thing that can be done, which is not to close.
fn focus_first(popup: &HtmlElement) {
    let first = "button:not([aria-label=Close]):not(:disabled), select";
    let found = popup.query_selector(first).ok().flatten();
    let found = found.and_then(|it| it.dyn_into::<HtmlElement>().ok());
    // What cannot be focused stays as it is.
    let _ = found.unwrap_or_else(|| popup.clone()).focus();
}
