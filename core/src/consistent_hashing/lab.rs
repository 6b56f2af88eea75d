//! The lab: shards that come, go, crash and are dragged, and keys that follow them.
//!
//! A key belongs to its new shard the moment the ring changes; its data takes a while to get there.
//! What is simplified: transfers never fail, and a crashed shard's keys are loaded again from the
//! database behind the cache at the same speed.

mod action;
mod frame;

pub use action::{
    Action, Event, LONGEST_KEY_BYTES, MOST_KEYS, MOST_OWN_BYTES, MOST_OWN_KEYS, MOST_SHARDS,
    MOST_VIRTUAL_NODES, MOST_WEIGHT, Scenario, position_to_turn, replay_work, shard_name,
    turn_to_position,
};
use frame::Standing;
pub use frame::{Frame, Journey, KeyView, ShardView, Spread};

use super::hash::{HashKind, KeyHash};
use super::modulo::Modulo;
use super::ring::{Point, Ring, RingError, ShardId};
use crate::sim::{Agenda, Invariant, Rng, Simulation, Span, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;

/// How long the data of one key is under way.
pub const TRAVEL: Span = Span::from_ms(500);
/// The keys of one change leave within this time, one after the other.
pub const DEPARTURES: Span = Span::from_ms(700);
/// The keys of one change travel in at most this many batches, each of which is a step.
const MOST_BATCHES: usize = 64;

/// A key: what it is called and where that hashes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its position on the ring.
    pub position: u64,
}

/// Where a key belongs, and its data's way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holding {
    owner: Option<ShardId>,
    modulo_owner: Option<ShardId>,
    transfer: Option<Transfer>,
}

/// The data of a key under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Transfer {
    /// The shard it comes from; none if it is loaded from the database.
    from: Option<ShardId>,
    departs_at: Time,
    arrives_at: Time,
}

/// How many keys a change, or all changes together, have moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// On the ring.
    pub ring: u64,
    /// With the hash modulo the number of shards.
    pub modulo: u64,
}

/// How a key finds its shard, on the ring and with modulo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// The key's hash, which is its position on the ring.
    pub position: u64,
    /// The first point clockwise, whose shard owns the key.
    pub point: Point,
    /// The hash modulo the number of shards that are up.
    pub rest: u64,
    /// The shard that owns the key with modulo.
    pub modulo_owner: ShardId,
}

/// Why an action was impossible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Refusal {
    #[error("a run has at most {MOST_SHARDS} shards")]
    TooManyShards,
    #[error("{0} is up already")]
    UpAlready(ShardId),
    #[error("{0} is down already")]
    DownAlready(ShardId),
    #[error(transparent)]
    Ring(#[from] RingError),
}

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    // What is shared with frames and snapshots is copied only when it changes.
    ring: Arc<Ring<HashKind>>,
    modulo: Modulo<HashKind>,
    keys: Arc<[Key]>,
    holdings: Arc<Vec<Holding>>,
    standing: Standing,
    /// The points that a hand has ever placed.
    placed: BTreeSet<(ShardId, u32)>,
    /// How many keys' data is under way.
    travelling: u32,
    arrivals: Agenda<Vec<u32>>,
    moved: Moved,
    last_moved: Moved,
    /// Whether the last change moved only keys that had to move.
    last_was_minimal: bool,
}

impl Simulation for Lab {
    const NAME: &'static str = "consistent_hashing";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Event;
    type Frame = Frame;

    fn new(scenario: &Scenario, mut rng: Rng) -> Self {
        let scenario = scenario.clamped();
        let hash = scenario.hash;
        let first = 100_000 + rng.below(900_000);
        let generated =
            (0..u64::from(scenario.keys)).map(|number| format!("user-{}", first + number));
        let names: Vec<String> =
            if scenario.own_keys.is_empty() { generated.collect() } else { scenario.own_keys };
        let key = |name: String| Key { position: hash.position(name.as_bytes()), name };
        let keys: Arc<[Key]> = names.into_iter().map(key).collect();
        let ring = Ring::with_hash(scenario.virtual_nodes, hash)
            .expect("a clamped scenario has at least one and not too many virtual nodes");
        let nowhere = Holding { owner: None, modulo_owner: None, transfer: None };
        let mut lab = Lab {
            ring: Arc::new(ring),
            modulo: Modulo::new(hash),
            holdings: Arc::new(vec![nowhere; keys.len()]),
            keys,
            standing: Standing::default(),
            placed: BTreeSet::new(),
            travelling: 0,
            arrivals: Agenda::default(),
            moved: Moved::default(),
            last_moved: Moved::default(),
            last_was_minimal: true,
        };
        for _ in 0..scenario.shards {
            lab.add_shard(1).expect("names are not given twice");
        }
        lab.settle_keys();
        lab.standing = Standing::of(&lab);
        lab
    }

    fn next_at(&self) -> Option<Time> {
        self.arrivals.next_at()
    }

    fn step(&mut self) -> Vec<Event> {
        let Some((_, keys)) = self.arrivals.pop() else { return Vec::new() };
        let holdings = Arc::make_mut(&mut self.holdings);
        for &key in &keys {
            holdings[key as usize].transfer = None;
        }
        self.travelling -= keys.len() as u32;
        vec![Event::KeysArrived { keys }]
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Event> {
        match self.try_act(now, action) {
            Ok(events) => events,
            Err(error) => vec![Event::Refused { reason: error.to_string() }],
        }
    }

    fn frame(&self, now: Time) -> Frame {
        frame::draw(self, now)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        &[
            Invariant {
                name: "every key belongs to the shard that the ring names",
                holds: |lab| {
                    let mut pairs = lab.keys.iter().zip(lab.holdings.iter());
                    pairs.all(|(key, it)| it.owner == lab.ring.owner_at(key.position).ok())
                },
            },
            Invariant {
                name: "no key belongs to a shard that is down",
                holds: |lab| {
                    let owners = lab.holdings.iter().filter_map(|it| it.owner);
                    owners.into_iter().all(|owner| lab.ring.is_in_service(owner))
                },
            },
            Invariant {
                name: "a change of one shard moves only keys from it or to it",
                holds: |lab| lab.last_was_minimal,
            },
        ]
    }

    fn footprint_bytes(&self) -> usize {
        // The points are there twice: in the ring and, for frames, beside it.
        size_of_val(&self.holdings[..]) + 2 * size_of_val(self.ring.points())
    }
}

impl Lab {
    /// The keys of this run, in the order in which frames and events number them.
    pub fn keys(&self) -> &Arc<[Key]> {
        &self.keys
    }

    /// The ring as it is now.
    pub fn ring(&self) -> &Ring<HashKind> {
        &self.ring
    }

    /// How many keys all changes together have moved.
    pub fn moved(&self) -> Moved {
        self.moved
    }

    /// What becomes of any key, step by step; none while no shard is up.
    pub fn look_up(&self, key: &str) -> Option<LookUp> {
        let position = self.ring.position(key.as_bytes());
        let up = self.ring.shards().filter(|(id, _, _)| self.ring.is_in_service(*id)).count();
        Some(LookUp {
            position,
            point: self.ring.point_at(position).ok()?,
            rest: position.checked_rem(up as u64)?,
            modulo_owner: self.modulo.owner_at(position).ok()?,
        })
    }

    fn try_act(&mut self, now: Time, action: Action) -> Result<Vec<Event>, Refusal> {
        let (event, changed) = match action {
            Action::AddShard { weight } => {
                self.check_room()?;
                let shard = self.add_shard(weight.min(action::MOST_WEIGHT))?;
                (Event::ShardAdded { shard }, Some(shard))
            }
            Action::RemoveShard { shard } => {
                Arc::make_mut(&mut self.ring).remove(shard)?;
                self.modulo.remove(shard);
                (Event::ShardRemoved { shard }, Some(shard))
            }
            Action::CrashShard { shard } => {
                self.set_up(shard, false)?;
                let lost = self.holdings.iter().filter(|it| it.owner == Some(shard)).count();
                (Event::ShardCrashed { shard, lost_keys: lost as u32 }, Some(shard))
            }
            Action::RestartShard { shard } => {
                self.set_up(shard, true)?;
                (Event::ShardRestarted { shard }, Some(shard))
            }
            Action::PlacePoint { shard, virtual_node, turn } => {
                let position = action::turn_to_position(turn);
                Arc::make_mut(&mut self.ring).place(shard, virtual_node, position)?;
                self.placed.insert((shard, virtual_node));
                (Event::PointPlaced { shard, virtual_node, turn }, Some(shard))
            }
            Action::ReleasePoint { shard, virtual_node } => {
                Arc::make_mut(&mut self.ring).release(shard, virtual_node)?;
                (Event::PointReleased { shard, virtual_node }, Some(shard))
            }
            Action::SetWeight { shard, weight } => {
                let weight = weight.min(action::MOST_WEIGHT);
                Arc::make_mut(&mut self.ring).set_weight(shard, weight)?;
                (Event::WeightSet { shard, weight }, Some(shard))
            }
            Action::SetVirtualNodes { virtual_nodes } => {
                let virtual_nodes = virtual_nodes.min(action::MOST_VIRTUAL_NODES);
                Arc::make_mut(&mut self.ring).set_virtual_nodes(virtual_nodes)?;
                (Event::VirtualNodesSet { virtual_nodes }, None)
            }
        };
        let crashed = match event {
            Event::ShardCrashed { shard, .. } => Some(shard),
            _ => None,
        };
        let moved = self.move_keys(now, changed, crashed);
        let mut events = vec![event];
        if moved != Moved::default() {
            events.push(Event::KeysMoved(moved));
        }
        Ok(events)
    }

    fn check_room(&self) -> Result<(), Refusal> {
        if self.ring.len() < MOST_SHARDS as usize { Ok(()) } else { Err(Refusal::TooManyShards) }
    }

    fn add_shard(&mut self, weight: u32) -> Result<ShardId, RingError> {
        let name = action::shard_name(self.ring.next_id());
        let shard = Arc::make_mut(&mut self.ring).add(&name, weight)?;
        self.modulo.add(shard);
        Ok(shard)
    }

    fn set_up(&mut self, shard: ShardId, up: bool) -> Result<(), Refusal> {
        let was_up = self.ring.is_in_service(shard);
        Arc::make_mut(&mut self.ring).set_in_service(shard, up)?;
        match (was_up, up) {
            (true, true) => return Err(Refusal::UpAlready(shard)),
            (false, false) => return Err(Refusal::DownAlready(shard)),
            _ => {}
        }
        if up {
            self.modulo.add(shard);
        } else {
            self.modulo.remove(shard);
        }
        Ok(())
    }

    /// Gives every key its owner without a journey: the start of a run.
    fn settle_keys(&mut self) {
        for (key, holding) in self.keys.iter().zip(Arc::make_mut(&mut self.holdings)) {
            holding.owner = self.ring.owner_at(key.position).ok();
            holding.modulo_owner = self.modulo.owner_at(key.position).ok();
        }
    }

    /// Gives every key its new owner after a change of the ring and sends the data on its way.
    fn move_keys(
        &mut self,
        now: Time,
        changed: Option<ShardId>,
        crashed: Option<ShardId>,
    ) -> Moved {
        let mut moved = Moved::default();
        let mut travellers = Vec::new();
        self.last_was_minimal = true;
        for (index, holding) in Arc::make_mut(&mut self.holdings).iter_mut().enumerate() {
            let position = self.keys[index].position;
            let modulo_owner = self.modulo.owner_at(position).ok();
            moved.modulo += u64::from(modulo_owner != holding.modulo_owner);
            holding.modulo_owner = modulo_owner;
            let owner = self.ring.owner_at(position).ok();
            if owner == holding.owner {
                continue;
            }
            moved.ring += 1;
            let involved = changed.is_none() || owner == changed || holding.owner == changed;
            self.last_was_minimal &= involved;
            if owner.is_some() {
                let from = holding.owner.filter(|it| Some(*it) != crashed);
                travellers.push((index as u32, from));
            }
            holding.owner = owner;
            holding.transfer = None;
        }
        self.call_off();
        self.send_off(now, &travellers);
        self.travelling = self.arrivals.iter().map(|(_, keys)| keys.len() as u32).sum();
        self.standing = Standing::of(self);
        self.last_moved = moved;
        self.moved.ring += moved.ring;
        self.moved.modulo += moved.modulo;
        moved
    }

    /// Strikes the keys that now belong elsewhere from the batches that are still under way.
    fn call_off(&mut self) {
        let holdings = &self.holdings;
        self.arrivals.retain(|_, keys| {
            keys.retain(|&key| holdings[key as usize].transfer.is_some());
            !keys.is_empty()
        });
    }

    fn send_off(&mut self, now: Time, travellers: &[(u32, Option<ShardId>)]) {
        let holdings = Arc::make_mut(&mut self.holdings);
        let batch_size = travellers.len().div_ceil(MOST_BATCHES).max(1);
        let gap = Span(DEPARTURES.0 / travellers.len().div_ceil(batch_size).max(1) as u64);
        for (number, batch) in travellers.chunks(batch_size).enumerate() {
            let departs_at = now + gap * number as u64;
            let arrives_at = departs_at + TRAVEL;
            for &(key, from) in batch {
                let transfer = Transfer { from, departs_at, arrives_at };
                holdings[key as usize].transfer = Some(transfer);
            }
            let keys = batch.iter().map(|(key, _)| *key).collect();
            self.arrivals.add(arrives_at, keys);
        }
    }
}
