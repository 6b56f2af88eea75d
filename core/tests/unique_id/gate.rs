//! A clock behind a gate shows what the clock shows.

use playground_core::sim::Rng;
use playground_core::unique_id::snowflake::Gate;
use std::cell::Cell;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// 2024-01-01, and 2.5 counts a nanosecond.
const START_NS: u64 = 1_704_067_200_000_000_000;
const COUNTS_PER_MS: u64 = 2_500_000;

/// Reads a clock through a gate at random times; returns how often the clock itself was read.
fn run(counts_per_ms: u64, most_step_ns: u64, first_count: u64) -> u64 {
    let gate = Gate::new(COUNTS_PER_MS);
    let readings = Cell::new(0);
    let mut rng = Rng::new(3);
    let mut ns = START_NS;
    for _ in 0..100_000 {
        ns += rng.below(most_step_ns);
        let counts = u128::from(ns - START_NS) * u128::from(counts_per_ms) / 1_000_000;
        let count = first_count.wrapping_add(counts as u64);
        let shown = gate.unix_ms(count, || {
            readings.set(readings.get() + 1);
            ns
        });
        assert_eq!(shown, ns / 1_000_000);
    }
    readings.get()
}

#[test]
fn it_shows_what_the_clock_shows_and_reads_it_far_less_often() {
    // 100,000 readings in 5 seconds: two or three a millisecond remain, those in its last 4.6 %.
    let readings = run(COUNTS_PER_MS, 100, u64::MAX - 1_000_000);
    assert!(readings < 6_000, "{readings} of 100,000");
    assert!(run(COUNTS_PER_MS, 3_000_000, 0) > 60_000, "after a pause it is read at once");
}

#[test]
fn a_counter_that_is_faster_or_a_little_slower_than_said_changes_nothing() {
    run(COUNTS_PER_MS * 2, 1_000, 0);
    run(COUNTS_PER_MS * 97 / 100, 1_000, 0);
}

#[test]
fn a_clock_that_was_stepped_back_is_seen_when_the_millisecond_is_over() {
    let gate = Gate::new(COUNTS_PER_MS);
    let ms = START_NS / 1_000_000;
    assert_eq!(gate.unix_ms(0, || START_NS), ms);
    assert_eq!(gate.unix_ms(COUNTS_PER_MS / 2, || START_NS - 50_000_000), ms);
    assert_eq!(gate.unix_ms(COUNTS_PER_MS, || START_NS - 49_500_000), ms - 50);
}
