//! The last IDs of a run as a table, and the bits of the one that is chosen.

use super::geometry::Timed;
use super::reading;
use super::tiles::Tiles;
use super::words::node_title;
use crate::components::{DataTable, Row, grouped};
use playground_core::unique_id::anatomy::dissect;
use playground_core::unique_id::lab::{Frame, MadeRun, Node};
use playground_core::unique_id::snowflake::{Id, Layout, NamedLayout};
use std::rc::Rc;
use yew::prelude::*;

/// How many rows the table has.
const SHOWN: usize = 6;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LatestProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// A run of IDs by name.
fn key(run: &MadeRun) -> AttrValue {
    format!("{}|{}|{}", run.at.0, run.request, run.first).into()
}

/// The table and the bits.
#[component]
pub fn Latest(props: &LatestProps) -> Html {
    let frame = &props.frame;
    let chosen = use_state(|| None::<AttrValue>);
    // Unless one is chosen, the one that came last.
    let found = frame.made.iter().find(|run| Some(key(run)) == *chosen);
    let shown = found.or_else(|| frame.made.last());
    let on_select = {
        let chosen = chosen.setter();
        Callback::from(move |key: AttrValue| chosen.set(Some(key)))
    };
    let Some(shown) = shown else {
        return html! { <p class="unique-id-hint">{ "No ID has been made yet. Choose a worker, and ask it for some." }</p> };
    };
    let selected = key(shown);
    let rows: Vec<Row> = frame
        .made
        .iter()
        .rev()
        .take(SHOWN)
        .map(|run| row(frame, run, key(run) == selected))
        .collect();
    let columns = ["First ID", "and so many more", "Made by", "Number", "Time, ms", "Sequence"]
        .map(AttrValue::from);
    html! {
        <div class="unique-id-latest">
            if frame.layout == Layout::CLASSICAL {
                <Bits id={shown.first} />
            }
            <DataTable caption="The last IDs" columns={columns.to_vec()} {rows} {on_select} />
        </div>
    }
}

fn row(frame: &Frame, run: &MadeRun, is_selected: bool) -> Row {
    let parts = frame.layout.decompose(run.first);
    let twice = if run.is_duplicate { " ✗ twice" } else { "" };
    Row {
        key: key(run),
        cells: vec![
            format!("{}{twice}", run.first).into(),
            grouped(u64::from(run.count.saturating_sub(1))).into(),
            node_title(Node::Worker(run.worker)).into(),
            parts.worker.to_string().into(),
            frame.since_start_ms(frame.layout.unix_ms(run.first)).to_string().into(),
            parts.sequence.to_string().into(),
        ],
        is_selected,
    }
}

#[derive(Properties, PartialEq)]
struct BitsProps {
    id: Id,
}

/// The bits of an ID.
#[component]
fn Bits(props: &BitsProps) -> Html {
    let id = props.id;
    let dissection = dissect(id, NamedLayout::Classical);
    html! {
        <div class="unique-id-wide">
            <Tiles label={format!("The bits of {id}")} value={u128::from(id.0)} width={64} fields={reading::fields(&dissection)} />
        </div>
    }
}
