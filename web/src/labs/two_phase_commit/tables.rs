//! The picture as tables: for reading aloud, and for copying.

use super::words;
use crate::components::{DataTable, Row};
use playground_core::two_phase_commit::{
    Arrow, ArrowEnd, Frame, Good, NodeView, OrderView, RecordView,
};
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

/// Nodes, messages, orders and logs as tables.
#[component]
pub fn Tables(props: &TablesProps) -> Html {
    let frame = &props.frame;
    html! {
        <div class="two-phase-commit-tables">
            { nodes(frame) }
            { messages(frame) }
            { orders(frame) }
            { logs(frame) }
        </div>
    }
}

fn table(
    caption: &'static str,
    columns: &[&'static str],
    rows: Vec<(String, Vec<String>)>,
) -> Html {
    let columns: Vec<AttrValue> = columns.iter().map(|it| AttrValue::from(*it)).collect();
    let row = |(key, cells): (String, Vec<String>)| Row {
        key: key.into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    };
    let rows: Vec<Row> = rows.into_iter().map(row).collect();
    html! { <DataTable {caption} {columns} {rows} /> }
}

fn newest<T>(list: &[T]) -> impl Iterator<Item = (usize, &T)> {
    list.iter().enumerate().skip(list.len().saturating_sub(MOST_ROWS))
}

fn goods(node: &NodeView, is_held: bool) -> String {
    let stock = if is_held { &node.held } else { &node.free };
    let counted = Good::ALL.into_iter().filter(|good| node.full.count(*good) > 0);
    let text = counted.filter_map(|good| {
        let count = stock.count(good);
        (count > 0).then(|| words::goods_text(good, count))
    });
    let text: Vec<String> = text.collect();
    if text.is_empty() { "nothing".to_owned() } else { text.join(", ") }
}

fn nodes(frame: &Frame) -> Html {
    let row = |node: &NodeView| {
        let doubts = node.doubts.iter().map(|(tx, work, since)| {
            let age = words::seconds_since(frame.now, *since);
            format!("{} ({tx}) for {age}", words::work_text(*work))
        });
        let doubts: Vec<String> = doubts.collect();
        let is_holder = node.full.goods(&node.full).next().is_some();
        let armed = node.armed.map_or(String::new(), words::crash_text);
        let cells = vec![
            node.place.title().to_owned(),
            words::condition(node),
            if is_holder { goods(node, false) } else { "–".to_owned() },
            if is_holder { goods(node, true) } else { "–".to_owned() },
            if doubts.is_empty() { "–".to_owned() } else { doubts.join("; ") },
            if armed.is_empty() { "–".to_owned() } else { armed },
        ];
        (node.id.to_string(), cells)
    };
    let columns = ["Node", "Condition", "Free", "Set aside", "In doubt", "Dies"];
    table("Nodes", &columns, frame.nodes.iter().map(row).collect())
}

fn messages(frame: &Frame) -> Html {
    let row = |(_, arrow): (usize, &Arrow)| {
        let end = match arrow.end {
            None => "under way".to_owned(),
            Some((at, ArrowEnd::Delivered)) => {
                format!("arrived after {}", words::seconds_since(at, arrow.sent_at))
            }
            Some((_, ArrowEnd::Lost(reason))) => words::loss_text(reason).to_owned(),
        };
        let cells = vec![
            words::message_name(&arrow.message).to_owned(),
            arrow.message.tx().to_string(),
            words::node_name(frame, arrow.from).to_owned(),
            words::node_name(frame, arrow.to).to_owned(),
            format!("{:.3} s", arrow.sent_at.as_secs_f64()),
            end,
        ];
        (arrow.flight.to_string(), cells)
    };
    let columns = ["Message", "Transaction", "From", "To", "Sent at", "What became of it"];
    table("Messages, the newest last", &columns, newest(&frame.arrows).map(row).collect())
}

fn orders(frame: &Frame) -> Html {
    let row = |(number, order): (usize, &OrderView)| {
        let what = order.order.as_ref().map_or("unknown".to_owned(), words::order_text);
        let answer = order.answered_at.map_or("–".to_owned(), |at| {
            format!("after {}", words::seconds_since(at, order.placed_at))
        });
        let cells = vec![
            what,
            order.tx.map_or("–".to_owned(), |tx| tx.to_string()),
            words::state_text(&order.state),
            answer,
            order.cost.messages.to_string(),
            order.cost.forced.to_string(),
            order.cost.lazy.to_string(),
            if order.damage { "yes" } else { "no" }.to_owned(),
        ];
        (number.to_string(), cells)
    };
    let columns = [
        "Order",
        "Transaction",
        "State",
        "Answered",
        "Messages",
        "Forced writes",
        "Lazy writes",
        "Damage",
    ];
    table("Orders, the newest last", &columns, newest(&frame.orders).map(row).collect())
}

fn logs(frame: &Frame) -> Html {
    let of_node = |node: &NodeView| -> Vec<(String, Vec<String>)> {
        let row = |(number, record): (usize, &RecordView)| {
            let is_durable = number < node.durable;
            let state = match (is_durable, record.is_confirmed) {
                (true, _) => "on disk",
                (false, true) => "the disk says so, and lies",
                (false, false) => "not yet on disk",
            };
            let cells = vec![
                words::record_name(&record.record).to_owned(),
                node.place.title().to_owned(),
                record.record.tx().map_or("–".to_owned(), |tx| tx.to_string()),
                words::durability_name(record.durability).to_owned(),
                state.to_owned(),
            ];
            (format!("{}-{number}", node.id), cells)
        };
        newest(&node.log).map(row).collect()
    };
    let columns = ["Record", "Log of", "Transaction", "Written", "State"];
    table("Logs, the newest last", &columns, frame.nodes.iter().flat_map(of_node).collect())
}
