//! The picture in tables: the workers, what is inside, and what has come out.

use super::words::{pace_text, seconds, state_text, worker_title};
use crate::components::{DataTable, Row, grouped};
use playground_core::blocking_queue::lab::{Frame, Item};
use std::rc::Rc;
use yew::prelude::*;

/// The most rows of a table.
const MOST_ROWS: usize = 24;

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
        <>
            { table("The workers", &["Worker", "State", "Holds", "Pace", "Items", "Times parked", "Parked in all"], workers(frame)) }
            { table("Inside, the oldest first", &["Item", "Made, s", "In, s", "Inside for"], inside(frame)) }
            { table("Out, the newest first", &["Item", "In, s", "Out, s", "Inside for", "Taken by"], passed(frame)) }
        </>
    }
}

fn row(key: String, cells: Vec<String>) -> Row {
    Row {
        key: key.into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

fn workers(frame: &Frame) -> Vec<Row> {
    let rows = frame.producers.iter().chain(&frame.consumers).map(|view| {
        let cells = vec![
            worker_title(view.worker),
            state_text(view, frame.now),
            view.hand.as_ref().map_or_else(|| "nothing".to_owned(), Item::to_string),
            pace_text(view.pace),
            grouped(view.done),
            grouped(view.parks),
            seconds(view.parked),
        ];
        row(view.worker.to_string(), cells)
    });
    rows.collect()
}

fn at(time: playground_core::sim::Time) -> String {
    format!("{:.2}", time.as_secs_f64())
}

fn inside(frame: &Frame) -> Vec<Row> {
    let rows = frame.items.iter().enumerate().map(|(index, item)| {
        let stay = seconds(frame.now.since(item.stored_at));
        let cells = vec![item.to_string(), at(item.made_at), at(item.stored_at), stay];
        row(index.to_string(), cells)
    });
    rows.take(MOST_ROWS).collect()
}

fn passed(frame: &Frame) -> Vec<Row> {
    let rows = frame.passed.iter().enumerate().rev().map(|(index, it)| {
        let cells = vec![
            it.item.to_string(),
            at(it.item.stored_at),
            at(it.taken_at),
            seconds(it.taken_at.since(it.item.stored_at)),
            it.by.to_string(),
        ];
        row(index.to_string(), cells)
    });
    rows.take(MOST_ROWS).collect()
}
