//! Coming and going: hello, welcome, and what each close code means.

use super::conversation::Conversation;
use super::{Client, ClientOutput};
use crate::chat::wire::{ClientMessage, VERSION};
use crate::chat::{Farewell, Limits, Retry, SessionId, names};
use crate::sim::Time;
use std::sync::Arc;

/// How the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Connection {
    /// There is none, or none yet.
    Down {
        /// How many attempts in a row have failed.
        attempt: u32,
    },
    /// It is open, and hello has been said.
    Greeting {
        /// When.
        at: Time,
        /// How often.
        tries: u32,
        /// How many attempts before this one have failed.
        attempt: u32,
    },
    /// It is open and welcome.
    Up,
    /// There is none, and there will be none until the person does something.
    Ended,
}

impl Client {
    pub(super) fn opened(&mut self, now: Time, out: &mut Vec<ClientOutput>) {
        let attempt = match self.connection {
            Connection::Down { attempt } | Connection::Greeting { attempt, .. } => attempt,
            Connection::Up | Connection::Ended => 0,
        };
        self.connection = Connection::Greeting { at: now, tries: 1, attempt };
        self.heard_at = now;
        out.push(self.hello());
    }

    pub(super) fn hello(&self) -> ClientOutput {
        ClientOutput::Send(ClientMessage::Hello {
            v: VERSION,
            name: self.name.clone(),
            secret: self.secret.clone(),
            last: self.session,
        })
    }

    pub(super) fn welcomed(
        &mut self,
        now: Time,
        name: Arc<str>,
        session: SessionId,
        cut: Option<u16>,
        limits: Limits,
        out: &mut Vec<ClientOutput>,
    ) {
        if !matches!(self.connection, Connection::Greeting { .. }) {
            return;
        }
        self.connection = Connection::Up;
        self.name = name;
        self.session = Some(session);
        self.limits = Some(limits);
        self.rejected = None;
        self.farewell = None;
        self.cut = cut.map(Farewell::from_code);
        let inbox = names::inbox_of(&self.name);
        // Whoever comes under another name has another inbox.
        self.conversations.retain(|it, _| names::owner_of(it).is_none() || *it == inbox);
        self.conversations.entry(inbox).or_default();
        let all: Vec<Arc<str>> = self.conversations.keys().cloned().collect();
        for room in all {
            self.ask_to_join(now, &room, 1, out);
        }
        out.push(ClientOutput::Save);
    }

    pub(super) fn closed(&mut self, farewell: Farewell, out: &mut Vec<ClientOutput>) {
        let attempt = match self.connection {
            Connection::Down { attempt } | Connection::Greeting { attempt, .. } => attempt + 1,
            Connection::Up => 0,
            Connection::Ended => return,
        };
        self.farewell = Some(farewell);
        self.is_bus_away = false;
        self.conversations.values_mut().for_each(Conversation::disconnected);
        for it in &mut self.outbox {
            it.disconnected();
        }
        for reading in self.readings.values_mut() {
            reading.typing.clear();
        }
        self.probed_at = None;
        let retry = farewell.retry();
        if retry == Retry::Never {
            self.connection = Connection::Ended;
        } else {
            self.connection = Connection::Down { attempt };
            out.push(ClientOutput::Connect { attempt, retry });
        }
    }

    pub(super) fn reconnect(&mut self, out: &mut Vec<ClientOutput>) {
        let is_idle = matches!(self.connection, Connection::Down { .. } | Connection::Ended);
        if is_idle && !self.name.is_empty() {
            self.connection = Connection::Down { attempt: 0 };
            out.push(ClientOutput::Connect { attempt: 0, retry: Retry::Soon });
        }
    }

    pub(super) fn rename(&mut self, name: Arc<str>, secret: Arc<str>, out: &mut Vec<ClientOutput>) {
        if (&self.name, &self.secret) == (&name, &secret) && self.rejected.is_none() {
            return;
        }
        // Ids belong to a person; positions of an inbox, too.
        (self.name, self.secret, self.session) = (name, secret, None);
        self.rejected = None;
        out.push(ClientOutput::Save);
        match self.connection {
            Connection::Down { .. } | Connection::Ended => self.reconnect(out),
            Connection::Greeting { .. } | Connection::Up => out.push(ClientOutput::Disconnect),
        }
    }
}
