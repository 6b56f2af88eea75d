//! Runs worth seeing: what the page opens with, and what the golden tests replay.

use super::ring::ShardId;
use super::{Action, HashKind, Lab, Scenario};
use crate::sim;

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

/// All of them, the opening first.
pub fn all() -> Vec<Named> {
    vec![opening(), growing(), balancing(), crashing(), crowd()]
}

/// Five shards: one joins, one crashes and comes back, one leaves.
pub fn opening() -> Named {
    let actions = [
        (1_500, Action::AddShard { weight: 1 }),
        (5_000, Action::CrashShard { shard: ShardId(1) }),
        (8_500, Action::RestartShard { shard: ShardId(1) }),
        (12_000, Action::RemoveShard { shard: ShardId(3) }),
    ];
    Named::new(
        "opening",
        "A shard joins, one crashes, one leaves",
        Scenario::default(),
        &actions,
        14_000,
    )
}

/// Four shards become six, one at a time.
pub fn growing() -> Named {
    let scenario = Scenario { shards: 4, virtual_nodes: 8, ..Scenario::default() };
    let actions =
        [(1_000, Action::AddShard { weight: 1 }), (4_000, Action::AddShard { weight: 1 })];
    Named::new("growing", "Four shards become six", scenario, &actions, 7_000)
}

/// The same five shards with ever more virtual nodes.
pub fn balancing() -> Named {
    let scenario = Scenario { keys: 120, ..Scenario::default() };
    let set = |virtual_nodes| Action::SetVirtualNodes { virtual_nodes };
    let actions = [(1_500, set(4)), (4_500, set(16)), (7_500, set(100))];
    Named::new("balancing", "More virtual nodes, a fairer ring", scenario, &actions, 10_000)
}

/// One of five shards crashes; its keys are loaded again from the database.
pub fn crashing() -> Named {
    let scenario = Scenario { virtual_nodes: 4, hash: HashKind::Md5, ..Scenario::default() };
    let actions = [
        (1_500, Action::CrashShard { shard: ShardId(2) }),
        (5_000, Action::RestartShard { shard: ShardId(2) }),
    ];
    Named::new("crashing", "A shard crashes and comes back empty", scenario, &actions, 8_000)
}

/// A thousand shards with a hundred virtual nodes each: one leaves, one joins.
pub fn crowd() -> Named {
    let scenario =
        Scenario { shards: 1_000, virtual_nodes: 100, keys: 10_000, ..Scenario::default() };
    let actions = [
        (1_000, Action::RemoveShard { shard: ShardId(500) }),
        (3_500, Action::AddShard { weight: 1 }),
    ];
    Named::new("crowd", "A thousand shards: one leaves, one joins", scenario, &actions, 6_000)
}
