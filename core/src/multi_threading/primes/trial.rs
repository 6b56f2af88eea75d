//! Trial division, as the textbook has it and with primes only.
//!
//! A division takes many times as long as an addition or a comparison, so divisions are what is counted. One of them
//! yields the quotient, too, which tells when the square root is passed; no root is taken.

use std::ops::Range;

/// How many primes are in a range, each number divided by every odd number up to its square root.
pub fn count(numbers: Range<u32>) -> u64 {
    numbers.filter(|&number| is_prime(number)).count() as u64
}

/// How many primes are in a range, each number divided by the odd primes up to its square root, which must all be
/// there.
pub fn count_by(primes: &[u32], numbers: Range<u32>) -> u64 {
    numbers.filter(|&number| is_prime_by(primes, number)).count() as u64
}

/// Whether a number is prime: neither even nor a multiple of an odd number up to its square root.
pub fn is_prime(number: u32) -> bool {
    if number < 3 || number.is_multiple_of(2) {
        return number == 2;
    }
    let mut divisor = 3;
    loop {
        let quotient = number / divisor;
        if quotient < divisor {
            return true;
        }
        if quotient * divisor == number {
            return false;
        }
        divisor += 2;
    }
}

/// The same, with the odd primes up to the number's square root, in order, given.
pub fn is_prime_by(primes: &[u32], number: u32) -> bool {
    if number < 3 || number.is_multiple_of(2) {
        return number == 2;
    }
    for &prime in primes {
        let quotient = number / prime;
        if quotient < prime {
            break;
        }
        if quotient * prime == number {
            return false;
        }
    }
    true
}
