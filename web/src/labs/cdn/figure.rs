//! The picture: the map, and the menu of what was clicked.

use super::map::{WorldMap, reader_of};
use super::menu::Menu;
use crate::components::{Opened, Opening, use_opening, use_seen};
use crate::player::{Player, use_hold};
use playground_core::cdn::{Action, Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct FigureProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What the visitor asks for by clicking; none in a picture that only shows.
    #[prop_or_default]
    pub on_action: Option<Callback<Action>>,
    /// What a click on a reader asks for.
    #[prop_or_default]
    pub item: u16,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Told when a menu opens and when it closes.
    #[prop_or_default]
    pub on_menu: Callback<bool>,
}

/// The map of a frame.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, item, label, on_menu } = props;
    let root = use_node_ref();
    let is_zoomed = use_state(|| false);
    let Opening { opened, onclick, onkeydown, on_close } = use_opening(&root, on_menu);
    let ask = {
        let (on_action, item) = (on_action.clone(), *item);
        move |reader: u8| {
            if let Some(on_action) = &on_action {
                on_action.emit(Action::Request { reader, item });
            }
        }
    };
    let onclick = {
        let ask = ask.clone();
        Callback::from(move |event: MouseEvent| match reader_of(&event) {
            Some(reader) => ask(reader),
            None => onclick.emit(event),
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| match reader_of(&event) {
        Some(reader) if matches!(event.key().as_str(), "Enter" | " ") => {
            event.prevent_default();
            ask(reader);
        }
        _ => onkeydown.emit(event),
    });
    let on_zoom = {
        let is_zoomed = is_zoomed.clone();
        Callback::from(move |_: MouseEvent| is_zoomed.set(!*is_zoomed))
    };
    let asked = on_action.is_some().then_some(*item);
    html! {
        <div ref={root} class="cdn-figure" tabindex="-1">
            <div class="cdn-figure-map" {onclick} {onkeydown}>
                <WorldMap frame={frame.clone()} {asked} open={opened.map(|it| it.subject)}
                    is_zoomed={*is_zoomed} label={label.clone()} />
            </div>
            if asked.is_some() {
                <button type="button" class="cdn-zoom" onclick={on_zoom} aria-pressed={is_zoomed.to_string()}>
                    { if *is_zoomed { "The whole map" } else { "A larger map" } }
                </button>
            }
            if let (Some(Opened { subject, place }), Some(on_action)) = (opened, on_action) {
                <Menu frame={frame.clone()} {subject} {place} item={*item} on_action={on_action.clone()}
                    {on_close} />
            }
        </div>
    }
}

/// What is played.
#[derive(Properties, PartialEq)]
pub struct PlayedFigureProps {
    /// The player.
    pub player: Player<Lab>,
    /// What a click on a reader asks for.
    #[prop_or_default]
    pub item: u16,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The figure over a player: it moves at every frame while it is in view, and time stands while a menu is
/// open, since nobody could choose what happens to a message that has arrived meanwhile.
#[component]
pub fn PlayedFigure(props: &PlayedFigureProps) -> Html {
    let PlayedFigureProps { player, item, label } = props;
    let root = use_node_ref();
    use_seen(&root, player);
    let on_action = {
        let player = player.clone();
        Callback::from(move |action| {
            player.act(action);
        })
    };
    let on_menu = use_hold(player);
    html! {
        <div ref={root} class="cdn-played">
            <Figure frame={player.frame()} {on_action} item={*item} label={label.clone()} {on_menu} />
        </div>
    }
}
