//! What each scenario shows, and what a visitor can do.

use playground_core::multi_threading::lab::{
    Action, Event, Frame, Lab, Overwritten, Scenario, Scheduler, Stale, ThreadState,
};
use playground_core::multi_threading::process::Effect;
use playground_core::multi_threading::program::{Program, Setup};
use playground_core::multi_threading::promise::{Promise, Tally};
use playground_core::multi_threading::scenarios::{self, Named};
use playground_core::sim::{Rng, Simulation, Time, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn named(name: &str) -> Named {
    scenarios::all().into_iter().find(|it| it.name == name).expect("a scenario")
}

fn run(named: &Named) -> Transcript<Lab> {
    replay(&named.run, named.until, u64::MAX)
}

fn end(name: &str) -> Frame {
    let named = named(name);
    run(&named).state.frame(named.until)
}

fn at(name: &str, ms: u64) -> Frame {
    let time = Time::from_ms(ms);
    replay(&named(name).run, time, u64::MAX).state.frame(time)
}

fn events(name: &str) -> Vec<Event> {
    run(&named(name)).events.into_iter().map(|(_, event)| event).collect()
}

#[test]
fn names_are_unique_and_everything_has_happened_by_the_end() {
    let all = scenarios::all();
    for (index, named) in all.iter().enumerate() {
        assert!(all[..index].iter().all(|it| it.name != named.name), "{}", named.name);
        let later = replay(&named.run, Time(named.until.0 * 10), u64::MAX);
        assert_eq!(run(named).steps, later.steps, "{}", named.name);
        let refused = later.events.iter().find(|(_, it)| matches!(it, Event::Refused { .. }));
        assert_eq!(refused, None, "{}", named.name);
    }
    for program in Program::ALL {
        let of_program = scenarios::of_program(program);
        assert_eq!(of_program.run.scenario.setup.program, program);
        assert!(all.iter().any(|it| it.name == of_program.name), "{program:?}");
    }
}

#[test]
fn the_opening_loses_updates() {
    let frame = end("opening");
    assert_eq!(frame.expected_at_end, 6);
    assert!(
        frame.is_over && frame.tally.expected == 6 && frame.tally.actual < 6,
        "{:?}",
        frame.tally
    );
    assert_eq!(frame.broken, [Promise::NoUpdateLost.name()]);
    let overwrote = |it: &Event| matches!(it, Event::Overwrote { .. });
    assert!(events("opening").iter().any(overwrote));
}

#[test]
fn a_lost_update_is_seen_when_it_is_doomed_and_when_it_happens() {
    // Both have read, and nobody has written.
    let frame = at("lost_update", 2_400);
    assert!(frame.threads.iter().all(|it| it.registers[0] == 1 && it.stale.is_none()));
    // The first has written: what the second has read is out of date.
    let frame = at("lost_update", 3_000);
    assert_eq!(frame.threads[1].stale, Some(Stale { cell: 0, by: 0 }));
    assert_eq!(frame.tally, Tally { expected: 1, actual: 1 });
    assert_eq!(frame.broken, [""; 0]);
    // The second writes, and undoes what the first did in the fifth step.
    let frame = end("lost_update");
    let last = frame.turns.last().expect("a turn");
    assert_eq!(last.overwrote, Some(Overwritten { thread: 0, step: 5 }));
    assert_eq!(last.effect, Effect::Stored { cell: 0, before: 1, value: 1 });
    assert_eq!((frame.tally.lost(), frame.switches), (1, 5));
    assert!(events("lost_update").contains(&Event::Overwrote { thread: 1, cell: 0, whose: 0 }));
}

#[test]
fn the_length_of_turns_decides() {
    assert_eq!(end("whole_turns").tally, Tally { expected: 6, actual: 6 });
    let cut = end("cut_turns").tally;
    assert!(cut.expected == 6 && cut.actual < 6, "{cut:?}");
}

#[test]
fn whoever_comes_to_a_taken_lock_waits_and_nothing_is_lost() {
    for name in ["locked", "appended_locked", "holder_paused", "ordered", "last_seat_locked"] {
        let all = events(name);
        let blocked =
            |it: &Event| matches!(it, Event::Stepped { effect: Effect::Blocked { .. }, .. });
        assert!(all.iter().any(blocked), "{name}");
        assert!(all.iter().any(|it| matches!(it, Event::Woken { .. })), "{name}");
        let frame = end(name);
        assert!(frame.is_over && frame.tally.lost() == 0 && frame.broken.is_empty(), "{name}");
    }
    let frame = at("holder_paused", 8_900);
    assert_eq!(frame.locks[0].owner, Some(0));
    assert_eq!(frame.locks[0].waiting, [1, 2, 3]);
    assert_eq!(frame.threads[0].state, ThreadState::Paused);
}

#[test]
fn whoever_swaps_too_late_tries_again() {
    for name in ["swapped", "last_seat_swapped"] {
        let failed =
            |it: &Event| matches!(it, Event::Stepped { effect: Effect::NotSwapped { .. }, .. });
        assert!(events(name).iter().any(failed), "{name}");
        let frame = end(name);
        assert!(frame.is_over && frame.tally.lost() == 0 && frame.broken.is_empty(), "{name}");
    }
    assert_eq!(end("added").tally, Tally { expected: 9, actual: 9 });
}

#[test]
fn a_seat_is_sold_twice_although_each_operation_is_atomic() {
    let frame = end("last_seat");
    let values: Vec<_> = frame.cells.iter().map(|it| it.value).collect();
    assert_eq!(values, [-1, 2]);
    assert_eq!(frame.broken, [Promise::NotOversold.name()]);
}

#[test]
fn a_deadlock_is_told_with_its_ring() {
    let frame = end("deadlock");
    assert_eq!(frame.deadlocked, [0, 1]);
    assert_eq!(frame.broken, [Promise::EverybodyEnds.name()]);
    assert!(!frame.is_over);
    for (thread, other) in [(0_u8, 1_u8), (1, 0)] {
        assert_eq!(frame.locks[usize::from(other)].waiting, [thread]);
        assert_eq!(frame.threads[usize::from(thread)].holds, [thread]);
    }
    let told = events("deadlock").into_iter().filter(|it| matches!(it, Event::Deadlocked { .. }));
    assert_eq!(told.count(), 1);
    // By chance it takes a while.
    let frame = end("ring");
    assert!(!frame.deadlocked.is_empty() && frame.steps > 10);
    assert!(end("ordered").deadlocked.is_empty());
}

#[test]
fn a_queue_without_a_lock_loses_items() {
    let frame = end("appended");
    assert_eq!(frame.tally.expected, 12);
    assert!(frame.tally.lost() > 0);
    let filled = frame.cells.iter().skip(1).filter(|it| it.value != 0).count();
    assert_eq!(filled as i32, frame.tally.actual);
    let frame = at("gap", 700);
    assert_eq!((frame.cells[0].value, frame.cells[1].value), (1, 0));
    assert_eq!(frame.broken, [Promise::NoGap.name()]);
    assert_eq!(end("gap").tally.lost(), 0);
}

#[test]
fn a_flag_lets_two_in_and_petersons_lock_does_not() {
    let frame = at("flag", 3_700);
    assert!(frame.threads.iter().all(|it| it.is_inside));
    assert_eq!(end("flag").tally.lost(), 1);
    let frame = end("peterson");
    assert!(frame.is_over && frame.broken.is_empty() && frame.tally.lost() == 0);
    let waits = |it: &Event| {
        matches!(
            it,
            Event::Stepped { instruction: 5, effect: Effect::Branched { is_taken: true }, .. }
        )
    };
    assert!(events("peterson").iter().any(waits), "somebody has to wait");
    // Unless a load overtakes the stores before it.
    let frame = at("overtaken", 4_900);
    assert!(frame.threads.iter().all(|it| it.is_inside));
    assert_eq!(end("overtaken").tally.lost(), 1);
}

#[test]
fn a_dead_holder_keeps_the_lock() {
    let killed = |it: &Event| *it == Event::Killed { thread: 0, orphaned: vec![0] };
    assert!(events("holder_killed").iter().any(killed));
    let frame = end("holder_killed");
    assert_eq!(frame.threads[0].state, ThreadState::Killed);
    assert_eq!(frame.locks[0].owner, Some(0));
    assert_eq!(frame.locks[0].waiting.len(), 2);
    // That is no deadlock: nobody waits in a ring.
    assert!(frame.deadlocked.is_empty() && frame.broken.is_empty() && !frame.is_over);
}

fn by_hand(program: Program) -> Lab {
    let setup = Setup { program, threads: 2, iterations: 1 };
    let scenario = Scenario { setup, scheduler: Scheduler::ByHand, ..Scenario::default() };
    Lab::new(&scenario, Rng::new(1))
}

#[test]
fn what_is_impossible_is_refused_and_changes_nothing() {
    let mut lab = by_hand(Program::CounterLocked);
    let act = |lab: &mut Lab, action| lab.act(Time::ZERO, action);
    let refuses = |lab: &mut Lab, action: Action, why: &str| {
        let before = lab.frame(Time::ZERO);
        let events = lab.act(Time::ZERO, action.clone());
        assert_eq!(events, [Event::Refused { reason: why.to_owned() }], "{action:?}");
        assert_eq!(lab.frame(Time::ZERO), before);
    };
    refuses(&mut lab, Action::Step { thread: 2 }, "there is no such thread");
    refuses(&mut lab, Action::Pause { thread: 200 }, "there is no such thread");
    refuses(&mut lab, Action::Resume { thread: 0 }, "that is so already");
    refuses(&mut lab, Action::SetScheduler { scheduler: Scheduler::ByHand }, "that is so already");
    act(&mut lab, Action::Step { thread: 0 });
    act(&mut lab, Action::Step { thread: 1 });
    let why = "the thread waits for mutex, which thread 1 holds";
    refuses(&mut lab, Action::Step { thread: 1 }, why);
    act(&mut lab, Action::Pause { thread: 0 });
    refuses(&mut lab, Action::Pause { thread: 0 }, "that is so already");
    refuses(&mut lab, Action::Step { thread: 0 }, "the thread is paused");
    act(&mut lab, Action::Resume { thread: 0 });
    (0..4).for_each(|_| drop(act(&mut lab, Action::Step { thread: 0 })));
    refuses(&mut lab, Action::Step { thread: 0 }, "the thread has finished");
    refuses(&mut lab, Action::Kill { thread: 0 }, "the thread has finished");
    act(&mut lab, Action::Kill { thread: 1 });
    refuses(&mut lab, Action::Step { thread: 1 }, "the thread is dead");
    assert!(lab.frame(Time::ZERO).is_over);
}

#[test]
fn the_visitor_may_take_the_scheduler_over_and_give_it_back() {
    let mut lab = by_hand(Program::CounterLocked);
    assert_eq!(lab.next_at(), None);
    lab.act(Time::from_ms(100), Action::Step { thread: 1 });
    let turns = Scheduler::Turns { instructions: 0 };
    let events = lab.act(Time::from_ms(200), Action::SetScheduler { scheduler: turns });
    let set = Scheduler::Turns { instructions: 1 };
    assert_eq!(events, [Event::SchedulerSet { scheduler: set }]);
    assert_eq!(lab.next_at(), Some(Time::from_ms(800)));
    while lab.next_at().is_some() {
        lab.step();
    }
    let frame = lab.frame(Time::from_ms(10_000));
    assert!(frame.is_over);
    assert_eq!(frame.tally, Tally { expected: 2, actual: 2 });
}

#[test]
fn a_paused_thread_is_passed_over_and_goes_on_where_it_was() {
    let setup = Setup { program: Program::Counter, threads: 3, iterations: 2 };
    let mut lab = Lab::new(&Scenario { setup, ..Scenario::default() }, Rng::new(5));
    lab.act(Time::ZERO, Action::Step { thread: 1 });
    lab.act(Time::ZERO, Action::Pause { thread: 1 });
    while lab.next_at().is_some() {
        lab.step();
    }
    let frame = lab.frame(Time::from_ms(60_000));
    let states: Vec<_> = frame.threads.iter().map(|it| it.state).collect();
    assert_eq!(states, [ThreadState::Finished, ThreadState::Paused, ThreadState::Finished]);
    assert_eq!((frame.threads[1].next, frame.threads[1].registers), (Some(1), [0, 0]));
    assert!(frame.threads[1].stale.is_some());
    lab.act(Time::from_ms(60_000), Action::Resume { thread: 1 });
    while lab.next_at().is_some() {
        lab.step();
    }
    let frame = lab.frame(Time::from_ms(90_000));
    // It wrote 1, and then one more.
    assert_eq!((frame.is_over, frame.tally), (true, Tally { expected: 6, actual: 2 }));
}
