//! What the threads share: cells and locks, and who is about to touch which.

use super::geometry::{Places, Rect};
use super::signs::{self, mark, px, sign_at, text, thread_sign};
use super::words::word_text;
use playground_core::multi_threading::instruction::item_of;
use playground_core::multi_threading::lab::{CellView, Frame, LockView, ThreadState, ThreadView};
use playground_core::multi_threading::program::CellKind;
use yew::prelude::*;

/// The cells and the locks.
pub fn memory(frame: &Frame, places: &Places) -> Html {
    let is_bad = frame.tally.lost() > 0;
    let cells = frame.cells.iter().zip(&places.cells).enumerate();
    let locks = frame.locks.iter().zip(&places.locks);
    html! {
        <g aria-hidden="true">
            { for cells.map(|(number, (cell, rect))| cell_html(number, cell, rect, is_bad)) }
            { for locks.map(|(lock, rect)| lock_html(lock, rect)) }
        </g>
    }
}

fn cell_html(number: usize, cell: &CellView, rect: &Rect, is_bad: bool) -> Html {
    let middle = rect.middle();
    if cell.kind == CellKind::Slot {
        return slot_html(number, cell, rect);
    }
    let is_bad = is_bad && cell.kind == CellKind::Value;
    let class = classes!("multi-threading-cell", is_bad.then_some("is-bad"));
    html! {
        <g key={number} {class}>
            <rect class="multi-threading-cell-box" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="3" />
            { text("small is-middle", (middle, rect.y + 12.0), cell.name.clone()) }
            { text("value is-middle", (middle, rect.y + 33.0), word_text(cell.value)) }
            if let Some(touch) = cell.last.filter(|it| it.is_write) {
                { sign_at(thread_sign(touch.thread.into()), (rect.right() - 11.0, rect.bottom() - 10.0), 5.0) }
            }
        </g>
    }
}

/// A slot of a queue: empty, or with its item’s producer and number.
fn slot_html(number: usize, cell: &CellView, rect: &Rect) -> Html {
    let item = item_of(cell.value);
    html! {
        <g key={number} class="multi-threading-cell">
            <rect class="multi-threading-cell-box" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="2" />
            if let Some((thread, round)) = item {
                { sign_at(thread_sign(thread.into()), (rect.x + 11.0, rect.y + rect.height / 2.0), 5.5) }
                { text("value is-small is-middle", (rect.x + 24.0, rect.y + rect.height / 2.0), (round + 1).to_string()) }
            }
        </g>
    }
}

fn lock_html(lock: &LockView, rect: &Rect) -> Html {
    let middle = rect.y + rect.height / 2.0 + 6.0;
    let shape = match lock.owner {
        Some(_) => mark("is-solid", signs::LOCK, (rect.x + 18.0, middle - 1.0), 9.0),
        None => mark("is-free", signs::OPEN_LOCK, (rect.x + 18.0, middle - 1.0), 9.0),
    };
    let waiting = lock.waiting.iter().enumerate().map(|(place, thread)| {
        let x = rect.x + 58.0 + 13.0 * place as f64;
        sign_at(thread_sign(usize::from(*thread)), (x, middle), 4.0)
    });
    html! {
        <g key={lock.name}>
            <rect class="multi-threading-lock-ground" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="12" />
            { text("small is-middle", (rect.middle(), rect.y + 11.0), lock.name) }
            { shape }
            if let Some(owner) = lock.owner {
                { sign_at(thread_sign(owner.into()), (rect.x + 40.0, middle), 7.0) }
            } else {
                { text("small", (rect.x + 33.0, middle), "free") }
            }
            { for waiting }
        </g>
    }
}

/// Who holds which lock, who waits for which, and which cell each thread’s next instruction touches.
pub fn ways(frame: &Frame, places: &Places) -> Html {
    let mut ways = Vec::new();
    for (view, card) in frame.threads.iter().zip(&places.cards) {
        for lock in &view.holds {
            if let Some(rect) = places.locks.get(usize::from(*lock)) {
                ways.push(way("multi-threading-way is-holding", rect, card, 0.7));
            }
        }
        if let ThreadState::Waiting { lock, .. } = view.state
            && let Some(rect) = places.locks.get(usize::from(lock))
        {
            ways.push(way("multi-threading-way is-waiting", rect, card, 0.5));
        } else if let Some(rect) = touched(view, places) {
            let writes = view.next.is_some_and(|next| writes(view, next));
            let class =
                if writes { "multi-threading-way is-writing" } else { "multi-threading-way" };
            ways.push(way(class, rect, card, 0.3));
            ways.push(head(rect, card, writes));
        }
    }
    html! { <g aria-hidden="true">{ for ways }</g> }
}

/// The cell that a thread is about to touch, if it can go on.
fn touched<'a>(view: &ThreadView, places: &'a Places) -> Option<&'a Rect> {
    let is_alive = matches!(view.state, ThreadState::Ready | ThreadState::Paused);
    let cell = view.next_cell.filter(|_| is_alive)?;
    places.cells.get(cell as usize)
}

fn writes(view: &ThreadView, next: u8) -> bool {
    use playground_core::multi_threading::instruction::Touches;
    let step = view.listing.steps.get(usize::from(next));
    let touches = step.and_then(|step| step.instruction.touches());
    matches!(touches, Some(Touches::Cell { writes: true, .. }))
}

/// Where a way begins at what is shared, and where it ends at a card.
fn ends(rect: &Rect, card: &Rect, share: f64) -> ((f64, f64), (f64, f64)) {
    let to = (card.x + card.width * share, card.y);
    // Towards the card, so that ways to different cards leave beside each other.
    let lean = ((to.0 - rect.middle()) / 12.0).clamp(-rect.width * 0.38, rect.width * 0.38);
    ((rect.middle() + lean, rect.bottom()), to)
}

fn way(class: &'static str, rect: &Rect, card: &Rect, share: f64) -> Html {
    let ((x0, y0), (x1, y1)) = ends(rect, card, share);
    let bend = (y0 + y1) / 2.0;
    html! { <path {class} d={format!("M{x0:.1} {y0:.1}C{x0:.1} {bend:.1} {x1:.1} {bend:.1} {x1:.1} {y1:.1}")} /> }
}

/// An arrow’s head: up at what is written, down at who reads.
fn head(rect: &Rect, card: &Rect, writes: bool) -> Html {
    let ((x0, y0), (x1, y1)) = ends(rect, card, 0.3);
    let path = if writes {
        format!("M{:.1} {:.1}L{x0:.1} {y0:.1}L{:.1} {:.1}", x0 - 4.5, y0 + 8.0, x0 + 4.5, y0 + 8.0)
    } else {
        format!("M{:.1} {:.1}L{x1:.1} {y1:.1}L{:.1} {:.1}", x1 - 4.5, y1 - 8.0, x1 + 4.5, y1 - 8.0)
    };
    let class = if writes { "multi-threading-way is-writing" } else { "multi-threading-way" };
    html! { <path {class} d={path} /> }
}
