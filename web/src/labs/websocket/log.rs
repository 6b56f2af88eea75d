//! Everything that went over a connection, in order, and the bytes of what is chosen: the same list for the
//! simulated wire and for a real one.

use super::bytes::{ByteView, focus};
use super::fields::meaning_of;
use super::lines::Lines;
use super::words::piece_text;
use playground_core::websocket::annotate::{Piece, What};
use playground_core::websocket::lab::{Frame, PieceView};
use playground_core::websocket::wire::Direction;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// The most rows, the newest kept.
const MOST_ROWS: usize = 60;

/// A head or a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    /// Which one; unique in the list, and the same however far it has come.
    pub key: AttrValue,
    /// When, with a unit.
    pub at: AttrValue,
    /// Which way.
    pub direction: Direction,
    /// What became of it, where that is not plain.
    pub note: &'static str,
    /// What it is.
    pub piece: Arc<Piece>,
}

/// The rows of a simulated run.
pub fn rows_of(frame: &Frame) -> Rc<Vec<LogRow>> {
    let count = frame.arrived.len() + frame.ahead.len();
    let mut rows: Vec<(&PieceView, bool)> = frame.arrived.iter().map(|view| (view, true)).collect();
    rows.extend(frame.ahead.iter().map(|view| (view, false)));
    rows.sort_by_key(|(view, _)| view.sent_at);
    let rows = rows.into_iter().skip(count.saturating_sub(MOST_ROWS));
    Rc::new(rows.map(|(view, has_arrived)| row_of(frame, view, has_arrived)).collect())
}

fn row_of(frame: &Frame, view: &PieceView, has_arrived: bool) -> LogRow {
    let PieceView { connection, direction, piece, sent_at, .. } = view;
    let is_past = frame.ending.is_some() || *connection != frame.connection;
    let note = match (has_arrived, piece.is_ignored) {
        (true, true) => "ignored",
        (true, false) => "",
        (false, _) if is_past => "lost",
        (false, _) => "on its way",
    };
    let way = if *direction == Direction::ToServer { "up" } else { "down" };
    LogRow {
        key: format!("{connection}-{way}-{}", piece.offset).into(),
        at: format!("{:.2} s", sent_at.as_secs_f64()).into(),
        direction: *direction,
        note,
        piece: piece.clone(),
    }
}

/// What the list needs.
#[derive(Properties, PartialEq)]
pub struct LogProps {
    /// What went over the connection, in order.
    pub rows: Rc<Vec<LogRow>>,
    /// Whose list it is.
    pub label: AttrValue,
    /// Said while there is nothing.
    pub empty: AttrValue,
}

/// The list, and the bytes of what is chosen; the newest until something is.
#[component]
pub fn Log(props: &LogProps) -> Html {
    let LogProps { rows, label, empty } = props;
    let root = use_node_ref();
    let chosen = use_state_eq(|| None::<AttrValue>);
    let found = chosen.as_ref().and_then(|key| rows.iter().position(|row| row.key == *key));
    let at = found.unwrap_or(rows.len().saturating_sub(1));
    let onkeydown = {
        let (root, chosen, rows) = (root.clone(), chosen.setter(), rows.clone());
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowDown" => at + 1,
                "ArrowUp" => at.saturating_sub(1),
                "Home" => 0,
                "End" => rows.len().saturating_sub(1),
                _ => return,
            };
            event.prevent_default();
            if let Some(row) = rows.get(next) {
                chosen.set(Some(row.key.clone()));
                focus(&root, &format!("[data-row='{}']", row.key));
            }
        })
    };
    use_newest_in_view(&root, rows.len(), found.is_none());
    if rows.is_empty() {
        return html! { <p class="websocket-hint">{ empty }</p> };
    }
    let row = |(number, row): (usize, &LogRow)| {
        let onclick = {
            let (chosen, key) = (chosen.setter(), row.key.clone());
            Callback::from(move |_: MouseEvent| chosen.set(Some(key.clone())))
        };
        row_html(row, number == at, onclick)
    };
    html! {
        <div class="websocket-log">
            <div ref={root} class="websocket-log-rows" role="group" aria-label={label.clone()} {onkeydown}>
                { for rows.iter().enumerate().map(row) }
            </div>
            <div class="websocket-log-piece">
                if let Some(row) = rows.get(at) {
                    <PieceBytes key={row.key.as_str()} piece={row.piece.clone()} />
                }
            </div>
        </div>
    }
}

fn row_html(row: &LogRow, is_chosen: bool, onclick: Callback<MouseEvent>) -> Html {
    let (arrow, to) = match row.direction {
        Direction::ToServer => ("→", "to the server"),
        Direction::ToClient => ("←", "to the client"),
    };
    let class = classes!(
        "websocket-log-row",
        is_chosen.then_some("is-chosen"),
        (row.direction == Direction::ToClient).then_some("is-back"),
        row.piece.error.is_some().then_some("is-broken"),
        (!row.note.is_empty()).then_some("is-noted"),
    );
    let tabindex = if is_chosen { "0" } else { "-1" };
    html! {
        <button key={row.key.as_str()} type="button" {class} {tabindex} data-row={row.key.clone()} {onclick}
            aria-pressed={is_chosen.to_string()}>
            <span class="websocket-log-time">{ &row.at }</span>
            <span class="websocket-log-way" role="img" aria-label={to}>{ arrow }</span>
            <span class="websocket-log-text">
                if row.piece.error.is_some() { <span class="websocket-cross" aria-hidden="true">{ "✗ " }</span> }
                { piece_text(&row.piece) }
            </span>
            <span class="websocket-log-note">{ row.note }</span>
        </button>
    }
}

/// Keeps the newest row in view, within the list, until a row is chosen.
#[hook]
fn use_newest_in_view(root: &NodeRef, rows: usize, follows: bool) {
    let root = root.clone();
    use_effect_with((rows, follows), move |(_, follows)| {
        if let (true, Some(list)) = (*follows, root.cast::<web_sys::Element>()) {
            list.set_scroll_top(list.scroll_height());
        }
    });
}

#[derive(Properties, PartialEq)]
struct PieceBytesProps {
    piece: Arc<Piece>,
}

/// A head as lines, a frame as bytes.
#[component]
fn PieceBytes(props: &PieceBytesProps) -> Html {
    let piece = &props.piece;
    let meaning = use_memo(piece.clone(), |piece| meaning_of(std::slice::from_ref(piece)));
    let label = AttrValue::from(piece_text(piece));
    let (bytes, parts) = (piece.bytes.clone(), meaning.parts.clone());
    match piece.what {
        What::Request | What::Response => html! { <Lines {label} {bytes} {parts} /> },
        _ => html! { <ByteView {label} {bytes} {parts} clear={meaning.clear.clone()} /> },
    }
}
