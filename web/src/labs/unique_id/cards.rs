//! The workers, each with its clock and its wheel, and the registry with its numbers.

use super::geometry::{HEAD, Places, Rect, SLOT, SLOTS, Timed};
use super::signs::{px, registry_sign, sign_at, worker_sign};
use super::subjects::subject_of;
use super::wheel::wheel;
use super::words::{ahead_text, ids_text, letter, node_title, state_text, waiting_text};
use crate::components::{Control, Subject, grouped};
use playground_core::unique_id::lab::{ClockView, Frame, Node, WorkerState, WorkerView};
use yew::prelude::*;

/// The radius of a worker's wheel.
const WHEEL: f64 = 25.0;
/// A line of small text.
const LINE: f64 = 17.0;
/// Narrower cards leave words out.
const NARROW: f64 = 200.0;

fn text(class: &'static str, (x, y): (f64, f64), text: impl Into<AttrValue>) -> Html {
    let text: AttrValue = text.into();
    html! { <text {class} x={px(x)} y={px(y)}>{ text }</text> }
}

/// What a clock shows, since the start of the run.
fn clock_text(frame: &Frame, clock: &ClockView) -> String {
    format!("{} ms", frame.since_start_ms(clock.unix_ms))
}

/// A worker's card.
pub fn worker(
    frame: &Frame,
    places: &Places,
    view: &WorkerView,
    control: impl Fn(Subject) -> Control,
) -> Option<Html> {
    let rect = *places.workers.get(usize::from(view.worker))?;
    let subject = subject_of(Node::Worker(view.worker));
    let is_up = view.state != WorkerState::Down;
    let is_still = matches!(view.state, WorkerState::Paused { .. });
    let class = classes!(
        "unique-id-card",
        (!is_up).then_some("is-down"),
        is_still.then_some("is-still"),
        view.waiting.is_some().then_some("is-waiting"),
    );
    let Rect { x, y, width, height } = rect;
    let limit = u32::try_from(frame.layout.ids_per_tick()).unwrap_or(u32::MAX);
    let middle = (x + 12.0 + WHEEL, y + 44.0 + WHEEL);
    let left = x + 24.0 + WHEEL * 2.0;
    let name = if width < NARROW {
        letter(view.worker).to_string()
    } else {
        node_title(Node::Worker(view.worker))
    };
    let number = match view.number {
        Some(number) if width < NARROW => format!("no. {number}"),
        Some(number) => format!("number {number}"),
        None if width < NARROW => "none yet".to_owned(),
        None => "no number".to_owned(),
    };
    let content = html! {
        <>
            <rect class="unique-id-box" x={px(x)} y={px(y)} width={px(width)} height={px(height)} rx="6" />
            { sign_at(worker_sign(u32::from(view.worker)), (x + 18.0, y + 19.0), 7.0) }
            { text("unique-id-name", (x + 32.0, y + 19.0), name) }
            { text("unique-id-state", (x + width - 10.0, y + 19.0), short_state(view, width)) }
            { wheel(middle, WHEEL, if is_up { view.used } else { 0 }, limit) }
            { text("unique-id-number", (left, y + 49.0), number) }
            { clock(frame, &view.clock, (left, y + 49.0 + LINE), width) }
            { text("unique-id-small", (left, y + 49.0 + 2.0 * LINE), used_text(view, limit, width)) }
            { note(view, &rect) }
        </>
    };
    Some(subject.group((worker_sentence(frame, view), class), control(subject), content))
}

/// How a worker fares, in as many words as there is room for.
fn short_state(view: &WorkerView, width: f64) -> &'static str {
    match view.state {
        WorkerState::WithoutNumber if width < NARROW && view.is_asking => "asks",
        WorkerState::WithoutNumber if width < NARROW => "idle",
        _ => state_text(view),
    }
}

/// What a clock shows, and by how much it is off.
fn clock(frame: &Frame, clock: &ClockView, (x, y): (f64, f64), width: f64) -> Html {
    let shown = clock_text(frame, clock);
    let off = match clock.ahead_ms {
        0 => String::new(),
        ahead if width < NARROW => format!(" {ahead:+}"),
        _ => format!(", {}", ahead_text(clock.ahead_ms).unwrap_or_default()),
    };
    html! {
        <text class="unique-id-small" x={px(x)} y={px(y)}>
            if width >= NARROW { { "clock " } }<tspan class="unique-id-strong">{ shown }</tspan>
            if !off.is_empty() { <tspan class="unique-id-off">{ off }</tspan> }
        </text>
    }
}

/// How far the wheel has turned.
fn used_text(view: &WorkerView, limit: u32, width: f64) -> String {
    if view.state == WorkerState::Down {
        return format!("{} made", grouped(view.made));
    }
    if width < NARROW {
        return format!("{} used", grouped(u64::from(view.used)));
    }
    format!("{} of {}", grouped(u64::from(view.used)), grouped(u64::from(limit)))
}

/// The last line of a card: why somebody waits, or how many IDs there were.
fn note(view: &WorkerView, rect: &Rect) -> Html {
    let y = rect.bottom() - 11.0;
    let x = rect.x + 12.0;
    match view.waiting {
        Some(waiting) => {
            let has_room = rect.width >= NARROW;
            let many = if view.queue > 1 && has_room {
                format!(" ({} wait)", view.queue)
            } else {
                String::new()
            };
            text("unique-id-note is-waiting", (x, y), format!("{}{many}", waiting_text(waiting)))
        }
        None if view.is_cut => text("unique-id-note is-waiting", (x, y), "its link is cut"),
        None => text("unique-id-note", (x, y), format!("{} so far", ids_text(view.made))),
    }
}

/// A worker in words.
pub fn worker_sentence(frame: &Frame, view: &WorkerView) -> String {
    let mut parts =
        vec![format!("{}: {}", node_title(Node::Worker(view.worker)), state_text(view))];
    if view.state == WorkerState::Down {
        return parts.remove(0);
    }
    if let Some(number) = view.number {
        parts.push(format!("number {number}"));
    }
    parts.push(format!("clock {}", clock_text(frame, &view.clock)));
    parts.extend(ahead_text(view.clock.ahead_ms));
    parts.push(format!("{} made", ids_text(view.made)));
    parts.extend(view.waiting.map(waiting_text));
    if view.is_cut {
        parts.push("link to the registry cut".to_owned());
    }
    parts.join(", ")
}

/// The registry: who has which number.
pub fn registry(frame: &Frame, places: &Places, control: impl Fn(Subject) -> Control) -> Html {
    if places.registry.height == 0.0 {
        return Html::default();
    }
    let Rect { x, y, width, height } = places.registry;
    let view = &frame.registry;
    let subject = subject_of(Node::Registry);
    let class = classes!("unique-id-card", (!view.is_up).then_some("is-down"));
    let state = match (view.is_up, view.writing) {
        (false, _) => "down".to_owned(),
        (true, 0) => clock_text(frame, &view.clock),
        (true, _) => "writes to its disk".to_owned(),
    };
    let columns = view.numbers.len().min(SLOTS);
    let left = x + (width - SLOT * columns as f64) / 2.0;
    let slots = view.numbers.iter().enumerate().map(|(number, slot)| {
        let place = (
            left + (number % SLOTS) as f64 * SLOT,
            y + HEAD + (number / SLOTS) as f64 * SLOT,
        );
        let is_leased = slot.worker.is_some();
        let middle = (place.0 + SLOT / 2.0, place.1 + SLOT / 2.0);
        html! {
            <g key={number}>
                <rect class={if is_leased { "unique-id-number-slot is-leased" } else { "unique-id-number-slot" }} x={px(place.0 + 1.0)}
                    y={px(place.1 + 1.0)} width={px(SLOT - 2.0)} height={px(SLOT - 2.0)} rx="2" />
                if let Some(worker) = slot.worker {
                    { sign_at(worker_sign(u32::from(worker)), middle, 5.5) }
                } else if slot.row.epoch > 0 {
                    <circle class="unique-id-number-used" cx={px(middle.0)} cy={px(middle.1)} r="2" />
                } else {
                    { text("unique-id-number-name", middle, number.to_string()) }
                }
            </g>
        }
    });
    let content = html! {
        <>
            <rect class="unique-id-box is-registry" x={px(x)} y={px(y)} width={px(width)} height={px(height)} rx="6" />
            { sign_at(registry_sign(), (x + 18.0, y + 16.0), 7.0) }
            { text("unique-id-name", (x + 32.0, y + 16.0), "Registry") }
            { text("unique-id-state", (x + width - 10.0, y + 16.0), state) }
            { for slots }
        </>
    };
    subject.group((registry_sentence(frame), class), control(subject), content)
}

/// The registry in words.
pub fn registry_sentence(frame: &Frame) -> String {
    let view = &frame.registry;
    if !view.is_up {
        return "Registry: down".to_owned();
    }
    let held = view.numbers.iter().zip(0_u16..).filter_map(|(slot, number)| {
        slot.worker.map(|worker| format!("number {number} is leased to worker {}", letter(worker)))
    });
    let held: Vec<_> = held.collect();
    let held = if held.is_empty() { "no number is leased".to_owned() } else { held.join(", ") };
    format!("Registry: {held}")
}
