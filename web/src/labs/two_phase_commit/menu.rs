//! What can be done to a node or to a message: a small window beside what was clicked.

use super::menu_entries::{flight, flight_entries, node_entries, title};
use crate::components::{Leaving, Popup, Subject};
use playground_core::two_phase_commit::{Action, Frame};
use std::rc::Rc;
use yew::prelude::*;

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
    let on_act = {
        let (on_action, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |action: Action| {
            on_action.emit(action);
            on_close.emit(Leaving::Chosen);
        })
    };
    let entries = match *subject {
        Subject::Node(id) => frame.node(id).map(|node| node_entries(frame, node, &on_act)),
        Subject::Flight(id) => {
            flight(frame, id).map(|flight| flight_entries(frame, flight, &on_act))
        }
    };
    let entries = entries.unwrap_or_else(|| html! { <p>{ "It is not under way any more." }</p> });
    html! {
        <Popup class="two-phase-commit-menu" title={title(frame, *subject)} subject={subject.key()} place={*place}
            on_close={on_close.clone()}>
            { entries }
        </Popup>
    }
}
