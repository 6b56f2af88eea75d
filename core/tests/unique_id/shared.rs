//! The generator for many threads, asked by one: it makes what the other generator makes.

use playground_core::sim::Rng;
use playground_core::unique_id::snowflake::{
    Clock, ClockPolicy, Generator, Id, Layout, LayoutSpec, Next, Refused, SharedGenerator, Wait,
    WaitReason,
};
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW: u64 = 1_700_000_000_000;

/// A clock that shows what it is told to.
struct Hand(AtomicU64);

impl Clock for Hand {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn pair(layout: Layout, policy: ClockPolicy) -> (Generator, SharedGenerator<Hand>) {
    let alone = Generator::new(layout, 1, policy).unwrap();
    let clock = Hand(AtomicU64::new(0));
    (alone, SharedGenerator::new(layout, 1, policy, clock).unwrap())
}

/// Asks both the same at the same times, and compares every answer.
fn compare(layout: Layout, policy: ClockPolicy, resume_after: Option<u64>, seed: u64) {
    let (mut alone, mut shared) = pair(layout, policy);
    if let Some(mark) = resume_after {
        assert_eq!(alone.resume_after(mark), shared.resume_after(mark));
    }
    let mut rng = Rng::new(seed);
    let mut now_ms = layout.spec().epoch_unix_ms + 50;
    for _ in 0..2_000 {
        now_ms = match rng.below(8) {
            0 => now_ms - rng.below(30).min(now_ms),
            1..3 => now_ms + rng.below(12),
            _ => now_ms,
        };
        shared.clock().0.store(now_ms, Ordering::SeqCst);
        if rng.chance(300_000) {
            let count = rng.below(20) as usize;
            let (mut one, mut other) = (vec![Id(0); count], vec![Id(0); count]);
            assert_eq!(alone.fill(now_ms, &mut one), shared.fill(&mut other));
            assert_eq!(one, other);
        } else {
            assert_eq!(alone.next(now_ms), shared.next());
        }
        assert_eq!(alone.high_water_ms(), shared.high_water_ms());
    }
}

#[test]
fn one_thread_gets_what_an_owner_gets() {
    let narrow = LayoutSpec { timestamp_bits: 12, sequence_bits: 2, ..*Layout::CLASSICAL.spec() };
    let narrow = Layout::new(narrow).unwrap();
    let slow = Layout::new(LayoutSpec { tick_ms: 10, ..*narrow.spec() }).unwrap();
    let policies = [
        ClockPolicy::Refuse,
        ClockPolicy::Wait { at_most_ms: 7 },
        ClockPolicy::Borrow { at_most_ms: 7 },
        ClockPolicy::Borrow { at_most_ms: u64::MAX },
    ];
    for (policy, seed) in policies.into_iter().zip(1..) {
        for layout in [narrow, slow, Layout::CLASSICAL, Layout::SONY, Layout::DISCORD] {
            compare(layout, policy, None, seed);
            compare(layout, policy, Some(layout.spec().epoch_unix_ms + 60), seed);
        }
    }
}

#[test]
fn a_clock_outside_the_epoch_does_not_wrap_around() {
    for layout in [Layout::CLASSICAL, Layout::SONY, Layout::DISCORD] {
        let (_, shared) = pair(layout, ClockPolicy::default());
        let epoch = layout.spec().epoch_unix_ms;
        let end_unix_ms = layout.end_unix_ms();
        let at = |now_ms| {
            shared.clock().0.store(now_ms, Ordering::SeqCst);
            shared.next()
        };
        assert_eq!(at(epoch - 1), Err(Refused::BeforeEpoch { by_ms: 1 }));
        assert_eq!(at(0), Err(Refused::BeforeEpoch { by_ms: epoch }));
        // The word of a fresh generator is that of the first tick, which these would be after wrapping around.
        assert_eq!(at(end_unix_ms), Err(Refused::EpochOver { end_unix_ms }));
        assert_eq!(at(u64::MAX), Err(Refused::EpochOver { end_unix_ms }));
        assert!(matches!(at(epoch), Ok(Next::Made(_))));
        assert!(matches!(at(end_unix_ms - 1), Ok(Next::Made(_))));
    }
}

#[test]
fn asking_a_full_millisecond_again_and_again_costs_nothing_of_the_next() {
    let (_, shared) = pair(Layout::CLASSICAL, ClockPolicy::Refuse);
    shared.clock().0.store(NOW, Ordering::SeqCst);
    let mut ids = [Id(0); 4_096];
    assert_eq!(shared.fill(&mut ids).unwrap().made, 4_096);
    for _ in 0..10_000 {
        let wait = Wait { ms: 1, why: WaitReason::Exhausted };
        assert_eq!(shared.next(), Ok(Next::Wait(wait)));
    }
    shared.clock().0.store(NOW + 1, Ordering::SeqCst);
    let Ok(Next::Made(id)) = shared.next() else { panic!("a fresh millisecond") };
    assert_eq!(shared.layout().decompose(id).sequence, 0);
    assert_eq!(shared.worker(), 1);
}
