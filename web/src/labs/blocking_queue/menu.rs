//! What can be done to the queue, to a worker, or to a command that waits: a small window beside it.

use super::subjects::worker_of;
use super::words::{pace_text, policy_text, seconds, sentence, state_sentence, worker_title};
use crate::components::{Leaving, Popup, Subject};
use playground_core::blocking_queue::lab::{
    Action, Frame, MOST_CAPACITY, Pace, Policy, Worker, WorkerState, WorkerView,
};
use std::rc::Rc;
use yew::prelude::*;

/// How many items a producer makes at once, from the menu.
const BURSTS: [u16; 2] = [5, 20];
/// How long a producer waits at most, from the menu.
const PATIENCE_MS: u32 = 1_000;
/// Nobody is made faster than that.
const FASTEST_MS: u32 = 50;
/// Nobody is made slower than that.
const SLOWEST_MS: u32 = 20_000;

/// What a menu needs.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What was clicked.
    pub subject: Subject,
    /// Where, from the figure's upper left corner, in CSS pixels.
    pub place: (f64, f64),
    /// Whether it is about real workers, to whom less can be done.
    pub is_real: bool,
    /// Where actions go.
    pub on_action: Callback<Action>,
    /// Asked to close.
    pub on_close: Callback<Leaving>,
}

/// The menu.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let MenuProps { frame, subject, place, is_real, on_action, on_close } = props;
    let on_act = {
        let (on_action, on_close) = (on_action.clone(), on_close.clone());
        Callback::from(move |action: Action| {
            on_action.emit(action);
            on_close.emit(Leaving::Chosen);
        })
    };
    let gone = || html! { <p>{ "It is not there any more." }</p> };
    let (title, entries) = match *subject {
        Subject::Node(id) => match worker_of(id) {
            None => ("The queue".to_owned(), queue(frame, *is_real, &on_act)),
            Some(worker) => {
                let views = match worker {
                    Worker::Producer(_) => &frame.producers,
                    Worker::Consumer(_) => &frame.consumers,
                };
                let view = views.get(usize::from(worker.number()));
                (
                    worker_title(worker),
                    view.map_or_else(gone, |view| entries_of(frame, view, *is_real, &on_act)),
                )
            }
        },
        Subject::Flight(call) => {
            let asked = frame.calls.iter().find(|it| it.call == call && it.answer.is_none());
            let entry = asked.map_or_else(gone, |asked| {
                html! {
                    <>
                        <p>{ format!("“{}” waits for {}.", asked.ask, seconds(frame.now.since(asked.asked_at))) }</p>
                        <div class="toolbar">{ button(&on_act, Action::Withdraw { call }, "Take it back") }</div>
                    </>
                }
            });
            ("Your command".to_owned(), entry)
        }
    };
    html! {
        <Popup class="blocking-queue-menu" {title} subject={subject.key()} place={*place} on_close={on_close.clone()}>
            { entries }
        </Popup>
    }
}

fn button(on_act: &Callback<Action>, action: Action, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    let onclick = on_act.reform(move |_: MouseEvent| action.clone());
    html! { <button type="button" {onclick}>{ label }</button> }
}

/// What can be done to the queue itself.
fn queue(frame: &Frame, is_real: bool, on_act: &Callback<Action>) -> Html {
    let capacity = frame.capacity as u16;
    let policies = [
        Policy::Block,
        Policy::TimeOut { ms: PATIENCE_MS },
        Policy::DropNewest,
        Policy::DropOldest,
    ];
    let others = policies.into_iter().filter(|it| *it != frame.policy);
    let set = |capacity| Action::SetCapacity { capacity };
    let close = || html! { if !frame.is_closed { { button(on_act, Action::Close, "Close it") } } };
    if is_real {
        return html! {
            <>
                <p>{ format!("{} of {capacity} places are taken.", frame.items.len()) }</p>
                <div class="toolbar">{ close() }</div>
            </>
        };
    }
    html! {
        <>
            <p>{ format!("{} of {} places are taken. Without room, {}.", frame.items.len(), capacity, policy_text(frame.policy)) }</p>
            <div class="toolbar">
                if capacity > 1 { { button(on_act, set(capacity - 1), "One place less") } }
                if capacity < MOST_CAPACITY { { button(on_act, set(capacity + 1), "One place more") } }
                { close() }
            </div>
            <p class="blocking-queue-menu-head">{ "Without room" }</p>
            <div class="toolbar">
                { for others.map(|policy| button(on_act, Action::SetPolicy { policy }, policy_text(policy))) }
            </div>
        </>
    }
}

fn entries_of(frame: &Frame, view: &WorkerView, is_real: bool, on_act: &Callback<Action>) -> Html {
    let worker = view.worker;
    let is_gone = matches!(view.state, WorkerState::Down | WorkerState::Ended);
    if is_gone && is_real {
        return html! { <p>{ "Its thread has ended. The next start brings it back." }</p> };
    }
    if is_gone {
        return html! { <div class="toolbar">{ button(on_act, Action::Restart { worker }, "Start it") }</div> };
    }
    let waited = format!(
        "It waited {} times, {} in all, and takes {}.",
        view.parks,
        seconds(view.parked),
        pace_text(view.pace)
    );
    let bursts = matches!(worker, Worker::Producer(_)) && !frame.is_closed && !is_real;
    html! {
        <>
            <p>{ sentence(&state_sentence(view)) }{ " " }{ waited }</p>
            <div class="toolbar">
                if bursts {
                    { for BURSTS.map(|count| {
                        let action = Action::Burst { producer: worker.number(), count };
                        button(on_act, action, format!("A burst of {count}"))
                    }) }
                }
                if view.state == WorkerState::Parked {
                    { button(on_act, Action::WakeSpuriously { worker }, "Wake it for nothing") }
                }
                if let Some(pace) = view.pace { { paces(worker, pace, on_act) } }
            </div>
            <p class="blocking-queue-menu-head">{ "Its thread" }</p>
            <div class="toolbar">
                if view.is_paused {
                    { button(on_act, Action::Resume { worker }, "Let it go on") }
                } else {
                    { button(on_act, Action::Pause { worker }, "Let it stand still") }
                }
                { button(on_act, Action::Crash { worker }, "Kill it") }
            </div>
        </>
    }
}

fn paces(worker: Worker, pace: Pace, on_act: &Callback<Action>) -> Html {
    let set = |mean_ms: u32| Action::SetPace { worker, pace: Pace { mean_ms, ..pace } };
    let (faster, slower) = (pace.mean_ms / 2, pace.mean_ms.saturating_mul(2));
    html! {
        <>
            if faster >= FASTEST_MS { { button(on_act, set(faster), "Twice as fast") } }
            if slower <= SLOWEST_MS { { button(on_act, set(slower), "Half as fast") } }
        </>
    }
}
