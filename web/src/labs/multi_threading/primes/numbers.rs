//! What a race has come to: primes, time, and how much of it was waiting.

use super::super::words::{ms_text, percent_text};
use crate::components::{Badge, DataTable, Provenance, Row, grouped};
use playground_core::multi_threading::primes::known;
use playground_core::multi_threading::race::{Frame, Lane};
use std::rc::Rc;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct NumbersProps {
    /// How the race stands.
    pub frame: Rc<Frame>,
    /// What the model says about all of it.
    #[prop_or_default]
    pub foretold: Option<Rc<Frame>>,
    /// What the lanes are called, in the plural.
    #[prop_or("workers".into())]
    pub who: AttrValue,
}

/// The numbers, and a row for each lane.
#[component]
pub fn Numbers(props: &NumbersProps) -> Html {
    let NumbersProps { frame, foretold, who } = props;
    let number = |name: Html, key: &'static str, text: String| {
        html! { <div key={key}><dt>{ name }</dt><dd data-primes={key}>{ text }</dd></div> }
    };
    let busy_us: u64 = frame.busy_us();
    let all_us = frame.elapsed_us * frame.lanes.len() as u64;
    let share = busy_us as f64 / all_us.max(1) as f64;
    let ms = format!("{:.1}", frame.elapsed_us as f64 / 1e3);
    let rows: Vec<Row> = frame.lanes.iter().enumerate().map(row).collect();
    let columns = ["Number", "Primes", "Numbers", "Portions", "Busy", "Waiting"];
    let caption = format!("The {who}, one by one");
    html! {
        <>
            <dl class="multi-threading-numbers">
                { number("Primes found".into(), "found", grouped(frame.found())) }
                { number(html! { <>{ "Milliseconds " }<Badge provenance={Provenance::Measured} /></> }, "elapsed-ms", ms) }
                if let Some(foretold) = foretold {
                    { number(html! { <>{ "The model says " }<Badge provenance={Provenance::Modelled} /></> }, "foretold",
                        ms_text(foretold.elapsed_us)) }
                }
                { number("Of the time at work".into(), "busy", percent_text(share)) }
            </dl>
            if frame.is_over {
                <p class="multi-threading-caption" role="status" data-primes="check">{ check(frame) }</p>
            }
            <DataTable {caption} columns={columns.map(AttrValue::from).to_vec()} {rows} />
        </>
    }
}

/// Whether the count is right, where that is known.
fn check(frame: &Frame) -> String {
    let up_to = grouped(frame.job.up_to);
    match known(frame.job.up_to) {
        Some(count) if count == frame.found() => {
            format!("There are {} primes up to {up_to}, as there should be.", grouped(count))
        }
        Some(count) => format!(
            "There are {} primes up to {up_to}, and {} were counted.",
            grouped(count),
            grouped(frame.found())
        ),
        None => format!("{} primes up to {up_to}.", grouped(frame.found())),
    }
}

fn row((number, lane): (usize, &Lane)) -> Row {
    let cells = [
        (number + 1).to_string(),
        grouped(lane.found),
        grouped(lane.counted),
        grouped(u64::from(lane.pieces)),
        ms_text(lane.busy_us),
        ms_text(lane.waiting_us),
    ];
    Row {
        key: number.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}
