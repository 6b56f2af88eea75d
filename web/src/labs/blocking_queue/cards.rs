//! The workers: what each does, since when, and what it has in its hands.

use super::geometry::{FLIGHT, Places};
use super::items::token;
use super::signs::worker_sign;
use super::subjects::subject_of;
use super::words::{state_sentence, state_text, worker_title};
use crate::components::{Control, Rect, Subject, grouped, px};
use playground_core::blocking_queue::lab::{Frame, Item, Worker, WorkerState, WorkerView};
use yew::prelude::*;

/// Narrower cards leave words out.
const NARROW: f64 = 190.0;
/// Lower ones leave out how many items there were.
const LOW: f64 = 66.0;
/// The radius of a worker's sign.
const SIGN: f64 = 8.0;

/// A worker's card. With `is_still`, nothing travels: what has been taken is in its hands at once.
pub fn card(
    frame: &Frame,
    places: &Places,
    view: &WorkerView,
    is_still: bool,
    control: impl Fn(Subject) -> Control,
) -> Option<Html> {
    let rect = places.card(view.worker)?;
    let subject = subject_of(view.worker);
    let is_waiting = matches!(view.state, WorkerState::Parked | WorkerState::Woken);
    let class = classes!(
        "blocking-queue-card",
        matches!(view.state, WorkerState::Down | WorkerState::Ended).then_some("is-down"),
        view.is_paused.then_some("is-still"),
        is_waiting.then_some("is-waiting"),
        (view.state == WorkerState::Woken).then_some("is-woken"),
    );
    let content = html! {
        <>
            <rect class="blocking-queue-box" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)} height={px(rect.height)} rx="6" />
            if view.state == WorkerState::Parked {
                <path class="blocking-queue-hatch" d={rect.hatch(9.0)} />
            }
            { progress(frame, view, &rect) }
            { words(frame, places, view, &rect) }
            { hand(frame, places, view, is_still) }
        </>
    };
    Some(subject.group((state_sentence(view), class), control(subject), content))
}

/// Name, state and number of items, on the side that looks away from the queue.
fn words(frame: &Frame, places: &Places, view: &WorkerView, rect: &Rect) -> Html {
    let is_producer = matches!(view.worker, Worker::Producer(_));
    let left = if is_producer { rect.x + 10.0 } else { rect.x + places.token() + 18.0 };
    let line = if rect.height < LOW { 17.0 } else { 19.0 };
    let top = rect.y + if rect.height < LOW { 16.0 } else { 17.0 };
    let is_narrow = rect.width < NARROW;
    let title = if is_narrow { short_title(view.worker) } else { worker_title(view.worker) };
    let text = |class: &'static str, x: f64, y: f64, text: String| {
        html! { <text {class} x={px(x)} y={px(y)}>{ text }</text> }
    };
    let count = format!("{} {}", grouped(view.done), if is_producer { "put" } else { "done" });
    let has_third = rect.height >= LOW;
    let name = if has_third { title } else { format!("{title}, {count}") };
    html! {
        <>
            { worker_sign(view.worker, (left + SIGN, top), SIGN) }
            { text("blocking-queue-name", left + 2.0 * SIGN + 7.0, top, name) }
            { text("blocking-queue-state", left, top + line, brief(view, frame, is_narrow)) }
            if has_third {
                { text("blocking-queue-count", left, top + 1.85 * line, count) }
            }
        </>
    }
}

fn short_title(worker: Worker) -> String {
    match worker {
        Worker::Producer(number) => {
            playground_core::blocking_queue::lab::letter(number).to_string()
        }
        Worker::Consumer(_) => String::new(),
    }
}

/// The state, without what is seen anyway where there is little room.
fn brief(view: &WorkerView, frame: &Frame, is_narrow: bool) -> String {
    let text = state_text(view, frame.now);
    match (is_narrow, view.state) {
        (true, WorkerState::Working) if view.hand.is_some() && !view.is_paused => {
            "works".to_owned()
        }
        (true, WorkerState::Parked) => text.replace("parked: ", ""),
        (true, WorkerState::Woken) => "woken".to_owned(),
        (true, WorkerState::Between) => "has looked".to_owned(),
        _ => text,
    }
}

/// How much of what it does is done, as a bar at the foot.
fn progress(frame: &Frame, view: &WorkerView, rect: &Rect) -> Html {
    let Some(until) = view.until.filter(|_| view.state == WorkerState::Working) else {
        return Html::default();
    };
    let part = frame.now.progress(view.since, until);
    html! {
        <>
            <rect class="blocking-queue-bar" x={px(rect.x + 8.0)} y={px(rect.bottom() - 9.0)} width={px(rect.width - 16.0)} height="3" rx="1.5" />
            <rect class="blocking-queue-bar is-done" x={px(rect.x + 8.0)} y={px(rect.bottom() - 9.0)}
                width={px((rect.width - 16.0) * part)} height="3" rx="1.5" />
        </>
    }
}

/// What it has in its hands, unless that is still on its way.
fn hand(frame: &Frame, places: &Places, view: &WorkerView, is_still: bool) -> Html {
    let Some((item, at)) = view.hand.as_ref().zip(places.hand(view.worker)) else {
        return Html::default();
    };
    if !is_still && is_on_its_way(frame, view.worker, item) {
        return Html::default();
    }
    token(item, at, places.token(), "")
}

/// Whether an item has just left the queue for these hands.
fn is_on_its_way(frame: &Frame, worker: Worker, item: &Item) -> bool {
    frame.passed.iter().rev().take_while(|it| frame.now.since(it.taken_at) < FLIGHT).any(|it| {
        it.by.worker() == Some(worker)
            && it.item.maker == item.maker
            && it.item.number == item.number
    })
}
