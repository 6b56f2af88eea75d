//! The race for primes on shared words: everything is counted, however it is dealt out, and whoever looks on.

use super::perform;
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::race::Frame;
use playground_core::multi_threading::split::Split;
use playground_core::multi_threading::team::PrimesTeam;
use playground_core::shared_memory::Teamwork;

#[track_caller]
fn assert_sound(frame: &Frame, up_to: u64, primes: u64) {
    assert!(frame.is_over);
    assert_eq!((frame.counted(), frame.found()), (up_to, primes));
    for lane in &frame.lanes {
        assert!(lane.is_done && lane.busy_us <= frame.elapsed_us);
        assert!(lane.spans.is_sorted_by(|a, b| a.until_us <= b.from_us), "spans do not overlap");
        assert!(lane.finished_us() <= frame.elapsed_us);
    }
}

#[test]
fn however_it_is_dealt_out_nothing_is_left_out() {
    let splits = [Split::Static, Split::Interleaved { size: 1_000 }, Split::Chunks { size: 1_000 }];
    for split in splits {
        for method in Method::ALL {
            for workers in [1, 3, 8] {
                let team = PrimesTeam { job: Job { up_to: 300_000, workers, method, split } };
                let frame = perform(&team, |_| ());
                assert_sound(&frame, 300_000, 25_997);
                let last = frame.lanes.iter().map(|lane| lane.finished_us()).max();
                assert_eq!(last, Some(frame.elapsed_us), "it lasted until the last had finished");
                let pieces: u32 = frame.lanes.iter().map(|lane| lane.pieces).sum();
                assert_eq!(pieces, team.job.pieces());
            }
        }
    }
}

#[test]
fn who_looks_on_sees_it_grow() {
    let split = Split::Chunks { size: 10_000 };
    let job = Job { up_to: 1_000_000, workers: 2, method: Method::TrialDivision, split };
    let team = PrimesTeam { job };
    let mut seen = 0;
    let frame = perform(&team, |stage| {
        while !stage.is_over() {
            let frame = stage.look();
            assert!(frame.counted() >= seen && frame.counted() <= 1_000_000);
            seen = frame.counted();
            let now_us = stage.now_us();
            assert!(frame.elapsed_us <= now_us);
        }
    });
    assert!(seen > 0, "something was seen before the end");
    assert_sound(&frame, 1_000_000, 78_498);
}

#[test]
fn a_stopped_race_ends_soon_with_what_was_counted() {
    let job = Job { up_to: 100_000_000, workers: 3, ..Job::default() };
    let team = PrimesTeam { job };
    let frame = perform(&team, |stage| {
        stage.until(|frame| frame.counted() > 0);
        team.stop(stage.memory);
    });
    assert!(frame.is_over && frame.counted() < 100_000_000);
}
