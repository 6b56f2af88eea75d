//! Runs in which workers die, sleep and wake unwoken, the queue changes its size and its policy, and visitors come by.

use playground_core::blocking_queue::Order;
use playground_core::blocking_queue::lab::{
    Action, Lab, Mistake, Pace, Policy, Scenario, Spread, Worker, WorkerState,
};
use playground_core::sim::{Rng, Run, Simulation, Time, Timeline, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 1_000 };
const STORM_MS: u64 = 30_000;
/// When everybody who is up has found the queue closed.
const SETTLED_MS: u64 = STORM_MS + 60_000;

fn pace(rng: &mut Rng) -> Pace {
    let spread = [Spread::Steady, Spread::Uniform, Spread::Memoryless];
    let spread = *rng.pick(&spread).expect("three of them");
    Pace { mean_ms: 50 + rng.below(900) as u32, spread }
}

fn policy(rng: &mut Rng) -> Policy {
    match rng.below(6) {
        0..=2 => Policy::Block,
        3 => Policy::TimeOut { ms: 1 + rng.below(500) as u32 },
        4 => Policy::DropNewest,
        _ => Policy::DropOldest,
    }
}

fn scenario(rng: &mut Rng, mistake: Option<Mistake>) -> Scenario {
    let (producers, consumers) = (1 + rng.below(4), 1 + rng.below(4));
    let is_fair = mistake == Some(Mistake::Overtaking) || rng.below(2) == 0;
    Scenario {
        producers: (0..producers).map(|_| pace(rng)).collect(),
        consumers: (0..consumers).map(|_| pace(rng)).collect(),
        running: (1 + rng.below(producers) as u8, 1 + rng.below(consumers) as u8),
        capacity: 1 + rng.below(5) as u16,
        order: if is_fair { Order::Fair } else { Order::Barging },
        policy: policy(rng),
        burst: 1 + rng.below(4) as u16,
        patience_ms: (rng.below(2) == 0).then(|| 1 + rng.below(400) as u32),
        wake_ms: (rng.below(50) as u32, 50 + rng.below(200) as u32),
        gap_ms: (50, 300),
        window_ms: 5_000,
        mistake,
    }
}

fn worker(rng: &mut Rng) -> Worker {
    let number = rng.below(4) as u8;
    if rng.below(2) == 0 { Worker::Producer(number) } else { Worker::Consumer(number) }
}

fn misfortune(rng: &mut Rng) -> Action {
    let worker = worker(rng);
    match rng.below(24) {
        0 | 1 => Action::Crash { worker },
        2..=4 => Action::Restart { worker },
        5 | 6 => Action::Pause { worker },
        7..=9 => Action::Resume { worker },
        10..=12 => Action::WakeSpuriously { worker },
        13 => Action::SetPace { worker, pace: pace(rng) },
        14 => Action::Burst { producer: rng.below(4) as u8, count: 1 + rng.below(6) as u16 },
        15 => Action::SetPolicy { policy: policy(rng) },
        16 | 17 => Action::SetCapacity { capacity: 1 + rng.below(6) as u16 },
        18 | 19 => Action::Enqueue { label: None },
        20 | 21 => Action::Dequeue,
        22 => Action::Withdraw { call: 1 + rng.below(30) },
        _ => {
            if rng.below(2) == 0 {
                Action::Peek
            } else {
                Action::Size
            }
        }
    }
}

fn storm(seed: u64, mistake: Option<Mistake>) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let mut run = Run::new(scenario(&mut rng, mistake), seed);
    let mut times: Vec<Time> = (0..80).map(|_| Time(rng.below(STORM_MS * 1_000))).collect();
    times.sort();
    run.actions = times.into_iter().map(|at| (at, misfortune(&mut rng))).collect();
    let calm = Time::from_ms(STORM_MS);
    for number in 0..4 {
        for worker in [Worker::Producer(number), Worker::Consumer(number)] {
            run.actions.push((calm, Action::Resume { worker }));
            run.actions.push((calm, Action::Restart { worker }));
        }
    }
    run.actions.push((Time::from_ms(STORM_MS + 5_000), Action::Close));
    run
}

fn weather(seed: u64, mistake: Option<Mistake>) -> Transcript<Lab> {
    replay(&storm(seed, mistake), Time::from_ms(SETTLED_MS), u64::MAX)
}

#[test]
fn whatever_happens_every_promise_is_kept() {
    let (mut taken, mut dropped, mut wakeups, mut in_vain) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let transcript = weather(seed, None);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
        let frame = transcript.state.frame(Time::from_ms(SETTLED_MS));
        let workers = frame.producers.iter().chain(&frame.consumers);
        for view in workers {
            assert_eq!(view.state, WorkerState::Ended, "seed {seed}: {view:?}\n{transcript}");
        }
        assert!(frame.items.is_empty(), "seed {seed}: what was inside has been taken");
        assert!(frame.calls.iter().all(|it| it.answer.is_some()), "seed {seed}: {:?}", frame.calls);
        taken += frame.totals.taken;
        dropped += frame.totals.dropped;
        wakeups += frame.totals.wakeups;
        in_vain += frame.totals.woken_in_vain;
    }
    // The storm is neither a calm nor the end of the world.
    assert!(taken > SEEDS * 40 && dropped > SEEDS * 4, "{taken} taken, {dropped} dropped");
    assert!(wakeups > SEEDS * 20 && in_vain > SEEDS, "{wakeups} wake-ups, {in_vain} in vain");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_storm_finds_out_every_mistake() {
    for (mistake, promise) in [
        (Mistake::IfForWhile, "nothing is taken out of an empty queue"),
        (Mistake::IfForWhile, "nothing goes in where there is no room"),
        (Mistake::SharedCondition, "nobody sleeps beside what they wait for"),
        (Mistake::NotifyBeforeChange, "nobody sleeps beside what they wait for"),
        (Mistake::NotifyOnEdge, "nobody sleeps beside what they wait for"),
        (Mistake::NoLock, "no item gets lost"),
        (Mistake::NoLock, "no item comes out twice"),
        (Mistake::TimeoutSwallows, "nobody sleeps beside what they wait for"),
        (Mistake::CloseWakesOne, "when the queue is closed, nobody sleeps on"),
        (Mistake::CloseDrops, "closing throws nothing away"),
        (Mistake::Overtaking, "in fair order, nobody is overtaken"),
    ] {
        let breaks = |seed: &u64| {
            let transcript = weather(*seed, Some(mistake));
            transcript.violations.iter().any(|it| it.invariant == promise)
        };
        assert!((0..100).any(|seed| breaks(&seed)), "{mistake:?}: {promise}");
    }
}

/// Links may say anything: whatever is set up, time goes on.
#[test]
fn no_scenario_stands_still() {
    for mean_ms in [0, 1, u32::MAX] {
        for policy in
            [Policy::Block, Policy::TimeOut { ms: 0 }, Policy::DropNewest, Policy::DropOldest]
        {
            for mistake in Mistake::ALL.into_iter().map(Some).chain([None]) {
                for spread in [Spread::Steady, Spread::Uniform, Spread::Memoryless] {
                    let scenario = Scenario {
                        producers: vec![Pace { mean_ms, spread }; 300],
                        consumers: vec![Pace { mean_ms, spread }; 300],
                        running: (u8::MAX, u8::MAX),
                        capacity: 0,
                        order: Order::Fair,
                        policy,
                        burst: u16::MAX,
                        patience_ms: Some(0),
                        wake_ms: (0, 0),
                        gap_ms: (0, 0),
                        window_ms: 0,
                        mistake,
                    };
                    let run: Run<Lab> = Run::new(scenario, 1);
                    let steps = replay(&run, Time::from_ms(50), 100_000).steps;
                    assert!(steps < 100_000, "{mean_ms} {policy:?} {mistake:?} {spread:?}");
                }
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
