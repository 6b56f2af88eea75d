//! How a race stands: bars for each kind, the course of each, and the numbers beside them.

use super::super::real::kinds::kind_sign;
use super::ratios::ratios;
use crate::components::{
    Badge, BarChart, BarTone, Bars, Curve, DataTable, DownloadButton, LineChart, Meter, Provenance,
    Row, download, grouped,
};
use playground_core::unique_id::wire::{Lane, LaneState, RaceState};
use std::rc::Rc;
use yew::prelude::*;

const MIB: f64 = 1_048_576.0;

/// What the standing needs.
#[derive(Properties, PartialEq)]
pub struct StandingProps {
    /// The race.
    pub race: Rc<RaceState>,
}

/// The charts and the table.
#[component]
pub fn Standing(props: &StandingProps) -> Html {
    let race = &props.race;
    let kinds: Vec<AttrValue> = race.lanes.iter().map(|lane| lane.kind.name().into()).collect();
    let bars = |title: &'static str, y_label: &'static str, value: fn(&Lane) -> f64| {
        let values = race.lanes.iter().map(value).collect();
        let series = vec![Bars { label: y_label.into(), values, tone: BarTone::Ours }];
        html! { <BarChart {title} categories={kinds.clone()} {series} {y_label} /> }
    };
    let written = |lane: &Lane| lane.latest.written_bytes.map_or(0.0, |it| it as f64 / MIB);
    let is_written_known = race.lanes.iter().any(|lane| lane.latest.written_bytes.is_some());
    html! {
        <div class="unique-id-race-standing">
            <div class="unique-id-lanes">{ for race.lanes.iter().map(|lane| progress(lane, race.rows)) }</div>
            if let Some(ratios) = ratios(race) {
                <p class="unique-id-verdict" data-race="ratios">
                    { ratios.sentence() }{ " " }<Badge provenance={Provenance::Measured} />
                </p>
            }
            <div class="unique-id-charts">
                { bars("Speed", "rows a second", |lane| lane.rows_per_second() as f64) }
                if is_written_known {
                    { bars("Written to the disk", "MiB", written) }
                }
                { bars("Size of the file", "MiB", |lane| lane.latest.file_bytes as f64 / MIB) }
                <Course race={race.clone()} />
            </div>
            <DataTable caption={caption(race)} columns={columns()} rows={race.lanes.iter().map(row).collect::<Vec<_>>()} />
            <div class="toolbar">
                <DownloadButton label="Race as CSV" on_click={on_csv(race)} />
            </div>
        </div>
    }
}

fn caption(race: &RaceState) -> String {
    let rows = grouped(u64::from(race.rows));
    format!("Race {}: {rows} rows of each kind, a cache of {} MiB", race.number, race.cache_mib)
}

/// How far a kind is.
fn progress(lane: &Lane, rows: u32) -> Html {
    let (done, of) = (u64::from(lane.latest.rows), u64::from(rows));
    let text = match &lane.state {
        LaneState::Waiting => "waiting".to_owned(),
        LaneState::Inserting => grouped(done),
        LaneState::Counting => "counting pages".to_owned(),
        LaneState::Finished => seconds(lane.latest.elapsed_us),
        LaneState::Cancelled => format!("cancelled after {}", grouped(done)),
        LaneState::Failed { why } => format!("failed: {why}"),
    };
    html! {
        <div key={lane.kind.name()} data-lane={lane.kind.name()} data-state={state_name(&lane.state)}>
            <Meter label={lane.kind.name()} value={done} {of} {text} />
        </div>
    }
}

/// The state in one word, for style sheets and tests.
fn state_name(state: &LaneState) -> &'static str {
    match state {
        LaneState::Waiting => "waiting",
        LaneState::Inserting => "inserting",
        LaneState::Counting => "counting",
        LaneState::Finished => "finished",
        LaneState::Cancelled => "cancelled",
        LaneState::Failed { .. } => "failed",
    }
}

/// The time that each kind took, along its rows: a line that bends upwards has outgrown the cache.
#[component]
fn Course(props: &StandingProps) -> Html {
    let race = &props.race;
    let curve = |lane: &Lane| {
        let point = |it: &playground_core::unique_id::wire::Sample| {
            (f64::from(it.rows), it.elapsed_us as f64 / 1e6)
        };
        Curve {
            label: lane.kind.name().into(),
            sign: kind_sign(lane.kind),
            points: Rc::new(lane.samples.iter().map(point).collect()),
        }
    };
    html! {
        <LineChart title="Time along the rows" curves={race.lanes.iter().map(curve).collect::<Vec<_>>()}
            x_label="rows so far" y_label="seconds" x_max={Some(f64::from(race.rows))} />
    }
}

fn columns() -> Vec<AttrValue> {
    [
        "Key",
        "Rows",
        "Took",
        "Rows a second",
        "Written",
        "File",
        "Leaves full",
        "Leaf pages",
        "Levels",
    ]
    .map(AttrValue::from)
    .to_vec()
}

fn row(lane: &Lane) -> Row {
    let latest = &lane.latest;
    let begun = |text: String| if latest.rows == 0 { "–".to_owned() } else { text };
    let leaf = |text: fn(&playground_core::unique_id::wire::Leaf) -> String| {
        lane.leaf.as_ref().map_or("–".to_owned(), text)
    };
    let cells = [
        lane.kind.name().to_owned(),
        grouped(u64::from(latest.rows)),
        begun(seconds(latest.elapsed_us)),
        begun(grouped(lane.rows_per_second())),
        latest.written_bytes.map_or("not counted here".to_owned(), |it| begun(mib(it))),
        begun(mib(latest.file_bytes)),
        leaf(|it| format!("{:.1} %", f64::from(it.leaf_fill_permille) / 10.0)),
        leaf(|it| grouped(it.leaf_pages)),
        leaf(|it| it.depth.to_string()),
    ];
    Row {
        key: lane.kind.name().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

fn seconds(us: u64) -> String {
    format!("{:.2} s", us as f64 / 1e6)
}

fn mib(bytes: u64) -> String {
    let mib = bytes as f64 / MIB;
    if mib >= 100.0 {
        format!("{} MiB", grouped(mib.round() as u64))
    } else {
        format!("{mib:.1} MiB")
    }
}

fn on_csv(race: &Rc<RaceState>) -> Callback<MouseEvent> {
    let race = race.clone();
    Callback::from(move |_| download("race.csv", "text/csv", csv(&race).as_bytes()))
}

/// All samples of all kinds (RFC 4180).
fn csv(race: &RaceState) -> String {
    let mut text = "kind,rows,elapsed_us,written_bytes,file_bytes\r\n".to_owned();
    for lane in &race.lanes {
        for it in &lane.samples {
            let written = it.written_bytes.map_or(String::new(), |bytes| bytes.to_string());
            text += &format!(
                "{},{},{},{written},{}\r\n",
                lane.kind.name(),
                it.rows,
                it.elapsed_us,
                it.file_bytes
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::kinds::Kind;
    use playground_core::unique_id::wire::Sample;

    fn lane() -> Lane {
        let sample =
            Sample { rows: 500, elapsed_us: 250_000, written_bytes: None, file_bytes: 2_097_152 };
        Lane {
            kind: Kind::Snowflake,
            state: LaneState::Inserting,
            latest: sample,
            samples: vec![sample],
            leaf: None,
        }
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        let cells = row(&lane()).cells;
        let shown: Vec<&str> = cells.iter().map(AttrValue::as_str).skip(1).collect();
        assert_eq!(shown, ["500", "0.25 s", "2,000", "not counted here", "2.0 MiB", "–", "–", "–"]);
    }

    #[test]
    fn the_samples_go_home() {
        let race = RaceState { lanes: vec![lane()], ..RaceState::default() };
        let name = Kind::Snowflake.name();
        assert_eq!(
            csv(&race),
            format!(
                "kind,rows,elapsed_us,written_bytes,file_bytes\r\n{name},500,250000,,2097152\r\n"
            )
        );
    }
}
