//! The registry on disk: a log that the servers of a data directory write by turns.
//!
//! Each change opens the log under its lock, reads it whole, asks the core's rules, appends what has changed, forces
//! it, and lets go.
//!
//! What is simplified: a server that is stopped (SIGSTOP) within these few milliseconds keeps the others from
//! renewing until it goes on. They then make no IDs beyond what they have reserved, and say so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use playground_core::sim::Log;
use playground_core::unique_id::lease::{LeaseRefusal, Record, Registry, Terms};
use playground_core::unique_id::snowflake::Clock;

use super::{Known, RegistryError};
use crate::log::{FileLog, LogError};
use crate::unique_id::NUMBERS;

/// What is reserved ahead, and when it is renewed: a server may be away for seven seconds, and a number whose server
/// was killed is free again after ten at most. There is one clock.
pub(super) const TERMS: Terms =
    Terms { numbers: NUMBERS, lease_ms: 10_000, renew_ms: 3_000, most_skew_ms: 0 };
/// How long to wait for the other servers, and how often to look.
const PATIENCE: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(2);
/// With more records than this the log is written anew, with one a number.
const MOST_RECORDS: usize = 512;

/// Where the registry is.
#[derive(Debug)]
pub(in crate::unique_id) struct RegistryFile {
    folder: PathBuf,
}

impl RegistryFile {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// As [`RegistryPlace::change`](super::RegistryPlace::change); `change` is asked once.
    pub(super) fn change<T>(
        &self,
        clock: &impl Clock,
        mut change: impl FnMut(&mut Registry, u64, u64) -> Result<(u16, T), LeaseRefusal>,
    ) -> Result<(T, Known), RegistryError> {
        let (mut log, records) = self.open()?;
        let is_long = records.len() > MOST_RECORDS;
        let mut registry = Registry::recover(TERMS, records);
        let now_ms = clock.unix_ms();
        let (number, answer) = change(&mut registry, now_ms, now_ms)?;
        if is_long {
            let records: Vec<Record> = registry.records().collect();
            log.replace(&records)?;
        } else if let Some(record) = registry.record(number) {
            log.append(&record)?;
            log.force()?;
        }
        Ok((answer, Known { registry, servers: BTreeMap::new() }))
    }

    fn open(&self) -> Result<(FileLog<Record>, Vec<Record>), LogError> {
        let end = Instant::now() + PATIENCE;
        loop {
            match FileLog::open(&self.folder) {
                Ok((log, records, _)) => return Ok((log, records)),
                Err(LogError::Locked(_)) if Instant::now() < end => thread::sleep(GLANCE),
                Err(error) => return Err(error),
            }
        }
    }
}
