//! What a queue says in numbers: throughput, how long items wait, and Little’s law.

use super::words::short_time;
use crate::components::{Badge, Provenance, grouped};
use playground_core::blocking_queue::lab::Frame;
use playground_core::blocking_queue::measures::Summary;
use std::rc::Rc;
use yew::prelude::*;

/// Both sides of the law count as equal up to so many hundredths.
const AGREES: f64 = 0.05;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct ReadoutProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where the numbers come from.
    #[prop_or(Provenance::Modelled)]
    pub provenance: Provenance,
}

fn number(name: &'static str, key: &'static str, text: String) -> Html {
    html! { <div><dt>{ name }</dt><dd data-measure={key}>{ text }</dd></div> }
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

/// How long the window is that the numbers are about.
fn window_text(summary: &Summary) -> String {
    let s = summary.window_us as f64 / 1e6;
    format!("Over the last {s:.0} s:")
}

/// The numbers of the last while.
#[component]
pub fn Readout(props: &ReadoutProps) -> Html {
    let ReadoutProps { frame, provenance } = props;
    let (inside, before) = (&frame.inside, &frame.before);
    let waits = inside.waits;
    let time = |us: Option<u64>| or_none(us.map(|us| short_time(us as f64)));
    let held = before.mean_level.map(|level| format!("{level:.2}"));
    html! {
        <div class="blocking-queue-readout">
            <p class="blocking-queue-hint">{ window_text(inside) }{ " " }<Badge provenance={*provenance} /></p>
            <dl class="blocking-queue-numbers">
                { number("items a second", "throughput", or_none(inside.throughput_per_s().map(rate))) }
                { number("median wait inside", "p50", time(waits.map(|it| it.p50_us))) }
                { number("90 of 100 wait up to", "p90", time(waits.map(|it| it.p90_us))) }
                { number("99 of 100 wait up to", "p99", time(waits.map(|it| it.p99_us))) }
                { number("producers held up (mean)", "held", or_none(held)) }
            </dl>
        </div>
    }
}

fn rate(per_s: f64) -> String {
    if per_s >= 100.0 { grouped(per_s as u64) } else { format!("{per_s:.2}") }
}

/// Little's law, both sides.
#[component]
pub fn Little(props: &ReadoutProps) -> Html {
    let ReadoutProps { frame, provenance } = props;
    let inside = &frame.inside;
    let text = |value: Option<f64>, unit: &str| {
        value.map_or_else(|| "–".to_owned(), |it| format!("{it:.2}{unit}"))
    };
    let little = inside.little();
    let wait = inside.mean_wait_us.map(|us| us / 1e6);
    let rate_text = match inside.arrivals_per_s() {
        Some(rate) if rate >= 100.0 => format!("{} / s", grouped(rate as u64)),
        rate => text(rate, " / s"),
    };
    let wait_text = match inside.mean_wait_us {
        Some(us) if us < 100_000.0 => short_time(us),
        _ => text(wait, " s"),
    };
    let verdict = match little.map(|it| it.error()) {
        None => "Nothing has come out yet.".to_owned(),
        Some(error) => format!("They differ by {:.1} %", error * 100.0),
    };
    let is_equal = little.is_some_and(|it| it.error() <= AGREES);
    html! {
        <div class="blocking-queue-little">
            <p class="blocking-queue-equation" aria-label="Little’s law, measured">
                <span><b data-little="l">{ text(inside.mean_level, "") }</b><small>{ "L: inside" }</small></span>
                <i>{ if is_equal { "=" } else { "≈" } }</i>
                <span><b data-little="lambda">{ rate_text }</b><small>{ "λ: come" }</small></span>
                <i>{ "×" }</i>
                <span><b data-little="w">{ wait_text }</b><small>{ "W: wait" }</small></span>
                <i>{ "=" }</i>
                <span><b data-little="product">{ text(little.map(|it| it.rate_times_wait), "") }</b><small>{ "λW" }</small></span>
            </p>
            <p class="blocking-queue-hint">
                <span data-little="verdict">{ verdict }</span>
                if little.is_some() { { ": what is cut at the two ends of the window." } }
                { " " }<Badge provenance={*provenance} />
            </p>
        </div>
    }
}

/// Everything that is counted.
#[component]
pub fn Counts(props: &ReadoutProps) -> Html {
    let totals = props.frame.totals;
    let counts = [
        ("items made", totals.made),
        ("went in", totals.stored),
        ("came out", totals.taken),
        ("thrown away: no room", totals.dropped_newest),
        ("thrown away: oldest", totals.dropped_oldest),
        ("thrown away: timed out", totals.timed_out),
        ("times parked", totals.parks),
        ("wake-ups", totals.wakeups),
        ("woken in vain", totals.woken_in_vain),
    ];
    let each = counts.map(|(name, count)| {
        html! { <div><dt>{ name }</dt><dd>{ grouped(count) }</dd></div> }
    });
    html! { <dl class="blocking-queue-numbers">{ for each }</dl> }
}
