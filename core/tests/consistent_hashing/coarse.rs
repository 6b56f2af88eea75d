//! A hash on which points coincide all the time, and points told by the names of their shards.

use playground_core::consistent_hashing::{KeyHash, Ring};
use std::collections::BTreeMap;

/// A hash so coarse that points coincide all the time.
#[derive(Clone, Copy, Debug)]
pub struct Coarse {
    /// How many positions there are, spread over the circle.
    pub positions: u64,
}

impl KeyHash for Coarse {
    fn position(&self, bytes: &[u8]) -> u64 {
        let hash = playground_core::consistent_hashing::XxHash64::default().position(bytes);
        // The ends of the circle are among them, where wrapping around is easiest to get wrong.
        match hash % self.positions {
            0 => 0,
            1 => u64::MAX,
            place => place * (u64::MAX / self.positions),
        }
    }
}

/// Position, shard's name and virtual node of every point, in the order of the ring.
pub fn named_points<H: KeyHash>(ring: &Ring<H>) -> Vec<(u64, String, u32)> {
    let names: BTreeMap<_, _> = ring.shards().map(|(id, name, _)| (id, name)).collect();
    let points = ring.points().iter();
    points.map(|it| (it.position, names[&it.shard].to_owned(), it.virtual_node)).collect()
}
