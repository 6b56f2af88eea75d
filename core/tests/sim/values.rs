//! The values at the bottom: time that saturates, an agenda's order, and random numbers that stay.

use playground_core::sim::{Agenda, Rng, Span, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn the_generator_is_xoshiro256_plus_plus() {
    // Seeded by SplitMix64, as its authors advise.
    for seed in [0, 1, 42, u64::MAX] {
        let mut reference = Reference::new(seed);
        let mut rng = Rng::new(seed);
        for _ in 0..1_000 {
            assert_eq!(rng.next_u64(), reference.next());
        }
    }
}

/// Xoshiro256++ and SplitMix64 written out from prng.di.unimi.it, as a second opinion.
struct Reference([u64; 4]);

impl Reference {
    fn new(mut seed: u64) -> Self {
        let mut split_mix = || {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Reference([split_mix(), split_mix(), split_mix(), split_mix()])
    }

    fn next(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }
}

#[test]
fn the_draws_of_seed_1_stay() {
    // Shared links replay only as long as these do.
    let mut rng = Rng::new(1);
    let bits: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
    let below: Vec<u64> = (0..8).map(|_| rng.below(100)).collect();
    let spans: Vec<u64> = (0..4).map(|_| rng.span(Span(10), Span(20)).0).collect();
    let chances: Vec<bool> = (0..8).map(|_| rng.chance(500_000)).collect();
    let forked = rng.fork().next_u64();
    expect_test::expect![[r#"
        [cfc5d07f6f03c29b, bf424132963fe08d, 19a37d5757aaf520]
        below [74, 18, 59, 98, 52, 9, 13, 92]
        spans [13, 10, 14, 10]
        chances [true, false, true, false, false, true, false, true]
        forked 8c180eb853f32bbf
    "#]]
    .assert_eq(&format!(
        "{bits:x?}\nbelow {below:?}\nspans {spans:?}\nchances {chances:?}\nforked {forked:x}\n"
    ));
}

#[test]
fn below_is_uniform_and_in_bounds() {
    let mut rng = Rng::new(1);
    // Bounds that divide no power of two, where a plain remainder would be biased most.
    for bound in [1, 2, 3, 7, 10, 1_000_003, (1 << 63) + 1, u64::MAX] {
        assert!((0..1_000).all(|_| rng.below(bound) < bound), "{bound}");
    }
    assert_eq!(rng.below(0), 0);
    // 70,000 draws of 7: each 10,000 times, with a standard deviation of √(70000·6/49) = 92.6.
    let mut counts = [0_u32; 7];
    for _ in 0..70_000 {
        counts[rng.below(7) as usize] += 1;
    }
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 5 * 93), "{counts:?}");
    // Of a bound of 3·2⁶² a biased draw would give the lowest third half of the time.
    let low = (0..30_000).filter(|_| rng.below(3 << 62) < 1 << 62).count();
    assert!(low.abs_diff(10_000) < 5 * 82, "{low}");
}

#[test]
fn certainties_draw_nothing() {
    let mut rng = Rng::new(1);
    let before = rng.clone();
    assert!((0..100).all(|_| rng.chance(1_000_000) && rng.chance(u32::MAX) && !rng.chance(0)));
    assert_eq!(rng, before);
    assert!((0..10_000).filter(|_| rng.chance(1)).count() < 5);
    assert!((0..10_000).filter(|_| rng.chance(999_999)).count() > 9_995);
}

#[test]
fn spans_include_both_ends() {
    let mut rng = Rng::new(1);
    let draws: Vec<u64> = (0..200).map(|_| rng.span(Span(3), Span(5)).0).collect();
    assert!([3, 4, 5].iter().all(|value| draws.contains(value)));
    assert!(draws.iter().all(|value| (3..=5).contains(value)));
    assert_eq!(rng.span(Span(5), Span(5)), Span(5));
    assert_eq!(rng.span(Span(5), Span(3)), Span(5));
    rng.span(Span(0), Span(u64::MAX));
}

#[test]
fn picking_reaches_every_item_and_nothing_of_nothing() {
    let mut rng = Rng::new(1);
    assert_eq!(rng.pick::<u8>(&[]), None);
    let picks: Vec<char> = (0..100).filter_map(|_| rng.pick(&['a', 'b', 'c']).copied()).collect();
    assert_eq!(picks.len(), 100);
    assert!(['a', 'b', 'c'].iter().all(|item| picks.contains(item)));
}

#[test]
fn a_fork_is_independent_and_a_clone_is_not() {
    let mut rng = Rng::new(1);
    let mut clone = rng.clone();
    let mut fork = rng.fork();
    clone.next_u64();
    assert_eq!(rng, clone);
    assert_ne!(fork.next_u64(), rng.next_u64());
}

#[test]
fn an_agenda_is_ordered_by_time_and_then_by_addition() {
    let mut agenda = Agenda::default();
    for (at, name) in [(5, 'a'), (3, 'b'), (5, 'c'), (3, 'd'), (4, 'e')] {
        agenda.add(Time(at), name);
    }
    assert_eq!(agenda.next_at(), Some(Time(3)));
    assert_eq!(agenda.iter().map(|(_, name)| *name).collect::<String>(), "bdeac");
    let mut popped = String::new();
    while let Some((ticket, name)) = agenda.pop() {
        assert!(agenda.next_at().is_none_or(|next| next >= ticket.at));
        popped.push(name);
    }
    assert_eq!(popped, "bdeac");
    assert!(agenda.is_empty());
    assert_eq!(agenda.next_at(), None);
}

#[test]
fn a_cancelled_entry_is_gone_and_only_it() {
    let mut agenda = Agenda::default();
    let tickets = ['a', 'b', 'c'].map(|name| agenda.add(Time(1), name));
    assert_eq!(agenda.cancel(tickets[1]), Some('b'));
    assert_eq!(agenda.cancel(tickets[1]), None);
    assert_eq!(agenda.pop().map(|(_, name)| name), Some('a'));
    assert_eq!(agenda.cancel(tickets[0]), None);
    // A number is never used again, or an old ticket would withdraw a new entry.
    agenda.add(Time(1), 'd');
    assert_eq!(agenda.cancel(tickets[1]), None);
    agenda.retain(|_, name| *name != 'c');
    assert_eq!(agenda.len(), 1);
    assert_eq!(agenda.pop().map(|(_, name)| name), Some('d'));
}

#[test]
fn time_saturates_at_both_ends() {
    assert_eq!(Time(u64::MAX) + Span(1), Time(u64::MAX));
    assert_eq!(Time(1) - Span(2), Time::ZERO);
    assert_eq!(Span(u64::MAX) * 2, Span(u64::MAX));
    assert_eq!(Span(u64::MAX) + Span(1), Span(u64::MAX));
    assert_eq!(Time(1).since(Time(2)), Span::ZERO);
    assert_eq!(Time(12_345).to_string(), "12.345 ms");
    assert_eq!(Span(7).to_string(), "0.007 ms");
}

#[test]
fn progress_runs_from_0_to_1() {
    let (start, end) = (Time(10), Time(20));
    assert_eq!(Time(5).progress(start, end), 0.0);
    assert_eq!(Time(10).progress(start, end), 0.0);
    assert_eq!(Time(15).progress(start, end), 0.5);
    assert_eq!(Time(20).progress(start, end), 1.0);
    assert_eq!(Time(99).progress(start, end), 1.0);
    assert_eq!(start.progress(start, start), 1.0);
}
