//! How a race stands: a curve for each policy, and the numbers beside it.

use crate::components::{Badge, Curve, DataTable, LineChart, Provenance, Row, Sign, grouped};
use crate::workers::Raced;
use playground_core::cdn::eviction::Policy;
use playground_core::cdn::race::{Frame, Lane};
use std::rc::Rc;
use yew::prelude::*;

/// The most points of a curve: more would be noise.
const MOST_POINTS: usize = 100;

/// The sign of a policy, in the chart and in the prose.
pub fn policy_sign(policy: Policy) -> Sign {
    let number = Policy::ALL.iter().position(|it| *it == policy).unwrap_or_default();
    Sign::nth(number as u32)
}

/// What the standing needs.
#[derive(Properties, PartialEq)]
pub struct StandingProps {
    /// The race; none before the first.
    pub raced: Option<Rc<Raced>>,
    /// How many requests it will have in the end.
    pub requests: u64,
}

/// The chart and the table.
#[component]
pub fn Standing(props: &StandingProps) -> Html {
    let StandingProps { raced, requests } = props;
    let frame = raced.as_ref().map(|raced| &raced.frame);
    let curves = Policy::ALL.map(|policy| Curve {
        label: policy.name().into(),
        sign: policy_sign(policy),
        points: Rc::new(frame.map(|frame| points(frame, policy)).unwrap_or_default()),
    });
    html! {
        <div class="cdn-race-standing">
            <div class="cdn-race-chart">
                <LineChart title="Hits along the race" curves={curves.to_vec()} x_label="requests so far"
                    y_label="hits, in % of the requests of each stretch" x_max={Some(*requests as f64)} />
            </div>
            <div class="cdn-race-table">
                <DataTable caption="Since the start" columns={columns()} rows={rows(frame)} />
                <p class="cdn-hint"><Badge provenance={Provenance::Modelled} /></p>
            </div>
        </div>
    }
}

/// A policy's hits in percent, stretch by stretch, each at the number of requests at which the stretch ends.
fn points(frame: &Frame, policy: Policy) -> Vec<(f64, f64)> {
    let Some(lane) = frame.lanes.iter().find(|lane| lane.policy == policy) else {
        return Vec::new();
    };
    let together = lane.windows.len().div_ceil(MOST_POINTS).max(1);
    let mut done = 0;
    let mut points = Vec::with_capacity(lane.windows.len() / together + 1);
    for windows in lane.windows.chunks(together) {
        let requests: u64 = windows.iter().map(|it| it.requests).sum();
        let hits: u64 = windows.iter().map(|it| it.hits).sum();
        done += requests;
        // What has hardly begun says little.
        let is_whole =
            windows.len() == together && requests >= together as u64 * frame.window_requests;
        if is_whole {
            points.push((done as f64, hits as f64 * 100.0 / requests as f64));
        }
    }
    points
}

fn columns() -> Vec<AttrValue> {
    ["Policy", "Hits", "Byte hits", "Held", "Evictions"].map(AttrValue::from).to_vec()
}

/// The policies, the best first.
fn rows(frame: Option<&Frame>) -> Vec<Row> {
    let Some(frame) = frame else {
        return Policy::ALL.map(|policy| row(policy, ["–"; 4].map(AttrValue::from))).to_vec();
    };
    let mut lanes: Vec<&Lane> = frame.lanes.iter().collect();
    lanes.sort_by_key(|lane| std::cmp::Reverse(lane.total.hits));
    let row_of = |lane: &&Lane| {
        let cells = [
            percent(lane.total.hit_ratio()),
            percent(lane.total.byte_hit_ratio()),
            grouped(lane.objects as u64),
            grouped(lane.evictions),
        ];
        row(lane.policy, cells.map(AttrValue::from))
    };
    lanes.iter().map(row_of).collect()
}

fn row(policy: Policy, cells: [AttrValue; 4]) -> Row {
    let name = AttrValue::from(policy.name());
    let cells = std::iter::once(name.clone()).chain(cells).collect();
    Row { key: name, cells, is_selected: false }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::cdn::race::Race;
    use playground_core::cdn::workload::Workload;

    fn frame(requests: u64) -> Frame {
        let mut race = Race::new(&Workload::zipf(1_000, 900, 1), 100);
        race.step(requests);
        race.frame()
    }

    #[test]
    fn a_stretch_is_drawn_once_it_is_whole() {
        let frame = frame(2_500);
        let points = points(&frame, Policy::Lru);
        let ends: Vec<f64> = points.iter().map(|(at, _)| *at).collect();
        assert_eq!(ends, [1_000.0, 2_000.0]);
        assert!(points.iter().all(|(_, hits)| (0.0..=100.0).contains(hits)));
    }

    #[test]
    fn the_best_comes_first() {
        let frame = frame(20_000);
        let hits = |row: &Row| row.cells[1].trim_end_matches(" %").parse::<f64>().unwrap();
        let rows = rows(Some(&frame));
        assert_eq!(rows.len(), 6);
        assert!(rows.windows(2).all(|pair| hits(&pair[0]) >= hits(&pair[1])));
    }
}
