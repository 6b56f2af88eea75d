//! What a reader gets: what it has missed, the newest page, or a page of history; from memory, or as a
//! question to the store.

use super::Channel;
use crate::chat::effect::Purpose;
use crate::chat::wire::{Joined, Position, Request, ServerMessage};
use crate::chat::{Effect, Read, Refusal, SessionId};

impl Channel {
    /// What a reader at a position has missed, or at most a page of it; what must be asked of the store
    /// if it is no longer in memory.
    pub(super) fn missed(&self, after: Option<Position>) -> Result<Joined, Read> {
        let (head, oldest) = (self.head(), self.window.oldest());
        let (limit, bytes) = self.page();
        let (recovered, messages) = match after {
            Some(Position { epoch, seq })
                if epoch == self.epoch
                    && seq <= head
                    && seq + 1 >= oldest
                    && head - seq <= self.settings.resume_messages =>
            {
                if seq + 1 < self.window.first() {
                    let to = (seq + limit as u64).min(head);
                    let room = self.name.clone();
                    let purpose = Purpose::Resume { room, epoch, head };
                    return Err(Read { from: seq + 1, to, limit, bytes, purpose });
                }
                (true, self.window.forwards(seq + 1, limit, bytes))
            }
            _ => (false, self.window.backwards(head, limit, bytes)),
        };
        let first = messages.first().map_or(head + 1, |it| it.seq);
        let last = messages.last().map_or(head, |it| it.seq);
        Ok(Joined {
            room: self.name.clone(),
            epoch: self.epoch,
            head,
            recovered,
            more: last < head,
            has_older: first > oldest,
            messages,
            people: Vec::new(),
            count: 0,
        })
    }

    /// The most messages of a page, and the most bytes of it.
    fn page(&self) -> (usize, u64) {
        ((self.settings.limits.page_messages as usize).max(1), self.settings.page_bytes)
    }

    pub(super) fn history(&self, session: SessionId, before: u64, limit: u32) -> Effect {
        if self.roster.name_of(session).is_none() {
            let denial = Refusal::NotJoined.into();
            return self.refused(session, Request::History, None, denial);
        }
        let (room, oldest) = (self.name.clone(), self.window.oldest());
        let (most, bytes) = self.page();
        let limit = (limit as usize).clamp(1, most);
        let to = before.saturating_sub(1).min(self.head());
        let from = (to + 1).saturating_sub(limit as u64).max(oldest);
        if from <= to && from < self.window.first() {
            let purpose = Purpose::History { room, before, oldest };
            return Effect::Read(session, Read { from, to, limit, bytes, purpose });
        }
        let messages = match from <= to {
            true => self.window.backwards(to, limit, bytes),
            false => Vec::new(),
        };
        let more = messages.first().is_some_and(|first| first.seq > oldest);
        Effect::ToSession(session, ServerMessage::History { room, before, messages, more })
    }
}
