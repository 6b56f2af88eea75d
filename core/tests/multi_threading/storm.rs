//! Runs in which threads are stepped, paused, killed and scheduled in every way.

use playground_core::multi_threading::lab::{Action, Lab, Scenario, Scheduler};
use playground_core::multi_threading::program::{Program, Setup};
use playground_core::multi_threading::{Check, CheckModel};
use playground_core::sim::{Model, Rng, Run, Simulation, Time, Timeline, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 1_000 };
const STORM_MS: u64 = 20_000;

fn scheduler(rng: &mut Rng) -> Scheduler {
    match rng.below(4) {
        0 => Scheduler::ByHand,
        1 => Scheduler::Turns { instructions: rng.below(6) as u16 },
        _ => Scheduler::Random { switch_ppm: rng.below(1_100_000) as u32 },
    }
}

fn storm(seed: u64) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let setup = Setup {
        program: *rng.pick(&Program::ALL).expect("there are some"),
        threads: 1 + rng.below(8) as u8,
        iterations: 1 + rng.below(20) as u32,
    };
    let step_ms = 1 + rng.below(100) as u32;
    let mut run = Run::new(Scenario { setup, scheduler: scheduler(&mut rng), step_ms }, seed);
    for _ in 0..150 {
        let thread = rng.below(9) as u8;
        let action = match rng.below(12) {
            0 => Action::Pause { thread },
            1 | 2 => Action::Resume { thread },
            3 if rng.below(4) == 0 => Action::Kill { thread },
            4 => Action::SetScheduler { scheduler: scheduler(&mut rng) },
            _ => Action::Step { thread },
        };
        run.actions.push((Time(rng.below(STORM_MS * 1_000)), action));
    }
    run.actions.sort_by_key(|(at, _)| *at);
    run
}

#[test]
fn whatever_happens_the_invariants_hold() {
    let (mut over, mut broken, mut deadlocked, mut steps) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let transcript = replay(&storm(seed), Time::from_ms(2 * STORM_MS), u64::MAX);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
        let frame = transcript.state.frame(Time::from_ms(2 * STORM_MS));
        over += u64::from(frame.is_over);
        broken += u64::from(!frame.broken.is_empty());
        deadlocked += u64::from(!frame.deadlocked.is_empty());
        steps += frame.steps;
    }
    // The storm is neither a calm nor the end of the world.
    assert!(over > SEEDS / 10 && over < SEEDS, "{over} over");
    assert!(broken > SEEDS / 10 && broken < SEEDS, "{broken} broken");
    assert!(steps > SEEDS * 30, "{steps} steps");
    #[cfg(not(target_arch = "wasm32"))]
    assert!(deadlocked > 0);
    let _ = deadlocked;
}

#[test]
fn a_storm_can_be_travelled() {
    for seed in 0..8 {
        let run = storm(seed);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(Time::from_ms(STORM_MS));
        let mut rng = Rng::new(seed);
        for _ in 0..10 {
            let at = Time(rng.below(STORM_MS * 1_000));
            timeline.seek(at);
            assert_eq!(timeline.frame(), replay(&run, at, u64::MAX).state.frame(at), "seed {seed}");
        }
    }
}

/// Links may say anything: whatever is set up, time goes on.
#[test]
fn no_scenario_stands_still() {
    for program in Program::ALL {
        for (threads, iterations, step_ms) in [(0, 0, 0), (u8::MAX, u32::MAX, u32::MAX)] {
            for scheduler in [
                Scheduler::ByHand,
                Scheduler::Turns { instructions: 0 },
                Scheduler::Random { switch_ppm: 0 },
                Scheduler::Random { switch_ppm: u32::MAX },
            ] {
                let setup = Setup { program, threads, iterations };
                let scenario = Scenario { setup, scheduler, step_ms };
                let run: Run<Lab> = Run::new(scenario, 1);
                let steps = replay(&run, Time::from_ms(100), 10_000).steps;
                assert!(steps <= 100, "{scenario:?}: {steps}");
            }
        }
    }
}

/// A walk of the check by any steps shows the same cells as the lab after the same steps.
#[test]
fn the_check_and_the_lab_do_the_same() {
    for program in Program::ALL {
        for seed in 0..SEEDS.min(50) {
            let setup = Setup { program, threads: 2 + (seed % 3) as u8, iterations: 2 };
            let mut model = CheckModel::new(Check { setup });
            let setup = model.check().setup;
            let scenario = Scenario { setup, scheduler: Scheduler::ByHand, ..Scenario::default() };
            let mut lab = Lab::new(&scenario, Rng::new(0));
            let mut rng = Rng::new(seed);
            let mut state = model.initial();
            for _ in 0..400 {
                let mut successors = Vec::new();
                model.successors(&state, &mut successors);
                let Some((step, next)) = rng.pick(&successors).cloned() else { break };
                lab.act(Time::ZERO, Action::Step { thread: step.thread });
                state = next;
                let frame = lab.frame(Time::ZERO);
                assert!(
                    frame.cells.iter().map(|it| &it.value).eq(&state.cells()[..frame.cells.len()])
                );
                for thread in &frame.threads {
                    let place = state.thread(thread.thread);
                    assert_eq!((thread.round, thread.registers), (place.round, place.registers));
                }
            }
        }
    }
}
