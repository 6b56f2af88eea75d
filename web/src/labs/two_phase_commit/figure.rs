//! The picture: nodes, sequence diagram, and the menu of what was clicked.

use super::menu::Menu;
use super::nodes::Nodes;
use super::sequence::Sequence;
use crate::components::{Opened, Opening, use_opening, use_seen};
use crate::player::{Player, use_hold};
use playground_core::two_phase_commit::{Action, Frame, Lab};
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
    /// Whether the sequence diagram stands beside or below the nodes.
    #[prop_or(true)]
    pub has_sequence: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Told when a menu opens and when it closes.
    #[prop_or_default]
    pub on_menu: Callback<bool>,
}

/// Nodes and sequence diagram of a frame, the same for simulated and real nodes.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, has_sequence, label, on_menu } = props;
    let root = use_node_ref();
    let Opening { opened, onclick, onkeydown, on_close } = use_opening(&root, on_menu);
    let class = classes!("two-phase-commit-figure", has_sequence.then_some("has-sequence"));
    html! {
        <div ref={root} {class} tabindex="-1">
            <div class="two-phase-commit-figure-parts" {onclick} {onkeydown}>
                <Nodes frame={frame.clone()} is_interactive={on_action.is_some()}
                    open={opened.map(|it| it.subject)} label={label.clone()} />
                if *has_sequence {
                    <Sequence frame={frame.clone()} />
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
    /// Whether the sequence diagram stands beside or below the nodes.
    #[prop_or(true)]
    pub has_sequence: bool,
    /// Whether nodes and messages can be clicked.
    #[prop_or(true)]
    pub interactive: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Where actions go instead of straight to the player.
    #[prop_or_default]
    pub on_action: Option<Callback<Action>>,
}

/// The figure over a player: it moves at every frame while it is in view, and time stands while a menu is
/// open, since nobody could choose what happens to a message that has arrived meanwhile.
#[component]
pub fn PlayedFigure(props: &PlayedFigureProps) -> Html {
    let PlayedFigureProps { player, has_sequence, interactive, label, on_action } = props;
    let root = use_node_ref();
    use_seen(&root, player);
    let on_action = interactive.then(|| {
        on_action.clone().unwrap_or_else(|| {
            let player = player.clone();
            Callback::from(move |action| {
                player.act(action);
            })
        })
    });
    let on_menu = use_hold(player);
    html! {
        <div ref={root} class="two-phase-commit-played">
            <Figure frame={player.frame()} {on_action} has_sequence={*has_sequence} label={label.clone()}
                {on_menu} />
        </div>
    }
}
