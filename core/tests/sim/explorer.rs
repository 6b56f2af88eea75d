//! The search finds every state, counts as TLC does, and its counterexamples are the shortest there
//! are.

use crate::models::{DieHard, Peterson, TransactionCommit, TwoLocks};
#[cfg(not(target_arch = "wasm32"))]
use crate::paxos_commit::PaxosCommit;
use crate::two_phase::TwoPhase;
use crate::with_backup::BackupManager;
use expect_test::expect;
use playground_core::sim::{
    Counterexample, Explorer, Limits, Model, Report, Simulation, Span, Time, Timeline, Verdict,
    Walk, WalkEvent, replay,
};
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Debug;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

pub const PLENTY: Limits = Limits { states: 1_000_000 };

pub fn explore<M: Model>(model: M) -> Report<M::Action> {
    Explorer::new(model, PLENTY).run()
}

pub fn counts<A>(report: &Report<A>) -> (usize, usize, usize) {
    (report.distinct, report.generated, report.depth)
}

pub fn verdict<'a, A>(report: &'a Report<A>, name: &str) -> &'a Verdict<A> {
    let found = report.verdicts.iter().find(|(known, _)| *known == name);
    &found.unwrap_or_else(|| panic!("there is no property named {name:?}")).1
}

pub fn broken<A: Clone + Debug>(report: &Report<A>, name: &str) -> Counterexample<A> {
    match verdict(report, name) {
        Verdict::Broken(run) | Verdict::Witnessed(run) => run.clone(),
        other => panic!("{name:?} should have been decided by a run, but: {other:?}"),
    }
}

/// The same search without fingerprints, origins or portions: distinct, generated, depth.
fn search_plainly<M: Model<State: Ord>>(mut model: M) -> (usize, usize, usize) {
    let initial = model.initial();
    let mut seen = BTreeSet::from([initial.clone()]);
    let mut queue = VecDeque::from([(initial, 1)]);
    let (mut generated, mut deepest) = (1, 1);
    while let Some((state, depth)) = queue.pop_front() {
        deepest = deepest.max(depth);
        let mut successors = Vec::new();
        model.successors(&state, &mut successors);
        for (_, next) in successors {
            generated += 1;
            if seen.insert(next.clone()) {
                queue.push_back((next, depth + 1));
            }
        }
    }
    (seen.len(), generated, deepest)
}

#[test]
fn published_counts_are_met_to_the_last_state() {
    // The manifest of the TLA+ examples: distinct and generated states and depth of TLC's search.
    let commit = explore(TransactionCommit(3));
    assert_eq!(counts(&commit), (34, 94, 7));
    assert_eq!(*verdict(&commit, "nobody aborts what another commits"), Verdict::Holds);
    assert_eq!(*verdict(&commit, "in the end everybody has decided"), Verdict::Holds);
    let two_phase = explore(TwoPhase(3));
    assert_eq!(counts(&two_phase), (288, 1_146, 11));
    assert_eq!(*verdict(&two_phase, "nobody aborts what another commits"), Verdict::Holds);
    assert!(two_phase.is_complete);
    // Each of three managers prepares, is heard, and learns of the decision: 3 · 3 + 1 actions.
    assert_eq!(broken(&two_phase, "all can commit").actions.len(), 10);
    assert_eq!(broken(&two_phase, "all can abort").actions.len(), 3);
    // Stateright's `2pc` example for 5.
    assert_eq!(explore(TwoPhase(5)).distinct, 8_832);
}

/// With managers that fail and a backup that takes over, the manifest again.
#[test]
fn a_coordinator_that_vanishes_is_counted_as_published() {
    let report = explore(BackupManager);
    assert_eq!(counts(&report), (1_245, 5_841, 15));
    assert!(report.is_complete);
    assert_eq!(*verdict(&report, "nobody aborts what another commits"), Verdict::Holds);
    broken(&report, "somebody can fail and the others commit");
    assert_eq!(counts(&report), search_plainly(BackupManager));
}

/// The largest of the manifest.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn paxos_commit_is_counted_as_published() {
    let report = Explorer::new(PaxosCommit, Limits { states: 2_000_000 }).run();
    assert_eq!(counts(&report), (1_321_761, 16_959_159, 28));
    assert_eq!(*verdict(&report, "nobody aborts what another commits"), Verdict::Holds);
    broken(&report, "all can commit");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn six_resource_managers_have_as_many_states_as_the_paper_says() {
    // "50816 reachable states" for six, says TwoPhase.tla.
    assert_eq!(explore(TwoPhase(6)).distinct, 50_816);
}

#[test]
fn a_plain_search_counts_the_same() {
    assert_eq!(counts(&explore(DieHard)), search_plainly(DieHard));
    for gives_way_first in [false, true] {
        let model = Peterson { gives_way_first };
        assert_eq!(counts(&explore(model)), search_plainly(model));
    }
    for opposite in [false, true] {
        let model = TwoLocks { opposite };
        assert_eq!(counts(&explore(model)), search_plainly(model));
    }
    for managers in 1..=4 {
        let model = TwoPhase(managers);
        assert_eq!(counts(&explore(model)), search_plainly(model));
        let model = TransactionCommit(managers);
        assert_eq!(counts(&explore(model)), search_plainly(model));
    }
}

#[test]
fn four_gallons_take_six_pourings() {
    let report = explore(DieHard);
    // Only states in which a jug is empty or full can be reached: 4 · 6 − 2 · 4 = 16. Each has six
    // successors, itself among them: 16 · 6 + 1 = 97.
    assert_eq!((report.distinct, report.generated), (16, 97));
    expect![[r#"
        [
            FillBig,
            BigToSmall,
            EmptySmall,
            BigToSmall,
            FillBig,
            BigToSmall,
        ]
    "#]]
    .assert_debug_eq(&broken(&report, "the big jug never holds 4").actions);
    let never = broken(&report, "the big jug never holds 4");
    assert_eq!(broken(&report, "the big jug can hold 4"), never, "the same run from both sides");
    assert_eq!(*verdict(&report, "both jugs can be half full"), Verdict::NeverHolds);
    assert_eq!(*verdict(&report, "no jug overflows"), Verdict::Holds);
    assert_eq!(*verdict(&report, "it is never over"), Verdict::Holds);
}

#[test]
fn petersons_lock_excludes_and_its_famous_mistake_does_not() {
    let right = explore(Peterson { gives_way_first: false });
    assert_eq!(*verdict(&right, "at most one is inside"), Verdict::Holds);
    assert_eq!(*verdict(&right, "nobody is stuck"), Verdict::Holds);
    assert_eq!(broken(&right, "the second can get inside").actions.len(), 3);
    let wrong = explore(Peterson { gives_way_first: true });
    // Each needs its three actions to get inside, so no run of fewer than six can break it.
    assert_eq!(broken(&wrong, "at most one is inside").actions.len(), 6);
    assert_eq!(*verdict(&wrong, "nobody is stuck"), Verdict::Holds);
}

#[test]
fn locks_in_opposite_order_deadlock_after_two_actions() {
    let opposite = explore(TwoLocks { opposite: true });
    // (1,2), (2,1) and (2,2) hold a lock twice; all others of 16 are reachable. Out of them lead
    // 14 actions; the longest way, one after the other, has 6.
    assert_eq!(counts(&opposite), (13, 15, 7));
    let run = broken(&opposite, "in the end both are done");
    assert_eq!(run.actions.len(), 2);
    assert_ne!(run.actions[0], run.actions[1], "each takes its first lock");
    let same = explore(TwoLocks { opposite: false });
    assert_eq!(*verdict(&same, "in the end both are done"), Verdict::Holds);
    // Whoever holds the first lock, at 1 or 2, keeps the other at 0 or 3: 16 − 2 · 2 = 12.
    assert_eq!(same.distinct, 12);
}

#[test]
fn limits_are_kept_and_nothing_is_claimed_beyond_them() {
    for states in [1, 2, 100, 287] {
        let report = Explorer::new(TwoPhase(3), Limits { states }).run();
        assert_eq!(report.distinct, states);
        assert!(!report.is_complete);
        let safe = verdict(&report, "nobody aborts what another commits");
        assert_eq!(*safe, Verdict::Searching, "within {states} states");
    }
    let exactly_enough = Explorer::new(TwoPhase(3), Limits { states: 288 }).run();
    assert!(exactly_enough.is_complete);
    assert_eq!(counts(&exactly_enough), (288, 1_146, 11));
    // What has been found counts, whether or not the search is complete.
    let mut found = Vec::new();
    for states in 1..16 {
        let report = Explorer::new(DieHard, Limits { states }).run();
        assert!(!report.is_complete);
        match verdict(&report, "the big jug never holds 4") {
            Verdict::Searching => assert!(found.is_empty(), "not forgotten with {states} states"),
            Verdict::Broken(run) => found.push(run.actions.len()),
            other => panic!("nothing can be claimed of every state after {states}: {other:?}"),
        }
    }
    assert!(!found.is_empty() && found.iter().all(|steps| *steps == 6), "{found:?}");
}

#[test]
fn a_search_in_portions_finds_the_same() {
    let whole = explore(TwoPhase(3));
    for budget in [1, 7, 100, 287, 288] {
        let mut explorer = Explorer::new(TwoPhase(3), PLENTY);
        assert!(!explorer.report().is_complete);
        let mut portions = 1;
        while explorer.expand(budget) {
            portions += 1;
        }
        assert_eq!(portions, 288_usize.div_ceil(budget), "{budget} states a portion");
        let report = explorer.report();
        assert_eq!(counts(&report), counts(&whole));
        assert_eq!(report.verdicts, whole.verdicts);
        assert!(!explorer.expand(budget), "there is nothing more to visit");
    }
    let mut idle = Explorer::new(TwoPhase(3), PLENTY);
    assert!(idle.expand(0), "no budget, no progress, but not the end");
    assert_eq!(idle.report().distinct, 1);
}

#[test]
fn a_counterexample_opens_as_a_run() {
    let spacing = Span::from_ms(500);
    let counterexample =
        broken(&explore(Peterson { gives_way_first: true }), "at most one is inside");
    let run = counterexample.into_run(Peterson { gives_way_first: true }, spacing);
    let transcript = replay(&run, Time(u64::MAX), 100);
    let broke: Vec<Time> = transcript
        .events
        .iter()
        .filter(|(_, event)| *event == WalkEvent::Broke("at most one is inside"))
        .map(|(at, _)| *at)
        .collect();
    assert_eq!(broke, [Time::ZERO + spacing * 6], "with the last action, not before");
    assert_eq!(transcript.steps, 6);
    // It can be shared and travelled like any other run.
    let json = serde_json::to_string(&run).expect("a run is plain data");
    assert_eq!(serde_json::from_str::<playground_core::sim::Run<_>>(&json).ok(), Some(run.clone()));
    let mut timeline = Timeline::new(run);
    timeline.advance(Time::from_ms(3_000));
    let end = timeline.frame();
    assert!(timeline.step_back());
    assert_ne!(timeline.frame(), end);
    assert!(timeline.step());
    assert_eq!(timeline.frame(), end);
}

#[test]
fn a_deadlock_that_opens_in_the_player_is_marked_as_one() {
    let found = broken(&explore(TwoLocks { opposite: true }), "in the end both are done");
    let transcript =
        replay(&found.into_run(TwoLocks { opposite: true }, Span(1)), Time(u64::MAX), 100);
    let marked: Vec<_> =
        transcript.events.iter().filter(|(_, it)| matches!(it, WalkEvent::Broke(_))).collect();
    assert_eq!(marked, [&(Time(2), WalkEvent::Broke("in the end both are done"))]);
}

#[test]
fn a_walk_refuses_what_is_impossible() {
    let mut run = Counterexample { actions: Vec::new() }.into_run(TwoPhase(2), Span(1));
    let impossible = crate::two_phase::Action::Commit;
    run.actions.push((Time(1), impossible));
    let transcript = replay(&run, Time(u64::MAX), 100);
    assert_eq!(transcript.events, [(Time(1), WalkEvent::Refused(impossible))]);
}

#[test]
fn every_counterexample_is_a_possible_run() {
    fn check<M: Model + Clone>(model: M)
    where
        Walk<M>: Simulation<Scenario = M, Action = M::Action, Event = WalkEvent<M>>,
    {
        for (name, verdict) in explore(model.clone()).verdicts {
            let (Verdict::Broken(found) | Verdict::Witnessed(found)) = verdict else { continue };
            let steps = found.actions.len();
            let run = found.into_run(model.clone(), Span(1));
            let transcript = replay(&run, Time(u64::MAX), u64::MAX);
            let took = transcript.events.iter().filter(|(_, it)| matches!(it, WalkEvent::Took(_)));
            assert_eq!(took.count(), steps, "{name}");
        }
    }
    check(DieHard);
    check(Peterson { gives_way_first: true });
    check(TwoLocks { opposite: true });
    check(TwoPhase(3));
    check(BackupManager);
}
