//! What happened to the connection and to what is sent, in words, as it happens.

use super::view::{Happening, Hurt};
use js_sys::Date;
use playground_core::chat::wire::{Joined, Request, ServerInfo, ServerMessage};
use playground_core::chat::{Client, Farewell, Membership, Refusal, owner_of};
use std::rc::Rc;

/// So much is remembered.
const MOST: usize = 60;

/// The last things that happened.
#[derive(Default)]
pub struct Chronicle {
    happened: Rc<Vec<Happening>>,
    next: u64,
    /// How often the server has refused because it was too much, since the last flood began.
    refusals: u32,
    flood_at_ms: Option<f64>,
}

impl Chronicle {
    /// What happened, the newest last.
    pub fn happened(&self) -> Rc<Vec<Happening>> {
        self.happened.clone()
    }

    fn say(&mut self, text: impl Into<String>) {
        let date = Date::new_0();
        let time =
            format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds());
        let happened = Rc::make_mut(&mut self.happened);
        if happened.len() == MOST {
            happened.remove(0);
        }
        happened.push(Happening { number: self.next, time: time.into(), text: text.into().into() });
        self.next += 1;
    }

    /// The page has been opened.
    pub fn began(&mut self, unsent: usize, taken: usize) {
        if unsent > 0 {
            self.say(format!(
                "{} from before the reload, unconfirmed: sent again under the same id.",
                messages(unsent)
            ));
        }
        if taken > 0 {
            self.say(format!(
                "Taken over from a tab that is gone: {taken} unsent, messages and drafts together."
            ));
        }
    }

    /// The reader hurts the connection.
    pub fn hurt(&mut self, hurt: Hurt) {
        self.say(match hurt {
            Hurt::Cut => "You cut the connection.",
            Hurt::Offline => "You go offline for 10 seconds. What you write waits in the outbox.",
            Hurt::Slow => "The page takes nothing from the connection for 8 seconds.",
            Hurt::Flood => "You write 30 messages at once; the server allows 20, then 5 a second.",
        });
        if hurt == Hurt::Flood {
            self.refusals = 0;
            self.flood_at_ms = Some(Date::now());
        }
    }

    /// The connection is lost.
    pub fn lost(&mut self, farewell: Farewell, retry_in_ms: u64, was_open: bool) {
        let seconds = format!("{:.1} s", retry_in_ms as f64 / 1e3);
        if was_open {
            let (code, why) = (farewell.code(), farewell.reason());
            self.say(format!("The connection is gone: {why} ({code}). Next attempt in {seconds}."));
        } else {
            self.say(format!("No answer. Next attempt in {seconds}."));
        }
    }

    /// The server has said not to come back.
    pub fn ended(&mut self, farewell: Farewell) {
        self.say(format!(
            "The server ends it with code {}: {}.",
            farewell.code(),
            farewell.reason()
        ));
    }

    /// What had not been read is read.
    pub fn read_again(&mut self, count: usize) {
        self.say(format!(
            "{} had waited in the browser, in order; none is lost. The server noticed nothing: a browser reads for its \
             page. A program that lets the socket itself fill up is cut with code 4000 and resumes, as in the \
             figure about slow readers.",
            messages(count)
        ));
    }

    /// Everything of a flood is stored.
    pub fn flood_over(&mut self, count: u32) {
        let Some(began_ms) = self.flood_at_ms.take() else { return };
        let seconds = (Date::now() - began_ms) / 1e3;
        let how = match self.refusals {
            0 => "The client sends one at a time and waits until it is stored: here that was never too fast.".to_owned(),
            times => format!(
                "The server refused {times} times; each time the client waited as long as it was told and sent the same \
                 message again."
            ),
        };
        self.say(format!(
            "The flood is over: {count} messages stored in {seconds:.1} s, in order, none twice. {how}"
        ));
    }

    /// The server says something; the client has not heard it yet.
    pub fn heard(&mut self, client: &Client, message: &ServerMessage) {
        match message {
            ServerMessage::Welcome { name, session, cut, server, .. } => {
                let at = server.as_ref().map(|now| place_of(now, client.server()));
                self.say(format!(
                    "Welcome as {name}{}, session {session}.",
                    at.unwrap_or_default()
                ));
                if let Some(cut) = cut.map(Farewell::from_code) {
                    let (code, why) = (cut.code(), cut.reason());
                    self.say(format!(
                        "The server says why it cut the session before: {why} ({code})."
                    ));
                }
            }
            ServerMessage::Bus { works } if *works != client.bus_works() => {
                self.bus(client, *works)
            }
            ServerMessage::Joined(joined) => self.joined(client, joined),
            ServerMessage::Ack(ack) if ack.is_retry => {
                let said = client.outbox().iter().find(|it| it.id == ack.id);
                let text = said.map_or("a message", |it| &it.text);
                self.say(format!(
                    "“{}” had been stored already as number {}: the retry is answered and not stored again.",
                    shortened(text),
                    ack.seq
                ));
            }
            ServerMessage::Refused { reason: Refusal::RateLimited, retry_after_ms, .. } => {
                self.refusals += 1;
                if self.refusals == 1 || self.flood_at_ms.is_none() {
                    let wait_ms = retry_after_ms.unwrap_or_default();
                    self.say(format!(
                        "Refused: too many at once. The same message is sent again in {wait_ms} ms."
                    ));
                }
            }
            ServerMessage::Refused { request: Request::Hello, reason, .. } => {
                self.say(format!("The server does not let you in: {reason}."));
            }
            ServerMessage::Refused { request: Request::Join, room: Some(room), reason, .. } => {
                self.say(format!("{} cannot be joined: {reason}.", place(room)));
            }
            // That the bus is away has been said, and the client tries again by itself.
            ServerMessage::Refused {
                reason: Refusal::StoreFailed,
                retry_after_ms: Some(_),
                ..
            } if !client.bus_works() => {}
            ServerMessage::Refused {
                request: Request::Send | Request::Private, reason, ..
            } => {
                self.say(format!("A message was not taken: {reason}."));
            }
            _ => {}
        }
    }

    fn bus(&mut self, client: &Client, works: bool) {
        let engine = client.server().and_then(|it| it.bus.as_deref()).unwrap_or("the bus");
        self.say(if works {
            format!("The bus is back: {engine} answers, and what waited goes on.")
        } else {
            format!("The bus is away: the server does not reach {engine}. What you write waits in this tab.")
        });
    }

    fn joined(&mut self, client: &Client, joined: &Joined) {
        let Membership::Joining { after, .. } = client.view(&joined.room).membership else {
            return;
        };
        let (place, count) = (place(&joined.room), messages(joined.messages.len()));
        match after {
            None if owner_of(&joined.room).is_some() && joined.messages.is_empty() => {}
            None => self.say(format!("{place}: joined at number {}; the newest page has {count}.", joined.head)),
            Some(after) if joined.recovered && joined.messages.is_empty() => {
                self.say(format!("{place}: resumed behind number {}; nothing was missed.", after.seq));
            }
            Some(after) if joined.recovered => {
                let rest = if joined.more { " so far" } else { "" };
                self.say(format!("{place}: resumed behind number {}; {count} that were missed came{rest}.", after.seq));
            }
            Some(after) => self.say(format!(
                "{place}: not recovered. Position {} of epoch {} is of no use in epoch {}; here is the newest page.",
                after.seq, after.epoch, joined.epoch
            )),
        }
    }
}

/// At which server one is welcome, if it shares a bus with others; and that it is another than before.
fn place_of(now: &ServerInfo, before: Option<&ServerInfo>) -> String {
    let Some(engine) = &now.bus else { return String::new() };
    match before.filter(|before| before.name != now.name) {
        Some(before) => {
            format!(" at {} instead of {}, with {engine} behind it", now.name, before.name)
        }
        None => format!(" at {}, with {engine} behind it", now.name),
    }
}

fn place(channel: &str) -> String {
    match owner_of(channel) {
        Some(_) => "Private messages".to_owned(),
        None => format!("# {channel}"),
    }
}

fn messages(count: usize) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(30) {
        Some((at, _)) => format!("{} …", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
