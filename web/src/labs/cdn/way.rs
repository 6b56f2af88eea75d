//! The way of a request: ask, miss, fetch, store, serve, one step a line, each with what is on the wire.

use super::signs::sign_of;
use super::words::{earth_ms, found_name, found_text, node_name, outcome_text, seconds};
use crate::components::{Badge, Choice, Glyph, Provenance};
use playground_core::cdn::lab::{Exchange, Frame, Head, Hop, Node};
use playground_core::sim::Time;
use std::rc::Rc;
use yew::prelude::*;

/// How many requests can be chosen.
const MOST_CHOICES: usize = 8;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct WayProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether heads can be opened, and other requests than the last be chosen.
    #[prop_or(true)]
    pub is_whole: bool,
}

/// The way of one request.
#[component]
pub fn Way(props: &WayProps) -> Html {
    let WayProps { frame, is_whole } = props;
    let chosen = use_state(|| None::<u64>);
    let recent: Vec<&Exchange> = frame.exchanges.iter().rev().take(MOST_CHOICES).collect();
    let position = recent.iter().position(|it| Some(it.id) == *chosen);
    let exchange = recent.get(position.unwrap_or(0));
    let on_change = {
        let (chosen, ids) = (chosen.setter(), recent.iter().map(|it| it.id).collect::<Vec<_>>());
        // The newest one stays the newest one.
        Callback::from(move |number: usize| {
            chosen.set(if number == 0 { None } else { ids.get(number - 1).copied() });
        })
    };
    let newest = std::iter::once(AttrValue::from("the newest"));
    let options: Vec<AttrValue> =
        newest.chain(recent.iter().map(|it| title(frame, it).into())).collect();
    html! {
        <div class="cdn-way">
            <div class="cdn-head">
                <h3>{ "The way of a request" }</h3>
                <Badge provenance={Provenance::Modelled} />
            </div>
            if *is_whole && recent.len() > 1 {
                <Choice label="Which request" {options} chosen={Some(position.map_or(0, |it| it + 1))} {on_change} />
            }
            if let Some(exchange) = exchange {
                { way(frame, exchange, *is_whole) }
            } else {
                <p class="cdn-hint">{ "Nobody has asked for anything yet. Choose a reader on the map." }</p>
            }
        </div>
    }
}

fn title(frame: &Frame, exchange: &Exchange) -> String {
    let city = frame.city(Node::Reader(exchange.reader)).map_or("", |it| it.name());
    let end = exchange.end.map_or_else(|| "under way".to_owned(), |(_, end)| outcome_text(end));
    format!("{}. {city}, {}: {end}", exchange.id, frame.path(exchange.item))
}

fn way(frame: &Frame, exchange: &Exchange, is_whole: bool) -> Html {
    let since =
        |at: Time| at.since(exchange.asked_at).0 / u64::from(frame.scenario.slow_motion.max(1));
    let hops = &exchange.hops;
    let steps = hops.iter().enumerate().filter_map(|(number, (at, hop))| {
        let is_next_connect =
            is_connect(hop) && number > 0 && is_connect(&hops[number - 1].1);
        if is_next_connect {
            return None;
        }
        let step = Step::of(frame, exchange, hop);
        Some(html! {
            <li key={number} class={step.class}>
                <span class="cdn-step-time">{ earth_ms(since(*at)) }</span>
                <div>
                    <p><strong>{ step.name }</strong>{ " " }<Glyph sign={sign_of(step.who)} />{ " " }{ step.text }</p>
                    if let Some(head) = step.head.filter(|it| is_whole && !it.line.is_empty()) {
                        <details>
                            <summary>{ "On the wire: " }<code>{ &head.line }</code></summary>
                            <pre tabindex="0"><code>{ head_text(head) }</code></pre>
                        </details>
                    }
                </div>
            </li>
        })
    });
    let ended = exchange.end.map(|(_, outcome)| {
        let first = exchange.took_us.0.map(|us| format!("first byte after {}", earth_ms(us)));
        let last = exchange.took_us.1.map(|us| format!("the end after {}", earth_ms(us)));
        let took: Vec<String> = first.into_iter().chain(last).collect();
        format!("{}: {}.", outcome_text(outcome), took.join(", "))
    });
    html! {
        <>
            <ol class="cdn-steps" role="list">{ for steps }</ol>
            <p class="cdn-end">{ ended.unwrap_or_else(|| "Under way …".to_owned()) }</p>
        </>
    }
}

/// A step of opening a connection has no head.
fn is_connect(hop: &Hop) -> bool {
    matches!(hop, Hop::Sent { head, .. } if head.line.is_empty())
}

fn head_text(head: &Head) -> String {
    let mut text = head.line.clone();
    for (name, value) in &head.fields {
        text += &format!("\n{name}: {value}");
    }
    text
}

/// A line of the way.
struct Step<'a> {
    name: &'static str,
    class: &'static str,
    who: Node,
    text: String,
    head: Option<&'a Head>,
}

impl<'a> Step<'a> {
    fn of(frame: &Frame, exchange: &Exchange, hop: &'a Hop) -> Self {
        let step = |name, who, text| Step { name, class: "cdn-step", who, text, head: None };
        let path = frame.path(exchange.item);
        match hop {
            Hop::Sent { from, to, head, .. } => {
                let names = (node_name(frame, *from), node_name(frame, *to));
                let (name, text) = sent(*from, *to, head, &names, &path);
                Step { head: Some(head), ..step(name, *from, text) }
            }
            Hop::Looked { at, found, freshness } => {
                let compared = freshness.map_or_else(String::new, |it| {
                    let sign = if it.is_fresh() { "<" } else { "≥" };
                    let (age, lifetime) = (seconds(it.age.current_age_ms), seconds(it.lifetime.ms));
                    format!(": age {age} {sign} lifetime {lifetime}")
                });
                let text = format!("{} {}{compared}.", node_name(frame, *at), found_text(*found));
                Step { class: "cdn-step is-verdict", ..step(found_name(*found), *at, text) }
            }
            Hop::Stored { at } => {
                let text = format!("{} keeps a copy of {path}.", node_name(frame, *at));
                Step { class: "cdn-step is-verdict", ..step("Store", *at, text) }
            }
            Hop::NotStored { at, why } => {
                step("Not stored", *at, format!("{}: {why}.", node_name(frame, *at)))
            }
            Hop::Failed { caller, callee, why } => {
                let (caller_name, callee) = (node_name(frame, *caller), node_name(frame, *callee));
                let text = format!("{caller_name} gets no answer from {callee}: {why}.");
                Step { class: "cdn-step is-failed", ..step("Fail", *caller, text) }
            }
        }
    }
}

fn sent(
    from: Node,
    to: Node,
    head: &Head,
    (from_name, to_name): &(String, String),
    path: &str,
) -> (&'static str, String) {
    let is_request = !head.line.starts_with("HTTP/");
    match (from, to) {
        _ if head.line.is_empty() => {
            ("Connect", format!("{from_name} and {to_name} shake hands: TCP, then TLS 1.3."))
        }
        (Node::Reader(_), _) => ("Ask", format!("{from_name} asks {to_name} for {path}.")),
        (_, _) if is_request => ("Fetch", format!("{from_name} asks {to_name}.")),
        (_, Node::Reader(_)) => ("Serve", format!("{from_name} answers {to_name}.")),
        _ => ("Answer", format!("{from_name} answers {to_name}.")),
    }
}
