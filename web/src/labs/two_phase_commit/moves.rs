//! What may happen next, as a list: the way to choose it by keyboard, and by hand where time stands.

use super::page::Stage;
use super::words::{message_name, node_name, timer_text};
use playground_core::sim::NodeId;
use playground_core::two_phase_commit::{Action, FlightView, Frame, Pace, Timer};
use yew::prelude::*;

/// How long a message is held back, in milliseconds.
const HELD_BACK_MS: u32 = 3_000;

/// Messages under way and timers that are set.
#[component]
pub fn Moves(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    let by_hand = frame.scenario.as_ref().is_some_and(|it| it.pace == Pace::ByHand);
    let timers: Vec<(NodeId, Timer)> = frame
        .nodes
        .iter()
        .flat_map(|node| node.timers.iter().map(|(timer, _)| (node.id, *timer)))
        .collect();
    html! {
        <fieldset class="two-phase-commit-panel two-phase-commit-moves">
            <legend>{ if by_hand { "What happens next is yours to choose" } else { "Under way" } }</legend>
            <ul role="list">
                if frame.flights.is_empty() && timers.is_empty() {
                    <li key="none"><span>{ "No message is under way and no timer is set. Place an order." }</span></li>
                }
                { for frame.flights.iter().map(|flight| message(frame, flight, on_act)) }
                { for timers.into_iter().map(|(node, timer)| {
                    let onclick = on_act.reform(move |_: MouseEvent| Action::Fire { node, timer });
                    html! {
                        <li key={format!("t{}{timer:?}", node.0)}>
                            <span>{ format!("{} {}", node_name(frame, node), timer_text(&timer)) }</span>
                            <button {onclick}>{ "Time out" }</button>
                        </li>
                    }
                }) }
            </ul>
        </fieldset>
    }
}

fn message(frame: &Frame, view: &FlightView, on_act: &Callback<Action>) -> Html {
    let flight = view.id;
    let button = |text: &'static str, action: Action| {
        let onclick = on_act.reform(move |_: MouseEvent| action.clone());
        html! { <button {onclick}>{ text }</button> }
    };
    let way = format!("{} to {}: ", node_name(frame, view.from), node_name(frame, view.to));
    html! {
        <li key={format!("m{flight}")} data-move={flight.to_string()}>
            <span>{ way }{ message_name(&view.message) }{ format!(" {}", view.message.tx()) }</span>
            { button("Deliver", Action::Deliver { flight }) }
            { button("Lose", Action::Drop { flight }) }
            { button("Delay", Action::Delay { flight, ms: HELD_BACK_MS }) }
            { button("Double", Action::Duplicate { flight }) }
        </li>
    }
}
