//! Every run there is of a small queue: the right one keeps its promises in all of them, and each mistake is caught with
//! its shortest run.

use playground_core::blocking_queue::check::{
    Check, CheckModel, CheckSearch, Finding, FindingVerdict, Phase, listing,
};
use playground_core::blocking_queue::lab::{Mistake, Side};
use playground_core::sim::{Explorer, Limits, Model, Time, Verdict, replay};
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ROOM: &str = "nothing goes in where there is no room";
const EMPTY: &str = "nothing is taken out of an empty queue";
const SLEEPS: &str = "nobody sleeps beside what they wait for";
const CLOSED: &str = "when the queue is closed, nobody sleeps on";
const FASTER: &str = "somebody can be woken, and find that somebody else was faster";

/// Threads of each side, capacity, items of each producer, and how many states there are.
const ALL_OF: &[(u8, u8, u8, u8, usize)] = &[
    (1, 1, 1, 2, 262),
    (2, 2, 1, 2, 3_573),
    (2, 2, 2, 3, 8_232),
    (3, 3, 1, 2, 24_974),
    (3, 3, 2, 2, 22_078),
    (3, 3, 3, 3, 68_747),
];

#[test]
fn the_right_queue_keeps_its_promises_in_every_run() {
    let mut counted = Vec::new();
    for (producers, consumers, capacity, items, _) in ALL_OF.iter().copied() {
        for closes in [false, true] {
            let check = Check {
                producers,
                consumers,
                capacity,
                items,
                spurious: 1,
                impatient: 1,
                closes,
                mistake: None,
            };
            let report = Explorer::new(CheckModel::new(check), Limits { states: 4_000_000 }).run();
            assert!(report.is_complete, "{check:?}");
            for (name, verdict) in &report.verdicts {
                let is_kept = match verdict {
                    Verdict::Holds | Verdict::Witnessed(_) => true,
                    // One alone has nobody who is faster.
                    Verdict::NeverHolds => *name == FASTER && (producers, consumers) == (1, 1),
                    _ => false,
                };
                assert!(is_kept, "{check:?}: {name}: {verdict:?}");
            }
            if closes {
                counted.push((producers, consumers, capacity, items, report.distinct));
            }
        }
    }
    assert_eq!(counted, ALL_OF);
}

/// What is broken, with the steps of the shortest run.
fn broken(check: Check) -> Vec<(&'static str, Vec<String>)> {
    let mut search = CheckSearch::new(check);
    while search.expand(10_000) {}
    assert!(search.progress().is_complete, "{check:?}");
    let steps = |it: Finding| match it.verdict {
        FindingVerdict::Broken(found) => {
            // The run opens in a player, and breaks it there.
            let text = replay(&found.run, Time(u64::MAX), u64::MAX).to_string();
            assert!(text.contains(&format!("Broke({:?})", it.property)), "{text}");
            assert!(!text.contains("Refused"), "{text}");
            Some((it.property, found.steps))
        }
        _ => None,
    };
    search.findings().into_iter().filter_map(steps).collect()
}

#[test]
fn each_mistake_is_caught_with_its_shortest_run() {
    let mut caught = Vec::new();
    let expected = [
        (Mistake::IfForWhile, vec![(EMPTY, 12)]),
        (Mistake::SharedCondition, vec![(SLEEPS, 20)]),
        (Mistake::NotifyBeforeChange, vec![(SLEEPS, 7)]),
        (Mistake::NotifyOnEdge, vec![(SLEEPS, 27)]),
        (Mistake::NoLock, vec![(ROOM, 4), (EMPTY, 6), (SLEEPS, 9)]),
        (Mistake::TimeoutSwallows, vec![(SLEEPS, 9)]),
        (Mistake::CloseWakesOne, vec![(CLOSED, 15)]),
    ];
    for (mistake, _) in &expected {
        let mistake = *mistake;
        assert!(Check::MISTAKES.contains(&mistake));
        let check = Check::of_mistake(mistake);
        assert_eq!(broken(Check { mistake: None, ..check }), [], "without it, all is well");
        let found = broken(check);
        let lengths: Vec<_> = found.iter().map(|(name, steps)| (*name, steps.len())).collect();
        caught.push((mistake, lengths));
    }
    assert_eq!(caught, expected);
}

#[test]
fn a_wake_up_is_lost_in_these_steps() {
    let found = broken(Check::of_mistake(Mistake::NotifyBeforeChange));
    let expected = [
        "producer A notifies, and nobody hears it",
        "consumer 1 notifies, and nobody hears it",
        "consumer 1 gets the lock",
        "consumer 1 waits, as there was nothing inside",
        "producer A gets the lock",
        "producer A puts an item in",
        "producer A gives the lock back",
    ];
    assert_eq!(found[0].1, expected);
    let found = broken(Check::of_mistake(Mistake::IfForWhile));
    let expected = [
        "consumer 1 gets the lock",
        "consumer 1 waits, as there was nothing inside",
        "producer A gets the lock",
        "producer A puts an item in",
        "producer A notifies one: consumer 1 is woken",
        "producer A gives the lock back",
        "consumer 2 gets the lock",
        "consumer 2 takes an item",
        "consumer 2 notifies, and nobody hears it",
        "consumer 2 gives the lock back",
        "consumer 1 gets the lock",
        "consumer 1 takes an item that is not there",
    ];
    assert_eq!(found[0].1, expected);
}

/// The same mistake at the other side: a producer that has waited fills a queue that is full again.
#[test]
fn who_does_not_look_again_puts_too_much_in() {
    let check = Check::of_mistake(Mistake::IfForWhile);
    let found = broken(Check { producers: 2, consumers: 1, items: 2, ..check });
    assert!(found.iter().any(|(name, _)| *name == ROOM), "{found:#?}");
}

/// All states, found without the explorer and without a regard to which threads are alike.
#[test]
fn one_state_stands_for_all_that_differ_in_who_is_who() {
    for mistake in [None, Some(Mistake::SharedCondition)] {
        let check = Check { mistake, ..Check::default() };
        let mut model = CheckModel::new(check);
        let mut seen = BTreeSet::from([format!("{:?}", model.initial())]);
        let mut representatives = BTreeSet::new();
        let (mut waiting, mut successors) = (vec![model.initial()], Vec::new());
        while let Some(state) = waiting.pop() {
            representatives.insert(format!("{:?}", model.representative(&state)));
            model.successors(&state, &mut successors);
            for (_, next) in successors.drain(..) {
                if seen.insert(format!("{next:?}")) {
                    waiting.push(next);
                }
            }
        }
        let report = Explorer::new(model, Limits { states: 1_000_000 }).run();
        assert_eq!(representatives.len(), report.distinct);
        assert!(seen.len() > 3 * representatives.len(), "{} states", seen.len());
    }
}

/// One condition is enough for one producer and one consumer, who never wait at the same time.
#[test]
fn one_condition_is_enough_for_two() {
    let check = Check::of_mistake(Mistake::SharedCondition);
    for spurious in [0, 1] {
        assert_eq!(broken(Check { producers: 1, consumers: 1, spurious, ..check }), []);
    }
}

#[test]
fn every_thread_stands_on_a_line_of_its_program() {
    for mistake in Check::MISTAKES.into_iter().map(Some).chain([None]) {
        let check = mistake.map_or(Check::default(), Check::of_mistake);
        let model = CheckModel::new(check);
        let mut explorer = Explorer::new(model, Limits { states: 10_000 });
        while explorer.expand(usize::MAX) {}
        for side in [Side::Putting, Side::Taking] {
            let lines = listing(side, mistake);
            for phase in [
                Phase::Outside,
                Phase::Inside,
                Phase::Waiting,
                Phase::Woken,
                Phase::Changed,
                Phase::Leaving,
            ] {
                // Without a lock there is none to give back.
                if mistake == Some(Mistake::NoLock) && phase.has_lock() && phase != Phase::Changed {
                    continue;
                }
                let line = phase.line(mistake).expect("it is not done");
                let text = lines[line];
                let says = match phase {
                    Phase::Waiting | Phase::Woken if mistake == Some(Mistake::NoLock) => "wait",
                    Phase::Outside if mistake == Some(Mistake::NoLock) => "while",
                    Phase::Outside if mistake == Some(Mistake::NotifyBeforeChange) => "notify_one",
                    Phase::Outside => "lock",
                    Phase::Inside => "queue is",
                    Phase::Waiting | Phase::Woken => "wait",
                    Phase::Changed if mistake == Some(Mistake::NotifyBeforeChange) => continue,
                    Phase::Changed => "notify_one",
                    _ => "unlock",
                };
                assert!(text.contains(says), "{mistake:?} {phase:?}: {text}");
            }
        }
        assert_eq!(Phase::Done.line(mistake), None);
    }
}

#[test]
fn a_check_is_kept_within_its_limits() {
    let check = Check {
        producers: 200,
        consumers: 0,
        capacity: 0,
        items: 200,
        spurious: 200,
        impatient: 200,
        closes: true,
        mistake: Some(Mistake::CloseDrops),
    };
    let check = CheckModel::new(check).check();
    assert_eq!((check.producers, check.consumers, check.capacity), (3, 1, 1));
    assert_eq!((check.items, check.spurious, check.impatient, check.mistake), (4, 2, 2, None));
}
