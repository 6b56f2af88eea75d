//! The picture of a race: spans that join, sums that stay exact, and any moment of it.

use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::race::{Counted, Doing, Frame, Lane, Span};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn spans(lane: &Lane) -> Vec<(u64, u64, char)> {
    let sign = |span: &Span| match span.doing {
        Doing::Starting => 's',
        Doing::Waiting => 'w',
        Doing::Busy(_) => 'b',
    };
    lane.spans.iter().map(|span| (span.from_us, span.until_us, sign(span))).collect()
}

#[test]
fn slices_of_a_piece_join_and_gaps_are_waits() {
    let mut lane = Lane::default();
    lane.count(Counted::new(0, 1..11, 4), 100, 150);
    lane.count(Counted::new(0, 11..21, 4), 150, 200);
    lane.count(Counted::new(1, 21..31, 2), 200, 260);
    lane.count(Counted::new(5, 51..61, 2), 300, 340);
    assert_eq!(
        spans(&lane),
        [(0, 100, 's'), (100, 200, 'b'), (200, 260, 'b'), (260, 300, 'w'), (300, 340, 'b')]
    );
    assert_eq!(lane.spans[1].counted().unwrap(), &Counted::new(0, 1..21, 8));
    assert_eq!((lane.counted, lane.found, lane.pieces), (40, 12, 3));
    assert_eq!((lane.busy_us, lane.waiting_us), (200, 40));
    assert_eq!((lane.until_us(), lane.finished_us()), (340, 340));
}

#[test]
fn many_pieces_are_drawn_together_and_counted_apart() {
    let mut lane = Lane::default();
    let pieces = 100_000;
    for piece in 0..pieces {
        let from_us = u64::from(piece) * 10;
        let first = u64::from(piece) * 1_000 + 1;
        lane.count(Counted::new(piece, first..first + 1_000, 1), from_us + 1, from_us + 10);
        assert!(lane.spans.len() <= Lane::MOST_SPANS);
    }
    assert!(lane.spans.len() > Lane::MOST_SPANS / 3);
    assert_eq!((lane.counted, lane.found, lane.pieces), (100_000_000, 100_000, pieces));
    assert_eq!((lane.busy_us, lane.waiting_us), (900_000, 99_999));
    assert!(lane.spans.windows(2).all(|pair| pair[0].until_us == pair[1].from_us));
    assert_eq!(lane.until_us(), 1_000_000);
}

/// Two workers, the second of which has more to do.
fn race() -> Frame {
    let job = Job { up_to: 2_000, ..Job::default() };
    let mut race = Frame::new(&job);
    assert_eq!((race.lanes.len(), race.counted(), race.is_over), (2, 0, false));
    race.lanes[0].count(Counted::new(0, 1..1_001, 168), 10, 110);
    race.lanes[0].is_done = true;
    race.wait_until(160);
    race.lanes[1].count(Counted::new(1, 1_001..2_001, 135), 10, 210);
    race.finish(220);
    race
}

#[test]
fn who_is_done_waits_for_the_others() {
    let race = race();
    assert!(race.is_over && race.elapsed_us == 220);
    assert_eq!(spans(&race.lanes[0]), [(0, 10, 's'), (10, 110, 'b'), (110, 220, 'w')]);
    assert_eq!(spans(&race.lanes[1]), [(0, 10, 's'), (10, 210, 'b'), (210, 220, 'w')]);
    assert_eq!((race.found(), race.counted(), race.busy_us()), (303, 2_000, 300));
    assert_eq!(race.lanes[0].finished_us(), 110);
}

#[test]
fn any_moment_of_it_can_be_looked_at() {
    let race = race();
    assert_eq!(race.at(220), race);
    assert_eq!(race.at(u64::MAX), race);
    let start = race.at(0);
    assert_eq!((start.counted(), start.elapsed_us, start.is_over), (0, 0, false));
    let middle = race.at(110);
    assert_eq!(spans(&middle.lanes[1]), [(0, 10, 's'), (10, 110, 'b')]);
    assert_eq!((middle.lanes[0].counted, middle.lanes[1].counted), (1_000, 500));
    assert_eq!(middle.lanes[1].spans[1].counted().unwrap().numbers, 1_001..1_501);
    assert_eq!((middle.lanes[0].is_done, middle.lanes[1].is_done), (true, false));
    let mut last = 0;
    for at_us in 0..=220 {
        let counted = race.at(at_us).counted();
        assert!(counted >= last);
        last = counted;
    }
}
