//! The figure: the picture, the turns that were taken, and the menu of what was clicked.

use super::menu::Menu;
use super::picture::Picture;
use super::turns::Turns;
use crate::components::{Opened, Opening, use_opening, use_seen};
use crate::player::{Player, use_hold};
use playground_core::multi_threading::lab::{Action, Frame, Lab};
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
    /// Whether the turns stand beside or below the picture.
    #[prop_or(true)]
    pub has_turns: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Told when a menu opens and when it closes.
    #[prop_or_default]
    pub on_menu: Callback<bool>,
}

/// The picture of a frame.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, has_turns, label, on_menu } = props;
    let root = use_node_ref();
    let Opening { opened, onclick, onkeydown, on_close } = use_opening(&root, on_menu);
    let parts = classes!("multi-threading-parts", has_turns.then_some("has-turns"));
    html! {
        <div ref={root} class="multi-threading-figure" tabindex="-1">
            <div class={parts} {onclick} {onkeydown}>
                <Picture frame={frame.clone()} is_interactive={on_action.is_some()} open={opened.map(|it| it.subject)}
                    label={label.clone()} />
                if *has_turns {
                    <Turns frame={frame.clone()} />
                }
            </div>
            if let (Some(Opened { subject, place }), Some(on_action)) = (opened, on_action) {
                <Menu frame={frame.clone()} {subject} {place} on_action={on_action.clone()} {on_close} />
            }
        </div>
    }
}

/// What is played.
#[derive(Properties, PartialEq)]
pub struct PlayedFigureProps {
    /// The player.
    pub player: Player<Lab>,
    /// Whether the turns stand beside or below the picture.
    #[prop_or(true)]
    pub has_turns: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The figure over a player: it moves while it is in view, and time stands while a menu is open.
#[component]
pub fn PlayedFigure(props: &PlayedFigureProps) -> Html {
    let PlayedFigureProps { player, has_turns, label } = props;
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
        <div ref={root} class="multi-threading-played">
            <Figure frame={player.frame()} {on_action} has_turns={*has_turns} label={label.clone()} {on_menu} />
        </div>
    }
}
