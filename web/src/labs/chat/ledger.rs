//! Who has what: a column a message, a row for the server's disk and for each tab.

use super::cards::{belongs, is_repeated};
use super::people::sign_of;
use super::signs::{self, mark, px, sign_at, text};
use super::words::tab_title;
use crate::components::{Badge, DataTable, Provenance, Row, use_width};
use playground_core::chat::wire::Message;
use playground_core::chat::{Frame, LOBBY, TabView, ThreadView};
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// The width of the rows' names.
const NAMES: f64 = 62.0;
const COLUMN: f64 = 27.0;
const ROW: f64 = 25.0;
const HEAD: f64 = 22.0;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct LedgerProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// What a tab has of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// Nothing, yet.
    Absent,
    /// It shows it, once and in its place.
    Here,
    /// It shows it behind a later one.
    Late,
    /// It shows it, as it did under another number.
    Again,
    /// It shows it so many times.
    Times(usize),
}

impl Cell {
    fn words(self) -> String {
        match self {
            Cell::Absent => "–".to_owned(),
            Cell::Here => "yes".to_owned(),
            Cell::Late => "out of order".to_owned(),
            Cell::Again => "again".to_owned(),
            Cell::Times(count) => format!("{count} times"),
        }
    }
}

fn cell(thread: Option<&ThreadView>, seq: u64) -> Cell {
    let Some(thread) = thread else { return Cell::Absent };
    let found: Vec<usize> = thread
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.seq == Some(seq))
        .map(|(at, _)| at)
        .collect();
    match found[..] {
        [] => Cell::Absent,
        [at] if belongs(thread, at) => Cell::Here,
        [at] if is_repeated(thread, at) => Cell::Again,
        [_] => Cell::Late,
        _ => Cell::Times(found.len()),
    }
}

fn lobby(tab: &TabView) -> Option<&ThreadView> {
    tab.threads.iter().find(|thread| &*thread.thread == LOBBY)
}

/// The messages of the room, the last so many, and whether each is durable.
fn columns(frame: &Frame, most: usize) -> &[(Arc<Message>, bool)] {
    let room = frame.server.rooms.iter().find(|room| &*room.name == LOBBY);
    let messages = room.map_or(&[][..], |room| &room.messages);
    &messages[messages.len().saturating_sub(most)..]
}

/// The ledger.
#[component]
pub fn Ledger(props: &LedgerProps) -> Html {
    let frame = &props.frame;
    let root = use_node_ref();
    let width = use_width(&root);
    let most = ((width - NAMES - 6.0) / COLUMN).max(3.0) as usize;
    let columns = columns(frame, most);
    let rows = frame.tabs.len() + 1;
    let height = HEAD + ROW * rows as f64 + 2.0;
    let x_of = |column: usize| NAMES + COLUMN * (column as f64 + 0.5);
    let y_of = |row: usize| HEAD + ROW * (row as f64 + 0.5);
    let heads = columns.iter().enumerate().map(|(column, (message, _))| {
        // Without an idempotency key a message can have two numbers.
        let is_double = columns[..column].iter().any(|(it, _)| is_same(it, message));
        let class = if is_double { "ledger-number is-bad" } else { "ledger-number" };
        text(class, (x_of(column), HEAD / 2.0), message.seq.to_string())
    });
    let names = std::iter::once("disk".to_owned())
        .chain(frame.tabs.iter().map(|tab| tab_title(frame, tab)));
    let lines = (0..rows).map(|row| {
        html! { <path class="chat-ledger-line" d={format!("M0 {0:.1}H{width:.1}", HEAD + ROW * row as f64)} /> }
    });
    let disk = columns.iter().enumerate().map(|(column, (_, is_durable))| {
        let class = if *is_durable { "is-disk" } else { "is-disk is-pending" };
        mark(class, signs::DISK, (x_of(column), y_of(0)), 7.0)
    });
    let cells = frame.tabs.iter().enumerate().flat_map(|(row, tab)| {
        columns.iter().enumerate().map(move |(column, (message, _))| {
            cell_html(cell(lobby(tab), message.seq), message, (x_of(column), y_of(row + 1)))
        })
    });
    html! {
        <div ref={root} class="chat-ledger">
            <h3>{ "Who has what in # lobby " }<Badge provenance={Provenance::Modelled} /></h3>
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={px(width)} height={px(height)} role="img"
                aria-label={summary(frame)}>
                { for lines }
                { for heads }
                { for names.enumerate().map(|(row, name)| text("ledger-name", (0.0, y_of(row)), name)) }
                { for disk }
                { for cells }
            </svg>
        </div>
    }
}

fn is_same(one: &Message, other: &Message) -> bool {
    one.from == other.from && one.id == other.id
}

fn cell_html(cell: Cell, message: &Message, (x, y): (f64, f64)) -> Html {
    match cell {
        Cell::Absent => html! { <circle class="chat-ledger-absent" cx={px(x)} cy={px(y)} r="2" /> },
        Cell::Here => sign_at(sign_of(&message.from), (x, y), 6.5),
        Cell::Late => bad_cell(message, (x, y), "↶".to_owned()),
        Cell::Again => bad_cell(message, (x, y), "2".to_owned()),
        Cell::Times(count) => bad_cell(message, (x, y), format!("×{count}")),
    }
}

/// A message that is not where it belongs, and a note that says how.
fn bad_cell(message: &Message, (x, y): (f64, f64), note: String) -> Html {
    html! {
        <>
            <rect class="chat-ledger-bad" x={px(x - 12.0)} y={px(y - 11.0)} width="24" height="22" rx="3" />
            { sign_at(sign_of(&message.from), (x - 4.0, y), 5.0) }
            { text("ledger-note", (x + 6.5, y), note) }
        </>
    }
}

/// The ledger in a sentence.
fn summary(frame: &Frame) -> String {
    let all = columns(frame, usize::MAX);
    let tabs: Vec<String> = frame
        .tabs
        .iter()
        .map(|tab| {
            let has = all.iter().filter(|(it, _)| cell(lobby(tab), it.seq) != Cell::Absent).count();
            format!("{} {has}", tab_title(frame, tab))
        })
        .collect();
    format!("{} messages in the lobby; shown by {}", all.len(), tabs.join(", "))
}

/// The ledger as a table.
#[component]
pub fn LedgerTable(props: &LedgerProps) -> Html {
    let frame = &props.frame;
    let mut heads: Vec<AttrValue> =
        ["Number", "From", "Text", "On the disk"].map(AttrValue::from).to_vec();
    heads.extend(frame.tabs.iter().map(|tab| AttrValue::from(tab_title(frame, tab))));
    let rows = columns(frame, usize::MAX).iter().map(|(message, is_durable)| {
        let mut cells: Vec<AttrValue> = vec![
            message.seq.to_string().into(),
            message.from.to_string().into(),
            message.text.to_string().into(),
            if *is_durable { "yes" } else { "not yet" }.into(),
        ];
        cells.extend(
            frame.tabs.iter().map(|tab| AttrValue::from(cell(lobby(tab), message.seq).words())),
        );
        Row { key: message.seq.to_string().into(), cells, is_selected: false }
    });
    html! { <DataTable caption="Who has what in # lobby" columns={heads} rows={rows.collect::<Vec<_>>()} /> }
}
