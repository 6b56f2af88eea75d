//! How the connection stands, in words, with the seconds counting down.

use super::view::Standing;
use gloo::timers::callback::Interval;
use js_sys::Date;
use yew::prelude::*;

/// The countdown is drawn again at this pace.
const TICK_MS: u32 = 200;

/// What is told.
#[derive(Properties, PartialEq)]
pub struct StatusProps {
    /// How the connection stands.
    pub standing: Standing,
    /// The reader's name.
    pub me: AttrValue,
    /// How many messages wait for an acknowledgement.
    pub outbox: usize,
    /// Asked to try at once.
    pub on_retry: Callback<()>,
}

/// A line about the connection.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    let StatusProps { standing, me, outbox, on_retry } = props;
    let left_s = use_seconds_left(standing);
    let (class, text) = words(standing, me, left_s);
    let kept = match (standing, outbox) {
        (Standing::Open, _) | (_, 0) => String::new(),
        (_, 1) => " One message waits in this tab.".to_owned(),
        (_, count) => format!(" {count} messages wait in this tab."),
    };
    let onclick = on_retry.reform(|_: MouseEvent| ());
    html! {
        <div class={classes!("chat-status", class)}>
            <svg class="chat-status-mark" viewBox="0 0 16 16" aria-hidden="true">{ mark(standing) }</svg>
            <p>{ text }{ kept }</p>
            if matches!(standing, Standing::Waiting { .. }) {
                <button type="button" {onclick}>{ "Try now" }</button>
            }
            <Announcement standing={standing.clone()} />
        </div>
    }
}

fn words(standing: &Standing, me: &AttrValue, left_s: f64) -> (&'static str, String) {
    match standing {
        Standing::Opening => ("is-opening", "Connecting …".to_owned()),
        Standing::Open => ("is-open", format!("Connected as {me}.")),
        Standing::Waiting { attempt, .. } => {
            let nth = match attempt {
                1 => "The first attempt".to_owned(),
                _ => format!("Attempt {attempt}"),
            };
            (
                "is-cut",
                format!(
                    "No connection. {nth} comes in {left_s:.1} s: a wait drawn by lot, so that not everybody comes \
                     back at once, and longer after each failure."
                ),
            )
        }
        Standing::Offline { .. } => {
            ("is-cut", format!("Offline on purpose for {left_s:.0} s. Write on; it is kept."))
        }
        Standing::Ended { why } => {
            ("is-cut", format!("The server has closed the connection for good: {why}."))
        }
    }
}

/// A shape for each state, so that colour only repeats it.
fn mark(standing: &Standing) -> Html {
    match standing {
        Standing::Opening => {
            html! { <circle cx="8" cy="8" r="5" fill="none" stroke-dasharray="3 3" /> }
        }
        Standing::Open => html! { <circle cx="8" cy="8" r="5" /> },
        Standing::Waiting { .. } | Standing::Offline { .. } | Standing::Ended { .. } => html! {
            <><circle cx="8" cy="8" r="5" fill="none" /><path d="M3 13 13 3" /></>
        },
    }
}

/// Seconds until the next attempt, counting down by themselves.
#[hook]
fn use_seconds_left(standing: &Standing) -> f64 {
    let update = use_force_update();
    let at_ms = match standing {
        Standing::Waiting { retry_at_ms, .. } => Some(*retry_at_ms),
        Standing::Offline { until_ms } => Some(*until_ms),
        _ => None,
    };
    use_effect_with(at_ms, move |at_ms| {
        let ticks = at_ms.map(|_| Interval::new(TICK_MS, move || update.force_update()));
        move || drop(ticks)
    });
    at_ms.map_or(0.0, |at_ms| ((at_ms - Date::now()) / 1e3).max(0.0))
}

#[derive(Properties, PartialEq)]
struct AnnouncementProps {
    standing: Standing,
}

/// Says that the connection is lost and that it is back, once each.
#[component]
fn Announcement(props: &AnnouncementProps) -> Html {
    let said = use_mut_ref(|| "");
    let mut said = said.borrow_mut();
    *said = match (&props.standing, *said) {
        (Standing::Waiting { .. } | Standing::Offline { .. }, _) => {
            "The connection is lost. It comes back by itself; what you write is kept."
        }
        (Standing::Ended { .. }, _) => "The server has closed the connection for good.",
        (Standing::Open, before) if !before.is_empty() => "The connection is back.",
        (_, before) => before,
    };
    html! { <span class="visually-hidden" role="status">{ *said }</span> }
}
