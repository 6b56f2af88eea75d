//! How the connection stands, in words, with the seconds counting down.

use super::view::{Bus, Standing};
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
    /// What the server shares with others; none where it is alone.
    pub bus: Option<Bus>,
    /// Asked to try at once.
    pub on_retry: Callback<()>,
}

/// A line about the connection.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    let StatusProps { standing, me, outbox, bus, on_retry } = props;
    let left_s = use_seconds_left(standing);
    let behind = bus.as_ref().filter(|_| *standing == Standing::Open);
    let is_bus_away = behind.is_some_and(|bus| !bus.works);
    let (class, text) = match is_bus_away {
        true => ("is-cut", format!("Connected as {me}, but the bus is away: messages wait here.")),
        false => words(standing, me, left_s),
    };
    let kept = match (standing, outbox) {
        (_, 0) => String::new(),
        (Standing::Open, _) if !is_bus_away => String::new(),
        (_, 1) => " One message waits in this tab.".to_owned(),
        (_, count) => format!(" {count} messages wait in this tab."),
    };
    let onclick = on_retry.reform(|_: MouseEvent| ());
    html! {
        <div class={classes!("chat-status", class)}>
            <svg class="chat-status-mark" viewBox="0 0 16 16" aria-hidden="true">{ mark(standing, is_bus_away) }</svg>
            <p>{ text }{ kept }</p>
            if let Some(Bus { server, engine, works }) = behind {
                <span class="badge chat-behind" data-server={server.clone()}>
                    { format!("{server}, with {engine} {}", if *works { "behind it" } else { "away" }) }
                </span>
            }
            if matches!(standing, Standing::Waiting { .. }) {
                <button type="button" {onclick}>{ "Try now" }</button>
            }
            <Announcement standing={standing.clone()} bus={bus.clone()} />
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
fn mark(standing: &Standing, is_bus_away: bool) -> Html {
    match standing {
        Standing::Open if is_bus_away => html! {
            <><circle cx="8" cy="8" r="5" fill="none" /><path d="M3 8H13" /></>
        },
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
    bus: Option<Bus>,
}

/// Says what becomes of the connection and of the bus behind it, once each.
#[component]
fn Announcement(props: &AnnouncementProps) -> Html {
    let said = use_mut_ref(Said::default);
    let mut said = said.borrow_mut();
    said.hear(&props.standing, props.bus.as_ref());
    html! { <span class="visually-hidden" role="status">{ said.text.clone() }</span> }
}

/// What has been said aloud, and of what.
#[derive(Debug, Default)]
struct Said {
    text: String,
    is_lost: bool,
    is_bus_away: bool,
    /// The server that one was connected to.
    server: Option<AttrValue>,
}

impl Said {
    fn hear(&mut self, standing: &Standing, bus: Option<&Bus>) {
        let text = match standing {
            Standing::Opening => None,
            Standing::Waiting { .. } | Standing::Offline { .. } => {
                self.is_lost = true;
                Some(
                    "The connection is lost. It comes back by itself; what you write is kept."
                        .to_owned(),
                )
            }
            Standing::Ended { .. } => {
                self.is_lost = true;
                Some("The server has closed the connection for good.".to_owned())
            }
            Standing::Open => self.open(bus),
        };
        if let Some(text) = text {
            self.text = text;
        }
    }

    fn open(&mut self, bus: Option<&Bus>) -> Option<String> {
        let server = bus.map(|bus| bus.server.clone());
        let was_bus_away =
            std::mem::replace(&mut self.is_bus_away, bus.is_some_and(|it| !it.works));
        let was_lost = std::mem::take(&mut self.is_lost);
        let before = std::mem::replace(&mut self.server, server.clone());
        match (before, server) {
            _ if self.is_bus_away && !was_bus_away => Some(
                "The bus is away. Messages wait in this tab and go on by themselves.".to_owned(),
            ),
            (Some(before), Some(now)) if before != now => {
                Some(format!("The connection is back, now to {now} instead of {before}."))
            }
            _ if was_lost => Some("The connection is back.".to_owned()),
            _ if was_bus_away && !self.is_bus_away => Some("The bus is back.".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bus(server: &'static str, works: bool) -> Bus {
        Bus { server: server.into(), engine: "redis 7.0.15".into(), works }
    }

    const WAITING: Standing = Standing::Waiting { attempt: 1, retry_at_ms: 0.0 };

    #[test]
    fn each_piece_of_news_is_said_once() {
        let mut said = Said::default();
        let mut hear = |standing: &Standing, bus: Option<&Bus>| {
            said.hear(standing, bus);
            std::mem::take(&mut said.text)
        };
        let (first, away, second) =
            (bus("chat-1", true), bus("chat-1", false), bus("chat-2", true));
        assert_eq!(hear(&Standing::Open, Some(&first)), "");
        assert!(hear(&WAITING, Some(&first)).starts_with("The connection is lost."));
        assert_eq!(hear(&Standing::Opening, Some(&first)), "");
        let back = "The connection is back, now to chat-2 instead of chat-1.";
        assert_eq!(hear(&Standing::Open, Some(&second)), back);
        assert_eq!(hear(&Standing::Open, Some(&second)), "");
        hear(&WAITING, Some(&second));
        assert_eq!(hear(&Standing::Open, Some(&second)), "The connection is back.");
        hear(&WAITING, Some(&second));
        assert!(hear(&Standing::Open, Some(&away)).starts_with("The bus is away."));
        assert_eq!(hear(&Standing::Open, Some(&away)), "");
        assert_eq!(hear(&Standing::Open, Some(&first)), "The bus is back.");
    }

    #[test]
    fn a_server_alone_is_only_lost_and_back() {
        let mut said = Said::default();
        said.hear(&Standing::Open, None);
        assert_eq!(said.text, "");
        said.hear(&WAITING, None);
        said.hear(&Standing::Open, None);
        assert_eq!(said.text, "The connection is back.");
    }
}
