//! The copy that an edge holds of what was asked for: how old, how long fresh, and the sum line by line.

use super::words::size_text;
use crate::components::{Badge, Meter, MeterTone, Provenance};
use playground_core::cdn::wire::Entry;
use yew::prelude::*;

/// What it needs.
#[derive(Properties, PartialEq)]
pub struct CopyAtEdgeProps {
    /// The edge's name.
    pub edge: AttrValue,
    /// Path and query.
    pub path: AttrValue,
    /// Its copies, one for each combination of what `Vary` names.
    pub copies: Vec<Entry>,
}

/// The copies, or that there is none.
#[component]
pub fn CopyAtEdge(props: &CopyAtEdgeProps) -> Html {
    let CopyAtEdgeProps { edge, path, copies } = props;
    html! {
        <section class="cdn-live-copy" aria-label="The copy at the edge">
            <p class="cdn-live-head">
                { format!("{edge}'s copy of {path} ") }<Badge provenance={Provenance::Measured} />
            </p>
            if copies.is_empty() {
                <p class="cdn-hint" data-live="no-copy">{ "There is none." }</p>
            }
            { for copies.iter().map(copy) }
        </section>
    }
}

fn copy(entry: &Entry) -> Html {
    let key: String = entry.vary.iter().map(|(name, value)| format!("{name}={value};")).collect();
    let left_s = entry.lifetime_s.saturating_sub(entry.age_s);
    let text = if entry.is_fresh {
        format!("{} s old, fresh for {left_s} s more", entry.age_s)
    } else {
        format!(
            "{} s old, stale for {} s",
            entry.age_s,
            entry.age_s.saturating_sub(entry.lifetime_s)
        )
    };
    let size = match entry.length {
        Some(length) if entry.is_complete => size_text(length),
        Some(length) => format!("{} of {} so far", size_text(entry.arrived), size_text(length)),
        None => format!("{} so far", size_text(entry.arrived)),
    };
    let vary = entry.vary.iter().map(|(name, value)| {
        let value = if value.is_empty() { "not sent" } else { value.as_str() };
        html! { <span class="cdn-live-tag">{ format!("{name}: {value}") }</span> }
    });
    let tags = entry.tags.iter().map(|tag| html! { <span class="cdn-live-tag">{ tag }</span> });
    html! {
        <div {key} class={classes!("cdn-live-entry", (!entry.is_fresh).then_some("is-stale"))} data-live="copy">
            <Meter label="Age of its lifetime" value={entry.age_s} of={entry.lifetime_s.max(1)} {text}
                tone={if entry.is_fresh { MeterTone::Ours } else { MeterTone::Peer }} />
            <pre class="cdn-live-sum" tabindex="0" aria-label="Age and freshness, line by line"><code>
                { entry.arithmetic.join("\n") }
            </code></pre>
            <p class="cdn-hint">
                { format!("Status {}, {size}, served {} ", entry.status, times(entry.hits)) }
                if !entry.vary.is_empty() { { " Only for: " }{ for vary } }
                if !entry.tags.is_empty() { { " Tags: " }{ for tags } }
            </p>
        </div>
    }
}

fn times(count: u64) -> String {
    match count {
        0 => "never.".to_owned(),
        1 => "once.".to_owned(),
        count => format!("{count} times."),
    }
}
