//! People whose names and inboxes are kept in a shared log: here are only those who are connected here.
//!
//! Whose a name is, is asked with the first tab of a person, and forgotten here with the last one. An inbox
//! is a channel that follows the log. Who else is online, other servers tell.
//!
//! What is simplified: a person's tabs are limited at each server, not over all of them; and why a session
//! was cut is known only at the server that did it.

use super::private::{MOST_UNDELIVERED, Text};
use super::{Hello, People, PeopleEffect, PeopleInput, refuse};
use crate::chat::channel::Elsewhere;
use crate::chat::wire::{Message, ServerMessage};
use crate::chat::{
    ChannelInput, Claim, Clock, Denial, Effect, Farewell, Passing, Recovered, Refusal, SessionId,
    Settings, Submission, names,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known beside the people who are here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Following {
    elsewhere: Elsewhere,
    /// The hellos that wait until it is known whose a name is: by the name in lower case. There is an entry
    /// as long as it is being asked, also when nobody waits any more.
    asked: BTreeMap<Arc<str>, Vec<Hello>>,
    /// For which name a session waits.
    waiting: BTreeMap<SessionId, Arc<str>>,
    /// The version of this server's register of who is online here.
    version: u64,
}

impl People {
    /// Nobody, until somebody says hello: whose a name is, the shared log knows.
    pub fn follow(settings: Arc<Settings>) -> Self {
        let people = People::recover(settings, 0, []);
        People { following: Some(Following::default()), ..people }
    }

    pub(super) fn hear(
        &mut self,
        clock: Clock,
        input: PeopleInput,
        effects: &mut Vec<PeopleEffect>,
    ) {
        let Some(following) = &mut self.following else { return };
        let changes = match input {
            PeopleInput::Registered { name, outcome } => {
                return self.registered(clock, &name, outcome, effects);
            }
            PeopleInput::Log { name, input } => return self.log(clock, &name, input, effects),
            PeopleInput::Elsewhere { passing: Passing::Arrived { messages }, .. } => {
                return messages.iter().for_each(|(from, id)| self.delivered(from, id, effects));
            }
            PeopleInput::Elsewhere { server, passing } => {
                following.elsewhere.passed(server, passing)
            }
            PeopleInput::Present { server, version, people } => {
                following.elsewhere.present(server, version, people)
            }
            PeopleInput::ServerGone { server } => following.elsewhere.gone(&server),
            _ => return,
        };
        // Who is online here is online, whatever is elsewhere.
        let is_here = |name: &Arc<str>| self.accounts.contains_key(&names::folded(name));
        let changed = changes.into_iter().map(|(name, _)| name).filter(|it| !is_here(it)).collect();
        for (key, account) in &self.accounts {
            for name in account.friends.intersection(&changed) {
                self.introduce(name, key, effects);
            }
        }
    }

    pub(super) fn is_elsewhere(&self, name: &str) -> bool {
        self.following.as_ref().is_some_and(|it| it.elsewhere.has(name))
    }

    /// How many people are online, but not here.
    pub(super) fn only_elsewhere(&self) -> usize {
        let names = self.following.iter().flat_map(|it| it.elsewhere.names());
        names.filter(|it| !self.accounts.contains_key(&names::folded(it))).count()
    }

    /// Has it looked up whose name this is, unless that is known here: then the hello is given back.
    pub(super) fn ask_whose(
        &mut self,
        clock: Clock,
        hello: Hello,
        effects: &mut Vec<PeopleEffect>,
    ) -> Option<Hello> {
        let key = names::folded(&hello.name);
        if self.accounts.contains_key(&key) || self.sessions.contains_key(&hello.session) {
            return Some(hello);
        }
        self.wait_no_more(hello.session);
        let Some(following) = &mut self.following else { return Some(hello) };
        following.waiting.insert(hello.session, key.clone());
        if let Some(waiting) = following.asked.get_mut(&key) {
            waiting.push(hello);
        } else {
            let claim = Claim::new(hello.name.clone(), &hello.secret, clock.unix_ms);
            following.asked.insert(key, vec![hello]);
            effects.push(PeopleEffect::Register(claim));
        }
        None
    }

    pub(super) fn wait_no_more(&mut self, session: SessionId) {
        let Some(following) = &mut self.following else { return };
        let Some(key) = following.waiting.remove(&session) else { return };
        if let Some(waiting) = following.asked.get_mut(&key) {
            waiting.retain(|it| it.session != session);
        }
    }

    fn registered(
        &mut self,
        clock: Clock,
        name: &str,
        outcome: Result<(Claim, Recovered), Denial>,
        effects: &mut Vec<PeopleEffect>,
    ) {
        let key = names::folded(name);
        let Some(following) = &mut self.following else { return };
        let Some(waiting) = following.asked.remove(&key) else { return };
        for hello in &waiting {
            following.waiting.remove(&hello.session);
        }
        match outcome {
            Ok((claim, stored)) => {
                let name = claim.name.clone();
                if waiting.is_empty() {
                    return effects.push(PeopleEffect::Release(name));
                }
                let mut account = self.account(claim, stored, clock.now);
                account.friends = account.correspondents().into_iter().cloned().collect();
                // They may have come while the person was nowhere.
                let received = account.inbox.recent().filter(|it| it.from != name);
                account.arriving = received.cloned().collect();
                self.accounts.insert(key.clone(), account);
                for hello in waiting {
                    self.greet(clock, hello, effects);
                }
                self.release_if_away(&key, effects);
            }
            Err(denial) if denial.reason == Refusal::NameTaken => {
                // Another secret may be the right one.
                let mut waiting = waiting.into_iter();
                let Some(first) = waiting.next() else { return };
                refuse(first.session, denial, effects);
                for hello in waiting {
                    if hello.secret == first.secret {
                        refuse(hello.session, denial, effects);
                    } else if let Some(hello) = self.ask_whose(clock, hello, effects) {
                        self.greet(clock, hello, effects);
                    }
                }
            }
            Err(denial) => {
                waiting.iter().for_each(|it| refuse(it.session, denial, effects));
            }
        }
    }

    /// A person's first tab here has come.
    pub(super) fn came(&mut self, clock: Clock, key: &str, effects: &mut Vec<PeopleEffect>) {
        let Some(name) = self.accounts.get(key).map(|it| it.claim.name.clone()) else { return };
        if !self.is_elsewhere(&name) {
            self.announce(key, effects);
        }
        if let Some(version) = self.next_version(clock) {
            effects.push(PeopleEffect::Tell(Passing::Came { name, version }));
        }
    }

    /// A person's last tab here has gone.
    pub(super) fn went(&mut self, clock: Clock, key: &str, effects: &mut Vec<PeopleEffect>) {
        let Some(name) = self.accounts.get(key).map(|it| it.claim.name.clone()) else { return };
        if !self.is_elsewhere(&name) {
            self.announce(key, effects);
        }
        if let Some(version) = self.next_version(clock) {
            effects.push(PeopleEffect::Tell(Passing::Went { name, version }));
            self.release_if_away(key, effects);
        }
    }

    fn next_version(&mut self, clock: Clock) -> Option<u64> {
        let following = self.following.as_mut()?;
        following.version = (following.version + 1).max(clock.unix_ms);
        Some(following.version)
    }

    fn release_if_away(&mut self, key: &str, effects: &mut Vec<PeopleEffect>) {
        if self.accounts.get(key).is_some_and(|it| it.sessions.is_empty())
            && let Some(account) = self.accounts.remove(key)
        {
            effects.push(PeopleEffect::Release(account.claim.name));
        }
    }

    /// Hands a private message to the log, unless it is known to be there.
    pub(super) fn submit(
        &mut self,
        key: &str,
        session: SessionId,
        to: &str,
        (id, text, since, received_us): Text,
        effects: &mut Vec<PeopleEffect>,
    ) -> Result<(), Denial> {
        let sender = self.accounts.get(key).ok_or(Refusal::HelloFirst)?;
        let from = sender.claim.name.clone();
        let effect = match sender.inbox.known(&from, &id, since, received_us)? {
            Some(ack) => Effect::Ack(session, ack),
            None => {
                let to = Some(to.into());
                Effect::Submit(Submission { session, from, to, id, text, since, received_us })
            }
        };
        effects.push(sender.wrap(effect));
        Ok(())
    }

    /// Hands news of the log to an inbox, and sees what that brings.
    fn log(
        &mut self,
        clock: Clock,
        name: &str,
        input: ChannelInput,
        effects: &mut Vec<PeopleEffect>,
    ) {
        let key = names::folded(name);
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let is_news = matches!(
            input,
            ChannelInput::Submitted(_)
                | ChannelInput::Published(_)
                | ChannelInput::Refilled(_)
                | ChannelInput::Head(_)
        );
        if !is_news {
            return;
        }
        let start = effects.len();
        account.hand_in(clock, input, effects);
        let mut taken: Vec<Arc<Message>> = Vec::new();
        for effect in &effects[start..] {
            match effect {
                PeopleEffect::Inbox(_, Effect::Lost) => {
                    effects.truncate(start);
                    return self.lose(clock, &key, effects);
                }
                PeopleEffect::Inbox(_, Effect::ToEveryone(ServerMessage::Messages(run))) => {
                    taken.extend(run.iter().cloned());
                }
                _ => {}
            }
        }
        for message in taken {
            self.has_come(&key, message, effects);
        }
    }

    /// A message has come to an inbox.
    fn has_come(&mut self, key: &str, message: Arc<Message>, effects: &mut Vec<PeopleEffect>) {
        let Some(account) = self.accounts.get_mut(key) else { return };
        let own = account.claim.name.clone();
        let is_sent = message.from == own;
        let other = if is_sent { message.to.clone() } else { Some(message.from.clone()) };
        let Some(other) = other.filter(|it| *it != own) else { return };
        if !is_sent {
            if account.arriving.len() == MOST_UNDELIVERED {
                account.arriving.pop_front();
            }
            account.arriving.push_back(message);
        }
        if account.friends.insert(other.clone()) {
            self.introduce(&other, key, effects);
        }
    }

    /// A person's tabs have everything up to `seq`: whoever sent it hears of it, at any server.
    pub(super) fn pass_on_arrived(&mut self, key: &str, seq: u64, effects: &mut Vec<PeopleEffect>) {
        let Some(account) = self.accounts.get_mut(key) else { return };
        let mut messages = Vec::new();
        while account.arriving.front().is_some_and(|it| it.seq <= seq) {
            let arrived = account.arriving.pop_front();
            messages.extend(arrived.map(|it| (it.from.clone(), it.id.clone())));
        }
        if !messages.is_empty() {
            messages.iter().for_each(|(from, id)| self.delivered(from, id, effects));
            effects.push(PeopleEffect::Tell(Passing::Arrived { messages }));
        }
    }

    /// Tells a sender's tabs here that a message has arrived.
    fn delivered(&self, from: &Arc<str>, id: &Arc<str>, effects: &mut Vec<PeopleEffect>) {
        let Some(sender) = self.accounts.get(&names::folded(from)) else { return };
        let Some(message) = sender.inbox.sent(from, id) else { return };
        let (room, seq) = (message.room.clone(), message.seq);
        let delivered = ServerMessage::Delivered { room, seq, by: 1 };
        effects.push(sender.wrap(Effect::ToEveryone(delivered)));
    }

    /// The history of an inbox is another one: its owner's tabs have to start again.
    fn lose(&mut self, clock: Clock, key: &Arc<str>, effects: &mut Vec<PeopleEffect>) {
        let Some(account) = self.accounts.get_mut(key) else { return };
        let sessions = std::mem::take(&mut account.sessions);
        let entered = account.inbox.sessions().map(Effect::Exit);
        effects.extend(entered.map(|it| account.wrap(it)));
        for session in sessions {
            self.sessions.remove(&session);
            self.remember_cut(session, key.clone(), Farewell::StoreFailed);
            effects.push(PeopleEffect::Cut(session, Farewell::StoreFailed));
        }
        self.went(clock, key, effects);
    }
}
