//! What the header says about the server, and what to do when there is none.

use super::{Presence, use_presence};
use crate::components::CopyCommand;
use gloo::timers::callback::Interval;
use js_sys::Date;
use yew::prelude::*;

const START_COMMAND: &str = "cargo run -p playground-server";
const POPOVER_ID: &str = "live-explanation";

/// The state of the server in a few words; pressed, it explains itself.
#[component]
pub fn LiveBadge() -> Html {
    let presence = use_presence();
    let retry_in_s = use_countdown(&presence);
    let (class, text) = match &presence {
        Presence::Connecting => ("live-connecting", "Connecting…".to_owned()),
        Presence::Here { .. } => ("live-here", "Server connected".to_owned()),
        Presence::Away { .. } if retry_in_s == 0 => {
            ("live-away", "Server away, retrying now".to_owned())
        }
        Presence::Away { .. } => ("live-away", format!("Server away, retrying in {retry_in_s} s")),
    };
    html! {
        <div class={classes!("live-badge", class)}>
            <button type="button" popovertarget={POPOVER_ID}>
                <svg class="live-mark" viewBox="0 0 16 16" aria-hidden="true">{ mark(&presence) }</svg>
                <span class="live-text">{ text }</span>
            </button>
            <div id={POPOVER_ID} popover="auto" class="live-popover">{ explanation(&presence) }</div>
            <Announcement {presence} />
        </div>
    }
}

/// A shape for each state, so that colour only repeats it.
fn mark(presence: &Presence) -> Html {
    match presence {
        Presence::Connecting => {
            html! { <circle cx="8" cy="8" r="5" fill="none" stroke-dasharray="3 3" /> }
        }
        Presence::Here { .. } => html! { <circle cx="8" cy="8" r="5" /> },
        Presence::Away { .. } => html! {
            <><circle cx="8" cy="8" r="5" fill="none" /><path d="M3 13 13 3" /></>
        },
    }
}

fn explanation(presence: &Presence) -> Html {
    let what = match presence {
        Presence::Connecting => "The page is looking for its server.".to_owned(),
        Presence::Here { version, uptime_ms } => {
            format!("The server, version {version}, has been up for {}.", duration(*uptime_ms))
        }
        Presence::Away { .. } => "The page does not reach its server and keeps trying.".to_owned(),
    };
    html! {
        <>
            <p>{ what }</p>
            <p>
                { "Everything simulated runs in this page and works without a server. The server brings the \
                   real thing: live sockets, real caches, processes that are really killed." }
            </p>
            if !matches!(presence, Presence::Here { .. }) {
                <p>{ "Start it on your machine:" }</p>
                <CopyCommand label="Terminal" command={START_COMMAND} />
            }
        </>
    }
}

fn duration(ms: u64) -> String {
    let s = ms / 1_000;
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..86_400 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3_600),
    }
}

/// Seconds until the next attempt, counting down by themselves.
#[hook]
fn use_countdown(presence: &Presence) -> u64 {
    let retry_in_ms = match presence {
        Presence::Away { retry_in_ms, .. } => *retry_in_ms as f64,
        _ => 0.0,
    };
    let retry_at_ms = *use_memo(presence.clone(), |_| Date::now() + retry_in_ms);
    let left_ms = use_state(|| 0.0);
    let setter = left_ms.setter();
    use_effect_with(retry_at_ms, move |retry_at_ms| {
        let retry_at_ms = *retry_at_ms;
        let interval = (retry_in_ms > 0.0).then(|| {
            setter.set(retry_in_ms);
            Interval::new(1_000, move || setter.set(retry_at_ms - Date::now()))
        });
        move || drop(interval)
    });
    // What is left of an earlier wait is still there when the next begins.
    (left_ms.clamp(0.0, retry_in_ms) / 1_000.0).ceil() as u64
}

#[derive(Properties, PartialEq)]
struct AnnouncementProps {
    presence: Presence,
}

/// Says that the server has gone and that it is back, once each; that it was there from the start is no news.
#[component]
fn Announcement(props: &AnnouncementProps) -> Html {
    let said = use_mut_ref(|| "");
    let mut said = said.borrow_mut();
    *said = match (&props.presence, *said) {
        (Presence::Away { .. }, _) => "The server is away. Everything simulated works without it.",
        (Presence::Here { .. }, before) if !before.is_empty() => "The server is back.",
        (_, before) => before,
    };
    html! { <span class="visually-hidden" role="status">{ *said }</span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uptime_has_two_units_at_most() {
        let shown = [999, 59_999, 60_000, 3_661_000, 90_000_000].map(duration);
        assert_eq!(shown, ["0 s", "59 s", "1 min", "1 h 1 min", "1 d 1 h"]);
    }
}
