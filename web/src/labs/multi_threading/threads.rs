//! The threads as cards: what each runs, where it is, and what its registers hold.

use super::geometry::{CODE, HEAD, LINE, PAD, POINTER, Places, Rect, is_narrow};
use super::listing::{CodeRow, uses};
use super::signs::{self, mark, px, sign_at, text, thread_sign};
use super::subjects::subject_of;
use super::words::{
    cell_name, lock_name, number_text, state_text, thread_name, thread_title, word_text,
};
use crate::components::{Control, Subject};
use playground_core::multi_threading::lab::{Frame, ThreadState, ThreadView};
use yew::prelude::*;

/// The threads.
pub fn threads(frame: &Frame, places: &Places, control: impl Fn(Subject) -> Control) -> Vec<Html> {
    let parts = frame.threads.iter().zip(&places.cards).zip(&places.listings);
    let card = |((view, rect), rows): ((&ThreadView, &Rect), &Vec<CodeRow>)| {
        let subject = subject_of(view.thread);
        let narrow = is_narrow(rect).then_some("is-narrow");
        let class = classes!("multi-threading-thread", narrow, state_class(frame, view));
        let content = html! {
            <>
                <rect class="multi-threading-box" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                    height={px(rect.height)} rx="6" />
                { head(frame, view, rect) }
                { code(view, rows, rect) }
                { notes(frame, view, rect, rows.len()) }
            </>
        };
        subject.group((thread_sentence(frame, view), class), control(subject), content)
    };
    parts.map(card).collect()
}

fn state_class(frame: &Frame, view: &ThreadView) -> Option<&'static str> {
    match view.state {
        _ if frame.deadlocked.contains(&view.thread) => Some("is-deadlocked"),
        ThreadState::Ready => None,
        ThreadState::Waiting { .. } => Some("is-waiting"),
        ThreadState::Paused => Some("is-paused"),
        ThreadState::Finished => Some("is-finished"),
        ThreadState::Killed => Some("is-killed"),
    }
}

fn head(frame: &Frame, view: &ThreadView, rect: &Rect) -> Html {
    let y = rect.y + HEAD / 2.0 + 1.0;
    let number = usize::from(view.thread);
    let name = if is_narrow(rect) { number_text(number) } else { thread_title(view.thread) };
    let is_bad = frame.deadlocked.contains(&view.thread) || view.state == ThreadState::Killed;
    let state = if is_bad { "state is-bad" } else { "state" };
    let sign = (rect.right() - PAD - 5.0, y);
    let (shape, room) = match view.state {
        ThreadState::Finished => (Some(("is-good", signs::TICK)), 16.0),
        ThreadState::Killed => (Some(("is-bad", signs::CROSS)), 16.0),
        ThreadState::Paused => (Some(("", signs::HELD)), 16.0),
        ThreadState::Waiting { .. } => (Some(("", signs::CLOCK)), 16.0),
        ThreadState::Ready => (None, 0.0),
    };
    html! {
        <>
            { sign_at(thread_sign(number), (rect.x + PAD + 6.0, y), 7.0) }
            { text("name", (rect.x + PAD + 20.0, y), name) }
            { text(state, (rect.right() - PAD - room, y), state_text(frame, view)) }
            if let Some((class, path)) = shape {
                { mark(class, path, sign, 5.0) }
            }
        </>
    }
}

/// The listing, with a mark before the next instruction.
fn code(view: &ThreadView, rows: &[CodeRow], rect: &Rect) -> Html {
    let left = rect.x + PAD + POINTER;
    let top = rect.y + HEAD;
    let y = |row: usize| top + CODE * (row as f64 + 0.5);
    let is_next = |row: &CodeRow| view.next.is_some() && row.instruction == view.next;
    let first = rows.iter().position(is_next);
    let count = rows.iter().filter(|row| is_next(row)).count() as f64;
    let row = |(number, row): (usize, &CodeRow)| {
        let class = match row.instruction {
            None => "source",
            Some(_) if is_next(row) => "code is-next",
            Some(_) => "code",
        };
        text(class, (left, y(number)), row.text.clone())
    };
    html! {
        <>
            if let Some(first) = first {
                <rect class="multi-threading-next" x={px(rect.x + PAD - 4.0)} y={px(top + CODE * first as f64)}
                    width={px(rect.width - 2.0 * PAD + 8.0)} height={px(CODE * count)} rx="2" />
                { mark("is-solid", signs::POINTER, (rect.x + PAD + 4.0, y(first)), 4.0) }
            }
            { for rows.iter().enumerate().map(row) }
        </>
    }
}

/// Registers, rounds, and what is amiss.
fn notes(frame: &Frame, view: &ThreadView, rect: &Rect, rows: usize) -> Html {
    let y = |line: f64| rect.bottom() - PAD + 2.0 - LINE * (2.5 - line);
    let rule = rect.y + HEAD + CODE * rows as f64;
    let left = rect.x + PAD;
    let rounds = frame.scenario.setup.clamped().iterations;
    let registers = (0..view.registers.len()).filter(|it| uses(&view.listing, *it));
    let registers = registers.map(|it| format!("r{it} = {}", word_text(view.registers[it])));
    let registers: Vec<String> = registers.collect();
    let is_missing = view.state == ThreadState::Finished;
    let registers = if is_missing { String::new() } else { registers.join("   ") };
    let round = match rounds {
        1 => String::new(),
        _ => format!("round {} of {rounds}", (view.round + 1).min(rounds)),
    };
    html! {
        <>
            <path class="multi-threading-rule" d={format!("M{:.1} {rule:.1}H{:.1}", left, rect.right() - PAD)}
                visibility={if rule + 4.0 < y(0.0) - LINE / 2.0 { "hidden" } else { "visible" }} />
            { text("value is-small", (left, y(0.0)), registers) }
            { text("small", (left, y(1.0)), round) }
            if let Some(stale) = view.stale {
                { mark("is-bad-solid", signs::WARNING, (left + 6.0, y(2.0) - 1.0), 5.5) }
                { text("small is-bad", (left + 16.0, y(2.0)), stale_text(frame, stale.cell, is_narrow(rect))) }
            } else if !view.holds.is_empty() {
                { mark("is-solid", signs::LOCK, (left + 6.0, y(2.0) - 1.0), 5.0) }
                { text("small", (left + 16.0, y(2.0)), holds_text(frame, view)) }
            }
        </>
    }
}

fn stale_text(frame: &Frame, cell: u32, is_narrow: bool) -> String {
    let name = cell_name(frame, cell);
    if is_narrow { "outdated".to_owned() } else { format!("{name} has changed since it looked") }
}

fn holds_text(frame: &Frame, view: &ThreadView) -> String {
    let names: Vec<&str> = view.holds.iter().map(|lock| lock_name(frame, *lock)).collect();
    format!("holds {}", names.join(" and "))
}

/// A thread in words.
pub fn thread_sentence(frame: &Frame, view: &ThreadView) -> String {
    let mut parts = vec![format!("{}: {}", thread_title(view.thread), state_text(frame, view))];
    if let Some(step) = view.next.and_then(|next| view.listing.steps.get(usize::from(next))) {
        parts.push(format!("next “{}”", step.text));
        let registers = (0..view.registers.len()).filter(|it| uses(&view.listing, *it));
        parts.extend(registers.map(|it| format!("r{it} is {}", word_text(view.registers[it]))));
    }
    if !view.holds.is_empty() {
        parts.push(holds_text(frame, view));
    }
    if let Some(stale) = view.stale {
        let name = cell_name(frame, stale.cell);
        parts.push(format!("{} has written {name} since it looked", thread_name(stale.by)));
    }
    parts.join(", ")
}
