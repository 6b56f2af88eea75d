//! What each scenario shows.

use playground_core::blocking_queue::lab::{
    Action, Answer, DropReason, Event, Frame, Lab, Mistake, Pace, Party, Scenario, Spread, Worker,
    WorkerState,
};
use playground_core::blocking_queue::scenarios::{self, Named};
use playground_core::sim::{Run, Simulation, Time, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn run(named: &Named) -> Transcript<Lab> {
    replay(&named.run, named.until, u64::MAX)
}

fn at(named: &Named, ms: u64) -> Frame {
    let time = Time::from_ms(ms);
    replay(&named.run, time, u64::MAX).state.frame(time)
}

fn end(named: &Named) -> Frame {
    run(named).state.frame(named.until)
}

fn names(frame: &Frame) -> Vec<String> {
    frame.items.iter().map(ToString::to_string).collect()
}

/// Who took what, in order.
fn taken(named: &Named) -> Vec<(Party, String)> {
    let events = run(named).events.into_iter();
    events
        .filter_map(|(_, it)| match it {
            Event::Taken { by, item, .. } => Some((by, item.to_string())),
            _ => None,
        })
        .collect()
}

#[test]
fn producers_that_are_too_fast_fill_the_queue_and_wait() {
    let named = scenarios::opening();
    let early = at(&named, 3_000);
    assert_eq!((early.totals.stored, early.totals.parks), (5, 2), "the consumers waited at first");
    let frame = end(&named);
    assert_eq!(frame.items.len(), 5);
    assert!(frame.producers.iter().all(|it| it.parks > 5), "{:?}", frame.producers);
    assert_eq!(frame.producers[1].state, WorkerState::Parked);
    assert_eq!(frame.putters, [Party::Producer(1)]);
    let hand = frame.producers[1].hand.as_ref().expect("it has what does not fit in");
    assert_eq!((hand.to_string(), hand.serial), ("B18".to_owned(), 0));
    // In a lane one thing follows the other, and the last is what the worker does now.
    for view in frame.producers.iter().chain(&frame.consumers) {
        assert!(view.lane.windows(2).all(|it| it[0].from < it[1].from), "{view:?}");
        assert_eq!(view.lane.last().map(|it| it.state), Some(view.state));
    }
    assert!(frame.lengths.windows(2).all(|it| it[0].0 < it[1].0));
    assert_eq!(frame.lengths.last().map(|it| it.1), Some(5));
}

#[test]
fn a_producer_goes_as_fast_as_its_consumer() {
    let named = scenarios::back_pressure();
    // Once the queue is full: an item a second, although it could make two and a half.
    let (five, twelve) = (at(&named, 5_000), at(&named, 12_000));
    assert_eq!(twelve.totals.stored - five.totals.stored, 7);
    assert_eq!(twelve.totals.taken - five.totals.taken, 7);
    // Then the consumer is the faster one, and nobody waits for room any more.
    let (fifteen, twenty) = (at(&named, 15_000).totals, end(&named).totals);
    assert!(twenty.stored - fifteen.stored >= 12, "{fifteen:?} {twenty:?}");
    assert!(end(&named).items.is_empty());
}

#[test]
fn a_longer_queue_gets_nothing_more_done() {
    let long = scenarios::long_queue();
    let mut short = long.clone();
    short.run.scenario.capacity = 5;
    let (long, short) = (end(&long), end(&short));
    assert_eq!(long.totals.finished, short.totals.finished);
    let wait_us = |frame: &Frame| frame.inside.mean_wait_us.expect("many");
    assert!(wait_us(&long) > 7.5 * wait_us(&short), "{} {}", wait_us(&long), wait_us(&short));
    // Little's law: forty inside, two a second, twenty seconds.
    let little = long.inside.little().expect("both sides");
    assert!(little.error() < 0.01 && (little.mean_level - 40.0).abs() < 0.5, "{little:?}");
    assert!((wait_us(&long) / 1e6 - 20.0).abs() < 0.5);
}

#[test]
fn a_burst_is_evened_out_as_far_as_there_is_room() {
    let named = scenarios::bursts();
    let events = run(&named).events;
    let made: Vec<Time> = events
        .iter()
        .filter_map(|(at, it)| matches!(it, Event::Made { .. }).then_some(*at))
        .collect();
    assert_eq!(
        made[..6].iter().filter(|at| **at == made[0]).count(),
        6,
        "what fits in, and one more"
    );
    let most = events.iter().filter_map(|(_, it)| match it {
        Event::Stored { length, .. } => Some(*length),
        _ => None,
    });
    assert_eq!(most.max(), Some(5));
    assert!(end(&named).items.is_empty());
}

#[test]
fn what_does_not_fit_is_dropped_in_three_ways() {
    let (newest, oldest) = (end(&scenarios::drop_newest()), end(&scenarios::drop_oldest()));
    assert_eq!((newest.totals.dropped_newest, oldest.totals.dropped_oldest), (10, 10));
    // Nobody waits for room.
    assert_eq!((newest.producers[0].parks, oldest.producers[0].parks), (0, 0));
    // What is thrown away from the front makes room for what is fresh.
    let wait_us = |frame: &Frame| frame.inside.waits.expect("some").p90_us;
    assert!(2 * wait_us(&oldest) < wait_us(&newest));
    assert!(newest.gone.iter().all(|it| it.why == DropReason::NoRoom));
    assert!(oldest.gone.iter().all(|it| it.why == DropReason::Displaced));
    let named = scenarios::time_out();
    let frame = end(&named);
    assert_eq!((frame.totals.timed_out, frame.totals.dropped), (4, 4));
    assert!(frame.before.waits.expect("some").most_us <= 500_000, "{:?}", frame.before);
}

#[test]
fn impatient_consumers_come_back() {
    let named = scenarios::impatient();
    let gave_up =
        run(&named).events.iter().filter(|it| matches!(it.1, Event::TimedOut { .. })).count();
    assert!(gave_up > 5, "{gave_up}");
    assert_eq!(end(&named).totals.taken, end(&named).totals.made);
}

#[test]
fn who_wakes_up_unwoken_looks_and_waits_again() {
    let named = scenarios::woken_unwoken();
    let first = at(&named, 1_500);
    assert_eq!((first.consumers[0].state, first.totals.wakeups), (WorkerState::Parked, 0));
    assert_eq!(first.takers.len(), 2);
    // Unless there is something: then it does not matter who woke it.
    let by: Vec<_> = taken(&named).into_iter().map(|it| it.0).collect();
    assert_eq!(by, [Party::Consumer(0), Party::Consumer(1)]);
}

#[test]
fn fair_order_costs_some_time_and_nobody_is_overtaken() {
    let (barging, fair) = (end(&scenarios::barging()), end(&scenarios::fair()));
    assert!(barging.totals.woken_in_vain > 10 && fair.totals.woken_in_vain == 0);
    let spread = |frame: &Frame| {
        let done = || frame.producers.iter().map(|it| it.done);
        done().max().expect("four") - done().min().expect("four")
    };
    assert_eq!((spread(&barging), spread(&fair)), (3, 1));
    let longest = |frame: &Frame| frame.before.waits.expect("many").most_us;
    assert!(longest(&barging) > longest(&fair), "{} {}", longest(&barging), longest(&fair));
}

#[test]
fn who_is_woken_and_stands_still_keeps_nobody_from_the_item() {
    let named = scenarios::paused();
    let frame = at(&named, 3_000);
    assert_eq!(
        (frame.consumers[0].state, frame.consumers[0].is_paused),
        (WorkerState::Woken, true)
    );
    assert_eq!(names(&frame), ["tea"], "its wake-up was the one that the item had");
    let expected =
        [(Party::Consumer(1), "tea".to_owned()), (Party::Consumer(1), "milk".to_owned())];
    assert_eq!(taken(&named), expected);
}

#[test]
fn the_wake_up_of_the_dead_is_passed_on() {
    let named = scenarios::crashed();
    let passed_on = Event::Woken { party: Party::Consumer(1), by: Some(Party::Consumer(0)) };
    assert!(run(&named).events.iter().any(|(_, it)| *it == passed_on));
    assert!(taken(&named).iter().all(|(by, _)| *by == Party::Consumer(1)));
}

#[test]
fn commands_are_answered_at_once_or_when_their_time_comes() {
    let named = scenarios::commands();
    let answers = |frame: &Frame| {
        let one = |it: &playground_core::blocking_queue::lab::CallView| {
            (it.ask.to_string(), it.answer.as_ref().map(|(_, answer)| answer.to_string()))
        };
        frame.calls.iter().map(one).collect::<Vec<_>>()
    };
    let early = answers(&at(&named, 1_500));
    assert_eq!(
        early,
        [("size".to_owned(), Some("0 of 3".to_owned())), ("dequeue".to_owned(), None)]
    );
    let frame = end(&named);
    assert!(frame.calls.iter().all(|it| it.answer.is_some()));
    let of = |call: u64| frame.calls.iter().find(|it| it.call == call).expect("it was given");
    let (at, answer) = of(2).answer.clone().expect("it was answered");
    assert!(at > Time::from_ms(2_000) && answer.to_string() == "one");
    assert_eq!(of(10).answer.as_ref().map(|it| &it.1), Some(&Answer::Withdrawn));
    assert_eq!(of(16).answer.as_ref().map(|it| &it.1), Some(&Answer::Closed));
    assert_eq!(names(&frame), ["four", "five", "six"]);
}

#[test]
fn closing_sends_producers_away_and_lets_consumers_take_what_is_left() {
    let named = scenarios::closing();
    let before = at(&named, 8_999);
    assert_eq!(before.items.len(), 5);
    let frame = end(&named);
    let workers = frame.producers.iter().chain(&frame.consumers);
    assert!(workers.into_iter().all(|it| it.state == WorkerState::Ended));
    assert!(frame.items.is_empty() && frame.is_closed);
    assert_eq!(frame.totals.stored, frame.totals.finished);
    // What was refused came back.
    assert!(frame.producers.iter().all(|it| it.hand.is_some()));
    assert_eq!(
        frame.calls.last().and_then(|it| it.answer.clone()).map(|it| it.1),
        Some(Answer::Closed)
    );
}

#[test]
fn each_mistake_breaks_what_it_is_known_for() {
    let sleeps = "nobody sleeps beside what they wait for";
    for (mistake, promise) in [
        (Mistake::IfForWhile, "nothing is taken out of an empty queue"),
        (Mistake::SharedCondition, sleeps),
        (Mistake::NotifyBeforeChange, sleeps),
        (Mistake::NotifyOnEdge, sleeps),
        (Mistake::NoLock, "no item gets lost"),
        (Mistake::TimeoutSwallows, sleeps),
        (Mistake::CloseWakesOne, "when the queue is closed, nobody sleeps on"),
        (Mistake::CloseDrops, "closing throws nothing away"),
        (Mistake::Overtaking, "in fair order, nobody is overtaken"),
    ] {
        let mut named = scenarios::of_mistake(mistake);
        assert_eq!(named.run.scenario.mistake, Some(mistake));
        let violations = run(&named).violations;
        assert_eq!(violations[0].invariant, promise, "{mistake:?}");
        assert!(end(&named).broken.contains(&promise));
        named.run.scenario.mistake = None;
        assert_eq!(run(&named).violations, [], "{mistake:?}: without it, all is well");
    }
}

#[test]
fn one_condition_for_both_sides_ends_with_everybody_asleep() {
    let named = scenarios::of_mistake(Mistake::SharedCondition);
    let frame = end(&named);
    let mut workers = frame.producers.iter().chain(&frame.consumers);
    assert!(workers.all(|it| it.state == WorkerState::Parked), "{frame:?}");
    let last = run(&named).events.last().map(|it| it.0).expect("many");
    assert!(last < Time::from_ms(6_000), "nothing happens any more after {last}");
}

#[test]
fn without_a_lock_an_item_is_lost_and_another_comes_twice() {
    let named = scenarios::of_mistake(Mistake::NoLock);
    let mut seen: Vec<String> = taken(&named).into_iter().map(|it| it.1).collect();
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert!(seen.len() < all, "one came twice");
    let totals = end(&named).totals;
    let inside = end(&named).items.len();
    assert!(seen.len() + inside < totals.stored as usize, "one was lost: {totals:?}");
}

#[test]
fn what_is_impossible_is_refused_and_changes_nothing() {
    let scenario = Scenario { running: (1, 2), ..Scenario::default() };
    let pace = Pace { mean_ms: 100, spread: Spread::Steady };
    let nobody = Worker::Producer(7);
    for (action, reason) in [
        (Action::Crash { worker: nobody }, "there is no such worker"),
        (Action::SetPace { worker: nobody, pace }, "there is no such worker"),
        (Action::Crash { worker: Worker::Producer(1) }, "it is down already"),
        (Action::Restart { worker: Worker::Producer(0) }, "it is up already"),
        (Action::Pause { worker: Worker::Producer(1) }, "the worker is down"),
        (Action::Burst { producer: 1, count: 3 }, "the worker is down"),
        (Action::Resume { worker: Worker::Producer(0) }, "the worker does not stand still"),
        (Action::Withdraw { call: 1 }, "no such command waits"),
        (
            Action::WakeSpuriously { worker: Worker::Producer(0) },
            "the worker does not wait, or has been woken already",
        ),
    ] {
        let time = Time::from_ms(50);
        let mut run: Run<Lab> = Run::new(scenario.clone(), 1);
        let before = replay(&run, time, u64::MAX).state.frame(time);
        run.actions.push((time, action.clone()));
        let after = replay(&run, time, u64::MAX);
        let refused = Event::Refused { reason: reason.to_owned() };
        assert_eq!(after.events.last().map(|it| &it.1), Some(&refused), "{action:?}");
        assert_eq!(after.state.frame(time), before, "{action:?}");
    }
}
