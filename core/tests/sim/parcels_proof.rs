//! The kernel can prove a protocol right over thousands of storms, and can prove a broken one wrong.

use crate::parcels::{Flaw, RECEIVER};
use crate::parcels_run::{Event, Scenario, Storm};
use playground_core::sim::{LossReason, Time, Transcript, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A debug build in wasm is some times slower; the runs are the same.
const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 500 } else { 10_000 };
const FOR_EVER: Time = Time(u64::MAX);
/// No storm of these takes nearly as many; one that did would not come to rest.
const MOST_STEPS: u64 = 5_000;

fn weather(seed: u64, flaw: Option<Flaw>) -> Transcript<Storm> {
    replay(&Scenario::run(seed, flaw), FOR_EVER, MOST_STEPS)
}

#[test]
fn parcels_survive_every_storm() {
    let mut seen = [0_u32; 6];
    for seed in 0..SEEDS {
        let transcript = weather(seed, None);
        assert_eq!(transcript.violations, [], "seed {seed}:\n{transcript}");
        assert!(transcript.steps < MOST_STEPS, "seed {seed} does not come to rest");
        for (_, event) in &transcript.events {
            match event {
                Event::Lost(_, LossReason::Chance) => seen[0] += 1,
                Event::Lost(_, LossReason::Partition) => seen[1] += 1,
                Event::Lost(_, LossReason::ReceiverDown) => seen[2] += 1,
                Event::Crashed(RECEIVER, lost) if *lost > 0 => seen[3] += 1,
                Event::Refused(_) => seen[4] += 1,
                _ => {}
            }
        }
        seen[5] += transcript.state.accepted() as u32;
    }
    // A proof over thousands of quiet runs would prove nothing: each fault must have been frequent.
    assert!(seen.iter().all(|count| u64::from(*count) > SEEDS / 100), "{seen:?}");
}

#[test]
fn every_flaw_is_caught_by_some_storm() {
    let by_name = |flaw, name: &str| {
        let is_it = |seed: &u64| {
            weather(*seed, Some(flaw)).violations.iter().any(|it| it.invariant == name)
        };
        (0..200).find(is_it)
    };
    let durable = "every acknowledged parcel is in the receiver's durable log";
    let twice = "nothing is received twice";
    let arrived = "at rest everything accepted has arrived";
    for (flaw, name) in [
        (Flaw::AcknowledgesFirst, durable),
        (Flaw::AcknowledgesFirst, arrived),
        (Flaw::Forgets, twice),
        (Flaw::AppendsLazily, durable),
        (Flaw::AppendsLazily, arrived),
    ] {
        assert!(by_name(flaw, name).is_some(), "{flaw:?} never breaks {name:?}");
    }
}

#[test]
fn a_storm_replays_to_the_letter() {
    for seed in 0..SEEDS / 20 {
        let (first, second) = (weather(seed, None), weather(seed, None));
        assert_eq!(first.events, second.events, "seed {seed}");
        assert_eq!(format!("{:?}", first.state), format!("{:?}", second.state), "seed {seed}");
    }
    let (one, other) = (weather(1, None), weather(2, None));
    assert_ne!(one.events, other.events, "seeds make a difference");
}

#[test]
fn a_broken_run_says_what_broke_and_when() {
    let broken = (0..200).map(|seed| weather(seed, Some(Flaw::Forgets)));
    let broken = broken.into_iter().find(|it| !it.violations.is_empty()).expect("one is caught");
    let violation = &broken.violations[0];
    let line = format!("{}  BROKEN: {}\n", violation.at, violation.invariant);
    assert!(broken.to_string().ends_with(&line));
    // Right before that moment it was still whole: the time is that of the first violation.
    let seed = (0..200).find(|seed| !weather(*seed, Some(Flaw::Forgets)).violations.is_empty());
    let run = Scenario::run(seed.expect("it was found above"), Some(Flaw::Forgets));
    assert_eq!(replay(&run, Time(violation.at.0 - 1), MOST_STEPS).violations, []);
    assert_eq!(replay(&run, violation.at, MOST_STEPS).violations[..1], broken.violations[..1]);
}
