//! Who is there: names, numbers and weights of shards, for the algorithms that must not give one twice.

use super::ring::{RingError, ShardId};
use std::collections::BTreeSet;

/// The shards of one placement. Numbers count up from 0, and none is given again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Roster {
    /// By number; a removed shard leaves a gap.
    members: Vec<Option<Member>>,
    names: BTreeSet<String>,
}

/// A shard of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) weight: u32,
}

impl Roster {
    /// Enters a shard and gives it the next number.
    pub(super) fn enter(&mut self, name: &str, weight: u32) -> Result<ShardId, RingError> {
        if weight == 0 {
            return Err(RingError::ZeroWeight);
        }
        if !self.names.insert(name.to_owned()) {
            return Err(RingError::DuplicateShard(name.to_owned()));
        }
        let id = self.next_id();
        self.members.push(Some(Member { name: name.to_owned(), weight }));
        Ok(id)
    }

    /// The same for an algorithm without weights.
    pub(super) fn enter_unweighted(
        &mut self,
        name: &str,
        weight: u32,
    ) -> Result<ShardId, RingError> {
        if weight > 1 {
            return Err(RingError::Unweighted(weight));
        }
        self.enter(name, weight)
    }

    /// Strikes a shard; its name may be given again, its number is not.
    pub(super) fn strike(&mut self, id: ShardId) -> Result<(), RingError> {
        let seat = self.members.get_mut(id.0 as usize);
        let member = seat.and_then(Option::take).ok_or(RingError::UnknownShard(id))?;
        self.names.remove(&member.name);
        Ok(())
    }

    /// The number that the next shard will have.
    pub(super) fn next_id(&self) -> ShardId {
        ShardId(self.members.len() as u32)
    }

    pub(super) fn knows(&self, id: ShardId) -> bool {
        self.members.get(id.0 as usize).is_some_and(Option::is_some)
    }

    /// What a shard is called.
    pub(super) fn name(&self, id: ShardId) -> Option<&str> {
        let member = self.members.get(id.0 as usize).and_then(Option::as_ref);
        member.map(|member| member.name.as_str())
    }

    /// The shards that are there, in the order of their numbers.
    pub(super) fn members(&self) -> impl Iterator<Item = (ShardId, &Member)> {
        let seats = self.members.iter().enumerate();
        seats.filter_map(|(id, member)| Some((ShardId(id as u32), member.as_ref()?)))
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}
