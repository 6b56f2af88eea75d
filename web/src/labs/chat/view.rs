//! What is drawn of the real chat, and what its reader can ask for: plain data.

use playground_core::chat::{Client, ThreadView, Tick, Trace};
use std::rc::Rc;
use yew::AttrValue;

/// A conversation in the list of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    /// Its name: a room, or a person after an `@`.
    pub thread: AttrValue,
    /// How many messages of others have not been seen.
    pub unread: u32,
    /// Whether something typed there waits to be sent.
    pub is_unsent: bool,
    /// For a person: whether they are online.
    pub is_online: bool,
}

/// The way of a message so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// What has been measured.
    pub trace: Trace,
    /// How far it has come.
    pub tick: Tick,
}

/// Something that happened to the connection or to what is sent, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Its number.
    pub number: u64,
    /// When, as hours, minutes and seconds.
    pub time: AttrValue,
    /// What.
    pub text: AttrValue,
}

/// What the server shares with others: the bus that numbers, keeps and passes on the messages of all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bus {
    /// The server's name.
    pub server: AttrValue,
    /// What the bus is: a program and its version.
    pub engine: AttrValue,
    /// Whether the server reaches it.
    pub works: bool,
}

impl Bus {
    /// What the server has said of it.
    pub fn of(client: &Client) -> Option<Self> {
        let server = client.server()?;
        let engine = server.bus.as_ref()?;
        Some(Bus {
            server: server.name.to_string().into(),
            engine: engine.to_string().into(),
            works: client.bus_works(),
        })
    }
}

/// How a real chat stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatView {
    /// The reader's name.
    pub me: AttrValue,
    /// How the connection stands.
    pub standing: Standing,
    /// What the server shares with others; none where it is alone.
    pub bus: Option<Bus>,
    /// The conversations, rooms first.
    pub talks: Rc<Vec<Talk>>,
    /// The one that is open.
    pub thread: Rc<ThreadView>,
    /// The longest text, in characters.
    pub most_chars: usize,
    /// How often the field has been filled by something else than typing.
    pub fillings: u32,
    /// How many messages wait to be stored, in all conversations.
    pub outbox: usize,
    /// The newest messages sent from here, the newest last.
    pub journeys: Rc<Vec<Journey>>,
    /// What has happened, the newest last.
    pub happened: Rc<Vec<Happening>>,
    /// Which of the things that hurt is going on.
    pub hurting: Option<Hurt>,
}

/// How the connection stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It is being opened.
    Opening,
    /// It is open, and messages go through.
    Open,
    /// It is lost; the next attempt comes by itself.
    Waiting {
        /// How many attempts have failed in a row.
        attempt: u32,
        /// When the next one comes, in milliseconds since 1970.
        retry_at_ms: f64,
    },
    /// There is none on purpose.
    Offline {
        /// Until when, in milliseconds since 1970.
        until_ms: f64,
    },
    /// The server has said not to come back.
    Ended {
        /// Why.
        why: AttrValue,
    },
}

/// What can be done to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurt {
    /// Break it.
    Cut,
    /// Do without for ten seconds.
    Offline,
    /// Read nothing for eight seconds.
    Slow,
    /// Send more than is allowed.
    Flood,
}

impl Hurt {
    /// All of them.
    pub const ALL: [Hurt; 4] = [Hurt::Cut, Hurt::Offline, Hurt::Slow, Hurt::Flood];

    /// On a button.
    pub fn label(self) -> &'static str {
        match self {
            Hurt::Cut => "Cut my connection",
            Hurt::Offline => "Go offline for 10 s",
            Hurt::Slow => "Read nothing for 8 s",
            Hurt::Flood => "Flood the room",
        }
    }
}

/// What the reader asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Keep what is being typed.
    Draft(AttrValue),
    /// Send this.
    Send(AttrValue),
    /// Open a conversation: a room that is joined, or a person after an `@`.
    Open(AttrValue),
    /// Join a room, and open it.
    Join(AttrValue),
    /// Leave a room.
    Leave(AttrValue),
    /// Load older messages.
    Older,
    /// Send a message that was refused once more.
    Retry(AttrValue),
    /// Take a message that was refused back into the field.
    TakeBack(AttrValue),
    /// Connect again at once.
    Reconnect,
    /// Hurt the connection.
    Hurt(Hurt),
}
