//! The rules of leasing, one by one, and what they promise whatever is asked of them.

use playground_core::unique_id::lease::{
    Holder, Lease, LeaseRefusal, Record, Registry, Row, Terms,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW_MS: u64 = 1_767_225_600_000;

const fn terms(numbers: u16) -> Terms {
    Terms { numbers, lease_ms: 5_000, renew_ms: 1_000, most_skew_ms: 10_000 }
}

const fn holder(start: u64) -> Holder {
    Holder { process: 1, start }
}

/// Takes a number while both clocks agree.
fn acquire(registry: &mut Registry, now_ms: u64, start: u64) -> Lease {
    registry.acquire(now_ms, holder(start), now_ms).expect("a number is free")
}

#[test]
fn everybody_gets_a_number_and_the_thirty_third_is_refused() {
    let mut registry = Registry::new(terms(32));
    for start in 0..32 {
        let lease = acquire(&mut registry, NOW_MS + start, start);
        let expected = Lease {
            number: start as u16,
            epoch: start + 1,
            after_ms: 0,
            until_ms: NOW_MS + start + 5_000,
        };
        assert_eq!(lease, expected);
    }
    let refusal = registry.acquire(NOW_MS + 1_000, holder(32), NOW_MS + 1_000);
    assert_eq!(refusal, Err(LeaseRefusal::AllTaken { numbers: 32, free_in_ms: 4_001 }));
    let text = "all 32 worker numbers are leased; the next is free in 4001 ms at the latest";
    assert_eq!(refusal.map_err(|it| it.to_string()), Err(text.to_owned()));
    // So long after, it is.
    let lease = acquire(&mut registry, NOW_MS + 5_001, 32);
    assert_eq!((lease.number, lease.epoch, lease.after_ms), (0, 33, NOW_MS + 5_000));
}

#[test]
fn a_lease_allows_its_window_and_nothing_else() {
    let lease = Lease { number: 0, epoch: 1, after_ms: 10, until_ms: 12 };
    let allowed: Vec<u64> = (0..20).filter(|it| lease.allows(*it)).collect();
    assert_eq!(allowed, [11, 12]);
}

#[test]
fn a_renewal_extends_and_never_shortens() {
    let mut registry = Registry::new(terms(1));
    let lease = acquire(&mut registry, NOW_MS, 1);
    let renewed = registry.renew(NOW_MS + 2_000, lease, NOW_MS + 2_000);
    assert_eq!(renewed, Ok(Lease { until_ms: NOW_MS + 7_000, ..lease }));
    // A registry whose clock was set back keeps what it has promised.
    let renewed = registry.renew(NOW_MS - 9_000, lease, NOW_MS - 9_000);
    assert_eq!(renewed, Ok(Lease { until_ms: NOW_MS + 7_000, ..lease }));
    // Run out, but nobody else has it: the window goes on.
    let renewed = registry.renew(NOW_MS + 60_000, lease, NOW_MS + 60_000);
    assert_eq!(renewed, Ok(Lease { until_ms: NOW_MS + 65_000, ..lease }));
}

#[test]
fn who_comes_back_late_is_fenced() {
    let mut registry = Registry::new(terms(1));
    let first = acquire(&mut registry, NOW_MS, 1);
    let second = acquire(&mut registry, NOW_MS + 6_000, 2);
    assert_eq!(second.after_ms, first.until_ms);
    let fenced = Err(LeaseRefusal::Fenced { number: 0, epoch: 1, latest: 2 });
    assert_eq!(registry.renew(NOW_MS + 6_001, first, NOW_MS + 6_001), fenced);
    assert_eq!(registry.release(0, first.epoch, None).map(|()| first), fenced);
    assert!(registry.renew(NOW_MS + 6_002, second, NOW_MS + 6_002).is_ok());
}

#[test]
fn what_is_given_back_is_free_at_once_behind_its_last_stamp() {
    let mut registry = Registry::new(terms(1));
    let lease = acquire(&mut registry, NOW_MS, 1);
    assert_eq!(registry.release(0, lease.epoch, Some(NOW_MS + 7)), Ok(()));
    let next = acquire(&mut registry, NOW_MS + 8, 2);
    assert_eq!((next.number, next.after_ms), (0, NOW_MS + 7));
    // Nothing was handed out: the window begins where it began.
    assert_eq!(registry.release(0, next.epoch, None), Ok(()));
    assert_eq!(acquire(&mut registry, NOW_MS + 9, 3).after_ms, NOW_MS + 7);
}

#[test]
fn what_is_taken_away_is_free_behind_the_whole_window() {
    let mut registry = Registry::new(terms(1));
    let lease = acquire(&mut registry, NOW_MS, 1);
    assert_eq!(registry.revoke(0), Ok(()));
    let next = acquire(&mut registry, NOW_MS + 1, 2);
    assert_eq!((next.after_ms, next.until_ms), (lease.until_ms, lease.until_ms + 5_000));
    assert_eq!(registry.revoke(1), Err(LeaseRefusal::NoSuchNumber { number: 1 }));
}

#[test]
fn who_asks_again_gets_the_same() {
    let mut registry = Registry::new(terms(4));
    let first = acquire(&mut registry, NOW_MS, 1);
    let again = acquire(&mut registry, NOW_MS + 100, 1);
    assert_eq!(again, Lease { until_ms: NOW_MS + 5_100, ..first });
}

#[test]
fn a_clock_that_is_far_off_reserves_nothing() {
    let mut registry = Registry::new(terms(1));
    let ahead = registry.acquire(NOW_MS, holder(1), NOW_MS + 10_001);
    assert_eq!(ahead, Err(LeaseRefusal::ClockOff { ahead_ms: 10_001, most_ms: 10_000 }));
    let behind = registry.acquire(NOW_MS, holder(1), NOW_MS - 10_001);
    assert_eq!(behind, Err(LeaseRefusal::ClockOff { ahead_ms: -10_001, most_ms: 10_000 }));
    assert_eq!(registry, Registry::new(terms(1)));
    // One that is a little ahead can stamp by its own clock at once.
    let lease = registry.acquire(NOW_MS, holder(1), NOW_MS + 9_000).expect("near enough");
    assert!(lease.allows(NOW_MS + 9_001));
}

#[test]
fn after_a_clock_was_set_back_a_number_is_used_that_need_not_be_waited_for() {
    let mut registry = Registry::new(terms(2));
    let lease = acquire(&mut registry, NOW_MS, 1);
    let next = acquire(&mut registry, NOW_MS - 3_600_000, 2);
    assert_ne!(next.number, lease.number);
    assert!(next.allows(NOW_MS - 3_600_000));
}

#[test]
fn a_registry_comes_back_from_its_records() {
    let mut registry = Registry::new(terms(3));
    let mut written: Vec<Record> = Vec::new();
    for (start, now_ms) in [(1, NOW_MS), (2, NOW_MS + 1), (3, NOW_MS + 9_000)] {
        let lease = acquire(&mut registry, now_ms, start);
        written.extend(registry.record(lease.number));
    }
    assert_eq!(registry.release(1, 2, None), Ok(()));
    written.extend(registry.record(1));
    assert_eq!(Registry::recover(terms(3), written.clone()), registry);
    assert_eq!(Registry::recover(terms(3), registry.records()), registry);
    assert!(registry.records().count() <= written.len());
    let json = serde_json::to_string(&written).expect("plain data");
    let back: Vec<Record> = serde_json::from_str(&json).expect("what was written");
    assert_eq!(back, written);
    // Fewer numbers than before: what is known of the others is no harm.
    let fewer = Registry::recover(terms(1), written);
    assert_eq!(fewer.rows().len(), 1);
    assert_eq!(registry.record(9), None);
    assert_eq!(Registry::new(terms(2)).rows(), [Row::default(); 2]);
}

/// What may be lost of what was known: all of it, or its end.
fn lost(registry: &Registry, now_ms: u64) -> Registry {
    let mut registry = Registry::recover(*registry.terms(), registry.records());
    registry.distrust(now_ms);
    registry
}

const LOSS: Terms = Terms { numbers: 2, lease_ms: 5_000, renew_ms: 1_000, most_skew_ms: 500 };

#[test]
fn after_a_loss_nothing_is_granted_that_could_be_in_use() {
    let mut registry = lost(&Registry::new(LOSS), NOW_MS);
    let refusal = registry.acquire(NOW_MS, holder(1), NOW_MS);
    assert_eq!(refusal, Err(LeaseRefusal::Unsettled { free_in_ms: 6_001 }));
    let lease = acquire(&mut registry, NOW_MS + 6_001, 1);
    assert_eq!((lease.after_ms, lease.epoch), (NOW_MS + 6_000, NOW_MS + 1));
    // Where one more loss follows at once, epochs still rise.
    let mut registry = lost(&registry, NOW_MS);
    let next = acquire(&mut registry, NOW_MS + 20_000, 1);
    assert!(next.epoch > lease.epoch && next.after_ms >= NOW_MS + 6_000);
}

#[test]
fn whose_window_is_open_goes_on_without_a_gap_after_a_loss() {
    let mut registry = Registry::new(LOSS);
    let first = acquire(&mut registry, NOW_MS, 1);
    let second = acquire(&mut registry, NOW_MS, 2);
    let now_ms = NOW_MS + 1_000;
    let mut registry = lost(&Registry::new(LOSS), now_ms);
    let kept = registry.renew_or_reclaim(now_ms, holder(1), first, now_ms);
    assert_eq!(kept, Ok(Lease { until_ms: now_ms + 5_000, ..first }));
    // From now on it is like every lease.
    let kept = registry.renew_or_reclaim(now_ms + 3_000, holder(1), first, now_ms + 3_000);
    assert_eq!(kept, Ok(Lease { until_ms: now_ms + 8_000, ..first }));
    // The other one comes when somebody may have the number by the clock of a registry before this one.
    let late_ms = second.until_ms - 499;
    let refusal = registry.renew_or_reclaim(late_ms, holder(2), second, late_ms);
    assert!(matches!(refusal, Err(LeaseRefusal::Fenced { number: 1, .. })), "{refusal:?}");
    // A clock that is far off reserves nothing here, either.
    let mut registry = lost(&registry, now_ms);
    let refusal = registry.renew_or_reclaim(now_ms, holder(1), first, now_ms + 501);
    assert_eq!(refusal, Err(LeaseRefusal::ClockOff { ahead_ms: 501, most_ms: 500 }));
}

/// What is asked of a registry, by numbers.
#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::{Holder, Lease, Registry, Terms};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Whatever is asked, in whatever order and by whatever clock: no stamp of a number is allowed to two
        /// holders, as long as each takes what it was told last.
        #[test]
        fn windows_never_overlap(
            steps in prop::collection::vec((0_u8..5, 0_u64..6, 0_u64..60, 0_u64..60), 1..120),
        ) {
            let terms = Terms { numbers: 3, lease_ms: 7, renew_ms: 2, most_skew_ms: 40 };
            let mut registry = Registry::new(terms);
            let mut told: BTreeMap<(u16, u64, u64), (u64, u64)> = BTreeMap::new();
            let mut held: BTreeMap<u64, Lease> = BTreeMap::new();
            for (what, start, now_ms, holder_ms) in steps {
                let holder = Holder { process: 0, start };
                let lease = held.get(&start).copied();
                match (what, lease) {
                    (0 | 1, _) => {
                        if let Ok(lease) = registry.acquire(now_ms, holder, holder_ms) {
                            held.insert(start, lease);
                        }
                    }
                    (2, Some(lease)) => match registry.renew(now_ms, lease, holder_ms) {
                        Ok(renewed) => {
                            prop_assert!(renewed.until_ms >= lease.until_ms);
                            held.insert(start, renewed);
                        }
                        Err(_) => prop_assert!(registry.rows().len() == 3),
                    },
                    (3, Some(lease)) => {
                        let last_ms = (lease.after_ms + now_ms % 8).min(lease.until_ms);
                        if registry.release(lease.number, lease.epoch, Some(last_ms)).is_ok() {
                            let key = (lease.number, lease.epoch, start);
                            told.insert(key, (lease.after_ms, last_ms));
                            held.remove(&start);
                        }
                    }
                    _ => prop_assert!(registry.revoke((start % 3) as u16).is_ok()),
                }
                if let Some(lease) = held.get(&start) {
                    let key = (lease.number, lease.epoch, start);
                    told.insert(key, (lease.after_ms, lease.until_ms));
                }
                let windows: Vec<_> = told.iter().collect();
                for (index, (a, (after, until))) in windows.iter().enumerate() {
                    for (b, (other_after, other_until)) in &windows[index + 1..] {
                        let begins = after.max(other_after);
                        let ends = until.min(other_until);
                        prop_assert!(a.0 != b.0 || begins >= ends, "{a:?} and {b:?}");
                    }
                }
                let again = Registry::recover(terms, registry.records());
                prop_assert_eq!(&again, &registry);
            }
        }

        /// The same with a registry that loses its last decisions, or all, again and again, and comes back with a
        /// clock that differs; where holders are killed, or come back late.
        #[test]
        fn windows_never_overlap_whatever_is_lost(
            steps in prop::collection::vec((0_u8..10, 0_u8..5, 0_u64..9, 0_u64..5, 0_usize..40), 1..200),
        ) {
            let terms = Terms { numbers: 3, lease_ms: 24, renew_ms: 8, most_skew_ms: 4 };
            let mut registry = Registry::new(terms);
            registry.distrust(1_000);
            let mut history = vec![Registry::new(terms)];
            let mut told: BTreeMap<(u16, u64, u64), (u64, u64)> = BTreeMap::new();
            let mut latest: BTreeMap<u16, (u64, u64)> = BTreeMap::new();
            let mut held: BTreeMap<u8, Lease> = BTreeMap::new();
            let mut starts = [0_u64, 1, 2, 3, 4];
            // The true time, and by how much the registry's clock is ahead of it.
            let (mut time_ms, mut ahead_ms) = (1_000, 0);
            for (what, who, passes_ms, skew_ms, back) in steps {
                time_ms += passes_ms;
                let now_ms = time_ms + ahead_ms;
                let clock_ms = time_ms + skew_ms;
                let start = &mut starts[usize::from(who)];
                let holder = Holder { process: 1, start: *start };
                let lease = held.get(&who).copied();
                match what {
                    0 => {
                        held.remove(&who);
                        *start += 5;
                    }
                    1 => {
                        if let Some(lease) = held.remove(&who) {
                            let last_ms = clock_ms.clamp(lease.after_ms, lease.until_ms);
                            if registry.release(lease.number, lease.epoch, Some(last_ms)).is_ok() {
                                told.insert((lease.number, lease.epoch, *start), (lease.after_ms, last_ms));
                            }
                        }
                    }
                    2 => {
                        ahead_ms = skew_ms;
                        registry = history[history.len().saturating_sub(1 + back)].clone();
                        registry.distrust(time_ms + ahead_ms);
                    }
                    _ => {
                        let kept = lease.map(|lease| {
                            registry.renew_or_reclaim(now_ms, holder, lease, clock_ms)
                        });
                        let kept = match kept {
                            Some(Ok(lease)) => Some(lease),
                            _ => registry.acquire(now_ms, holder, clock_ms).ok(),
                        };
                        match kept {
                            Some(lease) => held.insert(who, lease),
                            None => held.remove(&who),
                        };
                    }
                }
                history.push(registry.clone());
                let Some(lease) = held.get(&who) else { continue };
                let key = (lease.number, lease.epoch, *start);
                let is_new = told.insert(key, (lease.after_ms, lease.until_ms)).is_none();
                if is_new {
                    // The later an epoch of a number, the later its window.
                    let before = latest.insert(lease.number, (lease.epoch, lease.after_ms));
                    prop_assert!(before.is_none_or(|it| it.0 < lease.epoch && it.1 <= lease.after_ms));
                }
                for (other, (after_ms, until_ms)) in &told {
                    let begins = lease.after_ms.max(*after_ms);
                    let ends = lease.until_ms.min(*until_ms);
                    prop_assert!(other.0 != key.0 || *other == key || begins >= ends, "{:?} and {:?}", key, other);
                }
            }
        }
    }
}
