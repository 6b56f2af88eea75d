//! What the figures of the story say in numbers.

use super::charts::HitRatio;
use super::copies::caches;
use super::experiment::Knob;
use super::sum::Sum;
use super::way::Way;
use super::words::{earth_ms, node_title, outcome_text, state_name};
use crate::components::{Badge, DataTable, Provenance, Row, grouped};
use playground_core::cdn::lab::{Frame, Node};
use std::rc::Rc;
use yew::prelude::*;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct ReadoutProps {
    /// Which figure.
    pub knob: Knob,
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// The numbers of a figure.
#[component]
pub fn Readout(props: &ReadoutProps) -> Html {
    let ReadoutProps { knob, frame } = props;
    match knob {
        Knob::Stand | Knob::Promise => html! { <Exchanges frame={frame.clone()} /> },
        Knob::Second => html! { <Way frame={frame.clone()} is_whole={false} /> },
        Knob::Lifetime => sum_at_the_last_edge(frame),
        Knob::Collapsing => stampede(frame),
        Knob::Change => html! { <Versions frame={frame.clone()} /> },
        Knob::Capacity => html! {
            <>
                <HitRatio frame={frame.clone()} />
                { counts(&[("answers", frame.totals.answered), ("hits", frame.totals.hits),
                    ("evicted", frame.totals.evicted), ("at the origin", frame.totals.origin_requests)]) }
            </>
        },
    }
}

/// The copy of the page at the edge that came last.
fn sum_at_the_last_edge(frame: &Rc<Frame>) -> Html {
    let node = Node::Edge(frame.edges.len().saturating_sub(1) as u8, 0);
    let is_there = frame.cache(node).is_some_and(|cache| !cache.entries.is_empty());
    if !is_there {
        return html! { <p class="cdn-hint">{ format!("{}: no copy yet.", node_title(frame, node)) }</p> };
    }
    html! { <Sum frame={frame.clone()} {node} place={0} /> }
}

fn counts(numbers: &[(&'static str, u64)]) -> Html {
    let each = numbers.iter().map(|(name, count)| {
        html! { <div><dt>{ *name }</dt><dd>{ grouped(*count) }</dd></div> }
    });
    html! { <dl class="cdn-numbers">{ for each }</dl> }
}

fn stampede(frame: &Frame) -> Html {
    let [half, _, most] = frame.latency.first_byte_us;
    let time = |name: &'static str, us: u64| {
        html! { <div><dt>{ name }</dt><dd>{ earth_ms(us) }</dd></div> }
    };
    html! {
        <>
            { counts(&[("requests of readers", frame.totals.asked), ("requests at the origin", frame.totals.origin_requests),
                ("most at once there", u64::from(frame.origin.most_busy))]) }
            <dl class="cdn-numbers">
                { time("first byte, half of them within", half) }
                { time("first byte, 99 % within", most) }
            </dl>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct FrameProps {
    frame: Rc<Frame>,
}

/// The requests, each with how it ended.
#[component]
fn Exchanges(props: &FrameProps) -> Html {
    let frame = &props.frame;
    let rows = frame.exchanges.iter().zip(1..).map(|(exchange, number)| {
        let city = frame.city(Node::Reader(exchange.reader)).map_or("", |it| it.name());
        let took = |us: Option<u64>| us.map_or_else(|| "…".to_owned(), earth_ms);
        let end = exchange.end.map_or_else(|| "under way".to_owned(), |(_, end)| outcome_text(end));
        Row {
            key: exchange.id.to_string().into(),
            cells: vec![
                format!("{number}. {city}").into(),
                end.into(),
                took(exchange.took_us.0).into(),
                took(exchange.took_us.1).into(),
            ],
            is_selected: false,
        }
    });
    let columns =
        ["Request", "Answered by", "First byte", "Last byte"].map(AttrValue::from).to_vec();
    html! {
        <div class="cdn-exchanges">
            <DataTable caption="The requests" {columns} rows={rows.collect::<Vec<_>>()} />
            <Badge provenance={Provenance::Modelled} />
        </div>
    }
}

/// Which version lies where, and which version each reader got last.
#[component]
fn Versions(props: &FrameProps) -> Html {
    let frame = &props.frame;
    let origin = frame.origin.items.first().map_or(1, |it| it.version);
    let row = |name: String, version: Option<u32>, state: String| Row {
        key: name.clone().into(),
        cells: vec![
            name.into(),
            version.map_or_else(|| "none".to_owned(), |it| it.to_string()).into(),
            state.into(),
        ],
        is_selected: false,
    };
    let at_caches = caches(frame).map(|cache| {
        let entry = cache.entries.first();
        let state = entry.map_or_else(String::new, |it| {
            let old = if it.is_outdated { ", outdated" } else { "" };
            format!("{}{old}", state_name(it.state))
        });
        row(node_title(frame, cache.node), entry.map(|it| it.version), state)
    });
    let at_readers = frame.readers.iter().zip(0..).map(|(reader, number)| {
        let last = frame.exchanges.iter().rev().find(|it| it.reader == number && it.end.is_some());
        let version = last.and_then(|it| it.version);
        let state = match version {
            Some(version) if version < origin => "reads the old one",
            Some(_) => "up to date",
            None => "",
        };
        row(format!("Reader, {}", reader.city.name()), version, state.to_owned())
    });
    let at_origin = row(node_title(frame, Node::Origin), Some(origin), String::new());
    let rows: Vec<Row> = std::iter::once(at_origin).chain(at_caches).chain(at_readers).collect();
    let columns = ["Who", "Version", "State"].map(AttrValue::from).to_vec();
    html! { <DataTable caption="Who has which version" {columns} {rows} /> }
}
