//! The keys on one algorithm, and what becomes of them when shards leave and join.

use super::shard_names;
use super::{Algorithm, Change, Experiment, Keys, Load, Outcome, Placement, RingError, ShardId};
use crate::consistent_hashing::hash::HashKind;
use crate::consistent_hashing::{
    Anchor, Bounded, Jump, Maglev, Modulo, MultiProbe, Rendezvous, Ring,
};
use crate::sim::Rng;

/// A placement that an experiment can be done with. What takes long is done for all keys in one call, so
/// that a value behind a pointer costs nothing; compiled for each type, experiments made the page heavy.
pub(super) trait Subject: Placement {
    /// Whether it is always the last shards that leave.
    fn only_the_last_leave(&self) -> bool {
        false
    }

    /// Places the keys on the shards that are there.
    fn place(&self, keys: &Keys) -> Result<Placed, RingError>;

    fn add_all(&mut self, names: &[String]) -> Result<Vec<ShardId>, RingError> {
        let mut shards = Vec::with_capacity(names.len());
        for name in names {
            shards.push(Placement::add(self, name, 1)?);
        }
        Ok(shards)
    }

    fn remove_all(&mut self, shards: &[ShardId]) -> Result<(), RingError> {
        shards.iter().try_for_each(|shard| Placement::remove(self, *shard))
    }

    fn clone_boxed(&self) -> Box<dyn Subject>;
}

/// Where the keys are.
pub(super) struct Placed {
    /// By key.
    owners: Vec<ShardId>,
    table_bytes: u64,
}

/// Places keys by their hashes alone.
fn look_up(
    placement: &impl Placement,
    keys: &Keys,
    owner_at: impl Fn(u64) -> Result<ShardId, RingError>,
) -> Result<Placed, RingError> {
    let mut owners = Vec::with_capacity(keys.positions().len());
    for position in keys.positions() {
        owners.push(owner_at(*position)?);
    }
    Ok(Placed { owners, table_bytes: placement.table_bytes() as u64 })
}

impl Subject for Ring<HashKind> {
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn add_all(&mut self, names: &[String]) -> Result<Vec<ShardId>, RingError> {
        Ring::add_all(self, names.iter().map(|name| (name.as_str(), 1)))
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for MultiProbe<HashKind> {
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for Rendezvous<HashKind> {
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for Anchor<HashKind> {
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for Modulo<HashKind> {
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for Jump<HashKind> {
    fn only_the_last_leave(&self) -> bool {
        true
    }

    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for Maglev<HashKind> {
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        look_up(self, keys, |position| self.owner_at(position))
    }

    fn add_all(&mut self, names: &[String]) -> Result<Vec<ShardId>, RingError> {
        Maglev::add_all(self, names.iter().map(|name| (name.as_str(), 1)))
    }

    fn remove_all(&mut self, shards: &[ShardId]) -> Result<(), RingError> {
        Maglev::remove_all(self, shards)
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

impl Subject for Bounded<HashKind> {
    /// Into books of its own each time. History makes no difference to them, and to assign every key
    /// once takes less than to move keys after each of many changes.
    fn place(&self, keys: &Keys) -> Result<Placed, RingError> {
        let mut books = self.clone();
        keys.names().try_for_each(|name| books.assign(name.as_bytes()).map(|_| ()))?;
        let owners = keys.names().map(|name| books.owner(name.as_bytes()));
        Ok(Placed {
            owners: owners.collect::<Result<_, _>>()?,
            table_bytes: books.table_bytes() as u64,
        })
    }

    fn clone_boxed(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }
}

/// The start of an experiment, from which it can go on with any seed.
pub(super) struct Trial<'a> {
    algorithm: Algorithm,
    experiment: Experiment,
    keys: &'a Keys,
    placement: Box<dyn Subject>,
    shards: Vec<ShardId>,
    placed: Placed,
}

impl<'a> Trial<'a> {
    /// Adds the shards to an empty placement, and the keys; the experiment is within its limits.
    pub(super) fn new(
        algorithm: Algorithm,
        experiment: Experiment,
        mut placement: Box<dyn Subject>,
        keys: &'a Keys,
    ) -> Result<Self, RingError> {
        let shards = placement.add_all(&shard_names(0..experiment.shards))?;
        let placed = placement.place(keys)?;
        Ok(Trial { algorithm, experiment, keys, placement, shards, placed })
    }

    /// Lets shards leave and others join.
    pub(super) fn run(&self, seed: u64) -> Result<Outcome, RingError> {
        let mut placement = self.placement.clone_boxed();
        let mut shards = self.shards.clone();
        let leaving = self.leaving(seed);
        placement.remove_all(&leaving)?;
        let gone = marks(&leaving);
        shards.retain(|shard| !is_marked(&gone, *shard));
        let left = placement.place(self.keys)?;
        let moves = count_moves(&self.placed, &left, |from, _| is_marked(&gone, from));
        let removal = change(leaving, self.shards.len(), moves, &shards, &left);

        let first = self.experiment.shards;
        let joining = placement.add_all(&shard_names(first..first + self.experiment.add))?;
        let new = marks(&joining);
        shards.extend(&joining);
        let joined = placement.place(self.keys)?;
        let moves = count_moves(&left, &joined, |_, to| is_marked(&new, to));
        let addition = change(joining, shards.len(), moves, &shards, &joined);
        Ok(Outcome {
            algorithm: self.algorithm,
            experiment: Experiment { seed, ..self.experiment },
            load: load(&self.shards, &self.placed),
            table_bytes: self.placed.table_bytes,
            removal,
            addition,
        })
    }

    /// The shards that leave: the last ones, or any by chance.
    fn leaving(&self, seed: u64) -> Vec<ShardId> {
        let count = self.experiment.remove as usize;
        if self.placement.only_the_last_leave() {
            return self.shards.iter().rev().take(count).copied().collect();
        }
        // The first steps of a Fisher-Yates shuffle: every choice is as likely as any other.
        let (mut rng, mut shards) = (Rng::new(seed), self.shards.clone());
        for place in 0..count {
            let other = place as u64 + rng.below((shards.len() - place) as u64);
            shards.swap(place, other as usize);
        }
        shards.truncate(count);
        shards
    }
}

/// How many keys have moved, and how many of them for a good reason.
#[derive(Default)]
struct Moves {
    keys: u32,
    moved: u32,
    necessary: u32,
}

fn count_moves(
    before: &Placed,
    after: &Placed,
    is_necessary: impl Fn(ShardId, ShardId) -> bool,
) -> Moves {
    let mut moves = Moves { keys: before.owners.len() as u32, ..Moves::default() };
    for (&from, &to) in before.owners.iter().zip(&after.owners) {
        moves.moved += u32::from(from != to);
        moves.necessary += u32::from(is_necessary(from, to));
    }
    moves
}

/// Of `all` shards some have changed; now these `shards` are there.
fn change(
    changed: Vec<ShardId>,
    all: usize,
    moves: Moves,
    shards: &[ShardId],
    placed: &Placed,
) -> Change {
    let percent = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1)) * 100.0;
    Change {
        expected_percent: percent(changed.len() as u32, all as u32),
        shards: changed,
        moved: moves.moved,
        moved_percent: percent(moves.moved, moves.keys),
        necessary: moves.necessary,
        necessary_percent: percent(moves.necessary, moves.keys),
        load: load(shards, placed),
        table_bytes: placed.table_bytes,
    }
}

/// By number, whether a shard is among these.
fn marks(shards: &[ShardId]) -> Vec<bool> {
    let mut marks = vec![false; shards.iter().map(|it| it.0 as usize + 1).max().unwrap_or(0)];
    shards.iter().for_each(|shard| marks[shard.0 as usize] = true);
    marks
}

fn is_marked(marks: &[bool], shard: ShardId) -> bool {
    marks.get(shard.0 as usize) == Some(&true)
}

/// How many keys each of these shards has.
fn load(shards: &[ShardId], placed: &Placed) -> Load {
    let mut loads = vec![0; shards.iter().map(|it| it.0 as usize + 1).max().unwrap_or(0)];
    for owner in &placed.owners {
        if let Some(load) = loads.get_mut(owner.0 as usize) {
            *load += 1;
        }
    }
    Load::of(shards.iter().map(|shard| loads[shard.0 as usize]).collect())
}
