//! The picture in tables: the threads, the cells, the locks, and the turns that were taken.

use super::listing::uses;
use super::words::{
    effect_text, lock_name, number_text, state_text, thread_name, thread_title, word_text,
};
use crate::components::{DataTable, Row, grouped};
use playground_core::multi_threading::lab::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// The most rows of a table, the newest first.
const MOST_ROWS: usize = 40;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct TablesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// The tables.
#[component]
pub fn Tables(props: &TablesProps) -> Html {
    let frame = &props.frame;
    let table = |caption: &'static str, columns: &[&'static str], rows: Vec<Row>| {
        let columns: Vec<AttrValue> = columns.iter().map(|it| AttrValue::from(*it)).collect();
        html! { <DataTable {caption} {columns} {rows} /> }
    };
    html! {
        <div class="multi-threading-tables">
            { table("The threads", &["Thread", "State", "Next instruction", "Registers", "Holds", "Rounds", "Instructions"], threads(frame)) }
            { table("The cells", &["Cell", "Holds", "Touched last", "In step"], cells(frame)) }
            if !frame.locks.is_empty() {
                { table("The locks", &["Lock", "Held by", "Waited for by"], locks(frame)) }
            }
            { table("The last turns", &["Step", "Thread", "Round", "What it did", "Undid"], turns(frame)) }
        </div>
    }
}

fn row(key: String, cells: Vec<String>) -> Row {
    Row {
        key: key.into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

fn threads(frame: &Frame) -> Vec<Row> {
    let rows = frame.threads.iter().map(|view| {
        let next = view.next.and_then(|next| view.listing.steps.get(usize::from(next)));
        let registers = (0..view.registers.len()).filter(|it| uses(&view.listing, *it));
        let registers = registers.map(|it| format!("r{it} = {}", word_text(view.registers[it])));
        let holds = view.holds.iter().map(|lock| lock_name(frame, *lock));
        let cells = vec![
            thread_title(view.thread),
            state_text(frame, view),
            or_none(next.map(|step| step.text.clone())),
            registers.collect::<Vec<_>>().join(", "),
            holds.collect::<Vec<_>>().join(", "),
            view.round.to_string(),
            grouped(view.steps),
        ];
        row(view.thread.to_string(), cells)
    });
    rows.collect()
}

fn cells(frame: &Frame) -> Vec<Row> {
    let rows = frame.cells.iter().map(|cell| {
        let touched = cell.last.map(|it| {
            let what = if it.is_write { "written" } else { "read" };
            format!("{what} by {}", thread_name(it.thread))
        });
        let cells = vec![
            cell.name.clone(),
            word_text(cell.value),
            or_none(touched),
            or_none(cell.last.map(|it| it.step.to_string())),
        ];
        row(cell.name.clone(), cells)
    });
    rows.collect()
}

fn locks(frame: &Frame) -> Vec<Row> {
    let rows = frame.locks.iter().map(|lock| {
        let waiting = lock.waiting.iter().map(|thread| number_text(usize::from(*thread)));
        let cells = vec![
            lock.name.to_owned(),
            lock.owner.map_or_else(|| "nobody".to_owned(), thread_name),
            waiting.collect::<Vec<_>>().join(", "),
        ];
        row(lock.name.to_owned(), cells)
    });
    rows.collect()
}

fn turns(frame: &Frame) -> Vec<Row> {
    let rows = frame.turns.iter().rev().take(MOST_ROWS).map(|turn| {
        let undid =
            turn.overwrote.map(|it| format!("step {} of {}", it.step, thread_name(it.thread)));
        let cells = vec![
            turn.step.to_string(),
            number_text(usize::from(turn.thread)),
            (turn.round + 1).to_string(),
            effect_text(frame, &turn.effect),
            undid.unwrap_or_default(),
        ];
        row(turn.step.to_string(), cells)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::Lab;
    use playground_core::multi_threading::scenarios;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn every_row_has_as_many_cells_as_its_table() {
        for named in scenarios::all() {
            let frame = replay::<Lab>(&named.run, named.until, 10_000).state.frame(named.until);
            assert!(threads(&frame).iter().all(|row| row.cells.len() == 7), "{}", named.name);
            assert!(cells(&frame).iter().all(|row| row.cells.len() == 4), "{}", named.name);
            assert!(locks(&frame).iter().all(|row| row.cells.len() == 3), "{}", named.name);
            assert!(turns(&frame).iter().all(|row| row.cells.len() == 5), "{}", named.name);
        }
    }
}
