//! The counter that everybody counts up: what may be lost, and what must not be.

use super::perform;
use playground_core::multi_threading::team::{LostUpdates, Way};
use playground_core::shared_memory::{NativeMemory, Teamwork};
use std::thread;

#[test]
fn a_lock_and_an_atomic_lose_nothing() {
    for way in [Way::Locked, Way::Atomic] {
        for workers in [1, 2, 8] {
            let team = LostUpdates { workers, increments: 500, runs: 20, way };
            let reading = perform(&team, |_| ());
            assert_eq!(reading.expected, 500 * workers);
            assert_eq!(reading.counted, vec![500 * workers; 20], "{way:?}");
            assert_eq!((reading.runs_with_losses(), reading.lost_in_all()), (0, 0));
        }
    }
}

#[test]
fn with_neither_nothing_is_won() {
    let team = LostUpdates { workers: 4, increments: 20_000, runs: 10, way: Way::Plain };
    let reading = perform(&team, |_| ());
    assert_eq!(reading.counted.len(), 10);
    // How much is lost depends on the machine; that anything is has been seen on all that have two cores.
    assert!(reading.counted.iter().all(|counted| (1..=80_000).contains(counted)), "{reading:?}");
    assert_eq!(reading.lost().map(u64::from).sum::<u64>(), reading.lost_in_all());
}

#[test]
fn one_alone_loses_nothing_whatever_it_does() {
    let team = LostUpdates { workers: 1, increments: 10_000, runs: 3, way: Way::Plain };
    assert_eq!(perform(&team, |_| ()).counted, [10_000; 3]);
}

/// One of them never comes, as if it had been killed: the others wait for it, until they are told.
#[test]
fn who_waits_for_the_dead_is_sent_home() {
    for way in Way::ALL {
        let team = LostUpdates { workers: 3, increments: 100, runs: 5, way };
        let memory = NativeMemory::new(team.words());
        team.prepare(&memory);
        thread::scope(|scope| {
            for worker in 0..2 {
                let memory = &memory;
                scope.spawn(move || team.work(worker, memory, &|| 0));
            }
            team.bury(&memory, 2, 0);
        });
        let reading = team.read(&mut Default::default(), &memory, 0, true);
        assert_eq!(reading.counted, []);
    }
}

#[test]
fn runs_come_one_after_the_other_and_can_be_stopped() {
    let team = LostUpdates { workers: 3, increments: 2_000, runs: 10_000, way: Way::Atomic };
    let reading = perform(&team, |stage| {
        stage.until(|reading| reading.counted.len() > 5);
        team.stop(stage.memory);
    });
    assert!((6..10_000).contains(&reading.counted.len()));
    assert!(reading.counted.iter().all(|counted| *counted == 6_000));
    let none = LostUpdates { runs: 0, ..team };
    assert!(perform(&none, |_| ()).counted.is_empty());
}
