//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::consistent_hashing::{Event, Frame};

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal { id: "drag", text: "Drag a shard so that a key changes its owner." },
    Goal { id: "few", text: "Add or remove a shard and move some keys, but fewer than 6 %." },
    Goal { id: "crash", text: "Crash a shard, then bring it back." },
    Goal { id: "hog", text: "Make one shard carry over 40 % of the keys." },
    Goal { id: "mend", text: "Then bring every shard under 30 % without dragging one." },
];

/// The goals that an action's events have reached; `done` tells which were reached before.
pub fn reached(events: &[Event], frame: &Frame, done: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let total = frame.names.len() as u64;
    let moved = events.iter().find_map(|event| match event {
        Event::KeysMoved(moved) => Some(moved.ring),
        _ => None,
    });
    let most = frame.shards().iter().map(|shard| u64::from(shard.keys)).max().unwrap_or(0);
    let is = |wanted: fn(&Event) -> bool| events.iter().any(wanted);
    let was_placed = is(|event| matches!(event, Event::PointPlaced { .. }));
    let mut reached = Vec::new();
    if was_placed && moved.is_some() {
        reached.push("drag");
    }
    let came_or_went =
        is(|event| matches!(event, Event::ShardAdded { .. } | Event::ShardRemoved { .. }));
    if came_or_went && moved.is_some_and(|moved| moved > 0 && moved * 100 < total * 6) {
        reached.push("few");
    }
    if is(|event| matches!(event, Event::ShardRestarted { .. })) {
        reached.push("crash");
    }
    if moved.is_some() && most * 5 > total * 2 {
        reached.push("hog");
    }
    if done("hog") && !was_placed && moved.is_some() && most > 0 && most * 10 < total * 3 {
        reached.push("mend");
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::consistent_hashing::{Action, Lab, Scenario, ShardId};
    use playground_core::sim::{Rng, Simulation, Time};

    #[test]
    fn every_goal_can_be_reached_in_order() {
        let mut lab = Lab::new(&Scenario::default(), Rng::new(1));
        let mut done: Vec<&str> = Vec::new();
        let place = |turn| Action::PlacePoint { shard: ShardId(0), virtual_node: 0, turn };
        let spread = Action::SetVirtualNodes { virtual_nodes: 200 };
        let mut actions: Vec<Action> = (0..16).map(|part| place(part * 4_096)).collect();
        actions.push(Action::CrashShard { shard: ShardId(1) });
        actions.push(Action::RestartShard { shard: ShardId(1) });
        actions.push(Action::CrashShard { shard: ShardId(1) });
        actions.push(Action::CrashShard { shard: ShardId(2) });
        actions.push(Action::CrashShard { shard: ShardId(3) });
        actions.push(Action::RestartShard { shard: ShardId(1) });
        actions.push(Action::RestartShard { shard: ShardId(2) });
        actions.push(Action::RestartShard { shard: ShardId(3) });
        actions.push(spread);
        actions.extend((0..15).map(|_| Action::AddShard { weight: 1 }));
        for action in actions {
            let events = lab.act(Time::ZERO, action);
            let frame = lab.frame(Time::ZERO);
            done.extend(reached(&events, &frame, |id| done.contains(&id)));
        }
        for goal in GOALS {
            assert!(done.contains(&goal.id), "{} is out of reach: {done:?}", goal.text);
        }
    }

    #[test]
    fn nothing_is_reached_by_doing_nothing() {
        let lab = Lab::new(&Scenario::default(), Rng::new(1));
        assert!(reached(&[], &lab.frame(Time::ZERO), |_| true).is_empty());
    }
}
