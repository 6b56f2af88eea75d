//! What is asked for and of whom: for those who would rather choose from a list than from a picture.

use super::words::{ids_text, node_title};
use crate::components::Choice;
use playground_core::unique_id::lab::{Action, Frame, Mistake, Node, WorkerState};
use std::rc::Rc;
use yew::prelude::*;

/// How many IDs are asked for at once, by the second button: more than a millisecond has.
const MANY: u16 = 5_000;
/// By how much a clock is set back, in its own milliseconds.
const BACK_MS: i32 = 30;
/// The users who write posts.
const USERS: [u64; 8] = [4, 5, 6, 7, 8, 9, 10, 11];

/// What a desk needs.
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// A list and some buttons.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let DeskProps { frame, on_act } = props;
    let worker = use_state_eq(|| 0_usize);
    let user = use_state_eq(|| 0_usize);
    let place = (*worker).min(frame.workers.len().saturating_sub(1));
    let on_worker = {
        let worker = worker.setter();
        Callback::from(move |number: usize| worker.set(number))
    };
    let on_user = {
        let user = user.setter();
        Callback::from(move |number: usize| user.set(number))
    };
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    let worker = place as u8;
    let node = Node::Worker(worker);
    let is_down = frame.workers.get(place).is_some_and(|it| it.state == WorkerState::Down);
    let names: Vec<AttrValue> =
        frame.workers.iter().map(|it| node_title(Node::Worker(it.worker)).into()).collect();
    let has_workers = frame.scenario.mistake != Some(Mistake::AutoIncrement);
    let shards = u64::from(frame.scenario.shards);
    let users: Vec<AttrValue> = USERS
        .iter()
        .map(|user| match shards {
            0 => format!("user {user}").into(),
            _ => format!("user {user}, on shard {user} mod {shards} = {}", user % shards).into(),
        })
        .collect();
    html! {
        <div class="unique-id-desk">
            if has_workers {
                <Choice label="Who" options={names} chosen={Some(place)} on_change={on_worker} />
                <div class="toolbar">
                    if is_down {
                        <button type="button" onclick={act(Action::Restart { node })}>{ "Start it" }</button>
                    } else {
                        <button type="button" onclick={act(Action::Ask { worker, count: 1 })}>{ "Ask for 1 ID" }</button>
                        <button type="button" onclick={act(Action::Ask { worker, count: MANY })}>
                            { format!("Ask for {}", ids_text(u64::from(MANY))) }
                        </button>
                        <button type="button" onclick={act(Action::StepClock { node, by_ms: -BACK_MS })}>
                            { format!("Set its clock back by {BACK_MS} ms") }
                        </button>
                        <button type="button" onclick={act(Action::Crash { node })}>{ "Kill it" }</button>
                    }
                </div>
            }
            if shards > 0 {
                <Choice label="Whose post" options={users} chosen={Some(*user)} on_change={on_user} />
                <div class="toolbar">
                    <button type="button" onclick={act(Action::Post { user: USERS.get(*user).copied().unwrap_or_default() })}>
                        { "Write a post" }
                    </button>
                </div>
            }
        </div>
    }
}
