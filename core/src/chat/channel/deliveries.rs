//! At how many people the last messages have arrived: what the second tick says.
//!
//! Readers say what they have cumulatively, about once a second, and authors are told on a timer. So a
//! room costs a few messages a second a member, not one for each message and member.

use super::roster::Roster;
use crate::chat::Effect;
use crate::chat::wire::ServerMessage;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The most messages whose deliveries are followed; older ones are not reported any more.
const MOST: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Followed {
    seq: u64,
    author: Arc<str>,
    /// At how many people, as the author has been told.
    told: u32,
}

/// The messages whose deliveries are followed, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Deliveries(VecDeque<Followed>);

impl Deliveries {
    pub(super) fn follow(&mut self, seq: u64, author: Arc<str>) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Followed { seq, author, told: 0 });
    }

    /// Whether news about everything from `before` + 1 to `now` matters to anybody.
    pub(super) fn concern(&self, before: u64, now: u64) -> bool {
        let first = self.0.front().is_some_and(|it| it.seq <= now);
        first && self.0.back().is_some_and(|it| it.seq > before)
    }

    /// Tells the authors what has changed, and forgets what has arrived everywhere.
    pub(super) fn report(&mut self, room: &Arc<str>, roster: &Roster, effects: &mut Vec<Effect>) {
        let mut received: Vec<u64> = roster.people().map(|(_, it)| it.received).collect();
        received.sort_unstable();
        let everybody = roster.people_count();
        self.0.retain_mut(|it| {
            let Some(author) = roster.person(&it.author) else { return false };
            let all = received.len() - received.partition_point(|seq| *seq < it.seq);
            let here = all - usize::from(author.received >= it.seq);
            // Who is at two servers is counted at both, but there are not more people than there are.
            let by = (here + roster.arrived_elsewhere(it.seq)).min(everybody.saturating_sub(1));
            let by = by as u32;
            if by > it.told {
                it.told = by;
                let room = room.clone();
                let news = ServerMessage::Delivered { room, seq: it.seq, by };
                let told = author.sessions.iter();
                effects.extend(told.map(|to| Effect::ToSession(*to, news.clone())));
            }
            by as usize + 1 < everybody
        });
    }
}

/// How far the people here have read, for the other servers: where that may still be of interest.
pub(super) fn counts(head: u64, roster: &Roster) -> Vec<(u64, u32)> {
    let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
    let recent = head.saturating_sub(MOST as u64);
    for (_, person) in roster.people().filter(|(_, it)| it.received > recent) {
        *counts.entry(person.received).or_default() += 1;
    }
    counts.into_iter().collect()
}
