//! Keeps the feed fed: the socket with the events, and the counters and copies whenever they have changed.

use super::asking::Asking;
use super::feed::{Feed, News};
use super::rush::RUSH;
use crate::live::connection::{Connection, Link, Message, Purpose};
use crate::live::{FetchError, get_json};
use gloo::timers::callback::{Interval, Timeout};
use gloo::utils::document;
use js_sys::encode_uri_component;
use playground_core::cdn::wire::{Entry, Stats};
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Where the API is.
pub const API: &str = "/api/cdn";
/// How long to wait after a change before asking for the numbers: a stampede asks once.
const SETTLE_MS: u32 = 150;
/// How often a copy's age is asked for while one is shown.
const AGE_MS: u32 = 1_000;

/// What can be asked of the feed.
#[derive(Clone)]
pub struct Line {
    dispatcher: UseReducerDispatcher<Feed>,
}

impl Line {
    /// Sends a request; `number` is what [`Feed::next_number`] says.
    pub fn ask(&self, number: u32, asking: Asking) {
        let dispatcher = self.dispatcher.clone();
        let mark = marks(1).start;
        dispatcher.dispatch(News::Sent(asking.clone(), mark));
        spawn_local(async move {
            let answer = Box::new(asking.send(mark).await);
            dispatcher.dispatch(News::Answered(number, answer));
        });
    }

    /// Sends the same request many times at once.
    pub fn rush(&self, asking: Asking) {
        let marks = marks(RUSH);
        self.dispatcher.dispatch(News::Rushed(marks.clone()));
        for mark in marks {
            let (dispatcher, asking) = (self.dispatcher.clone(), asking.clone());
            spawn_local(async move {
                let took_ms = asking.send(mark).await.ok().map(|answer| answer.whole_ms);
                dispatcher.dispatch(News::RushAnswered(took_ms));
            });
        }
    }
}

/// Numbers that no other page calls its requests by.
fn marks(count: u32) -> Range<u64> {
    let first = (js_sys::Math::random() * 2f64.powi(52)) as u64;
    first..first + u64::from(count)
}

/// The feed, for as long as the component lives.
#[hook]
pub fn use_feed() -> (Rc<Feed>, Line) {
    let feed = use_reducer(Feed::new);
    let dispatcher = feed.dispatcher();
    use_effect_with((), {
        let dispatcher = dispatcher.clone();
        move |()| {
            let for_messages = dispatcher.clone();
            let connection = Connection::open(Purpose {
                path: "/ws/cdn",
                silence_ms: None,
                on_link: Callback::from(move |link| dispatcher.dispatch(News::Link(link))),
                on_message: Callback::from(move |message| {
                    // What a newer server may say besides is none of this page's business.
                    if let Message::Text(text) = message
                        && let Ok(event) = serde_json::from_str(&text)
                    {
                        for_messages.dispatch(News::Event(Box::new(event)));
                    }
                }),
            });
            move || drop(connection)
        }
    });
    let is_open = feed.link == Link::Open;
    let is_waiting = use_memo((), |()| Rc::new(Cell::new(false)));
    let asked = use_mut_ref(|| None::<Asking>);
    *asked.borrow_mut() = feed.exchange.as_ref().map(|it| it.asking.clone());
    use_effect_with((is_open, feed.changes), {
        let (dispatcher, is_waiting) = (dispatcher.clone(), (*is_waiting).clone());
        let asked = asked.clone();
        move |(is_open, _): &(bool, u32)| {
            if *is_open && !is_waiting.replace(true) {
                Timeout::new(SETTLE_MS, move || {
                    is_waiting.set(false);
                    refresh_stats(dispatcher.clone());
                    refresh_entries(dispatcher, asked.borrow().clone());
                })
                .forget();
            }
        }
    });
    let has_copy =
        feed.exchange.as_ref().is_some_and(|it| feed.copies(&it.asking).next().is_some());
    use_effect_with(is_open && has_copy, {
        let dispatcher = dispatcher.clone();
        move |is_aging: &bool| {
            let ticks = is_aging.then(|| {
                Interval::new(AGE_MS, move || {
                    if !document().hidden() {
                        refresh_entries(dispatcher.clone(), asked.borrow().clone());
                    }
                })
            });
            move || drop(ticks)
        }
    });
    (Rc::new((*feed).clone()), Line { dispatcher })
}

/// Asks for the counters. What cannot be had stays as it was.
fn refresh_stats(dispatcher: UseReducerDispatcher<Feed>) {
    spawn_local(async move {
        let stats: Result<Stats, FetchError> = get_json(&format!("{API}/stats")).await;
        if let Ok(stats) = stats {
            dispatcher.dispatch(News::Stats(Box::new(stats)));
        }
    });
}

/// Asks for the edge's copies of what was asked for, if anything was.
fn refresh_entries(dispatcher: UseReducerDispatcher<Feed>, asking: Option<Asking>) {
    let Some(Asking { edge, path, .. }) = asking else { return };
    spawn_local(async move {
        let (edge, path) = (encode_uri_component(&edge), encode_uri_component(&path));
        let address = format!("{API}/entries?edge={edge}&prefix={path}");
        let entries: Result<Vec<Entry>, FetchError> = get_json(&address).await;
        if let Ok(entries) = entries {
            dispatcher.dispatch(News::Entries(entries));
        }
    });
}
