//! The picture: client, server, the two wires between them, and the window of a segment that was clicked.

use super::geometry::Layout;
use super::segment::SegmentWindow;
use super::sides::sides;
use super::wire::wires;
use crate::components::{Opened, Opening, use_opening, use_seen, use_width};
use crate::player::{Player, use_hold};
use crate::theme::use_reduced_motion;
use playground_core::websocket::lab::{Action, Frame, Lab};
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
    /// Told when a window opens and when it closes.
    #[prop_or_default]
    pub on_window: Callback<bool>,
}

/// The wire at one moment.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { frame, on_action, label, on_window } = props;
    let root = use_node_ref();
    let layout = Layout::of(use_width(&root));
    let is_reduced = use_reduced_motion();
    let Opening { opened, onclick, onkeydown, on_close } = use_opening(&root, on_window);
    let open = opened.map(|it| it.subject);
    let view_box = format!("0 0 {:.0} {:.0}", layout.width, layout.height);
    html! {
        <div ref={root} class="websocket-figure" tabindex="-1">
            <svg viewBox={view_box} width={format!("{:.0}", layout.width)} height={format!("{:.0}", layout.height)}
                role="group" aria-label={label.clone()} {onclick} {onkeydown}>
                { wires(frame, &layout, on_action.is_some(), is_reduced, open) }
                { sides(frame, &layout) }
            </svg>
            if let (Some(Opened { subject, place }), Some(on_action)) = (opened, on_action) {
                <SegmentWindow frame={frame.clone()} {subject} {place} on_action={on_action.clone()}
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
    let on_action = {
        let player = player.clone();
        Callback::from(move |action| {
            player.act(action);
        })
    };
    let on_window = use_hold(player);
    html! {
        <div ref={root} class="websocket-played">
            <Figure frame={player.frame()} {on_action} label={label.clone()} {on_window} />
        </div>
    }
}
