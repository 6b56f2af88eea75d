//! A connection as the server has it.

use super::{Body, ChatNode, ChatServer, Event, LinkId, ServerMessage, Stream, Timer};
use crate::chat::{Farewell, Gate, SessionId};
use crate::sim::{Outbox, Time};
use std::sync::Arc;

/// A connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    pub(super) gate: Gate,
    pub(super) stream: Stream,
    /// How many packets have been read at the other end.
    pub(super) read: u32,
    /// Whether a sign of life has been asked for, and has not come.
    pub(super) is_pinged: bool,
}

impl Link {
    /// How many packets have been sent and have not been read.
    pub(super) fn unread(&self) -> u32 {
        self.stream.sent().saturating_sub(self.read)
    }
}

impl ChatServer {
    /// Sends a message to one connection.
    pub(super) fn give(
        &mut self,
        now: Time,
        id: LinkId,
        message: ServerMessage,
        out: &mut Outbox<ChatNode>,
    ) {
        if let Some(link) = self.links.get_mut(&id) {
            link.gate.observe(&message);
            if matches!(message, ServerMessage::Welcome { .. }) {
                out.cancel(Timer::Hello(id));
            }
            self.give_shared(now, id, Arc::new(message), out);
        }
    }

    /// Sends a message that others get, too; a tab that does not read is cut.
    pub(super) fn give_shared(
        &mut self,
        now: Time,
        id: LinkId,
        message: Arc<ServerMessage>,
        out: &mut Outbox<ChatNode>,
    ) {
        let Some(link) = self.links.get_mut(&id) else { return };
        if link.unread() >= self.config.queue {
            return self.cut(now, id, Farewell::Slow, out);
        }
        out.send(id.tab, link.stream.wrap(Body::ToTab(message)));
    }

    pub(super) fn link_of(&self, session: SessionId) -> Option<LinkId> {
        self.sessions.get(&session).copied()
    }

    /// Closes a connection with a code.
    pub(super) fn cut(
        &mut self,
        now: Time,
        id: LinkId,
        farewell: Farewell,
        out: &mut Outbox<ChatNode>,
    ) {
        if let Some(link) = self.links.get_mut(&id) {
            out.send(id.tab, link.stream.wrap(Body::Close(farewell.code())));
            self.drop_link(now, id, Some(farewell), out);
        }
    }

    /// A connection is gone: everybody who has to know hears of it.
    pub(super) fn drop_link(
        &mut self,
        now: Time,
        id: LinkId,
        cut: Option<Farewell>,
        out: &mut Outbox<ChatNode>,
    ) {
        let Some(link) = self.links.remove(&id) else { return };
        let session = link.gate.session();
        self.sessions.remove(&session);
        for timer in [Timer::Hello(id), Timer::Ping(id), Timer::Gap(id)] {
            out.cancel(timer);
        }
        out.report(Event::SessionEnded(session, id, cut));
        self.follow(now, id, link.gate.close(cut), out);
        // What a channel does not know of, for instance a join still to be carried out, is gone, too.
        self.entered.values_mut().for_each(|it| {
            it.remove(&session);
        });
    }
}
