//! The figure: the picture, and the menu of what was clicked.

use super::menu::Menu;
use super::picture::Picture;
use crate::components::{Opened, Opening, use_opening, use_seen};
use crate::player::{Player, use_hold};
use playground_core::blocking_queue::lab::{Action, Frame, Lab};
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
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Whether real workers are shown, to whom less can be done.
    #[prop_or_default]
    pub is_real: bool,
    /// Told when a menu opens and when it closes.
    #[prop_or_default]
    pub on_menu: Callback<bool>,
}

/// The picture of a frame.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, label, is_real, on_menu } = props;
    let root = use_node_ref();
    let Opening { opened, onclick, onkeydown, on_close } = use_opening(&root, on_menu);
    html! {
        <div ref={root} class="blocking-queue-figure" tabindex="-1">
            <div class="blocking-queue-figure-picture" {onclick} {onkeydown}>
                <Picture frame={frame.clone()} is_interactive={on_action.is_some()} open={opened.map(|it| it.subject)}
                    label={label.clone()} />
            </div>
            if let (Some(Opened { subject, place }), Some(on_action)) = (opened, on_action) {
                <Menu frame={frame.clone()} {subject} {place} is_real={*is_real} on_action={on_action.clone()} {on_close} />
            }
        </div>
    }
}

/// What is played.
#[derive(Properties, PartialEq)]
pub struct PlayedFigureProps {
    /// The player.
    pub player: Player<Lab>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The figure over a player: it moves at every frame while it is in view, and time stands while a menu is
/// open, since nobody could choose what happens to a worker that is doing something else meanwhile.
#[component]
pub fn PlayedFigure(props: &PlayedFigureProps) -> Html {
    let PlayedFigureProps { player, label } = props;
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
        <div ref={root} class="blocking-queue-played">
            <Figure frame={player.frame()} {on_action} label={label.clone()} {on_menu} />
        </div>
    }
}
