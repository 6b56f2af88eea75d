//! Keeps the feed fed by one socket, whichever sections look at it.

use super::feed::{Feed, News};
use crate::live::connection::{Connection, Message, Purpose};
use std::rc::Rc;
use yew::prelude::*;

/// Where the API is.
pub const API: &str = "/api/unique-id";
/// Where the server tells what happens.
const SOCKET: &str = "/ws/unique-id";

/// The feed, for as long as the component lives.
#[hook]
pub fn use_feed() -> Rc<Feed> {
    let feed = use_reducer(Feed::new);
    let dispatcher = feed.dispatcher();
    use_effect_with((), move |()| {
        let for_messages = dispatcher.clone();
        let connection = Connection::open(Purpose {
            path: SOCKET,
            silence_ms: None,
            on_link: Callback::from(move |link| dispatcher.dispatch(News::Link(link))),
            on_message: Callback::from(move |message| {
                // What a newer server may say besides is none of this page's business.
                if let Message::Text(text) = message
                    && let Ok(word) = serde_json::from_str(&text)
                {
                    for_messages.dispatch(News::Word(Box::new(word)));
                }
            }),
        });
        move || drop(connection)
    });
    Rc::new((*feed).clone())
}
