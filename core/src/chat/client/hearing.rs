//! Hearing a channel: exactly the next message, or what is missing is asked for.

use super::conversation::{Conversation, Membership, Verdict};
use super::{Client, ClientOutput, Connection};
use crate::chat::wire::{Ack, ClientMessage, Joined, Message, Position, RoomInfo};
use crate::chat::{Without, names};
use crate::sim::Time;
use std::sync::Arc;

impl Client {
    pub(super) fn join(&mut self, now: Time, room: Arc<str>, out: &mut Vec<ClientOutput>) {
        if names::owner_of(&room).is_some() {
            return;
        }
        let it = self.conversations.entry(room.clone()).or_default();
        if matches!(it.membership, Membership::Away | Membership::Refused(..)) {
            self.ask_to_join(now, &room, 1, out);
        }
        out.push(ClientOutput::Save);
    }

    pub(super) fn leave(&mut self, room: Arc<str>, out: &mut Vec<ClientOutput>) {
        if names::owner_of(&room).is_some() || self.conversations.remove(&room).is_none() {
            return;
        }
        self.readings.remove(&room);
        self.drafts.remove(&room);
        self.outbox.retain(|it| it.thread != room);
        self.request(ClientMessage::Leave { room }, out);
        out.push(ClientOutput::Save);
    }

    /// Asks for everything behind the position, and to hear what comes.
    pub(super) fn ask_to_join(
        &mut self,
        now: Time,
        room: &Arc<str>,
        tries: u32,
        out: &mut Vec<ClientOutput>,
    ) {
        let without = self.without;
        let is_up = self.connection == Connection::Up;
        let Some(it) = self.conversations.get_mut(room) else { return };
        if !is_up {
            return;
        }
        let after = match without {
            // Who does not know numbers cannot say how far it has read.
            Some(Without::Resume | Without::SequenceNumbers) => None,
            _ => it.position,
        };
        it.membership = Membership::Joining { after, at: now, tries };
        out.push(ClientOutput::Send(ClientMessage::Join { room: room.clone(), after }));
    }

    pub(super) fn joined(&mut self, now: Time, joined: Joined, out: &mut Vec<ClientOutput>) {
        let without = self.without;
        let Some(it) = self.conversations.get_mut(&joined.room) else { return };
        // The answer to a question that was asked twice may come twice.
        let Membership::Joining { after, .. } = it.membership else { return };
        let Joined { room, epoch, head, recovered, more, .. } = joined.clone();
        let is_first = it.position.is_none();
        let takes_page = match without {
            None | Some(Without::Idempotency) => true,
            Some(Without::SequenceNumbers) => true,
            // What was missed is not asked for, and not taken.
            Some(Without::Resume) => is_first,
        };
        let keeps = recovered || matches!(without, Some(Without::SequenceNumbers));
        if takes_page && !keeps {
            if after.is_some() {
                it.resets += 1;
            }
            it.reset(&joined);
            self.forget_unread(&room);
        } else if is_first {
            it.has_older = joined.has_older;
        }
        let floor = self.floor(&room, epoch, if is_first { head } else { 0 });
        if takes_page {
            if !recovered {
                self.count_unseen(&room, &joined, floor);
            }
            for message in joined.messages {
                self.take_if_next(now, message, epoch, floor, recovered);
            }
        }
        if more {
            return self.ask_to_join(now, &room, 1, out);
        }
        let Some(it) = self.conversations.get_mut(&room) else { return };
        if it.position.is_none() || !takes_page {
            it.position = Some(Position { epoch, seq: head });
        }
        it.membership = Membership::Joined;
        (it.people, it.count) = (joined.people, joined.count);
        self.mark(&room, epoch);
        self.settle(&room);
        self.pump(now, out);
        out.push(ClientOutput::Save);
    }

    /// Up to where nothing of a channel counts as new.
    fn floor(&self, room: &str, epoch: u64, first_time: u64) -> u64 {
        match self.readings.get(room).and_then(|it| it.seen) {
            Some(seen) if seen.epoch == epoch => seen.seq,
            Some(_) => 0,
            None => first_time,
        }
    }

    /// The unread messages of a channel are about to be counted anew.
    fn forget_unread(&mut self, room: &str) {
        let is_inbox = names::owner_of(room).is_some();
        for (thread, reading) in &mut self.readings {
            if names::owner_of(thread).is_some() == is_inbox && (is_inbox || **thread == *room) {
                reading.unread = 0;
                reading.first_unread = None;
            }
        }
    }

    /// Counts what is new in a room and older than the newest page.
    fn count_unseen(&mut self, room: &Arc<str>, joined: &Joined, floor: u64) {
        let first = joined.messages.first().map_or(joined.head + 1, |it| it.seq);
        let hidden = (first - 1).saturating_sub(floor) as u32;
        let is_seen = self.looking.as_ref() == Some(room);
        if hidden > 0 && names::owner_of(room).is_none() && !is_seen {
            let reading = self.readings.entry(room.clone()).or_default();
            reading.unread = hidden;
            reading.first_unread = Some(first);
        }
    }

    /// Remembers how far the channel has come, for what counts as new after a reload.
    fn mark(&mut self, room: &Arc<str>, epoch: u64) {
        let Some(position) = self.conversations.get(room).and_then(|it| it.position) else {
            return;
        };
        let is_inbox = names::owner_of(room).is_some();
        let is_looking = self.looking.as_ref() == Some(room);
        let reading = self.readings.entry(room.clone()).or_default();
        let is_other = reading.seen.is_none_or(|seen| seen.epoch != epoch);
        if is_inbox || is_looking || (is_other && reading.unread == 0) {
            reading.seen = Some(position);
        } else if is_other {
            reading.seen = Some(Position { epoch, seq: 0 });
        }
    }

    pub(super) fn message(
        &mut self,
        now: Time,
        message: Arc<Message>,
        out: &mut Vec<ClientOutput>,
    ) {
        let room = message.room.clone();
        let Some(it) = self.conversations.get_mut(&room) else { return };
        let epoch = it.position.map_or(0, |it| it.epoch);
        match it.judge(&message, self.without) {
            Verdict::Take => {
                let floor = self.floor(&room, epoch, 0);
                self.take(now, message, epoch, floor);
                self.mark(&room, epoch);
                self.pump(now, out);
            }
            Verdict::Drop => {
                if it.position.is_some_and(|it| message.seq <= it.seq) {
                    it.doubles += 1;
                }
            }
            Verdict::Missing => self.miss(now, &room, out),
        }
    }

    /// Something is missing: what was missed comes with everything behind it.
    fn miss(&mut self, now: Time, room: &Arc<str>, out: &mut Vec<ClientOutput>) {
        if let Some(it) = self.conversations.get_mut(room) {
            it.gaps += 1;
        }
        self.ask_to_join(now, room, 1, out);
    }

    /// The last message of a room may have been lost, and none come after it that would show that; or
    /// the news that somebody has come or gone.
    pub(super) fn compare(&mut self, now: Time, info: &RoomInfo, out: &mut Vec<ClientOutput>) {
        let Some(it) = self.conversations.get(&info.room) else { return };
        if it.membership != Membership::Joined || self.without.is_some() {
            return;
        }
        let most = self.limits.as_ref().map_or(0, |it| it.people_named);
        let names_fit = it.count > most || it.people.len() == it.count as usize;
        if it.position.is_none_or(|it| it.seq < info.head) {
            self.miss(now, &info.room, out);
        } else if it.count != info.people || !names_fit {
            self.ask_to_join(now, &info.room, 1, out);
        }
    }

    /// Takes a message of a `joined`: behind the position, without a gap; of a newest page, all.
    fn take_if_next(
        &mut self,
        now: Time,
        message: Arc<Message>,
        epoch: u64,
        floor: u64,
        recovered: bool,
    ) {
        let Some(it) = self.conversations.get_mut(&message.room) else { return };
        let position = it.position.map(|it| it.seq);
        let is_free = self.without == Some(Without::SequenceNumbers);
        let is_first_of_page = !recovered && position.is_none();
        if is_free || is_first_of_page || message.seq == position.unwrap_or(0) + 1 {
            self.take(now, message, epoch, floor);
        } else if position.is_some_and(|it| message.seq <= it) {
            it.doubles += 1;
        }
    }

    fn take(&mut self, now: Time, message: Arc<Message>, epoch: u64, floor: u64) {
        let Some(it) = self.conversations.get_mut(&message.room) else { return };
        let seq = message.seq;
        it.push(message.clone(), epoch);
        let thread = self.thread_of(&message);
        if message.from == self.name {
            self.outbox.retain(|it| it.id != message.id || it.thread != thread);
            if let Some(trace) = self.trace(&message.id) {
                trace.told_at.get_or_insert(now);
                trace.seq = Some(seq);
            }
            return;
        }
        let is_looking = self.looking.as_ref() == Some(&thread);
        if let Some(it) = self.conversations.get_mut(&message.room) {
            it.last_foreign = it.last_foreign.max(seq);
        }
        self.unsaved_since.get_or_insert(now);
        let reading = self.readings.entry(thread).or_default();
        reading.typing.remove(&message.from);
        let seen = reading.seen.filter(|it| it.epoch == epoch).map_or(floor, |it| it.seq);
        if is_looking {
            reading.seen = Some(Position { epoch, seq: seen.max(seq) });
        } else if seq > seen {
            // So that it is still unread after a reload.
            reading.seen = Some(Position { epoch, seq: seen });
            reading.unread += 1;
            reading.first_unread.get_or_insert(seq);
        }
    }

    pub(super) fn delivered(&mut self, now: Time, room: &str, seq: u64, by: u32) {
        let Some(it) = self.conversations.get_mut(room) else { return };
        let most = it.delivered.entry(seq).or_default();
        *most = by.max(*most);
        let Some(id) = it.messages.iter().rev().find(|it| it.seq == seq).map(|it| it.id.clone())
        else {
            return;
        };
        if let Some(trace) = self.trace(&id) {
            trace.delivered_at.get_or_insert(now);
            trace.delivered_to = by.max(trace.delivered_to);
        }
    }

    pub(super) fn acknowledged(&mut self, now: Time, ack: &Ack, out: &mut Vec<ClientOutput>) {
        if let Some(it) = self.outbox.iter_mut().find(|it| it.id == ack.id) {
            it.stored = Some(ack.seq);
        }
        if let Some(trace) = self.trace(&ack.id) {
            trace.acknowledged_at.get_or_insert(now);
            trace.seq = Some(ack.seq);
            trace.is_retry |= ack.is_retry;
            trace.timing.get_or_insert(ack.timing);
        }
        self.settle(&ack.room);
        self.pump(now, out);
        out.push(ClientOutput::Save);
    }

    /// Drops from the outbox what is stored and has been shown, or lies before what is shown.
    fn settle(&mut self, room: &Arc<str>) {
        let inbox = names::inbox_of(&self.name);
        let Some(conversation) = self.conversations.get(room) else { return };
        let (name, position) = (&self.name, conversation.position.map_or(0, |it| it.seq));
        let is_over = |conversation: &Conversation, id: &str, seq: u64| {
            seq <= position || conversation.has(name, id)
        };
        self.outbox.retain(|it| {
            let is_here = it.channel(&inbox) == *room;
            !(is_here && it.stored.is_some_and(|seq| is_over(conversation, &it.id, seq)))
        });
    }
}
