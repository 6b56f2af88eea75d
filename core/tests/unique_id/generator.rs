//! One owner's generator: what each policy promises, batches, restarts, and the end of the epoch.

use playground_core::unique_id::snowflake::{
    ClockPolicy, Filled, Generator, Id, Layout, Next, Parts, Refused, Wait, WaitReason,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW: u64 = 1_700_000_000_000;
const WAIT: ClockPolicy = ClockPolicy::Wait { at_most_ms: 10 };
const BORROW: ClockPolicy = ClockPolicy::Borrow { at_most_ms: 10 };

fn generator(policy: ClockPolicy) -> Generator {
    Generator::new(Layout::CLASSICAL, 7, policy).unwrap()
}

/// The millisecond and the sequence of the next ID, which there must be.
#[track_caller]
fn made(generator: &mut Generator, now_ms: u64) -> (u64, u32) {
    let next = generator.next(now_ms).unwrap();
    let Next::Made(id) = next else { panic!("{next:?}") };
    let layout = *generator.layout();
    let Parts { worker, sequence, .. } = layout.decompose(id);
    assert_eq!(worker, generator.worker());
    (layout.unix_ms(id), sequence)
}

fn wait(ms: u64, why: WaitReason) -> Result<Next, Refused> {
    Ok(Next::Wait(Wait { ms, why }))
}

/// Uses up the rest of the millisecond.
fn exhaust(generator: &mut Generator, now_ms: u64) {
    let mut ids = [Id(0); 5_000];
    let filled = generator.fill(now_ms, &mut ids).unwrap();
    assert_eq!(filled.wait, Some(Wait { ms: 1, why: WaitReason::Exhausted }));
}

#[test]
fn the_sequence_counts_within_a_millisecond_and_begins_again_in_the_next() {
    let mut it = generator(WAIT);
    assert_eq!(it.high_water_ms(), None);
    assert_eq!(
        [0, 0, 0, 1, 1, 5].map(|ms| made(&mut it, NOW + ms)),
        [(NOW, 0), (NOW, 1), (NOW, 2), (NOW + 1, 0), (NOW + 1, 1), (NOW + 5, 0)]
    );
    assert_eq!(it.high_water_ms(), Some(NOW + 5));
}

#[test]
fn a_full_millisecond_is_waited_for_under_every_policy_that_does_not_borrow() {
    for policy in [WAIT, ClockPolicy::Refuse] {
        let mut it = generator(policy);
        let numbers = (0..4_096).map(|_| made(&mut it, NOW));
        assert!(numbers.eq((0..4_096).map(|sequence| (NOW, sequence))));
        assert_eq!(it.next(NOW), wait(1, WaitReason::Exhausted));
        assert_eq!(it.next(NOW), wait(1, WaitReason::Exhausted), "asking costs nothing");
        assert_eq!(made(&mut it, NOW + 1), (NOW + 1, 0));
    }
}

#[test]
fn waiting_lets_the_clock_catch_up_and_goes_on_where_it_was() {
    let mut it = generator(WAIT);
    made(&mut it, NOW);
    assert_eq!(it.next(NOW - 10), wait(10, WaitReason::SteppedBack));
    assert_eq!(it.next(NOW - 1), wait(1, WaitReason::SteppedBack));
    assert_eq!(it.next(NOW - 11), Err(Refused::SteppedBack { by_ms: 11 }));
    assert_eq!(made(&mut it, NOW), (NOW, 1), "not the first number again");
    exhaust(&mut it, NOW);
    assert_eq!(it.next(NOW - 2), wait(3, WaitReason::SteppedBack), "the millisecond is full");
}

#[test]
fn refusing_says_so_at_once() {
    let mut it = generator(ClockPolicy::Refuse);
    made(&mut it, NOW);
    assert_eq!(it.next(NOW - 1), Err(Refused::SteppedBack { by_ms: 1 }));
    assert_eq!(made(&mut it, NOW), (NOW, 1));
}

#[test]
fn borrowing_goes_on_as_if_nothing_had_happened_up_to_its_bound() {
    let mut it = generator(BORROW);
    made(&mut it, NOW);
    assert_eq!(made(&mut it, NOW - 10), (NOW, 1));
    assert_eq!(it.next(NOW - 11), Err(Refused::SteppedBack { by_ms: 11 }));
    // A burst takes eleven milliseconds at once: this one, and ten of the future.
    let mut ids = vec![Id(0); 12 * 4_096];
    let filled = it.fill(NOW, &mut ids).unwrap();
    let full = Wait { ms: 1, why: WaitReason::Exhausted };
    assert_eq!(filled, Filled { made: 11 * 4_096 - 2, wait: Some(full) });
    assert!(ids[..filled.made].is_sorted_by(|a, b| a < b));
    assert_eq!(it.high_water_ms(), Some(NOW + 10));
    assert_eq!(it.next(NOW), wait(1, WaitReason::Exhausted));
    assert_eq!(made(&mut it, NOW + 1), (NOW + 11, 0));
    assert_eq!(made(&mut it, NOW + 1), (NOW + 11, 1));
    assert_eq!(made(&mut it, NOW + 50), (NOW + 50, 0), "the clock has overtaken it");
}

#[test]
fn a_batch_is_what_so_many_calls_are() {
    let mut one = generator(WAIT);
    let mut other = one.clone();
    let mut ids = [Id(0); 100];
    for now_ms in [NOW, NOW, NOW + 1] {
        assert_eq!(other.fill(now_ms, &mut ids), Ok(Filled { made: 100, wait: None }));
        assert!(ids.iter().all(|id| one.next(now_ms) == Ok(Next::Made(*id))));
    }
    assert_eq!(one, other);
    assert_eq!(one.fill(0, &mut []), Ok(Filled { made: 0, wait: None }), "nothing was asked for");
    assert!(one.fill(0, &mut ids).is_err());
}

#[test]
fn after_a_restart_nothing_is_made_at_the_mark_or_before_it() {
    let mut it = generator(WAIT);
    it.resume_after(NOW).unwrap();
    assert_eq!(it.high_water_ms(), Some(NOW));
    assert_eq!(it.next(NOW), wait(1, WaitReason::HighWater));
    assert_eq!(it.next(NOW - 10), wait(11, WaitReason::HighWater));
    assert_eq!(it.next(NOW - 11), Err(Refused::SteppedBack { by_ms: 11 }));
    it.resume_after(NOW - 5).unwrap();
    assert_eq!(it.next(NOW), wait(1, WaitReason::HighWater), "a mark does not go back");
    assert_eq!(made(&mut it, NOW + 1), (NOW + 1, 0));
    it.resume_after(NOW).unwrap();
    assert_eq!(made(&mut it, NOW + 1), (NOW + 1, 1));
    exhaust(&mut it, NOW + 1);
    assert_eq!(it.next(NOW + 1), wait(1, WaitReason::Exhausted), "the mark has been passed");
}

#[test]
fn a_mark_counts_for_one_who_borrows_and_one_who_refuses() {
    let mut it = generator(BORROW);
    it.resume_after(NOW).unwrap();
    assert_eq!(made(&mut it, NOW - 5), (NOW + 1, 0));
    let mut it = generator(ClockPolicy::Refuse);
    it.resume_after(NOW).unwrap();
    assert_eq!(it.next(NOW), wait(1, WaitReason::HighWater));
    assert_eq!(it.next(NOW - 1), Err(Refused::SteppedBack { by_ms: 1 }));
}

#[test]
fn a_mark_of_long_ones_ticks_closes_the_whole_tick() {
    let mut it = Generator::new(Layout::SONY, 1, WAIT).unwrap();
    it.resume_after(NOW + 3).unwrap();
    assert_eq!(it.next(NOW + 5), wait(5, WaitReason::HighWater));
    assert_eq!(made(&mut it, NOW + 10), (NOW + 10, 0));
    assert_eq!(made(&mut it, NOW + 19), (NOW + 10, 1));
}

#[test]
fn the_end_of_the_epoch_is_an_error_and_not_a_new_beginning() {
    let end_unix_ms = Layout::CLASSICAL.end_unix_ms();
    let over = Refused::EpochOver { end_unix_ms };
    let mut it = generator(BORROW);
    assert_eq!(it.next(end_unix_ms), Err(over), "before the first ID, too");
    assert_eq!(made(&mut it, end_unix_ms - 1), (end_unix_ms - 1, 0));
    let mut ids = [Id(0); 5_000];
    assert_eq!(it.fill(end_unix_ms - 1, &mut ids), Ok(Filled { made: 4_095, wait: None }));
    assert_eq!(it.next(end_unix_ms - 1), Err(over), "there is nothing to borrow");
    assert_eq!(it.next(u64::MAX), Err(over));
    assert_eq!(it.resume_after(end_unix_ms), Err(over));
    let epoch = Layout::CLASSICAL.spec().epoch_unix_ms;
    let mut it = generator(WAIT);
    assert_eq!(it.next(epoch - 3), Err(Refused::BeforeEpoch { by_ms: 3 }));
    assert_eq!(it.resume_after(epoch - 3), Ok(()));
    assert_eq!(made(&mut it, epoch), (epoch, 0));
}

#[test]
fn a_policy_can_be_changed_on_the_way() {
    let mut it = generator(BORROW);
    exhaust_borrowed(&mut it);
    it.set_policy(WAIT);
    assert_eq!(it.next(NOW), wait(11, WaitReason::SteppedBack));
    it.set_policy(ClockPolicy::Refuse);
    assert_eq!(it.next(NOW), Err(Refused::SteppedBack { by_ms: 10 }));
    assert_eq!(it.policy(), ClockPolicy::Refuse);
}

fn exhaust_borrowed(it: &mut Generator) {
    let mut ids = vec![Id(0); 12 * 4_096];
    it.fill(NOW, &mut ids).unwrap();
}

#[test]
fn a_number_that_does_not_fit_makes_no_generator() {
    let error = Generator::new(Layout::CLASSICAL, 32, WAIT).unwrap_err();
    assert_eq!(error.to_string(), "Worker 32 does not fit: 31 is the greatest");
}

#[test]
fn a_clock_may_be_a_closure() {
    let mut it = generator(WAIT);
    let clock = || NOW;
    assert!(matches!(it.next_by(&clock), Ok(Next::Made(_))));
}
