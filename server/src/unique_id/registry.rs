//! The registry of worker numbers on disk: a log that the servers of a data directory write by turns.
//!
//! Each change opens the log under its lock, reads it whole, asks the core's rules, appends what has changed, forces
//! it, and lets go. So every server decides on what all others have decided before, and nobody is told of a lease
//! that a crash could take back.
//!
//! What is simplified: a server that is stopped (SIGSTOP) within these few milliseconds keeps the others from
//! renewing until it goes on. They then make no IDs beyond what they have reserved, and say so.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use playground_core::sim::Log;
use playground_core::unique_id::lease::{LeaseRefusal, Record, Registry, Terms};
use thiserror::Error;

use crate::log::{FileLog, LogError};

/// How long to wait for the other servers, and how often to look.
const PATIENCE: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(2);
/// With more records than this the log is written anew, with one a number.
const MOST_RECORDS: usize = 512;

/// Why the registry has not done what was asked.
#[derive(Debug, Error)]
pub(super) enum RegistryError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] LeaseRefusal),
    /// The log cannot be used.
    #[error("the registry of worker numbers cannot be used")]
    Log(#[from] LogError),
}

/// Where the registry is.
#[derive(Debug)]
pub(super) struct RegistryFile {
    folder: PathBuf,
    terms: Terms,
}

impl RegistryFile {
    pub(super) fn new(folder: &Path, terms: Terms) -> Self {
        Self { folder: folder.to_owned(), terms }
    }

    /// Changes what is known of one number, durably: `change` tells which number it was. Blocks.
    ///
    /// # Errors
    /// Whatever `change` says, and then nothing is written; or if the log cannot be read or written. In that last
    /// case nobody knows whether the change will be there.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Registry) -> Result<(u16, T), LeaseRefusal>,
    ) -> Result<(T, Registry), RegistryError> {
        let (mut log, records) = self.open()?;
        let is_long = records.len() > MOST_RECORDS;
        let mut registry = Registry::recover(self.terms, records);
        let (number, answer) = change(&mut registry)?;
        if is_long {
            let records: Vec<Record> = registry.records().collect();
            log.replace(&records)?;
        } else if let Some(record) = registry.record(number) {
            log.append(&record)?;
            log.force()?;
        }
        Ok((answer, registry))
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
