//! How much faster several workers are than one: measured, beside the model, and Amdahl's curve through what was measured.

use super::super::words::{method_text, ms_text, percent_text, split_text};
use super::measured::{Measured, foretold, serial_share, speedups};
use crate::components::{Badge, Curve, DataTable, LineChart, Provenance, Row, Sign, grouped};
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::race::Frame;
use playground_core::multi_threading::speedup::{amdahl, efficiency, karp_flatt};
use std::rc::Rc;
use yew::prelude::*;

/// The most workers.
const MOST: u32 = 8;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct SpeedupProps {
    /// The races.
    pub measured: Measured,
    /// Of which job.
    pub job: Job,
    /// How many threads can run at the same moment.
    pub cores: u32,
}

/// A chart, a sentence and a table; nothing before one worker and some others have been measured.
#[component]
pub fn Speedup(props: &SpeedupProps) -> Html {
    let SpeedupProps { measured, job, cores } = props;
    let races = measured.of(job);
    let ratios = speedups(&races);
    let calibration = measured.calibration(Some(*job));
    let modelled = use_memo((*job, calibration, *cores), |(job, calibration, cores)| {
        let calibration = (*calibration)?;
        let time = |workers: u32| foretold(Job { workers, ..*job }, calibration, *cores).elapsed_us;
        let alone_us = time(1);
        let point =
            |workers: u32| (f64::from(workers), alone_us as f64 / time(workers).max(1) as f64);
        Some((1..=MOST).map(point).collect::<Vec<_>>())
    });
    if ratios.len() < 2 {
        return html! {
            <p class="multi-threading-hint">
                { "Measure one worker and several, and their speed-up stands here beside the laws and the model." }
            </p>
        };
    }
    let serial = serial_share(&ratios, *cores);
    let points = ratios.iter().map(|(workers, ratio)| (f64::from(*workers), *ratio)).collect();
    let curve = |label: String, sign: u32, points: Vec<(f64, f64)>| Curve {
        label: label.into(),
        sign: Sign::nth(sign),
        points: Rc::new(points),
    };
    let mut curves = Vec::new();
    if let Some(points) = &*modelled {
        curves.push(curve("the model".to_owned(), 1, points.clone()));
    }
    if let Some(serial) = serial {
        let law = (1..=MOST).map(|workers| (f64::from(workers), amdahl(serial, workers)));
        let label = format!("Amdahl, {} not dealt out", percent_text(serial));
        curves.push(curve(label, 3, law.collect()));
    }
    // On top of the others: it is what they are compared with.
    curves.push(curve("measured".to_owned(), 4, points));
    let rows = races.iter().zip(&ratios).map(|(race, (_, ratio))| row(race, *ratio));
    let caption = format!(
        "Up to {} by {}, {}",
        grouped(job.up_to),
        method_text(job.method),
        split_text(job.split)
    );
    html! {
        <>
            <p class="multi-threading-verdict" data-primes="speedup">
                { sentence(&ratios, *cores) }{ " " }<Badge provenance={Provenance::Measured} />
            </p>
            <LineChart title="Speed-up" {curves} x_label="workers" y_label="times as fast as one" x_max={Some(f64::from(MOST))} />
            <DataTable {caption} columns={columns()} rows={rows.collect::<Vec<_>>()} />
        </>
    }
}

/// What was measured, in a sentence.
fn sentence(ratios: &[(u32, f64)], cores: u32) -> String {
    let best = ratios.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let Some((workers, ratio)) = best else { return String::new() };
    let cores = if cores == 1 { "one core".to_owned() } else { format!("{cores} cores") };
    format!("At best {ratio:.2} times as fast as one, with {workers} workers on {cores}.")
}

fn columns() -> Vec<AttrValue> {
    ["Workers", "Took", "Times as fast", "Efficiency", "Not dealt out (Karp and Flatt)"]
        .map(AttrValue::from)
        .to_vec()
}

fn row(race: &Frame, ratio: f64) -> Row {
    let workers = race.job.workers;
    let serial = karp_flatt(ratio, workers).map_or_else(|| "–".to_owned(), percent_text);
    let cells = [
        workers.to_string(),
        ms_text(race.elapsed_us),
        format!("{ratio:.2}"),
        percent_text(efficiency(ratio, workers)),
        serial,
    ];
    Row {
        key: workers.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_named() {
        let said = sentence(&[(1, 1.0), (2, 1.91), (4, 1.89)], 2);
        assert_eq!(said, "At best 1.91 times as fast as one, with 2 workers on 2 cores.");
    }
}
