//! Who answers whom: the nearest city with a living cache server, and the server of that city that a path belongs to.
//!
//! Simplified: everybody knows at once who is alive, as with anycast and health checks that take no time.

use super::super::places::City;
use super::action::{Routing, Scenario};
use super::wire::Node;
use crate::consistent_hashing::hash::{KeyHash, XxHash64};
use crate::consistent_hashing::{Ring, ShardId};

/// How many points of the ring a cache server has.
const VIRTUAL_NODES: u32 = 100;

/// The cache servers of all cities.
#[derive(Clone, Debug)]
pub(super) struct Router {
    cities: Vec<(City, Servers)>,
}

/// The cache servers of a city. The ring knows all that stand there; those in service are alive.
#[derive(Clone, Debug)]
struct Servers {
    city: City,
    ring: Option<Ring>,
    alive: Vec<bool>,
}

impl Servers {
    fn new(city: City, count: u8) -> Self {
        let mut servers = Servers { city, ring: Ring::new(VIRTUAL_NODES).ok(), alive: Vec::new() };
        (0..count).for_each(|_| servers.add());
        servers
    }

    fn add(&mut self) {
        let name = format!("{} {}", self.city.name(), self.alive.len());
        if let Some(ring) = &mut self.ring {
            // The name is new and the weight is 1: there is nothing to refuse.
            let _ = ring.add(&name, 1);
        }
        self.alive.push(true);
    }

    fn set_alive(&mut self, shard: u8, is_alive: bool) {
        if let Some(it) = self.alive.get_mut(usize::from(shard)) {
            *it = is_alive;
        }
        if let Some(ring) = &mut self.ring {
            let _ = ring.set_in_service(ShardId(u32::from(shard)), is_alive);
        }
    }

    fn owner(&self, routing: Routing, path: &str) -> Option<u8> {
        match routing {
            Routing::Ring => {
                let owner = self.ring.as_ref()?.owner(path.as_bytes()).ok()?;
                u8::try_from(owner.0).ok()
            }
            Routing::Modulo => {
                let alive: Vec<u8> = self.living().collect();
                let position = XxHash64::default().position(path.as_bytes());
                alive.get((position % alive.len().max(1) as u64) as usize).copied()
            }
        }
    }

    fn living(&self) -> impl Iterator<Item = u8> {
        let numbered = self.alive.iter().zip(0..);
        numbered.filter(|(is_alive, _)| **is_alive).map(|(_, shard)| shard)
    }
}

impl Router {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let servers = |city: &City| (*city, Servers::new(*city, scenario.shards));
        Router { cities: scenario.edges.iter().map(servers).collect() }
    }

    pub(super) fn set_alive(&mut self, edge: u8, shard: u8, is_alive: bool) {
        if let Some((_, servers)) = self.cities.get_mut(usize::from(edge)) {
            servers.set_alive(shard, is_alive);
        }
    }

    /// Gives each city so many servers; the new ones are alive, the last ones go.
    pub(super) fn resize(&mut self, count: u8) {
        for (city, servers) in &mut self.cities {
            if usize::from(count) < servers.alive.len() {
                // A ring gives no number twice, so that a shrunk one is built anew.
                let alive = servers.alive.clone();
                *servers = Servers::new(*city, count);
                for (shard, is_alive) in (0..count).zip(alive) {
                    servers.set_alive(shard, is_alive);
                }
            }
            while servers.alive.len() < usize::from(count) {
                servers.add();
            }
        }
    }

    /// The nearest city with a living cache server.
    pub(super) fn nearest(&self, reader: City) -> Option<u8> {
        let numbered = self.cities.iter().zip(0..);
        let living = numbered.filter(|((_, servers), _)| servers.living().next().is_some());
        living.min_by_key(|((city, _), _)| reader.km_to(*city)).map(|(_, edge)| edge)
    }

    /// The cache server that a reader's request for a path goes to.
    pub(super) fn server(&self, reader: City, routing: Routing, path: &str) -> Option<Node> {
        let edge = self.nearest(reader)?;
        let (_, servers) = self.cities.get(usize::from(edge))?;
        Some(Node::Edge(edge, servers.owner(routing, path)?))
    }

    /// How much of the circle belongs to a cache server, in thousandths.
    pub(super) fn permille(&self, edge: u8, shard: u8) -> Option<u32> {
        let (_, servers) = self.cities.get(usize::from(edge))?;
        let points = servers.ring.as_ref()?.points();
        let last = points.last()?.position;
        let mut before = last;
        let mut owned: u128 = 0;
        for point in points {
            if point.shard == ShardId(u32::from(shard)) {
                let width = point.position.wrapping_sub(before);
                // A single point owns the whole circle.
                owned += if points.len() == 1 { 1 << 64 } else { u128::from(width) };
            }
            before = point.position;
        }
        Some(((owned * 1_000) >> 64) as u32)
    }
}
