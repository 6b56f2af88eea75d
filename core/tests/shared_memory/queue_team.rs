//! Producers and consumers that really run: what is seen of them, and that everything comes out once.

use super::perform;
use playground_core::blocking_queue::shared::TryPut;
use playground_core::blocking_queue::team::{Doing, Item, Pace, QueueReading, QueueTeam, What};
use playground_core::shared_memory::{NativeMemory, Teamwork};
use std::thread;

/// So slow that nothing comes of it by itself during a test.
const NEVER: Pace = Pace { period_us: u32::MAX, burst: 1 };

fn endless(producers: Vec<Pace>, consumers: Vec<Pace>, capacity: u32) -> QueueTeam {
    QueueTeam { producers, consumers, capacity, items: None, spins: 0 }
}

fn doings(reading: &QueueReading) -> Vec<Doing> {
    reading.workers.iter().map(|worker| worker.doing).collect()
}

#[test]
fn a_million_items_come_out_once_and_in_order() {
    for (producers, consumers, capacity) in [(1, 1, 1_024), (2, 2, 1_024), (3, 1, 5), (4, 4, 64)] {
        let team = QueueTeam::flat_out(producers, consumers, capacity, 1_000_001);
        assert!(team.is_possible());
        let reading = perform(&team, |_| ());
        let audit = reading.audit;
        assert!(audit.is_final && audit.is_clean(), "{audit:?}");
        assert_eq!((audit.put, audit.taken, reading.len), (1_000_001, 1_000_001, 0));
        assert!(doings(&reading).iter().all(|doing| *doing == Doing::Finished));
        let waits = reading.happened.iter().filter(|it| matches!(it.what, What::Taken { .. }));
        assert!(reading.missed > 0 || waits.count() > 1_000, "a sample of the waits is there");
    }
}

#[test]
fn who_cannot_go_on_is_seen_to_be_parked() {
    let team = endless(vec![Pace::FLAT_OUT; 2], vec![NEVER], 3);
    perform(&team, |stage| {
        // The consumer takes one and works on it for an hour; then three fit, and two wait outside.
        let full = |it: &QueueReading| {
            it.len == 3 && doings(it) == [Doing::ParkedFull, Doing::ParkedFull, Doing::Resting]
        };
        let reading = stage.until(full);
        assert_eq!((reading.audit.put, reading.audit.taken), (4, 1));
        assert_eq!(reading.inside.len(), 3);
        let [one, other, consumer] = reading.workers[..] else { panic!("{reading:?}") };
        assert!(one.parks >= 1 && one.holds.is_some() && other.holds.is_some());
        assert!(one.since_us <= reading.at_us && consumer.holds.is_some());
        // A place comes free by hand: one of the two is woken, and puts its item in.
        let taken = team.take(stage.memory, stage.now_us()).unwrap();
        assert!(taken.producer < 2);
        let reading = stage.until(|it| it.audit.put == 5 && full(it));
        assert_eq!(reading.audit.taken, 2);
        team.stop(stage.memory);
    });
}

#[test]
fn who_has_nothing_to_do_is_seen_to_be_parked_until_something_comes() {
    let team = endless(vec![NEVER], vec![Pace::FLAT_OUT; 3], 5);
    let reading = perform(&team, |stage| {
        let is_empty = |it: &QueueReading| {
            doings(it)[1..].iter().all(|doing| *doing == Doing::ParkedEmpty) && it.len == 0
        };
        // The first item comes at once, and the next in an hour.
        stage.until(|it| it.audit.taken == 1 && is_empty(it));
        for number in 0..5 {
            assert_eq!(team.put(stage.memory, number, stage.now_us()), TryPut::Stored);
            stage.until(|it| it.audit.taken == 2 + u64::from(number) && is_empty(it));
        }
        team.rouse(stage.memory);
        stage.until(is_empty);
        team.stop(stage.memory);
    });
    assert_eq!((reading.audit.put, reading.audit.taken), (6, 6));
    assert!(reading.audit.is_clean());
}

#[test]
fn what_happens_is_written_down() {
    let team = endless(vec![Pace::FLAT_OUT], vec![NEVER], 2);
    let mut happened = Vec::new();
    perform(&team, |stage| {
        let mut is_parked = false;
        while !is_parked {
            let reading = stage.look();
            is_parked = reading.audit.put == 3 && doings(&reading)[0] == Doing::ParkedFull;
            happened.extend(reading.happened);
        }
        happened.extend(stage.look().happened);
        assert_eq!(team.peek(stage.memory), Some(Item { producer: 0, number: 1 }));
        assert_eq!(team.len(stage.memory), 2);
        team.stop(stage.memory);
    });
    let stored: Vec<_> = happened.iter().filter(|it| it.what == What::Stored).collect();
    let numbers: Vec<_> = stored.iter().filter_map(|it| Some(it.item?.number)).collect();
    assert_eq!(numbers, [0, 1, 2]);
    assert!(stored.is_sorted_by_key(|it| it.at_us));
    let parked = happened.iter().rfind(|it| it.what == What::Parked && it.worker == 0).unwrap();
    assert_eq!(parked.item, Some(Item { producer: 0, number: 3 }), "it holds the next one");
    let taken = happened.iter().filter(|it| matches!(it.what, What::Taken { .. }));
    assert_eq!(taken.map(|it| it.item.unwrap().number).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_worker_can_be_paused_and_its_pace_set_while_it_rests() {
    let team = endless(vec![NEVER], vec![NEVER], 5);
    perform(&team, |stage| {
        let rest = |it: &QueueReading| {
            it.audit.taken == 1 && doings(it) == [Doing::Resting, Doing::Resting]
        };
        stage.until(rest);
        team.set_paused(stage.memory, 0, true);
        stage.until(|it| doings(it)[0] == Doing::Paused);
        team.set_pace(stage.memory, 0, Pace { period_us: 100, burst: 2 });
        assert_eq!(stage.look().audit.put, 1, "it pauses");
        team.set_paused(stage.memory, 0, false);
        stage.until(|it| it.len == 5 && doings(it)[0] == Doing::ParkedFull);
        team.set_pace(stage.memory, 1, Pace::per_second(10_000));
        stage.until(|it| it.audit.taken > 20);
        team.stop(stage.memory);
    });
}

#[test]
fn closing_lets_everybody_go_home_and_loses_nothing() {
    let team = endless(vec![Pace::FLAT_OUT; 3], vec![Pace::per_second(100_000); 2], 4);
    let reading = perform(&team, |stage| {
        stage.until(|it| it.audit.taken > 100);
        assert!(team.close(stage.memory) && !team.close(stage.memory));
        assert_eq!(team.put(stage.memory, 0, stage.now_us()), TryPut::Closed);
    });
    assert!(reading.is_closed && reading.len == 0);
    assert_eq!(reading.audit.put, reading.audit.taken);
    assert!(reading.audit.is_final && reading.audit.is_clean(), "{:?}", reading.audit);
}

#[test]
fn a_run_of_many_items_can_be_stopped_in_the_middle() {
    let team = QueueTeam::flat_out(2, 2, 64, QueueTeam::MOST_ITEMS);
    let reading = perform(&team, |stage| {
        stage.until(|it| it.audit.taken > 10_000);
        team.stop(stage.memory);
    });
    assert!(reading.audit.put < 100_000_000 && reading.audit.is_clean(), "{:?}", reading.audit);
}

#[test]
fn the_dead_are_seen_and_the_others_go_on() {
    let team = QueueTeam::flat_out(2, 1, 8, 1_000);
    let memory = NativeMemory::new(team.words());
    team.prepare(&memory);
    // The second producer never comes, as if it had been killed before it did anything.
    thread::scope(|scope| {
        for worker in [0, 2] {
            let (team, memory) = (&team, &memory);
            scope.spawn(move || team.work(worker, memory, &|| 1));
        }
        team.bury(&memory, 1, 1);
    });
    let reading = team.read(&mut Default::default(), &memory, 2, true);
    assert_eq!(doings(&reading), [Doing::Finished, Doing::Dead, Doing::Finished]);
    assert_eq!((reading.audit.put, reading.audit.taken), (500, 500));
    assert!(reading.audit.is_clean(), "{:?}", reading.audit);
}

#[test]
fn whoever_is_killed_while_parked_takes_nothing_with_it() {
    let team = endless(vec![NEVER], vec![Pace::FLAT_OUT; 3], 5);
    let reading = perform(&team, |stage| {
        let are_parked = |it: &QueueReading, workers: &[usize]| {
            workers.iter().all(|worker| doings(it)[*worker] == Doing::ParkedEmpty)
        };
        stage.until(|it| it.audit.taken == 1 && are_parked(it, &[1, 2, 3]));
        team.bury(stage.memory, 2, stage.now_us());
        let reading = stage.until(|it| are_parked(it, &[1, 3]));
        assert_eq!(doings(&reading)[2], Doing::Dead);
        for number in 0..20 {
            assert_eq!(team.put(stage.memory, number, stage.now_us()), TryPut::Stored);
            stage.until(|it| it.audit.taken == 2 + u64::from(number) && are_parked(it, &[1, 3]));
        }
        team.stop(stage.memory);
    });
    assert_eq!(doings(&reading)[2], Doing::Dead);
    assert!(reading.audit.is_clean(), "{:?}", reading.audit);
}

#[test]
fn impossible_teams_are_known() {
    assert!(!endless(vec![], vec![NEVER], 5).is_possible());
    assert!(!endless(vec![NEVER], vec![], 5).is_possible());
    assert!(!endless(vec![NEVER; 5], vec![NEVER; 4], 5).is_possible());
    assert!(endless(vec![NEVER; 5], vec![NEVER; 3], 5).is_possible());
}
