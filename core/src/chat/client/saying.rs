//! Saying something: into the outbox, onto the connection, and again until it is known to be stored.

use super::conversation::Membership;
use super::trace::{MOST_TRACES, Trace};
use super::{Client, ClientOutput, Connection, Outgoing};
use crate::chat::wire::Request;
use crate::chat::{Refusal, names};
use crate::sim::Time;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Client {
    pub(super) fn say(
        &mut self,
        now: Time,
        thread: Arc<str>,
        text: Arc<str>,
        out: &mut Vec<ClientOutput>,
    ) {
        let is_private = names::owner_of(&thread).is_some();
        if text.trim().is_empty() || !(is_private || self.conversations.contains_key(&thread)) {
            return;
        }
        let id = self.new_id();
        self.drafts.remove(&thread);
        if let Some(reading) = self.readings.get_mut(&thread) {
            reading.typed_at = None;
        }
        self.follow(Trace::new(id.clone(), thread.clone(), text.clone(), now));
        self.outbox.push(Outgoing::new(id, thread, text));
        // It must be safe before it is sent, or a reload in between would send it under two ids.
        out.push(ClientOutput::Save);
        self.pump(now, out);
    }

    fn new_id(&mut self) -> Arc<str> {
        let id = format!("{}-{}", self.tab, self.next_id);
        self.next_id += 1;
        id.into()
    }

    fn follow(&mut self, trace: Trace) {
        if self.traces.len() == MOST_TRACES {
            self.traces.pop_front();
        }
        self.traces.push_back(trace);
    }

    pub(super) fn trace(&mut self, id: &str) -> Option<&mut Trace> {
        self.traces.iter_mut().rev().find(|it| *it.id == *id)
    }

    /// Sends of each channel that is joined the first message that is not stored, unless that one is
    /// under way or has to wait.
    pub(super) fn pump(&mut self, now: Time, out: &mut Vec<ClientOutput>) {
        if self.connection != Connection::Up {
            return;
        }
        let inbox = names::inbox_of(&self.name);
        let mut busy = BTreeSet::new();
        for place in 0..self.outbox.len() {
            let it = &self.outbox[place];
            let channel = it.channel(&inbox);
            if !it.is_open() || !busy.insert(channel.clone()) {
                continue;
            }
            if it.sent_at.is_none() && it.not_before <= now {
                self.send(now, place, &channel, out);
            }
        }
    }

    /// Sends a message of the outbox, if its channel is joined.
    pub(super) fn send(
        &mut self,
        now: Time,
        place: usize,
        channel: &str,
        out: &mut Vec<ClientOutput>,
    ) {
        let Some(conversation) = self.conversations.get(channel) else { return };
        if conversation.membership != Membership::Joined {
            return;
        }
        let Some(it) = self.outbox.get_mut(place) else { return };
        if it.since.is_none() {
            it.since = conversation.position;
            // If this is lost, the next attempt may know a later position, and a double would be
            // possible should the first attempt be very old by then.
            out.push(ClientOutput::Save);
        }
        it.sent_at = Some(now);
        it.tries += 1;
        out.push(ClientOutput::Send(it.message()));
        let (id, thread, text) = (it.id.clone(), it.thread.clone(), it.text.clone());
        if self.trace(&id).is_none() {
            self.follow(Trace::new(id.clone(), thread, text, now));
        }
        if let Some(trace) = self.trace(&id) {
            trace.first_sent_at.get_or_insert(now);
            trace.sent_at = Some(now);
            trace.sends += 1;
        }
    }

    pub(super) fn retry(&mut self, now: Time, id: &str, out: &mut Vec<ClientOutput>) {
        let Some(place) = self.outbox.iter().position(|it| *it.id == *id && it.refused.is_some())
        else {
            return;
        };
        let Outgoing { thread, text, .. } = self.outbox.remove(place);
        self.say(now, thread, text, out);
    }

    pub(super) fn refused(
        &mut self,
        now: Time,
        request: Request,
        room: Option<Arc<str>>,
        id: Option<Arc<str>>,
        (reason, again): (Refusal, Option<Time>),
        out: &mut Vec<ClientOutput>,
    ) {
        match request {
            Request::Hello => {
                if matches!(self.connection, Connection::Greeting { .. }) {
                    self.rejected = Some(reason);
                }
            }
            _ if reason == Refusal::HelloFirst => out.push(ClientOutput::Disconnect),
            Request::Join => {
                let it = room.and_then(|it| self.conversations.get_mut(&it));
                if let Some(it) =
                    it.filter(|it| matches!(it.membership, Membership::Joining { .. }))
                {
                    it.membership = Membership::Refused(reason, again);
                }
            }
            Request::Send | Request::Private => {
                if let Some(id) = id {
                    self.not_taken(now, &id, reason, again, out);
                }
            }
            Request::History => {
                if let Some(it) = room.and_then(|it| self.conversations.get_mut(&it)) {
                    it.loading = None;
                }
            }
            _ => {}
        }
    }

    fn not_taken(
        &mut self,
        now: Time,
        id: &str,
        reason: Refusal,
        again: Option<Time>,
        out: &mut Vec<ClientOutput>,
    ) {
        let inbox = names::inbox_of(&self.name);
        let found = self.outbox.iter_mut().find(|it| *it.id == *id && it.is_open());
        let Some(it) = found else { return };
        it.sent_at = None;
        it.tries = 0;
        match (reason, again) {
            (_, Some(again)) => it.not_before = again,
            (Refusal::NotJoined, None) => {
                let channel = it.channel(&inbox);
                self.ask_to_join(now, &channel, 1, out);
            }
            (reason, None) => {
                it.refused = Some(reason);
                out.push(ClientOutput::Save);
                self.pump(now, out);
            }
        }
    }
}
