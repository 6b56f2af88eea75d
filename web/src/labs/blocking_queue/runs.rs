//! The runs of the story's figures, each at the position of its knob.

use playground_core::blocking_queue::lab::{Lab, Mistake, Pace, Policy, Scenario};
use playground_core::blocking_queue::scenarios;
use playground_core::sim::{Named, Run};

/// The capacities of the shelf.
pub const SHELVES: [u16; 4] = [1, 2, 5, 20];

/// Producers and consumers who are equally fast on average, before a shelf of one size or another.
pub fn shelf(position: usize) -> Named<Lab> {
    let capacity = SHELVES.get(position).copied().unwrap_or(5);
    let scenario = Scenario {
        producers: vec![Pace::memoryless(1_000); 2],
        consumers: vec![Pace::memoryless(1_000); 2],
        capacity,
        ..Scenario::default()
    };
    Named::new("shelf", "A shelf", scenario, &[], 20_000)
}

/// Two producers, and so many consumers.
pub fn hands(position: usize) -> Named<Lab> {
    let scenario = Scenario {
        producers: vec![Pace::uniform(1_200); 2],
        consumers: vec![Pace::uniform(1_800); position + 1],
        ..Scenario::default()
    };
    Named::new("hands", "More hands", scenario, &[], 20_000)
}

/// What a full queue does with an item: one policy after the other.
pub const POLICIES: [Policy; 4] =
    [Policy::Block, Policy::TimeOut { ms: 1_000 }, Policy::DropNewest, Policy::DropOldest];

/// Producers twice as fast as the consumer, who meet a full queue.
pub fn full(position: usize) -> Named<Lab> {
    let scenario = Scenario {
        producers: vec![Pace::uniform(1_400); 2],
        consumers: vec![Pace::uniform(1_400)],
        policy: POLICIES.get(position).copied().unwrap_or_default(),
        ..Scenario::default()
    };
    Named::new("full", "No room", scenario, &[], 20_000)
}

/// Bursts before a small and a large queue, and a steady overload before both.
pub fn bursts(position: usize) -> Named<Lab> {
    let (burst, mean_ms, capacity) =
        [(6, 800, 2), (6, 800, 8), (1, 400, 2), (1, 400, 8)][position.min(3)];
    let scenario = Scenario {
        producers: vec![Pace::steady(mean_ms)],
        consumers: vec![Pace::steady(600)],
        burst,
        capacity,
        ..Scenario::default()
    };
    Named::new("bursts", "All at once", scenario, &[], 30_000)
}

/// How busy the consumer is to be, in percent of its time.
pub const LOADS: [u32; 5] = [50, 70, 80, 90, 95];

/// A consumer whose items come at random, and take as long as chance has it.
pub fn load(position: usize) -> Named<Lab> {
    let percent = LOADS.get(position).copied().unwrap_or(80);
    let scenario = Scenario {
        producers: vec![Pace::memoryless(SERVICE_MS * 100 / percent)],
        consumers: vec![Pace::memoryless(SERVICE_MS)],
        capacity: 24,
        window_ms: 120_000,
        ..Scenario::default()
    };
    Named::new("load", "How busy", scenario, &[], 60_000)
}

/// How long the consumer of [`load`] takes over an item, on average.
const SERVICE_MS: u32 = 400;

/// The mistakes that the story tells of.
pub const MISTAKES: [Mistake; 4] =
    [Mistake::IfForWhile, Mistake::SharedCondition, Mistake::NotifyBeforeChange, Mistake::NoLock];

/// The right way, and then one mistake after the other.
pub fn broken(position: usize) -> Named<Lab> {
    match position.checked_sub(1).and_then(|it| MISTAKES.get(it)) {
        Some(mistake) => scenarios::of_mistake(*mistake),
        None => {
            let Named { run, until, .. } = scenarios::of_mistake(MISTAKES[0]);
            let scenario = Scenario { mistake: None, ..run.scenario };
            let run = Run { scenario, ..run };
            Named { name: "right", title: "The right way", run, until }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::lab::Frame;
    use playground_core::sim::{Simulation, Time, replay};

    fn at_the_end(named: &Named<Lab>) -> Frame {
        replay(&named.run, named.until, 200_000).state.frame(named.until)
    }

    fn after(named: &Named<Lab>, s: u64) -> Frame {
        let until = Time::from_ms(s * 1_000);
        replay(&named.run, until, 1_000_000).state.frame(until)
    }

    #[test]
    fn a_larger_shelf_lets_more_through() {
        let through: Vec<u64> =
            (0..SHELVES.len()).map(|position| after(&shelf(position), 600).totals.taken).collect();
        assert!(through.windows(2).all(|pair| pair[0] < pair[1]), "{through:?}");
    }

    #[test]
    fn with_few_consumers_producers_wait_and_with_many_consumers_do() {
        let waits = |frame: &Frame, is_producers: bool| {
            let workers = if is_producers { &frame.producers } else { &frame.consumers };
            workers.iter().map(|it| it.parked.0).sum::<u64>()
        };
        let (few, many) = (after(&hands(0), 60), after(&hands(3), 60));
        assert!(waits(&few, true) > 10 * waits(&few, false).max(1));
        assert!(waits(&many, false) > 10 * waits(&many, true).max(1));
    }

    #[test]
    fn a_full_queue_holds_up_or_throws_away() {
        let frames: Vec<Frame> =
            (0..POLICIES.len()).map(|position| at_the_end(&full(position))).collect();
        let [block, time_out, newest, oldest] = &frames[..] else { panic!("four policies") };
        assert!(block.totals.parks > 0 && block.totals.dropped == 0, "{:?}", block.totals);
        assert!(time_out.totals.timed_out > 0, "{:?}", time_out.totals);
        assert!(newest.totals.dropped_newest > 0, "{:?}", newest.totals);
        assert!(oldest.totals.dropped_oldest > 0, "{:?}", oldest.totals);
    }

    #[test]
    fn a_large_queue_takes_bursts_in_and_does_not_help_against_too_much() {
        let held = |position| after(&bursts(position), 120).before.mean_level.unwrap_or_default();
        assert!(held(0) > 10.0 * held(1).max(0.01), "{} {}", held(0), held(1));
        let rate = |position| after(&bursts(position), 120).inside.throughput_per_s();
        let (small, large) = (rate(2).unwrap_or_default(), rate(3).unwrap_or_default());
        assert!((small - large).abs() < 0.1, "{small} {large}");
    }

    #[test]
    fn the_busier_the_longer_and_far_more_than_in_proportion() {
        let wait = |position| after(&load(position), 2_000).inside.mean_wait_us.unwrap_or_default();
        let waits: Vec<f64> = (0..LOADS.len()).map(wait).collect();
        assert!(waits[4] > 4.0 * waits[0], "{waits:?}");
    }

    #[test]
    fn the_right_way_keeps_every_promise_and_each_mistake_breaks_one() {
        for position in 0..=MISTAKES.len() {
            let frame = at_the_end(&broken(position));
            assert_eq!(frame.broken.is_empty(), position == 0, "{position}: {:?}", frame.broken);
        }
    }
}
