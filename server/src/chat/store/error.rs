//! Why the store cannot be used.

use std::path::PathBuf;

use thiserror::Error;

use crate::redis_link::LinkError;

/// Why the store cannot be opened, read or written.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    /// Another process has it open.
    #[error("{} is open in another process, perhaps another server", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A later version has written it.
    #[error("the store has format {found}, and this server knows formats up to {known}")]
    Format {
        /// What it has.
        found: u64,
        /// What this server writes.
        known: u64,
    },
    /// A message or a name in it cannot be read.
    #[error("the store has a record that cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    /// The engine or the system says no.
    #[error("{0}")]
    Engine(#[from] Box<redb::Error>),
    /// The folder cannot be made, or the thread not be started.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The engine panicked, which it does on some kinds of damage.
    #[error("the store is damaged")]
    Panicked,
    /// A message that does not continue its channel. Whoever numbers them has not heard of a failure.
    #[error("a message does not continue its channel")]
    Gap,
    /// It is in Redis, which is away or says no.
    #[error("{0}")]
    Redis(#[from] LinkError),
    /// It failed before, and has not been opened again since.
    #[error("the store has failed")]
    Failed,
}

/// All errors of the engine are one to the caller.
macro_rules! from_engine {
    ($($error:ty),*) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                StoreError::Engine(Box::new(error.into()))
            }
        }
    )*};
}

from_engine!(
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);
