//! Events and shards in words.

use super::geometry;
use playground_core::consistent_hashing::lab::{Frame, shard_name, turn_to_position};
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

/// More shards than this are not named one by one.
const MOST_NAMED: usize = 20;

/// The figure as a sentence, for those who cannot see it.
pub fn summary(frame: &Frame) -> String {
    let shards = frame.shards();
    if shards.is_empty() {
        return "A hash ring without shards.".to_owned();
    }
    if shards.len() > MOST_NAMED {
        let up = || shards.iter().filter(|shard| shard.is_up).map(|shard| shard.keys);
        let (least, most) = (up().min().unwrap_or(0), up().max().unwrap_or(0));
        return format!(
            "A hash ring with {} points. {} shards, {} up, with {least} to {most} keys each.",
            frame.points().len(),
            shards.len(),
            up().count()
        );
    }
    let shards = shards.iter().map(|shard| {
        let state = if shard.is_up { "" } else { ", down" };
        format!("{} {}{state}", shard.name, keys(u64::from(shard.keys)))
    });
    let shards = shards.collect::<Vec<_>>().join(", ");
    format!("A hash ring with {} points. {shards}.", frame.points().len())
}

/// What is under a pointer in the figure: a key in its pile, or the part of the band.
pub fn under(frame: &Frame, place: (f64, f64)) -> Option<String> {
    let (x, y) = geometry::middle();
    let from_middle = (place.0 - x).hypot(place.1 - y);
    let position = turn_to_position(geometry::turn_at(place));
    if (from_middle - geometry::RING).abs() <= geometry::BAND {
        let point = frame.points().get(frame.point_at(position)?)?;
        let (at, end) = (geometry::degrees(position), geometry::degrees(point.position));
        let name = shard_name(point.shard);
        return Some(format!("{at:.1}°: {name}, up to {name}#{} at {end:.1}°", point.virtual_node));
    }
    let number = geometry::key_near(frame, place)?;
    let key = frame.names.get(number)?;
    let owner = frame.key(number)?.shard.map_or("nobody".to_owned(), shard_name);
    // Keys of the reader's own may be longer than the figure is wide.
    let name: String = key.name.chars().take(24).collect();
    Some(format!("{name} at {:.1}°: {owner}", geometry::degrees(key.position)))
}
