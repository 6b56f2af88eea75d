//! Carrying out what channels and people ask for, in order.
//!
//! A node's outputs are performed in order, and those behind a forced append wait for the disk; so the
//! order of effects is all there is to keep.

use super::{ChatNode, ChatServer, Record, Timer};
use crate::chat::wire::{Ack, ServerMessage, Timing};
use crate::chat::{Effect, PeopleEffect, names};
use crate::sim::{Outbox, Time};
use std::sync::Arc;

impl ChatServer {
    pub(super) fn carry_out(
        &mut self,
        now: Time,
        channel: &Arc<str>,
        effects: Vec<Effect>,
        out: &mut Outbox<ChatNode>,
    ) {
        for effect in effects {
            match effect {
                Effect::Store(message) => {
                    out.append(Record::Stored(vec![message.clone()]));
                    self.store.add(message);
                }
                Effect::ToEveryone(message) => {
                    let message = Arc::new(message);
                    let all: Vec<_> = self.entered.get(channel).into_iter().flatten().collect();
                    let links: Vec<_> =
                        all.into_iter().filter_map(|it| self.link_of(*it)).collect();
                    for id in links {
                        self.give_shared(now, id, message.clone(), out);
                    }
                }
                Effect::ToSession(session, message) => {
                    if let Some(id) = self.link_of(session) {
                        self.give(now, id, message, out);
                    }
                }
                Effect::Ack(session, ack) => {
                    if let Some(id) = self.link_of(session) {
                        // The path that the lab shows knows the true times; a machine that computes in
                        // no time does not know when the disk will have answered.
                        let timing = Timing { stored_us: 0, fanned_out_us: 0, ..ack.timing };
                        self.give(now, id, ServerMessage::Ack(Ack { timing, ..ack }), out);
                    }
                }
                Effect::Enter(session, joined) => {
                    if let Some(id) = self.link_of(session) {
                        self.entered.entry(channel.clone()).or_default().insert(session);
                        self.give(now, id, ServerMessage::Joined(joined), out);
                    }
                }
                Effect::Exit(session) => {
                    if let Some(entered) = self.entered.get_mut(channel) {
                        entered.remove(&session);
                    }
                }
                Effect::Read(session, read) => {
                    let messages = self.store.read(channel, &read);
                    if let Some(id) = self.link_of(session) {
                        self.give(now, id, read.answer(messages), out);
                    }
                }
                Effect::Trim { keep_from } => self.store.trim(channel, keep_from),
                Effect::WakeAt(at) => out.wake_after(at.since(now), Timer::Room(channel.clone())),
                Effect::Cut(session, farewell) => {
                    if let Some(id) = self.link_of(session) {
                        self.cut(now, id, farewell, out);
                    }
                }
                // There is no other server.
                Effect::Submit(_) | Effect::Refill { .. } | Effect::Tell(_) | Effect::Lost => {}
            }
        }
    }

    pub(super) fn carry_out_for_people(
        &mut self,
        now: Time,
        effects: Vec<PeopleEffect>,
        out: &mut Outbox<ChatNode>,
    ) {
        for effect in effects {
            match effect {
                PeopleEffect::Claim(claim) => {
                    let epoch = self.store.claim(claim.clone(), self.epoch);
                    out.append(Record::Claimed(claim, epoch));
                }
                PeopleEffect::Forget(name) => {
                    self.store.forget(&name);
                    out.append_lazily(Record::Forgotten(name));
                }
                PeopleEffect::Store(messages) => {
                    out.append(Record::Stored(messages.clone()));
                    messages.into_iter().for_each(|it| self.store.add(it));
                }
                PeopleEffect::ToSession(session, message) => {
                    if let Some(id) = self.link_of(session) {
                        self.give(now, id, message, out);
                    }
                }
                PeopleEffect::Cut(session, farewell) => {
                    if let Some(id) = self.link_of(session) {
                        self.cut(now, id, farewell, out);
                    }
                }
                PeopleEffect::Inbox(name, effect) => {
                    let inbox = names::inbox_of(&name);
                    self.carry_out(now, &inbox, vec![effect], out);
                }
                // There is no other server.
                PeopleEffect::Register(_) | PeopleEffect::Release(_) | PeopleEffect::Tell(_) => {}
            }
        }
    }
}
