//! Pieces: every number is in one of them, and every piece comes to one worker.

use playground_core::multi_threading::job::{Job, JobError};
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::split::{Piece, Pieces, Split};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn job(up_to: u64, workers: u32, split: Split) -> Job {
    Job { up_to, workers, method: Method::TrialDivision, split }
}

/// What comes to each worker if all of them take pieces by turns.
fn dealt(job: &Job) -> Vec<Vec<Piece>> {
    let mut taken = 0;
    let mut workers: Vec<_> = (0..job.workers).map(|worker| Pieces::new(job, worker)).collect();
    let mut dealt = vec![Vec::new(); workers.len()];
    let mut is_over = false;
    while !is_over {
        is_over = true;
        for (pieces, dealt) in workers.iter_mut().zip(&mut dealt) {
            let piece = pieces.next_with(|| {
                taken += 1;
                taken - 1
            });
            is_over &= piece.is_none();
            dealt.extend(piece);
        }
    }
    dealt
}

fn indices(pieces: &[Piece]) -> Vec<u32> {
    pieces.iter().map(|piece| piece.index).collect()
}

#[test]
fn every_number_is_in_one_piece() {
    for up_to in [1_000, 9_999, 10_000, 10_001] {
        for workers in 1..=8 {
            for split in
                [Split::Static, Split::Interleaved { size: 1_000 }, Split::Chunks { size: 1_234 }]
            {
                let job = job(up_to, workers, split);
                let mut pieces: Vec<Piece> = dealt(&job).into_iter().flatten().collect();
                pieces.sort_by_key(|piece| piece.index);
                assert_eq!(pieces.len() as u32, job.pieces());
                assert_eq!(pieces[0].numbers.start, 1);
                assert_eq!(pieces.last().unwrap().numbers.end, up_to + 1);
                for pair in pieces.windows(2) {
                    assert_eq!(pair[0].index + 1, pair[1].index, "{job:?}");
                    assert_eq!(pair[0].numbers.end, pair[1].numbers.start, "{job:?}");
                }
            }
        }
    }
}

#[test]
fn a_static_split_is_a_range_for_each() {
    let dealt = dealt(&job(10_000_000, 3, Split::Static));
    let ranges: Vec<_> = dealt.iter().map(|pieces| pieces[0].numbers.clone()).collect();
    assert_eq!(ranges, [1..3_333_334, 3_333_334..6_666_667, 6_666_667..10_000_001]);
    assert!(dealt.iter().all(|pieces| pieces.len() == 1));
}

#[test]
fn pieces_are_dealt_like_cards_or_to_whoever_comes() {
    let cards = dealt(&job(8_000, 3, Split::Interleaved { size: 1_000 }));
    assert_eq!(indices(&cards[0]), [0, 3, 6]);
    assert_eq!(indices(&cards[1]), [1, 4, 7]);
    assert_eq!(indices(&cards[2]), [2, 5]);

    // The first worker is at work with its first piece while the second takes all the others.
    let job = job(8_000, 2, Split::Chunks { size: 1_000 });
    let mut taken = 0..;
    let mut take = || taken.next().unwrap();
    let [mut slow, mut fast] = [0, 1].map(|worker| Pieces::new(&job, worker));
    assert_eq!(slow.next_with(&mut take).unwrap().index, 0);
    let mut others = Vec::new();
    while let Some(piece) = fast.next_with(&mut take) {
        others.push(piece.index);
    }
    assert_eq!(others, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(slow.next_with(&mut take), None);
    assert_eq!(fast.next_with(&mut take), None, "asking again is no harm");
}

#[test]
fn a_job_that_cannot_be_done_is_refused() {
    let classical = Job::default();
    assert_eq!(classical.check(), Ok(()));
    let refused = |job: Job| job.check().unwrap_err();
    assert_eq!(refused(Job { workers: 0, ..classical }), JobError::Workers(0));
    assert_eq!(refused(Job { workers: 9, ..classical }), JobError::Workers(9));
    let bounds = JobError::UpTo { least: 1_000, most: 100_000_000 };
    assert_eq!(refused(Job { up_to: 999, ..classical }), bounds);
    assert_eq!(refused(Job { up_to: 100_000_001, ..classical }), bounds);
    let sieve = Job { method: Method::Segmented, up_to: 10_000_000_000, ..classical };
    assert_eq!(sieve.check(), Ok(()));
    for (job, least) in [(classical, 1_000), (sieve, 100_000)] {
        assert_eq!(job.least_piece(), least);
        let with = |size| Job { split: Split::Chunks { size }, ..job };
        assert_eq!(refused(with(least - 1)), JobError::PieceSize { least });
        assert_eq!(with(least).check(), Ok(()));
        assert!(u64::from(with(least).pieces()) <= Job::MOST_PIECES);
        // Nothing panics or hangs on what was not checked.
        assert_eq!(with(0).pieces(), u32::try_from(job.up_to).unwrap_or(u32::MAX));
    }
}
