//! The picture: server and tabs, who has what, and the menu of what was clicked.

use super::ledger::Ledger;
use super::menu::Menu;
use super::nodes::Nodes;
use super::subject::Subject;
use crate::components::{Leaving, use_seen};
use crate::player::{Command, Player};
use playground_core::chat::{Action, Frame, Lab};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// From a card's upper edge to its menu, so that its name stays in view.
const BELOW_NAME: f64 = 46.0;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct FigureProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What the visitor asks for by clicking; none in a picture that only shows.
    #[prop_or_default]
    pub on_action: Option<Callback<Action>>,
    /// Whether it is drawn who has what.
    #[prop_or(true)]
    pub has_ledger: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Told when a menu opens and when it closes.
    #[prop_or_default]
    pub on_menu: Callback<bool>,
    /// What stands below the ledger.
    #[prop_or_default]
    pub children: Html,
}

/// Something that has been clicked, and where its menu belongs.
#[derive(Clone, PartialEq)]
struct Opened {
    subject: Subject,
    place: (f64, f64),
}

/// The nodes and the ledger of a frame.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, has_ledger, label, on_menu, children } = props;
    let root = use_node_ref();
    let opened = use_state_eq(|| None::<Opened>);
    let open = use_opening(&root, &opened, on_menu);
    let on_close = use_closing(&root, &opened, on_menu);
    let onclick = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| open.emit(event.into()))
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let is_press = matches!(event.key().as_str(), "Enter" | " ");
        if is_press && Subject::of_event(&event).is_some() {
            event.prevent_default();
            open.emit(event.into());
        }
    });
    let class = classes!("chat-figure", has_ledger.then_some("has-ledger"));
    html! {
        <div ref={root} {class} tabindex="-1">
            <div class="chat-figure-parts" {onclick} {onkeydown}>
                <Nodes frame={frame.clone()} is_interactive={on_action.is_some()}
                    open={opened.as_ref().map(|it| it.subject)} label={label.clone()} />
                if *has_ledger {
                    <div class="chat-figure-side">
                        <Ledger frame={frame.clone()} />
                        { children.clone() }
                    </div>
                }
            </div>
            if let (Some(Opened { subject, place }), Some(on_action)) = (&*opened, on_action) {
                <Menu frame={frame.clone()} subject={*subject} place={*place} on_action={on_action.clone()}
                    {on_close} />
            }
        </div>
    }
}

/// Opens the menu of what an event happened on, or closes it if it is open.
#[hook]
fn use_opening(
    root: &NodeRef,
    opened: &UseStateHandle<Option<Opened>>,
    on_menu: &Callback<bool>,
) -> Callback<Event> {
    let (root, opened, on_menu) = (root.clone(), opened.clone(), on_menu.clone());
    Callback::from(move |event: Event| {
        let Some((subject, element)) = Subject::of_event(&event) else { return };
        if opened.as_ref().is_some_and(|it| it.subject == subject) {
            opened.set(None);
            on_menu.emit(false);
            return;
        }
        let Some(root) = root.cast::<Element>() else { return };
        let (bounds, around) =
            (element.get_bounding_client_rect(), root.get_bounding_client_rect());
        let below = match subject {
            Subject::Node(_) => BELOW_NAME.min(bounds.height()),
            Subject::Flight(_) => bounds.height() + 4.0,
        };
        let place = (bounds.left() - around.left(), bounds.top() - around.top() + below);
        if opened.is_none() {
            on_menu.emit(true);
        }
        opened.set(Some(Opened { subject, place }));
    })
}

/// Closes the menu and gives the focus back to what was clicked, unless that is a packet to which something
/// has been done: it may be gone in a moment, and the focus with it.
#[hook]
fn use_closing(
    root: &NodeRef,
    opened: &UseStateHandle<Option<Opened>>,
    on_menu: &Callback<bool>,
) -> Callback<Leaving> {
    let (root, opened, on_menu) = (root.clone(), opened.clone(), on_menu.clone());
    Callback::from(move |leaving: Leaving| {
        let Some(Opened { subject, .. }) = &*opened else { return };
        if let Some(root) = root.cast::<HtmlElement>()
            && leaving != Leaving::Elsewhere
        {
            let is_going = leaving == Leaving::Chosen && matches!(subject, Subject::Flight(_));
            let css = format!("[data-subject={}]", subject.key());
            let found = root.query_selector(&css).ok().flatten().filter(|_| !is_going);
            // An SVG element takes the focus in the same way as one of HTML.
            let target = found.map_or(root, |it| it.unchecked_into::<HtmlElement>());
            let _ = target.focus();
        }
        opened.set(None);
        on_menu.emit(false);
    })
}

/// What is played.
#[derive(Properties, PartialEq)]
pub struct PlayedFigureProps {
    /// The player.
    pub player: Player<Lab>,
    /// Whether it is drawn who has what.
    #[prop_or(true)]
    pub has_ledger: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// What stands below the ledger.
    #[prop_or_default]
    pub children: Html,
}

/// The figure over a player: it moves at every frame while it is in view, and time stands while a menu is
/// open, since nobody could choose what happens to a packet that has arrived meanwhile.
#[component]
pub fn PlayedFigure(props: &PlayedFigureProps) -> Html {
    let PlayedFigureProps { player, has_ledger, label, children } = props;
    let root = use_node_ref();
    use_seen(&root, player);
    let is_held = use_memo((), |()| Cell::new(false));
    let on_action = {
        let player = player.clone();
        Callback::from(move |action| {
            player.act(action);
        })
    };
    let on_menu = {
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
        <div ref={root} class="chat-played">
            <Figure frame={player.frame()} {on_action} has_ledger={*has_ledger} label={label.clone()} {on_menu}>
                { children.clone() }
            </Figure>
        </div>
    }
}
