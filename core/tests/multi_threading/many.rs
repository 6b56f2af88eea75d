//! Many runs of a program: each is the lab's run of the same seed, and what is lost is lost by the exact odds.

use expect_test::expect;
use playground_core::multi_threading::lab::{Lab, Scenario, Scheduler};
use playground_core::multi_threading::many::{ManyRuns, ManyStanding, Plan};
use playground_core::multi_threading::program::{Program, Setup};
use playground_core::multi_threading::{Check, CheckSearch};
use playground_core::sim::{Run, Simulation, Time, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SCHEDULERS: [Scheduler; 5] = [
    Scheduler::Turns { instructions: 1 },
    Scheduler::Turns { instructions: 4 },
    Scheduler::Random { switch_ppm: 50_000 },
    Scheduler::Random { switch_ppm: 400_000 },
    Scheduler::Random { switch_ppm: 1_000_000 },
];

fn all(plan: &Plan) -> ManyRuns {
    let mut runs = ManyRuns::new(plan);
    while runs.advance(1_000) {}
    runs
}

#[test]
fn a_run_is_the_labs_run_of_the_same_seed() {
    for program in Program::ALL {
        for scheduler in SCHEDULERS {
            for (threads, iterations) in [(1, 3), (2, 4), (4, 5)] {
                let setup = Setup { program, threads, iterations };
                let runs = all(&Plan { setup, scheduler, runs: 5, first_seed: 7 });
                assert_eq!(runs.done().len(), 5);
                for ran in runs.done() {
                    let scenario = Scenario { setup, scheduler, ..Scenario::default() };
                    let run: Run<Lab> = Run::new(scenario, ran.seed);
                    let frame = replay(&run, Time(u64::MAX), u64::MAX).state.frame(Time::ZERO);
                    let seen =
                        (frame.tally.expected, frame.tally.actual, frame.steps, frame.switches);
                    let counted = (ran.expected, ran.actual, ran.steps, ran.switches);
                    assert_eq!(counted, seen, "{setup:?}, {scheduler:?}, seed {}", ran.seed);
                    assert_eq!(ran.has_ended, frame.is_over, "{setup:?}, seed {}", ran.seed);
                }
            }
        }
    }
}

#[test]
fn it_does_not_matter_how_it_is_cut() {
    let setup = Setup { program: Program::Append, threads: 3, iterations: 700 };
    let scheduler = Scheduler::Random { switch_ppm: 20_000 };
    let plan = Plan { setup, scheduler, runs: 6, first_seed: 1 };
    let at_once = all(&plan);
    let mut in_steps = ManyRuns::new(&plan);
    let mut calls = 0;
    while in_steps.advance(1) {
        calls += 1;
    }
    assert!(calls > 6, "a run is cut in pieces");
    assert_eq!(in_steps.done(), at_once.done());
    assert_eq!(in_steps.standing(), at_once.standing());
}

#[test]
fn what_is_sound_loses_nothing_however_often() {
    const RUNS: u32 = if cfg!(target_arch = "wasm32") { 10 } else { 40 };
    for program in Program::ALL.into_iter().filter(|it| it.is_sound()) {
        for scheduler in SCHEDULERS {
            let setup = Setup { program, threads: 4, iterations: 50 };
            let standing = all(&Plan { setup, scheduler, runs: RUNS, first_seed: 1 }).standing();
            let ManyStanding { done, losses, stuck, first_bad_seed, .. } = standing;
            assert_eq!(losses, [(0, RUNS)], "{program:?}, {scheduler:?}");
            assert_eq!(
                (done, stuck, first_bad_seed),
                (RUNS, 0, None),
                "{program:?}, {scheduler:?}"
            );
        }
    }
}

/// The odds that the check computes, beside what is seen.
#[test]
fn losses_are_as_frequent_as_the_check_says() {
    const RUNS: u32 = if cfg!(target_arch = "wasm32") { 5_000 } else { 40_000 };
    for (program, threads, iterations) in [
        (Program::Counter, 2, 1),
        (Program::Counter, 2, 2),
        (Program::Counter, 3, 1),
        (Program::Seats, 2, 1),
        (Program::Append, 2, 2),
        (Program::AppendLocked, 2, 1),
    ] {
        let setup = Setup { program, threads, iterations };
        let mut search = CheckSearch::new(Check { setup });
        while search.expand(10_000) {}
        let endings = search.interleavings().expect("they have been counted").endings;
        let scheduler = Scheduler::Random { switch_ppm: 1_000_000 };
        let seen = all(&Plan { setup, scheduler, runs: RUNS, first_seed: 1 }).standing();
        for ending in &endings {
            let share = ending.share.expect("there is no loop");
            let runs = seen.losses.iter().find(|(lost, _)| *lost == ending.lost);
            let frequency = runs.map_or(0.0, |(_, runs)| f64::from(*runs) / f64::from(RUNS));
            // Four standard deviations.
            let most = 4.0 * (share * (1.0 - share) / f64::from(RUNS)).sqrt() + 1e-9;
            let is_near = (frequency - share).abs() <= most;
            assert!(is_near, "{setup:?}, {} lost: {frequency} and {share}", ending.lost);
        }
        let total: f64 = endings.iter().filter_map(|it| it.share).sum();
        assert!((total - 1.0).abs() < 1e-9, "{setup:?}: {total}");
    }
}

/// The classical hundred thousand appends, by four threads.
#[test]
fn a_queue_without_a_lock_loses_items_and_one_with_a_lock_none() {
    let lost = |program, switch_ppm, runs| {
        let setup = Setup { program, threads: 4, iterations: 25_000 };
        let scheduler = Scheduler::Random { switch_ppm };
        let runs = all(&Plan { setup, scheduler, runs, first_seed: 1 });
        runs.done().iter().map(|it| (it.expected, it.lost())).collect::<Vec<_>>()
    };
    for program in [Program::AppendLocked, Program::AppendReserved] {
        assert_eq!(lost(program, 1_000, 1), [(100_000, 0)], "{program:?}");
    }
    let seldom = lost(Program::Append, 1_000, 3);
    let always = lost(Program::Append, 1_000_000, 3);
    expect![[r#"
        [(100000, 67269), (100000, 67885), (100000, 61624)]
        [(100000, 71635), (100000, 71633), (100000, 71627)]"#]]
    .assert_eq(&format!("{seldom:?}\n{always:?}"));
}

#[test]
fn threads_that_wait_for_each_other_are_told() {
    let setup = Setup { program: Program::Transfer, threads: 4, iterations: 100 };
    let scheduler = Scheduler::Random { switch_ppm: 300_000 };
    let standing = all(&Plan { setup, scheduler, runs: 20, first_seed: 1 }).standing();
    assert_eq!((standing.done, standing.stuck), (20, 20));
    assert_eq!(standing.first_bad_seed, Some(1));
    assert_eq!(standing.losses, []);
}

#[test]
fn nobody_who_decides_is_the_end_at_once() {
    let plan = Plan {
        setup: Setup { program: Program::Append, threads: u8::MAX, iterations: u32::MAX },
        scheduler: Scheduler::ByHand,
        runs: 3,
        first_seed: u64::MAX,
    };
    let runs = all(&plan);
    assert_eq!(runs.plan().setup.rounds(), 1_000_000);
    let seeds: Vec<_> = runs.done().iter().map(|it| (it.seed, it.has_ended)).collect();
    assert_eq!(seeds, [(u64::MAX, false), (0, false), (1, false)]);
}
