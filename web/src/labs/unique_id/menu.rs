//! What can be done to a worker, to the registry, or to a message under way: a small window beside it.

use super::geometry::{Timed, has_registry};
use super::subjects::node_of;
use super::words::{
    ids_text, message_text, node_name, node_title, sentence, state_text, waiting_sentence,
    worker_name,
};
use crate::components::{Leaving, Popup, Subject};
use playground_core::unique_id::lab::{Action, FlightView, Frame, Node, WorkerState, WorkerView};
use std::rc::Rc;
use yew::prelude::*;

/// How many IDs are asked for, from the menu.
const COUNTS: [u16; 3] = [1, 100, 5_000];
/// By how much clocks are set, in their own milliseconds.
const STEPS: [i32; 3] = [-30, -5, 30];
/// For how long a worker stands still, in milliseconds.
const PAUSE_MS: u32 = 100;
/// How much later a message arrives, in milliseconds.
const DELAY_MS: u32 = 30;

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
    let gone = || html! { <p>{ "It is not there any more." }</p> };
    let (title, entries) = match *subject {
        Subject::Node(id) => match node_of(id) {
            Some(Node::Registry) => ("Registry".to_owned(), registry(frame, &on_act)),
            Some(node @ Node::Worker(worker)) => {
                let view = frame.workers.get(usize::from(worker));
                (node_title(node), view.map_or_else(gone, |view| entries_of(frame, view, &on_act)))
            }
            None => ("Nobody".to_owned(), gone()),
        },
        Subject::Flight(id) => match frame.flights.iter().find(|it| it.id == id) {
            Some(flight) => {
                let way = format!("{} to {}", node_name(flight.from), node_name(flight.to));
                let title = sentence(&way).trim_end_matches('.').to_owned();
                (title, message(frame, flight, &on_act))
            }
            None => ("A message".to_owned(), html! { <p>{ "It is not under way any more." }</p> }),
        },
    };
    html! {
        <Popup class="unique-id-menu" {title} subject={subject.key()} place={*place} on_close={on_close.clone()}>
            { entries }
        </Popup>
    }
}

fn button(on_act: &Callback<Action>, action: Action, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    let onclick = on_act.reform(move |_: MouseEvent| action.clone());
    html! { <button type="button" {onclick}>{ label }</button> }
}

fn message(frame: &Frame, flight: &FlightView, on_act: &Callback<Action>) -> Html {
    html! {
        <>
            <p>{ message_text(frame, &flight.message) }</p>
            <div class="toolbar">
                { button(on_act, Action::Drop { flight: flight.id }, "Lose it") }
                { button(on_act, Action::Delay { flight: flight.id, ms: DELAY_MS }, format!("{DELAY_MS} ms later")) }
            </div>
        </>
    }
}

/// By how much a clock is set, as a button says it.
fn step_text(by_ms: i32) -> String {
    let size = by_ms.unsigned_abs();
    if by_ms < 0 { format!("{size} ms back") } else { format!("{size} ms forward") }
}

/// The entries for a clock.
fn clock(node: Node, permille: u32, on_act: &Callback<Action>) -> Html {
    let steps =
        STEPS.map(|by_ms| button(on_act, Action::StepClock { node, by_ms }, step_text(by_ms)));
    let rates = [(0, "let it stand"), (1_000, "at the right pace"), (2_000, "twice as fast")];
    let rates = rates.into_iter().filter(|(it, _)| *it != permille);
    html! {
        <>
            <p class="unique-id-menu-head">{ "Its clock" }</p>
            <div class="toolbar">
                { for steps }
                { for rates.map(|(permille, label)| button(on_act, Action::SetRate { node, permille }, label)) }
            </div>
        </>
    }
}

fn entries_of(frame: &Frame, view: &WorkerView, on_act: &Callback<Action>) -> Html {
    let worker = view.worker;
    let node = Node::Worker(worker);
    if view.state == WorkerState::Down {
        return html! { <div class="toolbar">{ button(on_act, Action::Restart { node }, "Start it") }</div> };
    }
    let is_paused = matches!(view.state, WorkerState::Paused { .. });
    let asks = COUNTS.map(|count| {
        button(
            on_act,
            Action::Ask { worker, count },
            format!("Ask for {}", ids_text(u64::from(count))),
        )
    });
    html! {
        <>
            <p>{ told(frame, view) }</p>
            <div class="toolbar">{ for asks }</div>
            { clock(node, view.clock.permille, on_act) }
            <p class="unique-id-menu-head">{ "Its process" }</p>
            <div class="toolbar">
                { button(on_act, Action::Crash { node }, "Kill it") }
                { button(on_act, Action::Stop { worker }, "Stop it properly") }
                if is_paused {
                    { button(on_act, Action::Resume { worker }, "Let it go on") }
                } else {
                    { button(on_act, Action::Pause { worker, ms: Some(PAUSE_MS) }, format!("Let it stand for {PAUSE_MS} ms")) }
                    { button(on_act, Action::Pause { worker, ms: None }, "Let it stand") }
                }
                if has_registry(frame) {
                    if view.is_cut {
                        { button(on_act, Action::Mend { worker }, "Mend its link") }
                    } else {
                        { button(on_act, Action::Cut { worker }, "Cut its link") }
                    }
                    if let Some(lease) = view.lease {
                        { button(on_act, Action::Revoke { number: lease.number }, format!("Take number {} away", lease.number)) }
                    }
                }
            </div>
        </>
    }
}

/// How a worker fares, with its lease.
fn told(frame: &Frame, view: &WorkerView) -> String {
    let name = worker_name(view.worker);
    let mut text = match view.waiting {
        Some(waiting) => sentence(&format!("{name} {}", waiting_sentence(waiting))),
        None => sentence(&format!("{name} {}", state_text(view))),
    };
    if let Some(lease) = view.lease {
        text += &format!(
            " Its lease of number {} holds for stamps after {} and up to {} ms; epoch {}.",
            lease.number,
            frame.since_start_ms(lease.after_ms).max(0),
            frame.since_start_ms(lease.until_ms),
            lease.epoch
        );
    }
    text
}

fn registry(frame: &Frame, on_act: &Callback<Action>) -> Html {
    let node = Node::Registry;
    let view = &frame.registry;
    if !view.is_up {
        return html! { <div class="toolbar">{ button(on_act, Action::Restart { node }, "Start it") }</div> };
    }
    let held = view.numbers.iter().zip(0_u16..).filter_map(|(slot, number)| {
        let worker = slot.worker?;
        let label = format!("Take number {number} from {}", worker_name(worker));
        Some(button(on_act, Action::Revoke { number }, label))
    });
    html! {
        <>
            <p>{ super::cards::registry_sentence(frame) }{ "." }</p>
            <div class="toolbar">
                { button(on_act, Action::Crash { node }, "Kill it") }
                { for held }
            </div>
            { clock(node, view.clock.permille, on_act) }
        </>
    }
}
