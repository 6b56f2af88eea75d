//! Readers, cache servers with their copies, the shield and the origin, as they stand on the map.

use super::geometry::Map;
use super::signs::{self, mark, pie, px, sign_at, sign_of};
use super::subjects::subject_of;
use super::words::{copies_text, earth_ms, node_title, origin_text, outcome_text, state_name};
use crate::components::{Control, Subject};
use playground_core::cdn::lab::{
    CacheView, EntryState, EntryView, Frame, Node, OriginState, ReaderView,
};
use yew::prelude::*;

/// How many copies of a server are drawn; the others are a number.
const DRAWN_COPIES: usize = 5;
/// The radius of what a finger has to meet.
const REACH: f64 = 15.0;

/// How much of its lifetime a copy has left, 0 to 1.
pub fn left_of(entry: &EntryView) -> f64 {
    let freshness = &entry.freshness;
    if freshness.lifetime.ms == 0 {
        return 0.0;
    }
    freshness.remaining_ms().max(0) as f64 / freshness.lifetime.ms as f64
}

/// A reader: a button that asks.
pub fn reader(
    frame: &Frame,
    map: &Map,
    number: u8,
    view: &ReaderView,
    asked: Option<&str>,
) -> Option<Html> {
    let place = map.place(Node::Reader(number))?;
    let size = map.reader_size();
    let is_waiting = view.waiting > 0;
    let content = html! {
        <>
            if asked.is_some() {
                <circle class="cdn-reach" cx={px(place.0)} cy={px(place.1)} r={px(REACH)} />
            }
            if is_waiting {
                <circle class="cdn-waiting" cx={px(place.0)} cy={px(place.1)} r={px(size + 3.5)} />
            }
            { sign_at(signs::reader_sign(), place, size) }
            <circle class="cdn-ring" cx={px(place.0)} cy={px(place.1)} r={px(size + 3.0)} />
        </>
    };
    let class = classes!("cdn-reader", is_waiting.then_some("is-waiting"));
    Some(match asked {
        None => html! { <g key={format!("reader-{number}")} {class}>{ content }</g> },
        Some(path) => {
            let label = format!("{}: ask for {path}", reader_sentence(frame, view));
            html! {
                <g key={format!("reader-{number}")} class={classes!(class, "subject")} role="button" tabindex="0"
                    aria-label={label} data-reader={number.to_string()}>
                    { content }
                </g>
            }
        }
    })
}

/// A reader in words.
pub fn reader_sentence(frame: &Frame, view: &ReaderView) -> String {
    let edge = view.edge.and_then(|edge| frame.edges.get(usize::from(edge)));
    let mut parts = vec![format!("Reader in {}", view.city.name())];
    match edge {
        Some(edge) => {
            parts.push(format!("{} km from the edge in {}", view.edge_km, edge.city.name()))
        }
        None => parts.push("no edge is up".to_owned()),
    }
    match (view.waiting, view.last) {
        (0, Some((outcome, Some(us)))) => {
            parts.push(format!(
                "last answer: {}, first byte after {}",
                outcome_text(outcome),
                earth_ms(us)
            ));
        }
        (0, Some((outcome, None))) => {
            parts.push(format!("last request: {}", outcome_text(outcome)))
        }
        (0, None) => {}
        (1, _) => parts.push("waits".to_owned()),
        (count, _) => parts.push(format!("waits for {count} answers")),
    }
    parts.join(", ")
}

/// A cache server: filled as far as it is full, with its copies below.
pub fn cache(
    frame: &Frame,
    map: &Map,
    view: &CacheView,
    control: impl Fn(Subject) -> Control,
) -> Option<Html> {
    let (x, y) = map.place(view.node)?;
    let size = map.box_size();
    let (left, top) = (x - size / 2.0, y - size / 2.0);
    let full = view.bytes as f64 / view.capacity_bytes.max(1) as f64;
    // A cache that holds something shows it, however little that is.
    let level = if view.bytes == 0 { 0.0 } else { (full.min(1.0) * size).max(1.5) };
    let waiting: u32 = view.fetches.iter().map(|it| it.waiting).sum();
    let is_shield = view.node == Node::Shield;
    let content = html! {
        <>
            <rect class="cdn-reach" x={px(x - REACH)} y={px(y - REACH)} width={px(REACH * 2.0)} height={px(REACH * 2.0)} />
            <rect class={if is_shield { "cdn-box is-shield" } else { "cdn-box" }} x={px(left)} y={px(top)} width={px(size)} height={px(size)} rx="3" />
            <rect class={if is_shield { "cdn-level is-shield" } else { "cdn-level" }} x={px(left)}
                y={px(top + size - level)} width={px(size)} height={px(level)} rx="2" />
            if is_shield {
                { sign_at(sign_of(view.node), (x, y), size * 0.26) }
            }
            if !view.fetches.is_empty() {
                <rect class="cdn-fetching" x={px(left - 3.0)} y={px(top - 3.0)} width={px(size + 6.0)}
                    height={px(size + 6.0)} rx="5" />
            }
            if waiting > 1 {
                <text class="cdn-count" x={px(x)} y={px(y + 0.5)}>{ waiting }</text>
            }
            <rect class="cdn-frame" x={px(left)} y={px(top)} width={px(size)} height={px(size)} rx="3" />
            { copies(map, view, (x, top + size + map.copy_size() + 3.0)) }
            if !view.is_up {
                { mark("is-cross", signs::CROSS, (x, y), size * 0.34, 0.0) }
            }
        </>
    };
    let class = classes!("cdn-server", (!view.is_up).then_some("is-down"));
    let subject = subject_of(view.node)?;
    Some(subject.group((cache_sentence(frame, view), class), control(subject), content))
}

fn copies(map: &Map, view: &CacheView, (x, y): (f64, f64)) -> Html {
    let radius = map.copy_size();
    let most = if map.is_roomy() { DRAWN_COPIES } else { 3 };
    let shown = view.entries.len().min(most);
    let step = radius * 2.0 + 2.0;
    let first = x - step * (shown as f64 - 1.0) / 2.0;
    let drawn = view.entries.iter().take(shown).enumerate().map(|(number, entry)| {
        let at = (first + step * number as f64, y);
        let is_stale = entry.state != EntryState::Fresh;
        html! {
            <g key={number}>
                { pie(at, radius, left_of(entry), is_stale) }
                if entry.is_outdated {
                    { mark("is-outdated is-halo", signs::DASH, at, radius + 2.0, -45.0) }
                    { mark("is-outdated", signs::DASH, at, radius + 2.0, -45.0) }
                }
            </g>
        }
    });
    let more = view.count.saturating_sub(shown);
    html! {
        <>
            { for drawn }
            if more > 0 {
                <text class="cdn-more" x={px(first + step * shown as f64)} y={px(y + 0.5)}>{ format!("+{more}") }</text>
            }
        </>
    }
}

/// A cache server in words.
pub fn cache_sentence(frame: &Frame, view: &CacheView) -> String {
    let mut parts = vec![node_title(frame, view.node)];
    if !view.is_up {
        parts.push("down".to_owned());
        return parts.join(": ");
    }
    let held = match view.count {
        0 => "empty".to_owned(),
        count => copies_text(count as u64),
    };
    let mut said = vec![held];
    said.extend(view.entries.iter().take(3).map(|entry| {
        let old = if entry.is_outdated { ", outdated" } else { "" };
        format!("{} {}{old}", entry.path, state_name(entry.state))
    }));
    said.extend(view.fetches.iter().map(|it| format!("fetching {}", frame.path(it.item))));
    parts.push(said.join("; "));
    parts.join(": ")
}

/// The origin.
pub fn origin(frame: &Frame, map: &Map, control: impl Fn(Subject) -> Control) -> Option<Html> {
    let (x, y) = map.place(Node::Origin)?;
    let size = map.box_size() * 0.72;
    let view = &frame.origin;
    let content = html! {
        <>
            <circle class="cdn-reach" cx={px(x)} cy={px(y)} r={px(REACH)} />
            { sign_at(signs::origin_sign(), (x, y), size) }
            if view.busy > 0 {
                <text class="cdn-count is-origin" x={px(x)} y={px(y + 0.5)}>{ view.busy }</text>
            }
            if view.state != OriginState::Up {
                { mark(if matches!(view.state, OriginState::Slow(_)) { "is-slow" } else { "is-cross" },
                    signs::CROSS, (x, y), size * 0.5, 0.0) }
            }
            <path class="cdn-ring" d={signs::origin_sign().path()} vector-effect="non-scaling-stroke"
                transform={format!("translate({x:.1} {y:.1}) scale({:.1})", size + 4.0)} />
        </>
    };
    let label = format!(
        "{}: {}, {} requests in work",
        node_title(frame, Node::Origin),
        origin_text(view.state),
        view.busy
    );
    let class = classes!("cdn-origin", (view.state != OriginState::Up).then_some("is-down"));
    let subject = subject_of(Node::Origin)?;
    Some(subject.group((label, class), control(subject), content))
}
