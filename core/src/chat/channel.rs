//! A channel: members, numbered messages, history, and sends that may be repeated.
//!
//! One task owns a room's channel and feeds it one input after the other: that is what gives a message
//! its number, so there is nothing to agree about. All inboxes are owned by [`People`](super::People).
//!
//! Where several servers have the same channel, none of them gives numbers: see [`Channel::follow`].

mod deliveries;
mod elsewhere;
mod following;
mod input;
mod presence;
mod reading;
mod roster;
mod window;

pub(super) use elsewhere::Elsewhere;
pub use input::{ChannelInput, Recovered};

use super::wire::{Ack, Joined, Message, Position, Request, Run, ServerMessage, Timing};
use super::{
    Bucket, Clock, Denial, Effect, Passing, Refusal, SessionId, Settings, Submission, Without,
};
use crate::sim::Time;
use deliveries::Deliveries;
use following::Following;
use roster::Roster;
use std::sync::Arc;
use window::Window;

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Channel {
    settings: Arc<Settings>,
    name: Arc<str>,
    epoch: u64,
    window: Window,
    roster: Roster,
    deliveries: Deliveries,
    typing: Bucket,
    /// More people than are announced by name.
    is_crowd: bool,
    crowd_changed: bool,
    deliveries_changed: bool,
    /// How far people here have read is to be passed on.
    received_changed: bool,
    /// When a tick has been asked for.
    wake_at: Option<Time>,
    /// What it knows of the shared log, if it follows one.
    following: Option<Box<Following>>,
}

impl Channel {
    /// A channel as the store knows it, with nobody in it.
    ///
    /// `name` is a room's, or an inbox's with its `@`.
    pub fn recover(settings: Arc<Settings>, name: Arc<str>, stored: Recovered) -> Self {
        let most = match super::owner_of(&name) {
            Some(_) => settings.inbox_window_messages,
            None => settings.window_messages,
        };
        let Recovered { epoch, head, oldest, recent } = stored;
        let window = Window::recover(head, oldest, recent, most, settings.window_bytes);
        Channel {
            typing: Bucket::full(settings.typing, Time::ZERO),
            settings,
            name,
            epoch,
            window,
            roster: Roster::default(),
            deliveries: Deliveries::default(),
            is_crowd: false,
            crowd_changed: false,
            deliveries_changed: false,
            received_changed: false,
            wake_at: None,
            following: None,
        }
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The number of its last message; 0 if there is none.
    pub fn head(&self) -> u64 {
        self.window.head()
    }

    /// How many people are in it, at all servers.
    pub fn people(&self) -> usize {
        self.roster.people_count()
    }

    /// What somebody has said under an id, if it is still in memory.
    pub(super) fn sent(&self, from: &Arc<str>, id: &Arc<str>) -> Option<&Arc<Message>> {
        self.window.find(from, id)
    }

    /// The sessions in it, of this server.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.roster.sessions()
    }

    /// The messages in memory, the oldest first.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        self.window.iter()
    }

    fn is_inbox(&self) -> bool {
        super::owner_of(&self.name).is_some()
    }

    /// Takes one input and adds what is to be done, in order.
    pub fn handle(&mut self, clock: Clock, input: ChannelInput, effects: &mut Vec<Effect>) {
        if self.is_lost() {
            return;
        }
        match input {
            ChannelInput::Join { session, name, after } => {
                self.join(clock, session, name, after, effects);
            }
            ChannelInput::Leave { session } => self.leave(clock, session, effects),
            ChannelInput::Send { session, id, text, since, received_us } => {
                let key = id.clone();
                if let Err(denial) =
                    self.send(clock, session, id, text, since, received_us, effects)
                {
                    effects.push(self.refused(session, Request::Send, Some(key), denial));
                }
            }
            ChannelInput::Typing { session } => self.typing(clock, session, effects),
            ChannelInput::History { session, before, limit } => {
                effects.push(self.history(session, before, limit));
            }
            ChannelInput::Received { session, seq } => self.received(clock, session, seq, effects),
            ChannelInput::Submitted(_)
            | ChannelInput::Published(_)
            | ChannelInput::Refilled(_)
            | ChannelInput::Head(_)
            | ChannelInput::Elsewhere { .. }
            | ChannelInput::Present { .. }
            | ChannelInput::ServerGone { .. } => self.hear(clock, input, effects),
        }
    }

    /// To be called at the time of [`Effect::WakeAt`]; earlier or without being asked does no harm.
    pub fn tick(&mut self, clock: Clock, effects: &mut Vec<Effect>) {
        if self.wake_at.is_none_or(|at| at > clock.now) || self.is_lost() {
            return;
        }
        self.wake_at = None;
        if std::mem::take(&mut self.crowd_changed) {
            self.is_crowd = self.roster.people_count() > self.people_named();
            let room = self.name.clone();
            let (people, count) = self.present();
            effects.push(Effect::ToEveryone(ServerMessage::People { room, people, count }));
        }
        if std::mem::take(&mut self.deliveries_changed) {
            self.deliveries.report(&self.name, &self.roster, effects);
        }
        if std::mem::take(&mut self.received_changed) {
            let counts = deliveries::counts(self.window.head(), &self.roster);
            effects.push(Effect::Tell(Passing::Received { counts }));
        }
        self.refill_if_behind(effects);
    }

    fn wake(&mut self, clock: Clock, effects: &mut Vec<Effect>) {
        if self.wake_at.is_none() {
            let at = clock.now + self.settings.report_every;
            self.wake_at = Some(at);
            effects.push(Effect::WakeAt(at));
        }
    }

    fn join(
        &mut self,
        clock: Clock,
        session: SessionId,
        name: Arc<str>,
        after: Option<Position>,
        effects: &mut Vec<Effect>,
    ) {
        match self.is_ahead(after) {
            Some(position) => self.wait(session, name, position, effects),
            None => self.admit(clock, session, name, after, effects),
        }
    }

    fn admit(
        &mut self,
        clock: Clock,
        session: SessionId,
        name: Arc<str>,
        after: Option<Position>,
        effects: &mut Vec<Effect>,
    ) {
        let joined = match self.missed(after) {
            Ok(joined) => joined,
            Err(read) => return effects.push(Effect::Read(session, read)),
        };
        let is_member = self.roster.name_of(session).is_some();
        if joined.more || is_member {
            let joined = if is_member { self.with_people(joined) } else { joined };
            return effects.push(Effect::ToSession(session, ServerMessage::Joined(joined)));
        }
        if self.roster.session_count() >= self.settings.limits.members as usize {
            let full = Refusal::RoomFull.into();
            return effects.push(self.refused(session, Request::Join, None, full));
        }
        let bucket = Bucket::full(self.settings.limits.messages, clock.now);
        if self.roster.add(session, name.clone(), bucket) {
            self.came(clock, name, effects);
        }
        // It is given no names, if they are too many: so it is to get them when they are fewer.
        self.is_crowd |= self.roster.people_count() > self.people_named();
        effects.push(Effect::Enter(session, self.with_people(joined)));
    }

    fn with_people(&self, joined: Joined) -> Joined {
        let (people, count) = self.present();
        Joined { people, count, ..joined }
    }

    fn leave(&mut self, clock: Clock, session: SessionId, effects: &mut Vec<Effect>) {
        self.wait_no_more(session);
        let Some((name, is_last)) = self.roster.remove(session) else { return };
        effects.push(Effect::Exit(session));
        if is_last {
            self.went(clock, name, effects);
        }
    }

    #[allow(clippy::too_many_arguments)] // They are the fields of one input.
    fn send(
        &mut self,
        clock: Clock,
        session: SessionId,
        id: Arc<str>,
        text: Arc<str>,
        since: Option<Position>,
        received_us: u64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Denial> {
        let from = self.roster.name_of(session).ok_or(Refusal::NotJoined)?.clone();
        if let Some(ack) = self.known(&from, &id, since, received_us)? {
            effects.push(Effect::Ack(session, ack));
            return Ok(());
        }
        if self.following.is_some() {
            // Whether the person may say so much is decided where all that the person says arrives.
            let to = None;
            if let Some((_, person)) = self.roster.person_mut(session) {
                person.typed_at = None;
            }
            let submission = Submission { session, from, to, id, text, since, received_us };
            effects.push(Effect::Submit(submission));
            return Ok(());
        }
        if let Some((_, person)) = self.roster.person_mut(session) {
            person.bucket.take(self.settings.limits.messages, clock.now)?;
            person.typed_at = None;
        }
        let message = self.number(clock, from, None, id, text);
        self.deliveries.follow(message.seq, message.from.clone());
        let ack = acknowledgement(&message, false, received_us);
        effects.push(Effect::Store(message.clone()));
        effects.push(Effect::ToEveryone(ServerMessage::Messages(Run::of(message))));
        effects.push(Effect::Ack(session, ack));
        effects.extend(self.trim());
        Ok(())
    }

    /// Whether this has been stored before: its acknowledgement once more, if it has.
    ///
    /// # Errors
    /// [`Refusal::TooLate`], if nobody can tell any more.
    pub(super) fn known(
        &self,
        from: &Arc<str>,
        id: &Arc<str>,
        since: Option<Position>,
        received_us: u64,
    ) -> Result<Option<Ack>, Denial> {
        if self.settings.without == Some(Without::Idempotency) {
            return Ok(None);
        }
        if let Some(message) = self.window.find(from, id) {
            return Ok(Some(acknowledgement(message, true, received_us)));
        }
        if self.following.is_some() {
            // The log remembers more than this server.
            return Ok(None);
        }
        // The first attempt was stored behind `since`, or not at all.
        let forgotten = |since: Position| {
            since.epoch == self.epoch && since.seq.saturating_add(1) < self.window.first()
        };
        if since.is_some_and(forgotten) {
            return Err(Refusal::TooLate.into());
        }
        Ok(None)
    }

    /// Gives a message its number.
    pub(super) fn number(
        &mut self,
        clock: Clock,
        from: Arc<str>,
        to: Option<Arc<str>>,
        id: Arc<str>,
        text: Arc<str>,
    ) -> Arc<Message> {
        let room = self.name.clone();
        let seq = self.head() + 1;
        let message = Message { room, seq, id, from, to, text, at_ms: clock.unix_ms };
        let message = Arc::new(message);
        self.window.push(message.clone());
        message
    }

    /// What the store may forget, an eighth of it at a time.
    pub(super) fn trim(&mut self) -> Option<Effect> {
        let retained = if self.is_inbox() {
            self.settings.inbox_retained_messages
        } else {
            self.settings.retained_messages
        };
        // What is in memory is also stored, or a restart would forget it.
        let keep_from = (self.head() + 1).saturating_sub(retained.max(1)).min(self.window.first());
        let slack = (retained / 8).max(1);
        if keep_from < self.window.oldest() + slack {
            return None;
        }
        self.window.set_oldest(keep_from);
        Some(Effect::Trim { keep_from })
    }

    fn received(&mut self, clock: Clock, session: SessionId, seq: u64, effects: &mut Vec<Effect>) {
        let seq = seq.min(self.head());
        let Some((_, person)) = self.roster.person_mut(session) else { return };
        let before = person.received;
        person.received = before.max(seq);
        if self.deliveries.concern(before, seq) {
            self.deliveries_changed = true;
            self.wake(clock, effects);
        }
        if before < seq && !self.is_inbox() && self.roster.has_others_elsewhere() {
            self.received_changed = true;
            self.wake(clock, effects);
        }
    }

    fn refused(
        &self,
        session: SessionId,
        request: Request,
        id: Option<Arc<str>>,
        denial: Denial,
    ) -> Effect {
        Effect::ToSession(session, denial.of(request, Some(self.name.clone()), id))
    }
}

/// What acknowledges a message.
pub(super) fn acknowledgement(message: &Message, is_retry: bool, received_us: u64) -> Ack {
    Ack {
        room: message.room.clone(),
        id: message.id.clone(),
        seq: message.seq,
        at_ms: message.at_ms,
        is_retry,
        timing: Timing { received_us, ..Timing::default() },
    }
}

/// How an input is refused by whoever has no channel to hand it to; not at all, if it is not answered.
pub(super) fn refusal_of(
    input: &ChannelInput,
    room: &Arc<str>,
    reason: Refusal,
) -> Option<ServerMessage> {
    let (request, id) = match input {
        ChannelInput::Join { .. } => (Request::Join, None),
        ChannelInput::Send { id, .. } => (Request::Send, Some(id.clone())),
        ChannelInput::History { .. } => (Request::History, None),
        _ => return None,
    };
    Some(Denial::from(reason).of(request, Some(room.clone()), id))
}
