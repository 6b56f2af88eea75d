//! What can be done to a node or to a message: a small window beside what was clicked.

use super::menu_entries::{flight_entries, node_entries, title};
use super::subject::Subject;
use gloo::events::EventListener;
use playground_core::two_phase_commit::{Action, Frame};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

/// How a menu is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Something has been chosen.
    Chosen,
    /// Nothing has: the focus goes back to what was clicked.
    Escaped,
    /// The focus is elsewhere already, and stays there.
    Elsewhere,
}

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
    let root = use_node_ref();
    {
        let root = root.clone();
        use_effect_with((*subject, *place), move |(_, place)| {
            if let Some(menu) = root.cast::<HtmlElement>() {
                put(&menu, *place);
                focus_first(&menu);
            }
        });
    }
    let on_act = {
        let (on_action, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |action: Action| {
            on_action.emit(action);
            on_close.emit(Leaving::Chosen);
        })
    };
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
            let stays = to.is_none_or(|to| root.get().is_some_and(|menu| menu.contains(Some(&to))));
            if !stays && !is_click.take() {
                on_close.emit(Leaving::Elsewhere);
            }
        })
    };
    let onclose = on_close.reform(|_: MouseEvent| Leaving::Escaped);
    let title = title(frame, *subject);
    let entries = match (subject.node(frame), subject.flight(frame)) {
        (Some(node), _) => node_entries(frame, node, &on_act),
        (_, Some(flight)) => flight_entries(frame, flight, &on_act),
        _ => html! { <p>{ "It is not under way any more." }</p> },
    };
    html! {
        <div ref={root} class="two-phase-commit-menu" role="dialog" aria-label={title.clone()} tabindex="-1"
            {onkeydown} {onfocusout}>
            <div class="two-phase-commit-menu-head">
                <p>{ title }</p>
                <button type="button" aria-label="Close" onclick={onclose}>{ "✕" }</button>
            </div>
            { entries }
        </div>
    }
}

/// Closes the menu when something else is pressed. A press on a node or a message is left to the click that
/// follows it, although it takes the focus away first: that may close this menu or open another.
#[hook]
fn use_presses_outside(root: &NodeRef, on_close: &Callback<Leaving>, is_click: &Rc<Cell<bool>>) {
    let (root, is_click) = (root.clone(), is_click.clone());
    use_effect_with(on_close.clone(), move |on_close| {
        let on_close = on_close.clone();
        let window = gloo::utils::window();
        let listener = EventListener::new(&window, "pointerdown", move |event| {
            let pressed = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            let is_inside = root.get().is_some_and(|menu| menu.contains(pressed.as_ref()));
            is_click.set(Subject::of_event(event).is_some());
            if !is_inside && !is_click.get() {
                on_close.emit(Leaving::Elsewhere);
            }
        });
        move || drop(listener)
    });
}

/// Puts the menu where it belongs, as far as the figure is wide.
fn put(menu: &HtmlElement, (x, y): (f64, f64)) {
    let within = menu.offset_parent().map_or(0, |figure| figure.client_width());
    let x = x.min(f64::from(within - menu.offset_width())).max(0.0);
    let style = menu.style();
    // Neither fails for a custom property.
    let _ = style.set_property("--two-phase-commit-menu-x", &format!("{x:.0}px"));
    let _ = style.set_property("--two-phase-commit-menu-y", &format!("{y:.0}px"));
}

/// Gives the focus to the first thing that can be done, which is not to close.
fn focus_first(menu: &HtmlElement) {
    let first = "button:not([aria-label=Close]):not(:disabled), select";
    let found = menu.query_selector(first).ok().flatten().and_then(as_html);
    let found = found.unwrap_or_else(|| menu.clone());
    // What cannot be focused stays as it is.
    let _ = found.focus();
}

fn as_html(element: Element) -> Option<HtmlElement> {
    element.dyn_into().ok()
}
