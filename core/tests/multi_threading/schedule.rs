//! The schedule model: the work in numbers beside divisions that are really counted, and what the picture must be.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::{Method, primes_up_to};
use playground_core::multi_threading::race::{Doing, Frame};
use playground_core::multi_threading::schedule::{Machine, Work, predict};
use playground_core::multi_threading::split::Split;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const UP_TO: u64 = 10_000_000;

/// The divisions that a number really needs.
fn divisions(number: u64, divisors: &[u32]) -> u64 {
    if number.is_multiple_of(2) {
        return 0;
    }
    let mut count = 0;
    for divisor in divisors.iter().copied().map(u64::from) {
        count += 1;
        if number / divisor < divisor || number.is_multiple_of(divisor) {
            break;
        }
    }
    count
}

#[test]
fn the_work_is_what_is_really_done() {
    let odd: Vec<u32> = (3..3_200).step_by(2).collect();
    let primes = primes_up_to(3_200).split_off(1);
    for (method, divisors) in [(Method::TrialDivision, odd), (Method::ByPrimes, primes)] {
        let work = Work::new(method, UP_TO);
        for start in [1_000, 100_000, 1_000_000, 5_000_000, 9_900_000] {
            let numbers = start..start + 20_000;
            let real: u64 = numbers.clone().map(|number| divisions(number, &divisors)).sum();
            let ratio = work.of(&numbers) as f64 / 1e3 / real as f64;
            // Mertens' product is e^γ ln n / 2, 12 percent less than what is prime, at the square root.
            assert!((0.9..1.25).contains(&ratio), "{method:?} from {start}: {ratio}");
        }
    }
}

#[test]
fn work_adds_up() {
    for method in Method::ALL {
        let work = Work::new(method, UP_TO);
        assert_eq!(work.of(&(5..5)), 0);
        let slice = method.slice();
        let whole = work.of(&(0..10 * slice));
        let parts: u64 = (0..10).map(|part| work.of(&(part * slice..(part + 1) * slice))).sum();
        // Where a sieve begins anew, fewer primes are asked in the lower parts.
        assert!(parts <= whole + 10 && parts > whole * 9 / 10, "{method:?}: {parts} {whole}");
    }
}

fn machine(cores: u32) -> Machine {
    Machine { cores, unit_ps: 3_000, start_us: 100, piece_ns: 0 }
}

fn race(workers: u32, split: Split, machine: Machine) -> Frame {
    let job = Job { up_to: UP_TO, workers, method: Method::TrialDivision, split };
    predict(&job, &Work::new(job.method, job.up_to), &machine)
}

fn speedup(workers: u32, split: Split, machine: Machine) -> f64 {
    race(1, split, machine).elapsed_us as f64 / race(workers, split, machine).elapsed_us as f64
}

#[test]
fn equal_ranges_are_unequal_work_and_chunks_mend_it() {
    // The upper half of the numbers is 1 − (1/2)^1.5 of the work, or a little less for the logarithm in it.
    let halves = speedup(2, Split::Static, machine(2));
    assert!((1.52..1.60).contains(&halves), "{halves}");
    let quarters = speedup(4, Split::Static, machine(4));
    assert!((2.8..3.0).contains(&quarters), "{quarters}");
    for split in [Split::Chunks { size: 20_000 }, Split::Interleaved { size: 20_000 }] {
        for workers in 2..=8 {
            let speedup = speedup(workers, split, machine(8));
            assert!(speedup > 0.98 * f64::from(workers), "{split:?} {workers}: {speedup}");
        }
    }
}

#[test]
fn large_chunks_leave_somebody_alone_at_the_end() {
    let small = race(4, Split::Chunks { size: 50_000 }, machine(4));
    let large = race(4, Split::Chunks { size: 3_000_000 }, machine(4));
    assert!(large.elapsed_us > small.elapsed_us * 13 / 10);
    let waiting = |race: &Frame| race.lanes.iter().map(|lane| lane.waiting_us).sum::<u64>();
    assert!(waiting(&large) > 10 * waiting(&small));
}

#[test]
fn more_workers_than_cores_are_no_faster() {
    let split = Split::Chunks { size: 50_000 };
    let two = race(2, split, machine(2));
    let eight = race(8, split, machine(2));
    let ratio = eight.elapsed_us as f64 / two.elapsed_us as f64;
    assert!((0.98..1.05).contains(&ratio), "{ratio}");
    // They are there, and share: each does an eighth.
    assert!(eight.lanes.iter().all(|lane| lane.counted > UP_TO / 12));
    assert!(eight.busy_us() > 7 * eight.elapsed_us);
}

#[test]
fn asking_for_small_pieces_costs_more_than_it_mends() {
    let asking = Machine { piece_ns: 300_000, ..machine(2) };
    let [small, middle] = [1_000, 100_000].map(|size| race(2, Split::Chunks { size }, asking));
    assert!(small.elapsed_us > 2 * middle.elapsed_us, "{}", small.elapsed_us);
    let lane = &small.lanes[0];
    assert!(lane.waiting_us > lane.busy_us);
}

#[test]
fn a_prediction_is_whole() {
    for (workers, cores) in [(1, 1), (3, 2), (8, 4)] {
        for split in
            [Split::Static, Split::Interleaved { size: 7_777 }, Split::Chunks { size: 33_333 }]
        {
            let race = race(workers, split, machine(cores));
            assert!(race.is_over && race.counted() == UP_TO && race.found() == 0);
            let pieces: u32 = race.lanes.iter().map(|lane| lane.pieces).sum();
            assert_eq!(pieces, race.job.pieces());
            for lane in &race.lanes {
                assert_eq!(lane.spans[0].doing, Doing::Starting);
                assert_eq!(lane.spans[0].until_us, 100);
                assert_eq!(lane.until_us(), race.elapsed_us);
                assert!(lane.is_done);
                assert!(lane.spans.windows(2).all(|two| two[0].until_us == two[1].from_us));
            }
        }
    }
}

#[test]
fn a_machine_is_known_by_what_it_needed() {
    for method in Method::ALL {
        let job = Job { up_to: UP_TO, workers: 1, method, split: Split::Chunks { size: 100_000 } };
        let work = Work::new(method, UP_TO);
        let machine = Machine::measured(&job, &work, 1_234_567, 1);
        let elapsed_us = predict(&job, &work, &machine).elapsed_us;
        assert!(elapsed_us.abs_diff(1_234_567) < 2_000, "{method:?}: {elapsed_us}");
    }
}
