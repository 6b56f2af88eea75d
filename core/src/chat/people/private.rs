//! Private messages: into two inboxes in one step, and what correspondents learn about each other.

use super::People;
use super::PeopleEffect;
use crate::chat::channel::acknowledgement;
use crate::chat::wire::{Position, Run, ServerMessage};
use crate::chat::{Clock, Denial, Effect, Refusal, SessionId, names};
use std::sync::Arc;

/// The most private messages of a person whose arrival is followed.
pub(super) const MOST_UNDELIVERED: usize = 256;

/// Id, text, position at the first attempt, time of arrival.
pub(super) type Text = (Arc<str>, Arc<str>, Option<Position>, u64);

impl People {
    pub(super) fn private(
        &mut self,
        clock: Clock,
        session: SessionId,
        to: &str,
        (id, text, since, received_us): Text,
        effects: &mut Vec<PeopleEffect>,
    ) -> Result<(), Denial> {
        let sender_key = self.sessions.get(&session).ok_or(Refusal::HelloFirst)?.clone();
        if self.following.is_some() {
            return self.submit(&sender_key, session, to, (id, text, since, received_us), effects);
        }
        let receiver_key = names::folded(to);
        let receiver = self.accounts.get(&receiver_key).ok_or(Refusal::NoSuchPerson)?;
        let to = receiver.claim.name.clone();
        let sender = self.accounts.get_mut(&sender_key).ok_or(Refusal::HelloFirst)?;
        let from = sender.claim.name.clone();
        if let Some(ack) = sender.inbox.known(&from, &id, since, received_us)? {
            effects.push(sender.wrap(Effect::Ack(session, ack)));
            return Ok(());
        }
        sender.bucket.take(self.settings.limits.messages, clock.now)?;
        let is_first = from != to && !sender.correspondents().contains(&to);
        let number = |people: &mut People, key: &Arc<str>| {
            let account = people.accounts.get_mut(key)?;
            let inbox = &mut account.inbox;
            let (from, to) = (from.clone(), Some(to.clone()));
            Some(inbox.number(clock, from, to, id.clone(), text.clone()))
        };
        let sent = number(self, &sender_key).ok_or(Refusal::HelloFirst)?;
        let mut messages = vec![sent.clone()];
        if sender_key != receiver_key {
            messages.extend(number(self, &receiver_key));
        }
        effects.push(PeopleEffect::Store(messages.clone()));
        // The receiver first: whoever knows the sender's second tick knows that it was sent.
        for (message, key) in messages.into_iter().rev().zip([&receiver_key, &sender_key]) {
            let Some(account) = self.accounts.get_mut(key) else { continue };
            if *key == receiver_key && sender_key != receiver_key {
                if account.undelivered.len() == MOST_UNDELIVERED {
                    account.undelivered.pop_front();
                }
                account.undelivered.push_back((message.seq, sender_key.clone(), sent.seq));
            }
            let told = ServerMessage::Messages(Run::of(message));
            effects.push(account.wrap(Effect::ToEveryone(told)));
            let trim = account.inbox.trim();
            effects.extend(trim.map(|it| account.wrap(it)));
        }
        let ack = acknowledgement(&sent, false, received_us);
        if let Some(sender) = self.accounts.get(&sender_key) {
            effects.push(sender.wrap(Effect::Ack(session, ack)));
        }
        if is_first {
            self.introduce(&from, &receiver_key, effects);
            self.introduce(&to, &sender_key, effects);
        }
        Ok(())
    }

    /// A person's tabs have everything up to `seq` of the inbox: whoever sent it hears of it, soon.
    pub(super) fn arrived(&mut self, key: &Arc<str>, seq: u64, effects: &mut Vec<PeopleEffect>) {
        let Some(account) = self.accounts.get_mut(key) else { return };
        let mut arrived = Vec::new();
        while account.undelivered.front().is_some_and(|(it, ..)| *it <= seq) {
            arrived.extend(account.undelivered.pop_front());
        }
        for (_, sender, seq) in arrived {
            let Some(sender) = self.accounts.get(&sender) else { continue };
            let room = sender.inbox.name().clone();
            let delivered = ServerMessage::Delivered { room, seq, by: 1 };
            effects.push(sender.wrap(Effect::ToEveryone(delivered)));
        }
    }

    /// The correspondents of a person who are online.
    pub(super) fn online_correspondents(&self, key: &str) -> Vec<Arc<str>> {
        let Some(account) = self.accounts.get(key) else { return Vec::new() };
        account.correspondents().into_iter().filter(|it| self.is_online(it)).cloned().collect()
    }

    fn is_online(&self, name: &str) -> bool {
        let here = self.accounts.get(&names::folded(name));
        here.is_some_and(|it| !it.sessions.is_empty()) || self.is_elsewhere(name)
    }

    /// Tells a person's correspondents whether the person is online.
    pub(super) fn announce(&self, key: &str, effects: &mut Vec<PeopleEffect>) {
        let Some(account) = self.accounts.get(key) else { return };
        for name in account.correspondents() {
            self.introduce(&account.claim.name, &names::folded(name), effects);
        }
    }

    /// Tells a person whether another one is online.
    pub(super) fn introduce(&self, name: &Arc<str>, to: &str, effects: &mut Vec<PeopleEffect>) {
        let Some(to) = self.accounts.get(to).filter(|it| !it.sessions.is_empty()) else { return };
        let count = self.online_correspondents(&names::folded(&to.claim.name)).len() as u32;
        let (name, online) = (name.clone(), self.is_online(name));
        let room = to.inbox.name().clone();
        let presence = ServerMessage::Presence { room, name, online, count };
        effects.push(to.wrap(Effect::ToEveryone(presence)));
    }
}
