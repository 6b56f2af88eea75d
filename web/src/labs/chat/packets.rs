//! What travels between a tab and the server: a name, a shape and a colour for each kind.

use playground_core::chat::wire::{ClientMessage, ServerMessage};
use playground_core::chat::{Body, owner_of};

/// What a packet is at a glance: its colour and the shape before its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It opens, keeps or ends the connection.
    Line,
    /// It says who one is, or where one was.
    Coming,
    /// It carries something that somebody has said.
    Said,
    /// It confirms something.
    Confirmed,
    /// It says no.
    Refused,
    /// It tells who is there or typing.
    Presence,
}

impl Tone {
    /// Its class.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Line => "is-line",
            Tone::Coming => "is-coming",
            Tone::Said => "is-said",
            Tone::Confirmed => "is-confirmed",
            Tone::Refused => "is-refused",
            Tone::Presence => "is-presence",
        }
    }

    /// Its shape, within a circle of radius 1.
    pub fn shape(self) -> &'static str {
        match self {
            Tone::Line => "M-1 0H1M-.4-.6L-1 0L-.4 .6M.4-.6L1 0L.4 .6",
            Tone::Coming => "M-.9-.9V.9M-.5 0H.9M.3-.6L.9 0L.3 .6",
            Tone::Said => "M-1-.8H1V.45H-.1L-.6 1V.45H-1Z",
            Tone::Confirmed => "M-.9 .1L-.3 .7L.9-.7",
            Tone::Refused => "M-.8-.8L.8 .8M.8-.8L-.8 .8",
            Tone::Presence => "M0-1A.5.5 0 1 1 0 0A.5.5 0 1 1 0-1ZM-.9 1A.9.8 0 0 1 .9 1Z",
        }
    }
}

/// What a packet is.
pub fn tone(body: &Body) -> Tone {
    match body {
        Body::Open | Body::Opened | Body::Read(_) | Body::Ping | Body::Pong(_) => Tone::Line,
        Body::Close(_) | Body::Reset => Tone::Refused,
        Body::ToServer(message) => match message {
            ClientMessage::Hello { .. }
            | ClientMessage::Join { .. }
            | ClientMessage::Leave { .. } => Tone::Coming,
            ClientMessage::Send { .. } | ClientMessage::Private { .. } => Tone::Said,
            ClientMessage::Received { .. } => Tone::Confirmed,
            _ => Tone::Presence,
        },
        Body::ToTab(message) => match &**message {
            ServerMessage::Welcome { .. } | ServerMessage::Joined(_) => Tone::Coming,
            ServerMessage::Messages(_) | ServerMessage::History { .. } => Tone::Said,
            ServerMessage::Ack(_) | ServerMessage::Delivered { .. } => Tone::Confirmed,
            ServerMessage::Refused { .. } => Tone::Refused,
            _ => Tone::Presence,
        },
    }
}

/// A packet's name in the picture: short.
pub fn packet_name(body: &Body) -> String {
    match body {
        Body::Open => "connect".to_owned(),
        Body::Opened => "connected".to_owned(),
        Body::ToServer(message) => to_server(message),
        Body::ToTab(message) => to_tab(message),
        Body::Read(_) => "has read".to_owned(),
        Body::Ping => "ping".to_owned(),
        Body::Pong(_) => "pong".to_owned(),
        Body::Close(code) => format!("close {code}"),
        Body::Reset => "unknown".to_owned(),
    }
}

fn to_server(message: &ClientMessage) -> String {
    match message {
        ClientMessage::Hello { .. } => "hello".to_owned(),
        ClientMessage::Join { room, after: Some(after) } => match owner_of(room) {
            Some(_) => "resume inbox".to_owned(),
            None => format!("resume after {}", after.seq),
        },
        ClientMessage::Join { room, after: None } => match owner_of(room) {
            Some(_) => "open inbox".to_owned(),
            None => "join".to_owned(),
        },
        ClientMessage::Leave { .. } => "leave".to_owned(),
        ClientMessage::Send { text, .. } => quoted(text),
        ClientMessage::Private { to, text, .. } => format!("{to}: {}", quoted(text)),
        ClientMessage::Typing { .. } => "typing".to_owned(),
        ClientMessage::History { before, .. } => format!("before {before}?"),
        ClientMessage::Received { seq, .. } => format!("has {seq}"),
        ClientMessage::Rooms | ClientMessage::Unknown => "alive?".to_owned(),
    }
}

fn to_tab(message: &ServerMessage) -> String {
    match message {
        ServerMessage::Welcome { .. } => "welcome".to_owned(),
        ServerMessage::Joined(joined) if owner_of(&joined.room).is_some() => "inbox".to_owned(),
        ServerMessage::Joined(joined) => match joined.messages.len() {
            0 => "joined".to_owned(),
            count if joined.recovered => format!("joined + {count}"),
            count => format!("newest {count}"),
        },
        ServerMessage::Messages(run) => match run.iter().last() {
            Some(last) if last.to.is_none() => format!("{}: {}", last.seq, quoted(&last.text)),
            _ => "private".to_owned(),
        },
        ServerMessage::Ack(ack) if ack.is_retry => format!("known: {}", ack.seq),
        ServerMessage::Ack(ack) => format!("ack {}", ack.seq),
        ServerMessage::Refused { .. } => "refused".to_owned(),
        ServerMessage::Presence { name, online, .. } => {
            format!("{name} {}", if *online { "came" } else { "left" })
        }
        ServerMessage::People { .. } => "people".to_owned(),
        ServerMessage::Typing { name, .. } => format!("{name} types"),
        ServerMessage::Delivered { seq, by, .. } => format!("{seq} is at {by}"),
        ServerMessage::History { messages, .. } => format!("{} older", messages.len()),
        ServerMessage::Bus { works: true } => "bus is back".to_owned(),
        ServerMessage::Bus { works: false } => "bus is away".to_owned(),
        ServerMessage::Rooms { .. } | ServerMessage::Unknown => "alive".to_owned(),
    }
}

/// A text within quotation marks, cut after a few letters.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(9) {
        Some((at, _)) => format!("“{}…”", text[..at].trim_end()),
        None => format!("“{text}”"),
    }
}

/// What a packet is, in a sentence's half: for its menu and for those who cannot see it.
pub fn packet_words(body: &Body) -> String {
    match body {
        Body::Open => "a request for a connection".to_owned(),
        Body::Opened => "the connection is open".to_owned(),
        Body::ToServer(message) => match message {
            ClientMessage::Hello { name, .. } => format!("hello, from {name}"),
            ClientMessage::Join { room, after: Some(after) } => {
                format!("resume {room} behind number {}", after.seq)
            }
            ClientMessage::Join { room, after: None } => format!("join {room}"),
            ClientMessage::Send { text, id, .. } => format!("say “{text}”, id {id}"),
            ClientMessage::Private { to, text, id, .. } => {
                format!("say “{text}” to {to} alone, id {id}")
            }
            ClientMessage::Received { room, seq } => {
                format!("everything in {room} up to number {seq} has arrived")
            }
            other => to_server(other),
        },
        Body::ToTab(message) => match &**message {
            ServerMessage::Joined(joined) => format!(
                "you are in {}, {} with it{}",
                joined.room,
                match joined.messages.len() {
                    1 => "1 message".to_owned(),
                    count => format!("{count} messages"),
                },
                if joined.recovered { ", nothing is missing" } else { "" }
            ),
            ServerMessage::Messages(run) => {
                let each = run.iter().map(|it| {
                    format!("number {} in {}: {} says “{}”", it.seq, it.room, it.from, it.text)
                });
                each.collect::<Vec<_>>().join("; ")
            }
            ServerMessage::Ack(ack) if ack.is_retry => {
                format!("id {} was stored before, as number {}", ack.id, ack.seq)
            }
            ServerMessage::Ack(ack) => format!("id {} is stored, as number {}", ack.id, ack.seq),
            ServerMessage::Refused { reason, .. } => format!("refused: {reason}"),
            ServerMessage::Delivered { seq, by, .. } => format!("number {seq} has arrived at {by}"),
            other => to_tab(other),
        },
        other => packet_name(other),
    }
}
