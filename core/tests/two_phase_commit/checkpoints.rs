//! A shortened log gives the same node back as the long one.

use playground_core::sim::{Machine, Run, Time, replay};
use playground_core::two_phase_commit::{TwoPhaseNode, scenarios};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn a_checkpoint_recovers_what_the_log_recovers() {
    let mut compared = 0;
    for named in scenarios::all() {
        for seed in 0..10 {
            let run = Run { seed, ..named.run.clone() };
            for step in 0..20 {
                let at = Time(named.until.0 * step / 20);
                let state = replay(&run, at, u64::MAX).state;
                let written = state.cluster().nodes().iter().filter(|node| !node.log().is_empty());
                for node in written {
                    let from_log = TwoPhaseNode::recover(node.config(), node.log());
                    let checkpoint = from_log.checkpoint().expect("both roles have one");
                    let from_checkpoint = TwoPhaseNode::recover(node.config(), &checkpoint);
                    assert_eq!(from_checkpoint, from_log, "{} at {at}", named.name);
                    // While nothing waits for the disk, memory and log say the same.
                    let machine = node.machine().filter(|_| node.pending().count() == 0);
                    if let Some(machine) = machine.and_then(TwoPhaseNode::participant) {
                        let logged = from_log.participant().expect("the same role");
                        assert_eq!(machine.free(), logged.free(), "{} at {at}", named.name);
                        assert_eq!(machine.outcomes(), logged.outcomes(), "{}", named.name);
                        assert!(machine.doubts().keys().eq(logged.doubts().keys()));
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 1_000, "{compared}");
}
