//! A channel whose order is kept in a shared log: a replica, which takes exactly the next message.
//!
//! It is to the log what a reader is to a channel: it drops what it has, keeps what comes too early, and
//! asks for what is missing. What its members are told is what they would be told by a channel that keeps
//! its own order: every message once, in order, and an acknowledgement only behind its message.
//!
//! What is simplified: the members of a room are limited at each server, not over all of them; and a person
//! who is at two servers counts twice for how far a message has come, though never for more than there are.

use super::{Ack, Channel, ChannelInput, Message, Position, Recovered, Run, ServerMessage, Timing};
use crate::chat::wire::Request;
use crate::chat::{
    Bounds, Clock, Denial, Effect, Placed, Published, SessionId, Settings, Submitted, names,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many messages are kept that have come too early; what is beyond is in the log.
const MOST_HELD: usize = 1_024;

/// Of how many refills it is remembered that they have not been answered.
const MOST_UNANSWERED: u32 = 8;

/// How many refills in a row may bring nothing of what the log says it has.
const MOST_FRUITLESS: u32 = 3;

/// What a channel knows of the log that it follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Following {
    /// What has come before something that is missing.
    held: BTreeMap<u64, Arc<Message>>,
    /// Acknowledgements whose messages have not come yet, by number.
    acks: BTreeMap<u64, Vec<(SessionId, Ack)>>,
    /// Readers who have read at another server what has not come here yet.
    waiting: Vec<Waiting>,
    /// The highest number that the log is known to have; never less than the head here.
    known: u64,
    /// The number behind which the refill reads that is under way.
    refill: Option<u64>,
    /// How many refills have been asked for and not answered; some never are.
    unanswered: u32,
    fruitless: u32,
    /// The head here, and the highest number known, at the last [`ChannelInput::Head`].
    checked: (u64, u64),
    /// The version of this server's register of who is here.
    version: u64,
    is_lost: bool,
}

/// A reader who has read further than this server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiting {
    session: SessionId,
    name: Arc<str>,
    position: Position,
    /// After how many more answers there is one that was asked for after the reader had come.
    answers: u32,
}

impl Channel {
    /// A channel as the shared log knows it, with nobody in it, and nobody elsewhere as far as known.
    ///
    /// Published messages must be handed in from before `stored` was read on, or something is missing that
    /// shows only with the next [`ChannelInput::Head`].
    pub fn follow(settings: Arc<Settings>, name: Arc<str>, stored: Recovered) -> Self {
        let mut channel = Channel::recover(settings, name, stored);
        let head = channel.head();
        // The first reading that is told may be from before `stored` was read.
        let following = Following { known: head, checked: (head, 0), ..Following::default() };
        channel.following = Some(Box::new(following));
        channel
    }

    /// The highest number that the shared log is known to have had: the head, or more, if something is
    /// missing here.
    pub fn log_head(&self) -> u64 {
        self.following.as_ref().map_or(self.head(), |it| it.known)
    }

    /// Whether its history turned out to be another one: see [`Effect::Lost`].
    pub(super) fn is_lost(&self) -> bool {
        self.following.as_ref().is_some_and(|it| it.is_lost)
    }

    /// The next version of this server's register; none of an inbox, or if nobody else is to know.
    pub(super) fn next_version(&mut self, clock: Clock) -> Option<u64> {
        let is_inbox = self.is_inbox();
        let following = self.following.as_mut().filter(|_| !is_inbox)?;
        // It has to rise also when the channel has been closed and opened meanwhile.
        following.version = (following.version + 1).max(clock.unix_ms);
        Some(following.version)
    }

    pub(super) fn hear(&mut self, clock: Clock, input: ChannelInput, effects: &mut Vec<Effect>) {
        if self.following.is_none() {
            return;
        }
        match input {
            ChannelInput::Submitted(answer) => self.answered(clock, answer, effects),
            ChannelInput::Published(published) => self.published(clock, published, effects),
            ChannelInput::Refilled(bounds) => self.refilled(clock, bounds, effects),
            ChannelInput::Head(bounds) => self.compared(bounds, effects),
            input => self.hear_elsewhere(clock, input, effects),
        }
    }

    fn answered(&mut self, clock: Clock, answer: Submitted, effects: &mut Vec<Effect>) {
        let Submitted { session, to, id, received_us, outcome } = answer;
        let Placed { epoch, seq, at_ms, is_retry } = match outcome {
            Ok(placed) => placed,
            Err(denial) => return effects.push(self.not_taken(session, to, id, denial)),
        };
        if epoch != self.epoch {
            return self.lose(effects);
        }
        let timing = Timing { received_us, bus_us: Some(clock.now.0), ..Timing::default() };
        let ack = Ack { room: self.name.clone(), id, seq, at_ms, is_retry, timing };
        if seq <= self.head() {
            return match self.window.get(seq).is_some_and(|it| it.id != ack.id) {
                true => self.lose(effects),
                false => effects.push(Effect::Ack(session, ack)),
            };
        }
        let Some(following) = &mut self.following else { return };
        // Its message is under way. If it has been lost, that shows on the next tick.
        following.acks.entry(seq).or_default().push((session, ack));
        following.known = following.known.max(seq);
        if !self.is_inbox() {
            self.wake(clock, effects);
        }
    }

    fn not_taken(
        &self,
        session: SessionId,
        to: Option<Arc<str>>,
        id: Arc<str>,
        denial: Denial,
    ) -> Effect {
        let (request, room) = match to {
            Some(to) => (Request::Private, names::inbox_of(&to)),
            None => (Request::Send, self.name.clone()),
        };
        Effect::ToSession(session, denial.of(request, Some(room), Some(id)))
    }

    fn published(&mut self, clock: Clock, published: Published, effects: &mut Vec<Effect>) {
        let Published { epoch, message } = published;
        if epoch > self.epoch {
            return self.lose(effects);
        }
        let (seq, head) = (message.seq, self.head());
        let Some(following) = &mut self.following else { return };
        // One of a history that has been lost may still be under way.
        if epoch < self.epoch || seq <= head {
            return;
        }
        following.known = following.known.max(seq);
        if seq > head + 1 {
            following.held.insert(seq, message);
            if following.held.len() > MOST_HELD {
                following.held.pop_last();
            }
            return self.refill(effects);
        }
        let mut next = Some(message);
        while let Some(message) = next {
            if self.contradicts_answer(&message) {
                return self.lose(effects);
            }
            self.take(message, effects);
            next = self.next_held();
        }
        self.admit_waiting(clock, None, effects);
        if self.following.as_ref().is_some_and(|it| !it.held.is_empty()) {
            self.refill(effects);
        }
    }

    fn next_held(&mut self) -> Option<Arc<Message>> {
        let next = self.head() + 1;
        self.following.as_mut()?.held.remove(&next)
    }

    /// Whether this number was answered to be another message's: then the log has lost that one.
    fn contradicts_answer(&self, message: &Message) -> bool {
        let answered = self.following.as_ref().and_then(|it| it.acks.get(&message.seq));
        answered.is_some_and(|acks| acks.iter().any(|(_, ack)| ack.id != message.id))
    }

    /// Takes exactly the next message.
    fn take(&mut self, message: Arc<Message>, effects: &mut Vec<Effect>) {
        let seq = message.seq;
        self.window.push(message.clone());
        if self.roster.person(&message.from).is_some() {
            self.deliveries.follow(seq, message.from.clone());
        }
        effects.push(Effect::ToEveryone(ServerMessage::Messages(Run::of(message))));
        let Some(following) = &mut self.following else { return };
        let acks = following.acks.remove(&seq).unwrap_or_default();
        effects.extend(acks.into_iter().map(|(session, ack)| Effect::Ack(session, ack)));
    }

    /// Asks for what is missing, unless that is under way.
    pub(super) fn refill(&mut self, effects: &mut Vec<Effect>) {
        let after = self.head();
        let Some(following) = &mut self.following else { return };
        if following.refill.is_none() {
            following.refill = Some(after);
            following.unanswered = (following.unanswered + 1).min(MOST_UNANSWERED);
            effects.push(Effect::Refill { after });
        }
    }

    /// Asks for what the log is known to have and has not come by itself.
    pub(super) fn refill_if_behind(&mut self, effects: &mut Vec<Effect>) {
        let head = self.head();
        if self.following.as_ref().is_some_and(|it| it.known > head || !it.waiting.is_empty()) {
            self.refill(effects);
        }
    }

    fn refilled(&mut self, clock: Clock, bounds: Bounds, effects: &mut Vec<Effect>) {
        let head = self.head();
        let Some(following) = &mut self.following else { return };
        let refill = following.refill.take();
        // What is next has been trimmed before it could be read.
        let is_trimmed = head < bounds.head && bounds.oldest > head + 1;
        if bounds.epoch != self.epoch || is_trimmed {
            return self.lose(effects);
        }
        following.known = following.known.max(bounds.head);
        let has_progressed = refill.is_none_or(|after| after < head);
        let is_behind = following.known > head;
        following.fruitless = match is_behind && !has_progressed {
            true => following.fruitless + 1,
            false => 0,
        };
        if following.fruitless == MOST_FRUITLESS {
            return self.lose(effects);
        }
        following.unanswered = following.unanswered.saturating_sub(1);
        let waiting = following.waiting.iter_mut();
        waiting.for_each(|it| it.answers = it.answers.saturating_sub(1));
        self.window.set_oldest(bounds.oldest);
        self.admit_waiting(clock, Some(bounds.head), effects);
        // If it has brought nothing, there is time until the log is compared again.
        if (is_behind && has_progressed) || self.awaits_answers() {
            self.refill(effects);
        }
    }

    fn compared(&mut self, bounds: Bounds, effects: &mut Vec<Effect>) {
        let head = self.head();
        let Some(following) = &mut self.following else { return };
        let (head_before, known_before) = following.checked;
        // Whatever was known at the last reading had been in the log before this one was begun.
        if bounds.epoch != self.epoch || bounds.head < known_before {
            return self.lose(effects);
        }
        following.known = following.known.max(bounds.head);
        following.checked = (head, following.known);
        if head == head_before {
            // A refill that brings nothing for so long was lost with the connection.
            following.refill = None;
        }
        self.window.set_oldest(bounds.oldest);
        self.refill_if_behind(effects);
    }

    /// Whether a reader has read further than this server: at another one, so it has to come here.
    pub(super) fn is_ahead(&self, position: Option<Position>) -> Option<Position> {
        let is_ahead = |it: &Position| it.epoch == self.epoch && it.seq > self.head();
        position.filter(|it| self.following.is_some() && is_ahead(it))
    }

    /// Lets a reader wait until what it has read has come here, too.
    pub(super) fn wait(
        &mut self,
        session: SessionId,
        name: Arc<str>,
        position: Position,
        effects: &mut Vec<Effect>,
    ) {
        self.wait_no_more(session);
        if let Some(following) = &mut self.following {
            let answers = following.unanswered + 1;
            following.waiting.push(Waiting { session, name, position, answers });
        }
        self.refill(effects);
    }

    pub(super) fn wait_no_more(&mut self, session: SessionId) {
        if let Some(following) = &mut self.following {
            following.waiting.retain(|it| it.session != session);
        }
    }

    fn awaits_answers(&self) -> bool {
        let following = self.following.iter();
        following.flat_map(|it| &it.waiting).any(|it| it.answers > 0)
    }

    /// Lets in whoever has waited for what has come now. A position that not even the log has, whose head
    /// was read after the reader had come, is of no use: the reader is let in, and told so.
    fn admit_waiting(&mut self, clock: Clock, log_head: Option<u64>, effects: &mut Vec<Effect>) {
        let head = self.head();
        let Some(following) = &mut self.following else { return };
        if following.waiting.is_empty() {
            return;
        }
        let is_decided = |it: &Waiting| {
            let is_beyond = log_head.is_some_and(|log_head| log_head < it.position.seq);
            it.position.seq <= head || (it.answers == 0 && is_beyond)
        };
        let (decided, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut following.waiting).into_iter().partition(is_decided);
        following.waiting = waiting;
        for Waiting { session, name, position, .. } in decided {
            self.admit(clock, session, name, Some(position), effects);
        }
    }

    fn lose(&mut self, effects: &mut Vec<Effect>) {
        if let Some(following) = &mut self.following {
            following.is_lost = true;
            effects.push(Effect::Lost);
        }
    }
}
