//! The page's side of the server: whether it is there, and how to talk to it.

mod backoff;
mod badge;
pub mod connection;
pub mod fetch;
pub mod stream;

pub use badge::LiveBadge;
pub use fetch::{FetchError, delete_json, get_json, post_json, put_json};

use connection::{Connection, Link, Message, Purpose};
use serde::Deserialize;
use std::rc::Rc;
use yew::prelude::*;

/// The server beats every 5 s: two beats missed, and some.
const SILENCE_MS: u32 = 12_000;

/// Whether the server is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// It is too early to say.
    Connecting,
    /// It has been heard lately.
    Here {
        /// Its version.
        version: String,
        /// How long it has been up, in milliseconds, at its last word.
        uptime_ms: u64,
    },
    /// It does not answer, and the page keeps trying.
    Away {
        /// How many attempts have failed in a row.
        attempt: u32,
        /// When the next one comes, in milliseconds from when this was said; 0 while it is being made.
        retry_in_ms: u64,
    },
}

/// What the server says on `/ws/server`.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Word {
    Hello { version: String, started_at_ms: u64 },
    Heartbeat { uptime_ms: u64 },
}

enum News {
    Link(Link),
    Word { word: Word, now_ms: f64 },
}

#[derive(Clone, PartialEq)]
struct State(Presence);

impl Reducible for State {
    type Action = News;

    fn reduce(self: Rc<Self>, news: News) -> Rc<Self> {
        let presence = match (&self.0, news) {
            (_, News::Link(Link::Waiting { attempt, retry_in_ms })) => {
                Presence::Away { attempt, retry_in_ms }
            }
            // An attempt is no change: away it stays until the server says a word.
            (Presence::Away { attempt, .. }, News::Link(Link::Opening)) => {
                Presence::Away { attempt: *attempt, retry_in_ms: 0 }
            }
            (_, News::Word { word: Word::Hello { version, started_at_ms }, now_ms }) => {
                // The two clocks need not agree; the next beat puts it right.
                let uptime_ms = (now_ms as u64).saturating_sub(started_at_ms);
                Presence::Here { version, uptime_ms }
            }
            (
                Presence::Here { version, .. },
                News::Word { word: Word::Heartbeat { uptime_ms }, .. },
            ) => Presence::Here { version: version.clone(), uptime_ms },
            (_, News::Link(_) | News::Word { .. }) => return self,
        };
        Rc::new(State(presence))
    }
}

/// What the provider needs.
#[derive(Properties, PartialEq)]
pub struct PresenceProviderProps {
    /// Everything that may ask.
    #[prop_or_default]
    pub children: Html,
}

/// Keeps one socket to the server and provides [`Presence`] as a context.
#[component]
pub fn PresenceProvider(props: &PresenceProviderProps) -> Html {
    let state = use_reducer_eq(|| State(Presence::Connecting));
    let dispatcher = state.dispatcher();
    use_effect_with((), move |()| {
        let for_messages = dispatcher.clone();
        let connection = Connection::open(Purpose {
            path: "/ws/server",
            silence_ms: Some(SILENCE_MS),
            on_link: Callback::from(move |link| dispatcher.dispatch(News::Link(link))),
            on_message: Callback::from(move |message| {
                // What a newer server may say besides is none of this page's business.
                if let Message::Text(text) = message
                    && let Ok(word) = serde_json::from_str(&text)
                {
                    for_messages.dispatch(News::Word { word, now_ms: js_sys::Date::now() });
                }
            }),
        });
        move || drop(connection)
    });
    html! {
        <ContextProvider<Presence> context={state.0.clone()}>
            { props.children.clone() }
        </ContextProvider<Presence>>
    }
}

/// Whether the server is there; [`Presence::Connecting`] for ever outside of a [`PresenceProvider`].
#[hook]
pub fn use_presence() -> Presence {
    use_context::<Presence>().unwrap_or(Presence::Connecting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(news: impl IntoIterator<Item = News>) -> Presence {
        let start = Rc::new(State(Presence::Connecting));
        news.into_iter().fold(start, |state, news| state.reduce(news)).0.clone()
    }

    fn word(json: &str) -> News {
        News::Word { word: serde_json::from_str(json).unwrap(), now_ms: 5_000.0 }
    }

    const HELLO: &str =
        r#"{"type":"hello","version":"1","started_at_ms":2000,"page":null,"labs":["chat"]}"#;
    const BEAT: &str = r#"{"type":"heartbeat","uptime_ms":7000}"#;
    const WAITING: News = News::Link(Link::Waiting { attempt: 2, retry_in_ms: 800 });

    #[test]
    fn the_server_is_here_from_its_first_word() {
        let opened = [News::Link(Link::Opening), News::Link(Link::Open)];
        assert_eq!(after(opened), Presence::Connecting);
        assert_eq!(after([word(HELLO)]), Presence::Here { version: "1".into(), uptime_ms: 3_000 });
        let beating = after([word(HELLO), word(BEAT)]);
        assert_eq!(beating, Presence::Here { version: "1".into(), uptime_ms: 7_000 });
    }

    #[test]
    fn away_it_stays_during_an_attempt() {
        let lost = after([word(HELLO), WAITING]);
        assert_eq!(lost, Presence::Away { attempt: 2, retry_in_ms: 800 });
        let trying = after([WAITING, News::Link(Link::Opening), News::Link(Link::Open)]);
        assert_eq!(trying, Presence::Away { attempt: 2, retry_in_ms: 0 });
    }
}
