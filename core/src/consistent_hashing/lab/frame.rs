//! What is drawn of the lab at one moment: plain data.

use super::super::ring::{Point, ShardId};
use super::{Key, Lab, Moved};
use crate::sim::Time;
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// The shards, in the order of their ids, those that are down included.
    pub shards: Vec<ShardView>,
    /// The points, clockwise from the top.
    pub points: Vec<PointView>,
    /// Where the points of the shards that are down stood.
    pub ghosts: Vec<Point>,
    /// The keys, in the order of their numbers.
    pub keys: Vec<KeyView>,
    /// Their names and positions, by number.
    pub names: Arc<[Key]>,
    /// The virtual nodes of a shard of weight 1.
    pub virtual_nodes: u32,
    /// How many keys all changes have moved so far.
    pub moved: Moved,
    /// How many the last change moved.
    pub last_moved: Moved,
    /// How many keys' data is under way.
    pub travelling: u32,
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
    /// How many keys belong to it.
    pub keys: u32,
    /// How many would, with the hash modulo the number of shards.
    pub modulo_keys: u32,
    /// Which part of the circle is its own, 0 to 1.
    pub share: f64,
}

/// A point of the ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointView {
    /// Where it stands, of 2⁶⁴ positions.
    pub position: u64,
    /// Where the arc begins that belongs to it: the position of the point before.
    pub arc_from: u64,
    /// Whose point it is.
    pub shard: ShardId,
    /// Which of its virtual nodes.
    pub virtual_node: u32,
    /// Whether a hand has placed it.
    pub is_placed: bool,
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyView {
    /// The shard it belongs to; none while no shard is up.
    pub shard: Option<ShardId>,
    /// The number, in [`Frame::points`], of the point it belongs to.
    pub point: Option<u32>,
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

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let mut shards: Vec<ShardView> = lab.ring.shards().map(|it| shard_view(lab, it)).collect();
    let points = point_views(lab);
    for (index, point) in points.iter().enumerate() {
        if let Some(shard) = find(&mut shards, Some(point.shard)) {
            shard.share += arc_share(point, index == 0);
        }
    }
    let mut travelling = 0;
    let mut keys = Vec::with_capacity(lab.keys.len());
    for (key, holding) in lab.keys.iter().zip(&lab.holdings) {
        if let Some(shard) = find(&mut shards, holding.owner) {
            shard.keys += 1;
        }
        if let Some(shard) = find(&mut shards, holding.modulo_owner) {
            shard.modulo_keys += 1;
        }
        travelling += u32::from(holding.transfer.is_some());
        keys.push(KeyView {
            shard: holding.owner,
            point: point_of(&points, key.position),
            journey: holding.transfer.map(|it| Journey {
                from: it.from,
                progress: now.progress(it.departs_at, it.arrives_at),
            }),
        });
    }
    let down = lab.ring.shards().filter(|(id, _, _)| !lab.ring.is_in_service(*id));
    let ghosts = down.flat_map(|(id, _, _)| lab.ring.points_of(id)).collect();
    Frame {
        now,
        shards,
        points,
        ghosts,
        keys,
        names: lab.keys.clone(),
        virtual_nodes: lab.ring.virtual_nodes(),
        moved: lab.moved,
        last_moved: lab.last_moved,
        travelling,
    }
}

fn shard_view(lab: &Lab, (id, name, weight): (ShardId, &str, u32)) -> ShardView {
    let is_up = lab.ring.is_in_service(id);
    ShardView { id, name: name.to_owned(), weight, is_up, keys: 0, modulo_keys: 0, share: 0.0 }
}

fn point_views(lab: &Lab) -> Vec<PointView> {
    let points = lab.ring.points();
    let before = points.iter().cycle().skip(points.len().saturating_sub(1));
    let views = points.iter().zip(before).map(|(point, before)| PointView {
        position: point.position,
        arc_from: before.position,
        shard: point.shard,
        virtual_node: point.virtual_node,
        is_placed: lab.ring.is_placed(point.shard, point.virtual_node),
    });
    views.collect()
}

/// Which part of the circle belongs to a point. Of several on one spot the first owns their arc; if
/// all stand there, or there is only one, the first owns the whole circle.
fn arc_share(point: &PointView, is_first: bool) -> f64 {
    if is_first && point.position == point.arc_from {
        return 1.0;
    }
    point.position.wrapping_sub(point.arc_from) as f64 / 18_446_744_073_709_551_616.0
}

fn point_of(points: &[PointView], position: u64) -> Option<u32> {
    let next = points.partition_point(|point| point.position < position);
    let index = if next == points.len() { 0 } else { next };
    (!points.is_empty()).then_some(index as u32)
}

/// Shards are sorted by id, so each is found by bisection.
fn find(shards: &mut [ShardView], id: Option<ShardId>) -> Option<&mut ShardView> {
    let index = shards.binary_search_by_key(&id?, |shard| shard.id).ok()?;
    Some(&mut shards[index])
}
