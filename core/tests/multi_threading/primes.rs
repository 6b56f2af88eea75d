//! Counting primes: known counts, ranges at every border, and slices.

use playground_core::multi_threading::primes::segmented::SEGMENT_NUMBERS;
use playground_core::multi_threading::primes::trial::{is_prime, is_prime_by};
use playground_core::multi_threading::primes::{Counter, Method, TooLarge, known, primes_up_to};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const FIRST: [u32; 25] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
];

fn count(method: Method, numbers: std::ops::Range<u64>) -> u64 {
    Counter::new(method, numbers.end).unwrap().count(numbers)
}

#[test]
fn the_first_primes_are_found() {
    assert_eq!(primes_up_to(100), FIRST);
    for limit in 0..200 {
        let here: Vec<u32> = (0..=limit).filter(|number| is_prime(*number)).collect();
        assert_eq!(primes_up_to(limit), here, "up to {limit}");
    }
    let odd = &FIRST[1..];
    let by_primes: Vec<u32> = (0..=100).filter(|number| is_prime_by(odd, *number)).collect();
    assert_eq!(by_primes, FIRST);
    // The greatest that are asked for, a square of a prime among them.
    assert!(is_prime(99_999_989) && !is_prime(9_973 * 9_973) && !is_prime(99_999_999));
    assert!(is_prime(u32::MAX - 4) && !is_prime(u32::MAX));
}

#[test]
fn powers_of_ten_have_the_known_counts() {
    for (method, most) in [
        (Method::TrialDivision, 100_000),
        (Method::ByPrimes, 1_000_000),
        (Method::Segmented, 100_000_000),
    ] {
        let mut up_to = 10;
        while up_to <= most {
            let found = Counter::new(method, up_to).unwrap().count(1..up_to + 1);
            assert_eq!(Some(found), known(up_to), "{method:?} up to {up_to}");
            up_to *= 10;
        }
    }
    assert_eq!(known(10_000_000), Some(664_579));
    assert_eq!([0, 1, 11, 1_000_000_000_000].map(known), [None; 4]);
}

#[test]
fn every_small_range_is_counted_alike() {
    for start in 0..130_u64 {
        for end in start..260 {
            let expected = (start..end).filter(|number| is_prime(*number as u32)).count() as u64;
            for method in Method::ALL {
                let found = Counter::new(method, 260).unwrap().count(start..end);
                assert_eq!(found, expected, "{method:?} {start}..{end}");
            }
        }
    }
}

#[test]
fn ranges_around_the_borders_of_segments_are_counted_alike() {
    for border in [1, 2, 3].map(|segments| segments * SEGMENT_NUMBERS) {
        for start in [border - 61, border - 30, border - 1, border, border + 1, border + 29] {
            for length in [1, 2, 31, 97, SEGMENT_NUMBERS / 8] {
                let numbers = start..start + length;
                assert_eq!(
                    count(Method::Segmented, numbers.clone()),
                    count(Method::ByPrimes, numbers.clone()),
                    "{numbers:?}"
                );
            }
        }
    }
}

#[test]
fn a_sieve_that_jumps_about_finds_what_one_that_goes_on_finds() {
    let up_to = 10_000_000;
    let mut sieve = Counter::new(Method::Segmented, up_to).unwrap();
    let pieces: Vec<_> = Method::Segmented.slices(1..up_to + 1).collect();
    assert_eq!(pieces.len() as u64, up_to.div_ceil(SEGMENT_NUMBERS));
    let forth: u64 = pieces.iter().map(|piece| sieve.count(piece.clone())).sum();
    let back: u64 = pieces.iter().rev().map(|piece| sieve.count(piece.clone())).sum();
    assert_eq!((forth, back), (664_579, 664_579));
}

#[test]
fn the_sieve_reaches_its_bound() {
    let up_to = Method::Segmented.most_up_to();
    let mut sieve = Counter::new(Method::Segmented, up_to).unwrap();
    // The last prime below 10^10 is 9,999,999,967.
    assert_eq!(sieve.count(up_to - 33..up_to - 32), 1);
    assert_eq!(sieve.count(up_to - 32..up_to + 1), 0);
    // Beyond the bound nothing is looked at.
    assert_eq!(sieve.count(up_to + 1..up_to + 1_000), 0);
}

#[test]
fn a_bound_that_is_too_large_is_refused() {
    for method in Method::ALL {
        let most = method.most_up_to();
        assert_eq!(Counter::new(method, most + 1).unwrap_err(), TooLarge { most });
    }
}

#[test]
fn slices_are_all_of_it_in_order() {
    for method in Method::ALL {
        let slices: Vec<_> = method.slices(5..5 + 3 * method.slice() + 7).collect();
        assert_eq!(slices.len(), 4);
        assert_eq!((slices[0].start, slices[3].end), (5, 5 + 3 * method.slice() + 7));
        assert!(slices.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(method.slices(5..5).next(), None);
    }
}
