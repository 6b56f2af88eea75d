//! What JavaScript makes of an ID that is sent as a number: the browser's own `JSON.parse` is asked.

use crate::components::{Badge, Provenance, Slider};
use js_sys::JSON;
use playground_core::unique_id::snowflake::{Field, Layout, Parts};
use yew::prelude::*;

/// So many days after the epoch; IDs of the last two cannot be made before 2050 and 2092.
const DAYS: [u32; 10] = [1, 100, 365, 794, 796, 1_000, 1_461, 3_652, 10_000, 25_450];
const DAY_MS: u64 = 86_400_000;
/// Where the slider stands at first.
const FIRST_DAY: u32 = 1_000;
/// The worker and the sequence of the ID: an odd one, which is the first to be lost.
const WORKER: u16 = 5;
const SEQUENCE: u32 = 2_715;

/// The ID that is made so many days after the epoch; none after the end of the epoch.
fn id_after(days: u32) -> Option<u64> {
    let parts = Parts { ticks: u64::from(days) * DAY_MS + 123, worker: WORKER, sequence: SEQUENCE };
    Layout::CLASSICAL.compose(parts).ok().map(u64::from)
}

/// What the browser writes after it has read `text` as JSON.
fn through_json(text: &str) -> String {
    let read = JSON::parse(text).and_then(|value| JSON::stringify(&value));
    read.map_or_else(|_| "an error".to_owned(), String::from)
}

/// The digits, those that are not as they were sent marked.
fn compared(sent: &str, read: &str) -> Html {
    let same = sent.bytes().zip(read.bytes()).take_while(|(sent, read)| sent == read).count();
    let (kept, wrong) = read.split_at(same);
    html! { <>{ kept }if !wrong.is_empty() { <span class="is-wrong">{ wrong }</span> }</> }
}

/// One ID, sent as a number and as a string.
#[component]
pub fn Numbers() -> Html {
    let days = use_state_eq(|| FIRST_DAY);
    let on_change = {
        let days = days.setter();
        Callback::from(move |value: u32| days.set(value))
    };
    let Some(id) = id_after(*days) else { return Html::default() };
    let sent = id.to_string();
    let read = through_json(&sent);
    let again = read.parse::<u64>().unwrap_or_default();
    let parts = Layout::CLASSICAL.decompose(again.into());
    let is_same = sent == read;
    let verdict = if is_same {
        "The same: this ID is below 2⁵³, and everything seems to be well.".to_owned()
    } else {
        format!(
            "Another ID, and nobody was told: its sequence is {} in place of {SEQUENCE}{}.",
            parts.sequence,
            if parts.worker == WORKER { "" } else { ", and its worker another" },
        )
    };
    html! {
        <div class="unique-id-bench" data-figure="numbers">
            <dl class="unique-id-forms">
                <dt>{ "Sent" }</dt>
                <dd><code>{ format!("{{\"id\": {sent}}}") }</code></dd>
                <dt>{ "JavaScript reads" }</dt>
                <dd><code>{ compared(&sent, &read) }</code></dd>
                <dt>{ "Sent as a string" }</dt>
                <dd><code>{ format!("{{\"id\": \"{sent}\"}}") }</code></dd>
                <dt>{ "JavaScript reads" }</dt>
                <dd><code>{ through_json(&format!("\"{sent}\"")).trim_matches('"').to_owned() }</code></dd>
            </dl>
            <p class={classes!("unique-id-told", (!is_same).then_some("is-bad"))} role="status">{ verdict }</p>
            <Slider label="The ID is made, after the epoch," unit="days" steps={DAYS.to_vec()} value={*days} {on_change} />
            <p class="unique-id-hint">
                { format!("Worker {WORKER}, sequence {SEQUENCE}, {} bits of time.", Layout::CLASSICAL.width(Field::Timestamp)) }
                { " " }<Badge provenance={Provenance::Measured} />
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_before_the_last_position_below_two_to_the_53_and_no_longer() {
        let safe: Vec<bool> =
            DAYS.iter().map(|days| id_after(*days).is_some_and(|id| id < 1 << 53)).collect();
        assert_eq!(safe, DAYS.map(|days| days <= 794));
    }

    #[test]
    fn every_position_of_the_slider_has_an_id() {
        assert!(DAYS.iter().all(|days| id_after(*days).is_some()));
        assert_eq!(id_after(25_452), None);
    }
}
