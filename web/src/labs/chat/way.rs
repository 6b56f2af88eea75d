//! The way of a message: from this tab to the server, onto its disk, out to everybody, and back as an
//! acknowledgement, with the times that the page's clock and the server's have measured.

use super::legs::{Leg, LegKind, duration, ms_between};
use super::ticks::tick_words;
use super::view::{Bus, Journey};
use super::way_map::{Map, label, map_height};
use crate::components::{Badge, DataTable, Provenance, Row, px, use_width};
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
    /// What the server shares with others; none where it is alone.
    pub bus: Option<Bus>,
}

/// The way of the last message, and of those before it to compare.
#[component]
pub fn Way(props: &WayProps) -> Html {
    let root = use_node_ref();
    let width = use_width(&root).clamp(280.0, 620.0);
    let WayProps { journeys, outbox, is_open, people, bus } = props;
    let last = journeys.last();
    let bus = bus.as_ref();
    let map = Map { last, bus, outbox: *outbox, is_open: *is_open, people: *people, width };
    let kinds = LegKind::of_way(bus.is_some() || last.is_some_and(Journey::went_by_bus));
    let legs = last.map(Journey::legs).unwrap_or_default();
    let top = map_height(bus) + 16.0;
    let height = top + kinds.len() as f64 * ROW + 26.0;
    html! {
        <div ref={root} class="chat-way">
            <div class="chat-way-head">
                <h3>{ "The way of your last message" }</h3>
                <Badge provenance={Provenance::Measured} />
            </div>
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role="img" aria-label={sentence(last, bus)}>
                { map.html() }
                { waterfall(kinds, &legs, width, top) }
            </svg>
            <p class="chat-caption">{ sentence(last, bus) }</p>
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

fn waterfall(kinds: &[LegKind], legs: &[Leg], width: f64, top: f64) -> Html {
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
    let bottom = top + ROW * kinds.len() as f64 + 14.0;
    html! {
        <>
            { for kinds.iter().enumerate().map(row) }
            if legs.last().is_some_and(|leg| leg.kind == LegKind::Back) {
                { label("bar-name is-total", (0.0, bottom), "together") }
                { label("bar-time is-total", (width, bottom), duration(total_ms)) }
            }
        </>
    }
}

/// The way in a sentence: what the picture says to those who cannot see it.
fn sentence(last: Option<&Journey>, bus: Option<&Bus>) -> AttrValue {
    let Some(last) = last else {
        return "Say something, and its way is measured here.".into();
    };
    let is_bus_away = bus.is_some_and(|it| !it.works);
    let legs = last.legs();
    let took = |kind: LegKind| {
        let leg = legs.iter().find(|leg| leg.kind == kind);
        leg.map_or(0.0, |leg| leg.to_ms - leg.from_ms)
    };
    let trace = &last.trace;
    let text = match (last.tick, trace.acknowledged_at) {
        (Tick::Refused(why), _) => format!("The server did not take it: {why}."),
        (Tick::Waiting | Tick::Sent, None) if is_bus_away => {
            "The bus is away, so that nobody can number it. It waits here, and goes on by itself."
                .to_owned()
        }
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
        (_, Some(acked_at)) => {
            let by_bus = last.went_by_bus();
            let kept = if by_bus {
                let (bus, told) =
                    (duration(took(LegKind::Bus)), duration(took(LegKind::Publication)));
                format!(
                    "{bus} until the bus had numbered and kept it, {told} until it told all servers"
                )
            } else {
                format!("{} until it was on the disk", duration(took(LegKind::Store)))
            };
            format!(
                "Acknowledged {} after it was sent: {} on the network there and back, {kept}, {} to hand it to \
                 everybody{}.",
                duration(ms_between(trace.sent_at.unwrap_or(acked_at), acked_at)),
                duration(took(LegKind::There) + took(LegKind::Back)),
                duration(took(LegKind::FanOut)),
                if by_bus { " at this server" } else { "" },
            )
        }
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
    let stored = if props.journeys.iter().any(Journey::went_by_bus) { "Bus" } else { "Disk" };
    let columns = ["Message", "Sent", "Outbox", "Network", stored, "Fan-out", "In all", "State"];
    let row = |journey: &Journey| {
        let legs = journey.legs();
        let took = |kind: LegKind| {
            legs.iter().find(|leg| leg.kind == kind).map(|leg| leg.to_ms - leg.from_ms)
        };
        let cell = |ms: Option<f64>| AttrValue::from(ms.map_or("–".to_owned(), duration));
        let network =
            took(LegKind::There).zip(took(LegKind::Back)).map(|(there, back)| there + back);
        let all = legs.last().filter(|leg| leg.kind == LegKind::Back).map(|leg| leg.to_ms);
        Row {
            key: journey.trace.id.to_string().into(),
            cells: vec![
                shortened(&journey.trace.text).into(),
                format!("{}×", journey.trace.sends).into(),
                cell(took(LegKind::Outbox)),
                cell(network),
                cell(took(LegKind::Store).or_else(|| {
                    let told = took(LegKind::Publication).unwrap_or_default();
                    took(LegKind::Bus).map(|bus| bus + told)
                })),
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
