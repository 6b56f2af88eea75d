//! All three ways of counting beside the crate `primal`, on any range.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::{Counter, Method};
use playground_core::multi_threading::split::Split;
use proptest::prelude::*;
use std::ops::Range;
use std::sync::LazyLock;

const UP_TO: u64 = 30_000_000;

static PEER: LazyLock<primal::Sieve> = LazyLock::new(|| primal::Sieve::new(UP_TO as usize));

fn peer(numbers: &Range<u64>) -> u64 {
    let below = |number: u64| match number {
        0 => 0,
        _ => PEER.prime_pi(number as usize - 1) as u64,
    };
    below(numbers.end) - below(numbers.start)
}

fn range(longest: u64) -> impl Strategy<Value = Range<u64>> {
    (0..UP_TO, 0..longest).prop_map(|(start, length)| start..(start + length).min(UP_TO))
}

proptest! {
    #[test]
    fn the_sieve_counts_what_primal_counts(numbers in range(3_000_000)) {
        let found = Counter::new(Method::Segmented, UP_TO).unwrap().count(numbers.clone());
        prop_assert_eq!(found, peer(&numbers));
    }

    #[test]
    fn divisions_count_what_primal_counts(numbers in range(2_000)) {
        for method in [Method::TrialDivision, Method::ByPrimes] {
            let found = Counter::new(method, UP_TO).unwrap().count(numbers.clone());
            prop_assert_eq!(found, peer(&numbers));
        }
    }

    #[test]
    fn however_a_job_is_dealt_out_all_primes_are_found(
        up_to in 1_000..3_000_000_u64,
        workers in 1..=8_u32,
        size in 1_000..400_000_u64,
    ) {
        for split in [Split::Static, Split::Interleaved { size }, Split::Chunks { size }] {
            let job = Job { up_to, workers, method: Method::Segmented, split };
            prop_assert_eq!(job.check(), Ok(()));
            let mut sieve = Counter::new(job.method, up_to).unwrap();
            let pieces = (0..job.pieces()).map(|index| job.piece(index).unwrap());
            let found: u64 = pieces.map(|piece| sieve.count(piece.numbers)).sum();
            prop_assert_eq!(found, PEER.prime_pi(up_to as usize) as u64);
        }
    }
}
