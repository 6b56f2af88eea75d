//! The copies that lie at the edges, as a table, and the sum of the one that is chosen.

use super::sum::Sum;
use super::words::{node_title, seconds, state_name};
use crate::components::{DataTable, Row};
use playground_core::cdn::lab::{CacheView, EntryView, Frame, Node};
use std::rc::Rc;
use yew::prelude::*;

/// The most rows: a full cache has more copies than anybody reads.
const MOST_ROWS: usize = 24;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct CopiesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// All cache servers.
pub fn caches(frame: &Frame) -> impl Iterator<Item = &CacheView> {
    frame.shield.iter().chain(frame.edges.iter().flat_map(|edge| &edge.shards))
}

/// A copy by name.
fn key(node: Node, entry: &EntryView) -> AttrValue {
    let variant = entry.variant.as_deref().unwrap_or_default();
    format!("{node}|{}|{variant}", entry.path).into()
}

/// All copies, each with its server and its place there.
fn all(frame: &Frame) -> Vec<(Node, usize, &EntryView)> {
    let each = caches(frame).flat_map(|cache| {
        cache.entries.iter().enumerate().map(|(place, entry)| (cache.node, place, entry))
    });
    each.collect()
}

/// The table and the sum.
#[component]
pub fn Copies(props: &CopiesProps) -> Html {
    let frame = &props.frame;
    let chosen = use_state(|| None::<AttrValue>);
    let all = all(frame);
    let is_chosen = |it: &&(Node, usize, &EntryView)| Some(key(it.0, it.2)) == *chosen;
    // Unless one is chosen, the one that came last.
    let newest =
        || all.iter().max_by_key(|(_, _, entry)| entry.freshness.age.initial.response_time);
    let shown = all.iter().find(is_chosen).or_else(newest).map(|(node, place, _)| (*node, *place));
    let rows = all.iter().take(MOST_ROWS).map(|(node, place, entry)| {
        let path = match &entry.variant {
            Some(variant) => format!("{} ({variant})", entry.path),
            None => entry.path.to_string(),
        };
        let old = if entry.is_outdated { ", outdated" } else { "" };
        Row {
            key: key(*node, entry),
            cells: vec![
                path.into(),
                node_title(frame, *node).into(),
                format!("{}{old}", entry.version).into(),
                seconds(entry.freshness.age.current_age_ms / 1_000 * 1_000).into(),
                seconds(entry.freshness.lifetime.ms).into(),
                state_name(entry.state).into(),
            ],
            is_selected: shown == Some((*node, *place)),
        }
    });
    let rows: Vec<Row> = rows.collect();
    let columns = ["Copy of", "Where", "Version", "Age", "Fresh for", "Now"];
    let more = all.len().saturating_sub(rows.len());
    let on_select = {
        let chosen = chosen.setter();
        Callback::from(move |key: AttrValue| chosen.set(Some(key)))
    };
    if rows.is_empty() {
        return html! {
            <div class="cdn-copies">
                <h3>{ "The copies" }</h3>
                <p class="cdn-hint">{ "There are none. A copy comes to an edge when a reader asks there." }</p>
            </div>
        };
    }
    html! {
        <div class="cdn-copies">
            <DataTable caption="The copies" columns={columns.map(AttrValue::from).to_vec()} {rows}
                {on_select} />
            if more > 0 {
                <p class="cdn-hint">{ format!("… and {more} more.") }</p>
            }
            if let Some((node, place)) = shown {
                <Sum frame={frame.clone()} {node} {place} />
            }
        </div>
    }
}
