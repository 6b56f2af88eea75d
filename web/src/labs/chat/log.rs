//! The messages of a conversation: newest at the bottom, older ones on demand, and where the new ones begin.

use super::people::sign_of;
use super::ticks::TickMark;
use crate::components::Glyph;
use js_sys::Date;
use playground_core::chat::{Line, ThreadView, Tick};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// From how near to the end a reader is taken to follow the conversation, in pixels.
const NEAR: i32 = 24;
/// From how near to the beginning older messages are asked for, in pixels.
const NEAR_TOP: i32 = 48;
/// Within so many milliseconds, whoever speaks on is not named again.
const SPEAKS_ON_MS: u64 = 120_000;
/// The line above the new messages.
const DIVIDER: &str = "chat-divider";

/// What a log needs.
#[derive(Properties, PartialEq)]
pub struct LogProps {
    /// The conversation; another one begins where its new messages do, or at its end.
    pub thread: Rc<ThreadView>,
    /// What it is called.
    pub title: AttrValue,
    /// The reader's name.
    pub me: AttrValue,
    /// Asked for older messages.
    pub on_older: Callback<()>,
    /// Asked to send a message that was refused once more.
    pub on_retry: Callback<AttrValue>,
    /// Asked to take a message that was refused back into the field.
    pub on_take_back: Callback<AttrValue>,
}

/// Where a reader stands, kept between two drawings.
#[derive(Default)]
struct Place {
    thread: RefCell<Option<Arc<str>>>,
    first: Cell<Option<u64>>,
    height: Cell<i32>,
    top: Cell<i32>,
    is_following: Cell<bool>,
}

/// The log. New messages are read aloud by a region of their own, older ones and one's own not.
#[component]
pub fn Log(props: &LogProps) -> Html {
    let LogProps { thread, title, me, on_older, on_retry, on_take_back } = props;
    let window = use_node_ref();
    let place = use_memo((), |()| Place::default());
    let is_behind = use_state_eq(|| false);
    {
        let (window, place, is_behind) = (window.clone(), place.clone(), is_behind.setter());
        use_effect_with(thread.clone(), move |thread| {
            if let Some(element) = window.cast::<Element>() {
                settle(&element, &place, thread);
                is_behind.set(!place.is_following.get());
            }
        });
    }
    let onscroll = {
        let (window, place, is_behind) = (window.clone(), place.clone(), is_behind.setter());
        let on_older = on_older.clone();
        let may_ask = thread.has_older && !thread.is_loading;
        Callback::from(move |_: Event| {
            let Some(element) = window.cast::<Element>() else { return };
            let top = element.scroll_top();
            let goes_up = place.top.replace(top) > top;
            let below = element.scroll_height() - top - element.client_height();
            // What comes meanwhile moves the end away, not the reader: only who goes up leaves it.
            let follows = below <= NEAR || (place.is_following.get() && !goes_up);
            place.is_following.set(follows);
            is_behind.set(!follows);
            if top <= NEAR_TOP && goes_up && may_ask {
                on_older.emit(());
            }
        })
    };
    let on_newest = {
        let (window, place, is_behind) = (window.clone(), place.clone(), is_behind.setter());
        Callback::from(move |_: MouseEvent| {
            place.is_following.set(true);
            is_behind.set(false);
            if let Some(element) = window.cast::<HtmlElement>() {
                element.set_scroll_top(element.scroll_height());
                // The button is gone now; the keys that scroll work on.
                let _ = element.focus();
            }
        })
    };
    let older = on_older.reform(|_: MouseEvent| ());
    html! {
        <div class="chat-log">
            <div ref={window} class="chat-log-window" role="log" aria-live="off" tabindex="0"
                aria-label={format!("Messages in {title}")} aria-busy={thread.is_loading.to_string()}
                {onscroll} onkeydown={keep_keys()}>
                if thread.has_older {
                    <button type="button" class="chat-log-older" aria-disabled={thread.is_loading.to_string()}
                        onclick={older}>
                        { if thread.is_loading { "Older messages are on their way …" } else { "Older messages" } }
                    </button>
                } else {
                    <p class="chat-log-edge">
                        { if thread.lines.is_empty() { "Nothing has been said here yet." } else { "Here it began." } }
                    </p>
                }
                <ol class="chat-lines" role="list">{ for entries(thread, on_retry, on_take_back) }</ol>
            </div>
            if *is_behind {
                <button type="button" class="chat-log-newest" onclick={on_newest}>{ "↓ Newest" }</button>
            }
            <Aloud thread={thread.clone()} me={me.clone()} />
        </div>
    }
}

/// Keeps the reader at the end, or at what they are reading, also when older messages are put above it. A
/// conversation that is opened shows where its new messages begin.
fn settle(element: &Element, place: &Place, thread: &ThreadView) {
    let first = thread.lines.first().and_then(|line| line.seq);
    let is_other = place.thread.borrow().as_ref() != Some(&thread.thread);
    let height = element.scroll_height();
    let grown = height - place.height.replace(height);
    let before = place.first.replace(first);
    let is_prepended = !is_other && first.zip(before).is_some_and(|(now, before)| now < before);
    if is_other {
        place.thread.replace(Some(thread.thread.clone()));
        place.is_following.set(true);
        element.set_scroll_top(height);
        let divider = element.query_selector(&format!(".{DIVIDER}")).ok().flatten();
        if let Some(divider) = divider.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            let above = divider.offset_top() - NEAR;
            if above < element.scroll_top() {
                element.set_scroll_top(above);
                place.is_following.set(false);
            }
        }
    } else if place.is_following.get() {
        element.set_scroll_top(height);
    } else if is_prepended {
        element.set_scroll_top(element.scroll_top() + grown);
    }
    place.top.set(element.scroll_top());
}

/// The keys that scroll belong to the log while it has the focus, not to the player.
fn keep_keys() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if matches!(event.key().as_str(), " " | "Home" | "End" | "." | ",") {
            event.stop_propagation();
        }
    })
}

fn entries(
    thread: &ThreadView,
    on_retry: &Callback<AttrValue>,
    on_take_back: &Callback<AttrValue>,
) -> Vec<Html> {
    let mut entries = Vec::with_capacity(thread.lines.len() + 1);
    let mut before: Option<&Line> = None;
    let mut is_undivided = true;
    for line in &thread.lines {
        let is_new =
            thread.first_unread.is_some_and(|first| line.seq.is_some_and(|it| it >= first));
        let is_divided = is_undivided && is_new;
        if is_divided {
            is_undivided = false;
            entries.push(
                html! { <li key="divider" class={DIVIDER}><span>{ "New messages" }</span></li> },
            );
        }
        let speaks_on = before.is_some_and(|it| it.from == line.from && is_soon_after(line, it));
        entries.push(entry(line, speaks_on && !is_divided, on_retry, on_take_back));
        before = Some(line);
    }
    entries
}

fn is_soon_after(line: &Line, before: &Line) -> bool {
    match (line.at_ms, before.at_ms) {
        (Some(at_ms), Some(before_ms)) => at_ms < before_ms + SPEAKS_ON_MS,
        (at_ms, _) => at_ms.is_none(),
    }
}

/// A message; the name of whoever speaks on is only read aloud.
fn entry(
    line: &Line,
    speaks_on: bool,
    on_retry: &Callback<AttrValue>,
    on_take_back: &Callback<AttrValue>,
) -> Html {
    let is_refused = matches!(line.tick, Some(Tick::Refused(_)));
    let class = classes!(
        "chat-line",
        line.tick.is_some().then_some("is-own"),
        speaks_on.then_some("is-next"),
        is_refused.then_some("is-refused"),
    );
    let button = |text: &'static str, on_press: &Callback<AttrValue>| {
        let id = AttrValue::from(line.id.to_string());
        let onclick = on_press.reform(move |_: MouseEvent| id.clone());
        html! { <button type="button" class="link" {onclick}>{ text }</button> }
    };
    html! {
        <li key={format!("{}/{}", line.from, line.id)} {class} data-seq={line.seq.map(|seq| seq.to_string())}>
            <p class={classes!("chat-line-head", speaks_on.then_some("visually-hidden"))}>
                <span class="chat-line-name">
                    <Glyph sign={sign_of(&line.from)} />{ "\u{a0}" }{ line.from.to_string() }
                </span>
                if let Some(at_ms) = line.at_ms {
                    { " " }<time class="chat-line-time">{ clock(at_ms) }</time>
                }
            </p>
            <p class="chat-line-text">{ line.text.to_string() }</p>
            if let Some(tick) = line.tick {
                <span class="chat-line-foot">
                    <TickMark {tick} />
                    if is_refused {
                        { button("Send it again", on_retry) }{ button("Take it back into the field", on_take_back) }
                    }
                </span>
            }
        </li>
    }
}

/// The time of day here, in hours and minutes.
fn clock(at_ms: u64) -> String {
    let date = Date::new(&JsValue::from_f64(at_ms as f64));
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

#[derive(Properties, PartialEq)]
struct AloudProps {
    thread: Rc<ThreadView>,
    me: AttrValue,
}

/// Reads aloud what others say in the open conversation while it is open.
#[component]
fn Aloud(props: &AloudProps) -> Html {
    let AloudProps { thread, me } = props;
    let heard = use_mut_ref(|| (None::<Arc<str>>, 0_u64, String::new()));
    let mut heard = heard.borrow_mut();
    let newest = thread.lines.iter().rev().find_map(|line| line.seq).unwrap_or(0);
    if heard.0.as_ref() == Some(&thread.thread) && heard.1 > 0 {
        let since = heard.1;
        let is_news = |line: &&Line| line.seq.is_some_and(|seq| seq > since) && *line.from != **me;
        let mut news = thread.lines.iter().rev().filter(is_news);
        if let Some(last) = news.next() {
            let more = news.count();
            let first =
                if more > 0 { format!("{} new messages. ", more + 1) } else { String::new() };
            heard.2 = format!("{first}{}: {}", last.from, last.text);
        }
    } else {
        heard.2.clear();
    }
    (heard.0, heard.1) = (Some(thread.thread.clone()), newest.max(1));
    html! { <p class="visually-hidden" aria-live="polite">{ heard.2.clone() }</p> }
}
