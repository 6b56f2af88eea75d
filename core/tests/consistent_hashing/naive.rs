//! The ring told naively: all points in no order, and a scan of all of them for every question.

use playground_core::consistent_hashing::{KeyHash, Ring};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct NaiveShard {
    pub weight: u32,
    pub in_service: bool,
    pub placed: BTreeMap<u32, u64>,
}

/// Shards by name.
#[derive(Clone, Debug)]
pub struct NaiveRing<H> {
    pub hash: H,
    pub virtual_nodes: u32,
    pub shards: BTreeMap<String, NaiveShard>,
}

impl<H: KeyHash> NaiveRing<H> {
    pub fn new(virtual_nodes: u32, hash: H) -> Self {
        NaiveRing { hash, virtual_nodes, shards: BTreeMap::new() }
    }

    pub fn add(&mut self, name: &str, weight: u32) {
        let shard = NaiveShard { weight, in_service: true, placed: BTreeMap::new() };
        self.shards.insert(name.to_owned(), shard);
    }

    /// Forgets the placed points whose virtual nodes are no more.
    pub fn trim(&mut self) {
        for shard in self.shards.values_mut() {
            let points = self.virtual_nodes * shard.weight;
            shard.placed.retain(|virtual_node, _| *virtual_node < points);
        }
    }

    /// Position, name and virtual node of every point.
    pub fn points(&self) -> BTreeSet<(u64, &str, u32)> {
        let mut points = BTreeSet::new();
        for (name, shard) in self.shards.iter().filter(|(_, shard)| shard.in_service) {
            for virtual_node in 0..self.virtual_nodes * shard.weight {
                let home = self.hash.position(format!("{name}#{virtual_node}").as_bytes());
                let position = shard.placed.get(&virtual_node).copied().unwrap_or(home);
                points.insert((position, name.as_str(), virtual_node));
            }
        }
        points
    }
}

/// The name of the shard that owns a position, by a scan of all points.
pub fn owner_among<'a>(points: &BTreeSet<(u64, &'a str, u32)>, position: u64) -> Option<&'a str> {
    let next = points.iter().find(|(at, _, _)| *at >= position);
    next.or(points.first()).map(|(_, name, _)| *name)
}

/// The name of the shard that owns a position on the real ring.
pub fn named_owner<H: KeyHash>(ring: &Ring<H>, position: u64) -> Option<String> {
    let owner = ring.owner_at(position).ok()?;
    ring.shards().find(|(id, _, _)| *id == owner).map(|(_, name, _)| name.to_owned())
}
