//! Events and shards in words.

use playground_core::consistent_hashing::lab::{Frame, shard_name};
use playground_core::consistent_hashing::{Event, ShardId};

/// An event as half a sentence.
fn describe(event: &Event) -> String {
    let name = |shard: &ShardId| shard_name(*shard);
    match event {
        Event::ShardAdded { shard } => format!("shard {} joined", name(shard)),
        Event::ShardRemoved { shard } => format!("shard {} left", name(shard)),
        Event::ShardCrashed { shard, lost_keys } => {
            format!("shard {} crashed with {}", name(shard), keys(u64::from(*lost_keys)))
        }
        Event::ShardRestarted { shard } => format!("shard {} came back, empty", name(shard)),
        Event::PointPlaced { shard, turn, .. } => {
            format!("shard {} stands at {}°", name(shard), u32::from(*turn) * 360 / 65_536)
        }
        Event::PointReleased { shard, .. } => {
            format!("shard {} went back to its hash", name(shard))
        }
        Event::WeightSet { shard, weight } => format!("shard {} weighs {weight}", name(shard)),
        Event::VirtualNodesSet { virtual_nodes } => {
            format!("every shard has {virtual_nodes} virtual nodes")
        }
        Event::KeysMoved(moved) => {
            format!("{} moved on the ring, {} with modulo", keys(moved.ring), moved.modulo)
        }
        Event::KeysArrived { keys: numbers } => format!("{} arrived", keys(numbers.len() as u64)),
        Event::Refused { reason } => format!("refused: {reason}"),
    }
}

/// What happened at once, as a sentence.
pub fn sentence(events: &[Event]) -> String {
    let text = events.iter().map(describe).collect::<Vec<_>>().join("; ");
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return text };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

/// So many keys.
pub fn keys(count: u64) -> String {
    if count == 1 { "1 key".to_owned() } else { format!("{count} keys") }
}

/// The figure as a sentence, for those who cannot see it.
pub fn summary(frame: &Frame) -> String {
    let shards = frame.shards().iter().map(|shard| {
        let state = if shard.is_up { "" } else { ", down" };
        format!("{} {}{state}", shard.name, keys(u64::from(shard.keys)))
    });
    let shards = shards.collect::<Vec<_>>().join(", ");
    format!("A hash ring with {} points. {shards}.", frame.points().len())
}
