//! What came of the runs: a bar for each queue, a row for each run, and how they compare.

use super::queue_name;
use super::runs::Done;
use crate::components::{Badge, BarChart, BarTone, Bars, DataTable, Provenance, Row, grouped};
use crate::labs::blocking_queue::words::short_time;
use playground_core::blocking_queue::wire::{QueueKind, RunRequest};
use std::rc::Rc;
use yew::prelude::*;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct ResultsProps {
    /// The runs that are over, the newest last.
    pub done: Rc<Vec<Done>>,
}

/// The chart, a sentence, and the table; nothing before the first run.
#[component]
pub fn Results(props: &ResultsProps) -> Html {
    let done = &props.done;
    let Some(last) = done.last() else { return Html::default() };
    let alike = newest_of_each(done, &last.request);
    let categories: Vec<AttrValue> =
        alike.iter().map(|it| short_name(it.request.queue).into()).collect();
    let values = alike.iter().map(|it| it.items_per_second as f64 / 1e6).collect();
    let series = vec![Bars { label: "measured here".into(), values, tone: BarTone::Ours }];
    let columns = [
        "Queue",
        "Threads",
        "Places",
        "Items",
        "Items a second",
        "p50",
        "p99",
        "Longest",
        "Checked",
    ];
    html! {
        <div class="blocking-queue-results">
            <BarChart title={title(&last.request)} {categories} {series} y_label="millions of items a second" />
            <p class="blocking-queue-caption" data-native="ratio">
                { ratio(&alike).unwrap_or_else(|| "Run another queue with the same numbers to compare the two.".to_owned()) }
                { format!(" The server’s machine runs {} threads at once. ", last.cores) }
                <Badge provenance={Provenance::Measured} />
            </p>
            <DataTable caption="The last runs, the newest first" columns={columns.map(AttrValue::from).to_vec()}
                rows={done.iter().enumerate().rev().map(|(number, it)| row(number, it)).collect::<Vec<_>>()} />
        </div>
    }
}

fn short_name(queue: QueueKind) -> &'static str {
    match queue {
        QueueKind::Textbook => "textbook",
        QueueKind::Fair => "fair",
        QueueKind::Fast => "fast",
        QueueKind::Std => "std",
    }
}

fn title(request: &RunRequest) -> String {
    let RunRequest { producers, consumers, capacity, .. } = request;
    format!("{producers} to {consumers} threads, {} places", grouped(u64::from(*capacity)))
}

/// The newest run of each queue that was asked for like this one.
fn newest_of_each<'a>(done: &'a [Done], request: &RunRequest) -> Vec<&'a Done> {
    let newest = |queue| {
        let wanted = RunRequest { queue, ..*request };
        done.iter().rev().find(|it| it.request == wanted)
    };
    QueueKind::ALL.into_iter().filter_map(newest).collect()
}

/// How many times as fast the fast queue is as the textbook's, if both have run.
fn ratio(alike: &[&Done]) -> Option<String> {
    let of = |queue| alike.iter().find(|it| it.request.queue == queue);
    let (textbook, fast) = (of(QueueKind::Textbook)?, of(QueueKind::Fast)?);
    if textbook.items_per_second == 0 {
        return None;
    }
    let times = fast.items_per_second as f64 / textbook.items_per_second as f64;
    Some(format!("The fast queue lets through {times:.1} times as much as the textbook’s."))
}

fn row(number: usize, done: &Done) -> Row {
    let RunRequest { queue, producers, consumers, capacity, items } = done.request;
    let time =
        |ns: Option<u64>| ns.map_or_else(|| "–".to_owned(), |ns| short_time(ns as f64 / 1e3));
    let latency = done.latency;
    let checked = if done.audit.is_clean() {
        "none lost, none twice, in order".to_owned()
    } else {
        let audit = done.audit;
        format!("{} lost, {} twice, {} out of order", audit.lost, audit.doubled, audit.out_of_order)
    };
    let cells = [
        queue_name(queue).to_owned(),
        format!("{producers} to {consumers}"),
        grouped(u64::from(capacity)),
        grouped(items),
        grouped(done.items_per_second),
        time(latency.map(|it| it.p50_ns)),
        time(latency.map(|it| it.p99_ns)),
        time(latency.map(|it| it.most_ns)),
        checked,
    ];
    Row {
        key: number.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::wire::Audit;

    fn done(queue: QueueKind, capacity: u32, items_per_second: u64) -> Done {
        let request = RunRequest { queue, capacity, ..RunRequest::default() };
        Done { request, cores: 2, items_per_second, latency: None, audit: Audit::default() }
    }

    #[test]
    fn only_what_was_asked_for_alike_is_compared() {
        let runs = [
            done(QueueKind::Textbook, 64, 2_000_000),
            done(QueueKind::Textbook, 64, 3_000_000),
            done(QueueKind::Fast, 1_024, 90_000_000),
            done(QueueKind::Fast, 64, 30_000_000),
        ];
        let alike = newest_of_each(&runs, &runs[3].request);
        let speeds: Vec<u64> = alike.iter().map(|it| it.items_per_second).collect();
        assert_eq!(speeds, [3_000_000, 30_000_000]);
        let expected = "The fast queue lets through 10.0 times as much as the textbook’s.";
        assert_eq!(ratio(&alike).as_deref(), Some(expected));
        assert_eq!(ratio(&newest_of_each(&runs, &runs[2].request)), None);
    }
}
