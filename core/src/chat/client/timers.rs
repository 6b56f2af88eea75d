//! Everything a client does because time has passed.

use super::conversation::Membership;
use super::{Client, ClientOutput, Connection};
use crate::chat::names;
use crate::chat::wire::ClientMessage;
use crate::sim::{Span, Time};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long after something was seen that is saved.
const SAVE_AFTER: Span = Span::from_ms(1_000);

impl Client {
    /// Does what is due.
    pub(super) fn due(&mut self, now: Time, out: &mut Vec<ClientOutput>) {
        for reading in self.readings.values_mut() {
            reading.typing.retain(|_, at| *at + self.patience.typing_for > now);
        }
        if self.unsaved_since.is_some_and(|at| at + SAVE_AFTER <= now) {
            self.unsaved_since = None;
            out.push(ClientOutput::Save);
        }
        let is_late = |at: Time| at + self.patience.answer <= now;
        match self.connection {
            Connection::Down { .. } | Connection::Ended => return,
            Connection::Greeting { at, tries, attempt } => {
                if is_late(at) && tries >= self.patience.tries {
                    out.push(ClientOutput::Disconnect);
                } else if is_late(at) {
                    self.connection = Connection::Greeting { at: now, tries: tries + 1, attempt };
                    out.push(self.hello());
                }
                return;
            }
            Connection::Up => {}
        }
        let is_silent = match self.probed_at {
            Some(at) => is_late(at),
            None => false,
        };
        if is_silent || self.ask_again(now, out) {
            // Asked for once: what happens next is that the caller says `Closed`.
            self.probed_at = None;
            self.heard_at = now;
            return out.push(ClientOutput::Disconnect);
        }
        if self.probed_at.is_none() && self.heard_at + self.patience.idle <= now {
            self.probed_at = Some(now);
            out.push(ClientOutput::Send(ClientMessage::Rooms));
            // The list of rooms says how far they are; of the inbox only this does.
            let inbox = names::inbox_of(&self.name);
            if self.conversations.get(&inbox).is_some_and(|it| it.membership == Membership::Joined)
            {
                self.ask_to_join(now, &inbox, 1, out);
            }
        }
        self.pump(now, out);
        self.confirm(now, out);
    }

    /// Asks again for what was not answered; true if that has been done often enough.
    fn ask_again(&mut self, now: Time, out: &mut Vec<ClientOutput>) -> bool {
        let (answer, most) = (self.patience.answer, self.patience.tries);
        let rooms: Vec<Arc<str>> = self.conversations.keys().cloned().collect();
        for room in rooms {
            let Some(it) = self.conversations.get_mut(&room) else { continue };
            if it.loading.is_some_and(|(_, at)| at + answer <= now) {
                it.loading = None;
            }
            match it.membership {
                Membership::Joining { at, tries, .. } if at + answer <= now => {
                    if tries >= most {
                        return true;
                    }
                    self.ask_to_join(now, &room, tries + 1, out);
                }
                Membership::Refused(_, Some(at)) if at <= now => {
                    self.ask_to_join(now, &room, 1, out);
                }
                _ => {}
            }
        }
        let inbox = names::inbox_of(&self.name);
        for place in 0..self.outbox.len() {
            let it = &self.outbox[place];
            let is_late = it.is_open() && it.sent_at.is_some_and(|at| at + answer <= now);
            if !is_late {
                continue;
            }
            let (tries, channel) = (it.tries, it.channel(&inbox));
            let membership = self.conversations.get(&channel).map(|it| it.membership);
            if membership != Some(Membership::Joined) {
                // It is sent again once the channel is joined again.
                self.outbox[place].disconnected();
            } else if tries >= most {
                return true;
            } else {
                self.send(now, place, &channel, out);
            }
        }
        false
    }

    /// Tells the server what has arrived, now and then; not in a crowd, where nobody counts.
    fn confirm(&mut self, now: Time, out: &mut Vec<ClientOutput>) {
        let most = self.limits.as_ref().map_or(0, |it| it.people_named);
        for (room, it) in &mut self.conversations {
            let Some(position) = it.position else { continue };
            let is_due =
                it.received.1 == Time::ZERO || it.received.1 + self.patience.received_every <= now;
            let is_news = it.last_foreign > it.received.0 && it.membership == Membership::Joined;
            if is_news && is_due && it.count <= most {
                it.received = (position.seq, now);
                let (room, seq) = (room.clone(), position.seq);
                out.push(ClientOutput::Send(ClientMessage::Received { room, seq }));
            }
        }
    }

    /// When something will be due next.
    pub(super) fn next_wake(&self, now: Time) -> Option<Time> {
        let patience = &self.patience;
        let mut next: Option<Time> = None;
        let mut at = |time: Time| next = Some(next.map_or(time, |it| it.min(time)));
        for since in self.readings.values().flat_map(|it| it.typing.values()) {
            at(*since + patience.typing_for);
        }
        if let Some(since) = self.unsaved_since {
            at(since + SAVE_AFTER);
        }
        match self.connection {
            Connection::Down { .. } | Connection::Ended => return next,
            Connection::Greeting { at: since, .. } => {
                at(since + patience.answer);
                return next;
            }
            Connection::Up => {}
        }
        match self.probed_at {
            Some(since) => at(since + patience.answer),
            None => at(self.heard_at + patience.idle),
        }
        let most = self.limits.as_ref().map_or(0, |it| it.people_named);
        for it in self.conversations.values() {
            match it.membership {
                Membership::Joining { at: since, .. } => at(since + patience.answer),
                Membership::Refused(_, Some(again)) => at(again),
                Membership::Joined if it.last_foreign > it.received.0 && it.count <= most => {
                    at(it.received.1 + patience.received_every);
                }
                _ => {}
            }
            if let Some((_, since)) = it.loading {
                at(since + patience.answer);
            }
        }
        let inbox = names::inbox_of(&self.name);
        let mut busy = BTreeSet::new();
        for it in self.outbox.iter().filter(|it| it.is_open()) {
            if !busy.insert(it.channel(&inbox)) {
                continue;
            }
            match it.sent_at {
                Some(since) => at(since + patience.answer),
                None if it.not_before > now => at(it.not_before),
                None => {}
            }
        }
        next
    }
}
