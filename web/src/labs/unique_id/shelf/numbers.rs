//! What both trees have counted, side by side as a table.

use super::words::{arrivals_text, percent};
use crate::components::{DataTable, Row, grouped};
use playground_core::unique_id::shelf::{Frame, SideView};
use std::rc::Rc;
use yew::prelude::*;

/// What is counted.
#[derive(Properties, PartialEq)]
pub struct NumbersProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// How a number is read from a tree.
type Reading = fn(&SideView) -> String;

/// Each with the name by which tests know it.
const READINGS: [(&str, &str, Reading); 9] = [
    ("rows", "Keys", |it| grouped(it.counts.entries)),
    ("leaves", "Leaves", |it| grouped(it.counts.leaf_pages.into())),
    ("density", "Leaves are full", |it| percent(it.density)),
    ("levels", "Levels", |it| it.levels.to_string()),
    ("last", "Splits of the last leaf", |it| grouped(it.counts.rightmost_splits.into())),
    ("middle", "Splits in the middle", |it| grouped(it.counts.middle_splits.into())),
    ("touched", "Pages touched an insert", |it| format!("{:.2}", it.counts.touched_per_insert())),
    ("read", "Pages read from the disk", |it| grouped(it.counts.misses)),
    ("written", "Pages written to make room", |it| grouped(it.counts.write_backs)),
];

/// The table.
#[component]
pub fn Numbers(props: &NumbersProps) -> Html {
    let [left, right] = &props.frame.sides;
    let rows = READINGS.map(|(key, name, read)| Row {
        key: key.into(),
        cells: vec![name.into(), read(left).into(), read(right).into()],
        is_selected: false,
    });
    let columns = ["Counted", "Left", "Right"].map(AttrValue::from).to_vec();
    let [left, right] = [left, right].map(|it| arrivals_text(it.arrivals));
    let caption = format!("Left {left}, right {right}, since their start");
    html! {
        <div data-shelf="numbers">
            <DataTable {caption} {columns} rows={rows.to_vec()} />
        </div>
    }
}
