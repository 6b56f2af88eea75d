//! The three ways beside each other: what was lost, and what an addition took.

use super::kept::{Kept, Race, way_text};
use crate::components::{DataTable, DownloadButton, Row, download, grouped};
use playground_core::multi_threading::team::Way;
use yew::prelude::*;

/// What the table needs.
#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// The races.
    pub kept: Kept,
}

/// The table, and all runs to take home.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let races: Vec<Race> = Way::ALL.iter().filter_map(|way| props.kept.race(*way)).collect();
    if races.is_empty() {
        return Html::default();
    }
    let columns =
        ["Each adds", "Workers", "Runs", "Fewest lost", "Median", "Most", "An addition took"];
    let rows: Vec<Row> = races.iter().map(row).collect();
    let on_click =
        Callback::from(move |_| download("races.csv", "text/csv", csv(&races).as_bytes()));
    html! {
        <>
            <DataTable caption="Additions lost, by how each adds" columns={columns.map(AttrValue::from).to_vec()} {rows} />
            <div class="toolbar"><DownloadButton label="All runs as CSV" {on_click} /></div>
        </>
    }
}

fn row((plan, reading): &Race) -> Row {
    let mut lost: Vec<u32> = reading.lost().collect();
    lost.sort_unstable();
    let at =
        |index: usize| lost.get(index).map_or_else(|| "–".to_owned(), |it| grouped(u64::from(*it)));
    let additions = u64::from(plan.expected()) * lost.len() as u64;
    let took = match additions {
        0 => "–".to_owned(),
        _ => format!("{:.1} ns", reading.at_us as f64 * 1e3 / additions as f64),
    };
    let cells = [
        way_text(plan.way).to_owned(),
        plan.workers.to_string(),
        lost.len().to_string(),
        at(0),
        at(lost.len() / 2),
        at(lost.len().saturating_sub(1)),
        took,
    ];
    Row {
        key: way_text(plan.way).into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

/// A row a run (RFC 4180).
fn csv(races: &[Race]) -> String {
    let mut text = "how,workers,additions_each,run,lost\r\n".to_owned();
    for (plan, reading) in races {
        for (run, lost) in reading.lost().enumerate() {
            let (how, workers, each) = (way_text(plan.way), plan.workers, plan.increments);
            text += &format!("{how},{workers},{each},{},{lost}\r\n", run + 1);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::team::{LostUpdates, LostUpdatesReading};
    use std::rc::Rc;

    #[test]
    fn a_row_says_what_was_lost() {
        let plan = LostUpdates { workers: 2, increments: 500, runs: 3, way: Way::Plain };
        let reading = LostUpdatesReading {
            expected: 1_000,
            counted: vec![1_000, 900, 600],
            at_us: 30,
            is_over: true,
        };
        let race = (plan, Rc::new(reading));
        let cells = row(&race).cells;
        let shown: Vec<&str> = cells.iter().map(AttrValue::as_str).collect();
        assert_eq!(shown, ["without a lock", "2", "3", "0", "100", "400", "10.0 ns"]);
        assert_eq!(csv(&[race]).lines().count(), 4);
    }
}
