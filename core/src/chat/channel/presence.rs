//! Who is there, and who types: announced by name while they are few, here and at other servers.

use super::elsewhere::Changes;
use super::{Channel, ChannelInput};
use crate::chat::wire::ServerMessage;
use crate::chat::{Clock, Effect, Passing, ServerId, SessionId};
use std::sync::Arc;

/// How many people of other servers who come or go at once are announced one by one.
const MOST_ANNOUNCED: usize = 16;

impl Channel {
    pub(super) fn people_named(&self) -> usize {
        self.settings.limits.people_named as usize
    }

    /// Who is there, by name if they are not too many, and how many.
    pub(super) fn present(&self) -> (Vec<Arc<str>>, u32) {
        let count = self.roster.people_count();
        let named = if count <= self.people_named() { self.roster.names() } else { Vec::new() };
        (named, count as u32)
    }

    /// A person's first session here has come; it does not hear the announcement.
    pub(super) fn came(&mut self, clock: Clock, name: Arc<str>, effects: &mut Vec<Effect>) {
        if !self.roster.is_elsewhere(&name) {
            let others = self.roster.session_count() - 1;
            self.announce(clock, name.clone(), true, others, effects);
        }
        if let Some(version) = self.next_version(clock) {
            effects.push(Effect::Tell(Passing::Came { name, version }));
        }
    }

    /// A person's last session here has gone.
    pub(super) fn went(&mut self, clock: Clock, name: Arc<str>, effects: &mut Vec<Effect>) {
        if !self.roster.is_elsewhere(&name) {
            let others = self.roster.session_count();
            self.announce(clock, name.clone(), false, others, effects);
        }
        if let Some(version) = self.next_version(clock) {
            effects.push(Effect::Tell(Passing::Went { name, version }));
        }
    }

    fn announce(
        &mut self,
        clock: Clock,
        name: Arc<str>,
        online: bool,
        others: usize,
        effects: &mut Vec<Effect>,
    ) {
        if self.is_inbox() || others == 0 {
            return;
        }
        let count = self.roster.people_count();
        if self.is_crowd || count > self.people_named() {
            self.is_crowd = true;
            self.crowd_changed = true;
            return self.wake(clock, effects);
        }
        let (room, count) = (self.name.clone(), count as u32);
        effects.push(Effect::ToEveryone(ServerMessage::Presence { room, name, online, count }));
    }

    pub(super) fn typing(&mut self, clock: Clock, session: SessionId, effects: &mut Vec<Effect>) {
        let settings = &self.settings;
        let Some((name, person)) = self.roster.person_mut(session) else { return };
        let is_news = person.typed_at.is_none_or(|at| at + settings.typing_every <= clock.now);
        if is_news && self.typing.take(settings.typing, clock.now).is_ok() {
            person.typed_at = Some(clock.now);
            let (room, name) = (self.name.clone(), name.clone());
            let passing = Passing::Typing { name: name.clone() };
            effects.push(Effect::ToEveryone(ServerMessage::Typing { room, name }));
            if self.following.is_some() {
                effects.push(Effect::Tell(passing));
            }
        }
    }

    /// Takes what is told of other servers.
    pub(super) fn hear_elsewhere(
        &mut self,
        clock: Clock,
        input: ChannelInput,
        effects: &mut Vec<Effect>,
    ) {
        let changes = match input {
            ChannelInput::Elsewhere { server, passing } => {
                self.passed(clock, server, passing, effects)
            }
            ChannelInput::Present { server, version, people } => {
                self.roster.elsewhere(|it| it.present(server, version, people))
            }
            ChannelInput::ServerGone { server } => self.roster.elsewhere(|it| it.gone(&server)),
            _ => return,
        };
        if changes.is_empty() {
            return;
        }
        let others = self.roster.session_count();
        if changes.len() > MOST_ANNOUNCED && others > 0 && !self.is_inbox() {
            // All of them in one message, soon.
            self.crowd_changed = true;
            return self.wake(clock, effects);
        }
        for (name, online) in changes {
            self.announce(clock, name, online, others, effects);
        }
    }

    fn passed(
        &mut self,
        clock: Clock,
        server: ServerId,
        passing: Passing,
        effects: &mut Vec<Effect>,
    ) -> Changes {
        match passing {
            Passing::Typing { name } => {
                let room = self.name.clone();
                let is_heard = self.roster.session_count() > 0;
                if is_heard && self.typing.take(self.settings.typing, clock.now).is_ok() {
                    effects.push(Effect::ToEveryone(ServerMessage::Typing { room, name }));
                }
                Vec::new()
            }
            Passing::Received { counts } => {
                if self.roster.received_elsewhere(&server, counts) {
                    self.deliveries_changed = true;
                    self.wake(clock, effects);
                }
                Vec::new()
            }
            passing => self.roster.elsewhere(|it| it.passed(server, passing)),
        }
    }
}
