//! The picture: client, server, the two wires between them, and the window of a segment that was clicked.

use super::geometry::Layout;
use super::segment::SegmentWindow;
use super::sides::sides;
use super::wire::wires;
use crate::components::{Leaving, use_seen, use_width};
use crate::player::{Command, Player};
use crate::theme::use_reduced_motion;
use playground_core::websocket::lab::{Action, Frame, Lab};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct FigureProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What the visitor asks for by clicking; none in a picture that only shows.
    #[prop_or_default]
    pub on_action: Option<Callback<Action>>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Told when a window opens and when it closes.
    #[prop_or_default]
    pub on_window: Callback<bool>,
}

/// A segment that has been clicked, and where its window belongs.
#[derive(Clone, PartialEq)]
struct Opened {
    chunk: u64,
    place: (f64, f64),
}

/// The wire at one moment.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, label, on_window } = props;
    let root = use_node_ref();
    let layout = Layout::of(use_width(&root));
    let is_reduced = use_reduced_motion();
    let opened = use_state_eq(|| None::<Opened>);
    let open = {
        let (root, opened, on_window) = (root.clone(), opened.clone(), on_window.clone());
        Callback::from(move |event: Event| {
            let Some((chunk, element)) = chunk_of(&event) else { return };
            if opened.as_ref().is_some_and(|it| it.chunk == chunk) {
                opened.set(None);
                on_window.emit(false);
                return;
            }
            let Some(root) = root.cast::<Element>() else { return };
            let (bounds, around) =
                (element.get_bounding_client_rect(), root.get_bounding_client_rect());
            let place = (bounds.left() - around.left(), bounds.bottom() - around.top() + 6.0);
            if opened.is_none() {
                on_window.emit(true);
            }
            opened.set(Some(Opened { chunk, place }));
        })
    };
    let on_close = use_closing(&root, &opened, on_window);
    let onclick = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| open.emit(event.into()))
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let is_press = matches!(event.key().as_str(), "Enter" | " ");
        if is_press && chunk_of(&event).is_some() {
            event.prevent_default();
            open.emit(event.into());
        }
    });
    let view_box = format!("0 0 {:.0} {:.0}", layout.width, layout.height);
    html! {
        <div ref={root} class="websocket-figure" tabindex="-1">
            <svg viewBox={view_box} width={format!("{:.0}", layout.width)} height={format!("{:.0}", layout.height)}
                role="group" aria-label={label.clone()} {onclick} {onkeydown}>
                { wires(frame, &layout, on_action.is_some(), is_reduced, opened.as_ref().map(|it| it.chunk)) }
                { sides(frame, &layout) }
            </svg>
            if let (Some(Opened { chunk, place }), Some(on_action)) = (&*opened, on_action) {
                <SegmentWindow frame={frame.clone()} chunk={*chunk} place={*place} on_action={on_action.clone()}
                    {on_close} />
            }
        </div>
    }
}

/// The segment that an event happened on, and its element.
fn chunk_of(event: &web_sys::Event) -> Option<(u64, Element)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-subject^='chunk-']").ok()??;
    let number = element.get_attribute("data-subject")?.strip_prefix("chunk-")?.parse().ok()?;
    Some((number, element))
}

/// Closes the window and gives the focus back to the segment, or to the picture if it has arrived.
#[hook]
fn use_closing(
    root: &NodeRef,
    opened: &UseStateHandle<Option<Opened>>,
    on_window: &Callback<bool>,
) -> Callback<Leaving> {
    let (root, opened, on_window) = (root.clone(), opened.clone(), on_window.clone());
    Callback::from(move |leaving: Leaving| {
        let Some(Opened { chunk, .. }) = &*opened else { return };
        if let Some(root) = root.cast::<HtmlElement>()
            && leaving != Leaving::Elsewhere
        {
            let css = format!("[data-subject=chunk-{chunk}]");
            let found = root.query_selector(&css).ok().flatten();
            // An SVG element takes the focus in the same way as one of HTML.
            let target = found.map_or(root, |it| it.unchecked_into::<HtmlElement>());
            let _ = target.focus();
        }
        opened.set(None);
        on_window.emit(false);
    })
}

/// What is played.
#[derive(Properties, PartialEq)]
pub struct PlayedFigureProps {
    /// The player.
    pub player: Player<Lab>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The figure over a player: it moves at every frame while it is in view, and time stands while a window is
/// open, since nobody could flip a bit of a segment that has arrived meanwhile.
#[component]
pub fn PlayedFigure(props: &PlayedFigureProps) -> Html {
    let PlayedFigureProps { player, label } = props;
    let root = use_node_ref();
    use_seen(&root, player);
    let is_held = use_memo((), |()| Cell::new(false));
    let on_action = {
        let player = player.clone();
        Callback::from(move |action| {
            player.act(action);
        })
    };
    let on_window = {
        let player = player.clone();
        Callback::from(move |is_open: bool| {
            let is_running = player.is_running();
            // Only what was stopped here is set in motion again.
            if is_open == is_running && (is_open || is_held.get()) {
                player.command(Command::TogglePlay);
            }
            is_held.set(is_open && is_running);
        })
    };
    html! {
        <div ref={root} class="websocket-played">
            <Figure frame={player.frame()} {on_action} label={label.clone()} {on_window} />
        </div>
    }
}
