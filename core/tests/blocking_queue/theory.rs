//! The lab beside queueing theory: with arrivals and work without memory, it is the classical M/M/1/K queue, of which
//! everything is known.

use playground_core::blocking_queue::lab::{Lab, Pace, Policy, Scenario};
use playground_core::sim::{Run, Simulation, Time, replay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const HOURS: u64 = if cfg!(target_arch = "wasm32") { 2 } else { 6 };

/// The chances of 0 to `most` customers in the system: pₙ is proportional to ρⁿ (Kleinrock, Queueing Systems, volume 1,
/// section 3.6).
fn chances(rho: f64, most: u32) -> Vec<f64> {
    let mut powers = vec![1.0];
    (0..most).for_each(|_| powers.push(powers.last().copied().unwrap_or(1.0) * rho));
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|it| it / sum).collect()
}

#[test]
fn a_queue_of_chance_behaves_as_theory_says() {
    for (arrival_ms, work_ms, capacity) in [(500, 400, 5), (400, 400, 3), (300, 400, 8)] {
        let scenario = Scenario {
            producers: vec![Pace::memoryless(arrival_ms)],
            consumers: vec![Pace::memoryless(work_ms)],
            capacity,
            policy: Policy::DropNewest,
            wake_ms: (0, 0),
            window_ms: 600_000,
            ..Scenario::default()
        };
        let until = Time::from_ms(HOURS * 3_600_000);
        let run: Run<Lab> = Run::new(scenario, 1);
        let transcript = replay(&run, until, u64::MAX);
        assert_eq!(transcript.violations, []);
        let totals = transcript.state.frame(until).totals;
        // One more is with the consumer.
        let rho = f64::from(work_ms) / f64::from(arrival_ms);
        let chances = chances(rho, u32::from(capacity) + 1);
        let lost = totals.dropped_newest as f64 / totals.made as f64;
        let expected = chances.last().copied().expect("some");
        let is_near = |seen: f64, expected: f64| (seen - expected).abs() < 0.05 * expected;
        assert!(is_near(lost, expected), "{capacity}: {lost} lost, not {expected}");
        let made_per_s = totals.made as f64 / (HOURS as f64 * 3_600.0);
        assert!(is_near(made_per_s, 1_000.0 / f64::from(arrival_ms)), "{made_per_s} a second");
        // The consumer works whenever the system is not empty.
        let busy = totals.finished as f64 * f64::from(work_ms) / (HOURS as f64 * 3_600_000.0);
        assert!(is_near(busy, 1.0 - chances[0]), "busy {busy}, not {}", 1.0 - chances[0]);
    }
}
