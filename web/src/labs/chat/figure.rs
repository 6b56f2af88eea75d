//! The picture: server and tabs, who has what, and the menu of what was clicked.

use super::ledger::Ledger;
use super::menu::Menu;
use super::nodes::Nodes;
use crate::components::{Opened, Opening, use_opening, use_seen};
use crate::player::{Player, use_hold};
use playground_core::chat::{Action, Frame, Lab};
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

/// The nodes and the ledger of a frame.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, has_ledger, label, on_menu, children } = props;
    let root = use_node_ref();
    let Opening { opened, onclick, onkeydown, on_close } = use_opening(&root, on_menu);
    let class = classes!("chat-figure", has_ledger.then_some("has-ledger"));
    html! {
        <div ref={root} {class} tabindex="-1">
            <div class="chat-figure-parts" {onclick} {onkeydown}>
                <Nodes frame={frame.clone()} is_interactive={on_action.is_some()}
                    open={opened.map(|it| it.subject)} label={label.clone()} />
                if *has_ledger {
                    <div class="chat-figure-side">
                        <Ledger frame={frame.clone()} />
                        { children.clone() }
                    </div>
                }
            </div>
            if let (Some(Opened { subject, place }), Some(on_action)) = (opened, on_action) {
                <Menu frame={frame.clone()} {subject} {place} on_action={on_action.clone()}
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
    let on_action = {
        let player = player.clone();
        Callback::from(move |action| {
            player.act(action);
        })
    };
    let on_menu = use_hold(player);
    html! {
        <div ref={root} class="chat-played">
            <Figure frame={player.frame()} {on_action} has_ledger={*has_ledger} label={label.clone()} {on_menu}>
                { children.clone() }
            </Figure>
        </div>
    }
}
