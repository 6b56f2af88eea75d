//! What each scenario shows.

use playground_core::sim::{Rng, Simulation, Time, Transcript, replay};
use playground_core::unique_id::lab::{
    Action, Event, Failure, Frame, Lab, MadeRun, Mistake, Node, Scenario, Waiting, WorkerState,
};
use playground_core::unique_id::scenarios::{self, Named};
use playground_core::unique_id::snowflake::Layout;
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

/// What was made: the worker, its number, the sequence of the first and how many.
fn made(frame: &Frame) -> Vec<(u8, u16, u32, u32)> {
    let one = |it: &MadeRun| {
        let parts = frame.layout.decompose(it.first);
        (it.worker, parts.worker, parts.sequence, it.count)
    };
    frame.made.iter().map(one).collect()
}

/// The milliseconds of what was made, since the start of the run.
fn stamps(frame: &Frame) -> Vec<i64> {
    let start = frame.scenario.start_unix_ms as i64;
    frame.made.iter().map(|it| frame.layout.unix_ms(it.first) as i64 - start).collect()
}

fn waits(named: &Named) -> Vec<Waiting> {
    let events = run(named).events.into_iter();
    events
        .filter_map(|(_, it)| if let Event::Waited { why, .. } = it { Some(why) } else { None })
        .collect()
}

#[test]
fn three_workers_get_three_numbers_and_ask_nobody_for_an_id() {
    let named = scenarios::opening();
    let frame = end(&named);
    assert_eq!(
        frame.workers.iter().map(|it| it.number).collect::<Vec<_>>(),
        [Some(0), Some(1), Some(2)]
    );
    assert_eq!((frame.totals.made, frame.totals.answered), (50, 7));
    // Every ID is handed out in the very moment in which it is asked for.
    assert!(frame.requests.iter().all(|it| it.end == Some((it.asked_at, Ok(())))));
    // Before there are numbers, nobody can.
    let early = at(&named, 1_000);
    assert!(early.workers.iter().any(|it| it.state == WorkerState::WithoutNumber));
    assert!(!early.flights.is_empty());
}

#[test]
fn the_ninth_id_waits_for_the_next_millisecond() {
    let named = scenarios::wheel();
    let one = at(&named, 1_900);
    assert_eq!(made(&one), [(0, 0, 0, 3), (0, 0, 3, 3), (0, 0, 6, 2)]);
    assert_eq!(one.workers[0].used, 8);
    assert!(matches!(one.workers[0].waiting, Some(Waiting::Exhausted { ms: 1 })));
    let two = at(&named, 2_000);
    assert_eq!(made(&two)[3..], [(0, 0, 0, 1)]);
    assert_eq!((two.workers[0].used, two.workers[0].waiting), (1, None));
    let frame = end(&named);
    assert_eq!(made(&frame)[4..], [(0, 0, 0, 8), (0, 0, 0, 8), (0, 0, 0, 4)]);
    assert_eq!(frame.workers[0].used, 0, "the wheel stands at the start of each millisecond");
}

#[test]
fn the_number_keeps_apart_what_time_and_sequence_do_not() {
    let frame = end(&scenarios::same_millisecond());
    assert_eq!(made(&frame), [(0, 0, 0, 4), (1, 1, 0, 4), (1, 1, 0, 2), (0, 0, 0, 2)]);
    assert_eq!(stamps(&frame), [1, 1, 2, 2]);
    assert_eq!(frame.totals.duplicates, 0);
}

#[test]
fn ten_thousand_ids_take_two_milliseconds_and_a_bit() {
    let frame = end(&scenarios::full_millisecond());
    assert_eq!(made(&frame), [(0, 0, 0, 4_096), (0, 0, 0, 4_096), (0, 0, 0, 1_808)]);
    assert_eq!(stamps(&frame), [1, 2, 3]);
}

#[test]
fn a_clock_that_steps_back_is_waited_for_refused_or_run_ahead_of() {
    let waits_for = scenarios::step_back_waits();
    assert_eq!(waits(&waits_for), [Waiting::SteppedBack { ms: 1 }]);
    assert_eq!(stamps(&end(&waits_for)), [20, 27, 20, 25]);
    let refuses = scenarios::step_back_refused();
    let failed: Vec<_> = end(&refuses).requests.iter().filter_map(|it| it.end?.1.err()).collect();
    assert_eq!(failed, [Failure::ClockBehind { by_ms: 23 }, Failure::ClockBehind { by_ms: 17 }]);
    assert_eq!(stamps(&end(&refuses)), [20, 27, 32]);
    let borrows = end(&scenarios::step_back_borrowed());
    assert_eq!(stamps(&borrows), [20, 20, 27, 20]);
    assert_eq!(made(&borrows)[1..], [(0, 0, 2, 2), (1, 1, 0, 2), (0, 0, 4, 2)]);
}

#[test]
fn a_restart_with_a_clock_set_back_waits_for_the_high_water_mark() {
    let named = scenarios::set_back_over_a_restart();
    assert!(matches!(waits(&named)[..], [Waiting::NoNumber, Waiting::HighWater { .. }]));
    let frame = end(&named);
    let lease = frame.workers[0].lease.expect("it has a number");
    let last = frame.made.last().expect("five more");
    assert_eq!((lease.number, lease.epoch), (0, 2));
    assert_eq!(frame.layout.unix_ms(last.first), lease.after_ms + 1);
}

#[test]
fn a_number_given_back_is_free_behind_its_last_id() {
    let frame = end(&scenarios::given_back());
    let lease = frame.workers[1].lease.expect("it has the number");
    assert_eq!((lease.number, lease.epoch), (0, 2));
    assert_eq!(frame.layout.unix_ms(frame.made[0].first), lease.after_ms);
    assert_eq!(frame.totals.refused, 0);
}

#[test]
fn a_sleeper_wakes_up_and_must_not_go_on() {
    let named = scenarios::sleeper();
    let frame = end(&named);
    assert!(frame.made[1..].iter().all(|it| it.worker == 1));
    assert_eq!(frame.registry.numbers[0].worker, Some(1));
    let events: Vec<_> = run(&named).events.into_iter().map(|(_, event)| event).collect();
    assert!(events.contains(&Event::Waited { worker: 0, why: Waiting::LeaseOver }));
    assert!(events.contains(&Event::Dispossessed { worker: 0, number: 0 }));
}

#[test]
fn who_is_cut_off_goes_on_until_the_window_ends() {
    let named = scenarios::cut_off();
    let frame = at(&named, 12_500);
    let of_worker = |worker| frame.made.iter().filter(|it| it.worker == worker).count();
    assert_eq!((of_worker(0), of_worker(1)), (2, 1));
    assert_eq!(frame.workers[0].waiting, Some(Waiting::LeaseOver));
    let frame = end(&named);
    assert_eq!(frame.totals.answered, 4, "the one that waited has its IDs in the end");
    assert_eq!(frame.workers[0].lease.map(|it| it.epoch), Some(1), "nobody else had asked");
}

#[test]
fn the_registry_is_not_needed_for_a_while() {
    let named = scenarios::registry_dies();
    let frame = at(&named, 5_900);
    assert_eq!(frame.made.iter().map(|it| it.worker).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(frame.workers[2].state, WorkerState::WithoutNumber);
    assert!(!frame.registry.is_up);
    assert_eq!(end(&named).totals.answered, 4);
}

#[test]
fn whoever_comes_when_all_numbers_are_taken_waits_for_one() {
    let named = scenarios::all_taken();
    let frame = at(&named, 6_900);
    assert_eq!(frame.workers[2].number, None);
    assert!(frame.totals.refused >= 1);
    assert_eq!(end(&named).workers[2].number, Some(0));
}

#[test]
fn clocks_decide_about_the_order_and_not_about_uniqueness() {
    let frame = end(&scenarios::skewed());
    let stamps = stamps(&frame);
    assert!(!stamps.is_sorted(), "{stamps:?}");
    assert_eq!(frame.totals.duplicates, 0);
    // The one that is five seconds ahead gets a number only when its clock has been set.
    assert!(frame.totals.refused > 0);
    assert_eq!(frame.workers[3].state, WorkerState::Working);
}

#[test]
fn posts_go_to_their_users_shards_and_sort_by_id() {
    let frame = end(&scenarios::blog());
    let users: Vec<Vec<u64>> =
        frame.shards.iter().map(|it| it.last.iter().map(|post| post.user).collect()).collect();
    assert_eq!(users, [vec![4], vec![1, 5], vec![2, 6, 2], vec![7, 11]]);
    let mut posts: Vec<_> = frame.shards.iter().flat_map(|it| it.last.clone()).collect();
    posts.sort_by_key(|it| it.id);
    assert!(posts.is_sorted_by_key(|it| it.at), "the ID alone tells the newest");
}

#[test]
fn javascript_cannot_tell_ids_apart_from_the_795th_day_on() {
    let frame = end(&scenarios::javascript());
    let as_number = |it: &MadeRun| it.first.0 == (it.first.0 as f64) as u64 && it.first.0 < 1 << 53;
    assert_eq!(frame.made.iter().map(as_number).collect::<Vec<_>>(), [true, true, false, false]);
    let last = frame.made.last().expect("made").first.0;
    assert_eq!(last as f64, (last + 1) as f64, "two IDs, one number");
}

#[test]
fn after_the_last_time_stamp_comes_an_error() {
    let frame = end(&scenarios::end_of_the_epoch());
    let failed: Vec<_> = frame.requests.iter().filter_map(|it| it.end?.1.err()).collect();
    assert_eq!(failed, [Failure::OutOfEpoch]);
    assert_eq!(frame.totals.made, 4);
}

#[test]
fn each_mistake_breaks_what_its_scenario_says() {
    let unique = "no ID is handed out twice";
    let rise = "the IDs of a worker rise";
    let time = "an ID says when it was made, by the clock of its maker";
    let number = "an ID names the number of its maker";
    let window = "every ID lies in the window of its maker's lease";
    let overlap = "the windows of two leases of a number never overlap";
    for (mistake, broken) in [
        (Mistake::OneNumber, vec![unique]),
        (Mistake::SequenceRunsOn, vec![rise]),
        (Mistake::Seconds, vec![time]),
        (Mistake::WithoutMask, vec![unique, number]),
        (Mistake::ClockTrusted, vec![unique, rise]),
        (Mistake::HighWaterForgotten, vec![overlap, unique]),
        (Mistake::LeaseNotLookedAt, vec![window, unique]),
        (Mistake::NoFencing, vec![overlap, unique]),
        (Mistake::AnswerBeforeWrite, vec![overlap, unique]),
        (Mistake::AutoIncrement, vec![unique]),
    ] {
        let named = scenarios::of_mistake(mistake);
        let found: Vec<&str> = run(&named).violations.iter().map(|it| it.invariant).collect();
        assert_eq!(found, broken, "{}", named.name);
        let frame = end(&named);
        assert_eq!(frame.totals.duplicates > 0, broken.contains(&unique), "{}", named.name);
        assert_eq!(frame.duplicates.is_empty(), frame.totals.duplicates == 0, "{}", named.name);
        // The same run without the mistake breaks nothing.
        let mut sound = named.clone();
        sound.run.scenario.mistake = None;
        let transcript = run(&sound);
        assert_eq!(transcript.violations, [], "{}", named.name);
        let is_refused = |event: &Event| matches!(event, Event::Refused { .. });
        assert!(!transcript.events.iter().any(|(_, it)| is_refused(it)), "{}", named.name);
    }
}

#[test]
fn shards_that_count_by_themselves_collide() {
    let frame = end(&scenarios::of_mistake(Mistake::AutoIncrement));
    let ids: Vec<Vec<u64>> =
        frame.shards.iter().map(|it| it.last.iter().map(|post| post.id.0).collect()).collect();
    assert_eq!(ids, [vec![1], vec![1, 2], vec![1, 2], vec![1]]);
}

#[test]
fn a_time_stamp_in_seconds_says_that_today_was_in_january_2023() {
    let frame = end(&scenarios::of_mistake(Mistake::Seconds));
    let says_ms = Layout::CLASSICAL.unix_ms(frame.made[0].first);
    let day = (says_ms - Layout::CLASSICAL.spec().epoch_unix_ms) / 86_400_000;
    assert_eq!(day, 1, "three years of seconds are a day and some of milliseconds");
}

#[test]
fn what_is_impossible_changes_nothing_and_says_why() {
    let at = Time::from_ms(1);
    let worker = Node::Worker(0);
    for action in [
        Action::Ask { worker: 3, count: 1 },
        Action::Post { user: 1 },
        Action::Crash { node: Node::Worker(3) },
        Action::Restart { node: Node::Registry },
        Action::Restart { node: Node::Worker(9) },
        Action::Stop { worker: 3 },
        Action::Pause { worker: 3, ms: None },
        Action::Resume { worker: 0 },
        Action::StepClock { node: Node::Worker(3), by_ms: 1 },
        Action::SetRate { node: Node::Worker(3), permille: 1 },
        Action::Mend { worker: 0 },
        Action::Revoke { number: 0 },
        Action::Revoke { number: 99 },
        Action::Drop { flight: 999 },
        Action::Delay { flight: 999, ms: 1 },
    ] {
        let mut lab = Lab::new(&Scenario::default(), Rng::new(1));
        let before = lab.frame(at);
        let events = lab.act(at, action.clone());
        assert!(matches!(&events[..], [Event::Refused { .. }]), "{action:?}: {events:?}");
        assert!(lab.frame(at) == before, "{action:?}");
    }
    let mut lab = Lab::new(&Scenario { running: 0, shards: 4, ..Scenario::default() }, Rng::new(1));
    for action in [
        Action::Crash { node: worker },
        Action::Pause { worker: 0, ms: None },
        Action::Post { user: 1 },
    ] {
        let events = lab.act(at, action.clone());
        assert!(matches!(&events[..], [Event::Refused { .. }]), "{action:?}: {events:?}");
    }
}
