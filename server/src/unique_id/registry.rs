//! The registry of worker numbers: its rules are the core's, and its rows are in a file or in Redis.
//!
//! Each change reads all rows, asks the rules, and makes what they say durable before anybody is told. So every server
//! decides on what all others have decided before, and nobody is told of a lease that a crash could take back.

mod file;
mod shared;

use std::collections::BTreeMap;
use std::path::Path;

use playground_core::unique_id::lease::{LeaseRefusal, Registry, Terms};
use playground_core::unique_id::snowflake::Clock;
use thiserror::Error;

use crate::log::LogError;
use crate::redis_link::{LinkError, RedisLink};
use file::RegistryFile;
use shared::SharedRegistry;

/// Why the registry has not done what was asked.
#[derive(Debug, Error)]
pub(super) enum RegistryError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] LeaseRefusal),
    /// The log cannot be used.
    #[error("the registry of worker numbers cannot be used")]
    Log(#[from] LogError),
    /// Redis cannot be used, or it is not known whether it has done it.
    #[error(transparent)]
    Redis(#[from] LinkError),
    /// What is in Redis is no registry.
    #[error("the value of {key} in Redis is no registry of worker numbers")]
    Unreadable {
        /// Where it is.
        key: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Others have changed it again and again, or Redis is slow.
    #[error("the registry in Redis is too busy")]
    Busy,
}

/// What is known of all numbers.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) registry: Registry,
    /// The names of the servers that hold them, by their holders' starts, where there are names.
    pub(super) servers: BTreeMap<u64, String>,
}

/// Where the registry is.
#[derive(Debug)]
pub(super) enum RegistryPlace {
    /// In a file, for the servers of a data directory.
    File(RegistryFile),
    /// In Redis, for the servers that share it.
    Shared(Box<SharedRegistry>),
}

impl RegistryPlace {
    /// In this folder, or in Redis, where this server has a name. The latter must be called within a tokio runtime.
    pub(super) fn new(folder: &Path, redis: Option<(RedisLink, String)>) -> Self {
        match redis {
            None => Self::File(RegistryFile::new(folder)),
            Some((link, server)) => Self::Shared(Box::new(SharedRegistry::new(link, server))),
        }
    }

    /// What leases are like.
    pub(super) fn terms(&self) -> &'static Terms {
        match self {
            Self::File(_) => &file::TERMS,
            Self::Shared(_) => &shared::TERMS,
        }
    }

    /// Who shares the numbers, for people to read.
    pub(super) fn sharers(&self) -> &'static str {
        match self {
            Self::File(_) => "of this data directory",
            Self::Shared(_) => "that share this Redis",
        }
    }

    /// Changes what is known of one number, durably: `change` gets the registry, the time by its clock and that by the
    /// server's, and tells which number it was. It may be asked more than once, each time with what is known by then.
    /// `start` is that of the holder who asks. Blocks, and must not be called from a thread of the runtime.
    ///
    /// # Errors
    /// Whatever `change` says, and then nothing is written; or if the registry cannot be read or written. In that last
    /// case nobody knows whether the change will be there.
    pub(super) fn change<T>(
        &self,
        clock: &impl Clock,
        start: u64,
        change: impl FnMut(&mut Registry, u64, u64) -> Result<(u16, T), LeaseRefusal>,
    ) -> Result<(T, Known), RegistryError> {
        match self {
            Self::File(file) => file.change(clock, change),
            Self::Shared(shared) => shared.change(clock, start, change),
        }
    }
}
