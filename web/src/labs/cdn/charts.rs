//! How often the edges have what is asked for, and how long readers wait: charts of what was counted.

use super::words::earth_ms;
use crate::components::{
    Badge, BarChart, BarTone, Bars, DataTable, Meter, Provenance, Row, grouped,
};
use playground_core::cdn::lab::{Frame, Latency, Sample, Totals};
use std::rc::Rc;
use yew::prelude::*;

/// How many bars of the past are drawn.
const BARS: usize = 20;
/// How many seconds of the run a bar is.
const SECONDS: u32 = 3;

/// What is counted.
#[derive(Properties, PartialEq)]
pub struct CountedProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// How many answers an edge gave without asking anybody, of all.
pub fn hit_ratio(totals: &Totals) -> f64 {
    totals.hits as f64 / totals.answered.max(1) as f64
}

/// The samples in groups of [`SECONDS`], the last [`BARS`] of them: the end of each, and its hit ratio in percent.
fn ratios(history: &[Sample]) -> Vec<(u32, f64)> {
    let mut groups: Vec<(u32, u32, u32)> = Vec::new();
    for sample in history {
        let end = (sample.second / SECONDS + 1) * SECONDS;
        match groups.last_mut() {
            Some((last, hits, answers)) if *last == end => {
                *hits += sample.hits;
                *answers += sample.answers;
            }
            _ => groups.push((end, sample.hits, sample.answers)),
        }
    }
    let first = groups.len().saturating_sub(BARS);
    let ratio = |(end, hits, answers): &(u32, u32, u32)| {
        (*end, f64::from(*hits) * 100.0 / f64::from((*answers).max(1)))
    };
    groups[first..].iter().map(ratio).collect()
}

/// The hit ratio over time.
#[component]
pub fn HitRatio(props: &CountedProps) -> Html {
    let frame = &props.frame;
    let ratios = ratios(&frame.history);
    let overall = (hit_ratio(&frame.totals) * 1_000.0).round() / 10.0;
    let categories: Vec<AttrValue> =
        ratios.iter().map(|(end, _)| format!("{end} s").into()).collect();
    let values: Vec<f64> = ratios.iter().map(|(_, ratio)| ratio.round()).collect();
    let series =
        vec![Bars { label: format!("each {SECONDS} s").into(), values, tone: BarTone::Ours }];
    let references = vec![(AttrValue::from("the whole run"), overall)];
    html! {
        <BarChart title="Answered out of a copy" {categories} {series} {references} y_label="% of the answers" />
    }
}

/// How long readers wait for the first byte, by percentile.
#[component]
pub fn FirstBytes(props: &CountedProps) -> Html {
    let Latency { hit_us, miss_us, .. } = props.frame.latency;
    let categories = ["50 %", "90 %", "99 %"].map(AttrValue::from).to_vec();
    let ms = |us: [u64; 3]| us.map(|it| (it / 100) as f64 / 10.0).to_vec();
    let series = vec![
        Bars { label: "hits".into(), values: ms(hit_us), tone: BarTone::Ours },
        Bars { label: "all others".into(), values: ms(miss_us), tone: BarTone::Peer },
    ];
    html! {
        <BarChart title="The first byte comes within" {categories} {series} y_label="ms, for so many of the answers" />
    }
}

/// Both, with the numbers in a table.
#[component]
pub fn Counted(props: &CountedProps) -> Html {
    let frame = &props.frame;
    let totals = &frame.totals;
    let number = |name: &'static str, count: u64, key: &'static str| {
        html! { <div><dt>{ name }</dt><dd data-count={key}>{ grouped(count) }</dd></div> }
    };
    let spared = 100.0 - totals.origin_bytes as f64 * 100.0 / totals.reader_bytes.max(1) as f64;
    html! {
        <div class="cdn-counted">
            <div class="cdn-head">
                <h3>{ "Counted so far" }</h3>
                <Badge provenance={Provenance::Modelled} />
            </div>
            <dl class="cdn-numbers">
                { number("answers", totals.answered, "answered") }
                { number("hits", totals.hits, "hits") }
                { number("stale copies served", totals.stale, "stale") }
                { number("validated first", totals.revalidated, "revalidated") }
                { number("joined a fetch", totals.joined, "joined") }
                { number("misses", totals.misses, "misses") }
                { number("failed", totals.failed, "failed") }
                { number("requests at the origin", totals.origin_requests, "origin") }
                { number("… answered 304", totals.origin_not_modified, "not-modified") }
                { number("copies evicted", totals.evicted, "evicted") }
                { number("outdated answers", totals.outdated, "outdated") }
            </dl>
            <Meter label="Bytes that the origin did not have to send" value={spared.max(0.0) as u64} of=100
                text={format!("{:.0} %", spared.max(0.0))} />
            <div class="cdn-charts">
                <HitRatio frame={frame.clone()} />
                <FirstBytes frame={frame.clone()} />
            </div>
            <LatencyTable frame={frame.clone()} />
        </div>
    }
}

#[component]
fn LatencyTable(props: &CountedProps) -> Html {
    let Latency { first_byte_us, last_byte_us, hit_us, miss_us, .. } = props.frame.latency;
    let row = |name: &'static str, us: [u64; 3]| Row {
        key: name.into(),
        cells: std::iter::once(AttrValue::from(name))
            .chain(us.map(|it| if it == 0 { "–".into() } else { AttrValue::from(earth_ms(it)) }))
            .collect(),
        is_selected: false,
    };
    let rows = vec![
        row("First byte", first_byte_us),
        row("… of hits", hit_us),
        row("… of all others", miss_us),
        row("Last byte", last_byte_us),
    ];
    let columns = ["Readers waited", "50 %", "90 %", "99 %"].map(AttrValue::from).to_vec();
    html! { <DataTable caption="What readers waited" {columns} {rows} /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_put_together() {
        let sample = |second, hits, answers| Sample { second, hits, answers, ..Sample::default() };
        let history = [sample(0, 0, 2), sample(2, 1, 2), sample(4, 3, 4), sample(9, 0, 0)];
        assert_eq!(ratios(&history), [(3, 25.0), (6, 75.0), (12, 0.0)]);
    }
}
