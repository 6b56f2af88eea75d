//! Drives the client on the real socket: what comes in is handed to it, what it wants done is done, in order.

use super::chronicle::Chronicle;
use super::keep::{Kept, Tab, token};
use super::view::{Ask, Bus, ChatView, Hurt, Journey, Standing, Talk};
use crate::live::connection::{Again, Connection, Link, Message, Purpose};
use gloo::timers::callback::Timeout;
use js_sys::Date;
use playground_core::chat::wire::ServerMessage;
use playground_core::chat::{
    Client, ClientInput, ClientOutput, Connection as Welcome, Farewell, Patience, Retry, Tick,
    owner_of,
};
use playground_core::sim::Time;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use yew::Callback;

/// How long one is offline on purpose, in milliseconds.
const OFFLINE_MS: u32 = 10_000;
/// How long nothing is read: less than the client waits for an answer before it gives a connection up.
const SLOW_MS: u32 = 8_000;
/// How many messages a flood has: more than the server allows at once.
const FLOOD: u32 = 30;

/// What reaches a driver.
pub enum News {
    /// The connection stands otherwise.
    Link(Link),
    /// The server says something.
    Message(Box<ServerMessage>),
    /// The reader wants something.
    Ask(Ask),
    /// The client wanted to be woken.
    Tick,
    /// What hurts is over.
    Over(Hurt),
    /// The page is looked at, or not any more.
    Visible(bool),
}

/// A client, its connection and its storage.
pub struct Driver {
    client: Client,
    tab: Tab,
    /// The conversation that is open.
    open: Arc<str>,
    /// Where news goes: never handled before what is being handled now.
    inbox: Callback<News>,
    connection: Option<Connection>,
    link: Link,
    /// When the next attempt comes or the offline time ends, in milliseconds since 1970.
    until_ms: f64,
    /// The close code of the last connection.
    code: Rc<Cell<u16>>,
    wake: Option<Timeout>,
    hurting: Option<Hurt>,
    over: Option<Timeout>,
    /// What was not read, while nothing is.
    unread: Vec<ServerMessage>,
    chronicle: Chronicle,
    /// How often the field has been filled by something else than typing.
    fillings: u32,
}

impl Driver {
    /// Begins where the tab left off. `taken` tells how much of other tabs has been taken over.
    pub fn begin(tab: Tab, kept: Kept, taken: usize, inbox: Callback<News>) -> Self {
        let drafts = kept.client.drafts.clone();
        // No id of this page is ever used again, also not after a reload or in a duplicated tab.
        let ids = token()[..16].into();
        let mut driver = Driver {
            client: Client::new(kept.client, ids, Patience::REAL, None),
            tab,
            open: kept.open,
            inbox,
            connection: None,
            link: Link::Opening,
            until_ms: 0.0,
            code: Rc::default(),
            wake: None,
            hurting: None,
            over: None,
            unread: Vec::new(),
            chronicle: Chronicle::default(),
            fillings: 0,
        };
        driver.chronicle.began(driver.client.outbox().len(), taken);
        for (thread, text) in drafts {
            driver.input(ClientInput::Draft { thread, text });
        }
        driver.look(true);
        driver.input(ClientInput::Reconnect);
        driver
    }

    /// Takes one piece of news and does what follows from it.
    pub fn hear(&mut self, news: News) {
        match news {
            News::Link(link) => self.linked(link),
            News::Message(message) if self.hurting == Some(Hurt::Slow) => {
                self.unread.push(*message);
            }
            News::Message(message) => self.message(*message),
            News::Ask(ask) => self.asked(ask),
            News::Tick => self.input(ClientInput::Tick),
            News::Over(hurt) => self.over(hurt),
            News::Visible(is_visible) => self.look(is_visible),
        }
        if self.hurting == Some(Hurt::Flood) && self.client.outbox().is_empty() {
            self.over(Hurt::Flood);
        }
    }

    /// Why the server refused the name.
    pub fn rejected(&self) -> Option<String> {
        self.client.rejected().map(|reason| reason.to_string())
    }

    fn linked(&mut self, link: Link) {
        if self.hurting == Some(Hurt::Offline) {
            return;
        }
        self.link = link;
        match link {
            Link::Opening => {}
            Link::Open => self.input(ClientInput::Opened),
            Link::Waiting { retry_in_ms, .. } => {
                self.until_ms = Date::now() + retry_in_ms as f64;
                let farewell = Farewell::from_code(self.code.get());
                self.chronicle.lost(farewell, retry_in_ms, self.client.connection() == Welcome::Up);
                self.input(ClientInput::Closed(farewell));
            }
            Link::Ended { code } => {
                let farewell = Farewell::from_code(code);
                self.chronicle.ended(farewell);
                self.input(ClientInput::Closed(farewell));
            }
        }
    }

    fn message(&mut self, message: ServerMessage) {
        self.chronicle.heard(&self.client, &message);
        self.input(ClientInput::Message(message));
    }

    fn input(&mut self, input: ClientInput) {
        let mut outputs = Vec::new();
        self.client.handle(now(), input, &mut outputs);
        for output in outputs {
            self.perform(output);
        }
    }

    fn perform(&mut self, output: ClientOutput) {
        match output {
            ClientOutput::Send(message) => {
                // A message of this protocol is always JSON. What a broken connection swallows is sent again.
                if let (Some(connection), Ok(text)) =
                    (&self.connection, serde_json::to_string(&message))
                {
                    connection.send(&Message::Text(text));
                }
            }
            ClientOutput::Connect { .. } => self.connect(),
            ClientOutput::Disconnect => {
                if let Some(connection) = &self.connection {
                    self.code.set(Farewell::Silent.code());
                    connection.cut();
                }
            }
            ClientOutput::Save => self.save(),
            ClientOutput::WakeAt(at) => {
                let inbox = self.inbox.clone();
                let wait_ms = at.since(now()).as_ms_f64().ceil() as u32;
                self.wake = Some(Timeout::new(wait_ms, move || inbox.emit(News::Tick)));
            }
        }
    }

    /// Opens a connection where there is none. One that is lost comes back by itself.
    fn connect(&mut self) {
        let is_there = self.connection.is_some() && !matches!(self.link, Link::Ended { .. });
        if is_there || self.hurting == Some(Hurt::Offline) {
            return;
        }
        let (for_link, for_messages) = (self.inbox.clone(), self.inbox.clone());
        let purpose = Purpose {
            path: "/ws/chat",
            silence_ms: None,
            on_link: Callback::from(move |link| for_link.emit(News::Link(link))),
            on_message: Callback::from(move |message| {
                // What a newer server may say besides is none of this page's business.
                if let Message::Text(text) = message
                    && let Ok(message) = serde_json::from_str(&text)
                {
                    for_messages.emit(News::Message(Box::new(message)));
                }
            }),
        };
        let code = self.code.clone();
        self.connection = None;
        self.connection = Some(Connection::open_with(purpose, move |closed| {
            code.set(closed);
            match Farewell::from_code(closed).retry() {
                Retry::Soon => Again::Soon,
                Retry::Later => Again::Later,
                Retry::Never => Again::Never,
            }
        }));
    }

    fn save(&self) {
        self.tab.save(&Kept { open: self.open.clone(), client: self.client.saved() });
    }

    fn look(&mut self, is_visible: bool) {
        let thread = is_visible.then(|| self.open.clone());
        self.input(ClientInput::Look { thread });
    }

    fn open(&mut self, thread: Arc<str>) {
        self.open = thread;
        self.look(true);
        self.save();
    }

    fn asked(&mut self, ask: Ask) {
        let thread = self.open.clone();
        match ask {
            Ask::Draft(text) => {
                self.input(ClientInput::Draft { thread, text: text.as_str().into() })
            }
            Ask::Send(text) => self.input(ClientInput::Say { thread, text: text.as_str().into() }),
            Ask::Open(thread) => self.open(thread.as_str().into()),
            Ask::Join(room) => {
                let room: Arc<str> = room.as_str().into();
                self.input(ClientInput::Join { room: room.clone() });
                self.open(room);
            }
            Ask::Leave(room) => {
                self.input(ClientInput::Leave { room: room.as_str().into() });
                if let Some(first) = self.client.threads().into_iter().next() {
                    self.open(first);
                }
            }
            Ask::Older => self.input(ClientInput::Older { thread }),
            Ask::Retry(id) => self.input(ClientInput::Retry { id: id.as_str().into() }),
            Ask::TakeBack(id) => self.take_back(&id),
            Ask::Reconnect => match &self.connection {
                Some(connection) if !matches!(self.link, Link::Ended { .. }) => {
                    connection.retry_now();
                }
                _ => self.input(ClientInput::Reconnect),
            },
            Ask::Hurt(hurt) => self.hurt(hurt),
        }
    }

    /// Puts a message that was refused back into the field, behind what is there.
    fn take_back(&mut self, id: &str) {
        let Some(message) = self.client.outbox().iter().find(|it| *it.id == *id).cloned() else {
            return;
        };
        let draft = self.client.view(&message.thread).draft;
        let text = if draft.is_empty() {
            message.text
        } else {
            format!("{draft}\n{}", message.text).into()
        };
        self.input(ClientInput::Draft { thread: message.thread, text });
        self.input(ClientInput::Discard { id: message.id });
        self.fillings += 1;
    }

    fn hurt(&mut self, hurt: Hurt) {
        if self.hurting.is_some() {
            return;
        }
        self.chronicle.hurt(hurt);
        match hurt {
            Hurt::Cut => {
                if let Some(connection) = &self.connection {
                    connection.cut();
                }
            }
            Hurt::Offline => {
                self.hurting = Some(hurt);
                self.connection = None;
                self.until_ms = Date::now() + f64::from(OFFLINE_MS);
                self.ends_after(OFFLINE_MS, hurt);
                self.input(ClientInput::Closed(Farewell::Broken));
            }
            Hurt::Slow => {
                self.hurting = Some(hurt);
                self.ends_after(SLOW_MS, hurt);
            }
            Hurt::Flood => {
                self.hurting = Some(hurt);
                for number in 1..=FLOOD {
                    let text = format!("flood, {number} of {FLOOD}").into();
                    self.input(ClientInput::Say { thread: self.open.clone(), text });
                }
            }
        }
    }

    fn ends_after(&mut self, ms: u32, hurt: Hurt) {
        let inbox = self.inbox.clone();
        self.over = Some(Timeout::new(ms, move || inbox.emit(News::Over(hurt))));
    }

    fn over(&mut self, hurt: Hurt) {
        self.hurting = None;
        match hurt {
            Hurt::Cut => {}
            Hurt::Offline => self.connect(),
            Hurt::Slow => {
                let unread = std::mem::take(&mut self.unread);
                self.chronicle.read_again(unread.len());
                unread.into_iter().for_each(|message| self.message(message));
            }
            Hurt::Flood => self.chronicle.flood_over(FLOOD),
        }
    }

    fn standing(&self) -> Standing {
        match (self.hurting, self.link) {
            (Some(Hurt::Offline), _) => Standing::Offline { until_ms: self.until_ms },
            (_, Link::Opening) => Standing::Opening,
            (_, Link::Open) if self.client.connection() == Welcome::Up => Standing::Open,
            (_, Link::Open) => Standing::Opening,
            (_, Link::Waiting { attempt, .. }) => {
                Standing::Waiting { attempt, retry_at_ms: self.until_ms }
            }
            (_, Link::Ended { code }) => {
                Standing::Ended { why: Farewell::from_code(code).reason().into() }
            }
        }
    }

    /// What is drawn.
    pub fn view(&self) -> ChatView {
        let client = &self.client;
        let talk = |thread: &Arc<str>| {
            let view = client.view(thread);
            let is_waiting =
                client.outbox().iter().any(|it| it.thread == *thread && it.stored.is_none());
            Talk {
                thread: thread.to_string().into(),
                unread: view.unread,
                is_unsent: is_waiting || !view.draft.is_empty(),
                is_online: owner_of(thread).is_some() && !view.people.is_empty(),
            }
        };
        let journey = |trace: &playground_core::chat::Trace| {
            let waiting = client.outbox().iter().find(|it| it.id == trace.id);
            let tick = match waiting {
                Some(it) => match (it.refused, it.stored, it.sent_at) {
                    (Some(why), _, _) => Tick::Refused(why),
                    (_, Some(_), _) => Tick::Stored,
                    (_, _, Some(_)) => Tick::Sent,
                    _ => Tick::Waiting,
                },
                None if trace.delivered_to > 0 => Tick::Delivered(trace.delivered_to),
                None => Tick::Stored,
            };
            Journey { trace: trace.clone(), tick }
        };
        let waiting = client.outbox().iter().filter(|it| it.stored.is_none());
        ChatView {
            me: client.name().to_string().into(),
            standing: self.standing(),
            bus: Bus::of(client),
            talks: Rc::new(client.threads().iter().map(talk).collect()),
            thread: Rc::new(client.view(&self.open)),
            most_chars: client.limits().map_or(2_000, |limits| limits.text_chars as usize),
            fillings: self.fillings,
            outbox: waiting.count(),
            journeys: Rc::new(client.traces().map(journey).collect()),
            happened: self.chronicle.happened(),
            hurting: self.hurting,
        }
    }
}

/// The time of the page's own clock.
fn now() -> Time {
    let ms = gloo::utils::window().performance().map_or_else(Date::now, |it| it.now());
    Time((ms * 1e3) as u64)
}
