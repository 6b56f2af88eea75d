//! Travel through a run: wherever a reader goes, and however, is what a fresh replay shows there.

use crate::heartbeats::Heartbeats;
use crate::models::DieHard;
use crate::parcels::{RECEIVER, SENDER};
use crate::parcels_run::{Action, Frame, Scenario, Storm};
use playground_core::sim::{Moment, NodeId, Rng, Run, Simulation, Span, Time, Timeline, Walk};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 200 };

/// One place of a run as a fresh timeline shows it.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    moment: Moment,
    state: String,
    frame: Frame,
}

fn place(timeline: &Timeline<Storm>) -> Place {
    let (moment, frame) = (timeline.moment(), timeline.frame());
    Place { moment, state: format!("{:?}", timeline.state()), frame }
}

/// Every place of a run at which something has just happened, the start first.
fn places(run: &Run<Storm>) -> Vec<Place> {
    let mut timeline = Timeline::new(run.clone());
    let mut places = vec![place(&timeline)];
    while timeline.step() {
        places.push(place(&timeline));
    }
    places
}

/// What a fresh timeline that goes straight to a time shows.
fn fresh_at(run: &Run<Storm>, time: Time) -> Place {
    let mut fresh = Timeline::new(run.clone());
    fresh.advance(time);
    place(&fresh)
}

/// A storm in which a reader has had a hand.
fn run(seed: u64) -> Run<Storm> {
    let mut run = Scenario::run(seed, None);
    run.actions = vec![
        (Time::from_ms(90), Action::Accept),
        (Time::from_ms(150), Action::Crash(RECEIVER)),
        (Time::from_ms(150), Action::DropOldest),
        (Time::from_ms(220), Action::Restart(RECEIVER)),
    ];
    run
}

#[test]
fn rewinding_is_replaying() {
    for seed in 0..SEEDS {
        let run = run(seed);
        let places = places(&run);
        let end = places[places.len() - 1].moment.time;
        let mut rng = Rng::new(seed);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(end);
        for _ in 0..20 {
            let time = Time(rng.below(end.0 + 1));
            timeline.seek(time);
            assert_eq!(place(&timeline), fresh_at(&run, time), "seed {seed} at {time}");
            assert_eq!(timeline.now(), time);
            if timeline.step_back() {
                let position = timeline.moment().position as usize;
                assert_eq!(place(&timeline), places[position], "seed {seed}, back to {position}");
            }
        }
        assert_eq!(timeline.frontier().position as usize, places.len() - 1);
        assert_eq!(timeline.past().len(), places.len() - 1, "travelling adds nothing to the past");
    }
}

#[test]
fn every_moment_can_be_gone_to_from_anywhere() {
    for seed in 0..SEEDS / 10 {
        let run = run(seed);
        let places = places(&run);
        let mut rng = Rng::new(seed);
        let mut timeline = Timeline::new(run.clone());
        for target in &places {
            timeline.seek(Time(rng.below(700_000)));
            timeline.go_to(target.moment);
            assert_eq!(place(&timeline), *target, "seed {seed}");
        }
        for target in places.iter().rev() {
            timeline.go_to(target.moment);
            assert_eq!(place(&timeline), *target, "seed {seed}");
        }
    }
}

#[test]
fn a_moment_between_two_things_keeps_its_time() {
    let run = run(3);
    let places = places(&run);
    let mut timeline = Timeline::new(run.clone());
    let gaps = places.windows(2).filter(|pair| pair[0].moment.time < pair[1].moment.time);
    let mut gone_to = 0;
    for pair in gaps {
        let between = Time(pair[1].moment.time.0 - 1);
        let moment = Moment { time: between, ..pair[0].moment };
        timeline.go_to(moment);
        assert_eq!(timeline.moment(), moment);
        assert_eq!(place(&timeline), fresh_at(&run, between));
        gone_to += 1;
    }
    assert!(gone_to > 10);
}

#[test]
fn a_moment_that_the_run_does_not_have_leads_to_its_time() {
    let run = run(3);
    let mut timeline = Timeline::new(run.clone());
    let time = Time::from_ms(100);
    let moment = Moment { position: 1_000_000, time };
    for from in [Time::ZERO, Time::from_ms(500)] {
        timeline.seek(from);
        timeline.go_to(moment);
        assert_eq!(place(&timeline), fresh_at(&run, time), "from {from}");
    }
}

#[test]
fn a_step_and_a_step_back_undo_each_other() {
    let run = run(5);
    let places = places(&run);
    let mut timeline = Timeline::new(run);
    assert!(!timeline.step_back(), "there is nothing before the start");
    for pair in places.windows(2) {
        assert!(timeline.step());
        assert_eq!(place(&timeline), pair[1]);
        assert!(timeline.step_back());
        assert_eq!(place(&timeline), pair[0]);
        assert!(timeline.step());
    }
    assert!(!timeline.step(), "there is nothing after the end");
    for target in places.iter().rev().skip(1) {
        assert!(timeline.step_back());
        assert_eq!(place(&timeline), *target);
    }
    assert!(!timeline.step_back());
}

#[test]
fn before_the_first_thing_a_step_back_leads_to_the_start() {
    let mut timeline = Timeline::new(Run::<Walk<DieHard>>::new(DieHard, 1));
    timeline.advance(Time::from_ms(5));
    assert_eq!(timeline.now(), Time::from_ms(5));
    assert!(timeline.step_back());
    assert_eq!(timeline.moment(), Moment::default());
    assert!(!timeline.step_back());
}

#[test]
fn actions_are_put_in_the_order_of_their_times() {
    let mut run = run(2);
    let ordered = Timeline::new(run.clone()).run().clone();
    run.actions.swap(0, 3);
    run.actions.swap(0, 1);
    assert_eq!(Timeline::new(run.clone()).run().actions[0], ordered.actions[0]);
    // Those of the same time keep theirs, since each acts on what the one before has left.
    let at = |time| move |it: &&(Time, Action)| it.0 == time;
    let of_150 = |run: &Run<Storm>| -> Vec<_> {
        run.actions.iter().filter(at(Time::from_ms(150))).cloned().collect()
    };
    assert_eq!(of_150(Timeline::new(run.clone()).run()), of_150(&run));
}

#[test]
fn acting_in_the_past_keeps_the_old_future() {
    for seed in 0..SEEDS / 4 {
        let original = run(seed);
        let mut rng = Rng::new(seed);
        let mut timeline = Timeline::new(original.clone());
        timeline.advance(Time::from_ms(800));
        let old_end = place(&timeline);
        let fork_at = Time(rng.below(400_000));
        timeline.seek(fork_at);
        let before = place(&timeline);
        let events = timeline.act(Action::Crash(SENDER));
        assert!(!events.is_empty());
        assert_eq!(timeline.now(), fork_at);
        assert_eq!(timeline.moment().position, before.moment.position + 1);
        assert_eq!(timeline.frontier(), timeline.moment(), "the new future is yet to be seen");
        assert_eq!(timeline.branches().len(), 1);
        assert_eq!(timeline.branches()[0].run, original);
        assert_eq!(timeline.branches()[0].forked_at.time, fork_at);
        assert!(timeline.past().next_back().is_some_and(|it| it.is_action && it.events == events));
        timeline.advance(Time::from_ms(800));
        let new_run = timeline.run().clone();
        let new_end = place(&timeline);
        assert_eq!(new_end, fresh_at(&new_run, Time::from_ms(800)), "seed {seed}");

        assert!(timeline.switch(0));
        assert_eq!(timeline.run(), &original);
        assert_eq!(place(&timeline), before, "seed {seed}: back where the reader turned off");
        assert_eq!(timeline.frontier().time, Time::from_ms(800));
        assert_eq!(timeline.past().len() as u64, timeline.frontier().position);
        timeline.advance(Time::from_ms(800));
        assert_eq!(place(&timeline), old_end, "seed {seed}: the same old future");

        assert!(timeline.switch(0));
        assert_eq!(timeline.run(), &new_run);
        timeline.advance(Time::from_ms(800));
        assert_eq!(place(&timeline), new_end, "seed {seed}: and the same new one");
        assert_eq!(timeline.branches().len(), 1);
        assert!(!timeline.switch(1), "there is no second branch");
    }
}

#[test]
fn acting_at_the_end_of_what_was_seen_forks_nothing() {
    let mut timeline = Timeline::new(Scenario::run(1, None));
    timeline.advance(Time::from_ms(50));
    timeline.act(Action::Accept);
    timeline.act(Action::Accept);
    timeline.advance(Time::from_ms(60));
    timeline.act(Action::Crash(SENDER));
    assert!(timeline.branches().is_empty());
    assert_eq!(timeline.run().actions.len(), 3);
    // What was done live replays: the run is all it takes.
    assert_eq!(place(&timeline), fresh_at(timeline.run(), Time::from_ms(60)));
}

#[test]
fn random_journeys_never_leave_the_run() {
    for seed in 0..SEEDS / 2 {
        let mut rng = Rng::new(seed ^ 0x5eed);
        let mut timeline = Timeline::new(Scenario::run(seed, None));
        for _ in 0..40 {
            match rng.below(7) {
                0 => timeline.advance(timeline.now() + Span(rng.below(90_000))),
                1 => timeline.seek(Time(rng.below(600_000))),
                2 => _ = timeline.step(),
                3 => _ = timeline.step_back(),
                4 => _ = timeline.act(Action::Crash(NodeId(rng.below(2) as u16))),
                5 => _ = timeline.act(Action::Restart(NodeId(rng.below(2) as u16))),
                _ => _ = timeline.switch(rng.below(3) as usize),
            }
            let here = place(&timeline);
            let mut fresh = Timeline::new(timeline.run().clone());
            fresh.go_to(here.moment);
            assert_eq!(here, place(&fresh), "seed {seed}");
            let positions = timeline.past().map(|it| it.moment.position);
            assert!(positions.eq(1..=timeline.frontier().position), "seed {seed}: a gapless past");
        }
        assert!(timeline.branches().len() <= 16);
    }
}

#[test]
fn broken_invariants_are_named_at_the_present() {
    use crate::parcels::Flaw;
    let twice = "nothing is received twice";
    let is_broken = |seed: &u64| {
        let mut timeline = Timeline::new(Scenario::run(*seed, Some(Flaw::Forgets)));
        timeline.advance(Time::from_ms(5_000));
        timeline.broken_invariants().any(|name| name == twice)
    };
    let seed = (0..200).find(is_broken).expect("some storm makes it receive twice");
    let mut timeline = Timeline::new(Scenario::run(seed, Some(Flaw::Forgets)));
    assert_eq!(timeline.broken_invariants().count(), 0);
    timeline.advance(Time::from_ms(5_000));
    timeline.seek(Time::ZERO);
    assert_eq!(timeline.broken_invariants().count(), 0, "the past was whole");
}

#[test]
fn a_long_run_keeps_few_snapshots_and_can_still_be_travelled() {
    const STEPS: u64 = 100_000;
    let mut timeline = Timeline::new(Heartbeats::run());
    let mut marks = Vec::new();
    for step in 0..STEPS {
        assert!(timeline.step());
        assert!(timeline.snapshot_count() <= 512);
        assert!(timeline.past().len() <= 20_000);
        // A step that no stride divides, now and then.
        if step % 9_973 == 0 {
            marks.push((timeline.moment(), format!("{:?}", timeline.state())));
        }
    }
    assert!(timeline.snapshot_count() > 128, "thinned, but not away");
    assert_eq!(timeline.past().len(), 20_000);
    let last = timeline.past().next_back().map(|past| past.moment);
    assert_eq!(last, Some(timeline.frontier()), "the newest past is kept");
    for (moment, state) in marks.iter().rev() {
        timeline.go_to(*moment);
        assert_eq!(timeline.moment(), *moment);
        assert_eq!(format!("{:?}", timeline.state()), *state);
    }
    timeline.go_to(Moment::default());
    let start = Heartbeats::new(&timeline.run().scenario, Rng::new(timeline.run().seed));
    assert_eq!(format!("{:?}", timeline.state()), format!("{start:?}"));
}

/// While a reader is paused, several actions have the same time. Those that were taken back are kept on
/// a branch, and do not happen again when the reader does something else.
#[test]
fn what_is_taken_back_does_not_happen_again() {
    let mut timeline = Timeline::new(run(1));
    timeline.advance(Time::from_ms(300));
    let before = timeline.run().actions.len();
    timeline.act(Action::Accept);
    timeline.act(Action::Accept);
    assert!(timeline.branches().is_empty(), "nothing lay ahead");
    while timeline.run().actions.len() > before && timeline.moment().time >= Time::from_ms(300) {
        if !timeline.step_back() {
            break;
        }
    }
    let here = timeline.moment();
    timeline.act(Action::Crash(RECEIVER));
    let actions: Vec<_> = timeline.run().actions.iter().map(|(_, action)| *action).collect();
    assert_eq!(actions.len(), before + 1, "{actions:?}");
    assert_eq!(timeline.branches().len(), 1);
    assert_eq!(timeline.branches()[0].run.actions.len(), before + 2);
    assert!(timeline.switch(0));
    assert_eq!(timeline.moment(), here, "back where the reader turned off, not after it");
}
