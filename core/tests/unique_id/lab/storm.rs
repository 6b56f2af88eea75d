//! Runs in which everything that can go wrong with clocks, processes, messages and leases goes wrong for a while.

use playground_core::sim::{Rng, Run, Simulation, Time, Timeline, Transcript, replay};
use playground_core::unique_id::lab::{
    Action, ClockSetting, Lab, Mistake, Node, Scenario, Traffic,
};
use playground_core::unique_id::scenarios::EIGHT_A_MILLISECOND;
use playground_core::unique_id::snowflake::{ClockPolicy, Layout};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 10 } else { 300 };
const STORM_MS: u64 = 60_000;
/// When nobody can be waiting any more, and everybody who is up has a number.
const SETTLED_MS: u64 = STORM_MS + 120_000;

fn policy(rng: &mut Rng) -> ClockPolicy {
    let at_most_ms = rng.below(60);
    match rng.below(3) {
        0 => ClockPolicy::Wait { at_most_ms },
        1 => ClockPolicy::Borrow { at_most_ms },
        _ => ClockPolicy::Refuse,
    }
}

fn scenario(rng: &mut Rng, mistake: Option<Mistake>) -> Scenario {
    let workers = 1 + rng.below(6) as u8;
    let mut clock = || ClockSetting {
        offset_ms: rng.below(60) as i32 - 30,
        permille: 900 + rng.below(200) as u32,
    };
    let clocks = (0..workers).map(|_| clock()).collect();
    Scenario {
        workers,
        running: rng.below(u64::from(workers) + 1) as u8,
        layout: if rng.below(2) == 0 { EIGHT_A_MILLISECOND } else { Layout::CLASSICAL },
        numbers: 1 + rng.below(u64::from(workers)) as u16,
        policy: policy(rng),
        lease_ms: 10 + rng.below(80) as u32,
        latency_ms: (rng.below(4) as u32, 4 + rng.below(12) as u32),
        write_ms: rng.below(10) as u32,
        patience_ms: 20 + rng.below(200) as u32,
        clocks,
        slow_motion: 50 + rng.below(100) as u32,
        shards: rng.below(5) as u8,
        traffic: Traffic { per_second: 1 + rng.below(6) as u32, count: 1 + rng.below(30) as u16 },
        mistake,
        ..Scenario::default()
    }
}

fn misfortune(rng: &mut Rng, scenario: &Scenario) -> Action {
    let worker = rng.below(scenario.workers.into()) as u8;
    let node = if rng.below(6) == 0 { Node::Registry } else { Node::Worker(worker) };
    match rng.below(20) {
        0 => Action::Crash { node },
        1..=3 => Action::Restart { node },
        4 => Action::Stop { worker },
        5 | 6 => Action::Pause { worker, ms: Some(1 + rng.below(150) as u32) },
        7 => Action::Resume { worker },
        8..=10 => Action::StepClock { node, by_ms: rng.below(160) as i32 - 80 },
        11 => Action::SetRate { node, permille: rng.below(2_000) as u32 },
        12 => Action::Cut { worker },
        13 | 14 => Action::Mend { worker },
        15 => Action::Revoke { number: rng.below(scenario.numbers.into()) as u16 },
        16 => Action::Drop { flight: rng.below(3_000) },
        17 => Action::Delay { flight: rng.below(3_000), ms: rng.below(200) as u32 },
        18 => Action::SetPolicy { policy: policy(rng) },
        _ => Action::Post { user: rng.below(100) },
    }
}

fn storm(seed: u64, mistake: Option<Mistake>) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let scenario = scenario(&mut rng, mistake);
    let mut run = Run::new(scenario.clone(), seed);
    for _ in 0..120 {
        let at = Time(rng.below(STORM_MS * 1_000));
        let action = match rng.below(4) {
            0 => Action::Ask {
                worker: rng.below(scenario.workers.into()) as u8,
                count: 1 + rng.below(40) as u16,
            },
            _ => misfortune(&mut rng, &scenario),
        };
        run.actions.push((at, action));
    }
    run.actions.sort_by_key(|(at, _)| *at);
    let calm = Time::from_ms(STORM_MS);
    run.actions.push((calm, Action::SetTraffic { traffic: Traffic::default() }));
    run.actions.push((calm, Action::Restart { node: Node::Registry }));
    for worker in 0..scenario.workers {
        run.actions.push((calm, Action::Mend { worker }));
        run.actions.push((calm, Action::Resume { worker }));
        run.actions.push((calm, Action::SetRate { node: Node::Worker(worker), permille: 1_000 }));
    }
    run.actions.push((calm, Action::SetRate { node: Node::Registry, permille: 1_000 }));
    run
}

fn weather(seed: u64, mistake: Option<Mistake>) -> Transcript<Lab> {
    replay(&storm(seed, mistake), Time::from_ms(SETTLED_MS), u64::MAX)
}

#[test]
fn whatever_happens_no_id_is_handed_out_twice() {
    let (mut made, mut failed, mut granted, mut refused) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let transcript = weather(seed, None);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
        let totals = transcript.state.frame(Time::from_ms(SETTLED_MS)).totals;
        assert_eq!(totals.asked, totals.answered + totals.failed, "seed {seed}: somebody waits");
        made += totals.made;
        failed += totals.failed;
        granted += totals.granted;
        refused += totals.refused;
    }
    // The storm is neither a calm nor the end of the world.
    assert!(made > SEEDS * 200 && failed > SEEDS * 5, "{made} made, {failed} failed");
    assert!(granted > SEEDS * 3 && refused > SEEDS, "{granted} granted, {refused} refused");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_storm_finds_out_every_mistake() {
    let unique = "no ID is handed out twice";
    for (mistake, promise) in [
        (Mistake::OneNumber, unique),
        (Mistake::SequenceRunsOn, "the IDs of a worker rise"),
        (Mistake::Seconds, "an ID says when it was made, by the clock of its maker"),
        (Mistake::WithoutMask, "an ID names the number of its maker"),
        (Mistake::ClockTrusted, unique),
        (Mistake::HighWaterForgotten, unique),
        (Mistake::LeaseNotLookedAt, unique),
        (Mistake::NoFencing, unique),
        (Mistake::AnswerBeforeWrite, "the windows of two leases of a number never overlap"),
        (Mistake::AutoIncrement, unique),
    ] {
        let breaks = |seed: &u64| {
            let transcript = weather(*seed, Some(mistake));
            transcript.violations.iter().any(|it| it.invariant == promise)
        };
        assert!((0..200).any(|seed| breaks(&seed)), "{mistake:?}: {promise}");
    }
}

/// Links may say anything: whatever is set up, time goes on.
#[test]
fn no_scenario_stands_still() {
    for (lease_ms, patience_ms) in [(0, 0), (1, 1), (2, u32::MAX), (u32::MAX, 3)] {
        for permille in [0, 1_000, u32::MAX] {
            for mistake in Mistake::ALL.into_iter().map(Some).chain([None]) {
                let clock = ClockSetting { offset_ms: i32::MIN, permille };
                let scenario = Scenario {
                    workers: u8::MAX,
                    running: u8::MAX,
                    numbers: 0,
                    lease_ms,
                    most_skew_ms: u32::MAX,
                    latency_ms: (0, 0),
                    write_ms: 0,
                    patience_ms,
                    clocks: vec![clock; 300],
                    slow_motion: 0,
                    shards: u8::MAX,
                    traffic: Traffic { per_second: u32::MAX, count: u16::MAX },
                    mistake,
                    ..Scenario::default()
                };
                let run: Run<Lab> = Run::new(scenario, 1);
                let until = Time::from_ms(100);
                let steps = replay(&run, until, 50_000).steps;
                assert!(steps < 50_000, "{lease_ms} {patience_ms} {permille} {mistake:?}");
            }
        }
    }
}

#[test]
fn a_storm_can_be_travelled() {
    for seed in 0..4 {
        let run = storm(seed, None);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(Time::from_ms(STORM_MS));
        let mut rng = Rng::new(seed);
        for _ in 0..5 {
            let at = Time(rng.below(STORM_MS * 1_000));
            timeline.seek(at);
            let replayed = replay(&run, at, u64::MAX).state.frame(at);
            assert!(timeline.frame() == replayed, "seed {seed} at {at}");
        }
    }
}
