//! What is drawn of the lab at one moment: plain data.
//!
//! All that changes only when the ring changes is made once a change and shared, so that a frame
//! costs next to nothing, however many points and keys there are.

use super::super::ring::{Point, ShardId};
use super::{Holding, Key, Lab, Moved};
use crate::sim::Time;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// The keys' names and positions, by number.
    pub names: Arc<[Key]>,
    /// The virtual nodes of a shard of weight 1.
    pub virtual_nodes: u32,
    /// How many keys all changes have moved so far.
    pub moved: Moved,
    /// How many the last change moved.
    pub last_moved: Moved,
    /// How many keys' data is under way.
    pub travelling: u32,
    standing: Standing,
    holdings: Arc<Vec<Holding>>,
}

/// What stands until the ring changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Standing {
    shards: Arc<[ShardView]>,
    points: Arc<[Point]>,
    ghosts: Arc<[Point]>,
    placed: Arc<BTreeSet<(ShardId, u32)>>,
}

/// A shard.
#[derive(Clone, Debug, PartialEq)]
pub struct ShardView {
    /// Its number.
    pub id: ShardId,
    /// Its name.
    pub name: String,
    /// Its weight.
    pub weight: u32,
    /// Whether it is up.
    pub is_up: bool,
    /// How many points it has on the ring.
    pub points: u32,
    /// How many keys belong to it.
    pub keys: u32,
    /// How many would, with the hash modulo the number of shards.
    pub modulo_keys: u32,
    /// Which part of the circle is its own, 0 to 1.
    pub share: f64,
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyView {
    /// The shard it belongs to; none while no shard is up.
    pub shard: Option<ShardId>,
    /// The number, in [`Frame::points`], of the point it belongs to.
    pub point: Option<usize>,
    /// The way of its data, if that is not there yet.
    pub journey: Option<Journey>,
}

/// The way of a key's data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Journey {
    /// The shard it comes from; none if it is loaded from the database.
    pub from: Option<ShardId>,
    /// How much of the way is done, 0 to 1.
    pub progress: f64,
}

impl Frame {
    /// The shards, in the order of their ids, those that are down included.
    pub fn shards(&self) -> &[ShardView] {
        &self.standing.shards
    }

    /// The shard of a number.
    pub fn shard(&self, id: ShardId) -> Option<&ShardView> {
        let index = self.shards().binary_search_by_key(&id, |shard| shard.id).ok()?;
        self.shards().get(index)
    }

    /// The points, clockwise from the top.
    pub fn points(&self) -> &[Point] {
        &self.standing.points
    }

    /// Where the points of the shards that are down stood.
    pub fn ghosts(&self) -> &[Point] {
        &self.standing.ghosts
    }

    /// Whether a point stands where a hand has placed it.
    pub fn is_placed(&self, shard: ShardId, virtual_node: u32) -> bool {
        self.standing.placed.contains(&(shard, virtual_node))
    }

    /// Where the arc begins that belongs to the point of this number: the position of the point
    /// before it.
    pub fn arc_from(&self, point: usize) -> u64 {
        let points = self.points();
        let before = point.checked_sub(1).unwrap_or(points.len().saturating_sub(1));
        points.get(before).map_or(0, |point| point.position)
    }

    /// The number of the point at which a position belongs.
    pub fn point_at(&self, position: u64) -> Option<usize> {
        let points = self.points();
        let next = points.partition_point(|point| point.position < position);
        (!points.is_empty()).then_some(if next == points.len() { 0 } else { next })
    }

    /// The key of a number.
    pub fn key(&self, number: usize) -> Option<KeyView> {
        let holding = self.holdings.get(number)?;
        Some(KeyView {
            shard: holding.owner,
            point: self.point_at(self.names.get(number)?.position),
            journey: holding.transfer.map(|it| Journey {
                from: it.from,
                progress: self.now.progress(it.departs_at, it.arrives_at),
            }),
        })
    }

    /// The keys, in the order of their numbers.
    pub fn keys(&self) -> impl Iterator<Item = KeyView> {
        (0..self.holdings.len()).filter_map(|number| self.key(number))
    }
}

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    Frame {
        now,
        names: lab.keys.clone(),
        virtual_nodes: lab.ring.virtual_nodes(),
        moved: lab.moved,
        last_moved: lab.last_moved,
        travelling: lab.travelling,
        standing: lab.standing.clone(),
        holdings: lab.holdings.clone(),
    }
}

impl Standing {
    /// What stands now.
    pub(super) fn of(lab: &Lab) -> Self {
        let mut shards: Vec<ShardView> = lab.ring.shards().map(|it| shard_view(lab, it)).collect();
        // Where each shard is among those that are left, by its number.
        let mut places = vec![usize::MAX; lab.ring.next_id().0 as usize];
        for (place, shard) in shards.iter().enumerate() {
            places[shard.id.0 as usize] = place;
        }
        let place = |id: ShardId| places[id.0 as usize];
        let points: Arc<[Point]> = lab.ring.points().into();
        let before = points.iter().cycle().skip(points.len().saturating_sub(1));
        // Points that all stand on one spot leave no room between each other: the first of them
        // then owns the whole circle.
        let is_one_spot =
            points.first().map(|it| it.position) == points.last().map(|it| it.position);
        for (number, (point, before)) in points.iter().zip(before).enumerate() {
            if let Some(shard) = shards.get_mut(place(point.shard)) {
                shard.points += 1;
                shard.share += match (is_one_spot, number) {
                    (true, 0) => 1.0,
                    (true, _) => 0.0,
                    (false, _) => part_of_circle(point.position.wrapping_sub(before.position)),
                };
            }
        }
        for holding in lab.holdings.iter() {
            if let Some(shard) = holding.owner.and_then(|id| shards.get_mut(place(id))) {
                shard.keys += 1;
            }
            if let Some(shard) = holding.modulo_owner.and_then(|id| shards.get_mut(place(id))) {
                shard.modulo_keys += 1;
            }
        }
        let is_down = |id: &ShardId| !lab.ring.is_in_service(*id);
        let down = shards.iter().map(|shard| shard.id).filter(is_down);
        let placed = lab.placed.iter().copied().filter(|(id, node)| lab.ring.is_placed(*id, *node));
        Standing {
            ghosts: down.flat_map(|id| lab.ring.points_of(id)).collect(),
            placed: Arc::new(placed.collect()),
            shards: shards.into(),
            points,
        }
    }
}

fn shard_view(lab: &Lab, (id, name, weight): (ShardId, &str, u32)) -> ShardView {
    ShardView {
        id,
        name: name.to_owned(),
        weight,
        is_up: lab.ring.is_in_service(id),
        points: 0,
        keys: 0,
        modulo_keys: 0,
        share: 0.0,
    }
}

fn part_of_circle(arc: u64) -> f64 {
    arc as f64 / 18_446_744_073_709_551_616.0
}

/// How the loads of the shards that are up spread, in keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The mean load.
    pub mean: f64,
    /// The standard deviation of the loads on the ring.
    pub ring: f64,
    /// The same with modulo.
    pub modulo: f64,
    /// What theory expects of a ring whose points are thrown at random and whose shards weigh the same;
    /// none of any other ring.
    pub expected: Option<f64>,
}

impl Frame {
    /// How the loads spread; none while no shard is up.
    ///
    /// The share of one of `n` shards with `v` random points each has the mean 1/n and the variance
    /// (n − 1) / (n² (nv + 1)), since shares of random arcs follow a Dirichlet distribution; which of
    /// `k` keys fall into it is then a binomial draw.
    pub fn spread(&self) -> Option<Spread> {
        let up: Vec<&ShardView> = self.shards().iter().filter(|shard| shard.is_up).collect();
        let (n, k) = (up.len() as f64, self.names.len() as f64);
        if up.is_empty() {
            return None;
        }
        let mean = k / n;
        let deviation = |load: fn(&ShardView) -> u32| {
            let squares = up.iter().map(|shard| {
                let off = f64::from(load(shard)) - mean;
                off * off
            });
            (squares.sum::<f64>() / n).sqrt()
        };
        let is_random =
            self.standing.placed.is_empty() && up.iter().all(|shard| shard.weight == up[0].weight);
        let share = (n - 1.0) / (n * n * (self.points().len() as f64 + 1.0));
        let expected = k * (1.0 / n - share - 1.0 / (n * n)) + k * k * share;
        Some(Spread {
            mean,
            ring: deviation(|shard| shard.keys),
            modulo: deviation(|shard| shard.modulo_keys),
            expected: is_random.then(|| expected.max(0.0).sqrt()),
        })
    }
}
