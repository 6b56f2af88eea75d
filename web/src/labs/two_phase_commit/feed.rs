//! What the server tells of its real processes, put together for drawing as it comes in.

use super::traffic::SHOWN_LOST;
use crate::live::connection::{Connection, Link, Message, Purpose};
use gloo::timers::callback::Interval;
use js_sys::Date;
use playground_core::sim::{Span, Time};
use playground_core::two_phase_commit::wire::{LiveMessage, LiveView};
use playground_core::two_phase_commit::{ArrowEnd, Frame};
use std::rc::Rc;
use yew::prelude::*;

/// While somebody is in doubt, the picture is drawn again at this pace, so that the seconds count.
const TICK_MS: u32 = 100;

/// The real processes as the page has heard of them.
#[derive(Clone, PartialEq)]
pub struct Feed {
    /// How the connection stands.
    pub link: Link,
    /// The last picture, and when it was heard, in milliseconds since 1970; none before the first.
    picture: Option<(Rc<LiveView>, f64)>,
}

/// What changes a feed.
pub enum News {
    /// The connection stands otherwise.
    Link(Link),
    /// The server says something.
    Word {
        /// What.
        word: Box<LiveMessage>,
        /// When, in milliseconds since 1970.
        now_ms: f64,
    },
}

impl Reducible for Feed {
    type Action = News;

    fn reduce(mut self: Rc<Self>, news: News) -> Rc<Self> {
        let feed = Rc::make_mut(&mut self);
        match news {
            News::Link(link) => feed.link = link,
            News::Word { word, now_ms } => {
                let view = match (feed.picture.take(), *word) {
                    (Some((mut view, _)), word) => {
                        Rc::make_mut(&mut view).hear(&word);
                        Some(view)
                    }
                    (None, LiveMessage::State(state)) => Some(Rc::new(LiveView::new(&state))),
                    // What happened before the first picture is in it.
                    (None, _) => None,
                };
                feed.picture = view.map(|view| (view, now_ms));
            }
        }
        self
    }
}

impl Feed {
    /// Whether the server is heard.
    pub fn is_here(&self) -> bool {
        self.link == Link::Open && self.picture.is_some()
    }

    /// The picture; the clock in it goes on by itself while the server is heard.
    pub fn frame(&self) -> Option<Frame> {
        let (view, heard_ms) = self.picture.as_ref()?;
        let mut frame = view.frame();
        if self.is_here() {
            let elapsed_ms = (Date::now() - heard_ms).max(0.0);
            frame.now += Span::from_us((elapsed_ms * 1e3) as u64);
        }
        Some(frame)
    }
}

/// The real processes, for as long as the component lives.
#[hook]
pub fn use_feed() -> Feed {
    let feed = use_reducer(|| Feed { link: Link::Opening, picture: None });
    let update = use_force_update();
    let dispatcher = feed.dispatcher();
    use_effect_with((), move |()| {
        let for_messages = dispatcher.clone();
        let connection = Connection::open(Purpose {
            path: "/ws/two-phase-commit",
            silence_ms: None,
            on_link: Callback::from(move |link| dispatcher.dispatch(News::Link(link))),
            on_message: Callback::from(move |message| {
                // What a newer server may say besides is none of this page's business.
                if let Message::Text(text) = message
                    && let Ok(word) = serde_json::from_str(&text)
                {
                    for_messages.dispatch(News::Word { word, now_ms: Date::now() });
                }
            }),
        });
        move || drop(connection)
    });
    let is_waiting =
        feed.is_here() && feed.picture.as_ref().is_some_and(|(view, _)| is_moving(&view.frame()));
    use_effect_with(is_waiting, move |is_waiting| {
        let ticks = is_waiting.then(|| Interval::new(TICK_MS, move || update.force_update()));
        move || drop(ticks)
    });
    (*feed).clone()
}

/// Whether the picture changes although nothing happens: a doubt grows older, a loss is shown for a moment.
fn is_moving(frame: &Frame) -> bool {
    let is_fresh = |end: &(Time, ArrowEnd)| frame.now.since(end.0) < SHOWN_LOST;
    frame.nodes.iter().any(|node| !node.doubts.is_empty())
        || frame.arrows.iter().filter_map(|arrow| arrow.end.as_ref()).any(is_fresh)
}
