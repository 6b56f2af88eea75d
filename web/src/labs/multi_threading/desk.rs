//! Who decides which thread goes on, and a button a thread for whoever decides it by hand.

use super::words::{number_text, scheduler_text, thread_title};
use crate::components::Choice;
use playground_core::multi_threading::lab::{Action, Frame, Scheduler, ThreadState};
use std::rc::Rc;
use yew::prelude::*;

/// Who can decide.
pub const SCHEDULERS: [Scheduler; 7] = [
    Scheduler::ByHand,
    Scheduler::Random { switch_ppm: 1_000_000 },
    Scheduler::Random { switch_ppm: 500_000 },
    Scheduler::Random { switch_ppm: 100_000 },
    Scheduler::Turns { instructions: 1 },
    Scheduler::Turns { instructions: 2 },
    Scheduler::Turns { instructions: 3 },
];

/// What the desk needs.
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
    /// Lets a thread do its next instruction, and takes the decision away from everybody else.
    pub on_step: Callback<u8>,
}

/// A list and some buttons.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let DeskProps { frame, on_act, on_step } = props;
    let on_scheduler = on_act.reform(|number: usize| Action::SetScheduler {
        scheduler: SCHEDULERS.get(number).copied().unwrap_or(Scheduler::ByHand),
    });
    let options: Vec<AttrValue> = SCHEDULERS.map(|it| scheduler_text(it).into()).to_vec();
    let steps = frame.threads.iter().map(|view| {
        let thread = view.thread;
        let can_step = view.state == ThreadState::Ready;
        let onclick = on_step.reform(move |_: MouseEvent| thread);
        html! {
            <button key={thread} type="button" class="multi-threading-step" disabled={!can_step} {onclick}>
                { format!("Step {} ", thread_title(thread).to_lowercase()) }
                <kbd aria-hidden="true">{ number_text(thread.into()) }</kbd>
            </button>
        }
    });
    html! {
        <div class="multi-threading-desk is-deciding">
            <Choice label="Who decides which thread goes on" {options} on_change={on_scheduler}
                chosen={SCHEDULERS.iter().position(|it| *it == frame.scheduler)} otherwise={scheduler_text(frame.scheduler)} />
            <div class="toolbar">{ for steps }</div>
        </div>
    }
}

/// Lets a thread do its next instruction; whoever decided before does so no more.
pub fn step_by_hand(frame: &Frame, thread: u8, on_act: &Callback<Action>) {
    if usize::from(thread) >= frame.threads.len() {
        return;
    }
    if frame.scheduler != Scheduler::ByHand {
        on_act.emit(Action::SetScheduler { scheduler: Scheduler::ByHand });
    }
    on_act.emit(Action::Step { thread });
}
