//! The picture in tables: the workers, the numbers of the registry, what was asked for, and what came twice.

use super::geometry::Timed;
use super::words::{ahead_text, failure_text, letter, node_title, state_text, waiting_text};
use crate::components::{DataTable, Row, grouped};
use playground_core::unique_id::lab::{Frame, Node};
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
            { table("The workers", &["Worker", "State", "Number", "Epoch", "Clock, ms", "Off", "In this ms", "Made", "Waits for"],
                workers(frame)) }
            { table("The registry", &["Number", "Leased to", "Epoch", "After, ms", "Until, ms"], registry(frame)) }
            { table("The last requests", &["Request", "Worker", "IDs", "Made", "End"], requests(frame)) }
            if !frame.duplicates.is_empty() {
                { table("IDs made twice", &["ID", "First by", "Again by", "And so many after it"], duplicates(frame)) }
            }
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

fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |it| it.to_string())
}

fn workers(frame: &Frame) -> Vec<Row> {
    let rows = frame.workers.iter().map(|view| {
        let cells = vec![
            node_title(Node::Worker(view.worker)),
            state_text(view).to_owned(),
            or_none(view.number),
            or_none(view.lease.map(|it| it.epoch)),
            frame.since_start_ms(view.clock.unix_ms).to_string(),
            ahead_text(view.clock.ahead_ms).unwrap_or_else(|| "right".to_owned()),
            grouped(u64::from(view.used)),
            grouped(view.made),
            view.waiting.map(waiting_text).unwrap_or_default(),
        ];
        row(view.worker.to_string(), cells)
    });
    rows.collect()
}

fn registry(frame: &Frame) -> Vec<Row> {
    let leased = frame.registry.numbers.iter().zip(0_u16..).filter(|(slot, _)| slot.row.epoch > 0);
    let rows = leased.map(|(slot, number)| {
        let cells = vec![
            number.to_string(),
            slot.worker.map_or_else(|| "nobody".to_owned(), |it| node_title(Node::Worker(it))),
            slot.row.epoch.to_string(),
            frame.since_start_ms(slot.row.after_ms).max(0).to_string(),
            frame.since_start_ms(slot.row.until_ms).to_string(),
        ];
        row(number.to_string(), cells)
    });
    rows.take(MOST_ROWS).collect()
}

fn requests(frame: &Frame) -> Vec<Row> {
    let rows = frame.requests.iter().rev().take(MOST_ROWS).map(|request| {
        let end = match &request.end {
            None => "waits".to_owned(),
            Some((_, Ok(()))) => "answered".to_owned(),
            Some((_, Err(why))) => failure_text(*why),
        };
        let cells = vec![
            request.request.to_string(),
            letter(request.worker).to_string(),
            grouped(u64::from(request.count)),
            grouped(u64::from(request.made)),
            end,
        ];
        row(request.request.to_string(), cells)
    });
    rows.collect()
}

fn duplicates(frame: &Frame) -> Vec<Row> {
    let rows = frame.duplicates.iter().enumerate().rev().take(MOST_ROWS).map(|(index, it)| {
        let cells = vec![
            it.id.to_string(),
            letter(it.first).to_string(),
            letter(it.again).to_string(),
            grouped(u64::from(it.count.saturating_sub(1))),
        ];
        row(index.to_string(), cells)
    });
    rows.collect()
}
