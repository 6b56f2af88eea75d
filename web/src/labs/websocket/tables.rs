//! The picture as tables: for reading aloud, and for copying.

use super::words::{bytes_text, chunk_name, delivery_text, piece_text, state_text};
use crate::components::{DataTable, Row};
use playground_core::websocket::lab::{Frame, SideView};
use playground_core::websocket::wire::Direction;
use std::rc::Rc;
use yew::prelude::*;

/// The most rows of a table, the newest kept.
const MOST_ROWS: usize = 40;

/// Which frame.
#[derive(Clone, Properties, PartialEq)]
pub struct TablesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// Sides, segments on their way, and everything that was sent, as tables.
#[component]
pub fn Tables(props: &TablesProps) -> Html {
    let frame = &props.frame;
    html! {
        <div class="websocket-tables">
            { sides(frame) }
            { segments(frame) }
            { pieces(frame) }
        </div>
    }
}

fn table(caption: &'static str, columns: &[&'static str], rows: Vec<Vec<String>>) -> Html {
    let columns: Vec<AttrValue> = columns.iter().map(|it| AttrValue::from(*it)).collect();
    let skipped = rows.len().saturating_sub(MOST_ROWS);
    let row = |(key, cells): (usize, Vec<String>)| Row {
        key: key.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    };
    let rows: Vec<Row> = rows.into_iter().enumerate().skip(skipped).map(row).collect();
    html! { <DataTable {caption} {columns} {rows} /> }
}

fn way(direction: Direction) -> String {
    if direction == Direction::ToServer { "to the server" } else { "to the client" }.to_owned()
}

fn sides(frame: &Frame) -> Html {
    let row = |name: &str, side: &SideView| {
        let last = side.delivered.last().map_or("–".to_owned(), delivery_text);
        vec![
            name.to_owned(),
            state_text(frame, side),
            side.seen_code.map_or("–".to_owned(), |code| code.to_string()),
            side.failed.map_or("–".to_owned(), |error| error.to_string()),
            side.received_bytes.to_string(),
            side.delivered.len().to_string(),
            last,
        ]
    };
    let columns = ["Side", "State", "Told", "Broken rule", "Bytes got", "Messages", "The last"];
    table("Sides", &columns, vec![row("Client", &frame.client), row("Server", &frame.server)])
}

fn segments(frame: &Frame) -> Html {
    let rows = frame.in_flight.iter().map(|chunk| {
        let first: Vec<String> =
            chunk.bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        vec![
            chunk_name(chunk),
            way(chunk.direction),
            bytes_text(chunk.bytes.len() as u64),
            first.join(" "),
            chunk.flipped.len().to_string(),
            format!("{:.2} s", chunk.arrives_at.as_secs_f64()),
        ]
    });
    let columns = ["Segment", "Way", "Bytes", "The first", "Bits flipped", "Arrives at"];
    table("Segments on their way", &columns, rows.collect())
}

fn pieces(frame: &Frame) -> Html {
    let rows = frame.pieces().map(|view| {
        let arrives =
            view.arrives_at.map_or("–".to_owned(), |at| format!("{:.2} s", at.as_secs_f64()));
        vec![
            piece_text(&view.piece),
            way(view.direction),
            view.connection.to_string(),
            bytes_text(view.piece.bytes.len() as u64),
            format!("{:.2} s", view.sent_at.as_secs_f64()),
            arrives,
            if view.piece.is_ignored { "yes" } else { "no" }.to_owned(),
        ]
    });
    let columns = ["What", "Way", "Connection", "Bytes", "Sent at", "Arrives at", "Ignored"];
    table("Heads and frames, the newest last", &columns, rows.collect())
}
