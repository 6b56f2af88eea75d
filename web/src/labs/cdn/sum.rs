//! How old a copy is, as arithmetic: every term of RFC 9111, section 4.2.3, with the values of this copy.

use super::words::{node_name, seconds, state_text};
use playground_core::cdn::caching::{Freshness, Timestamp};
use playground_core::cdn::lab::{EntryState, EntryView, Frame, Node};
use std::rc::Rc;
use yew::prelude::*;

/// Which copy.
#[derive(Properties, PartialEq)]
pub struct SumProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Where the copy lies.
    pub node: Node,
    /// Its place among the copies there.
    pub place: usize,
}

/// The sum, and what follows from it.
#[component]
pub fn Sum(props: &SumProps) -> Html {
    let SumProps { frame, node, place } = props;
    let Some(entry) = frame.cache(*node).and_then(|cache| cache.entries.get(*place)) else {
        return html! { <p class="cdn-hint">{ "The copy is gone." }</p> };
    };
    let freshness = &entry.freshness;
    let field = |name: &str| {
        let found = entry.fields.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let given = [
        ("date", field("date").unwrap_or("not there: the moment it arrived counts")),
        ("age", field("age").unwrap_or("not there: 0")),
        ("cache-control", field("cache-control").unwrap_or("not there")),
    ];
    html! {
        <div class="cdn-sum">
            <h3>{ format!("{} at {}: how old is it?", entry.path, node_name(frame, *node)) }</h3>
            <pre class="cdn-given" tabindex="0"><code>
                { for given.iter().map(|(name, value)| format!("{name}: {value}\n")) }
            </code></pre>
            <div class="cdn-terms" tabindex="0" role="group" aria-label="The sum">
                <table>
                    <caption class="visually-hidden">{ "Age and freshness, term by term" }</caption>
                    <tbody>{ for terms(freshness).into_iter().map(row) }</tbody>
                </table>
            </div>
            { verdict(entry) }
        </div>
    }
}

/// A term: its name, how it is made, and its value.
struct Term {
    name: &'static str,
    made: String,
    value: String,
    is_result: bool,
}

fn row(term: Term) -> Html {
    html! {
        <tr class={classes!(term.is_result.then_some("is-result"))}>
            <th scope="row"><code>{ term.name }</code></th>
            <td>{ term.made }</td>
            <td class="cdn-value">{ term.value }</td>
        </tr>
    }
}

/// The clock of a moment, with milliseconds.
fn clock(at: Timestamp) -> String {
    let ms = at.0.rem_euclid(86_400_000);
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1_000 % 60,
        ms % 1_000
    )
}

fn terms(freshness: &Freshness) -> Vec<Term> {
    let age = &freshness.age;
    let initial = &age.initial;
    let s = |ms: u64| seconds(ms).trim_end_matches(" s").to_owned();
    let term = |name, made, ms: u64| Term { name, made, value: seconds(ms), is_result: false };
    vec![
        term(
            "apparent_age",
            format!(
                "max(0, response_time − date_value) = max(0, {} − {})",
                clock(initial.response_time.whole_second()),
                clock(initial.date_value)
            ),
            initial.apparent_age_ms,
        ),
        term(
            "response_delay",
            format!(
                "response_time − request_time = {} − {}",
                clock(initial.response_time),
                clock(initial.request_time)
            ),
            initial.response_delay_ms,
        ),
        term(
            "corrected_age_value",
            format!(
                "age_value + response_delay = {} + {}",
                s(initial.age_value_ms),
                s(initial.response_delay_ms)
            ),
            initial.corrected_age_value_ms,
        ),
        term(
            "corrected_initial_age",
            format!(
                "max(apparent_age, corrected_age_value) = max({}, {})",
                s(initial.apparent_age_ms),
                s(initial.corrected_age_value_ms)
            ),
            initial.corrected_initial_age_ms,
        ),
        term(
            "resident_time",
            format!("now − response_time = {} − {}", clock(age.now), clock(initial.response_time)),
            age.resident_time_ms,
        ),
        Term {
            is_result: true,
            ..term(
                "current_age",
                format!(
                    "corrected_initial_age + resident_time = {} + {}",
                    s(initial.corrected_initial_age_ms),
                    s(age.resident_time_ms)
                ),
                age.current_age_ms,
            )
        },
        Term {
            is_result: true,
            ..term(
                "freshness_lifetime",
                freshness.lifetime.source.to_string(),
                freshness.lifetime.ms,
            )
        },
    ]
}

fn verdict(entry: &EntryView) -> Html {
    let freshness = &entry.freshness;
    let (lifetime, age) = (seconds(freshness.lifetime.ms), seconds(freshness.age.current_age_ms));
    let is_fresh = entry.state == EntryState::Fresh;
    let compared = if is_fresh {
        let left = seconds(freshness.remaining_ms().max(0) as u64);
        format!("{lifetime} > {age}, for {left} more.")
    } else {
        format!("{lifetime} ≤ {age}, for {} already.", seconds(freshness.stale_for_ms()))
    };
    let class = if is_fresh { "cdn-verdict is-fresh" } else { "cdn-verdict is-stale" };
    html! {
        <p {class}>
            <strong>{ if is_fresh { "✓ " } else { "✕ " } }</strong>
            { compared }{ " " }{ state_text(entry.state) }
            if entry.is_outdated {
                { " The origin has a newer version; the cache cannot know." }
            }
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_milliseconds() {
        assert_eq!(clock(Timestamp::from_secs(3_661).plus_ms(7)), "01:01:01.007");
    }
}
