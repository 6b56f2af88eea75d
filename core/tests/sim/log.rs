//! What a simulated disk keeps through a crash.

use playground_core::sim::{Log, MemoryLog};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn append(log: &mut MemoryLog<u32>, records: &[u32]) {
    for record in records {
        let Ok(()) = log.append(record);
    }
}

fn force(log: &mut MemoryLog<u32>) {
    let Ok(()) = log.force();
}

fn replace(log: &mut MemoryLog<u32>, records: &[u32]) {
    let Ok(()) = log.replace(records);
}

#[test]
fn a_crash_leaves_what_was_forced() {
    let mut log = MemoryLog::default();
    append(&mut log, &[1, 2]);
    force(&mut log);
    append(&mut log, &[3]);
    assert_eq!((log.records(), log.durable_records()), (&[1, 2, 3][..], &[1, 2][..]));
    assert_eq!(log.crash(), 1);
    assert_eq!(log.records(), [1, 2]);
    assert_eq!(log.crash(), 0);
}

#[test]
fn a_replacement_is_durable_at_once() {
    let mut log = MemoryLog::default();
    append(&mut log, &[1, 2, 3]);
    replace(&mut log, &[6]);
    append(&mut log, &[7]);
    assert_eq!(log.crash(), 1);
    assert_eq!(log.records(), [6]);
}

#[test]
fn a_lying_disk_confirms_and_keeps_nothing() {
    let mut log = MemoryLog::default();
    log.lies = true;
    append(&mut log, &[1]);
    force(&mut log);
    assert!(log.durable_records().is_empty());
    log.lies = false;
    force(&mut log);
    log.lies = true;
    append(&mut log, &[2]);
    // The old records are still what a crash would leave, even after a second replacement.
    replace(&mut log, &[3]);
    append(&mut log, &[4]);
    replace(&mut log, &[7]);
    assert_eq!((log.records(), log.durable_records()), (&[7][..], &[1][..]));
    let mut honest_again = log.clone();
    assert_eq!(log.crash(), 1);
    assert_eq!((log.records(), log.durable_records()), (&[1][..], &[1][..]));
    honest_again.lies = false;
    force(&mut honest_again);
    assert_eq!((honest_again.crash(), honest_again.records()), (0, &[7][..]));
}
