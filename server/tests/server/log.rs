//! The log in a file: what survives a failure of power at every moment, and what damage does to it.

use std::sync::mpsc;

use crate::disk::Disk;
use crate::gated::Gated;
use playground_core::sim::{Durability, Log, Rng};
use playground_server::log::storage::Storage;
use playground_server::log::writer::{Progress, Writer};
use playground_server::log::{FileLog, Gauge, LogError, Recovery};
use proptest::prelude::*;

type Opened = (FileLog<String, Disk>, Vec<String>, Recovery);

fn open(disk: &Disk) -> Result<Opened, LogError> {
    FileLog::open_on(disk.clone())
}

#[derive(Clone, Debug)]
enum Step {
    Append(String),
    Force,
    Replace(Vec<String>),
}

/// What a log may hold after a failure of power.
#[derive(Debug, Default)]
struct Expected {
    forced: usize,
    appended: Vec<String>,
    /// A replacement that may or may not have happened.
    new: Option<Vec<String>>,
}

impl Expected {
    fn check(&self, found: &[String]) {
        let is_prefix = found.len() >= self.forced && self.appended.starts_with(found);
        assert!(is_prefix || self.new.as_deref() == Some(found), "{found:?} instead of {self:?}");
    }
}

/// Takes the steps until the power fails.
fn run(disk: &Disk, steps: &[Step]) -> Expected {
    let mut expected = Expected::default();
    let Ok((mut log, found, recovery)) = open(disk) else { return expected };
    assert!(found.is_empty() && recovery.created);
    for step in steps {
        let outcome = match step {
            Step::Append(record) => {
                expected.appended.push(record.clone());
                log.append(record)
            }
            Step::Force => {
                let outcome = log.force();
                if outcome.is_ok() {
                    expected.forced = expected.appended.len();
                }
                outcome
            }
            Step::Replace(records) => {
                let outcome = log.replace(records);
                if outcome.is_ok() {
                    let (forced, appended) = (records.len(), records.clone());
                    expected = Expected { forced, appended, new: None };
                } else {
                    expected.new = Some(records.clone());
                }
                outcome
            }
        };
        if let Err(error) = outcome {
            assert!(matches!(error, LogError::Io { .. }), "{error:?}");
            let refused = [log.append(&"late".into()), log.force(), log.replace(&[])];
            assert!(refused.iter().all(|it| matches!(it, Err(LogError::Failed))), "{refused:?}");
            break;
        }
    }
    expected
}

/// Reopens the log with the power failing at every operation of the recovery in turn, too.
fn recover(disk: &Disk, rng: &mut Rng) -> Opened {
    for operations in 1.. {
        disk.restart(rng);
        disk.fail_after(operations);
        match open(disk) {
            Ok(opened) => {
                disk.restart(rng);
                return opened;
            }
            Err(LogError::Io { .. }) => {}
            Err(error) => panic!("a failure of power is no damage: {error}"),
        }
    }
    unreachable!("a recovery ends")
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let record = || "[a-z\\x00-\\x1f\"é]{0,60}";
    let step = prop_oneof![
        4 => record().prop_map(Step::Append),
        2 => Just(Step::Force),
        1 => prop::collection::vec(record(), 0..4).prop_map(Step::Replace),
    ];
    prop::collection::vec(step, 0..16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_power_failure_at_any_operation_loses_nothing_forced(steps in steps(), seed: u64) {
        let mut rng = Rng::new(seed);
        let whole = Disk::new();
        run(&whole, &steps);
        for operations in 1..=whole.operations() + 1 {
            let disk = Disk::new();
            disk.fail_after(operations);
            let expected = run(&disk, &steps);
            let (mut log, mut found, _) = recover(&disk, &mut rng);
            expected.check(&found);
            // It goes on as if nothing had happened.
            found.push("later".to_owned());
            log.append(&"later".to_owned()).expect("the power is back");
            log.force().expect("the power is back");
            drop(log);
            disk.restart(&mut rng);
            let (_, again, recovery) = open(&disk).expect("it was forced");
            prop_assert_eq!(again, found);
            prop_assert_eq!(recovery.torn_bytes, 0);
        }
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A log with a replacement and three groups behind it; the last one begins at the fourth record.
fn sample() -> (Disk, Vec<String>) {
    let disk = Disk::new();
    let (mut log, ..) = open(&disk).expect("the disk works");
    log.append(&"forgotten".to_owned()).expect("the disk works");
    log.replace(&words(&["one", "two"])).expect("the disk works");
    for group in [&["three"][..], &["four", "five"]] {
        for record in words(group) {
            log.append(&record).expect("the disk works");
        }
        log.force().expect("the disk works");
    }
    (disk, words(&["one", "two", "three", "four", "five"]))
}

#[test]
fn a_changed_byte_is_never_a_wrong_record() {
    let (disk, records) = sample();
    let whole = disk.bytes("log");
    for at in 0..whole.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            disk.set_bytes("log", bytes);
            let case = format!("byte {at} changed by {change:#x}");
            match open(&disk) {
                // Only what was forced last looks the same as what was never forced.
                Ok((_, found, _)) => {
                    assert!(found.len() >= 3 && records.starts_with(&found), "{case}: {found:?}");
                }
                Err(LogError::NotALog) => assert!(at < 8, "{case}"),
                Err(LogError::Version(_)) => assert!((8..12).contains(&at), "{case}"),
                Err(LogError::Damaged { offset, next }) => {
                    assert!(at >= 12 && offset <= at as u64 && (at as u64) < next, "{case}");
                }
                Err(error) => panic!("{case}: {error}"),
            }
        }
    }
}

#[test]
fn a_log_cut_anywhere_is_its_beginning() {
    let (disk, records) = sample();
    let whole = disk.bytes("log");
    for length in 0..whole.len() {
        disk.set_bytes("log", whole[..length].to_vec());
        match open(&disk) {
            Ok((mut log, found, recovery)) => {
                assert!(records.starts_with(&found), "cut at {length}: {found:?}");
                assert_eq!(log.len_bytes(), recovery.bytes);
                assert!(recovery.bytes + recovery.torn_bytes <= length as u64, "cut at {length}");
                log.append(&"later".to_owned()).expect("the disk works");
                log.force().expect("the disk works");
                let (_, again, recovery) = open(&disk).expect("it was repaired");
                assert_eq!((again.len(), recovery.torn_bytes), (found.len() + 1, 0));
            }
            Err(error) => assert!(matches!(error, LogError::NotALog) && length < 12, "{error}"),
        }
    }
}

#[test]
fn garbage_behind_the_end_is_reported_and_removed() {
    let (disk, records) = sample();
    let (log, ..) = open(&disk).expect("the disk works");
    let end = log.len_bytes() as usize;
    let mut bytes = disk.bytes("log");
    bytes[end + 3..end + 9].fill(7);
    disk.set_bytes("log", bytes);
    let (_, found, recovery) = open(&disk).expect("garbage at the end is no damage");
    assert_eq!(found, records);
    assert_eq!(recovery, Recovery { created: false, bytes: end as u64, torn_bytes: 9 });
    assert_eq!(disk.bytes("log").len(), end);
}

#[test]
fn a_record_of_another_kind_and_a_record_too_large_are_errors() {
    let (disk, _) = sample();
    let numbers = FileLog::<u64, Disk>::open_on(disk);
    assert!(matches!(numbers, Err(LogError::Foreign { offset: 28, .. })), "{numbers:?}");
    let (mut log, ..) = open(&Disk::new()).expect("the disk works");
    let error = log.append(&"x".repeat(16 << 20)).expect_err("that is too large");
    assert!(matches!(error, LogError::TooLarge(_)), "{error}");
    // Nothing was written, so nothing is unknown.
    log.append(&"small".to_owned()).expect("the log is as before");
}

#[test]
fn many_lazy_records_do_not_stay_in_memory() {
    let disk = Disk::new();
    let (mut log, ..) = open(&disk).expect("the disk works");
    for _ in 0..300 {
        log.append(&"x".repeat(1000)).expect("the disk works");
    }
    assert_eq!(log.forces(), 0);
    drop(log);
    // The process died, not the system: what it had been handed is there, and whoever has seen it there may
    // rely on it.
    let (_, found, _) = open(&disk).expect("the disk works");
    assert!(found.len() > 250);
    disk.restart(&mut Rng::new(1));
    let (_, again, _) = open(&disk).expect("the disk works");
    assert_eq!(again, found);
}

#[test]
fn a_lazy_record_outlives_its_process_without_a_forced_write() {
    let disk = Disk::new();
    let (log, ..) = open(&disk).expect("the disk works");
    let (tell, told) = mpsc::channel();
    let mut writer = Writer::start(log, move |progress| {
        let progress: Progress = progress.expect("the disk works");
        // The test may be over.
        let _ = tell.send(progress);
    })
    .expect("a thread");
    writer.append("lazy".to_owned(), Durability::Lazy);
    let progress = told.recv().expect("it is told");
    assert_eq!((progress.appended, progress.durable, progress.forces), (1, 0, 0));
    // The writer is still there, as that of a process that is killed would be.
    let (_, found, _) = open(&disk).expect("the disk works");
    assert_eq!(found, ["lazy"]);
}

#[test]
fn a_log_in_a_real_folder_is_locked_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep").join("down");
    let (mut log, found, recovery) = FileLog::<String>::open(&path).expect("a new log");
    assert!(found.is_empty() && recovery.created);
    log.append(&"first".to_owned()).expect("the disk works");
    log.force().expect("the disk works");
    log.replace(&words(&["second"])).expect("the disk works");
    log.append(&"third".to_owned()).expect("the disk works");
    log.force().expect("the disk works");
    log.force().expect("nothing to do");
    assert_eq!(log.forces(), 3);
    let locked = FileLog::<String>::open(&path).expect_err("it is open");
    assert!(matches!(locked, LogError::Locked(_)), "{locked}");
    let bytes = log.len_bytes();
    drop(log);
    let (_, found, recovery) = FileLog::<String>::open(&path).expect("it is closed");
    assert_eq!(found, words(&["second", "third"]));
    assert_eq!(recovery, Recovery { created: false, bytes, torn_bytes: 0 });
}

#[test]
fn a_disk_that_cannot_shorten_does_not_open_a_torn_log() {
    let (disk, _) = sample();
    let mut bytes = disk.bytes("log");
    bytes.push(1);
    disk.set_bytes("log", bytes);
    disk.fail_after(1);
    let error = open(&disk).expect_err("the power failed");
    assert!(matches!(error, LogError::Io { doing: "shorten", .. }), "{error}");
    assert!(disk.read("log.new").expect("reading works").is_none(), "it was renamed");
}

#[test]
fn everything_that_waits_shares_one_forced_write() {
    let (tell, told) = mpsc::channel();
    let (log, gate) = Gated::new();
    let mut writer = Writer::start(log, move |progress| {
        // The last telling is for nobody.
        let _ = tell.send(progress.expect("the disk works"));
    })
    .expect("a thread");
    assert_eq!(writer.append(1, Durability::Forced), 1);
    gate.wait();
    for record in 2..=100_u32 {
        assert_eq!(writer.append(record, Durability::Forced), u64::from(record));
    }
    assert_eq!(writer.append(101, Durability::Lazy), 101);
    gate.open();
    gate.wait();
    gate.open();
    let progress =
        |appended, durable, forces| Progress { appended, durable, bytes: appended, forces };
    assert_eq!(told.recv(), Ok(progress(1, 1, 1)));
    assert_eq!(told.recv(), Ok(progress(101, 101, 2)));
    // Lazy records alone are not forced.
    writer.append(102, Durability::Lazy);
    assert_eq!(told.recv(), Ok(progress(102, 101, 2)));
    let place = writer.replace(vec![7]);
    assert_eq!(told.recv(), Ok(Progress { appended: place, durable: place, bytes: 1, forces: 2 }));
    // The last forced write, when the writer is dropped, needs nobody to let it through.
    drop(gate);
}
