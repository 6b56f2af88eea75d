//! What came of each order, as a table.

use super::super::shelf::words::{arrivals_text, percent};
use super::peers::measured;
use crate::components::{DataTable, DownloadButton, Row, grouped, on_csv};
use crate::workers::Inserted;
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::million::Lane;
use std::rc::Rc;
use yew::prelude::*;

const MIB: f64 = 1_048_576.0;

/// An order by its name, for charts and tables.
pub fn name(arrivals: Arrivals) -> String {
    match arrivals {
        Arrivals::Late { rows } => format!("Up to {} rows late", grouped(rows.into())),
        others => arrivals_text(others),
    }
}

/// The same under a bar, where there is little room.
pub fn short_name(arrivals: Arrivals) -> String {
    match arrivals {
        Arrivals::Late { rows } => grouped(rows.into()),
        Arrivals::AutoIncrement => "Counter".to_owned(),
        Arrivals::UuidV7Counted => "v7, counted".to_owned(),
        others => arrivals_text(others),
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LanesProps {
    /// How far the rows are.
    pub inserted: Rc<Inserted>,
}

/// The table.
#[component]
pub fn Lanes(props: &LanesProps) -> Html {
    let inserted = &props.inserted;
    let columns = [
        "Order of the keys",
        "Rows",
        "Leaves full",
        "In PostgreSQL 15",
        "Index",
        "Levels",
        "Splits, last leaf",
        "Splits, middle",
        "Read",
        "Written",
    ];
    html! {
        <div data-million="lanes">
            <DataTable caption="Each order, from an empty index on; read and written is what the memory could not hold; PostgreSQL’s were measured once, with a million rows"
                columns={columns.map(AttrValue::from).to_vec()} rows={inserted.standing.lanes.iter().map(row).collect::<Vec<_>>()} />
            <div class="toolbar">
                <DownloadButton label="Curves as CSV" on_click={on_csv("million.csv", inserted, csv)} />
            </div>
        </div>
    }
}

fn row(lane: &Lane) -> Row {
    let counts = &lane.counts;
    let key = AttrValue::from(name(lane.arrivals));
    let cells = [
        grouped(lane.rows),
        percent(lane.density),
        measured(lane.arrivals).map_or("–".to_owned(), |it| format!("{it:.1} %")),
        format!("{:.1} MiB", lane.index_bytes() as f64 / MIB),
        lane.levels.to_string(),
        grouped(counts.rightmost_splits.into()),
        grouped(counts.middle_splits.into()),
        pages(counts.misses),
        pages(counts.write_backs),
    ];
    let cells = std::iter::once(key.clone()).chain(cells.map(AttrValue::from)).collect();
    Row { key, cells, is_selected: false }
}

fn pages(count: u64) -> String {
    if count == 1 { "1 page".to_owned() } else { format!("{} pages", grouped(count)) }
}

/// All points of all curves (RFC 4180).
fn csv(inserted: &Inserted) -> String {
    let mut text = "order,rows,density,splits,misses,write_backs\r\n".to_owned();
    for lane in &inserted.standing.lanes {
        for it in &lane.curve {
            text += &format!(
                "\"{}\",{},{:.4},{},{},{}\r\n",
                lane.arrivals, it.rows, it.density, it.splits, it.misses, it.write_backs
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::million::{Million, Plan};

    #[test]
    fn every_point_goes_home() {
        let plan = Plan { lanes: vec![Arrivals::AutoIncrement], rows: 500, pool_pages: 8, seed: 1 };
        let mut million = Million::new(&plan);
        while million.advance(1_000) {}
        let text = csv(&Inserted { standing: million.standing(), took_ms: 0.0 });
        assert_eq!(text.lines().count(), 1 + 100, "{text}");
        assert!(text.contains("\"auto-increment\",500,"));
    }
}
