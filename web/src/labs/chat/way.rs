//! The way of a message: from this tab to the server, onto its disk, out to everybody, and back as an
//! acknowledgement, with the times that the page's clock and the server's have measured.

use super::legs::{Leg, LegKind, duration, ms_between};
use super::ticks::{tick_at, tick_words};
use super::view::Journey;
use crate::components::{Badge, DataTable, Provenance, Row, use_width};
use playground_core::chat::Tick;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct WayProps {
    /// The newest messages sent from this tab, the newest last.
    pub journeys: Rc<Vec<Journey>>,
    /// How many messages are in the outbox.
    pub outbox: usize,
    /// Whether there is a connection.
    pub is_open: bool,
    /// How many people are in the room.
    pub people: u32,
}

/// The way of the last message, and of those before it to compare.
#[component]
pub fn Way(props: &WayProps) -> Html {
    let root = use_node_ref();
    let width = use_width(&root).clamp(280.0, 620.0);
    let last = props.journeys.last();
    let map_height = 176.0;
    let legs = last.map(Journey::legs).unwrap_or_default();
    let height = map_height + 16.0 + LegKind::ALL.len() as f64 * ROW + 26.0;
    html! {
        <div ref={root} class="chat-way">
            <div class="chat-way-head">
                <h3>{ "The way of your last message" }</h3>
                <Badge provenance={Provenance::Measured} />
            </div>
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role="img" aria-label={sentence(last)}>
                { map(props, last, width) }
                { waterfall(&legs, width, map_height + 16.0) }
            </svg>
            <p class="chat-caption">{ sentence(last) }</p>
            <details class="chat-details">
                <summary>{ "The last messages in a table" }</summary>
                <WayTable journeys={props.journeys.clone()} />
            </details>
        </div>
    }
}

/// The height of a row of the waterfall.
const ROW: f64 = 21.0;
/// The width of what is left of the bars.
const NAMES: f64 = 96.0;
/// The width of what is right of them.
const TIMES: f64 = 62.0;

fn px(length: f64) -> String {
    format!("{length:.1}")
}

fn label(class: &'static str, (x, y): (f64, f64), content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text class={format!("chat-{class}")} x={px(x)} y={px(y)}>{ content }</text> }
}

/// A station of the way: a box with a name.
fn station(
    class: &'static str,
    name: &'static str,
    (x, y): (f64, f64),
    (wide, high): (f64, f64),
) -> Html {
    html! {
        <>
            <rect class={format!("chat-station {class}")} x={px(x - wide / 2.0)} y={px(y - high / 2.0)}
                width={px(wide)} height={px(high)} rx="6" />
            { label("station-name", (x, y), name) }
        </>
    }
}

/// A stretch of the way with its number, drawn as passed or as still ahead.
fn stretch(number: usize, is_passed: bool, from: (f64, f64), to: (f64, f64)) -> Html {
    let class = if is_passed { "chat-stretch is-passed" } else { "chat-stretch" };
    let (x, y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let (bx, by) = (to.0 - dx * 7.0, to.1 - dy * 7.0);
    let head = format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        to.0,
        to.1,
        bx - dy * 3.5,
        by + dx * 3.5,
        bx + dy * 3.5,
        by - dx * 3.5
    );
    html! {
        <g {class}>
            <path class="chat-stretch-line" d={format!("M{:.1} {:.1}L{bx:.1} {by:.1}", from.0, from.1)} />
            <path class="chat-stretch-head" d={head} />
            <circle class="chat-number-ground" cx={px(x)} cy={px(y)} r="8.5" />
            { label("number", (x, y), number.to_string()) }
        </g>
    }
}

/// Where a message is, and where it has been.
fn map(props: &WayProps, last: Option<&Journey>, width: f64) -> Html {
    let tab = (52.0, 92.0);
    let server = (width * 0.5, 92.0);
    let store = (width - 54.0, 36.0);
    let crowd = (width - 54.0, 148.0);
    let is_sent = last.is_some_and(|it| it.trace.sent_at.is_some());
    let is_acked = last.is_some_and(|it| it.trace.acknowledged_at.is_some());
    let place = last.map(|it| match it.tick {
        Tick::Waiting | Tick::Refused(_) => (tab.0, tab.1 - 36.0),
        Tick::Sent => ((tab.0 + server.0) / 2.0, tab.1 - 30.0),
        Tick::Stored => (store.0, store.1 - 28.0),
        Tick::Delivered(_) => (crowd.0, crowd.1 + 28.0),
    });
    let people = match props.people {
        0 | 1 => "only you".to_owned(),
        count => format!("{count} people"),
    };
    let waiting = match props.outbox {
        0 => "outbox empty".to_owned(),
        count => format!("{count} in the outbox"),
    };
    html! {
        <>
            { stretch(1, is_sent, (tab.0 + 46.0, 82.0), (server.0 - 44.0, 82.0)) }
            { stretch(2, is_acked, (server.0 + 30.0, 70.0), (store.0 - 50.0, store.1 + 8.0)) }
            { stretch(3, is_acked, (server.0 + 30.0, 114.0), (crowd.0 - 50.0, crowd.1 - 8.0)) }
            { stretch(4, is_acked, (server.0 - 44.0, 104.0), (tab.0 + 46.0, 104.0)) }
            { station(if props.is_open { "is-open" } else { "is-cut" }, "this tab", tab, (88.0, 44.0)) }
            { station("", "server", server, (84.0, 44.0)) }
            { station("is-store", "store", store, (96.0, 36.0)) }
            { station("is-crowd", "everybody", crowd, (96.0, 36.0)) }
            { label("station-note", (tab.0, tab.1 + 36.0), waiting) }
            { label("station-note", (crowd.0, crowd.1 - 27.0), people) }
            if !props.is_open {
                { label("station-note is-bad", (server.0, tab.1 + 36.0), "no connection") }
            }
            if let (Some(place), Some(last)) = (place, last) {
                { tick_at(last.tick, place, 1.0) }
            }
        </>
    }
}

fn waterfall(legs: &[Leg], width: f64, top: f64) -> Html {
    let total_ms = legs.last().map_or(0.0, |leg| leg.to_ms).max(0.001);
    let room = width - NAMES - TIMES;
    let row = |(number, kind): (usize, &LegKind)| {
        let y = top + ROW * number as f64;
        let middle = y + ROW / 2.0;
        let leg = legs.iter().find(|leg| leg.kind == *kind);
        let name = match number {
            0 => kind.words().to_owned(),
            number => format!("{number}  {}", kind.words()),
        };
        let bar = leg.map(|leg| {
            let x = NAMES + leg.from_ms / total_ms * room;
            let wide = ((leg.to_ms - leg.from_ms) / total_ms * room).max(1.5);
            html! {
                <>
                    <rect class={format!("chat-bar {}", kind.class())} x={px(x)} y={px(y + 4.0)}
                        width={px(wide)} height={px(ROW - 8.0)} />
                    { label("bar-time", (width, middle), duration(leg.to_ms - leg.from_ms)) }
                </>
            }
        });
        html! {
            <g key={number}>
                { label("bar-name", (0.0, middle), name) }
                <path class="chat-bar-ground" d={format!("M{NAMES:.1} {middle:.1}H{:.1}", NAMES + room)} />
                { bar }
            </g>
        }
    };
    let bottom = top + ROW * LegKind::ALL.len() as f64 + 14.0;
    html! {
        <>
            { for LegKind::ALL.iter().enumerate().map(row) }
            if legs.len() == LegKind::ALL.len() {
                { label("bar-name is-total", (0.0, bottom), "together") }
                { label("bar-time is-total", (width, bottom), duration(total_ms)) }
            }
        </>
    }
}

/// The way in a sentence: what the picture says to those who cannot see it.
fn sentence(last: Option<&Journey>) -> AttrValue {
    let Some(last) = last else {
        return "Say something, and its way is measured here.".into();
    };
    let legs = last.legs();
    let took = |kind: LegKind| {
        let leg = legs.iter().find(|leg| leg.kind == kind);
        leg.map_or(0.0, |leg| leg.to_ms - leg.from_ms)
    };
    let trace = &last.trace;
    let text = match (last.tick, trace.acknowledged_at) {
        (Tick::Refused(why), _) => format!("The server did not take it: {why}."),
        (Tick::Waiting, _) => "It waits in the outbox of this tab, and is kept there.".to_owned(),
        (_, None) if trace.sends > 1 => format!(
            "It has been sent {} times under the same id, and waits for an answer.",
            trace.sends
        ),
        (_, None) => "It has been sent, and waits for an answer.".to_owned(),
        (_, Some(_)) if trace.is_retry => format!(
            "It was sent {} times. The server had it already and gave the same answer again: it is stored once.",
            trace.sends.max(2)
        ),
        (_, Some(acked_at)) => format!(
            "Acknowledged {} after it was sent: {} on the network there and back, {} until it was on the disk, {} to \
             hand it to everybody.",
            duration(ms_between(trace.sent_at.unwrap_or(acked_at), acked_at)),
            duration(took(LegKind::There) + took(LegKind::Back)),
            duration(took(LegKind::Store)),
            duration(took(LegKind::FanOut)),
        ),
    };
    match (last.tick, trace.delivered_at) {
        (Tick::Delivered(by), Some(at)) => {
            let who = if by == 1 { "1 person".to_owned() } else { format!("{by} people") };
            let after = duration(ms_between(trace.said_at, at));
            format!("{text} That it was shown to {who} was known {after} after it was typed.")
                .into()
        }
        _ => text.into(),
    }
}

#[derive(Properties, PartialEq)]
struct WayTableProps {
    journeys: Rc<Vec<Journey>>,
}

#[component]
fn WayTable(props: &WayTableProps) -> Html {
    let columns = ["Message", "Sent", "Outbox", "Network", "Disk", "Fan-out", "In all", "State"];
    let row = |journey: &Journey| {
        let legs = journey.legs();
        let took = |kind: LegKind| {
            legs.iter().find(|leg| leg.kind == kind).map(|leg| leg.to_ms - leg.from_ms)
        };
        let cell = |ms: Option<f64>| AttrValue::from(ms.map_or("–".to_owned(), duration));
        let network =
            took(LegKind::There).zip(took(LegKind::Back)).map(|(there, back)| there + back);
        let all =
            (legs.len() == LegKind::ALL.len()).then(|| legs.last().map(|leg| leg.to_ms)).flatten();
        Row {
            key: journey.trace.id.to_string().into(),
            cells: vec![
                shortened(&journey.trace.text).into(),
                format!("{}×", journey.trace.sends).into(),
                cell(took(LegKind::Outbox)),
                cell(network),
                cell(took(LegKind::Store)),
                cell(took(LegKind::FanOut)),
                cell(all),
                tick_words(journey.tick).into(),
            ],
            is_selected: false,
        }
    };
    html! {
        <DataTable caption="The last messages of this tab, the newest first"
            columns={columns.iter().map(|it| AttrValue::from(*it)).collect::<Vec<_>>()}
            rows={props.journeys.iter().rev().map(row).collect::<Vec<_>>()} />
    }
}

/// The beginning of a text, for a table.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(24) {
        Some((at, _)) => format!("{} …", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
