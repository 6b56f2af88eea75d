//! The log that servers share, as a value: what an implementation has to do, one step after the other.
//!
//! The real one is a script in a database; this one is what the script is compared with, and what the proofs
//! about followers run on. Each call is one step, which nothing else comes between.
//!
//! What is simplified: nothing is forgotten of how much a person has said lately; and whether the tail of a
//! channel was lost shows only by a server that has seen more of it.

use super::{Bounds, Placed, Published, Submission, Submitted};
use crate::chat::wire::{Message, Position};
use crate::chat::{
    Bucket, Claim, Clock, Denial, Recovered, Refusal, Settings, folded, inbox_of, owner_of,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Who has said something, under which id.
type Key = (Arc<str>, Arc<str>);

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Log {
    epoch: u64,
    head: u64,
    /// Those that are kept, without gaps, up to `head`.
    messages: VecDeque<Arc<Message>>,
    /// Where each message is: of the last ones, and of those before them. When there are
    /// [`Settings::window_messages`] in the younger generation, the older one is forgotten. So between one
    /// and two times as many are remembered, and forgetting costs nothing.
    ids: [BTreeMap<Key, (u64, u64)>; 2],
    /// The first number in each generation.
    from: [u64; 2],
    buckets: BTreeMap<Arc<str>, Bucket>,
}

/// The log that servers share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedOrder {
    settings: Arc<Settings>,
    channels: BTreeMap<Arc<str>, Log>,
    /// By [`folded`] names.
    claims: BTreeMap<Arc<str>, Claim>,
}

impl Log {
    fn new(epoch: u64) -> Self {
        let messages = VecDeque::new();
        let ids = [BTreeMap::new(), BTreeMap::new()];
        Log { epoch, head: 0, messages, ids, from: [1, 1], buckets: BTreeMap::new() }
    }

    fn oldest(&self) -> u64 {
        self.messages.front().map_or(self.head + 1, |it| it.seq)
    }

    fn bounds(&self) -> Bounds {
        Bounds { epoch: self.epoch, head: self.head, oldest: self.oldest() }
    }

    fn find(&self, key: &Key) -> Option<(u64, u64)> {
        self.ids.iter().find_map(|it| it.get(key)).copied()
    }

    fn append(&mut self, settings: &Settings, message: Message) -> Published {
        let message = Arc::new(message);
        self.head = message.seq;
        let key = (message.from.clone(), message.id.clone());
        self.ids[0].insert(key, (message.seq, message.at_ms));
        self.messages.push_back(message.clone());
        let is_inbox = owner_of(&message.room).is_some();
        let (remembered, retained) = match is_inbox {
            true => (settings.inbox_window_messages, settings.inbox_retained_messages),
            false => (settings.window_messages, settings.retained_messages),
        };
        if self.head + 1 - self.from[0] >= u64::from(remembered).max(1) {
            self.ids = [BTreeMap::new(), std::mem::take(&mut self.ids[0])];
            self.from = [self.head + 1, self.from[0]];
        }
        // An eighth at a time.
        let kept = self.messages.len() as u64;
        if kept >= retained + (retained / 8).max(1) {
            self.messages.drain(..(kept - retained) as usize);
        }
        Published { epoch: self.epoch, message }
    }
}

impl SharedOrder {
    /// An empty one.
    pub fn new(settings: Arc<Settings>) -> Self {
        SharedOrder { settings, channels: BTreeMap::new(), claims: BTreeMap::new() }
    }

    /// The channel, with another epoch if its history is not the one that somebody has `seen`: if its tail
    /// was lost, or all of it. A later epoch is always higher, so that what is left, and what comes now
    /// under numbers that were lost, is never taken for what was lost.
    fn log(&mut self, clock: Clock, channel: &Arc<str>, seen: Option<Position>) -> &mut Log {
        let log = self.channels.entry(channel.clone()).or_insert_with(|| Log::new(clock.unix_ms));
        if let Some(seen) = seen {
            let is_other = log.epoch < seen.epoch;
            if is_other || (log.epoch == seen.epoch && log.head < seen.seq) {
                log.epoch = (seen.epoch + 1).max(clock.unix_ms);
            }
        }
        log
    }

    /// Opens a channel for a follower: its last messages, at most `recent`. A new one is begun.
    pub fn open(&mut self, clock: Clock, channel: &Arc<str>, recent: usize) -> Recovered {
        let log = self.log(clock, channel, None);
        let Bounds { epoch, head, oldest } = log.bounds();
        let skipped = log.messages.len().saturating_sub(recent);
        let recent = log.messages.iter().skip(skipped).cloned().collect();
        Recovered { epoch, head, oldest, recent }
    }

    /// What there is of a channel, for a follower that knows of it up to `seen`: see
    /// [`Channel::log_head`](crate::chat::Channel::log_head).
    pub fn bounds(&mut self, clock: Clock, channel: &Arc<str>, seen: Position) -> Bounds {
        self.log(clock, channel, Some(seen)).bounds()
    }

    /// What is kept behind a number.
    pub fn read(&self, channel: &str, after: u64) -> Vec<Published> {
        let Some(log) = self.channels.get(channel) else { return Vec::new() };
        let epoch = log.epoch;
        let behind = log.messages.iter().filter(|it| it.seq > after);
        behind.map(|message| Published { epoch, message: message.clone() }).collect()
    }

    /// Makes a name somebody's, or confirms that it is: the claim as it is kept.
    ///
    /// # Errors
    /// [`Refusal::NameTaken`], if another secret belongs to it; [`Refusal::NoMorePeople`], if there are
    /// as many as there may be. An implementation may forget whoever has been away longest instead.
    pub fn claim(&mut self, claim: Claim) -> Result<Claim, Denial> {
        let key = folded(&claim.name);
        if let Some(kept) = self.claims.get_mut(&key) {
            if kept.secret_hash != claim.secret_hash {
                return Err(Refusal::NameTaken.into());
            }
            kept.seen_ms = kept.seen_ms.max(claim.seen_ms);
            return Ok(kept.clone());
        }
        if self.claims.len() >= self.settings.limits.people as usize {
            return Err(Refusal::NoMorePeople.into());
        }
        self.claims.insert(key, claim.clone());
        Ok(claim)
    }

    /// Numbers a message in a room, or a private one in the sender's inbox and in the receiver's, unless
    /// it is there already; what is published to all servers.
    ///
    /// `seen` is how far the asking follower knows of the `channel`: the room, or the sender's inbox.
    pub fn submit(
        &mut self,
        clock: Clock,
        channel: &Arc<str>,
        seen: Position,
        submission: &Submission,
    ) -> (Submitted, Vec<Published>) {
        let mut published = Vec::new();
        let outcome = self.number(clock, channel, seen, submission, &mut published);
        (submission.answered(outcome), published)
    }

    fn number(
        &mut self,
        clock: Clock,
        channel: &Arc<str>,
        seen: Position,
        submission: &Submission,
        published: &mut Vec<Published>,
    ) -> Result<Placed, Denial> {
        let settings = self.settings.clone();
        let Submission { from, id, text, since, .. } = submission;
        let receiver = match &submission.to {
            Some(to) => Some(self.claims.get(&folded(to)).ok_or(Refusal::NoSuchPerson)?),
            None => None,
        };
        let to = receiver.map(|it| it.name.clone());
        let log = self.log(clock, channel, Some(seen));
        let epoch = log.epoch;
        if let Some((seq, at_ms)) = log.find(&(from.clone(), id.clone())) {
            return Ok(Placed { epoch, seq, at_ms, is_retry: true });
        }
        // The first attempt was numbered behind `since`, or not at all.
        let first = log.from[1];
        if since.is_some_and(|it| it.epoch == epoch && it.seq.saturating_add(1) < first) {
            return Err(Refusal::TooLate.into());
        }
        let full = Bucket::full(settings.limits.messages, clock.now);
        let bucket = log.buckets.entry(from.clone()).or_insert(full);
        bucket.take(settings.limits.messages, clock.now)?;
        let mut append = |channel: &Arc<str>| {
            let log = self.log(clock, channel, None);
            let message = Message {
                room: channel.clone(),
                seq: log.head + 1,
                id: id.clone(),
                from: from.clone(),
                to: to.clone(),
                text: text.clone(),
                at_ms: clock.unix_ms,
            };
            let seq = message.seq;
            published.push(log.append(&settings, message));
            seq
        };
        let seq = append(channel);
        if let Some(inbox) = to.as_deref().map(inbox_of).filter(|it| it != channel) {
            append(&inbox);
        }
        Ok(Placed { epoch, seq, at_ms: clock.unix_ms, is_retry: false })
    }

    /// What the loss of a machine does, whose last writes had not reached the disk: the messages behind
    /// a number are gone, and nobody is told.
    pub fn lose_tail(&mut self, channel: &str, head: u64) {
        let Some(log) = self.channels.get_mut(channel).filter(|it| head < it.head) else { return };
        log.messages.retain(|it| it.seq <= head);
        log.ids.iter_mut().for_each(|it| it.retain(|_, (seq, _)| *seq <= head));
        log.from = log.from.map(|it| it.min(head + 1));
        log.head = head;
    }
}
