//! Thousands of runs with everything that can go wrong at once: crashes between any two outputs,
//! lost, doubled, delayed and overtaking messages, partitions, slow disks. Then the storm ends,
//! everybody is started, and everything must settle and add up.

use crate::weather::{SETTLED_MS, storm, weather};
use playground_core::sim::{NodeId, Rng, Simulation, Time, Timeline, replay};
use playground_core::two_phase_commit::{
    Flaw, Good, Lab, OrderState, Outcome, Place, TransactionId,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 200 } else { 5_000 };

#[test]
fn whatever_happens_everything_settles_and_adds_up() {
    let (mut committed, mut aborted, mut unanswered) = (0, 0, 0);
    for seed in 0..SEEDS {
        let transcript = weather(seed, Flaw::None);
        assert_eq!(transcript.violations, [], "seed {seed}");
        let frame = transcript.state.frame(Time::from_ms(SETTLED_MS));
        assert_eq!(transcript.state.next_at(), None, "seed {seed}: nothing is left to do");
        for node in &frame.nodes {
            assert!(node.is_up, "seed {seed}");
            assert!(node.doubts.is_empty(), "seed {seed}: {} is in doubt", node.id);
            assert_eq!(node.held, Default::default(), "seed {seed}: {} holds goods", node.id);
            settles(&transcript.state, node.place, node.id, seed);
        }
        for order in frame.orders.iter() {
            match order.state {
                OrderState::Committed => committed += 1,
                OrderState::Aborted(_) => aborted += 1,
                OrderState::Unanswered => unanswered += 1,
                OrderState::Refused => {}
                OrderState::Waiting => panic!("seed {seed}: {order:?} still waits"),
            }
        }
    }
    // The storm is neither a calm nor the end of the world.
    assert!(committed > SEEDS && aborted > SEEDS && unanswered > SEEDS / 10);
}

/// What a participant has left is what it had, less what it has committed.
fn settles(lab: &Lab, place: Place, id: NodeId, seed: u64) {
    let node = &lab.cluster().nodes()[usize::from(id.0)];
    let Some(participant) = node.machine().and_then(|machine| machine.participant()) else {
        assert_eq!(place, Place::Coordinator);
        return;
    };
    assert!(participant.doubts().is_empty(), "seed {seed}");
    for good in Good::ALL {
        assert!(participant.free().count(good) <= place.stock().count(good), "seed {seed}");
    }
    let has_given = |tx: &TransactionId| participant.effect(*tx) == Some(Outcome::Committed);
    let gives = participant.outcomes().keys().any(has_given);
    assert_eq!(participant.free() != place.stock(), gives, "seed {seed}: {id}");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_storm_finds_every_mistake() {
    const MANY: u64 = 5_000;
    for flaw in Flaw::ALL {
        let found = (0..MANY).find(|seed| !weather(*seed, flaw).violations.is_empty());
        assert!(found.is_some(), "{flaw:?} is not caught within {MANY} storms");
    }
}

#[test]
fn a_storm_can_be_travelled() {
    for seed in 0..20 {
        let run = storm(seed, Flaw::None);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(Time::from_ms(SETTLED_MS));
        let mut rng = Rng::new(seed);
        for _ in 0..10 {
            let at = Time(rng.below(SETTLED_MS * 1_000));
            timeline.seek(at);
            let replayed = replay(&run, at, u64::MAX).state.frame(at);
            assert!(timeline.frame() == replayed, "seed {seed} at {at}");
        }
    }
}
