//! The runs of the story's figures, each at the position of its knob.

use playground_core::unique_id::lab::{Action, Mistake, Node, Scenario};
use playground_core::unique_id::scenarios::{self, Named};
use playground_core::unique_id::snowflake::ClockPolicy;

const ASK: fn(u8) -> Action = |worker| Action::Ask { worker, count: 1 };

/// Users write posts that are stored on four shards: with counters of the shards, or with workers.
pub fn numbering(position: usize) -> Named {
    let scenario = Scenario {
        workers: 2,
        running: 2,
        shards: 4,
        mistake: (position == 0).then_some(Mistake::AutoIncrement),
        ..Scenario::default()
    };
    let users = [4, 5, 7, 6, 9, 4, 10, 11, 8, 5];
    let posts = users
        .into_iter()
        .zip(0_u64..)
        .map(|(user, number)| (2_500 + 700 * number, Action::Post { user }));
    let actions: Vec<_> = posts.collect();
    Named::new("numbering", "A counter each", scenario, &actions, 11_000)
}

/// A worker whose sequence is used up, a thousand times slower than it would be.
pub fn wheel(position: usize) -> Named {
    if position == 0 { scenarios::wheel() } else { scenarios::full_millisecond() }
}

/// One number, two workers: the first stands still until its lease is over, and wakes up; or both are told by a file
/// that they are number 0.
pub fn leasing(position: usize) -> Named {
    match position {
        0 => scenarios::sleeper(),
        1 => scenarios::of_mistake(Mistake::OneNumber),
        2 => scenarios::of_mistake(Mistake::LeaseNotLookedAt),
        _ => scenarios::of_mistake(Mistake::NoFencing),
    }
}

/// What a worker does when its clock has stepped back, and that it does not notice.
const POLICIES: [(ClockPolicy, Option<Mistake>); 4] = [
    (ClockPolicy::Wait { at_most_ms: 50 }, None),
    (ClockPolicy::Refuse, None),
    (ClockPolicy::Borrow { at_most_ms: 50 }, None),
    (ClockPolicy::Wait { at_most_ms: 50 }, Some(Mistake::ClockTrusted)),
];

/// A worker’s clock is set back while it is asked for IDs again and again.
pub fn policy(position: usize) -> Named {
    let (policy, mistake) = POLICIES.get(position).copied().unwrap_or(POLICIES[0]);
    let scenario = Scenario {
        workers: 1,
        running: 1,
        policy,
        mistake,
        patience_ms: 80,
        ..Scenario::default()
    };
    let mut actions: Vec<(u64, Action)> =
        (0..24).map(|number| (2_650 + 300 * number, ASK(0))).collect();
    actions.push((5_100, Action::StepClock { node: Node::Worker(0), by_ms: -21 }));
    actions.sort_by_key(|(at, _)| *at);
    Named::new("policy", "When the clock goes back", scenario, &actions, 11_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};
    use playground_core::unique_id::lab::Frame;

    fn at_the_end(named: &Named) -> Frame {
        replay(&named.run, named.until, 200_000).state.frame(named.until)
    }

    #[test]
    fn counters_of_shards_collide_and_workers_do_not() {
        let twice = |position| at_the_end(&numbering(position)).totals.duplicates;
        assert!(twice(0) >= 5, "{}", twice(0));
        assert_eq!(twice(1), 0);
        let posts = |position| {
            at_the_end(&numbering(position)).shards.iter().map(|it| it.posts).sum::<u64>()
        };
        assert_eq!([posts(0), posts(1)], [10, 10]);
    }

    #[test]
    fn one_number_has_two_holders_and_no_id_comes_twice_unless_something_is_left_out() {
        let frames: Vec<Frame> = (0..4).map(|position| at_the_end(&leasing(position))).collect();
        let twice: Vec<bool> = frames.iter().map(|frame| frame.totals.duplicates > 0).collect();
        assert_eq!(twice, [false, true, true, true]);
        let makers = |frame: &Frame| {
            let mut workers: Vec<u8> = frame.made.iter().map(|it| it.worker).collect();
            workers.sort_unstable();
            workers.dedup();
            workers
        };
        assert_eq!(makers(&frames[0]), [0, 1]);
    }

    #[test]
    fn a_clock_that_steps_back_costs_waiting_refusals_or_the_truth_or_else_the_same_id() {
        let frames: Vec<Frame> =
            (0..POLICIES.len()).map(|position| at_the_end(&policy(position))).collect();
        let [waiting, refusing, borrowing, trusting] = &frames[..] else { panic!("four policies") };
        assert!(
            waiting.totals.stepped_back > 0 && waiting.totals.failed == 0,
            "{:?}",
            waiting.totals
        );
        assert!(refusing.totals.failed > 3, "{:?}", refusing.totals);
        assert!(borrowing.totals.failed == 0, "{:?}", borrowing.totals);
        let ahead = |frame: &Frame| {
            frame.made.iter().any(|it| frame.layout.unix_ms(it.first) > it.clock_ms)
        };
        assert_eq!([ahead(waiting), ahead(borrowing)], [false, true]);
        let twice = frames.iter().map(|it| it.totals.duplicates > 0).collect::<Vec<_>>();
        assert_eq!(twice, [false, false, false, true], "{:?}", trusting.totals);
    }
}
