//! Where a message is on its way, and where it has been: stations and the stretches between them.
//!
//! A server alone keeps the order itself and has its own disk. Where servers share a bus, the bus numbers and keeps the
//! messages and tells all servers, also the one that a message came from.

use super::ticks::tick_at;
use super::view::{Bus, Journey};
use crate::components::px;
use playground_core::chat::Tick;
use yew::prelude::*;

/// A longer name is cut: the whole of it stands above the chat.
const MOST_LETTERS: usize = 12;

/// The height of the picture.
pub fn map_height(bus: Option<&Bus>) -> f64 {
    if bus.is_some() { 236.0 } else { 176.0 }
}

/// What is drawn.
pub struct Map<'a> {
    /// The newest message.
    pub last: Option<&'a Journey>,
    /// What the server shares with others; none where it is alone.
    pub bus: Option<&'a Bus>,
    /// How many messages are in the outbox.
    pub outbox: usize,
    /// Whether there is a connection.
    pub is_open: bool,
    /// How many people are in the room.
    pub people: u32,
    /// How wide the picture is.
    pub width: f64,
}

/// Text of a class, its middle or its beginning at a place.
pub fn label(class: &'static str, (x, y): (f64, f64), content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text class={format!("chat-{class}")} x={px(x)} y={px(y)}>{ content }</text> }
}

/// A station of the way: a box with a name, and below that a word more.
fn station(
    class: &'static str,
    (name, more): (AttrValue, Option<AttrValue>),
    (x, y): (f64, f64),
    (wide, high): (f64, f64),
) -> Html {
    let name_y = if more.is_some() { y - 8.0 } else { y };
    html! {
        <>
            <rect class={format!("chat-station {class}")} x={px(x - wide / 2.0)} y={px(y - high / 2.0)}
                width={px(wide)} height={px(high)} rx="6" />
            { label("station-name", (x, name_y), name) }
            if let Some(more) = more {
                { label("station-note", (x, y + 10.0), more) }
            }
        </>
    }
}

/// A stretch of the way with its number, drawn as passed or as still ahead.
fn stretch(number: usize, is_passed: bool, from: (f64, f64), to: (f64, f64)) -> Html {
    let class = if is_passed { "chat-stretch is-passed" } else { "chat-stretch" };
    let (x, y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let (bx, by) = (to.0 - dx * 7.0, to.1 - dy * 7.0);
    let head = format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        to.0,
        to.1,
        bx - dy * 3.5,
        by + dx * 3.5,
        bx + dy * 3.5,
        by - dx * 3.5
    );
    html! {
        <g {class}>
            <path class="chat-stretch-line" d={format!("M{:.1} {:.1}L{bx:.1} {by:.1}", from.0, from.1)} />
            <path class="chat-stretch-head" d={head} />
            <circle class="chat-number-ground" cx={px(x)} cy={px(y)} r="8.5" />
            { label("number", (x, y), number.to_string()) }
        </g>
    }
}

impl Map<'_> {
    /// The picture.
    pub fn html(&self) -> Html {
        match self.bus {
            Some(bus) => self.shared(bus),
            None => self.alone(),
        }
    }

    fn is_sent(&self) -> bool {
        self.last.is_some_and(|it| it.trace.sent_at.is_some())
    }

    fn is_acked(&self) -> bool {
        self.last.is_some_and(|it| it.trace.acknowledged_at.is_some())
    }

    fn tab_class(&self) -> &'static str {
        if self.is_open { "is-open" } else { "is-cut" }
    }

    fn waiting(&self) -> String {
        match self.outbox {
            0 => "outbox empty".to_owned(),
            count => format!("{count} in the outbox"),
        }
    }

    fn people(&self) -> String {
        match self.people {
            0 | 1 => "only you".to_owned(),
            count => format!("{count} people"),
        }
    }

    /// One server, which does everything.
    fn alone(&self) -> Html {
        let tab = (52.0, 92.0);
        let server = (self.width * 0.5, 92.0);
        let store = (self.width - 54.0, 36.0);
        let crowd = (self.width - 54.0, 148.0);
        let (is_sent, is_acked) = (self.is_sent(), self.is_acked());
        let place = |tick: Tick| match tick {
            Tick::Waiting | Tick::Refused(_) => (tab.0, tab.1 - 36.0),
            Tick::Sent => ((tab.0 + server.0) / 2.0, tab.1 - 30.0),
            Tick::Stored => (store.0, store.1 - 28.0),
            Tick::Delivered(_) => (crowd.0, crowd.1 + 28.0),
        };
        let named = |name: &'static str| (AttrValue::from(name), None);
        html! {
            <>
                { stretch(1, is_sent, (tab.0 + 46.0, 82.0), (server.0 - 44.0, 82.0)) }
                { stretch(2, is_acked, (server.0 + 30.0, 70.0), (store.0 - 50.0, store.1 + 8.0)) }
                { stretch(3, is_acked, (server.0 + 30.0, 114.0), (crowd.0 - 50.0, crowd.1 - 8.0)) }
                { stretch(4, is_acked, (server.0 - 44.0, 104.0), (tab.0 + 46.0, 104.0)) }
                { station(self.tab_class(), named("this tab"), tab, (88.0, 44.0)) }
                { station("", named("server"), server, (84.0, 44.0)) }
                { station("is-store", named("store"), store, (96.0, 36.0)) }
                { station("is-crowd", named("everybody"), crowd, (96.0, 36.0)) }
                { label("station-note", (tab.0, tab.1 + 36.0), self.waiting()) }
                { label("station-note", (crowd.0, crowd.1 - 27.0), self.people()) }
                if !self.is_open {
                    { label("station-note is-bad", (server.0, tab.1 + 36.0), "no connection") }
                }
                { self.tick(place) }
            </>
        }
    }

    /// A server with others on a bus: it hears of its own messages as the others do.
    fn shared(&self, bus: &Bus) -> Html {
        let (upper, lower) = (88.0, 190.0);
        let wide = if self.width < 340.0 { 84.0 } else { 96.0 };
        let half = wide / 2.0;
        let tab = (half + 2.0, upper);
        let server = (self.width * 0.5, upper);
        let engine = (self.width - half - 2.0, upper);
        let (crowd, others) = ((server.0, lower), (engine.0, lower));
        let (is_sent, is_acked) = (self.is_sent(), self.is_acked());
        let place = |tick: Tick| match tick {
            Tick::Waiting | Tick::Refused(_) => (tab.0, upper - 36.0),
            Tick::Sent => ((tab.0 + server.0) / 2.0, upper - 30.0),
            Tick::Stored => (engine.0, upper - 36.0),
            Tick::Delivered(_) => (crowd.0, lower + 34.0),
        };
        let trouble = match (self.is_open, bus.works) {
            (false, _) => Some("no connection"),
            (true, false) => Some("the bus is away: messages wait here"),
            (true, true) => None,
        };
        let (right, left) = (upper - 10.0, upper + 12.0);
        let (name, engine_name) = (shortened(&bus.server), shortened(&bus.engine));
        let bus_class = if bus.works { "is-store" } else { "is-cut" };
        let two = |name: AttrValue, more: AttrValue| (name, Some(more));
        html! {
            <>
                { stretch(1, is_sent, (tab.0 + half + 2.0, right), (server.0 - half - 2.0, right)) }
                { stretch(2, is_acked, (server.0 + half + 2.0, right), (engine.0 - half - 2.0, right)) }
                { stretch(3, is_acked, (engine.0 - half - 2.0, left), (server.0 + half + 2.0, left)) }
                { stretch(3, is_acked, (engine.0, upper + 24.0), (engine.0, lower - 24.0)) }
                { stretch(4, is_acked, (server.0, upper + 24.0), (server.0, lower - 24.0)) }
                { stretch(4, is_acked, (others.0 - half - 2.0, lower), (crowd.0 + half + 2.0, lower)) }
                { stretch(5, is_acked, (server.0 - half - 2.0, left), (tab.0 + half + 2.0, left)) }
                { station(self.tab_class(), ("this tab".into(), None), tab, (wide, 44.0)) }
                { station("", two(name, "your server".into()), server, (wide, 44.0)) }
                { station(bus_class, two("bus".into(), engine_name), engine, (wide, 44.0)) }
                { station("", two("servers".into(), "the others".into()), others, (wide, 44.0)) }
                { station("is-crowd", two("everybody".into(), self.people().into()), crowd, (wide, 44.0)) }
                { label("station-note", (tab.0, upper + 36.0), self.waiting()) }
                if let Some(trouble) = trouble {
                    { label("station-note is-bad is-first", (2.0, 14.0), trouble) }
                }
                { self.tick(place) }
            </>
        }
    }

    fn tick(&self, place: impl Fn(Tick) -> (f64, f64)) -> Html {
        self.last.map(|it| tick_at(it.tick, place(it.tick), 1.0)).unwrap_or_default()
    }
}

/// A name in a box.
fn shortened(name: &AttrValue) -> AttrValue {
    match name.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", &name[..at]).into(),
        None => name.clone(),
    }
}
